import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { type Item, type ItemKind, receiptOf } from '#care/consent'
import type { Context } from '#kernel/context'
import { type Db, later } from '#kernel/database'
import { refuse } from '#kernel/refusal'
import type { RawBuilder } from 'kysely'
import { copyResources } from './copy-new.ts'
import { keyOfId } from './ids.ts'
import type { IndexRows } from './index-rows.ts'
import type { Seen, StoredResource } from './model.ts'
import { markChanged, markGone } from './narrowing/store.ts'
import type { StatedNumber } from './own-number/rules.ts'
import { dropIndex, insertIndex } from './search/index-store.ts'
import type { Sight } from './store/sight.ts'

/** `ownNumber`: of a Patient, the number its sender states; it stands in the register, not in the text. */
export type WrittenRow = StoredResource & { index: IndexRows; ownNumber?: StatedNumber }

export type Row = {
  key: string
  type: string
  id: string
  version: number
  last_updated: Date
  deleted: boolean
  kind: ItemKind
  source: string
  deposit_id: string | null
  uninformed: boolean
  undelivered: boolean
  long_term: boolean
  addressee: string | null
  registered_at: Date
  clinical_at: Date | null
  body: string
  rule?: string
}

export const toSeen = (r: Row): Seen => ({
  key: r.key,
  type: r.type,
  id: r.id,
  version: r.version,
  lastUpdated: r.last_updated,
  deleted: r.deleted,
  kind: r.kind,
  source: r.source,
  depositId: r.deposit_id,
  uninformed: r.uninformed,
  undelivered: r.undelivered,
  longTerm: r.long_term,
  addressee: r.addressee,
  registeredAt: r.registered_at,
  clinicalAt: r.clinical_at,
  body: r.body,
  ...receiptOf(r.rule),
})

/** A stored resource over alias `r`, without what it is found by: arrays nobody reads cost more than the rest of the row. */
export const COLUMNS = sql`r.key, r.type, r.id, r.version, r.last_updated, r.deleted, r.kind, r.source, r.deposit_id, r.uninformed, r.undelivered,
  r.long_term, r.addressee, r.registered_at, r.clinical_at, r.body`

const plainRow = (r: WrittenRow) => ({
  key: r.key,
  type: r.type,
  id: r.id,
  version: r.version,
  last_updated: r.lastUpdated,
  kind: r.kind,
  source: r.source,
  deposit_id: r.depositId,
  uninformed: r.uninformed,
  undelivered: r.undelivered,
  long_term: r.longTerm,
  addressee: r.addressee,
  registered_at: r.registeredAt,
  clinical_at: r.clinicalAt,
  sort_at: r.index.sortAt,
  tokens: r.index.tokens,
  refs: r.index.refs,
  body: r.body,
})

const FIELDS = sql`key, type, id, version, last_updated, kind, source, deposit_id, uninformed, undelivered, long_term,
  addressee, registered_at, clinical_at, sort_at, tokens, refs, body`

const listedRows = (rows: readonly WrittenRow[]) => sql`select ${FIELDS}
  from jsonb_to_recordset(${JSON.stringify(rows.map(plainRow))}::jsonb) as n(key text, type text, id text, version int, last_updated timestamptz, kind text,
    source text, deposit_id text, uninformed boolean, undelivered boolean, long_term boolean, addressee text, registered_at timestamptz, clinical_at timestamptz,
    sort_at timestamptz, tokens text[], refs text[], body text)`

/** One row as plain values: cheaper on both sides than a list of one. */
function oneRow(r: WrittenRow) {
  return sql`values (${r.key}, ${r.type}, ${r.id}, ${r.version}::int, ${r.lastUpdated}::timestamptz, ${r.kind}, ${r.source}, ${r.depositId}::text,
    ${r.uninformed}::boolean, ${r.undelivered}::boolean, ${r.longTerm}::boolean, ${r.addressee}::text, ${r.registeredAt}::timestamptz,
    ${r.clinicalAt}::timestamptz, ${r.index.sortAt}::timestamptz, ${r.index.tokens}::text[], ${r.index.refs}::text[], ${r.body})`
}

const valuesOf = (rows: readonly WrittenRow[]) => (rows.length === 1 ? oneRow(rows[0]!) : listedRows(rows))

/**
 * Writes resources under ids that nobody had before: one statement a table, whatever the number of resources. Nothing waits for the
 * result; an id that is taken after all fails the transaction.
 */
export async function insertNew(db: Db, rows: readonly WrittenRow[]): Promise<void> {
  if (rows.length === 0) return
  if (rows.length >= MANY) await copyResources(db, rows)
  else await later(db, sql`insert into record.resource (${FIELDS}) ${valuesOf(rows)}`)
  await insertIndex(db, rows, { unknown: rows.length >= MANY })
}

/** From so many on, COPY is cheaper for both sides than one INSERT. */
const MANY = 40

/**
 * Writes first or next versions: one statement a table, whatever the number of resources.
 * A row takes the place of exactly the version before it; anything else is somebody else's row.
 * @refuses version-conflict
 */
export async function insertResources(db: Db, rows: readonly WrittenRow[]): Promise<void> {
  if (rows.length === 0) return
  await markChanged(db, rows)
  const { numAffectedRows } = await sql`insert into record.resource as old (${FIELDS}) ${valuesOf(rows)}
    on conflict (key, type, id) do update set version = excluded.version, last_updated = excluded.last_updated, deleted = false, kind = excluded.kind,
      source = excluded.source, deposit_id = excluded.deposit_id, uninformed = excluded.uninformed, undelivered = excluded.undelivered,
      long_term = excluded.long_term, addressee = excluded.addressee, registered_at = excluded.registered_at, clinical_at = excluded.clinical_at,
      sort_at = excluded.sort_at, tokens = excluded.tokens, refs = excluded.refs, body = excluded.body
    where old.version = excluded.version - 1`.execute(db)
  if (numAffectedRows !== BigInt(rows.length)) refuse('version-conflict', { version: '?' })
  await insertIndex(db, rows)
}

type Which = { key: string; type: string; id: string }

/** Moves current versions into history and takes their index rows away; the caller writes what comes next. */
export async function archive(db: Db, which: readonly Which[]): Promise<void> {
  const list = JSON.stringify(which.map(({ key, type, id }) => ({ key, type, id })))
  const listed = sql`jsonb_to_recordset(${list}::jsonb) as w(key text, type text, id text)`
  await later(
    db,
    sql`insert into record.version (key, type, id, version, last_updated, deleted, kind, source, deposit_id, uninformed, undelivered, long_term, addressee, registered_at, clinical_at, body)
      select ${COLUMNS} from record.resource r join ${listed} on r.key = w.key and r.type = w.type and r.id = w.id`,
  )
  await dropIndex(db, which)
}

/** Marks resources deleted in a new version, after `archive`. */
export async function markDeleted(db: Db, which: readonly Which[], at: Date): Promise<void> {
  await markGone(db, which)
  await later(
    db,
    sql`update record.resource r set deleted = true, version = r.version + 1, last_updated = ${at}, sort_at = null, tokens = '{}', refs = '{}', body = ''
      from jsonb_to_recordset(${JSON.stringify(which)}::jsonb) as w(key text, type text, id text)
      where r.key = w.key and r.type = w.type and r.id = w.id`,
  )
}

/** Live resources of one submission, each with its version. */
export async function findOfDeposit(db: Db, key: string, depositId: string): Promise<(Which & { version: number })[]> {
  const { rows } = await sql<
    Which & { version: number }
  >`select key, type, id, version from record.resource where key = ${key} and deposit_id = ${depositId} and not deleted`.execute(db)
  return rows
}

/** One resource that the caller may see, deleted ones included; `lock` holds it against other writers until commit. */
export async function findResource(
  ctx: Context,
  visible: RawBuilder<boolean>,
  rule: RawBuilder<string>,
  which: Which & { lock?: boolean },
): Promise<Seen | undefined> {
  const lock = which.lock ? sql`for update of r` : sql``
  const { rows } = await sql<Row>`select ${COLUMNS}, ${rule} as rule from record.resource r
    where r.key = ${which.key} and r.type = ${which.type} and r.id = ${which.id} and ${visible} ${lock}`.execute(ctx.db)
  return rows[0] && toSeen(rows[0])
}

/** The six items and documents of a person that the caller may see, newest first. */
export async function findChart(ctx: Context, { from, visible, rule }: Sight, keys: readonly string[], limit: number): Promise<Seen[]> {
  const { rows } = await sql<Row>`select ${COLUMNS}, ${rule} as rule from ${from}
    where r.key = any(${[...keys]}::text[]) and not r.deleted and r.kind not in ('patient', 'shared') and ${visible}
    order by r.clinical_at desc nulls last, r.registered_at desc, r.id desc limit ${limit}`.execute(ctx.db)
  return rows.map(toSeen)
}

/** What the rule table reads of a person's items, without what is in them. */
export async function findMarks(ctx: Context, { from, visible }: Sight, keys: readonly string[], limit: number): Promise<Item[]> {
  const { rows } =
    await sql<Item>`select r.type, r.id, r.key, r.kind, r.source, r.uninformed, r.undelivered, r.long_term as "longTerm", r.addressee,
      r.registered_at as "registeredAt"
    from ${from} where r.key = any(${[...keys]}::text[]) and not r.deleted and r.kind not in ('patient', 'shared') and ${visible}
    limit ${limit}`.execute(ctx.db)
  return rows
}

/** One item or document of a person by its id alone, under the same rules as the chart. */
export async function findChartItem(
  ctx: Context,
  visible: RawBuilder<boolean>,
  rule: RawBuilder<string>,
  which: { keys: readonly string[]; id: string },
): Promise<Seen | undefined> {
  const { rows } = await sql<Row>`select ${COLUMNS}, ${rule} as rule from record.resource r
    where r.key = any(${[...which.keys]}::text[]) and r.id = ${which.id} and not r.deleted and r.kind not in ('patient', 'shared') and ${visible} limit 1`.execute(
    ctx.db,
  )
  return rows[0] && toSeen(rows[0])
}

/** Claims an id that a client chose; never one that the platform gave to another person's resource, whoever may see that. */
export async function claimClientId(db: Db, type: string, id: string, key: string): Promise<boolean> {
  const { numAffectedRows } = await sql`insert into record.client_id (type, id, key) select ${type}::text, ${id}::text, ${key}::text
    where not exists (select 1 from record.resource r where r.key = ${keyOfId(id)} and r.type = ${type} and r.id = ${id})
    on conflict do nothing`.execute(db)
  return numAffectedRows === 1n
}

/** Key of a client-assigned id, or undefined. */
export async function keyOfClientId(db: Db, type: string, id: string): Promise<string | undefined> {
  const { rows } = await sql<{ key: string }>`select key from record.client_id where type = ${type} and id = ${id}`.execute(db)
  return rows[0]?.key
}

/** Whether a resource stands at a place, seen or not, deleted or not. */
export async function stands(db: Db, { key, type, id }: Which): Promise<boolean> {
  const { rows } = await sql`select 1 from record.resource where key = ${key} and type = ${type} and id = ${id}`.execute(db)
  return rows.length > 0
}

/** Makes writers of one condition wait for each other until commit: who comes second sees what the first one wrote. */
export async function claimCondition(db: Db, condition: string, at: Date): Promise<void> {
  const hash = createHash('sha256').update(condition).digest()
  await sql`insert into record.condition (hash, at) values (${hash}, ${at}) on conflict (hash) do update set at = excluded.at`.execute(db)
}

/** Forgets conditions nobody claimed since an instant. */
export async function forgetConditions(db: Db, before: Date): Promise<void> {
  await sql`delete from record.condition where at < ${before}`.execute(db)
}

/** Resources by their places, deleted ones included, held against other writers until commit. */
export async function findResources(
  ctx: Context,
  visible: RawBuilder<boolean>,
  rule: RawBuilder<string>,
  which: readonly Which[],
): Promise<Seen[]> {
  const list = JSON.stringify(which)
  const { rows } = await sql<Row>`select ${COLUMNS}, ${rule} as rule from record.resource r
    join jsonb_to_recordset(${list}::jsonb) as w(key text, type text, id text) on r.key = w.key and r.type = w.type and r.id = w.id
    where ${visible} order by r.key, r.type, r.id for update of r`.execute(ctx.db)
  return rows.map(toSeen)
}

/** Keys of client-assigned ids, by `Type/id`. */
export async function keysOfClientIds(db: Db, which: readonly { type: string; id: string }[]): Promise<Map<string, string>> {
  if (which.length === 0) return new Map()
  const { rows } = await sql<{ type: string; id: string; key: string }>`select c.type, c.id, c.key from record.client_id c
    join jsonb_to_recordset(${JSON.stringify(which)}::jsonb) as w(type text, id text) on c.type = w.type and c.id = w.id`.execute(db)
  return new Map(rows.map((r) => [`${r.type}/${r.id}`, r.key]))
}

/** Claims ids that a client chose, in one statement, by the rule of `claimClientId`. @returns those (as `Type/id`) that nobody had */
export async function claimClientIds(db: Db, wanted: readonly Which[]): Promise<Set<string>> {
  if (wanted.length === 0) return new Set()
  const { rows } = await sql<{ type: string; id: string }>`insert into record.client_id (type, id, key)
    select type, id, key from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w(type text, id text, key text)
    where not exists (select 1 from record.resource r where r.key = split_part(w.id, '.', 1) and r.type = w.type and r.id = w.id)
    on conflict do nothing returning type, id`.execute(db)
  return new Set(rows.map((r) => `${r.type}/${r.id}`))
}

/**
 * Those among client-chosen ids (as `Type/id`) under which something stands already, whoever may see it. Each is looked up by itself,
 * however small the tables were when the statement was planned.
 */
export async function takenIds(db: Db, wanted: readonly { type: string; id: string }[]): Promise<Set<string>> {
  if (wanted.length === 0) return new Set()
  const { rows } = await sql<{ type: string; id: string }>`select w.type, w.id
    from unnest(${wanted.map((w) => w.type)}::text[], ${wanted.map((w) => w.id)}::text[]) as w(type, id)
    where (select c.key from record.client_id c where c.type = w.type and c.id = w.id) is not null
      or (select r.id from record.resource r where r.key = split_part(w.id, '.', 1) and r.type = w.type and r.id = w.id) is not null`.execute(
    db,
  )
  return new Set(rows.map((r) => `${r.type}/${r.id}`))
}
