/** Reports of what was touched: asked, worked out piece by piece, kept. */
import { type RawBuilder, sql } from 'kysely'
import { type LogFilter, logCondition } from '#kernel/audit-search'
import type { Db } from '#kernel/database'
import type { Selector } from '../scope/selector.ts'

export type ScopeState = 'waiting' | 'running' | 'done' | 'failed'
export type Scope = {
  id: string
  selector: Selector
  askedAt: Date
  askedBy: string
  askedByName: string
  breachId: string | null
  fromAt: Date | null
  toAt: Date
  slices: number
  done: number
  state: ScopeState
  startedAt: Date | null
  endedAt: Date | null
  entries: number
  refused: number
  persons: number | null
  firstAt: Date | null
  lastAt: Date | null
}

const FIELDS = sql`id, selector, asked_at as "askedAt", asked_by as "askedBy", asked_by_name as "askedByName", breach_id as "breachId", from_at as "fromAt",
  to_at as "toAt", slices, done, state, started_at as "startedAt", ended_at as "endedAt", entries, refused, persons, first_at as "firstAt", last_at as "lastAt"`

export async function insertScope(
  db: Db,
  s: Pick<Scope, 'id' | 'selector' | 'askedAt' | 'askedBy' | 'askedByName' | 'breachId' | 'toAt' | 'slices'>,
): Promise<void> {
  await sql`insert into oversight.scope (id, selector, asked_at, asked_by, asked_by_name, breach_id, to_at, slices, state)
    values (${s.id}, ${JSON.stringify(s.selector)}::jsonb, ${s.askedAt}, ${s.askedBy}, ${s.askedByName}, ${s.breachId}, ${s.toAt}, ${s.slices}, 'waiting')`.execute(
    db,
  )
}

export async function findScope(db: Db, id: string): Promise<Scope | undefined> {
  const { rows } = await sql<Scope>`select ${FIELDS} from oversight.scope where id = ${id}`.execute(db)
  return rows[0]
}

export async function listScopes(db: Db, limit: number): Promise<Scope[]> {
  const { rows } = await sql<Scope>`select ${FIELDS} from oversight.scope order by asked_at desc, id desc limit ${limit}`.execute(db)
  return rows
}

/** Number of reports that are not worked out yet. */
export async function openScopes(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from oversight.scope where state in ('waiting', 'running')`.execute(
    db,
  )
  return rows[0]!.n
}

/** The report whose turn it is. One that failed three times waits for somebody. */
export async function nextScope(db: Db): Promise<Scope | undefined> {
  const { rows } =
    await sql<Scope>`select ${FIELDS} from oversight.scope where state in ('waiting', 'running') order by asked_at, id limit 1`.execute(db)
  return rows[0]
}

/** @param firstAt the first entry that may count; null where the log has none */
export async function beginScope(db: Db, id: string, about: { now: Date; from: Date }): Promise<void> {
  await sql`update oversight.scope set state = 'running', started_at = ${about.now}, from_at = ${about.from} where id = ${id} and state = 'waiting'`.execute(
    db,
  )
}

export async function noteTry(db: Db, id: string): Promise<void> {
  await sql`update oversight.scope set tries = tries + 1, state = case when tries + 1 >= 3 then 'failed' else state end where id = ${id}`.execute(
    db,
  )
}

/** Instant of the first entry of the log; null where it is empty. */
export async function firstEntryAt(db: Db): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`select min(at) as at from kernel.audit`.execute(db)
  return rows[0]!.at
}

/** What is counted beside persons, and what names it. */
export const dimensions = ['actor', 'institution', 'via', 'action', 'rule', 'purpose'] as const
export type Dimension = (typeof dimensions)[number] | 'kind'

/** Values of one dimension that are kept of a piece; the rest are in the entries alone. */
const MOST_VALUES = 500

/** Works out one piece: one pass over its entries, every grouping at once. Doing it again changes nothing. */
export async function countSlice(db: Db, about: { id: string; slice: number; filter: LogFilter }): Promise<void> {
  const { id, slice, filter } = about
  await sql`set local statement_timeout = 0`.execute(db)
  await sql`set local work_mem = '128MB'`.execute(db)
  await sql`delete from oversight.scope_touched where scope_id = ${id} and slice = ${slice}`.execute(db)
  await sql`delete from oversight.scope_count where scope_id = ${id} and slice = ${slice}`.execute(db)
  const touched: RawBuilder<unknown> = sql`outcome = 'success' and key <> '' and ${logCondition(filter)}`
  await sql`
    with grouped as materialized (
      select grouping(key, actor_id, institution_number, via, action, rule, purpose) as which, key, kinds, actor_id, institution_number, via, action, rule,
        purpose, count(*) as entries, min(at) as first_at, max(at) as last_at, min(actor_name) as actor_name, min(institution_name) as institution_name
      from kernel.audit where ${touched}
      group by grouping sets ((key, kinds), (actor_id), (institution_number), (via), (action), (rule), (purpose))),
    persons as (
      insert into oversight.scope_touched (key, scope_id, slice, kinds, entries, first_at, last_at)
      select key, ${id}, ${slice}, kinds, entries, first_at, last_at from grouped where which = 63),
    named as (
      select *, case which when 95 then 'actor' when 111 then 'institution' when 119 then 'via' when 123 then 'action' when 125 then 'rule' else 'purpose' end as dimension,
        row_number() over (partition by which order by entries desc) as place from grouped where which <> 63)
    insert into oversight.scope_count (scope_id, slice, dimension, value, label, entries, first_at, last_at)
    select ${id}, ${slice}, dimension, coalesce(actor_id, institution_number, via, action, rule, purpose),
      case dimension when 'actor' then actor_name when 'institution' then institution_name else '' end, entries, first_at, last_at
    from named where place <= ${MOST_VALUES}`.execute(db)
  await countFetched(db, about)
  const refused = sql`outcome <> 'success' and ${logCondition(filter)}`
  await sql`update oversight.scope set done = ${slice + 1}, refused = refused + (select count(*) from kernel.audit where ${refused}) where id = ${id}`.execute(
    db,
  )
}

/** A job waits, works and keeps its files no longer than this: what was written for a file lies so far before its fetch at most. */
const JOB_LIVES = sql`interval '9 days'`

/**
 * An institution's own lines leave a bulk export without an entry for each person: whose they are stands where the file was written, under
 * the same job, at another time and by another token perhaps. Whoever fetched them has seen them.
 */
async function countFetched(db: Db, about: { id: string; slice: number; filter: LogFilter }): Promise<void> {
  const { keys, ...filter } = about.filter
  await sql`
    with fetched as materialized (
      select actor_id, split_part(resource, '/', 2) as job, rule, kinds, count(*) as times, min(at) as first_at, max(at) as last_at from kernel.audit
      where action = 'bulk.export-fetch' and key = '' and rule <> '' and outcome = 'success' and ${logCondition(filter)} group by 1, 2, 3, 4),
    seen as materialized (
      select distinct w.key, f.* from fetched f join kernel.audit w on w.actor_id = f.actor_id and w.request_id = f.job
        and w.at between f.first_at - ${JOB_LIVES} and f.last_at
      where w.action = 'bulk.export' and w.outcome = 'success' and w.rule = f.rule and w.kinds && f.kinds and w.key <> '' and ${logCondition({ keys })})
    insert into oversight.scope_touched as t (key, scope_id, slice, kinds, entries, first_at, last_at)
    select key, ${about.id}, ${about.slice}, kinds, sum(times), min(first_at), max(last_at) from seen group by key, kinds
    on conflict (scope_id, key, slice, kinds) do update set entries = t.entries + excluded.entries,
      first_at = least(t.first_at, excluded.first_at), last_at = greatest(t.last_at, excluded.last_at)`.execute(db)
}

/** Puts the pieces together. */
export async function endScope(db: Db, id: string, now: Date): Promise<void> {
  await sql`set local statement_timeout = 0`.execute(db)
  await sql`update oversight.scope s set state = 'done', ended_at = ${now}, entries = t.entries, persons = t.persons, first_at = t.first_at, last_at = t.last_at
    from (select coalesce(sum(entries), 0) as entries, count(distinct key)::int as persons, min(first_at) as first_at, max(last_at) as last_at
      from oversight.scope_touched where scope_id = ${id}) t where s.id = ${id}`.execute(db)
}

export type Counted = { dimension: Dimension; value: string; label: string; entries: number; firstAt: Date; lastAt: Date }

/** What the report counts, most first, at most so many of each dimension. */
export async function countsOf(db: Db, id: string, most: number): Promise<Counted[]> {
  const { rows } = await sql<Counted>`
    with summed as (
      select dimension, value, min(label) as label, sum(entries)::bigint as entries, min(first_at) as "firstAt", max(last_at) as "lastAt"
      from oversight.scope_count where scope_id = ${id} and value <> '' group by dimension, value
      union all
      select 'kind', kind, '', sum(entries)::bigint, min(first_at), max(last_at)
      from oversight.scope_touched, unnest(kinds) as kind where scope_id = ${id} group by kind)
    select dimension, value, label, entries, "firstAt", "lastAt" from (
      select *, row_number() over (partition by dimension order by entries desc, value) as place from summed) placed
    where place <= ${most} order by dimension, entries desc, value`.execute(db)
  return rows
}

export type Touched = { key: string; kinds: string[]; entries: number; firstAt: Date; lastAt: Date }

/** Persons of a report by their keys, each with everything that was touched. @param after the last key before */
export async function touchedOf(db: Db, id: string, page: { after: string; limit: number }): Promise<Touched[]> {
  const { rows } = await sql<Touched & { kinds: string }>`
    select key, coalesce(string_agg(array_to_string(kinds, ' '), ' '), '') as kinds, sum(entries)::int as entries, min(first_at) as "firstAt", max(last_at) as "lastAt"
    from oversight.scope_touched where scope_id = ${id} and key > ${page.after} group by key order by key limit ${page.limit}`.execute(db)
  return rows.map(({ kinds, ...rest }) => ({ ...rest, kinds: [...new Set(kinds.split(' ').filter(Boolean))].sort() }))
}

/** One person's part of a report, under any of their keys. */
export async function touchedAmong(db: Db, id: string, keys: readonly string[]): Promise<Touched[]> {
  const { rows } = await sql<Touched & { kinds: string }>`
    select key, coalesce(string_agg(array_to_string(kinds, ' '), ' '), '') as kinds, sum(entries)::int as entries, min(first_at) as "firstAt", max(last_at) as "lastAt"
    from oversight.scope_touched where scope_id = ${id} and key = any(${[...keys]}::text[]) group by key order by key`.execute(db)
  return rows.map(({ kinds, ...rest }) => ({ ...rest, kinds: [...new Set(kinds.split(' ').filter(Boolean))].sort() }))
}
