/** Where a question stands. `answered` becomes `closed` when the person says so, or by silence. */
export const states = ['waiting', 'answered', 'auditing', 'concluded', 'closed'] as const
export type State = (typeof states)[number]

/** Who moves it. */
export type Side = 'person' | 'institution' | 'auditor'

export type Act = 'ask' | 'answer' | 'forward' | 'satisfied' | 'unsatisfied' | 'escalate' | 'withdraw' | 'conclude'

/** The line of the log that was asked about, as it stood. Kinds are names of kinds, never what stood in the record. */
export type AskedAct = {
  requestId: string
  at: string
  actorKind: string
  actorId: string
  actorName: string
  actorRole: string
  institutionNumber: string
  institutionName: string
  purpose: string
  action: string
  outcome: string
  kinds: string[]
  count: number
  rules: string[]
  law: string
}

/** A question of a person about one access. Days are 'YYYY-MM-DD' in Japan. */
export type Question = {
  key: string
  id: string
  act: AskedAct
  institutionNumber: string
  text: string
  askedBy: string
  askedAt: Date
  state: State
  /** Since when it stands so. */
  since: Date
  /** Last day for whoever must answer now; null where nobody must. */
  dueOn: string | null
  answeredAt: Date | null
}

/** One step in a question's life. `text` is what was written to the person, or by them; '' where nothing was. */
export type Step = { n: number; at: Date; side: Side; by: string; byName: string; act: Act; text: string }
