/** Privacy law as dated rows, and the decisions read from them. */
export {
  type BreachDuties,
  breachDuties,
  type BreachFacts,
  breachReliefs,
  breachReportItems,
  breachTriggers,
  personNoticeItems,
} from './breach.ts'
export { type BodyKind, bodyKinds, type Day } from './model.ts'
