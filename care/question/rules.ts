/** What may happen to a question, by whom, and in how many days. Pure: no clock, no database, no network. */
import { addDays, dateInJapan } from '#kernel/japan'
import type { Act, AskedAct, Question, Side, State } from './model.ts'

/**
 * Days to answer, by the day they began to hold. Our own clock, inside the two weeks after which a person may go to court over a request
 * (個人情報の保護に関する法律 第39条; whether it applies to a question: 要確認: 弁護士). `silence`: an answer nobody objects to for so long
 * closes the question.
 */
const clocks: readonly { from: string; institution: number; auditor: number; silence: number }[] = [
  { from: '2026-11-22', institution: 14, auditor: 14, silence: 30 },
]
export const clockOn = (day: string): (typeof clocks)[number] => clocks.findLast((c) => c.from <= day) ?? clocks[0]!

type Transition = { act: Act; side: Side; from: State; to: State; overdue?: true; says?: true }

/** Every move there is. `overdue`: only once the clock has run out; `says`: with words of their own. */
export const transitions: readonly Transition[] = [
  { act: 'answer', side: 'institution', from: 'waiting', to: 'answered', says: true },
  { act: 'forward', side: 'institution', from: 'waiting', to: 'auditing', says: true },
  { act: 'escalate', side: 'person', from: 'waiting', to: 'auditing', overdue: true },
  { act: 'satisfied', side: 'person', from: 'answered', to: 'closed' },
  { act: 'unsatisfied', side: 'person', from: 'answered', to: 'auditing', says: true },
  { act: 'withdraw', side: 'person', from: 'waiting', to: 'closed' },
  { act: 'withdraw', side: 'person', from: 'auditing', to: 'closed' },
  { act: 'conclude', side: 'auditor', from: 'auditing', to: 'concluded', says: true },
]

/** Where a question stands on a day: an answer that nobody objected to has closed it. */
export function standsOn(q: Pick<Question, 'state' | 'since'>, day: string): State {
  const asked = dateInJapan(q.since)
  return q.state === 'answered' && addDays(asked, clockOn(asked).silence) < day ? 'closed' : q.state
}

export const isOverdue = (q: Pick<Question, 'dueOn' | 'state'>, day: string): boolean => q.dueOn !== null && q.dueOn < day

/** The move that an act makes, or null where this side may not make it now. */
export function moveOf(q: Pick<Question, 'state' | 'since' | 'dueOn'>, about: { act: Act; side: Side; day: string }): Transition | null {
  const state = standsOn(q, about.day)
  const found = transitions.find((t) => t.act === about.act && t.side === about.side && t.from === state)
  return found && (!found.overdue || isOverdue(q, about.day)) ? found : null
}

/** What a side may do now, in the order of the table. */
export const movesOf = (q: Pick<Question, 'state' | 'since' | 'dueOn'>, about: { side: Side; day: string }): Act[] =>
  transitions.filter((t) => moveOf(q, { ...about, act: t.act }) === t).map((t) => t.act)

/** The last day for whoever must answer in a state entered on a day. */
export function dueIn(state: State, day: string): string | null {
  if (state === 'waiting') return addDays(day, clockOn(day).institution)
  return state === 'auditing' ? addDays(day, clockOn(day).auditor) : null
}

/** Who answers first: the institution that looked; the platform's auditors where no institution did, or the platform's own people. */
export const firstState = ({ institutionNumber, actorRole }: Pick<AskedAct, 'institutionNumber' | 'actorRole'>): State =>
  institutionNumber === '' || actorRole === 'operator' || actorRole === 'auditor' ? 'auditing' : 'waiting'

export const MOST_TEXT = 1_000

/** The middle of a list; between two, their mean; null of nothing. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}
