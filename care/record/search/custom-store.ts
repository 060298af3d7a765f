import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { CustomParameter } from './registry.ts'

/** Rows that somebody's own parameters make are numbered from here, apart from the built-in ones. */
export const CUSTOM_FROM = 10_000

export type ParameterState = 'announced' | 'active' | 'refused'
export type StoredParameter = Omit<CustomParameter, 'active'> & { id: string; version: number; state: ParameterState; reason: string }

/** Parameters that are to be indexed, and which of them may be searched. */
export async function loadParameters(db: Db): Promise<CustomParameter[]> {
  const { rows } = await sql<Omit<CustomParameter, 'active'> & { state: string }>`
    select code, types, kind, expression, components, state from record.search_parameter where state in ('announced', 'active')`.execute(db)
  return rows.map(({ state, ...parameter }) => ({ ...parameter, active: state === 'active' }))
}

export async function findParameters(db: Db): Promise<StoredParameter[]> {
  const { rows } =
    await sql<StoredParameter>`select id, version, code, types, kind, expression, components, state, reason from record.search_parameter order by id`.execute(
      db,
    )
  return rows
}

/** The SearchParameter resources as they stand, at most so many. */
export async function findDefinitions(db: Db, limit: number): Promise<{ id: string; version: number; body: string }[]> {
  const { rows } = await sql<{ id: string; version: number; body: string }>`
    select id, version, body from record.resource where type = 'SearchParameter' and not deleted order by last_updated, id limit ${limit}`.execute(
    db,
  )
  return rows
}

export async function saveParameter(db: Db, p: StoredParameter, at: Date): Promise<void> {
  await sql`insert into record.search_parameter (key, id, version, code, types, kind, expression, components, state, reason, announced_at)
    values (${p.id}, ${p.id}, ${p.version}, ${p.code}, ${p.types}::text[], ${p.kind}, ${p.expression}, ${p.components}::text[], ${p.state}, ${p.reason}, ${at})
    on conflict (key, id) do update set version = excluded.version, code = excluded.code, types = excluded.types, kind = excluded.kind,
      expression = excluded.expression, components = excluded.components, state = excluded.state, reason = excluded.reason, announced_at = excluded.announced_at, done_at = null`.execute(
    db,
  )
}

/** Takes a parameter and everything indexed for it away. */
export async function removeParameter(db: Db, p: StoredParameter): Promise<void> {
  await dropValues(db, p)
  await sql`delete from record.search_parameter where key = ${p.id} and id = ${p.id}`.execute(db)
  await sql`delete from record.reindex where key = ${p.id}`.execute(db)
}

export async function dropValues(db: Db, { code, types }: Pick<StoredParameter, 'code' | 'types'>): Promise<void> {
  const of = sql`type = any(${types}::text[]) and param = ${code} and n >= ${CUSTOM_FROM}`
  await sql`delete from record.string_value where ${of}`.execute(db)
  await sql`delete from record.date_value where ${of}`.execute(db)
  await sql`delete from record.number_value where ${of}`.execute(db)
  await sql`delete from record.composite_value where ${of}`.execute(db)
}

/** The walk that gives what was stored before its date beside it. */
export const SORT_DATES = 'sort-date'

/** Whether no such walk is left to be done. */
export async function datesAreFilled(db: Db): Promise<boolean> {
  const { rows } = await sql`select 1 from record.reindex where task = ${SORT_DATES} and state <> 'done' limit 1`.execute(db)
  return rows.length === 0
}

/** A walk over stored resources that fills the index anew; it goes on where it stood. */
export type Reindex = {
  key: string
  task: string
  types: string[]
  state: 'waiting' | 'running' | 'done'
  started_at: Date
  at: Date
  after_key: string
  after_type: string
  after_id: string
  done: number
  estimate: number
  reason: string
}

export async function findReindexes(db: Db): Promise<Reindex[]> {
  const { rows } =
    await sql<Reindex>`select key, task, types, state, started_at, at, after_key, after_type, after_id, done, estimate, reason
    from record.reindex order by started_at, key, task limit 200`.execute(db)
  return rows
}

/** Announces a walk; one that is there already begins again from the start. */
export async function announceReindex(db: Db, about: { key: string; task: string; types: readonly string[] }, at: Date): Promise<void> {
  await sql`insert into record.reindex (key, task, types, state, started_at, at) values (${about.key}, ${about.task}, ${about.types}::text[], 'waiting', ${at}, ${at})
    on conflict (key, task) do update set types = excluded.types, state = 'waiting', started_at = excluded.started_at, at = excluded.at,
      after_key = '', after_type = '', after_id = '', done = 0, estimate = 0, reason = ''`.execute(db)
}

/** Holds a walk for one batch, so that two leaders never walk at once. */
export async function holdReindex(db: Db, { key, task }: Pick<Reindex, 'key' | 'task'>): Promise<Reindex | undefined> {
  const { rows } =
    await sql<Reindex>`select key, task, types, state, started_at, at, after_key, after_type, after_id, done, estimate, reason
    from record.reindex where key = ${key} and task = ${task} and state <> 'done' for update`.execute(db)
  return rows[0]
}

export async function startReindex(db: Db, { key, task, types }: Reindex): Promise<void> {
  const of = types.length === 0 ? sql`true` : sql`type = any(${types}::text[])`
  await sql`update record.reindex set state = 'running', estimate = (select count(*) from record.resource where ${of} and not deleted)
    where key = ${key} and task = ${task}`.execute(db)
}

export async function noteFailure(db: Db, { key, task }: Pick<Reindex, 'key' | 'task'>, reason: string): Promise<void> {
  await sql`update record.reindex set reason = ${reason} where key = ${key} and task = ${task}`.execute(db)
}

export type Walked = { key: string; type: string; id: string; version: number; kind: string; source: string; body: string }

/** The next resources of a walk, held against writers until the batch is done. */
export async function nextBatch(db: Db, r: Reindex, limit: number): Promise<Walked[]> {
  const of = r.types.length === 0 ? sql`true` : sql`type = any(${r.types}::text[])`
  const { rows } = await sql<Walked>`select key, type, id, version, kind, source, body from record.resource
    where (key, type, id) > (${r.after_key}, ${r.after_type}, ${r.after_id}) and ${of} and not deleted order by key, type, id limit ${limit} for update`.execute(
    db,
  )
  return rows
}

export async function saveProgress(db: Db, r: Reindex, last: Walked | undefined, about: { walked: number; at: Date }): Promise<void> {
  if (last)
    await sql`update record.reindex set after_key = ${last.key}, after_type = ${last.type}, after_id = ${last.id}, done = done + ${about.walked}, at = ${about.at}
      where key = ${r.key} and task = ${r.task}`.execute(db)
  else await sql`update record.reindex set state = 'done', at = ${about.at} where key = ${r.key} and task = ${r.task}`.execute(db)
}

/** Makes a parameter searchable, where it is still the version that was indexed. */
export async function activate(db: Db, id: string, version: number, at: Date): Promise<void> {
  await sql`update record.search_parameter set state = 'active', done_at = ${at} where key = ${id} and id = ${id} and version = ${version} and state = 'announced'`.execute(
    db,
  )
}

/** Gives resources the date that their index rows hold. `param`: the one of their type. */
export async function fillDates(db: Db, rows: readonly { key: string; type: string; id: string; param: string }[]): Promise<void> {
  await sql`update record.resource r set sort_at = coalesce(q.lo, q.hi)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(key text, type text, id text, param text)
      join record.date_value q on q.key = n.key and q.type = n.type and q.id = n.id and q.param = n.param
    where r.key = n.key and r.type = n.type and r.id = n.id and r.sort_at is distinct from coalesce(q.lo, q.hi)`.execute(db)
}

type Entries = { key: string; type: string; id: string; tokens: string[]; refs: string[]; sortAt: string | null }

/** Entries, references and dates of resources that were read anew. */
export async function replaceEntries(db: Db, entries: readonly Entries[]): Promise<void> {
  const rows = entries.map(({ sortAt, ...row }) => ({ ...row, sort_at: sortAt }))
  await sql`update record.resource r set tokens = n.tokens, refs = n.refs, sort_at = n.sort_at
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(key text, type text, id text, tokens text[], refs text[], sort_at timestamptz)
    where r.key = n.key and r.type = n.type and r.id = n.id
      and (r.tokens is distinct from n.tokens or r.refs is distinct from n.refs or r.sort_at is distinct from n.sort_at)`.execute(db)
}
