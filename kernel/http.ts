import type { Socket } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { allowedMethods } from './allowed.ts'
import type { Actor } from './context.ts'
import { requireReadable, sendFhir, sendRefusal } from './fhir-format.ts'
import { harden, hardened } from './hardening.ts'
import { SESSION_COOKIE } from './identity.ts'
import { type Lang, langOf } from './language.ts'
import { answerClientError, answerExpectations, BODY_LIMIT, discardBody, LISTENER_LIMITS, SILENCE_MS } from './listener.ts'
import { pieceStream } from './pieces.ts'
import { challengeOf, cookie } from './proof.ts'
import { type Rate, rateGuard } from './rate.ts'
import { decode, formFields } from './request-body.ts'
import { Refusal, refusalOutcome, refusalRow } from './refusal.ts'
import { type Answer, type HttpRow, isHttpRow, type MountRow, queryOf, type Row, type RouteRequest } from './route.ts'
import { type Outcome, serve, type ServeDeps, wantsJson } from './serve.ts'
import type { SecurityCounts } from './security-counts.ts'
import { serveSockets } from './socket.ts'
import { certificateFromProxy, certificateOf } from './tls.ts'

export type HttpDeps = ServeDeps & {
  log: Logger
  /** Page for a refusal; bound in `app` because the kernel knows no page frame. */
  refusalPage: (about: { refusal: Refusal; lang: Lang; actor: Actor; url: string }) => string
  /** True behind TLS: cookies are then marked Secure. */
  secure: boolean
  /** Header in which a proxy in front hands over the client certificate it verified; absent, nobody is believed. */
  proxyCertificateHeader?: string
  /** Header in which that proxy says who asked it; the last address in it is the one the proxy saw itself. */
  proxyAddressHeader?: string
  /** How often one client may ask; absent, as often as it likes. */
  rate?: Rate
  /** Counts what looks like an attempt; absent, nobody counts. */
  counts?: SecurityCounts
}

/** Turns the rows into one HTTP server. */
export function httpServer(rows: readonly Row[], deps: HttpDeps): FastifyInstance {
  const app = Fastify({
    bodyLimit: BODY_LIMIT,
    logger: false,
    http: LISTENER_LIMITS,
    requestTimeout: LISTENER_LIMITS.requestTimeout,
    connectionTimeout: SILENCE_MS,
    keepAliveTimeout: LISTENER_LIMITS.keepAliveTimeout,
    clientErrorHandler: (error, socket) => answerClientError(error, socket as Socket),
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    // An address that cannot be decoded never reaches a row; it is answered like any other that leads nowhere.
    frameworkErrors: (_error, request, reply) => {
      harden(reply as FastifyReply, deps.secure)
      return refuseOnWire(new Refusal('not-found'), request as FastifyRequest, reply as FastifyReply, deps)
    },
  })
  answerExpectations(app.server, (request, reply) => app.routing(request, reply))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  hardened(app, deps.secure)
  const mustWait = deps.rate ? rateGuard(deps.rate) : () => 0
  for (const row of rows) {
    if (isHttpRow(row))
      app.route({
        method: row.method,
        url: row.path,
        ...(row.maxBodyBytes === undefined ? {} : { bodyLimit: row.maxBodyBytes }),
        // Before the body is read: who asks too often costs no more than the headers.
        onRequest: async (request, reply) => (row.unlimited ? undefined : heldToRate(mustWait, { request, reply, deps })),
        handler: (request, reply) => answerRow(row, request, reply, deps),
      })
    if (row.kind === 'mount') mount(app, row, deps)
  }
  serveSockets(app, rows, deps)
  const allowed = allowedMethods(rows)
  const nothingThere = (request: FastifyRequest, reply: FastifyReply) => {
    const allow = allowed(request.url.split('?', 1)[0]!).join(', ')
    // People are told that the page is not there; programs, where all addresses are listed.
    if (allow === '') return refuseOnWire(new Refusal(wantsPage(request) ? 'not-found' : 'address-unknown'), request, reply, deps)
    return refuseOnWire(new Refusal('method-not-allowed', { method: request.method, allow }), request, reply.header('allow', allow), deps)
  }
  app.setNotFoundHandler(nothingThere)
  for (const row of rows) if (isHttpRow(row) && row.crossSite) preflight(app, row, nothingThere)
  app.setErrorHandler((error: { statusCode?: number }, request, reply) => {
    if (error.statusCode === 413) {
      if (discardBody(request.raw)) reply.removeHeader('connection')
      return refuseOnWire(new Refusal('body-too-large', { limit: sizeIn(request.routeOptions.bodyLimit) }), request, reply, deps)
    }
    if (error.statusCode === 415)
      return refuseOnWire(new Refusal('media-type', { type: String(request.headers['content-type']).slice(0, 80) }), request, reply, deps)
    if (error.statusCode && error.statusCode < 500) return refuseOnWire(new Refusal('body-malformed', { what: '' }), request, reply, deps)
    return fault(error, request, reply, deps)
  })
  return app
}

/** A size as people read it. */
const sizeIn = (bytes = BODY_LIMIT): string =>
  bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${Math.round(bytes / 1024 / 1024)} MB`

/**
 * Lets pages of other sites ask. No cookie travels with what they ask, so they see no more than any program that asks.
 * @spec Fetch, CORS protocol
 */
const CORS_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'www-authenticate, location, etag, last-modified',
}

/** What a browser asks before it sends more than a plain form; asked for anything else, the method is one that nobody takes. */
function preflight(app: FastifyInstance, { path }: HttpRow, otherwise: (request: FastifyRequest, reply: FastifyReply) => unknown): void {
  if (app.hasRoute({ method: 'OPTIONS', url: path })) return
  app.options(path, async (request, reply) => {
    if (request.headers['access-control-request-method'] === undefined) return otherwise(request, reply)
    return reply
      .code(204)
      .headers({
        ...CORS_HEADERS,
        'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
        'access-control-allow-headers': 'authorization, content-type, accept, dpop, if-match, if-none-match, if-none-exist, prefer',
        'access-control-max-age': '3600',
      })
      .send()
  })
}

async function answerRow(row: HttpRow, request: FastifyRequest, reply: FastifyReply, deps: HttpDeps) {
  if (row.crossSite) reply.headers(CORS_HEADERS)
  try {
    if (row.kind === 'write') requireReadable(request)
    const asked = requestOf(row, request, deps)
    const outcome = await serve(row, asked, deps)
    if (asked.query.get('lang') === outcome.lang)
      reply.header(
        'set-cookie',
        `enishi_lang=${outcome.lang}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax${deps.secure ? '; Secure' : ''}`,
      )
    if (outcome.renewed !== null && !('answer' in outcome && outcome.answer.setSession !== undefined))
      reply.header('set-cookie', sessionCookie(outcome.renewed, deps))
    return 'answer' in outcome ? put(outcome.answer, reply, deps) : refuseOnWire(outcome.refusal, request, reply, deps, outcome)
  } catch (error) {
    if (error instanceof Refusal) return refuseOnWire(error, request, reply, deps)
    return fault(error, request, reply, deps)
  }
}

/** Turns away who asks too often, and says when to come again. */
async function heldToRate(mustWait: ReturnType<typeof rateGuard>, at: { request: FastifyRequest; reply: FastifyReply; deps: HttpDeps }) {
  const { request, reply, deps } = at
  const headers = request.headers as Record<string, string | undefined>
  const behindProxy = deps.proxyAddressHeader !== undefined
  const asked = { method: request.method, headers, address: addressOf(request, deps), behindProxy }
  const seconds = mustWait(asked, performance.now())
  if (seconds > 0) deps.counts?.note('too-many-requests', `${request.method} ${request.routeOptions.url ?? ''}`)
  if (seconds > 0)
    return refuseOnWire(
      new Refusal('too-many-requests', { seconds: String(seconds) }),
      request,
      reply.header('retry-after', String(seconds)),
      deps,
    )
  return undefined
}

/** Where a request came from: as the proxy in front says, where there is one to be believed. */
function addressOf(request: FastifyRequest, { proxyAddressHeader }: HttpDeps): string {
  const told = proxyAddressHeader
    ? String(request.headers[proxyAddressHeader] ?? '')
        .split(',')
        .at(-1)
        ?.trim()
    : undefined
  return told || (request.raw.socket.remoteAddress ?? '')
}

/** The request in the shape rows read. A body is decoded as strict UTF-8, then by its media type. */
function requestOf(row: HttpRow, request: FastifyRequest, deps: HttpDeps): RouteRequest {
  const headers = request.headers as Record<string, string | undefined>
  const proxied = deps.proxyCertificateHeader
  const certificate = certificateOf(request.raw.socket) ?? (proxied ? certificateFromProxy(headers[proxied]) : undefined)
  const base = {
    ...(certificate ? { certificate } : {}),
    address: addressOf(request, deps),
    method: request.method,
    params: request.params as Record<string, string>,
    query: queryOf(request.url),
    headers,
    url: request.url,
  }
  const raw = request.body
  if (row.body === 'bytes') return { ...base, body: Buffer.isBuffer(raw) ? raw : Buffer.alloc(0) }
  if (!Buffer.isBuffer(raw) || raw.length === 0) return { ...base, body: row.body === 'text' ? '' : undefined }
  const type = (headers['content-type'] ?? 'application/json').split(';')[0]!.trim().toLowerCase()
  const text = decode(raw, headers)
  if (row.body === 'text') return { ...base, body: text }
  if (type === 'application/x-www-form-urlencoded') return { ...base, body: formFields(text) }
  if (!/^application\/([a-z.-]+\+)?json$/.test(type)) throw new Refusal('media-type', { type: type.slice(0, 80) })
  try {
    return { ...base, body: JSON.parse(text) as unknown }
  } catch {
    throw new Refusal('body-malformed', { what: 'JSON' })
  }
}

/** @param token null ends it */
const sessionCookie = (token: string | null, { secure }: HttpDeps): string =>
  `${SESSION_COOKIE}=${token ?? '; Max-Age=0'}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`

function put(answer: Answer, reply: FastifyReply, deps: HttpDeps) {
  reply.code(answer.status ?? (answer.redirect ? 303 : 200))
  for (const [name, value] of Object.entries(answer.headers ?? {})) reply.header(name, value)
  if (answer.setSession !== undefined) reply.header('set-cookie', sessionCookie(answer.setSession, deps))
  // Who signs out leaves no page behind to go back to. Not what the browser stores: that is how a device is told of notices.
  if (answer.setSession === null) reply.header('clear-site-data', '"cache"')
  for (const cookie of answer.cookies ?? []) reply.header('set-cookie', cookie)
  if (answer.redirect !== undefined) return reply.header('location', answer.redirect).send()
  if (answer.text !== undefined) return reply.send(answer.text)
  // A piece that fails ends the connection in the middle, so that nobody takes the part for the whole.
  if (answer.pieces !== undefined) return reply.send(pieceStream(answer.pieces))
  if (answer.fhir !== undefined) return sendFhir(reply, answer.fhir)
  if (answer.json !== undefined) return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(answer.json))
  return reply.send()
}

function wantsPage({ url, headers: { accept } }: FastifyRequest): boolean {
  return !url.startsWith('/fhir/') && accept !== undefined && /text\/html/.test(accept) && !wantsJson(accept)
}

function refuseOnWire(refusal: Refusal, request: FastifyRequest, reply: FastifyReply, deps: HttpDeps, outcome?: Outcome) {
  const row = refusalRow(refusal.code)
  const asPage = wantsPage(request)
  if (row.status === 401) reply.header('www-authenticate', challengeOf(refusal.code))
  if (!asPage) return sendRefusal(reply.code(row.status), refusalOutcome(refusal))
  const proveAt = request.method === 'GET' ? whereToProve(refusal, request.url) : null
  if (proveAt !== null) return reply.code(303).header('location', proveAt).send()
  const page = deps.refusalPage({
    refusal,
    lang: outcome?.lang ?? langAsked(request),
    actor: outcome?.actor ?? { kind: 'public' },
    url: request.url,
  })
  return reply.code(row.status).header('content-type', 'text/html; charset=utf-8').send(page)
}

/** Where somebody who wanted a page goes to prove who they are, or null where that is not what was missing. */
function whereToProve({ code, detail }: Refusal, url: string): string | null {
  const next = encodeURIComponent(url)
  if (code === 'step-up-required') return `/sign-in/again?next=${next}&by=${encodeURIComponent(detail.by ?? '')}`
  return code === 'not-signed-in' ? `/sign-in?next=${next}` : null
}

/** Language of a request that reached no row. */
function langAsked(request: FastifyRequest): Lang {
  const headers = request.headers as Record<string, string | undefined>
  const query = queryOf(request.url).get('lang') ?? undefined
  return langOf({ query, cookie: cookie(headers, 'enishi_lang'), accept: headers['accept-language'] })
}

/** Names the place of a fault in the log, never the data: messages of faults may quote what a person sent. */
function fault(error: unknown, request: FastifyRequest, reply: FastifyReply, deps: HttpDeps) {
  const reference = Math.random().toString(36).slice(2, 10)
  const known = error instanceof Error ? error : new Error('thrown value')
  const frames = (known.stack ?? '')
    .split('\n')
    .filter((l) => l.trimStart().startsWith('at '))
    .slice(0, 12)
  const code = 'code' in known ? String(known.code) : undefined
  deps.log.error({ reference, fault: known.name, code, route: request.routeOptions?.url, method: request.method, frames }, 'fault')
  return refuseOnWire(new Refusal('fault', { reference }), request, reply, deps)
}

function mount(app: FastifyInstance, row: MountRow, deps: HttpDeps) {
  app.all(`${row.path}/*`, async (request, reply) => {
    try {
      const answer = await row.handle(
        new Request(new URL(request.url, 'http://localhost'), {
          method: request.method,
          headers: request.headers as Record<string, string>,
          ...(Buffer.isBuffer(request.body) ? { body: new Uint8Array(request.body) } : {}),
        }),
      )
      reply.code(answer.status)
      answer.headers.forEach((value, name) => void reply.header(name, value))
      return reply.send(Buffer.from(await answer.arrayBuffer()))
    } catch (error) {
      return fault(error, request, reply, deps)
    }
  })
}
