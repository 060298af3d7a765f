/** Erasing: what of a person's record may go, taking it out of every table, and the order that a restore carries out again. */
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#kernel/database'
import { forgetAnswers } from '#kernel/idempotency'
import { markErased } from '../narrowing/store.ts'

/** What one institution gave to a person's record; `youngest`: when the last of it was registered. */
export type Portion = { source: string; count: number; youngest: Date }

/** A person's record by who gave it, deleted resources and earlier versions too: they are kept as long. */
export async function portionsOf(db: Db, keys: readonly string[]): Promise<Portion[]> {
  const { rows } = await sql<Portion>`select source, count(*)::int as count, max(greatest(registered_at, last_updated)) as youngest
    from record.resource where key = any(${[...keys]}::text[]) and type <> 'Patient' group by source order by source`.execute(db)
  return rows
}

const byResource = ['string_value', 'date_value', 'number_value', 'composite_value', 'hidden_contact'] as const
const whole = [...byResource, 'version', 'deposit', 'bundle_claim', 'hidden_key', 'resource'] as const

/**
 * An order to erase under one key: by whom, on what basis and why. `sources`: only what these institutions gave until then, null for
 * everything; `personId`: the person's registration goes with it.
 */
export type ErasureOrder = {
  key: string
  id: string
  at: Date
  by: string
  basis: string
  reason: string
  sources?: readonly string[] | null
  personId?: string | null
}

/** Carries out an order again where it is not known here, as after a restore. @returns whether there was anything to do */
export async function eraseAgain(db: Db, order: ErasureOrder): Promise<boolean> {
  const { rows } = await sql`select 1 from record.erasure where key = ${order.key} and id = ${order.id}`.execute(db)
  if (rows.length > 0) return false
  await erase(db, order)
  return true
}

/** Takes a record, or what some institutions gave to it, out of every table, and notes that it was done. @returns how many resources went */
export async function erase(db: Db, order: ErasureOrder): Promise<number> {
  await markErased(db, order.key)
  await forgetAnswers(db, order.key)
  const gone = order.sources ? await eraseSome(db, order, order.sources) : await eraseWhole(db, order.key)
  await sql`insert into record.erasure (key, id, at, by, basis, reason, sources, person_id)
    values (${order.key}, ${order.id}, ${order.at}, ${order.by}, ${order.basis}, ${order.reason}, ${order.sources ?? null}, ${order.personId ?? null})`.execute(
    db,
  )
  return gone
}

async function eraseWhole(db: Db, key: string): Promise<number> {
  let gone = 0
  for (const table of whole) {
    const { numAffectedRows } = await sql`delete from ${sql.table(`record.${table}`)} where key = ${key}`.execute(db)
    if (table === 'resource') gone = Number(numAffectedRows ?? 0)
  }
  await sql`delete from record.client_id where key = ${key}`.execute(db)
  return gone
}

/** What came from an institution later than the order stays: after a restore it may be from after it. */
async function eraseSome(db: Db, { key, at }: ErasureOrder, sources: readonly string[]): Promise<number> {
  const given = (of: RawBuilder<unknown>) => sql`${of}.key = ${key} and ${of}.source = any(${[...sources]}::text[])`
  const resource = sql`${given(sql`r`)} and r.type <> 'Patient' and r.last_updated <= ${at}`
  const of = (alias: RawBuilder<unknown>) => sql`r.key = ${alias}.key and r.type = ${alias}.type and r.id = ${alias}.id and ${resource}`
  for (const table of [...byResource, 'version'] as const)
    await sql`delete from ${sql.table(`record.${table}`)} v using record.resource r where ${of(sql`v`)}`.execute(db)
  await sql`delete from record.bundle_claim c using record.deposit d
    where c.key = d.key and c.deposit_id = d.id and ${given(sql`d`)} and d.received_at <= ${at}`.execute(db)
  await sql`delete from record.deposit d where ${given(sql`d`)} and d.received_at <= ${at}`.execute(db)
  await sql`delete from record.client_id v using record.resource r where ${of(sql`v`)}`.execute(db)
  const { numAffectedRows } = await sql`delete from record.resource r where ${resource}`.execute(db)
  return Number(numAffectedRows ?? 0)
}
