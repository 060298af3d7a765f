import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'

/** `waiting`: what comes after may explain it; `explained`: it did. The others are a person's. */
export type FindingState = 'waiting' | 'explained' | 'open' | 'justified' | 'asked' | 'breach'

export type Finding = {
  id: string
  rule: string
  actorId: string
  actorName: string
  actorRole: string
  institutionNumber: string
  institutionName: string
  touchedKey: string
  day: string
  firstAt: Date
  lastAt: Date
  times: number
  figures: Record<string, number>
  state: FindingState
  decidedAt: Date | null
  decidedBy: string | null
  decidedByName: string | null
  reason: string | null
  note: string | null
  breachId: string | null
}

export type NewFinding = Omit<
  Finding,
  'id' | 'times' | 'decidedAt' | 'decidedBy' | 'decidedByName' | 'reason' | 'note' | 'breachId' | 'lastAt'
> & {
  dueAt: Date
}

/** Findings of one batch; what was found before that day is counted up, and a decision about it stays. */
export async function putFindings(db: Db, found: readonly NewFinding[]): Promise<void> {
  // One statement may touch a row once.
  const merged = new Map<string, NewFinding & { times: number; lastAt: Date }>()
  for (const one of found) {
    const name = [one.rule, one.actorId, one.touchedKey, one.day].join('|')
    const before = merged.get(name)
    merged.set(
      name,
      before
        ? { ...before, times: before.times + 1, lastAt: one.firstAt, figures: one.figures }
        : { ...one, times: 1, lastAt: one.firstAt },
    )
  }
  if (merged.size === 0) return
  const rows = [...merged.values()].map((one) => ({ ...one, id: ulid() }))
  await sql`insert into oversight.finding as f (id, rule, actor_id, actor_name, actor_role, institution_number, institution_name, touched_key, day,
      first_at, last_at, times, figures, state, due_at)
    select id, rule, "actorId", "actorName", "actorRole", "institutionNumber", "institutionName", "touchedKey", day, "firstAt", "lastAt", times, figures, state, "dueAt"
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(id text, rule text, "actorId" text, "actorName" text, "actorRole" text,
      "institutionNumber" text, "institutionName" text, "touchedKey" text, day text, "firstAt" timestamptz, "lastAt" timestamptz, times int,
      figures jsonb, state text, "dueAt" timestamptz)
    on conflict (rule, actor_id, touched_key, day) do update set times = f.times + excluded.times, last_at = excluded.last_at, figures = excluded.figures`.execute(
    db,
  )
}

const FIELDS = sql`id, rule, actor_id as "actorId", actor_name as "actorName", actor_role as "actorRole", institution_number as "institutionNumber",
  institution_name as "institutionName", touched_key as "touchedKey", day, first_at as "firstAt", last_at as "lastAt", times, figures, state,
  decided_at as "decidedAt", decided_by as "decidedBy", decided_by_name as "decidedByName", reason, note, breach_id as "breachId"`

export type FindingsAsked = {
  states: readonly FindingState[]
  rule?: string | undefined
  institutionNumber?: string | undefined
  actorId?: string | undefined
  /** Rules that come first. */
  first: readonly string[]
  limit: number
  offset: number
}

export async function listFindings(db: Db, asked: FindingsAsked): Promise<{ findings: Finding[]; total: number }> {
  const parts: RawBuilder<unknown>[] = [
    sql`state = any(${[...asked.states]}::text[])`,
    ...(asked.rule === undefined ? [] : [sql`rule = ${asked.rule}`]),
    ...(asked.institutionNumber === undefined ? [] : [sql`institution_number = ${asked.institutionNumber}`]),
    ...(asked.actorId === undefined ? [] : [sql`actor_id = ${asked.actorId}`]),
  ]
  const { rows } = await sql<Finding & { total: number }>`select ${FIELDS}, count(*) over () as total from oversight.finding
    where ${sql.join(parts, sql` and `)} order by (rule = any(${[...asked.first]}::text[])) desc, first_at desc, id limit ${asked.limit} offset ${asked.offset}`.execute(
    db,
  )
  return { findings: rows.map(({ total: _total, ...finding }) => finding), total: rows[0]?.total ?? 0 }
}

export async function findFinding(db: Db, id: string): Promise<Finding | undefined> {
  const { rows } = await sql<Finding>`select ${FIELDS} from oversight.finding where id = ${id}`.execute(db)
  return rows[0]
}

export type Verdict = { state: 'justified' | 'asked' | 'breach'; reason: string; note: string; breachId: string | null }

/** @returns false where somebody decided meanwhile */
export async function decideFinding(db: Db, id: string, by: { id: string; name: string; at: Date } & Verdict): Promise<boolean> {
  const { numAffectedRows } =
    await sql`update oversight.finding set state = ${by.state}, reason = ${by.reason}, note = ${by.note}, breach_id = ${by.breachId},
      decided_at = ${by.at}, decided_by = ${by.id}, decided_by_name = ${by.name}
    where id = ${id} and state in ('open', 'asked', 'waiting')`.execute(db)
  return Number(numAffectedRows ?? 0n) === 1
}

/** Findings whose time to be explained is over. */
export async function dueFindings(db: Db, now: Date, limit: number): Promise<Finding[]> {
  const { rows } =
    await sql<Finding>`select ${FIELDS} from oversight.finding where state = 'waiting' and due_at <= ${now} order by due_at limit ${limit}`.execute(
      db,
    )
  return rows
}

export async function settleFindings(db: Db, ids: readonly string[], state: 'open' | 'explained'): Promise<void> {
  await sql`update oversight.finding set state = ${state} where id = any(${[...ids]}::text[]) and state = 'waiting'`.execute(db)
}

export type Reviewed = { all: number; decided: number; asked: number; open: number; oldestOpen: Date | null; withinWeek: number }

/** Findings since an instant, and what became of them. */
export async function reviewedSince(db: Db, since: Date): Promise<Reviewed> {
  const { rows } =
    await sql<Reviewed>`select count(*)::int as "all", count(*) filter (where state in ('justified', 'breach'))::int as decided,
      count(*) filter (where state = 'asked')::int as asked, count(*) filter (where state = 'open')::int as open,
      min(first_at) filter (where state = 'open') as "oldestOpen",
      count(*) filter (where decided_at < first_at + interval '7 days')::int as "withinWeek"
    from oversight.finding where first_at >= ${since} and state not in ('waiting', 'explained')`.execute(db)
  return rows[0]!
}

export async function countByRule(db: Db, since: Date): Promise<{ rule: string; open: number; all: number }[]> {
  const { rows } = await sql<{
    rule: string
    open: number
    all: number
  }>`select rule, count(*) filter (where state = 'open')::int as open, count(*)::int as "all"
    from oversight.finding where first_at >= ${since} and state not in ('waiting', 'explained') group by rule order by 2 desc, 1`.execute(
    db,
  )
  return rows
}
