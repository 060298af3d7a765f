/** The door of emergencies: one person's record opened for the sake of a life, and its review. */
import type { Migration } from '#kernel/migrate'
import { disasterMigrations } from './disaster/schema.ts'
import { breakGlassMigrations } from './schema.ts'

export { type BreakGlass, breakGlass, type Candidate, type Ground, type LookedFor, type Opened, type Waiting } from './break-glass.ts'
export { clauses, inForceOn, reasons, whyHard, whyLonger, wordsOf } from './break-glass-reasons.ts'
export {
  EXTENSION_MINUTES,
  flagWords,
  LIMITS,
  LOOKS_PER_HOUR,
  NOTE_MAX,
  NOTE_MIN,
  OPEN_MINUTES,
  REQUEST_MINUTES,
  REVIEW_HOURS,
} from './break-glass-rules.ts'
export { type CaseView, emergenciesAbout, emergencyFigures, emergencyJobs, emergencyReviews, type TellableEmergency } from './review.ts'
export { REVIEWERS, verdicts, type VerdictId } from './review-rules.ts'
export type { EmergencyCase, EmergencyFigures, Listed } from './store/case.ts'
export type { LookedAt } from './store/log.ts'
export type { SecondRequest } from './store/request.ts'

export * from './disaster/index.ts'

export const emergencyMigrations: Migration[] = [...breakGlassMigrations, ...disasterMigrations]
