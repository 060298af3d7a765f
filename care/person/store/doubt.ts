/** Cases somebody must look at: submissions that were set aside, entries that look alike, and what was decided about them. */
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Case, CaseKind, Decided, Decision, DecisionReason, Side } from '../people-model.ts'

type CaseRow = { kind: CaseKind; key: string; other_key: string; since: Date; institution_number: string; asked_at: Date | null }

const toCase = (r: CaseRow): Case => ({
  id: `${r.key}.${r.other_key}`,
  kind: r.kind,
  key: r.key,
  otherKey: r.other_key,
  since: r.since,
  institutionNumber: r.institution_number,
  askedAt: r.asked_at,
})

/** Pairs that were set aside or look alike and still belong to two people. */
const PAIRS = sql`(
  select 'set-aside'::text as kind, d.key, m.key as other_key, d.noted_at as since, d.institution_number
    from person.doubt d join person.member_id m on m.folded = d.folded and m.key <> d.key where d.settled_at is null
  union all
  select 'duplicate', p.key, p.other_key, p.found_at, '' from person.possible_duplicate p
    where not exists (select 1 from person.doubt d join person.member_id m on m.folded = d.folded
      where d.settled_at is null and ((d.key = p.key and m.key = p.other_key) or (d.key = p.other_key and m.key = p.key)))
) c`

const decidedFor = (of: RawBuilder<unknown>, decided: RawBuilder<unknown>) => sql`
  select ${of} from person.decision n where n.undone_at is null and n.decided in (${decided})
    and ((n.key = c.key and n.other_key = c.other_key) or (n.key = c.other_key and n.other_key = c.key))`

const OPEN = sql`not exists (${decidedFor(sql`1`, sql`'same', 'different'`)})
  and (select k.person_id from person.patient_key k where k.key = c.key) is distinct from
      (select k.person_id from person.patient_key k where k.key = c.other_key)`

const ASKED = sql`(${decidedFor(sql`max(n.decided_at)`, sql`'asked'`)}) as asked_at`

/** Open cases, the oldest first, with their number. */
export async function openCases(db: Db, page: { limit: number; offset: number }): Promise<{ cases: Case[]; total: number }> {
  const { rows } = await sql<CaseRow & { total: number }>`select c.*, ${ASKED}, count(*) over () as total from ${PAIRS} where ${OPEN}
    order by c.since, c.key, c.other_key limit ${page.limit} offset ${page.offset}`.execute(db)
  return { cases: rows.map(toCase), total: rows[0]?.total ?? 0 }
}

/** One case that is still open. */
export async function findCase(db: Db, of: { key: string; otherKey: string }): Promise<Case | undefined> {
  const { rows } =
    await sql<CaseRow>`select c.*, ${ASKED} from ${PAIRS} where c.key = ${of.key} and c.other_key = ${of.otherKey} and ${OPEN}
    limit 1`.execute(db)
  return rows[0] && toCase(rows[0])
}

/** Who stands under the keys. */
export async function sidesOf(db: Db, keys: readonly string[]): Promise<Side[]> {
  const { rows } = await sql<Side>`
    select k.key, p.id as "personId", p.name, p.name_kana as "nameKana", p.birth_date as "birthDate", p.sex, p.address,
      p.postal_code as "postalCode", p.phone, p.made_at as "madeAt",
      array(select m.as_sent from person.member_id m where m.person_id = p.id order by m.since desc, m.folded) as "memberIds",
      exists (select 1 from person.card d where d.person_id = p.id and d.ended_at is null) as "hasCard"
    from person.patient_key k join person.person p on p.id = k.person_id where k.key = any(${[...keys]}::text[])`.execute(db)
  return keys.flatMap((key) => rows.filter((row) => row.key === key))
}

type DecisionRow = {
  id: string
  key: string
  other_key: string
  decided: Decided
  reason: DecisionReason
  note: string
  link_id: string | null
  decided_at: Date
  decided_by_name: string
  undone_at: Date | null
}

const toDecision = (r: DecisionRow): Decision => ({
  id: r.id,
  key: r.key,
  otherKey: r.other_key,
  decided: r.decided,
  reason: r.reason,
  note: r.note,
  linkId: r.link_id,
  decidedAt: r.decided_at,
  decidedByName: r.decided_by_name,
  undoneAt: r.undone_at,
})

export async function insertDecision(db: Db, d: Omit<Decision, 'undoneAt'> & { decidedBy: string }): Promise<void> {
  await sql`insert into person.decision (key, id, other_key, decided, reason, note, link_id, decided_at, decided_by, decided_by_name)
    values (${d.key}, ${d.id}, ${d.otherKey}, ${d.decided}, ${d.reason}, ${d.note}, ${d.linkId}, ${d.decidedAt}, ${d.decidedBy}, ${d.decidedByName})`.execute(
    db,
  )
}

/** What was decided last, undone or not. */
export async function listDecisions(db: Db, limit: number): Promise<Decision[]> {
  const { rows } = await sql<DecisionRow>`select * from person.decision order by decided_at desc, id desc limit ${limit}`.execute(db)
  return rows.map(toDecision)
}

export async function lockDecision(db: Db, of: { key: string; id: string }): Promise<Decision | undefined> {
  const { rows } = await sql<DecisionRow>`select * from person.decision where key = ${of.key} and id = ${of.id} for update`.execute(db)
  return rows[0] && toDecision(rows[0])
}

export async function undoDecision(db: Db, d: Decision, about: { at: Date; by: string; reason: string }): Promise<void> {
  await sql`update person.decision set undone_at = ${about.at}, undone_by = ${about.by}, undone_reason = ${about.reason}
    where key = ${d.key} and id = ${d.id}`.execute(db)
}

/** Settles doubts of these keys that leave no open case, and opens those again that do. */
export async function settleDoubts(db: Db, keys: readonly string[], at: Date): Promise<void> {
  for (const key of keys) {
    // Opened first, so that the question what is left is asked of every case.
    await sql`update person.doubt set settled_at = null where key = ${key}`.execute(db)
    const { rows } = await sql`select 1 from ${PAIRS} where c.kind = 'set-aside' and c.key = ${key} and ${OPEN} limit 1`.execute(db)
    if (rows.length === 0) await sql`update person.doubt set settled_at = ${at} where key = ${key}`.execute(db)
  }
}

/** Doubts and look-alikes nobody has decided. */
export async function countOpenCases(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${PAIRS} where ${OPEN}`.execute(db)
  return rows[0]!.n
}
