import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { textOf } from '#packages/fhir'
import type { Db } from './database.ts'
import { refuse } from './refusal.ts'
import type { Answer, RouteRequest } from './route.ts'

/** Longer keys would not fit the index; nobody needs them. */
const MAX_KEY = 255

/** The request's Idempotency-Key. @refuses input-invalid where it is longer than 255 characters */
export function idempotencyKeyOf(request: RouteRequest): string | undefined {
  const key = request.headers['idempotency-key']
  if (key !== undefined && key.length > MAX_KEY) refuse('input-invalid', { what: 'Idempotency-Key' })
  return key || undefined
}

type Claim = { actorId: string; key: string; hash: Buffer; now: Date }

export function requestHash(request: RouteRequest): Buffer {
  const body = typeof request.body === 'string' || Buffer.isBuffer(request.body) ? request.body : JSON.stringify(request.body ?? null)
  return createHash('sha256').update(`${request.method} ${request.url}\n`).update(body).digest()
}

/** What was answered the first time, and whose records it spoke of: showing it once more is written down for each of them. */
export type Recalled = { answer: Answer; keys: readonly string[] }

/** Stands where an answer's words are not kept: a page, what was only read, or what was erased meanwhile. */
const SHOWN_ONCE = 'shown-once'

/**
 * The answer given to the same Idempotency-Key before. A second request in flight waits here for the first one's commit.
 * @refuses idempotency-mismatch where the key came with another content, shown-once where it was carried out and cannot be shown again
 */
export async function recallAnswer(db: Db, claim: Claim): Promise<Recalled | undefined> {
  const { numAffectedRows } = await sql`
    insert into kernel.idempotency (actor_id, idempotency_key, request_hash, status, headers, body, at)
    values (${claim.actorId}, ${claim.key}, ${claim.hash}, 0, '{}', '', ${claim.now}) on conflict do nothing`.execute(db)
  if (numAffectedRows === 1n) return undefined
  const { rows } = await sql<{ request_hash: Buffer; status: number; headers: Record<string, string>; body: string; keys: string[] }>`
    select request_hash, status, headers, body, keys from kernel.idempotency
    where actor_id = ${claim.actorId} and idempotency_key = ${claim.key}`.execute(db)
  const first = rows[0] ?? refuse('try-again')
  if (!first.request_hash.equals(claim.hash)) refuse('idempotency-mismatch')
  const { status, headers, body, keys } = first
  if (body === SHOWN_ONCE) refuse('shown-once')
  // A resource leaves in the form asked for this time.
  const isFhir = headers['content-type']?.startsWith('application/fhir+json') === true
  return { answer: { status, headers, ...(body === '' ? {} : isFhir ? { fhir: body } : { text: body }) }, keys }
}

/** Lets the key go again where the request was refused but what it wrote stays. */
export async function releaseClaim(db: Db, claim: Claim): Promise<void> {
  await sql`delete from kernel.idempotency where actor_id = ${claim.actorId} and idempotency_key = ${claim.key}`.execute(db)
}

/**
 * Keeps the answer in the same transaction as the write it answers; of a page only that it was shown, because what a page shows was read
 * and may be closed by the next time.
 * @param keys whose records were written or shown
 */
export async function rememberAnswer(db: Db, claim: Claim, { answer, keys }: Recalled): Promise<void> {
  const { status, headers, body } = kept(answer)
  await sql`update kernel.idempotency set status = ${status}, headers = ${JSON.stringify(headers)}::jsonb, body = ${body}, keys = ${[...keys]}::text[]
    where actor_id = ${claim.actorId} and idempotency_key = ${claim.key}`.execute(db)
}

function kept(whole: Answer): { status: number; headers: Record<string, string>; body: string } {
  const answer = whole.again ? { ...whole, fhir: whole.again.fhir } : whole
  const type =
    answer.fhir !== undefined
      ? 'application/fhir+json; charset=utf-8'
      : answer.json !== undefined
        ? 'application/json; charset=utf-8'
        : undefined
  const fhir = typeof answer.fhir === 'object' ? textOf(answer.fhir) : answer.fhir
  const location = answer.redirect === undefined ? {} : { location: answer.redirect }
  return {
    status: answer.status ?? (answer.redirect === undefined ? 200 : 303),
    headers: { ...(type ? { 'content-type': type } : {}), ...location, ...answer.headers },
    body: answer.text !== undefined ? SHOWN_ONCE : (fhir ?? JSON.stringify(answer.json) ?? ''),
  }
}

/** Forgets what answers said about a record that is erased. That they were given stays, so that nothing is done twice. */
export async function forgetAnswers(db: Db, key: string): Promise<void> {
  await sql`update kernel.idempotency set body = ${SHOWN_ONCE} where ${key} = any(keys) and body <> ''`.execute(db)
}
