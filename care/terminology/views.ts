/**
 * A release held in memory for the validator and the operations: sorted codes in one buffer, names in another, numbers in typed arrays.
 * 300,000 codes take about 20 MB, none of it objects. What else a term has is read from the database when it is asked for.
 */
import type { CodeSystemView, Concept } from '#packages/fhir'
import type { Db } from '#kernel/database'
import type { Release, Term } from './model.ts'
import { compactRows, type CompactRow } from './store.ts'

const OPEN = 0x7fffffff
/** Concepts kept as objects a release. */
const MOST_KNOWN = 4_096

/** Texts one after another in one buffer. */
type Texts = { bytes: Buffer; ends: Uint32Array }

const textAt = ({ bytes, ends }: Texts, n: number): string => bytes.toString('utf8', n === 0 ? 0 : ends[n - 1], ends[n])

export type Compact = {
  codes: Texts
  displays: Texts
  /** Days from 1970; the first and last day of use. */
  from: Int32Array
  to: Int32Array
  retired: Uint8Array
  /** Place of the parent; -1 for none. */
  parents: Int32Array
  /** Places in the order of the file. */
  order: Uint32Array
}

function textsOf(list: readonly string[]): Texts {
  const ends = new Uint32Array(list.length)
  let end = 0
  list.forEach((text, n) => {
    end += Buffer.byteLength(text)
    ends[n] = end
  })
  const bytes = Buffer.allocUnsafeSlow(end)
  let at = 0
  for (const text of list) at += bytes.write(text, at)
  return { bytes, ends }
}

/** Pieces of texts joined, so that no list of all strings ever stands in memory. */
function joined(pieces: readonly Texts[]): Texts {
  const bytes = Buffer.concat(pieces.map((p) => p.bytes))
  const ends = new Uint32Array(pieces.reduce((sum, p) => sum + p.ends.length, 0))
  let [n, base] = [0, 0]
  for (const piece of pieces) {
    for (const end of piece.ends) ends[n++] = base + end
    base += piece.bytes.length
  }
  return { bytes, ends }
}

/** Place of a code among the sorted ones; -1 where it is not there. */
export function placeOf({ codes }: Pick<Compact, 'codes'>, code: string): number {
  const wanted = Buffer.from(code)
  let [low, high] = [0, codes.ends.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const start = middle === 0 ? 0 : codes.ends[middle - 1]!
    const compared = codes.bytes.compare(wanted, 0, wanted.length, start, codes.ends[middle]!)
    if (compared === 0) return middle
    if (compared < 0) low = middle + 1
    else high = middle - 1
  }
  return -1
}

/** Builds the compact form out of rows in the order of their codes. */
export async function compactOf(rows: AsyncIterable<readonly CompactRow[]>, count: number): Promise<Compact> {
  const codes: Texts[] = []
  const displays: Texts[] = []
  const [from, to, parents, order] = [new Int32Array(count), new Int32Array(count), new Int32Array(count).fill(-1), new Uint32Array(count)]
  const retired = new Uint8Array(count)
  const above: [number, string][] = []
  let n = 0
  for await (const some of rows) {
    codes.push(textsOf(some.map((r) => r.code)))
    displays.push(textsOf(some.map((r) => r.display)))
    for (const row of some) {
      from[n] = row.valid_from ?? -OPEN
      to[n] = row.valid_to ?? OPEN
      retired[n] = row.retired ? 1 : 0
      if (row.position > 0 && row.position <= count) order[row.position - 1] = n
      if (row.parent !== null) above.push([n, row.parent])
      n++
    }
  }
  const compact: Compact = { codes: joined(codes), displays: joined(displays), from, to, retired, parents, order }
  for (const [child, parent] of above) parents[child] = placeOf(compact, parent)
  return compact
}

export const compactRelease = (db: Db, release: Release): Promise<Compact> => compactOf(compactRows(db, release.id), release.terms)

/** Terms read whole for one question, by code: they say more than the compact form. */
export type Whole = ReadonlyMap<string, Term>
const noneWhole: Whole = new Map()

const dayNumber = (day: string): number => Math.floor(Date.parse(`${day}T00:00:00Z`) / 86_400_000)

type About = {
  release: Release
  /** The day that decides which codes are in use. */
  day: string
  whole?: Whole
  search?: (folded: string) => Iterable<string>
}

/** A release as the engine asks code systems. */
export function viewOf(compact: Compact, { release, day, whole = noneWhole, search }: About): CodeSystemView {
  const today = dayNumber(day)
  const children = childrenOf(compact)
  // A hospital's records name the same codes again and again.
  const known = new Map<string, Concept>()
  const conceptAt = (n: number): Concept => conceptOf(compact, { n, today, whole })
  const parentsOf = (code: string): string[] => {
    const parent = compact.parents[placeOf(compact, code)] ?? -1
    return parent < 0 ? [] : [textAt(compact.codes, parent)]
  }
  return {
    url: release.system,
    version: release.validFrom,
    name: release.layout,
    title: release.title.ja,
    content: 'complete',
    caseSensitive: true,
    language: 'ja',
    count: release.terms,
    properties: [...new Set([...whole.values()].flatMap((t) => Object.keys(t.properties)))].map((code) => ({
      code,
      type: 'string' as const,
    })),
    status: 'active',
    find: (code) => {
      const before = known.get(code)
      if (before) return before
      const n = placeOf(compact, code)
      if (n < 0) return undefined
      const concept = conceptAt(n)
      if (known.size >= MOST_KNOWN) known.clear()
      known.set(code, concept)
      return concept
    },
    parents: parentsOf,
    children: (code) => children(placeOf(compact, code)).map((n) => textAt(compact.codes, n)),
    isA: (code, ancestor) => {
      const goal = placeOf(compact, ancestor)
      let n = placeOf(compact, code)
      if (goal < 0) return false
      for (let steps = 0; n >= 0 && steps < 100; steps++) {
        if (n === goal) return true
        n = compact.parents[n]!
      }
      return false
    },
    concepts: function* () {
      for (const n of compact.order) yield conceptAt(n)
    },
    ...(search
      ? {
          search: function* (folded: string) {
            for (const code of search(folded)) {
              const n = placeOf(compact, code)
              if (n >= 0) yield conceptAt(n)
            }
          },
        }
      : {}),
  }
}

function conceptOf(compact: Compact, { n, today, whole }: { n: number; today: number; whole: Whole }): Concept {
  const code = textAt(compact.codes, n)
  const isOver = today > compact.to[n]! || today < compact.from[n]! || (compact.retired[n] === 1 && compact.to[n] === OPEN)
  const base: Concept = { code, display: textAt(compact.displays, n), ...(isOver ? { inactive: true, status: 'retired' } : {}) }
  const term = whole.get(code)
  if (!term) return base
  const kana = term.kana === null ? [] : [{ language: 'ja-Hrkt', value: term.kana }]
  const designations = [...kana, ...term.others.map(({ value, language }) => ({ value, ...(language ? { language } : {}) }))]
  const dates = [
    ...(term.validFrom === null ? [] : [['validFrom', term.validFrom] as const]),
    ...(term.validTo === null ? [] : [['validTo', term.validTo] as const]),
  ]
  const properties = [...Object.entries(term.properties), ...dates].map(([name, value]) => ({ code: name, type: 'string' as const, value }))
  return { ...base, ...(designations.length > 0 ? { designations } : {}), ...(properties.length > 0 ? { properties } : {}) }
}

/** Children by parent, made when they are first asked for. */
function childrenOf({ parents, order }: Compact): (n: number) => readonly number[] {
  let lists: Map<number, number[]> | null = null
  return (n) => {
    if (n < 0) return []
    if (lists === null) {
      lists = new Map()
      for (const child of order) {
        const parent = parents[child]!
        if (parent < 0) continue
        const list = lists.get(parent)
        if (list) list.push(child)
        else lists.set(parent, [child])
      }
    }
    return lists.get(n) ?? []
  }
}
