import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Closure } from '../model.ts'
import { keysWhereRead, raising, waitForGrants } from './fact-version.ts'

type Row = {
  key: string
  id: string
  purpose: string
  institution_number: string
  resource_type: string
  resource_id: string
  absolute: boolean
  since: Date
  ended_at: Date | null
}

const toClosure = (r: Row): Closure => ({
  key: r.key,
  closureId: r.id,
  purpose: r.purpose,
  institutionNumber: r.institution_number,
  type: r.resource_type,
  id: r.resource_id,
  absolute: r.absolute,
  since: r.since,
  endedAt: r.ended_at,
})

/** A closure with the other tellings of its item: `id` and `id.1`, `id.2`, … */
const rowsOf = (c: Omit<Closure, 'key'>) => [
  { id: c.closureId, type: c.type, resource: c.id },
  ...(c.alike ?? []).map(({ type, id }, n) => ({ id: `${c.closureId}.${n + 1}`, type, resource: id })),
]

/** What stands with a closure: itself, and what was closed with it. */
const ofAct = (id: string) => sql`(id = ${id} or starts_with(id, ${`${id}.`}))`

/** Closes something under every key of a person, because records stand under any of them. */
export async function insertClosure(db: Db, keys: readonly string[], c: Omit<Closure, 'key'>): Promise<void> {
  await waitForGrants(db, keys)
  await sql`with ${raising(keysWhereRead(keys, c.institutionNumber))}
    insert into consent.closure (key, id, purpose, institution_number, resource_type, resource_id, absolute, since)
    select k, n.id, ${c.purpose}, ${c.institutionNumber}, n.type, n.resource, ${c.absolute}, ${c.since}
    from unnest(${[...keys]}::text[]) k cross join jsonb_to_recordset(${JSON.stringify(rowsOf(c))}::jsonb) n(id text, type text, resource text)`.execute(
    db,
  )
}

/** What a person closed, the newest first; each once, though it stands under each of their keys. */
export async function findClosures(db: Db, keys: readonly string[]): Promise<Closure[]> {
  const { rows } = await sql<Row>`select distinct on (since, id) * from consent.closure where key = any(${[...keys]}::text[])
    order by since desc, id desc, key limit 5000`.execute(db)
  return rows.map(toClosure)
}

/** Items that are kept back under a key now; `isFirst` for the one that the person named. */
export async function findKeptBack(db: Db, key: string): Promise<{ closureId: string; type: string; id: string; isFirst: boolean }[]> {
  const { rows } = await sql<{ closureId: string; type: string; id: string; isFirst: boolean }>`
    select id as "closureId", resource_type as type, resource_id as id, strpos(id, '.') = 0 as "isFirst"
    from consent.closure where key = ${key} and resource_type <> '' and ended_at is null order by id`.execute(db)
  return rows
}

/** Items that follow one that is kept back: `gone` where they take its place, else they stand beside it. */
export type Followers = { closureId: string; gone: boolean; items: readonly { type: string; id: string }[] }

/** Keeps back what follows, under every key of the person. What is kept back already stays as it is. */
export async function followClosures(db: Db, keys: readonly string[], followers: readonly Followers[], newId: () => string): Promise<void> {
  const moved = followers.flatMap(({ closureId, gone, items: [first] }) => (gone && first ? [{ old: closureId, ...first }] : []))
  const added = followers.flatMap(({ closureId, gone, items }) =>
    items.slice(gone ? 1 : 0).map((item) => ({ old: closureId, fresh: `${closureId.split('.', 1)[0]}.${newId()}`, ...item })),
  )
  const all = sql`${[...keys]}::text[]`
  await waitForGrants(db, keys)
  await sql`with ${raising(keysWhereRead(keys))} update consent.closure c set resource_type = m.type, resource_id = m.id
    from jsonb_to_recordset(${JSON.stringify(moved)}::jsonb) m(old text, type text, id text)
    where m.old = c.id and c.ended_at is null and c.key = any(${all})`.execute(db)
  await sql`with ${raising(keysWhereRead(keys))} insert into consent.closure (key, id, purpose, institution_number, resource_type, resource_id, absolute, since)
    select distinct on (c.key, c.purpose, c.absolute, a.type, a.id) c.key, a.fresh, c.purpose, c.institution_number, a.type, a.id, c.absolute, c.since
    from consent.closure c join jsonb_to_recordset(${JSON.stringify(added)}::jsonb) a(old text, fresh text, type text, id text) on a.old = c.id
    where c.ended_at is null and c.key = any(${all}) and not exists (select 1 from consent.closure o where o.key = c.key and o.purpose = c.purpose
      and o.absolute = c.absolute and o.resource_type = a.type and o.resource_id = a.id and o.ended_at is null)`.execute(db)
}

/** Opens again what was closed. @returns how many keys it stood under; 0 where it is not theirs or is open already */
export async function endClosure(db: Db, about: { keys: readonly string[]; id: string; at: Date }): Promise<number> {
  const { numAffectedRows } = await sql`with ${raising(keysWhereRead(about.keys))} update consent.closure set ended_at = ${about.at}
    where key = any(${[...about.keys]}::text[]) and ${ofAct(about.id)} and ended_at is null`.execute(db)
  return Number(numAffectedRows ?? 0)
}

/**
 * What stands closed under one key of a person is closed under all: for the moment when keys come together. Where they part again, what
 * was closed stays so under each, until the person opens it.
 */
export async function spreadClosures(db: Db, keys: readonly string[]): Promise<void> {
  const all = sql`${[...keys]}::text[]`
  await waitForGrants(db, keys)
  await sql`with ${raising(keysWhereRead(keys))} insert into consent.closure (key, id, purpose, institution_number, resource_type, resource_id, absolute, since)
    select k, c.id, c.purpose, c.institution_number, c.resource_type, c.resource_id, c.absolute, c.since
    from (select distinct on (id) * from consent.closure where key = any(${all}) and ended_at is null order by id, key) c cross join unnest(${all}) k
    on conflict do nothing`.execute(db)
}
