/** The door of the consent service: who may see what, and the predicate every query of records passes through. */
export { type BodyKind, type BreachDuties, breachDuties, type BreachFacts, breachReportItems, personNoticeItems } from './law/index.ts'
export { type Closing, whatIsClosed } from './closing.ts'
export type { Closure, Consent, Grant, Item, ItemKind } from './model.ts'
export { accessRules, CONSENT_HOURS, ruleThatAllows, VIEW_YEARS } from './rules.ts'
export { askableKinds, type ConsentService, consentService } from './service.ts'
export { consentMigrations } from './store.ts'
export { spreadClosures } from './store/closure.ts'
