/** Extracts that left, and those that are being made. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Reached } from '../offline/draft.ts'
import type { Recipient } from '../offline/format.ts'

/**
 * `elsewhere`: made by the command, whose file was never here; `stopped`: goes on when somebody says so; `gone`: its file is deleted.
 */
export type ExtractState = 'elsewhere' | 'waiting' | 'making' | 'stopped' | 'ready' | 'gone'

/**
 * An extract that left. `logKey`: public key (PEM) of the logs of the laptops it goes on; `people`, `sha256`: null until it was whole;
 * `fileSha256`: of the whole file, as `sha256sum` says it; `signer`: fingerprint of the key that signed it.
 */
export type Extract = {
  id: string
  disasterId: string
  areas: string[]
  madeAt: Date
  expiresAt: Date
  madeBy: string
  madeByName: string
  recipients: string[]
  logKey: string
  people: number | null
  sha256: string | null
  state: ExtractState
  total: number
  walked: number
  stoppedFor: string
  fileSha256: string | null
  fileBytes: number | null
  signer: string
  fetched: number
  fetchedAt: Date | null
}

/** One that is being made. `reached`: how far its file is written, and after whom the walk goes on; `secret`: its keys, sealed. */
export type Making = Extract & { reached: (Reached & { after: string }) | null; secret: string; openedBy: Recipient[]; tries: number }

const COLUMNS = sql`id, disaster_id as "disasterId", areas, made_at as "madeAt", expires_at as "expiresAt", made_by as "madeBy",
  made_by_name as "madeByName", recipients, log_key as "logKey", people, sha256, state, total, walked, stopped_for as "stoppedFor",
  file_sha256 as "fileSha256", file_bytes::float8 as "fileBytes", signer, fetched, fetched_at as "fetchedAt"`
const MAKING = sql`${COLUMNS}, reached, secret, opened_by as "openedBy", tries`

export type NewExtract = Pick<
  Extract,
  'id' | 'disasterId' | 'areas' | 'madeAt' | 'expiresAt' | 'madeBy' | 'madeByName' | 'recipients' | 'logKey'
> & { state: 'elsewhere' | 'waiting'; secret: string; openedBy: readonly Recipient[] }

export async function insertExtract(db: Db, e: NewExtract): Promise<void> {
  await sql`insert into disaster.extract (id, disaster_id, areas, made_at, expires_at, made_by, made_by_name, recipients, log_key, state, secret,
      opened_by)
    values (${e.id}, ${e.disasterId}, ${e.areas}::text[], ${e.madeAt}, ${e.expiresAt}, ${e.madeBy}, ${e.madeByName}, ${e.recipients}::text[],
      ${e.logKey}, ${e.state}, ${e.secret}, ${JSON.stringify(e.openedBy)}::jsonb)`.execute(db)
}

export type Finished = { id: string; people: number; sha256: string; fileSha256: string; fileBytes: number; signer: string }

/** It is whole; its keys are forgotten. @returns false where it was taken back meanwhile */
export async function finishExtract(db: Db, e: Finished, state: 'elsewhere' | 'ready'): Promise<boolean> {
  const { numAffectedRows } =
    await sql`update disaster.extract set people = ${e.people}, sha256 = ${e.sha256}, state = ${state}, secret = '',
      opened_by = '[]', reached = null, walked = total, file_sha256 = ${e.fileSha256}, file_bytes = ${e.fileBytes}, signer = ${e.signer}
    where id = ${e.id} and state in ('elsewhere', 'making')`.execute(db)
  return numAffectedRows === 1n
}

export async function listExtracts(db: Db): Promise<Extract[]> {
  const { rows } = await sql<Extract>`select ${COLUMNS} from disaster.extract order by made_at desc, id desc limit 200`.execute(db)
  return rows
}

export async function findExtract(db: Db, id: string): Promise<Extract | undefined> {
  const { rows } = await sql<Extract>`select ${COLUMNS} from disaster.extract where id = ${id}`.execute(db)
  return rows[0]
}

/** An extract, held so that two merges of its logs follow one another. */
export async function lockExtract(db: Db, id: string): Promise<Extract | undefined> {
  const { rows } = await sql<Extract>`select ${COLUMNS} from disaster.extract where id = ${id} for update`.execute(db)
  return rows[0]
}

export async function countUnfinished(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from disaster.extract where state in ('waiting', 'making')`.execute(
    db,
  )
  return rows[0]!.n
}

/** The one to work on: the oldest that waits or is being made. */
export async function nextToMake(db: Db): Promise<Making | undefined> {
  const { rows } =
    await sql<Making>`select ${MAKING} from disaster.extract where state in ('waiting', 'making') order by made_at, id limit 1`.execute(db)
  return rows[0]
}

/** @returns false where it was stopped meanwhile */
export async function noteReached(db: Db, e: { id: string; reached: Making['reached']; walked: number; total: number }): Promise<boolean> {
  const { numAffectedRows } = await sql`update disaster.extract set state = 'making', reached = ${JSON.stringify(e.reached)}::jsonb,
      walked = ${e.walked}, total = ${e.total}, tries = 0 where id = ${e.id} and state in ('waiting', 'making')`.execute(db)
  return numAffectedRows === 1n
}

/** Counts a try that failed; after the last it stops, and somebody must say that it goes on. */
export async function noteFailed(db: Db, e: { id: string; reason: string; most: number }): Promise<void> {
  await sql`update disaster.extract set tries = tries + 1, stopped_for = ${e.reason},
      state = case when tries + 1 >= ${e.most} then 'stopped' else state end
    where id = ${e.id} and state in ('waiting', 'making')`.execute(db)
}

/** @returns false where it was in none of the states that this follows */
export async function moveExtract(
  db: Db,
  e: { id: string; from: readonly ExtractState[]; to: 'waiting' | 'stopped' | 'gone'; reason: string },
): Promise<boolean> {
  const forgets = e.to === 'gone' ? sql`, secret = '', opened_by = '[]', reached = null` : sql``
  const { numAffectedRows } = await sql`update disaster.extract set state = ${e.to}, tries = 0, stopped_for = ${e.reason} ${forgets}
    where id = ${e.id} and state = any(${[...e.from]}::text[])`.execute(db)
  return numAffectedRows === 1n
}

/** Whose end has come; nothing of them is made or kept any more. */
export async function endExpired(db: Db, now: Date): Promise<void> {
  await sql`update disaster.extract set state = 'gone', stopped_for = 'expired', secret = '', opened_by = '[]', reached = null
    where expires_at <= ${now} and state in ('waiting', 'making', 'stopped', 'ready')`.execute(db)
}

/** Whose files stay. */
export async function keptFiles(db: Db): Promise<string[]> {
  const { rows } = await sql<{
    id: string
  }>`select id from disaster.extract where state in ('waiting', 'making', 'stopped', 'ready')`.execute(db)
  return rows.map((r) => r.id)
}

export async function noteFetched(db: Db, e: { id: string; at: Date }): Promise<void> {
  await sql`update disaster.extract set fetched = fetched + 1, fetched_at = ${e.at} where id = ${e.id}`.execute(db)
}
