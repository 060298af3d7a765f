/**
 * Lines that stay open (WebSocket). The upgrade goes through a row like every request: proved, admitted, audited. What is sent
 * later is read under the rights of that later moment, and noted, by `act`.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { type WebSocket, WebSocketServer } from 'ws'
import { actAs } from './act.ts'
import type { Actor, Context } from './context.ts'
import { admit, heldToSite } from './proof.ts'
import { type Refusal, refusalOutcome, refusalRow, Refusal as RefusalError } from './refusal.ts'
import { type Line, queryOf, type RouteRequest, type Row, type SocketRow } from './route.ts'
import { type Outcome, serve, type ServeDeps } from './serve.ts'
import { certificateFromProxy, certificateOf } from './tls.ts'

export type SocketDeps = ServeDeps & { log: Logger; proxyCertificateHeader?: string; socketLimits?: Partial<SocketLimits> }

export type SocketLimits = {
  /** Lines of one process. */
  lines: number
  /** Lines of one caller in one process; the public counts as one caller for each address. */
  linesOfOne: number
  pingEveryMs: number
  /** What may wait to be read by the other side; who reads slower is closed. */
  mostWaitingBytes: number
  /** Messages of one line within ten seconds. */
  messagesInTenSeconds: number
}

const USUAL: SocketLimits = {
  lines: 2_000,
  linesOfOne: 20,
  pingEveryMs: 25_000,
  mostWaitingBytes: 4 * 1024 * 1024,
  messagesInTenSeconds: 100,
}

/** Why a line was closed. @spec RFC 6455 section 7.4 */
const CLOSE = { away: 1001, notText: 1003, policy: 1008, fault: 1011, tooSlow: 1013 } as const

const STATUS_TEXT: Record<number, string> = { 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' }

/** Serves the socket rows on the server's upgrades. */
export function serveSockets(app: FastifyInstance, rows: readonly Row[], deps: SocketDeps): void {
  const limits = { ...USUAL, ...deps.socketLimits }
  const doors = new Map(
    rows
      .filter((row) => row.kind === 'socket')
      .map((row) => {
        const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: row.maxMessageBytes })
        return [row.path, { row, server }] as const
      }),
  )
  if (doors.size === 0) return
  const open = new Map<WebSocket, string>()
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const asked = requestOf(request, deps)
    const door = doors.get(asked.url.split('?')[0]!)
    if (!door) return refuseUpgrade(socket, new RefusalError('not-found'))
    upgrade(door, asked, request).catch((error: unknown) => {
      deps.log.error({ fault: error instanceof Error ? error.name : 'unknown', route: door.row.path }, 'fault')
      refuseUpgrade(socket, new RefusalError('try-again'))
    })

    async function upgrade({ row, server }: { row: SocketRow; server: WebSocketServer }, asked: RouteRequest, request: IncomingMessage) {
      const outcome = await proveAndNote(row, asked, deps)
      if ('refusal' in outcome) return refuseUpgrade(socket, outcome.refusal)
      const who = outcome.actor.kind === 'public' ? `public ${request.socket.remoteAddress}` : `${outcome.actor.kind} ${outcome.actor.id}`
      const already = [...open.values()].filter((w) => w === who).length
      if (open.size >= limits.lines || already >= limits.linesOfOne) return refuseUpgrade(socket, new RefusalError('try-again'))
      server.handleUpgrade(request, socket, head, (ws) => {
        open.set(ws, who)
        ws.on('close', () => open.delete(ws))
        hold(ws, row, { asked, outcome, deps, limits })
      })
    }
  })
  app.addHook('preClose', async () => {
    for (const ws of open.keys()) {
      ws.close(CLOSE.away)
      // Who does not answer the farewell is not waited for.
      setTimeout(() => ws.terminate(), 500).unref()
    }
  })
}

/** The upgrade as a request through its row: whoever is let in, and whoever is not, is noted before the answer. */
function proveAndNote(row: SocketRow, asked: RouteRequest, deps: ServeDeps): Promise<Outcome> {
  const handle = async () => {
    // A page of another site can open lines with the person's cookie; the browser says where it comes from.
    heldToSite({}, { method: 'POST', headers: asked.headers })
    return {}
  }
  return serve({ ...row, kind: 'read', handle }, asked, deps)
}

function requestOf(request: IncomingMessage, { proxyCertificateHeader: proxied }: SocketDeps): RouteRequest {
  const url = request.url ?? '/'
  const headers = request.headers as Record<string, string | undefined>
  const certificate = certificateOf(request.socket) ?? (proxied ? certificateFromProxy(headers[proxied]) : undefined)
  return {
    ...(certificate ? { certificate } : {}),
    method: 'GET',
    params: {},
    query: queryOf(url),
    headers,
    body: undefined,
    url,
  }
}

function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const { status } = refusalRow(refusal.code)
  const body = JSON.stringify(refusalOutcome(refusal))
  const head = [
    `HTTP/1.1 ${status} ${STATUS_TEXT[status] ?? 'Refused'}`,
    'content-type: application/fhir+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

type Held = { asked: RouteRequest; outcome: Outcome; deps: SocketDeps; limits: SocketLimits }

/** One open line: its messages one after another, its pings, its end. */
function hold(ws: WebSocket, row: SocketRow, { asked, outcome, deps, limits }: Held): void {
  const line = lineOf(ws, row, { asked, outcome, deps, limits })
  const fail = (error: unknown) => {
    if (!(error instanceof RefusalError))
      deps.log.error({ fault: error instanceof Error ? error.name : 'unknown', route: row.path }, 'fault')
    ws.close(error instanceof RefusalError ? CLOSE.policy : CLOSE.fault, error instanceof RefusalError ? error.code : '')
  }
  const listener = row.handle(line)
  let turn: Promise<void> = Promise.resolve()
  let heard = 0
  const calm = setInterval(() => {
    heard = 0
  }, 10_000)
  ws.on('message', (data, isBinary) => {
    if (isBinary) return ws.close(CLOSE.notText)
    if (++heard > limits.messagesInTenSeconds) return ws.close(CLOSE.policy, 'too many messages')
    const text = String(data)
    turn = turn.then(() => (ws.readyState === ws.OPEN ? listener.message(text) : undefined)).catch(fail)
  })
  let alive = true
  ws.on('pong', () => {
    alive = true
  })
  const pings = setInterval(() => {
    if (!alive) return ws.terminate()
    alive = false
    ws.ping()
  }, limits.pingEveryMs)
  ws.on('error', () => ws.terminate())
  ws.on('close', () => {
    clearInterval(pings)
    clearInterval(calm)
    listener.closed()
  })
}

function lineOf(ws: WebSocket, row: SocketRow, { asked, outcome, deps, limits }: Held): Line {
  let marks = 0
  return {
    actor: outcome.actor,
    request: asked,
    act: <T>(work: (ctx: Context) => Promise<T>, actor: Actor = outcome.actor) =>
      actAs(
        { db: deps.db, durable: (entries) => deps.batch.durable(entries) },
        { actor, purpose: admit(row, actor), now: deps.clock.now(), action: row.audit, law: row.law, lang: outcome.lang },
        work,
      ),
    send(text) {
      if (ws.readyState !== ws.OPEN) return false
      if (ws.bufferedAmount > limits.mostWaitingBytes) {
        ws.close(CLOSE.tooSlow, 'read faster')
        return false
      }
      ws.send(text)
      return true
    },
    // Frames arrive in order: who answers this ping has taken in everything before it.
    reached: () =>
      new Promise((done) => {
        const mark = `r${++marks}`
        const end = (arrived: boolean) => {
          ws.off('pong', heard)
          ws.off('close', gone)
          done(arrived)
        }
        const heard = (data: Buffer) => void (data.toString() === mark && end(true))
        const gone = () => end(false)
        if (ws.readyState !== ws.OPEN) return done(false)
        ws.on('pong', heard)
        ws.on('close', gone)
        ws.ping(mark)
      }),
    close: (reason) => ws.close(CLOSE.policy, reason),
    isOpen: () => ws.readyState === ws.OPEN,
  }
}
