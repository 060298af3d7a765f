import { addDays, addYears, later } from './calendar.ts'
import type { InsurerKind, Sex } from './model.ts'
import { copayPercentOf, memberIdOf, schemeOf } from './people/coverage.ts'
import { givenNamesOf } from './people/given-names.ts'
import { ageFromPyramid } from './people/pyramid.ts'
import { surnames } from './people/surnames.ts'
import { type Random, randomFrom } from './random.ts'

/** One person of a large register with the insurance now valid, and nothing else. */
export type RegisterRow = {
  n: number
  family: string
  given: string
  familyKana: string
  givenKana: string
  birthDate: string
  sex: Sex
  postalCode: string
  memberId: string
  insurerNumber: string
  insurerName: string
  symbol: string
  number: string
  branch: string
  copayPercent: 10 | 20 | 30
  personalFamily: 'self' | 'family'
  validFrom: string
}

const cumulative: number[] = []
for (const surname of surnames) cumulative.push((cumulative.at(-1) ?? 0) + surname.weight)

/** A surname by weight, by halving: a million draws from the list would be slow one by one. */
function surnameOf(random: Random): (typeof surnames)[number] {
  const draw = random.next() * cumulative.at(-1)!
  let low = 0
  let high = cumulative.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (cumulative[middle]! > draw) high = middle
    else low = middle + 1
  }
  return surnames[low]!
}

function kindOf(random: Random, age: number): InsurerKind {
  if (age >= 75) return 'late-elderly'
  const draw = random.next()
  if (age >= 65) return draw < 0.8 ? 'national' : 'association'
  return draw < 0.45 ? 'association' : draw < 0.72 ? 'union' : draw < 0.8 ? 'mutual-aid' : 'national'
}

function rowOf(random: Random, n: number, until: string): RegisterRow {
  const { age, sex } = ageFromPyramid(random)
  const birthDate = addDays(addYears(until, -age), -random.whole(0, 364))
  const surname = surnameOf(random)
  const given = random.pick(givenNamesOf(sex, Number(birthDate.slice(0, 4))))
  const kind = kindOf(random, age)
  const scheme = schemeOf(random, kind, n, addDays(until, -random.whole(30, 3000)))
  const family = kind !== 'late-elderly' && kind !== 'national' && (age < 20 || random.chance(0.2))
  const branch = kind === 'late-elderly' ? '' : family ? '02' : '01'
  return {
    n,
    family: surname.kanji,
    given: given.kanji,
    familyKana: surname.kana,
    givenKana: given.kana,
    birthDate,
    sex,
    postalCode: `000-${String(1 + (n % 9000)).padStart(4, '0')}`,
    memberId: memberIdOf(scheme, branch),
    insurerNumber: scheme.insurer.insurerNumber,
    insurerName: scheme.insurer.name,
    symbol: scheme.symbol,
    number: scheme.number,
    branch,
    copayPercent: copayPercentOf(birthDate, until, random.next()),
    personalFamily: family ? 'family' : 'self',
    validFrom: later(scheme.from, birthDate),
  }
}

/** A register of any size for measurements, row by row and without repetition of a member ID. `until` is the day it is valid on. */
export function* makeRegister(input: { seed: string; count: number; until?: string }): Generator<RegisterRow, void, undefined> {
  const random = randomFrom(`register/${input.seed}`)
  const until = input.until ?? '2026-11-20'
  for (let n = 1; n <= input.count; n++) yield rowOf(random, n, until)
}
