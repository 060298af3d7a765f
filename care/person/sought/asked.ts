/** What is remembered of somebody who is looked for, and whether it is enough to look. Pure. */
import { addDays, dateInJapan } from '#kernel/japan'
import { eraYear } from '../era-years.ts'
import { readSearch } from '../patient-search.ts'
import { foldAddress } from '../rules/folding.ts'
import { addressPairs, askedExactNames, askedNameKeys, askedNamePairs, lengthOfName } from './names.ts'

/** As typed; '' where nothing is known. `birth`: a date, a month or a year in either calendar; `age`: years, perhaps guessed. */
export type Remembered = { name: string; birth: string; age: string; sex: string; address: string; insurance: string }

/** Days 'YYYY-MM-DD', both included. */
export type Span = { from: string; until: string }

/** What is looked for, read. Null or empty where nothing was said. */
export type Asked = {
  name: { keys: string[]; pairs: string[]; exact: string[]; length: number } | null
  birthDate: string | null
  birthSpan: Span | null
  sex: 'male' | 'female' | null
  address: { pairs: string[]; length: number } | null
  insurance: string[]
}

/** An age that was guessed may be wrong by so many years. */
export const AGE_SPREAD = 5

/** A year, or a year and a month: 1958, 1958-04, 昭和33年, S33.4. */
function spanOf(typed: string): Span | null {
  const western = /^((?:18|19|20)\d{2})(?:[-/.年](\d{1,2})?月?)?$/.exec(typed)
  const era = /^(明治|大正|昭和|平成|令和|[mtshr])\.?(\d{1,2}|元)(?:[-/.年](\d{1,2})?月?)?$/i.exec(typed)
  const year = western ? Number(western[1]) : era ? eraYear(era[1]!, era[2]!) : null
  if (year === null) return null
  const month = western ? western[2] : era![3]
  if (month === undefined) return { from: `${year}-01-01`, until: `${year}-12-31` }
  if (Number(month) < 1 || Number(month) > 12) return null
  const first = `${year}-${month.padStart(2, '0')}-01`
  return { from: first, until: `${first.slice(0, 8)}31` }
}

/** 68, 68歳, 60代, 約70. */
function spanOfAge(typed: string, today: string): Span | null {
  const [, about = '', decade] = /^約?(\d{1,3})(代)?(?:歳|才)?(?:くらい|位|ぐらい)?$/.exec(typed) ?? []
  if (about === '' || Number(about) > 130) return null
  const [youngest, oldest] = decade
    ? [Number(about), Number(about) + 9]
    : [Math.max(0, Number(about) - AGE_SPREAD), Number(about) + AGE_SPREAD]
  const born = (years: number) => `${String(Number(today.slice(0, 4)) - years).padStart(4, '0')}${today.slice(4)}`
  return { from: addDays(born(oldest + 1), 1), until: born(youngest) }
}

/** Numbers an insurance card may be meant by: the whole, what stands between its separators. */
const numbersIn = (typed: string): string[] => {
  const plain = typed
    .normalize('NFKC')
    .replace(/\s+/g, '')
    .replace(/[\u2010-\u2015\u2212ー]/g, '-')
  return [...new Set(plain.split(/[-:・]/).filter((one) => /\d{2,}/.test(one)))].slice(0, 4)
}

export function readRemembered(typed: Remembered, now: Date): Asked {
  const plain = (text: string) => text.normalize('NFKC').trim().slice(0, 100)
  const [name, birth, address] = [plain(typed.name), plain(typed.birth), plain(typed.address)]
  const date = readSearch(birth)
  const birthDate = date?.by === 'birth' ? date.birthDate : null
  const pairs = addressPairs(address)
  const length = lengthOfName(name)
  return {
    name: length === 0 ? null : { keys: askedNameKeys(name), pairs: askedNamePairs(name), exact: askedExactNames(name), length },
    birthDate,
    birthSpan: birthDate === null ? (spanOf(birth) ?? spanOfAge(plain(typed.age), dateInJapan(now))) : null,
    sex: typed.sex === 'male' || typed.sex === 'female' ? typed.sex : null,
    address: pairs.length === 0 ? null : { pairs, length: [...foldAddress(address)].length },
    insurance: numbersIn(typed.insurance.slice(0, 100)),
  }
}

/** Whether a birth date was typed that nobody can read. */
export const isUnreadBirth = (typed: Pick<Remembered, 'birth' | 'age'>, asked: Asked): boolean =>
  (typed.birth.trim() !== '' && asked.birthDate === null && spanOf(typed.birth.normalize('NFKC').trim()) === null) ||
  (typed.birth.trim() === '' && typed.age.trim() !== '' && asked.birthSpan === null)

/**
 * Whether enough is known that few people can be meant. One thing that finds (name, date, number, or address), and another that agrees:
 * nobody lists everybody of a name, of a day or of a street.
 */
export function isEnough({ name, birthDate, birthSpan, sex, address, insurance }: Asked): boolean {
  const named = name !== null && name.length >= 2
  const placed = address !== null && address.length >= 3
  const born = birthDate !== null || birthSpan !== null
  if (insurance.length > 0) return named || born
  if (birthDate !== null) return named || placed
  return named ? born || placed : placed && born && sex !== null
}
