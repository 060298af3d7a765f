import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { AskedAct, Question, State, Step } from './model.ts'

type Row = {
  key: string
  id: string
  act: AskedAct
  institution_number: string
  text: string
  asked_by: string
  asked_at: Date
  state: State
  since: Date
  due_on: string | null
  answered_at: Date | null
}

const toQuestion = (r: Row): Question => ({
  key: r.key,
  id: r.id,
  act: r.act,
  institutionNumber: r.institution_number,
  text: r.text,
  askedBy: r.asked_by,
  askedAt: r.asked_at,
  state: r.state,
  since: r.since,
  dueOn: r.due_on,
  answeredAt: r.answered_at,
})

/** @returns false where the same request was asked about already */
export async function insertQuestion(db: Db, q: Question): Promise<boolean> {
  const { numAffectedRows } = await sql`insert into question.question
      (key, id, request_id, act, institution_number, text, asked_by, asked_at, state, since, due_on, answered_at)
    values (${q.key}, ${q.id}, ${q.act.requestId}, ${JSON.stringify(q.act)}::jsonb, ${q.institutionNumber}, ${q.text}, ${q.askedBy},
      ${q.askedAt}, ${q.state}, ${q.since}, ${q.dueOn}, ${q.answeredAt})
    on conflict (key, request_id) do nothing`.execute(db)
  return (numAffectedRows ?? 0n) > 0n
}

const listed = async (db: Db, rest: RawBuilder<unknown>): Promise<Question[]> =>
  (await sql<Row>`select * from question.question where ${rest}`.execute(db)).rows.map(toQuestion)

export const ofPerson = (db: Db, keys: readonly string[]): Promise<Question[]> =>
  listed(db, sql`key = any(${[...keys]}::text[]) order by asked_at desc, id desc limit 200`)

export const aboutRequest = async (db: Db, about: { keys: readonly string[]; requestId: string }): Promise<Question | undefined> =>
  (await listed(db, sql`key = any(${[...about.keys]}::text[]) and request_id = ${about.requestId} limit 1`))[0]

/** Those an institution must answer, the oldest first, then what it answered lately. */
export const ofInstitution = (db: Db, about: { institutionNumber: string; since: Date }): Promise<Question[]> =>
  listed(
    db,
    sql`institution_number = ${about.institutionNumber} and (state = 'waiting' or asked_at > ${about.since})
      order by state <> 'waiting', asked_at limit 200`,
  )

/** Those the platform's auditors must answer, those an institution let pass its day, and what was concluded lately. */
export const ofAuditors = (db: Db, about: { today: string; since: Date }): Promise<Question[]> =>
  listed(
    db,
    sql`state = 'auditing' or (state = 'waiting' and due_on < ${about.today}) or (state = 'concluded' and since > ${about.since})
      order by state = 'concluded', asked_at limit 200`,
  )

/** One question, held until this transaction ends where it is to be moved. */
export async function findQuestion(db: Db, about: { id: string; keys?: readonly string[]; lock?: true }): Promise<Question | undefined> {
  const whose = about.keys === undefined ? sql`true` : sql`key = any(${[...about.keys]}::text[])`
  return (await listed(db, sql`id = ${about.id} and ${whose} limit 1 ${about.lock ? sql`for update` : sql``}`))[0]
}

export async function moveQuestion(db: Db, q: Pick<Question, 'key' | 'id' | 'state' | 'since' | 'dueOn' | 'answeredAt'>): Promise<void> {
  await sql`update question.question set state = ${q.state}, since = ${q.since}, due_on = ${q.dueOn}, answered_at = ${q.answeredAt}
    where key = ${q.key} and id = ${q.id}`.execute(db)
}

export async function appendStep(db: Db, of: Pick<Question, 'key' | 'id'>, s: Omit<Step, 'n'>): Promise<void> {
  await sql`insert into question.step (key, id, n, at, side, by_id, by_name, act, text)
    select ${of.key}, ${of.id}, coalesce(max(n), 0) + 1, ${s.at}, ${s.side}, ${s.by}, ${s.byName}, ${s.act}, ${s.text}
    from question.step where key = ${of.key} and id = ${of.id}`.execute(db)
}

export async function stepsOf(db: Db, { key, id }: Pick<Question, 'key' | 'id'>): Promise<Step[]> {
  const { rows } = await sql<Step>`select n, at, side, by_id as "by", by_name as "byName", act, text from question.step
    where key = ${key} and id = ${id} order by n`.execute(db)
  return rows
}

/** Questions by month asked (in Japan): when each was asked and first answered, and whether it went to the auditors. */
export async function clocksByMonth(db: Db): Promise<{ month: string; askedAt: Date; answeredAt: Date | null; toAuditors: boolean }[]> {
  const { rows } = await sql<{ month: string; askedAt: Date; answeredAt: Date | null; toAuditors: boolean }>`
    select to_char(q.asked_at at time zone 'Asia/Tokyo', 'YYYY-MM') as month, q.asked_at as "askedAt", q.answered_at as "answeredAt",
      exists (select 1 from question.step s where s.key = q.key and s.id = q.id and s.act in ('forward', 'unsatisfied', 'escalate')) as "toAuditors"
    from question.question q`.execute(db)
  return rows
}
