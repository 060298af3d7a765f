import { sql } from 'kysely'
import { connectionLost, type Db, later, sqlState } from './database.ts'
import { ulid } from './id.ts'
import { underEpoch } from './leader.ts'

/** A message that leaves with the write that caused it: at least once, in order per key. */
export type Outgoing = { topic: string; key: string; payload: unknown }

/** A message as it stands in the outbox. */
export type Told = Outgoing & { id: string; at: Date }

/**
 * A room that wants messages. `take` runs in the transaction that marks them as handed over, so a message reaches every
 * room's own tables exactly once; it sends nothing anywhere.
 */
export type Taker = { topics: readonly string[]; take: (db: Db, told: readonly Told[], now: Date) => Promise<void> }

export async function writeOutbox(db: Db, now: Date, messages: readonly Outgoing[]): Promise<void> {
  if (messages.length === 0) return
  const rows = messages.map((m) => ({ ...m, id: ulid(now.getTime()) }))
  await later(
    db,
    sql`insert into kernel.outbox (key, id, at, topic, payload)
      select key, id, ${now}, topic, payload from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as r(key text, id text, topic text, payload jsonb)`,
  )
}

const FIRST = 500
const MOST = 5_000
/** A message that no room could take this often is set aside with its error; the others go on. */
const MOST_TRIES = 10

/**
 * Open messages, all of a key together. They are found by not having been handed over, never by a mark of how far one came:
 * ids come from the clocks of many processes, and what commits later may sort earlier.
 */
async function openMessages(db: Db): Promise<Told[]> {
  const { rows: first } = await sql<{ key: string }>`select key from kernel.outbox
    where delivered_at is null and parked_at is null order by id limit ${FIRST}`.execute(db)
  if (first.length === 0) return []
  // By key, in a statement of its own: as one, the database reads every open message to find these.
  const keys = [...new Set(first.map((r) => r.key))]
  const { rows } = await sql<Told>`select key, id, at, topic, payload from kernel.outbox
    where key = any(${keys}::text[]) and delivered_at is null and parked_at is null order by id limit ${MOST}`.execute(db)
  return rows
}

/** Asked before a transaction is begun, because most of the time there is nothing. */
async function anyOpen(db: Db): Promise<boolean> {
  const { rows } = await sql`select 1 from kernel.outbox where delivered_at is null and parked_at is null limit 1`.execute(db)
  return rows.length > 0
}

/** Two that hand out at the same moment would hand everything out twice. */
async function oneAtATime(db: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('kernel.outbox', 1))`.execute(db)
}

async function stillOpen(db: Db, { key, id }: Told): Promise<boolean> {
  const { rows } =
    await sql`select 1 from kernel.outbox where key = ${key} and id = ${id} and delivered_at is null and parked_at is null`.execute(db)
  return rows.length > 0
}

async function handOver(db: Db, told: readonly Told[], { now, takers }: { now: Date; takers: readonly Taker[] }): Promise<void> {
  for (const taker of takers) {
    const wanted = told.filter((t) => taker.topics.includes(t.topic))
    if (wanted.length > 0) await taker.take(db, wanted, now)
  }
  const which = JSON.stringify(told.map(({ key, id }) => ({ key, id })))
  await sql`update kernel.outbox o set delivered_at = ${now} from jsonb_to_recordset(${which}::jsonb) as w(key text, id text)
    where o.key = w.key and o.id = w.id`.execute(db)
}

/** Notes that nobody could take a message, with the kind of error; never its text, which may quote a person's data. */
async function noteFailure(db: Db, { key, id }: Told, about: { now: Date; error: unknown }): Promise<void> {
  const kind = sqlState(about.error) ?? (about.error instanceof Error ? about.error.name : 'unknown')
  await sql`update kernel.outbox set tries = tries + 1, error = ${kind},
    parked_at = case when tries + 1 >= ${MOST_TRIES} then ${about.now}::timestamptz end where key = ${key} and id = ${id}`.execute(db)
}

/**
 * Hands open messages to the rooms that want them, under the leader's epoch.
 * @returns how many were handed over; 0 also where the lead was lost
 */
export async function handOut(db: Db, about: { epoch: number; now: Date; takers: readonly Taker[] }): Promise<number> {
  try {
    if (!(await anyOpen(db))) return 0
    const done = await underEpoch(db, about.epoch, async (trx) => {
      await oneAtATime(trx)
      const told = await openMessages(trx)
      if (told.length > 0) await handOver(trx, told, about)
      return told.length
    })
    return done ?? 0
  } catch (error) {
    if (connectionLost(error)) throw error
    return handOutSingly(db, about)
  }
}

/** One transaction a message, so that the one which cannot be taken is found. Those behind it of the same key wait. */
async function handOutSingly(db: Db, about: { epoch: number; now: Date; takers: readonly Taker[] }): Promise<number> {
  const stuck = new Set<string>()
  let done = 0
  for (const told of await openMessages(db)) {
    if (stuck.has(told.key)) continue
    try {
      const held = await underEpoch(db, about.epoch, async (trx) => {
        await oneAtATime(trx)
        if (await stillOpen(trx, told)) await handOver(trx, [told], about)
        return true
      })
      if (held === undefined) return done
      done++
    } catch (error) {
      if (connectionLost(error)) throw error
      stuck.add(told.key)
      await underEpoch(db, about.epoch, (trx) => noteFailure(trx, told, { now: about.now, error }))
    }
  }
  return done
}

/** Messages that nobody could take, for whoever watches the platform. */
export async function parkedMessages(db: Db): Promise<{ topic: string; id: string; error: string; parkedAt: Date }[]> {
  const { rows } = await sql<{ topic: string; id: string; error: string; parkedAt: Date }>`
    select topic, id, error, parked_at as "parkedAt" from kernel.outbox where parked_at is not null order by id limit 1000`.execute(db)
  return rows
}

/** Forgets messages that were written before an instant and handed over. @returns how many */
export async function forgetHandedOver(db: Db, before: Date): Promise<number> {
  const { numAffectedRows } = await sql`delete from kernel.outbox where at < ${before} and delivered_at is not null`.execute(db)
  return Number(numAffectedRows ?? 0n)
}
