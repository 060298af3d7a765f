import type { Portion } from '#care/record'

/** Why somebody asks that their data be used no more or erased. */
export type ReasonId = 'not-needed' | 'unlawful' | 'unlawful-transfer' | 'breach' | 'rights-at-risk' | 'own-wish'

/** `record`: what institutions gave. `all`: the registration too, once nothing is kept any more; the person then has no account. */
export type Scope = 'record' | 'all'

/**
 * `asked` waits for the operator; `refused` with reasons; `kept`: agreed, but the law still has some of it kept; `erased`: nothing is left.
 * `taken-back` by the person before it was decided.
 */
export type CaseState = 'asked' | 'taken-back' | 'refused' | 'kept' | 'erased'

export type ErasureCase = {
  personId: string
  id: string
  keys: readonly string[]
  reason: ReasonId
  scope: Scope
  state: CaseState
  askedAt: Date
  /** Whether nobody else may see anything meanwhile. */
  stopped: boolean
  decidedAt: Date | null
  decidedBy: string
  decidedByName: string
  refusal: string
  /** When something that is kept may go next; null where nothing is. */
  nextAt: Date | null
}

/** What may go now, and what is kept until an instant. */
export type Split = { free: readonly Portion[]; kept: readonly (Portion & { until: Date })[] }

/**
 * What was erased, what is kept and why, and by when backups no longer hold it. Holds nothing of the record.
 * `backupsUntil`: 'YYYY-MM-DD'; null where a backup has no end yet.
 */
export type Certificate = {
  id: string
  caseId: string
  at: string
  erased: readonly { institutionNumber: string; resources: number }[]
  kept: readonly { institutionNumber: string; resources: number; until: string; law: string }[]
  registration: 'kept' | 'erased'
  log: { keptYears: number; law: string }
  backups: { count: number; until: string | null }
}

/**
 * One backup generation: it is gone when its key is. `endsOn`: 'YYYY-MM-DD', its last day, null where the operator set no end; `whole`: false
 * while it is made, and where it never was finished.
 */
export type Generation = {
  generation: string
  madeAt: Date
  endsOn: string | null
  keyFile: string
  whole: boolean
  destroyedAt: Date | null
}

/**
 * How a table that knows people is treated: erased with the record, erased with the registration, or kept for a reason.
 * `column` holds a patient key or a person's id.
 */
export type TableRule = {
  table: `${string}.${string}`
  column: string
  holds: 'key' | 'person'
  goes: 'record' | 'registration' | 'kept'
  because: string
}
