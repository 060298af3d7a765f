/** The door of oversight: the log as auditors search it, patterns that somebody should look at, the scope of a breach, and its register. */
export { type Asked, eventTakes, PAGE } from './events/ask.ts'
export { BOM, csvField, csvLine } from './events/csv.ts'
export { eventId } from './events/map.ts'
export { eventRows, LOG_LAW } from './events/rows.ts'
export { askedForFile, eventPieces, type FoundEvents, MOST_LINES, readEvent, searchEvents } from './events/service.ts'
export {
  type ActionWords,
  actionWordsOf,
  actorKindWords,
  kindWords,
  outcomeWords,
  purposeNames,
  purposeWords,
  roleNames,
  roleWords,
  ruleWords,
  viaWords,
} from './events/words.ts'
export {
  type Addressed,
  lettersOf,
  ownLetter,
  type CaseView,
  changeFacts,
  draftItems,
  enterBreach,
  type Given,
  scopeFor,
  takeOver,
  takeStep,
  usualFacts,
  viewBreach,
  writeItems,
} from './breach/service.ts'
export { type Letter, type LetterPart, type Report, reportOf } from './breach/drafts.ts'
export {
  type Breach,
  type BreachItems,
  type BreachState,
  breachStates,
  type BreachStep,
  breachSteps,
  type Clock,
  clocksOf,
  daysLeft,
  dutiesOf,
  lacksFor,
  nextDeadline,
  nextStep,
} from './breach/rules.ts'
export { breachTaker } from './breach/taker.ts'
export { clockNames, drillWords, stateNames, stepNames, stepWords } from './breach/words.ts'
export { oversightJobs } from './jobs.ts'
export { findings, isReason, reasons, REVIEW_DAYS, type VerdictState, watchlist } from './patterns/service.ts'
export { type Pattern, patternOf, patterns } from './patterns/table.ts'
export { watchOnce } from './patterns/watch.ts'
export { oversightMigrations } from './schema.ts'
export { type Misread, readSelector, type Selector, selectorFields, selectorWords } from './scope/selector.ts'
export { askScope, readScope, scopeCsv, scopeJson } from './scope/service.ts'
export { finishScope } from './scope/work.ts'
export { listBreaches } from './store/breach.ts'
export type { Finding, FindingState, Reviewed } from './store/finding.ts'
export { type Counted, countsOf, type Dimension, insertScope, listScopes, type Scope, type Touched, touchedOf } from './store/scope.ts'
export { watchedShare } from './store/watch.ts'
export { type Watched, type WatchReason, watchReasons } from './store/watched.ts'
