/**
 * Who may see what: one table, read twice. `test` is the TypeScript decision; `sql` is the same sentence for the query.
 * A random comparison of both against a database is in `rules.test.ts`. Pure: no clock, no database, no network.
 *
 * @spec EMR information sharing sections 1, 8, 9, 10; eligibility verification section 3
 */
import { type RawBuilder, sql } from 'kysely'
import type { Actor, Purpose, StaffRole } from '#kernel/context'
import { institutionOf } from '#kernel/context'
import type { Sentence } from '#kernel/language'
import type { Facts, Item } from './model.ts'

/** Consent at the reader lasts this long. @spec eligibility verification section 3 (24 hours) */
export const CONSENT_HOURS = 24

/** Registered items are shown for five years; items kept for long term beyond. @spec EMR information sharing section 9 */
export const VIEW_YEARS = 5

export type Asker = { actor: Actor; purpose: Purpose; now: Date }

export type AccessRule = {
  id: string
  because: Sentence
  /**
   * What this rule shows to a system of an institution under a purpose it goes on showing to it as long as the row itself says the same:
   * neither time nor any other fact can end it. A rule says so only where `rules.test.ts` agrees.
   */
  lasts?: true
  test: (item: Item, asker: Asker, facts: Facts) => boolean
  /** The same as a condition over alias `r` with the columns of `Item` in snake case. Null where the asker can never meet it. */
  sql: (asker: Asker) => RawBuilder<boolean> | null
}

/** Kinds that are seen by the addressee alone. */
const onlyAddressed = (item: Item) => item.kind === 'letter'

const viewStart = (now: Date): Date => {
  const start = new Date(now)
  start.setUTCFullYear(start.getUTCFullYear() - VIEW_YEARS)
  return start
}

const stillShown = (item: Item, now: Date) => item.longTerm || item.registeredAt > viewStart(now)
const stillShownSql = (now: Date) => sql<boolean>`(r.long_term or r.registered_at > ${viewStart(now)})`

const treats = (asker: Asker) => asker.purpose === 'TREAT' && institutionOf(asker.actor) !== null

/** Staff who may open a person's record. A clerk sees eligibility and who the person is, not what ails them. */
const clinical: readonly StaffRole[] = ['physician', 'dentist', 'nurse', 'pharmacist']
const mayReadClinical = (actor: Actor) => actor.kind === 'system' || (actor.kind === 'staff' && clinical.includes(actor.role))

/** What a person may see of the record of these keys: without 未告知, 未提供 and letters. */
const tellable = (item: Item, keys: readonly string[]) =>
  keys.includes(item.key) && !item.uninformed && !item.undelivered && !onlyAddressed(item)
const tellableSql = (keys: readonly string[]) =>
  sql<boolean>`(r.key = any(${[...keys]}::text[]) and not r.uninformed and not r.undelivered and r.kind <> 'letter')`

export const accessRules: readonly AccessRule[] = [
  {
    id: 'own-record',
    because: { ja: '本人が自分の記録を見るため', en: 'the person looks at their own record' },
    test: (item, { actor, purpose }) =>
      actor.kind === 'citizen' && !actor.actsFor && purpose === 'PATRQT' && tellable(item, actor.keys),
    sql: ({ actor, purpose }) => (actor.kind === 'citizen' && !actor.actsFor && purpose === 'PATRQT' ? tellableSql(actor.keys) : null),
  },
  {
    id: 'proxy',
    because: { ja: '本人の代理（親権者・成年後見人・保佐人・家族）として見るため', en: 'a parent, guardian, curator or relative acts for the person' },
    test: (item, { actor, purpose }) =>
      actor.kind === 'citizen' &&
      actor.actsFor !== undefined &&
      purpose === 'PATRQT' &&
      tellable(item, actor.keys) &&
      !(actor.actsFor.hides ?? []).includes(item.kind),
    sql: ({ actor, purpose }) =>
      actor.kind === 'citizen' && actor.actsFor !== undefined && purpose === 'PATRQT'
        ? sql<boolean>`(${tellableSql(actor.keys)} and r.kind <> all(${[...(actor.actsFor.hides ?? [])]}::text[]))`
        : null,
  },
  {
    id: 'own-institution',
    because: { ja: 'この医療機関が自ら登録した記録のため', en: 'this institution registered it itself' },
    lasts: true,
    test: (item, asker) => treats(asker) && mayReadClinical(asker.actor) && item.source === institutionOf(asker.actor),
    sql: (asker) => (treats(asker) && mayReadClinical(asker.actor) ? sql<boolean>`(r.source = ${institutionOf(asker.actor)})` : null),
  },
  {
    id: 'visit-consent',
    because: { ja: '本人がこの医療機関に同意したため', en: 'the person agreed to this institution seeing it' },
    test: (item, asker, { grants }) =>
      treats(asker) &&
      mayReadClinical(asker.actor) &&
      !item.undelivered &&
      !onlyAddressed(item) &&
      stillShown(item, asker.now) &&
      grants.some(
        (g) =>
          g.key === item.key &&
          g.institutionNumber === institutionOf(asker.actor) &&
          g.kind === item.kind &&
          g.purpose === asker.purpose &&
          g.givenAt <= asker.now &&
          g.until > asker.now &&
          g.withdrawnAt === null,
      ),
    sql: (asker) =>
      treats(asker) && mayReadClinical(asker.actor)
        ? sql<boolean>`(not r.undelivered and r.kind <> 'letter' and ${stillShownSql(asker.now)} and exists (
            select 1 from consent.grant_fact g where g.key = r.key and g.institution_number = ${institutionOf(asker.actor)} and g.kind = r.kind
              and g.purpose = ${asker.purpose} and g.given_at <= ${asker.now} and g.until > ${asker.now} and g.withdrawn_at is null))`
        : null,
  },
  {
    id: 'addressee',
    because: { ja: 'この医療機関にあてた文書のため', en: 'the letter is addressed to this institution' },
    test: (item, asker) =>
      treats(asker) &&
      mayReadClinical(asker.actor) &&
      !item.undelivered &&
      item.addressee !== null &&
      item.addressee === institutionOf(asker.actor),
    sql: (asker) =>
      treats(asker) && mayReadClinical(asker.actor)
        ? sql<boolean>`(not r.undelivered and r.addressee is not null and r.addressee = ${institutionOf(asker.actor)})`
        : null,
  },
  {
    id: 'care-relation',
    because: { ja: '受付または登録により、この医療機関の患者であるため', en: 'the person is a patient of this institution' },
    test: (item, asker, { relations }) =>
      treats(asker) &&
      item.kind === 'patient' &&
      relations.some((rel) => rel.key === item.key && rel.institutionNumber === institutionOf(asker.actor)),
    sql: (asker) =>
      treats(asker)
        ? sql<boolean>`(r.kind = 'patient' and exists (
            select 1 from consent.relation rel where rel.key = r.key and rel.institution_number = ${institutionOf(asker.actor)}))`
        : null,
  },
  {
    id: 'shared-register',
    because: { ja: '医療機関や職員の名簿のため', en: 'registers of institutions and staff are open to all who signed in' },
    lasts: true,
    test: (item, { actor }) => actor.kind !== 'public' && item.kind === 'shared',
    sql: ({ actor }) => (actor.kind === 'public' ? null : sql<boolean>`(r.kind = 'shared')`),
  },
]

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
  return accessRules.find((rule) => rule.test(item, asker, facts))?.id ?? null
}

/** The table as one SQL condition over alias `r`; `false` where no rule can ever hold for this asker. */
export function visibleSql(asker: Asker): RawBuilder<boolean> {
  const parts = accessRules.map((rule) => rule.sql(asker)).filter((part) => part !== null)
  return parts.length === 0 ? sql<boolean>`false` : withinLaunchSql(asker.actor, sql<boolean>`(${sql.join(parts, sql` or `)})`)
}

/** The rule `care-relation` alone, for queries of an institution's own patients; `false` for everybody else. */
export function patientSql(asker: Asker): RawBuilder<boolean> {
  const condition = accessRules.find((rule) => rule.id === 'care-relation')?.sql(asker)
  return condition ? withinLaunchSql(asker.actor, condition) : sql<boolean>`false`
}

/** Id of the rule that shows a row, as a SQL expression: the receipt of the disclosure. */
export function ruleSql(asker: Asker): RawBuilder<string> {
  const parts = accessRules.flatMap((rule) => {
    const met = rule.sql(asker)
    const condition = met && withinLaunchSql(asker.actor, met)
    return condition ? [sql`when ${condition} then ${rule.id}::text`] : []
  })
  return parts.length === 0 ? sql<string>`''` : sql<string>`case ${sql.join(parts, sql` `)} end`
}
