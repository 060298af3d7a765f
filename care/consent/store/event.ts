import { sql } from 'kysely'
import { type Db, later } from '#kernel/database'
import type { Door } from '../deciding.ts'

export type ConsentEvent = {
  id: string
  at: Date
  what: 'given' | 'withdrawn' | 'closed' | 'reopened'
  basis: 'visit' | 'standing' | 'closure'
  /** The consent or closure it happened to. */
  consentId: string
  institutionNumber: string
  institutionName: string
  allowed: string[]
  refused: string[]
  /** `Type/id` of the one item that was closed. */
  item: string
  absolute: boolean
  until: Date | null
  actorName: string
  actorKind: string
  /** On what somebody acted for the person; '' where they decided themselves. */
  actedAs: string
  door: Door
  textVersion: string
}

/** Writes one event; it joins the commit of what happened. */
export const insertEvent = (db: Db, e: ConsentEvent & { key: string; requestId: string }): Promise<void> =>
  later(
    db,
    sql`insert into consent.event (key, id, request_id, at, what, basis, consent_id, institution_number, institution_name, allowed, refused, item,
        absolute, until, actor_kind, actor_name, acted_as, door, text_version)
      values (${e.key}, ${e.id}, ${e.requestId}, ${e.at}::timestamptz, ${e.what}, ${e.basis}, ${e.consentId}, ${e.institutionNumber},
        ${e.institutionName}, ${e.allowed}::text[], ${e.refused}::text[], ${e.item}, ${e.absolute}, ${e.until}::timestamptz, ${e.actorKind}, ${e.actorName},
        ${e.actedAs}, ${e.door}, ${e.textVersion})`,
  )

/** A person's events, the newest first; one act under several keys is one event. */
export async function findEvents(db: Db, keys: readonly string[], page: { limit: number; offset: number }): Promise<ConsentEvent[]> {
  const { rows } = await sql<ConsentEvent>`
    select id, at, what, basis, consent_id as "consentId", institution_number as "institutionNumber", institution_name as "institutionName",
      allowed, refused, item, absolute, until, actor_kind as "actorKind", actor_name as "actorName", acted_as as "actedAs", door,
      text_version as "textVersion"
    from (select distinct on (request_id, what, basis, institution_number, item) * from consent.event where key = any(${[...keys]}::text[])
      order by request_id, what, basis, institution_number, item, id) e
    order by at desc, id desc limit ${page.limit} offset ${page.offset}`.execute(db)
  return rows
}
