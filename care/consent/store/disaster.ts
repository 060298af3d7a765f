import { sql } from 'kysely'
import type { Db } from '#kernel/database'

/** A disaster for which access was opened. `areas`: what was opened, as `prefecture:17`, `municipality:石川県輪島市`, `institution:1712345678`. */
export type Disaster = {
  id: string
  name: string
  law: string
  areas: string[]
  openedBy: string
  since: Date
  until: Date
  endedAt: Date | null
  /** Institutions at which access was opened. */
  institutions: number
}

const COLUMNS = sql`d.id, d.name, d.law, d.areas, d.opened_by as "openedBy", d.since, d.until, d.ended_at as "endedAt",
  (select count(*)::int from consent.disaster_institution i where i.disaster_id = d.id) as institutions`

export async function insertDisaster(db: Db, d: Omit<Disaster, 'endedAt' | 'institutions'>): Promise<void> {
  await sql`insert into consent.disaster (id, name, law, areas, opened_by, since, until)
    values (${d.id}, ${d.name}, ${d.law}, ${d.areas}::text[], ${d.openedBy}, ${d.since}, ${d.until})`.execute(db)
}

/** Opens institutions for a disaster; one that is open for it already keeps its beginning and gets the new end. */
export async function putInstitutions(db: Db, d: { id: string; since: Date; until: Date }, numbers: readonly string[]): Promise<void> {
  await sql`insert into consent.disaster_institution (institution_number, disaster_id, since, until)
    select n, ${d.id}, ${d.since}::timestamptz, ${d.until}::timestamptz from unnest(${[...numbers]}::text[]) n
    on conflict (institution_number, disaster_id) do update set until = excluded.until`.execute(db)
}

/** @returns false where it is not open */
export async function prolong(db: Db, d: { id: string; until: Date; now: Date }): Promise<boolean> {
  const { numAffectedRows } = await sql`update consent.disaster set until = ${d.until}
    where id = ${d.id} and ended_at is null and until > ${d.now}`.execute(db)
  if (numAffectedRows !== 1n) return false
  await sql`update consent.disaster_institution set until = ${d.until} where disaster_id = ${d.id} and ended_at is null`.execute(db)
  return true
}

/** @returns false where it was not open */
export async function endDisaster(db: Db, d: { id: string; at: Date }): Promise<boolean> {
  const { numAffectedRows } = await sql`update consent.disaster set ended_at = ${d.at}
    where id = ${d.id} and ended_at is null and until > ${d.at}`.execute(db)
  await sql`update consent.disaster_institution set ended_at = ${d.at} where disaster_id = ${d.id} and ended_at is null`.execute(db)
  return numAffectedRows === 1n
}

export async function findDisaster(db: Db, id: string): Promise<Disaster | undefined> {
  const { rows } = await sql<Disaster>`select ${COLUMNS} from consent.disaster d where d.id = ${id}`.execute(db)
  return rows[0]
}

export async function listDisasters(db: Db, limit: number): Promise<Disaster[]> {
  const { rows } = await sql<Disaster>`select ${COLUMNS} from consent.disaster d order by d.since desc, d.id desc limit ${limit}`.execute(
    db,
  )
  return rows
}

/** Disasters for which access is open at an institution, the one that ends last first. */
export async function openAt(db: Db, about: { institutionNumber: string; now: Date }): Promise<Disaster[]> {
  const { rows } = await sql<Disaster>`select ${COLUMNS} from consent.disaster_institution o join consent.disaster d on d.id = o.disaster_id
    where o.institution_number = ${about.institutionNumber} and o.since <= ${about.now} and o.until > ${about.now} and o.ended_at is null
    order by o.until desc, d.id`.execute(db)
  return rows
}

/** Numbers of the institutions at which a disaster is or was open. */
export async function institutionsOf(db: Db, id: string): Promise<string[]> {
  const { rows } = await sql<{ number: string }>`select institution_number as number from consent.disaster_institution
    where disaster_id = ${id} order by 1`.execute(db)
  return rows.map((r) => r.number)
}

/** Of these keys, those under which a person closed something absolutely that is more than single items. */
export async function closedWholly(db: Db, keys: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ key: string }>`select distinct key from consent.closure
    where key = any(${[...keys]}::text[]) and absolute and resource_type = '' and ended_at is null`.execute(db)
  return new Set(rows.map((r) => r.key))
}

/** Of these keys, those of patients of any of the institutions. */
export async function patientsAmong(db: Db, keys: readonly string[], institutions: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ key: string }>`select distinct key from consent.relation
    where key = any(${[...keys]}::text[]) and institution_number = any(${[...institutions]}::text[])`.execute(db)
  return new Set(rows.map((r) => r.key))
}
