import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { JsonObject } from '#packages/fhir'
import type { Event, Order, Status, Subscription } from './model.ts'

type Row = {
  key: string
  id: string
  version: number
  last_updated: Date
  deleted: boolean
  client_id: string
  scopes: string[]
  purpose: Subscription['purpose']
  via: string
  status: Status
  reason: string | null
  ordered: Order
  body: JsonObject
  events: number
  delivered: number
  failures: number
  failing_since: Date | null
  next_try_at: Date | null
  parked: boolean
  last_sent_at: Date | null
}

const toSubscription = (r: Row): Subscription => ({
  key: r.key,
  id: r.id,
  version: r.version,
  lastUpdated: r.last_updated,
  deleted: r.deleted,
  clientId: r.client_id,
  scopes: r.scopes,
  purpose: r.purpose,
  via: r.via,
  status: r.status,
  reason: r.reason,
  order: r.ordered,
  body: r.body,
  events: r.events,
  delivered: r.delivered,
  failures: r.failures,
  failingSince: r.failing_since,
  nextTryAt: r.next_try_at,
  parked: r.parked,
  lastSentAt: r.last_sent_at,
})

type Place = { key: string; id: string }

export async function insert(db: Db, s: Subscription): Promise<void> {
  await sql`insert into subscription.subscription (key, id, version, last_updated, client_id, scopes, purpose, via, status, type, channel, ordered, body, ends_at)
    values (${s.key}, ${s.id}, ${s.version}, ${s.lastUpdated}, ${s.clientId}, ${s.scopes}, ${s.purpose}, ${s.via}, ${s.status}, ${s.order.type}, ${s.order.channel},
      ${JSON.stringify(s.order)}::jsonb, ${JSON.stringify(s.body)}::jsonb, ${s.order.end})`.execute(db)
}

/** Replaces what was ordered; what arrived stays counted, and tries begin anew. */
export async function replace(db: Db, s: Subscription): Promise<void> {
  await sql`update subscription.subscription set version = ${s.version}, last_updated = ${s.lastUpdated}, client_id = ${s.clientId},
      scopes = ${s.scopes}, via = ${s.via}, status = ${s.status}, reason = null, type = ${s.order.type}, channel = ${s.order.channel},
      ordered = ${JSON.stringify(s.order)}::jsonb, body = ${JSON.stringify(s.body)}::jsonb, ends_at = ${s.order.end},
      failures = 0, failing_since = null, next_try_at = null, parked = false
    where key = ${s.key} and id = ${s.id}`.execute(db)
}

export async function remove(db: Db, { key, id }: Place, at: Date): Promise<void> {
  await sql`update subscription.subscription set deleted = true, status = 'off', version = version + 1, last_updated = ${at}
    where key = ${key} and id = ${id}`.execute(db)
}

export async function find(db: Db, { key, id, lock }: Place & { lock?: boolean }): Promise<Subscription | undefined> {
  const held = lock ? sql`for update` : sql``
  const { rows } = await sql<Row>`select * from subscription.subscription where key = ${key} and id = ${id} ${held}`.execute(db)
  return rows[0] && toSubscription(rows[0])
}

/** Orders of one institution, the newest first. */
export async function findOf(db: Db, key: string, most: number): Promise<Subscription[]> {
  const { rows } = await sql<Row>`select * from subscription.subscription where key = ${key} and not deleted
    order by last_updated desc, id desc limit ${most}`.execute(db)
  return rows.map(toSubscription)
}

export async function countOf(db: Db, key: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from subscription.subscription where key = ${key} and not deleted`.execute(
    db,
  )
  return rows[0]!.n
}

/** Orders that wait for changes of these types. */
export async function findListening(db: Db, types: readonly string[], now: Date): Promise<Subscription[]> {
  const { rows } = await sql<Row>`select * from subscription.subscription
    where type = any(${[...types]}::text[]) and not deleted and status in ('active', 'error') and (ends_at is null or ends_at > ${now}) order by key, id`.execute(
    db,
  )
  return rows.map(toSubscription)
}

/** Numbers events and keeps them, in their order. */
export async function appendEvents(db: Db, { key, id }: Place, changes: readonly Omit<Event, 'number'>[]): Promise<void> {
  const { rows } = await sql<{ events: number }>`update subscription.subscription set events = events + ${changes.length}
    where key = ${key} and id = ${id} returning events`.execute(db)
  const first = rows[0]!.events - changes.length + 1
  const numbered = JSON.stringify(changes.map((c, i) => ({ ...c, number: first + i })))
  await sql`insert into subscription.event (key, subscription_id, number, at, resource_key, type, id, version, removed)
    select ${key}, ${id}, n.number, n.at, n.key, n.type, n.id, n.version, n.removed from jsonb_to_recordset(${numbered}::jsonb)
      as n(number bigint, at timestamptz, key text, type text, id text, version int, removed boolean)`.execute(db)
}

/** Events from one number to another, both included. */
export async function findEvents(db: Db, of: Place & { from: number; to: number; most: number }): Promise<Event[]> {
  const { rows } = await sql<Event>`select number, at, resource_key as key, type, id, version, removed from subscription.event
    where key = ${of.key} and subscription_id = ${of.id} and number between ${of.from} and ${of.to} order by number limit ${of.most}`.execute(
    db,
  )
  return rows
}

/** Which resources an order was told of before. */
export async function toldOf(db: Db, { key, id }: Place, type: string, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`select distinct id from subscription.event
    where key = ${key} and subscription_id = ${id} and type = ${type} and id = any(${[...ids]}::text[])`.execute(db)
  return new Set(rows.map((r) => r.id))
}

/**
 * Hooks with something to do: greet, deliver, or say that all is well.
 * @param most.ofOne of an institution: one with many that nobody answers does not fill the list
 */
export async function findDue(db: Db, now: Date, most: { all: number; ofOne: number }): Promise<Subscription[]> {
  const { rows } = await sql<Row>`select * from (
    select *, row_number() over (partition by key order by next_try_at nulls first, last_sent_at nulls first, id) as place
    from subscription.subscription
    where channel = 'rest-hook' and not deleted and not parked and status <> 'off' and (ends_at is null or ends_at > ${now}) and (next_try_at is null or next_try_at <= ${now})
      and (status = 'requested' or events > delivered
        or (ordered->>'heartbeatSeconds' is not null and coalesce(last_sent_at, last_updated) <= ${now}::timestamptz - make_interval(secs => (ordered->>'heartbeatSeconds')::int)))) due
    where place <= ${most.ofOne}
    order by next_try_at nulls first, last_sent_at nulls first, key, id limit ${most.all}`.execute(db)
  return rows.map(toSubscription)
}

/** Whether the end of an order has come that is not off yet. */
export async function anyEnded(db: Db, now: Date): Promise<boolean> {
  const { rows } =
    await sql`select 1 from subscription.subscription where ends_at <= ${now} and status <> 'off' and not deleted limit 1`.execute(db)
  return rows.length > 0
}

/** Orders whose end has come are off. */
export async function endDue(db: Db, now: Date): Promise<void> {
  await sql`update subscription.subscription set status = 'off', reason = 'ended', version = version + 1, last_updated = ${now}
    where ends_at <= ${now} and status <> 'off' and not deleted`.execute(db)
}

/**
 * Notes what arrived: up to this number; a greeting that was answered opens the order. Of an order that was changed meanwhile nothing is
 * opened: whom it names now has not answered yet.
 */
export async function noteArrived(db: Db, a: Place & { version: number; number: number; at: Date }): Promise<void> {
  const stands = sql`version = ${a.version}`
  await sql`update subscription.subscription set delivered = greatest(delivered, ${a.number}), last_sent_at = ${a.at},
      status = case when ${stands} and status in ('requested', 'error') then 'active' else status end,
      reason = case when status = 'off' or not ${stands} then reason end, failures = 0, failing_since = null, next_try_at = null
    where key = ${a.key} and id = ${a.id}`.execute(db)
}

export type Setback = {
  status: Status
  reason: string
  failures: number
  failingSince: Date | null
  nextTryAt: Date | null
  parked: boolean
}

/** Notes that a try came to nothing; an order that was changed meanwhile keeps what its subscriber said. */
export async function noteSetback(db: Db, { key, id, version }: Place & { version: number }, s: Setback): Promise<void> {
  await sql`update subscription.subscription set status = ${s.status}, reason = ${s.reason}, failures = ${s.failures},
      failing_since = ${s.failingSince}, next_try_at = ${s.nextTryAt}, parked = ${s.parked}
    where key = ${key} and id = ${id} and version = ${version}`.execute(db)
}

export async function insertBinding(
  db: Db,
  b: { key: string; tokenHash: Buffer; clientId: string; subscriptionIds: readonly string[]; until: Date },
): Promise<void> {
  await sql`insert into subscription.binding (key, token_hash, client_id, subscription_ids, until)
    values (${b.key}, ${b.tokenHash}, ${b.clientId}, ${[...b.subscriptionIds]}, ${b.until})`.execute(db)
}

/** Spends a token: whoever comes second finds nothing. */
export async function takeBinding(db: Db, key: string, tokenHash: Buffer, now: Date): Promise<string[] | undefined> {
  const { rows } = await sql<{ subscription_ids: string[] }>`delete from subscription.binding
    where key = ${key} and token_hash = ${tokenHash} and until > ${now} returning subscription_ids`.execute(db)
  return rows[0]?.subscription_ids
}

/** How far the events of several orders have come, and whether these still stand. */
export async function findProgress(
  db: Db,
  which: readonly Place[],
): Promise<(Place & { events: number; status: Status; version: number })[]> {
  const { rows } = await sql<Place & { events: number; status: Status; version: number }>`
    select s.key, s.id, s.events, s.status, s.version from subscription.subscription s
      join jsonb_to_recordset(${JSON.stringify(which)}::jsonb) as w(key text, id text) on s.key = w.key and s.id = w.id`.execute(db)
  return rows
}

/** Forgets events that arrived long ago, any event beyond the longest time, spent tokens, and orders deleted long ago. */
export async function forget(db: Db, before: { arrived: Date; any: Date; now: Date }): Promise<void> {
  await sql`delete from subscription.event e using subscription.subscription s
    where e.at < ${before.arrived} and s.key = e.key and s.id = e.subscription_id and (e.number <= s.delivered or e.at < ${before.any} or s.deleted)`.execute(
    db,
  )
  await sql`delete from subscription.binding where until < ${before.now}`.execute(db)
  await sql`delete from subscription.subscription s where deleted and last_updated < ${before.any}
    and not exists (select 1 from subscription.event e where e.key = s.key and e.subscription_id = s.id)`.execute(db)
}

/** Runs work whose failure undoes only itself, inside the caller's transaction; a question that takes ten seconds has failed. */
export async function undoing<T>(db: Db, work: () => Promise<T>): Promise<T> {
  await sql`savepoint subscription_order`.execute(db)
  try {
    await sql`set local statement_timeout = '10s'`.execute(db)
    const done = await work()
    await sql`set local statement_timeout = '60s'`.execute(db)
    await sql`release savepoint subscription_order`.execute(db)
    return done
  } catch (error) {
    await sql`rollback to savepoint subscription_order`.execute(db)
    throw error
  }
}
