/** The register of breaches. */
import { sql } from 'kysely'
import type { BodyKind, BreachFacts } from '#care/consent'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import type { Breach, BreachItems, BreachState } from '../breach/rules.ts'

const FIELDS = sql`id, drill, title, body, source, source_ref as "sourceRef", known_at as "knownAt", owner_id as "ownerId", owner_name as "ownerName", state,
  facts, items, scope_id as "scopeId", substitute, contained_at as "containedAt", reported_at as "reportedAt", telling_at as "tellingAt",
  told_at as "toldAt", told_scope as "toldScope", final_at as "finalAt", closed_at as "closedAt"`

export type NewBreach = Pick<
  Breach,
  'id' | 'drill' | 'title' | 'body' | 'source' | 'sourceRef' | 'knownAt' | 'ownerId' | 'ownerName' | 'facts' | 'scopeId'
>

/** @returns false where a case of this source stands already */
export async function insertBreach(db: Db, b: NewBreach, now: Date): Promise<boolean> {
  const { numAffectedRows } =
    await sql`insert into oversight.breach (id, drill, title, body, source, source_ref, known_at, owner_id, owner_name, state, facts, items, scope_id, made_at)
    values (${b.id}, ${b.drill}, ${b.title}, ${b.body}, ${b.source}, ${b.sourceRef}, ${b.knownAt}, ${b.ownerId}, ${b.ownerName}, 'known',
      ${JSON.stringify(b.facts)}::jsonb, '{}', ${b.scopeId}, ${now}) on conflict do nothing`.execute(db)
  return Number(numAffectedRows ?? 0n) === 1
}

export async function findBreach(db: Db, id: string, { lock = false } = {}): Promise<Breach | undefined> {
  const { rows } = await sql<Breach>`select ${FIELDS} from oversight.breach where id = ${id} ${lock ? sql`for update` : sql``}`.execute(db)
  return rows[0]
}

export async function listBreaches(db: Db, about: { closed: boolean; limit: number }): Promise<Breach[]> {
  const { rows } = await sql<Breach>`select ${FIELDS} from oversight.breach where (closed_at is not null) = ${about.closed}
    order by known_at desc, id desc limit ${about.limit}`.execute(db)
  return rows
}

export async function putFacts(
  db: Db,
  id: string,
  about: { facts: BreachFacts; body: BodyKind; title: string; knownAt: Date },
): Promise<void> {
  await sql`update oversight.breach set facts = ${JSON.stringify(about.facts)}::jsonb, body = ${about.body}, title = ${about.title}, known_at = ${about.knownAt}
    where id = ${id}`.execute(db)
}

export async function putItems(db: Db, id: string, about: { items: BreachItems; substitute: string }): Promise<void> {
  await sql`update oversight.breach set items = ${JSON.stringify(about.items)}::jsonb, substitute = ${about.substitute} where id = ${id}`.execute(
    db,
  )
}

export async function putOwner(db: Db, id: string, owner: { id: string; name: string }): Promise<void> {
  await sql`update oversight.breach set owner_id = ${owner.id}, owner_name = ${owner.name} where id = ${id}`.execute(db)
}

export async function attachScope(db: Db, id: string, scopeId: string): Promise<void> {
  await sql`update oversight.breach set scope_id = ${scopeId} where id = ${id}`.execute(db)
}

const instants: Readonly<Partial<Record<BreachState, string>>> = {
  contained: 'contained_at',
  reported: 'reported_at',
  'persons-told': 'told_at',
  final: 'final_at',
  closed: 'closed_at',
}

export async function putState(db: Db, id: string, state: BreachState, at: Date): Promise<void> {
  await sql`update oversight.breach set state = ${state}, ${sql.id(instants[state]!)} = ${at} where id = ${id}`.execute(db)
}

export async function beginTelling(db: Db, id: string, at: Date): Promise<void> {
  await sql`update oversight.breach set telling_at = coalesce(telling_at, ${at}) where id = ${id}`.execute(db)
}

/** Open cases whose persons are to be told, and whose report is worked out: the persons of a later report too. */
export async function tellingBreaches(db: Db): Promise<Breach[]> {
  const { rows } = await sql<Breach>`select ${FIELDS} from oversight.breach b
    where telling_at is not null and closed_at is null and (told_at is null or told_scope is distinct from scope_id)
      and not exists (select 1 from oversight.scope s where s.id = b.scope_id and s.state in ('waiting', 'running'))
    order by telling_at limit 10`.execute(db)
  return rows
}

/** Notes of which report everybody is told. */
export async function putToldScope(db: Db, id: string, scopeId: string | null): Promise<void> {
  await sql`update oversight.breach set told_scope = ${scopeId} where id = ${id}`.execute(db)
}

/** Keys of the scope that nobody was told under yet. */
export async function untold(db: Db, about: { breachId: string; scopeId: string; limit: number }): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`select distinct t.key from oversight.scope_touched t where t.scope_id = ${about.scopeId}
      and not exists (select 1 from oversight.breach_person p where p.breach_id = ${about.breachId} and p.key = t.key)
    order by t.key limit ${about.limit}`.execute(db)
  return rows.map((r) => r.key)
}

export type How = 'notice' | 'drill'

export async function putTold(db: Db, about: { breachId: string; keys: readonly string[]; how: How; at: Date }): Promise<void> {
  await sql`insert into oversight.breach_person (breach_id, key, how, told_at) select ${about.breachId}, key, ${about.how}, ${about.at}
    from unnest(${[...about.keys]}::text[]) as key on conflict do nothing`.execute(db)
}

export async function toldCount(db: Db, id: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from oversight.breach_person where breach_id = ${id}`.execute(db)
  return rows[0]!.n
}

/** Whether somebody was told of a case in earnest, under any of their keys. */
export async function wasTold(db: Db, id: string, keys: readonly string[]): Promise<boolean> {
  const { rows } =
    await sql`select 1 from oversight.breach_person where breach_id = ${id} and key = any(${[...keys]}::text[]) and how = 'notice' limit 1`.execute(
      db,
    )
  return rows.length > 0
}

export type StepNoted = { id: string; at: Date; byId: string; byName: string; step: string; note: string }

export async function noteStep(db: Db, about: Omit<StepNoted, 'id'> & { breachId: string }): Promise<void> {
  await sql`insert into oversight.breach_step (id, breach_id, at, by_id, by_name, step, note)
    values (${ulid()}, ${about.breachId}, ${about.at}, ${about.byId}, ${about.byName}, ${about.step}, ${about.note})`.execute(db)
}

export async function stepsOf(db: Db, id: string): Promise<StepNoted[]> {
  const { rows } =
    await sql<StepNoted>`select id, at, by_id as "byId", by_name as "byName", step, note from oversight.breach_step where breach_id = ${id} order by at, id`.execute(
      db,
    )
  return rows
}
