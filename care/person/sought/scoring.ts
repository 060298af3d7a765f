/**
 * How well somebody fits what is remembered. The database ranks by the same sums (`store.ts`); this reading serves a laptop without one,
 * and the tests, which hold both together.
 */
import type { Asked, Span } from './asked.ts'

/** What each thing weighs where it agrees wholly. */
export const weights = {
  name: 50,
  exactName: 10,
  birthDate: 30,
  birthNear: 18,
  birthSpan: 15,
  sex: 5,
  address: 20,
  insurance: 40,
  insurer: 10,
} as const

/** Whoever reaches less than this share of what could be reached is not shown. */
export const LEAST_TENTHS = 4
/** Shown at once; who is further down needs another fact. */
export const MOST_FOUND = 20

/** What of the facts agreed, for saying why somebody was found. `name`, `address`: tenths of what was typed. */
export type Fit = {
  points: number
  name: number
  exactName: boolean
  birth: 'same' | 'near' | 'within' | null
  sex: boolean
  address: number
  insurance: 'number' | 'insurer' | null
}

/** Somebody as the index knows them. `memberIds`: folded, 'insurer:symbol:number:branch'. */
export type Sought = {
  keys: readonly string[]
  pairs: readonly string[]
  birthDate: string
  sex: string
  memberIds: readonly string[]
  addressHidden: boolean
}

/** Two of year, month and day agree, or month and day were exchanged. */
export function isNear(asked: string, known: string): boolean {
  const [a, b] = [asked.split('-'), known.split('-')]
  const same = a.filter((part, n) => part === b[n]).length
  return same === 2 || (a[0] === b[0] && a[1] === b[2] && a[2] === b[1])
}

/** Whoever is more than so many years off a guessed age or a remembered year is somebody else. */
const YEARS_OFF = 10
const yearsLater = (day: string, years: number) => `${String(Number(day.slice(0, 4)) + years).padStart(4, '0')}${day.slice(4)}`
export const widened = ({ from, until }: Span): Span => ({ from: yearsLater(from, -YEARS_OFF), until: yearsLater(until, YEARS_OFF) })

/** An address finds by itself only where nothing else does: a town alone is thousands. */
export const findsByAddress = ({ name, birthDate, insurance, address }: Asked): boolean =>
  address !== null && address.length >= 3 && name === null && birthDate === null && insurance.length === 0

const isWithin = ({ from, until }: Span, day: string) => from <= day && day <= until

/** The most that these facts can bring. */
export const reachable = ({ name, birthDate, birthSpan, sex, address, insurance }: Asked): number =>
  (name ? weights.name + weights.exactName : 0) +
  (birthDate ? weights.birthDate : 0) +
  (birthSpan ? weights.birthSpan : 0) +
  (sex ? weights.sex : 0) +
  (address ? weights.address : 0) +
  (insurance.length > 0 ? weights.insurance : 0)

const shared = (asked: readonly string[], known: ReadonlySet<string>) => asked.filter((one) => known.has(one)).length

export function fitOf(asked: Asked, known: Sought): Fit {
  const [keys, pairs] = [new Set(known.keys), new Set(known.pairs)]
  const name = asked.name ? Math.floor((weights.name * shared(asked.name.pairs, pairs)) / asked.name.pairs.length) : 0
  const exactName = asked.name?.exact.some((one) => keys.has(one)) ?? false
  const birth = asked.birthDate
    ? asked.birthDate === known.birthDate
      ? 'same'
      : isNear(asked.birthDate, known.birthDate)
        ? 'near'
        : null
    : asked.birthSpan && isWithin(asked.birthSpan, known.birthDate)
      ? 'within'
      : null
  const sex = asked.sex !== null && asked.sex === known.sex
  const address =
    asked.address && !known.addressHidden
      ? Math.floor((weights.address * shared(asked.address.pairs, keys)) / asked.address.pairs.length)
      : 0
  const parts = known.memberIds.map((id) => id.split(':'))
  const insurance = parts.some(([, , number]) => number !== undefined && asked.insurance.includes(number))
    ? 'number'
    : parts.some(([insurer]) => insurer !== undefined && asked.insurance.includes(insurer))
      ? 'insurer'
      : null
  const points =
    name +
    (exactName ? weights.exactName : 0) +
    (birth === 'same' ? weights.birthDate : birth === 'near' ? weights.birthNear : birth === 'within' ? weights.birthSpan : 0) +
    (sex ? weights.sex : 0) +
    address +
    (insurance === 'number' ? weights.insurance : insurance === 'insurer' ? weights.insurer : 0)
  return { points, name, exactName, birth, sex, address, insurance }
}

/** Whether somebody may be meant at all: by an entry of the index, before anything is weighed. */
export function isCandidate(asked: Asked, known: Sought): boolean {
  const keys = new Set(known.keys)
  if (asked.birthSpan && !isWithin(widened(asked.birthSpan), known.birthDate)) return false
  return (
    (asked.name?.keys.some((one) => keys.has(one)) ?? false) ||
    asked.birthDate === known.birthDate ||
    (asked.insurance.length > 0 && known.memberIds.some((id) => asked.insurance.includes(id.split(':')[2] ?? ''))) ||
    (findsByAddress(asked) && !known.addressHidden && (asked.address?.pairs ?? []).every((one) => keys.has(one)))
  )
}

export const isLikely = (asked: Asked, { points }: Pick<Fit, 'points'>): boolean => points * 10 >= reachable(asked) * LEAST_TENTHS
