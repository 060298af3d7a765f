import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Closure } from '../model.ts'
import { keysWhereRead, raising } from './fact-version.ts'

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

/** Closes something under every key of a person, because records stand under any of them. */
export async function insertClosure(db: Db, keys: readonly string[], c: Omit<Closure, 'key'>): Promise<void> {
  await sql`with ${raising(keysWhereRead(keys, c.institutionNumber))}
    insert into consent.closure (key, id, purpose, institution_number, resource_type, resource_id, absolute, since)
    select k, ${c.closureId}, ${c.purpose}, ${c.institutionNumber}, ${c.type}, ${c.id}, ${c.absolute}, ${c.since}
    from unnest(${[...keys]}::text[]) k`.execute(db)
}

/** What a person closed, the newest first; each once, though it stands under each of their keys. */
export async function findClosures(db: Db, keys: readonly string[]): Promise<Closure[]> {
  const { rows } = await sql<Row>`select distinct on (since, id) * from consent.closure where key = any(${[...keys]}::text[])
    order by since desc, id desc, key limit 500`.execute(db)
  return rows.map(toClosure)
}

/** Opens again what was closed. @returns how many keys it stood under; 0 where it is not theirs or is open already */
export async function endClosure(db: Db, about: { keys: readonly string[]; id: string; at: Date }): Promise<number> {
  const { numAffectedRows } = await sql`with ${raising(keysWhereRead(about.keys))} update consent.closure set ended_at = ${about.at}
    where key = any(${[...about.keys]}::text[]) and id = ${about.id} and ended_at is null`.execute(db)
  return Number(numAffectedRows ?? 0)
}

/**
 * What stands closed under one key of a person is closed under all: for the moment when keys come together. Where they part again, what
 * was closed stays so under each, until the person opens it.
 */
export async function spreadClosures(db: Db, keys: readonly string[]): Promise<void> {
  const all = sql`${[...keys]}::text[]`
  await sql`with ${raising(keysWhereRead(keys))} insert into consent.closure (key, id, purpose, institution_number, resource_type, resource_id, absolute, since)
    select k, c.id, c.purpose, c.institution_number, c.resource_type, c.resource_id, c.absolute, c.since
    from (select distinct on (id) * from consent.closure where key = any(${all}) and ended_at is null order by id, key) c cross join unnest(${all}) k
    on conflict do nothing`.execute(db)
}
