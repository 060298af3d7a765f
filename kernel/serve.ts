import { sql } from 'kysely'
import type { z } from 'zod'
import { auditEntry } from './audit-entry.ts'
import type { AuditEntry, AuditEvent } from './audit-event.ts'
import { type AuditBatch, insertAudit } from './audit.ts'
import type { Clock } from './clock.ts'
import type { Actor, Context, Purpose } from './context.ts'
import { connectionLost, type Db, sqlState, transact } from './database.ts'
import { idempotencyKeyOf, recallAnswer, type Recalled, releaseClaim, rememberAnswer, requestHash } from './idempotency.ts'
import type { Accounts } from './identity.ts'
import { ulid } from './id.ts'
import { langOf, type Lang } from './language.ts'
import { type Outgoing, writeOutbox } from './outbox.ts'
import { admit, cookie, demandProof, heldToSite, proveCaller, whoIsThere } from './proof.ts'
import { Refusal, refuse } from './refusal.ts'
import type { Answer, HttpRow, RouteRequest } from './route.ts'
import type { Room } from './room.ts'
import type { TokenMint } from './token.ts'

export type ServeDeps = {
  db: Db
  clock: Clock
  accounts: Accounts
  mint: TokenMint
  batch: AuditBatch
  /** Whether there is room for more records; absent, nobody looks. */
  room?: Room
  /** Addresses under which this server is asked, without a path; a DPoP proof must name one of them. */
  origins?: readonly string[]
}

/**
 * What came of a request, before it is put on the wire. `refusal` instead of `answer` where the answer is no; `renewed` is the
 * session's new token.
 */
export type Outcome = { lang: Lang; actor: Actor; requestId: string; renewed: string | null } & ({ answer: Answer } | { refusal: Refusal })

const RETRIES = 3
const retriable = (error: unknown) => ['40001', '40P01'].includes(sqlState(error) ?? '')

/**
 * One request through one row: prove, admit, handle, audit, answer.
 * A refusal is audited in a commit of its own before it is answered; anything else thrown is a fault for the caller.
 */
export async function serve(row: HttpRow, request: RouteRequest, deps: ServeDeps): Promise<Outcome> {
  const now = deps.clock.now()
  const requestId = ulid(now.getTime())
  const lang = langOf({
    query: request.query.get('lang') ?? undefined,
    cookie: cookie(request.headers, 'enishi_lang'),
    accept: request.headers['accept-language'],
  })
  let actor: Actor = { kind: 'public' }
  let purpose: Purpose = row.why[0]!
  let renewed: string | null = null
  let via = ''
  try {
    const held = heldToSite(row, request)
    const proof = await proveCaller(deps, held, now)
    ;({ actor, renewed, via } = proof)
    purpose = admit(row, actor)
    actor = whoIsThere(row, actor)
    demandProof(row.stepUp, proof.session, now)
    const checked = row.schema ? { ...held, body: parseBody(row.schema, held.body) } : held
    const { session } = proof
    const about = { actor, purpose, now, lang, requestId, via, sessionId: session?.token ?? null, ...(session ? { session } : {}) }
    const answer = row.kind === 'write' ? await write(row, checked, about, deps) : await read(row, checked, about, deps)
    return { lang, actor, requestId, renewed, answer }
  } catch (thrown) {
    const refusal = refusalOf(thrown)
    if (!refusal) throw thrown
    // A refused act still names whose record was asked for, so that the person sees refused tries too.
    const entry = auditEntry(
      { outcome: refusal.code, ...(refusal.detail.key ? { key: refusal.detail.key } : {}) },
      { actor, purpose, now, requestId, via, action: row.audit, law: row.law },
    )
    if (row.audit === 'none') return { lang, actor, requestId, renewed, refusal }
    try {
      await deps.batch.durable([entry])
      return { lang, actor, requestId, renewed, refusal }
    } catch (error) {
      // Even a refusal may tell something, so without its audit only "try again" leaves.
      return { lang, actor, requestId, renewed, refusal: refusalOf(error) ?? rethrow(error) }
    }
  }
}

type About = Pick<Context, 'actor' | 'purpose' | 'now' | 'lang' | 'requestId' | 'sessionId' | 'session'> & { via: string }

/** Collects what a handler notes; a row that is audited gets one entry even where the handler noted nothing. */
function notebook(row: HttpRow, about: About) {
  const entries: AuditEntry[] = []
  const complete = (event: AuditEvent) => auditEntry(event, { ...about, action: row.audit, law: row.law })
  return {
    audit: (event: AuditEvent) => void entries.push(complete(event)),
    all: () => (entries.length > 0 ? entries : row.audit === 'none' ? [] : [complete({})]),
    /** What was noted since it was taken before. */
    take: () => entries.splice(0),
  }
}

/** Reads and streams: no transaction of their own; what is shown waits for its audit entries. */
async function read(
  row: Extract<HttpRow, { kind: 'read' | 'stream' }>,
  request: RouteRequest,
  about: About,
  deps: ServeDeps,
): Promise<Answer> {
  const notes = notebook(row, about)
  const tell = () => {
    throw new Error('a read tells nobody')
  }
  const run = (db: Db) => row.handle({ ...about, db, audit: notes.audit, tell }, request)
  const answer =
    row.kind === 'read' && row.snapshot
      ? await transact(deps.db, run, { isolationLevel: 'repeatable read', accessMode: 'read only' })
      : await run(deps.db)
  const rendered = render(answer, request)
  await deps.batch.durable(notes.all())
  notes.take()
  return rendered.pieces ? { ...rendered, pieces: notedFirst(rendered.pieces, notes.take, deps.batch) } : rendered
}

/** What a stream notes on its way is durable before the piece that it speaks of leaves. */
async function* notedFirst<T>(pieces: AsyncIterable<T>, take: () => AuditEntry[], batch: AuditBatch): AsyncGenerator<T> {
  for await (const piece of pieces) {
    await batch.durable(take())
    yield piece
  }
}

async function write(row: Extract<HttpRow, { kind: 'write' }>, request: RouteRequest, about: About, deps: ServeDeps): Promise<Answer> {
  if (row.fills && deps.room?.() === false) refuse('storage-low')
  const idempotencyKey = about.actor.kind === 'public' ? undefined : idempotencyKeyOf(request)
  const ready = row.prepare ? row.prepare(request, about.actor) : request
  for (let attempt = 1; ; attempt++) {
    const notes = notebook(row, about)
    const outgoing: Outgoing[] = []
    try {
      const done = await transact(deps.db, async (db): Promise<Answer | Refusal> => {
        const claim =
          idempotencyKey && about.actor.kind !== 'public'
            ? { actorId: about.actor.id, key: idempotencyKey, hash: requestHash(request), now: about.now }
            : undefined
        const earlier = claim && (await recallAnswer(db, claim))
        if (earlier) {
          await insertAudit(db, shownAgain(earlier, row, about))
          return earlier.answer
        }
        const answer = await row
          .handle({ ...about, db, audit: notes.audit, tell: (m) => void outgoing.push(m) }, ready)
          .catch((error: unknown) => {
            if (row.keepsRefused && error instanceof Refusal) return error
            throw error
          })
        if (answer instanceof Refusal) {
          if (claim) await releaseClaim(db, claim)
          return answer
        }
        const rendered = render(answer, request)
        await writeOutbox(db, about.now, outgoing)
        await insertAudit(db, notes.all())
        if (claim && rendered.again === null) await releaseClaim(db, claim)
        else if (claim) await rememberAnswer(db, claim, { answer: rendered, keys: keysOf(notes.all(), outgoing) })
        return rendered
      })
      if (done instanceof Refusal) throw done
      return done
    } catch (error) {
      if (!retriable(error) || attempt >= RETRIES) throw error
    }
  }
}

/** The answer leaves a second time, so it is written down a second time: for each person it speaks of. */
function shownAgain({ keys }: Recalled, row: HttpRow, about: About): AuditEntry[] {
  const whose = keys.length > 0 ? keys.map((key) => ({ key })) : [{}]
  return whose.map((one) => auditEntry({ ...one, rule: 'idempotent-replay' }, { ...about, action: row.audit, law: row.law }))
}

/** Whose records a request wrote or showed. */
const keysOf = (notes: readonly AuditEntry[], told: readonly Outgoing[]): string[] =>
  [...new Set([...notes, ...told].map(({ key }) => key))].filter((key) => key !== null && key !== '')

/** Renders a page before the audit wait, so that the answer is ready the moment it may leave. */
function render(answer: Answer, request: RouteRequest): Answer {
  if (!answer.page) return answer
  if (answer.json !== undefined && wantsJson(request.headers.accept)) {
    const { page: _unused, ...rest } = answer
    return rest
  }
  const { page, json: _json, ...rest } = answer
  return { ...rest, text: page(), headers: { 'content-type': 'text/html; charset=utf-8', ...rest.headers } }
}

/** Whether the caller asked for JSON rather than a page. */
export function wantsJson(accept: string | undefined): boolean {
  return accept !== undefined && /json/.test(accept) && !/text\/html/.test(accept)
}

function parseBody(schema: z.ZodType, body: unknown): unknown {
  const parsed = schema.safeParse(body ?? {})
  if (parsed.success) return parsed.data
  const what = parsed.error.issues
    .slice(0, 5)
    .map((i) => `${i.path.join('.') || 'body'}: ${i.message}`)
    .join('; ')
  return refuse('input-invalid', { what })
}

/** Errors of the database that are honest answers, not faults. */
function refusalOf(thrown: unknown): Refusal | undefined {
  if (thrown instanceof Refusal) return thrown
  const state = sqlState(thrown)
  if (state === '53100') return new Refusal('storage-full')
  if (unstorable(thrown, state)) return new Refusal('input-invalid', { what: 'U+0000 / unpaired surrogate' })
  return connectionLost(thrown) || retriable(thrown) ? new Refusal('try-again') : undefined
}

/** Characters that JSON can spell and the database cannot keep: U+0000 and unpaired surrogates. */
function unstorable(thrown: unknown, state: string | undefined): boolean {
  if (state === '22021' || state === '22P05') return true
  return state === '22P02' && thrown instanceof Error && thrown.message.startsWith('invalid input syntax for type json')
}

function rethrow(error: unknown): never {
  throw error
}

/** True where the database answers; used by the health row. */
export async function databaseVersion(db: Db): Promise<string> {
  const { rows } = await sql<{ v: string }>`select current_setting('server_version') as v`.execute(db)
  return rows[0]!.v
}
