import { addDays, addYears, ageOn, later } from '../calendar.ts'
import type { Coverage, Insurer, InsurerKind, LimitCertificate, Subsidy } from '../model.ts'
import type { Random } from '../random.ts'
import { insurers, withCheckDigit } from './facilities.ts'

/** What a household shares with one insurer: the insured person's symbol and number; members differ by branch. */
export type Scheme = { insurer: Insurer; symbol: string; number: string; from: string; until: string | null }

const fullWidth = (text: string): string => text.replace(/[0-9A-Z]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0))

const insurersOf = (kind: InsurerKind): readonly Insurer[] => insurers.filter((insurer) => insurer.kind === kind)

/** Symbol and number in the form usual for the insurer; `serial` is unique in the register, so no two households collide. */
export function schemeOf(random: Random, kind: InsurerKind, serial: number, from: string): Scheme {
  const insurer = random.pick(insurersOf(kind))
  const forms: Record<InsurerKind, () => { symbol: string; number: string }> = {
    association: () => ({ symbol: String(21_700_000 + random.whole(1, 400)), number: String(serial + 1) }),
    union: () => ({ symbol: String(100 + random.whole(1, 60)), number: String(100_000 + serial) }),
    'mutual-aid': () => ({ symbol: '学', number: fullWidth(String(30_000 + serial)) }),
    national: () => ({ symbol: '縁国', number: fullWidth(String(1_000_000 + serial)) }),
    'late-elderly': () => ({ symbol: '', number: String(10_000_000 + serial) }),
  }
  return { insurer, ...forms[kind](), from, until: null }
}

export const memberIdOf = (scheme: Scheme, branch: string): string =>
  `${scheme.insurer.insurerNumber}:${scheme.symbol}:${scheme.number}:${branch}`

/** Ordinary share by age on a date; `income` in [0, 1) decides the higher shares of older people. */
export function copayPercentOf(birthDate: string, date: string, income: number): 10 | 20 | 30 {
  const age = ageOn(birthDate, date)
  if (age >= 75) return income > 0.93 ? 30 : income > 0.73 ? 20 : 10
  if (age >= 70) return income > 0.92 ? 30 : 20
  return age < 6 ? 20 : 30
}

/** Income class of 限度額 by age and income. */
export function limitFlagOf(age: number, income: number): string {
  const under70 = ['A05', 'A04', 'A04', 'A03', 'A03', 'A03', 'A03', 'A02', 'A02', 'A01']
  const from70 = ['B06', 'B05', 'B05', 'B10', 'B10', 'B10', 'B09', 'B09', 'B03', 'B02']
  return (age >= 70 ? from70 : under70)[Math.floor(income * 10)]!
}

/** The insurance year starts on 1 August. */
function certificateYear(until: string): { validFrom: string; validUntil: string } {
  const year = Number(until.slice(0, 4)) - (until.slice(5) < '08-01' ? 1 : 0)
  return { validFrom: `${year}-08-01`, validUntil: `${year + 1}-07-31` }
}

export function limitCertificateOf(age: number, income: number, until: string): LimitCertificate {
  const classificationFlag = limitFlagOf(age, income)
  const low = ['A05', 'A06', 'B05', 'B06'].includes(classificationFlag)
  return { classification: low ? '02' : '01', classificationFlag, ...certificateYear(until) }
}

const subsidyRows = {
  child: { law: '88', name: '乳幼児・子ども医療費助成', limit: 0 },
  intractable: { law: '54', name: '特定医療費(指定難病)', limit: 10_000 },
  psychiatric: { law: '21', name: '自立支援医療(精神通院)', limit: 5_000 },
  dialysis: { law: '15', name: '自立支援医療(更生)', limit: 10_000 },
  disability: { law: '80', name: '重度心身障害者医療費助成', limit: 0 },
} as const

export type SubsidyKey = keyof typeof subsidyRows

export function subsidyOf(key: SubsidyKey, serial: number, until: string): Subsidy {
  const row = subsidyRows[key]
  const recipientNumber = withCheckDigit(String(900_000 + serial).slice(-6))
  const payerNumber = withCheckDigit(`${row.law}13990`)
  return { payerNumber, recipientNumber, name: row.name, monthlyLimitYen: row.limit, ...certificateYear(until) }
}

export type CoverageInput = {
  scheme: Scheme
  branch: string
  personalFamily: 'self' | 'family'
  birthDate: string
  income: number
  until: string
}

/** One person's coverage out of the household's scheme. A child's cover starts at birth. */
export function coverageOf(input: CoverageInput): Coverage {
  const { scheme, branch, birthDate } = input
  const validFrom = later(scheme.from, birthDate)
  const on = scheme.until !== null && scheme.until < input.until ? scheme.until : input.until
  return {
    memberId: memberIdOf(scheme, branch),
    insurerNumber: scheme.insurer.insurerNumber,
    insurerName: scheme.insurer.name,
    insurerKind: scheme.insurer.kind,
    symbol: scheme.symbol,
    number: scheme.number,
    branch,
    copayPercent: copayPercentOf(birthDate, on, input.income),
    personalFamily: input.personalFamily,
    validFrom,
    validUntil: scheme.until,
    subsidies: [],
  }
}

/** The day before the 75th birthday, when the earlier insurance ends by law of the late elderly scheme. */
export const lastDayBefore75 = (birthDate: string): string => addDays(addYears(birthDate, 75), -1)
