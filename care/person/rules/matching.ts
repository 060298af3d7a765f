/**
 * Whether two statements speak of one person: a table of points, read the same way whoever comes first. Pure.
 * It only ever proposes: nothing is linked by points, however many there are.
 */
import { foldAddress, foldedOrders, foldedParts, foldPhone } from './folding.ts'

/** What is compared. Dates 'YYYY-MM-DD'; empty strings mean nothing is known. */
export type Compared = {
  name: string
  nameKana: string
  birthDate: string
  sex: string
  address: string
  postalCode: string
  phone: string
  /** Member ids in folded form. */
  memberIds: readonly string[]
}

export type Verdict = 'same' | 'doubtful' | 'different'
export type Comparison = { verdict: Verdict; points: number; found: FindingId[] }

type Finding = { id: string; points: number; ja: string; en: string }

/** What speaks for one person and what against it, with its weight. */
export const findings = [
  { id: 'member-id', points: 8, ja: '被保険者の番号が同じ', en: 'same member ID' },
  { id: 'birth-date', points: 5, ja: '生年月日が同じ', en: 'same birth date' },
  { id: 'birth-date-near', points: 1, ja: '生年月日が一か所だけ違う', en: 'birth date differs by one slip' },
  { id: 'birth-date-far', points: -10, ja: '生年月日が違う', en: 'another birth date' },
  { id: 'kana', points: 4, ja: 'フリガナが同じ', en: 'same name in kana' },
  { id: 'kanji', points: 3, ja: '漢字の氏名が同じ（異体字を含む）', en: 'same name in kanji, variants included' },
  { id: 'given-name', points: 1, ja: '名だけが同じ（氏が変わった可能性）', en: 'given name alone agrees (family name may have changed)' },
  { id: 'family-name', points: -2, ja: '氏だけが同じ（家族の可能性）', en: 'family name alone agrees (may be relatives)' },
  { id: 'name-far', points: -4, ja: '氏名が違う', en: 'another name' },
  { id: 'sex', points: 1, ja: '性別が同じ', en: 'same sex' },
  { id: 'sex-far', points: -4, ja: '性別が違う', en: 'another sex' },
  { id: 'address', points: 2, ja: '住所が同じ', en: 'same address' },
  { id: 'postal-code', points: 1, ja: '郵便番号が同じ', en: 'same postal code' },
  { id: 'phone', points: 2, ja: '電話が同じ', en: 'same phone' },
] as const satisfies readonly Finding[]

export type FindingId = (typeof findings)[number]['id']

/** From so many points on; `same` needs the birth date and one sign beyond the name too: namesakes are born on one day. */
export const thresholds = { same: 14, doubtful: 9 } as const

const weight = new Map<string, number>(findings.map((f) => [f.id, f.points]))

const open = (sex: string) => sex === '' || sex === 'unknown' || sex === 'other'

/** Two dates that one slip of the hand tells apart: one digit, two neighbours exchanged, or month and day. */
export function nearDates(a: string, b: string): boolean {
  if (a === b || !/^\d{4}-\d{2}-\d{2}$/.test(a) || !/^\d{4}-\d{2}-\d{2}$/.test(b)) return false
  const [x, y] = [a.replaceAll('-', ''), b.replaceAll('-', '')]
  const wrong = [...x].flatMap((digit, n) => (digit === y[n] ? [] : [n]))
  const [p, q] = wrong
  if (wrong.length === 1) return true
  if (wrong.length === 2 && q === p! + 1 && x[p!] === y[q] && x[q] === y[p!]) return true
  return x.slice(0, 4) === y.slice(0, 4) && x.slice(4, 6) === y.slice(6) && x.slice(6) === y.slice(4, 6)
}

/**
 * Every date that one slip tells apart from a date, and itself: whoever was born on another day is another person, whatever else agrees,
 * unless they share a member id. Null where nothing is known, and any date may be meant.
 */
export function datesNear(date: string): string[] | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return null
  const digits = [...date.replaceAll('-', '')]
  const written = (of: readonly string[]) => `${of.slice(0, 4).join('')}-${of.slice(4, 6).join('')}-${of.slice(6).join('')}`
  const near = digits.flatMap((digit, n) => [...'0123456789'].filter((other) => other !== digit).map((other) => digits.with(n, other)))
  const exchanged = digits.slice(1).map((digit, n) => digits.with(n, digit).with(n + 1, digits[n]!))
  const turned = [...digits.slice(0, 4), ...digits.slice(6), ...digits.slice(4, 6)]
  return [...new Set([digits, ...near, ...exchanged, turned].map(written))]
}

const meet = (a: readonly string[], b: readonly string[]) => a.some((one) => b.includes(one))

function names(a: Compared, b: Compared): FindingId[] {
  const kana = a.nameKana !== '' && b.nameKana !== ''
  const written = a.name !== '' && b.name !== ''
  if (!kana && !written) return []
  const same: FindingId[] = [
    ...(kana && meet(foldedOrders(a.nameKana), foldedOrders(b.nameKana)) ? (['kana'] as const) : []),
    ...(written && meet(foldedOrders(a.name), foldedOrders(b.name)) ? (['kanji'] as const) : []),
  ]
  if (same.length > 0) return same
  const parts = (of: (c: Compared) => string) => [foldedParts(of(a)), foldedParts(of(b))] as const
  const both = [...(kana ? [parts((c) => c.nameKana)] : []), ...(written ? [parts((c) => c.name)] : [])].filter(
    ([x, y]) => x.length > 1 && y.length > 1,
  )
  if (both.some(([x, y]) => x.at(-1) === y.at(-1))) return ['given-name']
  if (both.some(([x, y]) => x[0] === y[0])) return ['family-name']
  return ['name-far']
}

function places(a: Compared, b: Compared): FindingId[] {
  const same = (x: string, y: string) => x !== '' && x === y
  if (same(foldAddress(a.address), foldAddress(b.address))) return ['address']
  return same(foldPhone(a.postalCode), foldPhone(b.postalCode)) ? ['postal-code'] : []
}

function found(a: Compared, b: Compared): FindingId[] {
  const dates = a.birthDate !== '' && b.birthDate !== ''
  return [
    ...(meet(a.memberIds, b.memberIds) ? (['member-id'] as const) : []),
    ...(!dates
      ? []
      : a.birthDate === b.birthDate
        ? (['birth-date'] as const)
        : nearDates(a.birthDate, b.birthDate)
          ? (['birth-date-near'] as const)
          : (['birth-date-far'] as const)),
    ...names(a, b),
    ...(open(a.sex) || open(b.sex) ? [] : a.sex === b.sex ? (['sex'] as const) : (['sex-far'] as const)),
    ...places(a, b),
    ...(foldPhone(a.phone) !== '' && foldPhone(a.phone) === foldPhone(b.phone) ? (['phone'] as const) : []),
  ]
}

/** Points and verdict over two statements. A slip in the birth date leaves a doubt at most. */
export function compare(a: Compared, b: Compared): Comparison {
  const all = found(a, b)
  const points = all.reduce((sum, id) => sum + weight.get(id)!, 0)
  const sure =
    all.includes('birth-date') && !all.includes('sex-far') && (['member-id', 'address', 'phone'] as const).some((id) => all.includes(id))
  const verdict = points >= thresholds.same && sure ? 'same' : points >= thresholds.doubtful ? 'doubtful' : 'different'
  return { verdict, points, found: all }
}
