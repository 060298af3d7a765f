import { type RawBuilder, sql } from 'kysely'
import type { Db } from './database.ts'

/** One entry of the log as it stands, without what commits to it. Empty strings mean none. */
export type LoggedEntry = {
  key: string
  id: string
  at: Date
  actorKind: string
  actorId: string
  actorName: string
  actorRole: string
  institutionNumber: string
  institutionName: string
  purpose: string
  action: string
  outcome: string
  resource: string
  kinds: string[]
  count: number
  consentId: string
  rule: string
  law: string
  requestId: string
  via: string
  /** Place in the tree; null until the next checkpoint. */
  leafIndex: number | null
}

/** What entries must be, all of it; what is absent does not count. */
export type LogFilter = {
  /** These entries and no others. */
  entries?: readonly { key: string; id: string }[] | undefined
  keys?: readonly string[] | undefined
  actorIds?: readonly string[] | undefined
  institutionNumber?: string | undefined
  /** Several of these sessions, tokens or permissions, with their kind in front. */
  vias?: readonly string[] | undefined
  rule?: string | undefined
  /** Acted through an app of this name. */
  appName?: string | undefined
  resource?: string | undefined
  requestIds?: readonly string[] | undefined
  purposes?: readonly string[] | undefined
  /** Whole actions, such as `chart.read`. */
  actions?: readonly string[] | undefined
  /** Last words of actions: among these, or none of them. */
  verbs?: { among: readonly string[] } | { not: readonly string[] } | undefined
  outcomes?: { among: readonly string[] } | { not: readonly string[] } | undefined
  /** First instant, and the instant that no longer counts. */
  from?: Date | undefined
  to?: Date | undefined
}

export type LogPlace = { at: Date; id: string }

const listed = (column: RawBuilder<unknown>, values: readonly string[] | undefined): RawBuilder<unknown>[] =>
  values === undefined ? [] : [sql`${column} = any(${[...values]}::text[])`]

/** By key too, which the log is spread by. */
const amongEntries = (entries: LogFilter['entries']): RawBuilder<unknown>[] =>
  entries === undefined
    ? []
    : [
        sql`key = any(${entries.map((e) => e.key)}::text[]) and id = any(${entries.map((e) => e.id)}::text[])
          and key || '.' || id = any(${entries.map((e) => `${e.key}.${e.id}`)}::text[])`,
      ]

const amongOrNot = (column: RawBuilder<unknown>, wish: LogFilter['verbs']): RawBuilder<unknown>[] =>
  wish === undefined
    ? []
    : 'among' in wish
      ? [sql`${column} = any(${[...wish.among]}::text[])`]
      : [sql`${column} <> all(${[...wish.not]}::text[])`]

/** The filter as a condition on rows of `kernel.audit`. */
export function logCondition(f: LogFilter): RawBuilder<unknown> {
  const parts = [
    ...amongEntries(f.entries),
    ...listed(sql`key`, f.keys),
    ...listed(sql`actor_id`, f.actorIds),
    ...(f.institutionNumber === undefined ? [] : [sql`institution_number = ${f.institutionNumber}`]),
    ...listed(sql`via`, f.vias),
    ...(f.rule === undefined ? [] : [sql`rule = ${f.rule}`]),
    ...(f.appName === undefined ? [] : [sql`right(actor_name, ${f.appName.length + 3}::int) = ${` ［${f.appName}］`}`]),
    ...(f.resource === undefined ? [] : [sql`resource = ${f.resource}`]),
    ...listed(sql`request_id`, f.requestIds),
    ...listed(sql`purpose`, f.purposes),
    ...listed(sql`action`, f.actions),
    ...amongOrNot(sql`substring(action from '[^.]+$')`, f.verbs),
    ...amongOrNot(sql`outcome`, f.outcomes),
    ...(f.from === undefined ? [] : [sql`at >= ${f.from}`]),
    ...(f.to === undefined ? [] : [sql`at < ${f.to}`]),
  ]
  return parts.length === 0 ? sql`true` : sql.join(parts, sql` and `)
}

const FIELDS = sql`key, id, at, actor_kind as "actorKind", actor_id as "actorId", actor_name as "actorName", actor_role as "actorRole",
  institution_number as "institutionNumber", institution_name as "institutionName", purpose, action, outcome, resource, kinds, count,
  consent_id as "consentId", rule, law, request_id as "requestId", via, leaf_index as "leafIndex"`

/**
 * Entries that meet a filter, newest first; of one instant, by id.
 * @param page.after the last entry of the page before
 */
export async function searchLog(db: Db, filter: LogFilter, page: { limit: number; after?: LogPlace | undefined }): Promise<LoggedEntry[]> {
  const after = page.after === undefined ? sql`true` : sql`(at, id) < (${page.after.at}, ${page.after.id})`
  const { rows } = await sql<LoggedEntry>`select ${FIELDS} from kernel.audit where ${logCondition(filter)} and ${after}
    order by at desc, id desc limit ${page.limit}`.execute(db)
  return rows
}

export async function findLogged(db: Db, of: { key: string; id: string }): Promise<LoggedEntry | undefined> {
  const { rows } = await sql<LoggedEntry>`select ${FIELDS} from kernel.audit where key = ${of.key} and id = ${of.id}`.execute(db)
  return rows[0]
}

/** Entries by their place in the tree, for whoever reads the log once from beginning to end. */
export async function logFrom(db: Db, about: { leaf: number; limit: number }): Promise<LoggedEntry[]> {
  const { rows } = await sql<LoggedEntry>`select ${FIELDS} from kernel.audit
    where leaf_index >= ${about.leaf} and leaf_index < ${about.leaf + about.limit} order by leaf_index`.execute(db)
  return rows
}
