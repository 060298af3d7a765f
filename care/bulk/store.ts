import { sql } from 'kysely'
import type { Mark } from '#care/record'
import { type Db, later } from '#kernel/database'
import type { BulkFile, Flow, Job, JobState } from './model.ts'

type JobRow = {
  id: string
  flow: Flow
  client_id: string
  scopes: string[]
  purpose: Job['purpose']
  via: string
  url: string
  ask: unknown
  state: JobState
  at: Date
  ended_at: Date | null
  until: Date
  done: number
  refused: number
  tries: number
  message: string
  cursor: unknown
  mark: Mark | null
}

const toJob = (r: JobRow): Job => ({
  id: r.id,
  flow: r.flow,
  clientId: r.client_id,
  scopes: r.scopes,
  purpose: r.purpose,
  via: r.via,
  url: r.url,
  ask: r.ask,
  state: r.state,
  at: r.at,
  endedAt: r.ended_at,
  until: r.until,
  done: r.done,
  refused: r.refused,
  tries: r.tries,
  message: r.message,
  cursor: r.cursor,
  mark: r.mark,
})

const COLUMNS = sql`j.id, j.flow, j.client_id, j.scopes, j.purpose, j.via, j.url, j.ask, j.state, j.at, j.ended_at, j.until, j.done, j.refused, j.tries, j.message, j.cursor, j.mark`

type NewJob = Pick<Job, 'id' | 'flow' | 'clientId' | 'scopes' | 'purpose' | 'via' | 'url' | 'at' | 'until' | 'mark'> & { ask: object }

/** Keeps a job together with the number of its transaction, so that writes under way at the kick-off can be waited for. */
export async function insertJob(db: Db, j: NewJob): Promise<void> {
  await sql`insert into bulk.job (id, flow, client_id, scopes, purpose, via, url, ask, state, at, xid, until, mark)
    values (${j.id}, ${j.flow}, ${j.clientId}, ${j.scopes}, ${j.purpose}, ${j.via}, ${j.url}, ${JSON.stringify(j.ask)}::jsonb, 'queued', ${j.at},
      pg_current_xact_id()::text, ${j.until}, ${j.mark && JSON.stringify(j.mark)}::jsonb)`.execute(db)
}

/** Open jobs of a client; two kick-offs at the same moment count one after the other. */
export async function countOpen(db: Db, clientId: string, flow: Flow): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`bulk:${clientId}`}, 3))`.execute(db)
  const { rows } = await sql<{ n: number }>`select count(*) as n from bulk.job
    where client_id = ${clientId} and flow = ${flow} and state in ('queued', 'running')`.execute(db)
  return rows[0]!.n
}

/** A job of this client that has not gone, or undefined. */
export async function findJob(db: Db, which: { id: string; clientId: string; flow: Flow; now: Date }): Promise<Job | undefined> {
  const { rows } = await sql<JobRow>`select ${COLUMNS} from bulk.job j where j.id = ${which.id} and j.client_id = ${which.clientId}
    and j.flow = ${which.flow} and j.state <> 'cancelled' and j.until > ${which.now}`.execute(db)
  return rows[0] && toJob(rows[0])
}

/** How the client came back so far; the row is held until commit, so that polls at the same moment count one after the other. */
export async function lockPolls(db: Db, id: string): Promise<{ polledAt: Date | null; early: number }> {
  const { rows } = await sql<{
    polled_at: Date | null
    early: number
  }>`select polled_at, early from bulk.job where id = ${id} for update`.execute(db)
  return { polledAt: rows[0]?.polled_at ?? null, early: rows[0]?.early ?? 0 }
}

export async function notePoll(db: Db, id: string, poll: { at: Date; early: number }): Promise<void> {
  await sql`update bulk.job set polled_at = ${poll.at}, early = ${poll.early} where id = ${id}`.execute(db)
}

export async function cancelJob(db: Db, id: string, at: Date): Promise<void> {
  await sql`update bulk.job set state = 'cancelled', ended_at = ${at} where id = ${id}`.execute(db)
}

/** Jobs to work on, the oldest first. */
export async function findOpen(db: Db): Promise<Job[]> {
  const { rows } =
    await sql<JobRow>`select ${COLUMNS} from bulk.job j where j.state in ('queued', 'running') order by j.at, j.id limit 100`.execute(db)
  return rows.map(toJob)
}

/** Whether every transaction that was writing when the job was asked for has ended. */
export async function writersEnded(db: Db, id: string): Promise<boolean> {
  const { rows } = await sql<{ ended: boolean }>`
    select pg_snapshot_xmin(pg_current_snapshot()) > j.xid::xid8 as ended from bulk.job j where j.id = ${id}`.execute(db)
  return rows[0]?.ended ?? true
}

/**
 * The transaction's commit need not wait for the disk: a batch of an import that the server loses is lost with the place reached, and
 * comes again. The end of the job commits as usual, and with it everything before it.
 */
export const commitLater = (db: Db): Promise<unknown> => later(db, sql`select set_config('synchronous_commit', 'off', true)`)

export type Step = {
  id: string
  cursor: object | null
  done: number
  refused: number
  state: JobState
  at: Date
  until: Date
  /** Where the job must stand now; anywhere where it is absent. */
  after?: object | null
}

/** A step forward. @returns false where the job was cancelled meanwhile, or stands elsewhere: nothing of the step may stay then */
export async function advance(db: Db, step: Step): Promise<boolean> {
  const ended = step.state === 'running' ? sql`null` : sql`${step.at}::timestamptz`
  const stands =
    step.after === undefined
      ? sql`true`
      : sql`nullif(cursor, 'null') is not distinct from ${step.after && JSON.stringify(step.after)}::jsonb`
  const { numAffectedRows } = await sql`update bulk.job set state = ${step.state}, cursor = ${JSON.stringify(step.cursor)}::jsonb,
    done = done + ${step.done}, refused = refused + ${step.refused}, tries = 0, ended_at = ${ended}, until = ${step.until}
    where id = ${step.id} and state in ('queued', 'running') and ${stands}`.execute(db)
  return numAffectedRows === 1n
}

/** Notes a try that went wrong; after too many the job is given up. */
export async function noteFailure(db: Db, about: { id: string; message: string; most: number; at: Date; until: Date }): Promise<void> {
  await sql`update bulk.job set tries = tries + 1, message = ${about.message},
      state = case when tries + 1 >= ${about.most} then 'failed' else state end,
      ended_at = case when tries + 1 >= ${about.most} then ${about.at}::timestamptz end, until = ${about.until}
    where id = ${about.id} and state in ('queued', 'running')`.execute(db)
}

type FileRow = Omit<BulkFile, 'jobId' | 'lastsFor'> & { job_id: string; lasts_for: string | null }
const toFile = ({ job_id, lasts_for, ...r }: FileRow): BulkFile => ({ jobId: job_id, lastsFor: lasts_for, ...r })

export async function findFiles(db: Db, jobId: string): Promise<BulkFile[]> {
  const { rows } = await sql<FileRow>`select * from bulk.file where job_id = ${jobId} order by n`.execute(db)
  return rows.map(toFile)
}

export async function findFile(db: Db, jobId: string, n: number): Promise<BulkFile | undefined> {
  const { rows } = await sql<FileRow>`select * from bulk.file where job_id = ${jobId} and n = ${n}`.execute(db)
  return rows[0] && toFile(rows[0])
}

/** Says how much of each file counts. */
export async function saveFiles(db: Db, files: readonly BulkFile[]): Promise<void> {
  if (files.length === 0) return
  await sql`insert into bulk.file (job_id, n, name, role, type, lasts_for, rule, kind, bytes, count)
    select "jobId", n, name, role, type, "lastsFor", rule, kind, bytes, count from jsonb_to_recordset(${JSON.stringify(files)}::jsonb)
      as f("jobId" text, n int, name text, role text, type text, "lastsFor" text, rule text, kind text, bytes bigint, count bigint)
    on conflict (job_id, n) do update set bytes = excluded.bytes, count = excluded.count`.execute(db)
}

/** Jobs whose files must go: cancelled, or past their day. */
export async function findExpired(db: Db, now: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from bulk.job where state = 'cancelled' or until <= ${now} limit 100`.execute(db)
  return rows.map((r) => r.id)
}

export async function forgetJob(db: Db, id: string): Promise<void> {
  await sql`delete from bulk.file where job_id = ${id}`.execute(db)
  await sql`delete from bulk.job where id = ${id}`.execute(db)
}

/** An import has read everything. @returns false where it was cancelled meanwhile */
export async function finish(db: Db, about: { id: string; at: Date; until: Date }): Promise<boolean> {
  const { numAffectedRows } = await sql`update bulk.job set state = 'completed', ended_at = ${about.at}, until = ${about.until}
    where id = ${about.id} and state in ('queued', 'running')`.execute(db)
  return numAffectedRows === 1n
}

/** Patient keys of an institution's own ids. */
export async function findAliases(db: Db, institution: string, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ id: string; key: string }>`select id, key from bulk.patient_alias
    where institution_number = ${institution} and id = any(${[...ids]}::text[])`.execute(db)
  return new Map(rows.map((r) => [r.id, r.key]))
}

export async function insertAliases(db: Db, made: readonly { institution: string; id: string; key: string }[]): Promise<void> {
  if (made.length === 0) return
  await sql`insert into bulk.patient_alias (institution_number, id, key)
    select institution, id, key from jsonb_to_recordset(${JSON.stringify(made)}::jsonb) as a(institution text, id text, key text)`.execute(
    db,
  )
}
