/**
 * Who may see what: the table of `rules/table.ts`, read as a decision and as a condition of a query. Pure: no clock, no database, no network.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Actor } from '#kernel/context'
import type { Facts, Item } from './model.ts'
import type { Asker } from './rules/condition.ts'
import { type Decision, decisionOf } from './rules/decide.ts'
import { anyOf, carrierOf, caseOf, filled, kindOfAsker, type Part, partOf, type Text } from './rules/query.ts'
import { accessRules } from './rules/table.ts'

export type { Asker } from './rules/condition.ts'
export { type AccessRule, accessRules, CONSENT_HOURS, VIEW_YEARS } from './rules/table.ts'

const decisions: ReadonlyMap<string, Decision> = new Map(accessRules.map((rule) => [rule.id, decisionOf(rule.when)]))

/** Whether one rule of the table, by its id, shows the item. */
export const ruleShows = (id: string, item: Item, asker: Asker, facts: Facts): boolean => decisions.get(id)!(item, asker, facts)

/** What the table says to askers of one kind. */
type Readings = { visible: Part; rule: Text | null; patient: Part }

/** Kinds of askers are few: roles and purposes. */
const readings = new Map<string, Readings>()

function readingsFor(asker: Asker): Readings {
  const kind = kindOfAsker(asker)
  const known = readings.get(kind)
  if (known) return known
  const parts = accessRules
    .map(({ id, when, restsOn }) => ({ id, part: partOf(when, asker), carrier: carrierOf(when, restsOn, asker) }))
    .filter(({ part }) => part !== false)
  const made: Readings = {
    visible: anyOf(parts.map(({ part }) => part)),
    rule: parts.length === 0 ? null : caseOf(parts),
    patient: parts.find(({ id }) => id === 'care-relation')?.part ?? false,
  }
  readings.set(kind, made)
  return made
}

/**
 * Keys of the patient that an app was let in for; null where the asker acts through no app, or was let in for everybody the person behind
 * it may see (`user/` scopes). An app without a patient then sees registers alone.
 */
function launchKeys(actor: Actor): readonly string[] | null {
  const app = actor.kind === 'citizen' || actor.kind === 'staff' ? actor.app : undefined
  if (app === undefined || app.scopes.some((scope) => scope.startsWith('user/'))) return null
  return app.patientKeys ?? (actor.kind === 'citizen' ? actor.keys : [])
}

/** An app never sees more than whoever let it in, and of that only the patient it was let in for. */
export const withinLaunch = (item: Item, actor: Actor): boolean => item.kind === 'shared' || (launchKeys(actor)?.includes(item.key) ?? true)

function withinLaunchSql(actor: Actor, condition: RawBuilder<boolean>): RawBuilder<boolean> {
  const keys = launchKeys(actor)
  return keys === null ? condition : sql<boolean>`(${condition} and (r.kind = 'shared' or r.key = any(${[...keys]}::text[])))`
}

/** Id of the first rule that lets the asker see the item, or null. Nothing is allowed that no rule allows. */
export function ruleThatAllows(item: Item, asker: Asker, facts: Facts): string | null {
  if (!withinLaunch(item, asker.actor)) return null
  return accessRules.find((rule) => ruleShows(rule.id, item, asker, facts))?.id ?? null
}

const conditionOf = (part: Part, asker: Asker): RawBuilder<boolean> =>
  typeof part === 'boolean' ? (part ? sql<boolean>`true` : sql<boolean>`false`) : withinLaunchSql(asker.actor, filled<boolean>(part, asker))

/** The table as one SQL condition over alias `r`; `false` where no rule can ever hold for this asker. */
export const visibleSql = (asker: Asker): RawBuilder<boolean> => conditionOf(readingsFor(asker).visible, asker)

/** The rule `care-relation` alone, for queries of an institution's own patients; `false` for everybody else. */
export const patientSql = (asker: Asker): RawBuilder<boolean> => conditionOf(readingsFor(asker).patient, asker)

/** What `ruleSql` said of a row: the rule, and the consent, emergency or legal basis that carries it ('' where none does). */
export function receiptOf(said: string | null | undefined): { rule: string; consentId: string } {
  const [rule = '', consentId = ''] = (said ?? '').split(' ')
  return { rule, consentId }
}

/** Id of the rule that shows a row with the fact it rests on, as a SQL expression: the receipt of the disclosure, read by `receiptOf`. */
export function ruleSql(asker: Asker): RawBuilder<string> {
  const { rule } = readingsFor(asker)
  if (rule === null) return sql<string>`''`
  const within = launchKeys(asker.actor)
  const named = filled<string>(rule, asker)
  return within === null ? named : sql<string>`case when r.kind = 'shared' or r.key = any(${[...within]}::text[]) then ${named} end`
}
