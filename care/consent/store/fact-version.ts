/** Versions of what is agreed to and closed: another with every write of either, so that facts may be read beforehand. */
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { KnownFacts } from '../rules/known.ts'

/**
 * A term of the `with` of every statement that writes `consent.grant_fact` or `consent.closure`: from its commit on nothing that was read
 * before holds at the institutions concerned. In their order, so that two that write the same wait and do not block each other. Versions
 * never come again.
 * @param pairs a query of keys and institutions
 */
export const raising = (pairs: RawBuilder<unknown>): RawBuilder<unknown> => sql`raised as (
  insert into consent.fact_version (key, institution_number, version)
  select key, institution_number, gen_random_uuid() from (select distinct key, institution_number from (${pairs}) pair order by 1, 2) pair
  on conflict (key, institution_number) do update set version = excluded.version)`

/** Keys at one institution. */
export const keysAt = (keys: readonly string[], institutionNumber: string): RawBuilder<unknown> =>
  sql`select key, ${institutionNumber}::text as institution_number from unnest(${[...keys]}::text[]) key`

/** Keys at the institutions that read their facts, or at one of them: whatever was never allowed there was never read. @param institutionNumber '' for all */
export const keysWhereRead = (keys: readonly string[], institutionNumber = ''): RawBuilder<unknown> =>
  sql`select key, institution_number from consent.fact_version where key = any(${[...keys]}::text[]) and ${institutionNumber}::text in ('', institution_number)`

/**
 * Terms that grants and closures of a person wait for each other by, taken in a statement of its own before either writes: without them a
 * closure would not see who is just allowed for the first time, and would leave what was read of it in between standing.
 */
const turn = (key: RawBuilder<unknown>): RawBuilder<unknown> => sql`hashtextextended('consent:' || ${key}, 3)`

/** Taken by who grants: others may grant at the same time. */
export const besideGrants = (key: string): RawBuilder<unknown> => sql`pg_advisory_xact_lock_shared(${turn(sql`${key}::text`)})`

/** Taken by who closes, once every grant that is under way has ended. */
export async function waitForGrants(db: Db, keys: readonly string[]): Promise<void> {
  await sql`select pg_advisory_xact_lock(${turn(sql`k`)}) from (select distinct k from unnest(${[...keys]}::text[]) k order by k) of_person`.execute(
    db,
  )
}

type Row = {
  version: string
  grants: { kind: string; consent_id: string; given_at: string; until: string }[] | null
  closures:
    | {
        id: string
        purpose: string
        institution_number: string
        resource_type: string
        resource_id: string
        absolute: boolean
        since: string
      }[]
    | null
}

/** What one institution was allowed under a purpose and what is closed, by one statement with the version; undefined where nothing ever was allowed there. */
export async function factsUnder(
  db: Db,
  about: { key: string; institutionNumber: string; purpose: string; now: Date },
): Promise<KnownFacts | undefined> {
  const { key, institutionNumber, purpose, now } = about
  const { rows } = await sql<Row>`select v.version,
      (select jsonb_agg(g order by consent_id) from (select kind, consent_id, given_at, until from consent.grant_fact
        where key = ${key} and institution_number = ${institutionNumber} and purpose = ${purpose} and until > ${now} and withdrawn_at is null) g) as grants,
      (select jsonb_agg(c) from (select id, purpose, institution_number, resource_type, resource_id, absolute, since from consent.closure
        where key = ${key} and ended_at is null) c) as closures
    from consent.fact_version v where v.key = ${key} and v.institution_number = ${institutionNumber}`.execute(db)
  const row = rows[0]
  if (!row) return undefined
  const grants = (row.grants ?? []).map((g) => ({
    key,
    consentId: g.consent_id,
    kind: g.kind,
    institutionNumber,
    purpose,
    givenAt: new Date(g.given_at),
    until: new Date(g.until),
    withdrawnAt: null,
  }))
  const closures = (row.closures ?? []).map((c) => ({
    key,
    closureId: c.id,
    purpose: c.purpose,
    institutionNumber: c.institution_number,
    type: c.resource_type,
    id: c.resource_id,
    absolute: c.absolute,
    since: new Date(c.since),
    endedAt: null,
  }))
  return { key, institutionNumber, version: row.version, grants, closures }
}

/** Whether facts still have the version. */
export async function versionStands(db: Db, { key, institutionNumber, version }: KnownFacts): Promise<boolean> {
  const { rows } = await sql`select 1 from consent.fact_version
    where key = ${key} and institution_number = ${institutionNumber} and version = ${version}::uuid`.execute(db)
  return rows.length > 0
}
