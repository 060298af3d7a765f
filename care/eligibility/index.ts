/** The door of eligibility verification: who is covered, by card or by certificate, and the person's answer at the reader. */
export type { ShownPerson } from './answer.ts'
export type { AskedKind } from './kinds.ts'
export type {
  Arrival,
  CardVerifier,
  Changed,
  Coverage,
  CoverState,
  Eligibility,
  Facts,
  LimitCertificate,
  ProvenBy,
  RegisterEntry,
  SpecificDisease,
  Subsidy,
  Validity,
} from './model.ts'
export { routes } from './routes.tsx'
export { copayOn, insurerNumberOf, memberOf } from './rules.ts'
export type { ChartImport, ChartOutcome, Waiting } from './desk.ts'
export type { CardResult, LookState } from './reader.ts'
export { type EligibilityService, eligibilityService, type LookUpResult } from './service.ts'
export { eligibilityMigrations } from './schema.ts'
