/** What happened to a person's consents and closures: every event with who, when, through which door, under which text. */
import { sql } from 'kysely'
import type { Context } from '#kernel/context'
import { type Db, later } from '#kernel/database'
import { ulid } from '#kernel/id'
import { dateInJapan } from '#kernel/japan'
import type { Door } from './deciding.ts'
import type { Closure, Consent } from './model.ts'
import { textOn } from './texts.ts'

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

type About =
  | { what: 'given' | 'withdrawn'; consent: Consent; door: Door; key: string }
  | { what: 'closed' | 'reopened'; closure: Closure; door: Door; key: string }

const ofConsent = (c: Consent) => ({
  basis: c.basis,
  consentId: c.id,
  institutionNumber: c.institutionNumber,
  institutionName: c.institutionName,
  allowed: c.allowed,
  refused: c.refused,
  item: '',
  absolute: false,
  until: c.until,
  textVersion: c.textVersion,
})
const ofClosure = (c: Closure, now: Date) => ({
  basis: 'closure',
  consentId: c.closureId,
  institutionNumber: c.institutionNumber,
  institutionName: '',
  allowed: [],
  refused: [],
  item: c.type === '' ? '' : `${c.type}/${c.id}`,
  absolute: c.absolute,
  until: null,
  textVersion: textOn('closing', dateInJapan(now)).version,
})

/** Notes an event in the transaction of what happened. */
export async function noteEvent(ctx: Context, about: About): Promise<void> {
  const { actor, now } = ctx
  const e = 'consent' in about ? ofConsent(about.consent) : ofClosure(about.closure, now)
  const actedAs = actor.kind === 'citizen' ? (actor.actsFor?.basis ?? '') : ''
  const name = actor.kind === 'public' ? '' : actor.kind === 'citizen' && actor.app ? `${actor.name} ［${actor.app.name}］` : actor.name
  await later(
    ctx.db,
    sql`insert into consent.event (key, id, request_id, at, what, basis, consent_id, institution_number, institution_name, allowed, refused, item,
        absolute, until, actor_kind, actor_name, acted_as, door, text_version)
      values (${about.key}, ${ulid(now.getTime())}, ${ctx.requestId}, ${now}::timestamptz, ${about.what}, ${e.basis}, ${e.consentId}, ${e.institutionNumber},
        ${e.institutionName}, ${e.allowed}::text[], ${e.refused}::text[], ${e.item}, ${e.absolute}, ${e.until}::timestamptz, ${actor.kind}, ${name},
        ${actedAs}, ${about.door}, ${e.textVersion})`,
  )
}

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
