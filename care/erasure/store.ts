import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { CaseState, Certificate, ErasureCase, Generation, TableRule } from './model.ts'

const COLUMNS = sql`person_id as "personId", id, keys, reason, scope, state, asked_at as "askedAt", stopped, decided_at as "decidedAt",
  decided_by as "decidedBy", decided_by_name as "decidedByName", refusal, next_at as "nextAt"`

export async function insertCase(db: Db, one: ErasureCase): Promise<boolean> {
  const { numAffectedRows } = await sql`insert into erasure.case (person_id, id, keys, reason, scope, state, asked_at, stopped)
    values (${one.personId}, ${one.id}, ${[...one.keys]}::text[], ${one.reason}, ${one.scope}, ${one.state}, ${one.askedAt}, ${one.stopped})
    on conflict do nothing`.execute(db)
  return numAffectedRows === 1n
}

/** A person's wishes, asked under any of their entries, the newest first. */
export async function casesOf(db: Db, personIds: readonly string[]): Promise<ErasureCase[]> {
  const { rows } = await sql<ErasureCase>`select ${COLUMNS} from erasure.case where person_id = any(${[...personIds]}::text[])
    order by id desc limit 100`.execute(db)
  return rows
}

/** Held until the write ends. */
export async function lockCase(db: Db, which: { personId: string; id: string }): Promise<ErasureCase | undefined> {
  const { rows } =
    await sql<ErasureCase>`select ${COLUMNS} from erasure.case where person_id = ${which.personId} and id = ${which.id} for update`.execute(
      db,
    )
  return rows[0]
}

/** Those that wait for a decision, the oldest first, and those of which something is kept. */
export async function openCases(db: Db, limit: number): Promise<ErasureCase[]> {
  const { rows } = await sql<ErasureCase>`select ${COLUMNS} from erasure.case where state in ('asked', 'kept')
    order by state = 'kept', asked_at limit ${limit}`.execute(db)
  return rows
}

/** Those of which something may go now. */
export async function dueCases(db: Db, now: Date, limit: number): Promise<ErasureCase[]> {
  const { rows } = await sql<ErasureCase>`select ${COLUMNS} from erasure.case where state = 'kept' and next_at <= ${now}
    order by next_at limit ${limit}`.execute(db)
  return rows
}

/** @param to.keys what was erased in the end, where it is more than what was asked of */
export async function moveCase(
  db: Db,
  which: { personId: string; id: string },
  to: { state: CaseState; at: Date; keys?: readonly string[]; by?: { id: string; name: string }; refusal?: string; nextAt?: Date | null },
): Promise<void> {
  await sql`update erasure.case set state = ${to.state}, next_at = ${to.nextAt ?? null}, refusal = ${to.refusal ?? ''},
      decided_at = coalesce(decided_at, ${to.at}), decided_by = coalesce(${to.by?.id ?? null}, decided_by),
      decided_by_name = coalesce(${to.by?.name ?? null}, decided_by_name), keys = coalesce(${to.keys ? [...to.keys] : null}::text[], keys)
    where person_id = ${which.personId} and id = ${which.id}`.execute(db)
}

export async function insertCertificate(
  db: Db,
  personId: string,
  one: { id: string; caseId: string; at: Date; body: string },
): Promise<void> {
  await sql`insert into erasure.certificate (person_id, id, case_id, at, body)
    values (${personId}, ${one.id}, ${one.caseId}, ${one.at}, ${one.body})`.execute(db)
}

export type Kept = { id: string; body: string; certificate: Certificate }

export async function certificatesOf(db: Db, personIds: readonly string[]): Promise<Kept[]> {
  const { rows } = await sql<{
    id: string
    body: string
  }>`select id, body from erasure.certificate where person_id = any(${[...personIds]}::text[])
    order by id desc limit 100`.execute(db)
  return rows.map((row) => ({ ...row, certificate: JSON.parse(row.body) as Certificate }))
}

/** Notes that a backup is being made: from now on it holds who is erased meanwhile. */
export async function beginGeneration(db: Db, one: Omit<Generation, 'destroyedAt' | 'whole'>): Promise<void> {
  await sql`insert into erasure.generation (generation, made_at, ends_on, key_file, whole)
    values (${one.generation}, ${one.madeAt}, ${one.endsOn}, ${one.keyFile}, false) on conflict (generation) do nothing`.execute(db)
}

/** Notes that the backup is whole. */
export async function finishGeneration(db: Db, generation: string): Promise<void> {
  await sql`update erasure.generation set whole = true where generation = ${generation}`.execute(db)
}

/** Notes a backup; one that is known already keeps what was noted, and gets an end where it had none: its key may have been found first. */
export async function noteGeneration(db: Db, one: Omit<Generation, 'destroyedAt' | 'whole'>): Promise<void> {
  await sql`insert into erasure.generation as g (generation, made_at, ends_on, key_file)
    values (${one.generation}, ${one.madeAt}, ${one.endsOn}, ${one.keyFile}) on conflict (generation) do update set ends_on = coalesce(g.ends_on, excluded.ends_on)`.execute(
    db,
  )
}

export async function generations(db: Db): Promise<Generation[]> {
  const { rows } = await sql<Generation>`select generation, made_at as "madeAt", ends_on as "endsOn", key_file as "keyFile", whole,
    destroyed_at as "destroyedAt" from erasure.generation order by made_at desc limit 1000`.execute(db)
  return rows
}

export async function noteDestroyed(db: Db, generation: string, at: Date): Promise<void> {
  await sql`update erasure.generation set destroyed_at = ${at} where generation = ${generation} and destroyed_at is null`.execute(db)
}

/** Sets the end of a backup that has none, or an earlier one. @returns false where it is unknown or gone, or ends before that */
export async function setEnd(db: Db, generation: string, endsOn: string): Promise<boolean> {
  const { numAffectedRows } = await sql`update erasure.generation set ends_on = ${endsOn}
    where generation = ${generation} and destroyed_at is null and (ends_on is null or ends_on >= ${endsOn})`.execute(db)
  return numAffectedRows === 1n
}

/** Takes a person out of the tables of the plan. Tables and columns are constants of the plan, never what somebody sent. */
export async function clear(
  db: Db,
  plan: readonly TableRule[],
  who: { personIds: readonly string[]; keys: readonly string[] },
): Promise<void> {
  for (const { table, column, holds } of plan) {
    const ids = holds === 'key' ? [...who.keys] : [...who.personIds]
    await sql`delete from ${sql.table(table)} where ${sql.id(column)} = any(${ids}::text[])`.execute(db)
  }
}

/** Keys of people of whom nothing is left, whose entries of the log may still say something. */
export async function erasedKeys(db: Db, limit: number, after: string): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`select distinct k as key from erasure.case c cross join unnest(c.keys) k
    where c.state = 'erased' and k > ${after} order by 1 limit ${limit}`.execute(db)
  return rows.map((row) => row.key)
}
