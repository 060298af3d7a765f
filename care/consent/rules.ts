/**
 * Who may see what: the table of `rules/table.ts`, read as a decision and as a condition of a query. Pure: no clock, no database, no network.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Actor } from '#kernel/context'
import type { Facts, Item } from './model.ts'
import type { Asker } from './rules/condition.ts'
import { type Decision, decisionOf } from './rules/decide.ts'
import { isLookedUp } from './rules/fact-query.ts'
import { askingFor, fitting, type KnownFacts, type KnownName } from './rules/known.ts'
import { firstTold, kindOfAsked, meets, partOf } from './rules/query.ts'
import { accessRules } from './rules/table.ts'
import { anyOf, type Asked, besideValues, filled, type Part, type Text } from './rules/text.ts'

export type { Asker } from './rules/condition.ts'
export type { KnownFacts } from './rules/known.ts'
export { type AccessRule, accessRules, CONSENT_HOURS, VIEW_YEARS } from './rules/table.ts'

const decisions: ReadonlyMap<string, Decision> = new Map(accessRules.map((rule) => [rule.id, decisionOf(rule.when)]))

/** Whether one rule of the table, by its id, shows the item. */
export const ruleShows = (id: string, item: Item, asker: Asker, facts: Facts): boolean => decisions.get(id)!(item, asker, facts)

/** What the table says to askers of one kind of anybody's rows. */
type Readings = { visible: Part; rule: Text | null; patient: Part }
/** What it says to them of rows of known keys: an expression, and the row of their values that it names. */
type Telling = { said: RawBuilder<string>; row: Text }

/** Kinds of askers are few: roles and purposes. */
const readings = new Map<string, Readings>()
const tellings = new Map<string, Telling | null>()

function readingsFor(asked: Asked): Readings {
  const kind = kindOfAsked(asked)
  const known = readings.get(kind)
  if (known) return known
  const made: Readings = {
    visible: anyOf(accessRules.map((rule) => partOf(rule.when, asked))),
    rule: firstTold(accessRules, asked),
    patient: anyOf(accessRules.filter(({ id }) => id === 'care-relation').map((rule) => partOf(rule.when, asked))),
  }
  readings.set(kind, made)
  return made
}

const ofSomeTypes = accessRules.filter((rule) => !meets(rule, []))

function tellingFor(asked: Asked): Telling | null {
  const unmet = ofSomeTypes.filter((rule) => !meets(rule, asked.types))
  const kind = unmet.length === 0 ? kindOfAsked(asked) : `${kindOfAsked(asked)} without ${unmet.map(({ id }) => id).join()}`
  const known = tellings.get(kind)
  if (known !== undefined) return known
  const rule = firstTold(
    accessRules.filter((one) => !unmet.includes(one)),
    asked,
  )
  const made = rule && besideValues<string>(rule)
  tellings.set(kind, made)
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

const conditionOf = (part: Part, asked: Asked): RawBuilder<boolean> =>
  typeof part === 'boolean' ? (part ? sql<boolean>`true` : sql<boolean>`false`) : withinLaunchSql(asked.actor, filled<boolean>(part, asked))

type Reads = { types?: readonly string[] | null; known?: KnownFacts | null }
const askedBy = ({ actor, purpose, now }: Asker, keys: readonly string[] | null, { types = null, known = null }: Reads = {}): Asked => ({
  actor,
  purpose,
  now,
  keys,
  types,
  known,
})

/**
 * What a query that reads rows of known keys says of itself. `once`: it names the rule in its result alone, and a query around it leaves out
 * rows of which no rule is told. `types`: it reads rows of these types alone. `known`: facts of the one key, where `areTold` says that they
 * will do; the query then holds `whileKnown` beside it.
 */
export type ToldIn = { once?: boolean; types?: readonly string[] | null; known?: KnownFacts | null }

/** The table as one SQL condition over alias `r`; `false` where no rule can ever hold for this asker. */
export function visibleSql(asker: Asker): RawBuilder<boolean> {
  const asked = askedBy(asker, null)
  return conditionOf(readingsFor(asked).visible, asked)
}

/** The table as one SQL condition over alias `told` that `toldSql` joined to each row: that a rule shows it. */
export const isTold: RawBuilder<boolean> = sql<boolean>`told.rule is not null`

/** The rule `care-relation` alone, for queries of an institution's own patients; `false` for everybody else. */
export function patientSql(asker: Asker): RawBuilder<boolean> {
  const asked = askedBy(asker, null)
  return conditionOf(readingsFor(asked).patient, asked)
}

type Receipt = Readonly<{ rule: string; consentId: string }>
let last: { said: string; receipt: Receipt } = { said: '', receipt: { rule: '', consentId: '' } }

/** What `ruleSql` said of a row: the rule, and the consent, emergency or legal basis that carries it ('' where none does). */
export function receiptOf(said: string | null | undefined): Receipt {
  // Rows of one answer mostly rest on the same.
  if (said === last.said) return last.receipt
  const [rule = '', consentId = ''] = (said ?? '').split(' ')
  last = { said: said ?? '', receipt: { rule, consentId } }
  return last.receipt
}

/** An expression in the sight of whoever an app was let in for. */
const ruleWithinLaunch = (actor: Actor, rule: RawBuilder<string>): RawBuilder<string> => {
  const keys = launchKeys(actor)
  return keys === null ? rule : sql<string>`case when r.kind = 'shared' or r.key = any(${[...keys]}::text[]) then ${rule} end`
}

/** Id of the rule that shows a row with the fact it rests on, as a SQL expression: the receipt of the disclosure, read by `receiptOf`. */
export function ruleSql(asker: Asker): RawBuilder<string> {
  const asked = askedBy(asker, null)
  const { rule } = readingsFor(asked)
  return rule === null ? sql<string>`''` : ruleWithinLaunch(asker.actor, filled<string>(rule, asked))
}

/**
 * The same receipt worked out once a row, to be joined to rows of alias `r`: `told.rule`, null of what no rule shows (`isTold`) and of rows
 * of other keys. Facts about these keys are asked for once. `offset 0` keeps the planner from working it out again wherever it is named.
 * Named once it needs none: the planner puts the expression where it is named, and joins nothing.
 */
export function toldSql(
  asker: Asker,
  keys: readonly string[],
  { once = false, types = null, known = null }: ToldIn = {},
): RawBuilder<unknown> {
  const asked = askedBy(asker, keys, { types, known })
  const telling = tellingFor(asked)
  if (telling === null) return sql`lateral (select null::text as rule) told`
  const rule = ruleWithinLaunch(asker.actor, telling.said)
  const barrier = once ? sql`` : sql` offset 0`
  return sql`lateral (select ${rule} as rule from ${filled(telling.row, asked)}${barrier}) told`
}

const knownNames: readonly KnownName[] = ['grants', 'closures']
/** Rules that may hold for an asker, and the facts that can be known beforehand that each asks for. */
const asking = new Map<string, FactsAsked>()
type FactsAsked = { any: boolean; notLookedUp: ReturnType<typeof askingFor> }

function factsAskedBy(asked: Asked): FactsAsked {
  const kind = kindOfAsked(asked)
  const known = asking.get(kind)
  if (known) return known
  const rules = accessRules.filter((rule) => partOf(rule.when, asked) !== false)
  const conditions = rules.flatMap((rule) => knownNames.flatMap((name) => askingFor(rule.when, name)))
  const made = { any: conditions.length > 0, notLookedUp: conditions.filter((c) => !isLookedUp(c, asked)) }
  asking.set(kind, made)
  return made
}

/** Whether it is worth knowing facts of one person beforehand: some rule that may hold for the asker asks for them. */
export const asksFacts = (asker: Asker, key: string): boolean => factsAskedBy(askedBy(asker, [key])).any

/**
 * Whether known facts are told as values: where something is allowed, and nothing closed that every row would have to be held against one by
 * one. Who is allowed nothing is answered in the same statements as somebody who guessed a key.
 */
export const areTold = (asker: Asker, known: KnownFacts): boolean =>
  known.grants.length > 0 &&
  (known.closures.length === 0 ||
    factsAskedBy(askedBy(asker, [known.key])).notLookedUp.every((c) => fitting(c, asker, known[c.fact as KnownName]).length === 0))

/** The condition over alias `r` under which known facts are facts still: it shows rows of their key alone, and none once they changed. */
export const whileKnown = ({ key, institutionNumber, version }: KnownFacts): RawBuilder<boolean> =>
  sql<boolean>`r.key = (select f.key from consent.fact_version f
    where f.key = ${key} and f.institution_number = ${institutionNumber} and f.version = ${version}::uuid)`
