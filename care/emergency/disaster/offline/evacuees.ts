/** Everybody of an extract, found in memory by the same rules as in the database. */
import {
  type Asked,
  findsByAddress,
  type Fit,
  fitOf,
  isCandidate,
  isLikely,
  MOST_FOUND,
  soughtKeys,
  soughtPairs,
  type Sought,
} from '#care/person'
import type { PersonLine } from './person-line.ts'
import type { Address } from './read.ts'

export type Evacuee = Pick<PersonLine, 'names' | 'memberIds' | 'person' | 'needsSecond'> & { address: Address }
type Numbers = Map<string, number[]>

const put = (into: Numbers, key: string, n: number) => {
  const known = into.get(key)
  if (known) known.push(n)
  else into.set(key, [n])
}

/** An index over people that is filled one by one. Only what finds somebody is held; what is compared is made for candidates. */
export function evacuees() {
  const all: Evacuee[] = []
  const [byName, byBirth, byNumber, byAddress, byKey]: Numbers[] = [new Map(), new Map(), new Map(), new Map(), new Map()] as Numbers[]
  const soughtOf = ({ names, memberIds, person }: Evacuee): Sought => ({
    keys: soughtKeys(names, person.address),
    pairs: soughtPairs(names),
    birthDate: person.birthDate,
    sex: person.sex,
    memberIds,
    addressHidden: person.address === '',
  })
  const addresses = (asked: Asked): number[] =>
    !findsByAddress(asked)
      ? []
      : [...byAddress!].flatMap(([address, ns]) => {
          const pairs = new Set(soughtKeys([], address))
          return asked.address!.pairs.every((pair) => pairs.has(pair)) ? ns : []
        })
  return {
    get size() {
      return all.length
    },
    add({ names, memberIds, person, needsSecond }: PersonLine, address: Address): void {
      const n = all.push({ names, memberIds, person, needsSecond, address }) - 1
      for (const key of soughtKeys(names, '')) put(byName!, key, n)
      put(byBirth!, person.birthDate, n)
      for (const id of memberIds) put(byNumber!, id.split(':')[2] ?? '', n)
      if (person.address !== '') put(byAddress!, person.address, n)
      for (const key of person.keys) put(byKey!, key, n)
    },
    byKey: (key: string): Evacuee | undefined => all[byKey!.get(key)?.[0] ?? -1],
    /** The likeliest first, as `seek` of care/person ranks them. */
    seek(asked: Asked): { found: { evacuee: Evacuee; fit: Fit }[]; more: boolean } {
      const numbers = new Set([
        ...(asked.name?.keys.flatMap((key) => byName!.get(key) ?? []) ?? []),
        ...(asked.birthDate === null ? [] : (byBirth!.get(asked.birthDate) ?? [])),
        ...asked.insurance.flatMap((number) => byNumber!.get(number) ?? []),
        ...addresses(asked),
      ])
      const found = [...numbers]
        .map((n) => ({ evacuee: all[n]!, sought: soughtOf(all[n]!) }))
        .filter(({ sought }) => isCandidate(asked, sought))
        .map(({ evacuee, sought }) => ({ evacuee, fit: fitOf(asked, sought) }))
        .filter((one) => isLikely(asked, one.fit))
        .sort((a, b) => b.fit.points - a.fit.points || (a.evacuee.person.nameKana < b.evacuee.person.nameKana ? -1 : 1))
      return { found: found.slice(0, MOST_FOUND), more: found.length > MOST_FOUND }
    },
  }
}
export type Evacuees = ReturnType<typeof evacuees>
