/**
 * Who may act for whom, and when that ends. Pure: dates are days in Japan, given from outside.
 *
 * @law 民法 第4条（成年）
 */
import type { ProxyBasis } from '#kernel/context'

/** One person acting for another. Dates 'YYYY-MM-DD' in Japan; null where no end was set. */
export type ProxyEntry = {
  id: string
  representedId: string
  proxyId: string
  basis: ProxyBasis
  /** What was shown: 'family register copy seen at the desk', number of a court's document. Never shown to the other side. */
  evidence: string
  validFrom: string
  until: string | null
  /** A family proxy waits for the represented person's own yes. */
  acceptedAt: Date | null
  endedAt: Date | null
}

/** Protection from named people (支援措置), or from every relative. */
export type Mark = {
  id: string
  validFrom: string
  until: string | null
  endedAt: Date | null
  blockedIds: readonly string[]
  blocksAll: boolean
}

export type ProxyFacts = {
  proxy: Pick<ProxyEntry, 'basis' | 'validFrom' | 'until' | 'acceptedAt' | 'endedAt'> & { proxyId: string }
  /** Empty where unknown. */
  birthDate: string
  marks: readonly Mark[]
  today: string
}

export type WhyNotProxy = 'proxy-not-accepted' | 'proxy-not-begun' | 'proxy-ended' | 'proxy-of-age' | 'proxy-blocked'

type Dated<T> = { from: string; law: string } & T

/** Age from which a person decides alone. */
export const majority: readonly Dated<{ age: number }>[] = [
  { from: '1876-04-01', age: 20, law: '民法 第4条（2022年3月31日まで）' },
  { from: '2022-04-01', age: 18, law: '民法 第4条' },
]

/**
 * From which age a parent no longer sees some kinds of a minor's record. Configuration, not law: which kinds and which age is for
 * the operator to decide with advice.
 */
export const minorsOwn: readonly Dated<{ age: number; kinds: readonly string[] }>[] = [
  { from: '2026-01-01', age: 15, kinds: ['infection'], law: '(要確認: 弁護士)' },
]

const inForce = <T>(rows: readonly Dated<T>[], today: string): Dated<T> | undefined => rows.findLast((row) => row.from <= today)

/** Whole years on a day; somebody born on 29 February turns a year older on 1 March in other years. */
export function ageOn(birthDate: string, today: string): number {
  return Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4)) - (today.slice(5) < birthDate.slice(5) ? 1 : 0)
}

/** Whether somebody is still a minor; a birth date that is not known makes nobody a minor. */
export function isMinor(birthDate: string, today: string): boolean {
  const row = inForce(majority, today)
  return /^\d{4}-\d{2}-\d{2}$/.test(birthDate) && row !== undefined && ageOn(birthDate, today) < row.age
}

/** Day on which a child comes of age, by the rule of that day; null where the birth date is not known. */
export function comesOfAgeOn(birthDate: string, today: string): string | null {
  const row = inForce(majority, today)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(birthDate) || row === undefined) return null
  const year = Number(birthDate.slice(0, 4)) + row.age
  const leap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1
  return birthDate.endsWith('-02-29') && !leap ? `${year}-03-01` : `${year}${birthDate.slice(4)}`
}

const holds = (mark: Mark, today: string) =>
  mark.endedAt === null && mark.validFrom <= today && (mark.until === null || today <= mark.until)

/** Whether a mark hides address and phone today. */
export const isProtected = (marks: readonly Mark[], today: string): boolean => marks.some((mark) => holds(mark, today))

/** Whether a mark keeps somebody from acting for the person. */
export const isBlocked = (marks: readonly Mark[], proxyId: string, today: string): boolean =>
  marks.some((mark) => holds(mark, today) && (mark.blocksAll || mark.blockedIds.includes(proxyId)))

/** What keeps somebody from acting for the person today, or null. A mark beats every right of relatives. */
export function whyNotActFor({ proxy, birthDate, marks, today }: ProxyFacts): WhyNotProxy | null {
  if (isBlocked(marks, proxy.proxyId, today)) return 'proxy-blocked'
  if (proxy.endedAt !== null) return 'proxy-ended'
  if (proxy.basis === 'family' && proxy.acceptedAt === null) return 'proxy-not-accepted'
  if (today < proxy.validFrom) return 'proxy-not-begun'
  if (proxy.until !== null && today > proxy.until) return 'proxy-ended'
  return proxy.basis === 'parent' && !isMinor(birthDate, today) ? 'proxy-of-age' : null
}

/** Kinds of the record that are not shown to this proxy today. */
export function hiddenFrom({ basis, birthDate, today }: { basis: ProxyBasis; birthDate: string; today: string }): readonly string[] {
  const row = inForce(minorsOwn, today)
  return basis === 'parent' && row !== undefined && birthDate !== '' && ageOn(birthDate, today) >= row.age ? row.kinds : []
}

/** Last day of a proxy as it stands, or null: the end that was set, or the day before a child comes of age. */
export function lastDay(proxy: Pick<ProxyEntry, 'basis' | 'until'>, birthDate: string, today: string): string | null {
  if (proxy.basis !== 'parent') return proxy.until
  const of = comesOfAgeOn(birthDate, today)
  if (of === null) return proxy.until
  const before = new Date(Date.parse(`${of}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10)
  return proxy.until !== null && proxy.until < before ? proxy.until : before
}

/** Bases that somebody may propose themselves; the others an operator enters after seeing the document. */
export const proposable: readonly ProxyBasis[] = ['family']

/** Whether the represented person may end it alone: parents and guardians by court are not dismissed by a minor or a ward. */
export const mayBeEndedByRepresented = (basis: ProxyBasis): boolean => basis === 'family'
