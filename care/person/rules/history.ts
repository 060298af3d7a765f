/** What holds on a day, out of everything that was stated. Pure; days in Japan. */
import type { IdentityPart, IdentityValues, Membership, Statement } from '../people-model.ts'

/** The statement that holds: the latest day that has come, and of one day the latest note. What was undone never holds. */
export function inForce<P extends IdentityPart>(statements: readonly Statement[], part: P, today: string): Statement<P> | undefined {
  const live = statements.filter((s): s is Statement<P> => s.part === part && s.undoneAt === null && s.validFrom <= today)
  return live.reduce<Statement<P> | undefined>((best, s) => (best === undefined || later(s, best) ? s : best), undefined)
}

const later = (a: Statement, b: Statement) =>
  a.validFrom === b.validFrom
    ? a.notedAt > b.notedAt || (a.notedAt.getTime() === b.notedAt.getTime() && a.id > b.id)
    : a.validFrom > b.validFrom

/** What the person is called aloud and on screens: as they wish, else by name. */
export const calledName = ({ name, nameOfOther }: Pick<IdentityValues['name'], 'name' | 'nameOfOther'>): string => nameOfOther || name

const covers = (m: Membership, from: string, to: string) => (m.qualifiedFrom ?? '') <= to && (m.lostOn === null || m.lostOn > from)

/** Covers of a day. The day of loss is the first without it. */
export const coversOn = (memberships: readonly Membership[], day: string): Membership[] => memberships.filter((m) => covers(m, day, day))

/** Covers that held on any day of a month ('YYYY-MM'): two where somebody changed insurers within it. */
export const coversIn = (memberships: readonly Membership[], month: string): Membership[] =>
  memberships.filter((m) => covers(m, `${month}-01`, `${month}-31`))

const isDay = (text: string | null) => text === null || (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)))

/** Why the days of a cover cannot be so, or null. */
export function whyNotPeriod(p: {
  qualifiedFrom: string | null
  lostOn: string | null
  reasonOfLoss: string | null
}): 'days' | 'order' | 'reason' | null {
  if (!isDay(p.qualifiedFrom) || !isDay(p.lostOn)) return 'days'
  if (p.qualifiedFrom !== null && p.lostOn !== null && p.lostOn < p.qualifiedFrom) return 'order'
  return (p.lostOn === null) === (p.reasonOfLoss === null) ? null : 'reason'
}
