import { sql } from 'kysely'
import type { Db } from '#kernel/database'

export type RequestDetails = {
  name: string
  law: string
  orderedBy: string
  areas: string[]
  institutions: number
  days: number
  reason: string
  alone: boolean
}
/** What was asked for, by whom, and who agreed. */
export type OpeningRequest = {
  id: string
  disasterId: string
  act: 'open' | 'extend' | 'close'
  state: 'waiting' | 'done' | 'declined'
  details: RequestDetails
  byId: string
  byName: string
  at: Date
  secondId: string | null
  secondName: string | null
  secondAt: Date | null
}

const COLUMNS = sql`id, disaster_id as "disasterId", act, state, details, by_id as "byId", by_name as "byName", at,
  second_id as "secondId", second_name as "secondName", second_at as "secondAt"`

export async function insertRequest(db: Db, r: OpeningRequest): Promise<void> {
  await sql`insert into disaster.request (id, disaster_id, act, state, details, by_id, by_name, at, second_id, second_name, second_at)
    values (${r.id}, ${r.disasterId}, ${r.act}, ${r.state}, ${JSON.stringify(r.details)}::jsonb, ${r.byId}, ${r.byName}, ${r.at}, ${r.secondId},
      ${r.secondName}, ${r.secondAt})`.execute(db)
}

export async function findRequest(db: Db, id: string): Promise<OpeningRequest | undefined> {
  const { rows } = await sql<OpeningRequest>`select ${COLUMNS} from disaster.request where id = ${id}`.execute(db)
  return rows[0]
}

/** One request, held until this write ends, so that two who decide at once do so one after the other. */
export async function lockRequest(db: Db, id: string): Promise<OpeningRequest | undefined> {
  const { rows } = await sql<OpeningRequest>`select ${COLUMNS} from disaster.request where id = ${id} for update`.execute(db)
  return rows[0]
}

export async function decideRequest(
  db: Db,
  d: { id: string; state: 'done' | 'declined'; by: { id: string; name: string }; at: Date },
): Promise<void> {
  await sql`update disaster.request set state = ${d.state}, second_id = ${d.by.id}, second_name = ${d.by.name}, second_at = ${d.at} where id = ${d.id}`.execute(
    db,
  )
}

export async function listRequests(db: Db, about: { disasterId?: string; limit: number }): Promise<OpeningRequest[]> {
  const which = about.disasterId === undefined ? sql`true` : sql`disaster_id = ${about.disasterId}`
  const { rows } =
    await sql<OpeningRequest>`select ${COLUMNS} from disaster.request where ${which} order by at desc, id desc limit ${about.limit}`.execute(
      db,
    )
  return rows
}
