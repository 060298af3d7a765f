/** What every listener of a worker keeps to, so that slow, broken or too many clients harm nobody but themselves. */
import { readFileSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Refusal, refusalOutcome, refusalRow } from './refusal.ts'

/** A request's headers have ten seconds, the whole of it a minute; who is slower is told so and let go. */
export const LISTENER_LIMITS = {
  maxHeaderSize: 32 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 72_000,
  connectionsCheckingInterval: 2_000,
} as const

/** A connection on which neither side says anything for so long is let go, also where the client does not read its answer. */
export const SILENCE_MS = 60_000

const phrases: Record<number, string> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
  503: 'Service Unavailable',
}

/** An answer in bytes, for a client that no row will hear. */
function answerBytes(refusal: Refusal): string {
  const { status } = refusalRow(refusal.code)
  const body = JSON.stringify(refusalOutcome(refusal))
  const head = [
    `HTTP/1.1 ${status} ${phrases[status] ?? ''}`,
    'content-type: application/fhir+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    ...(status === 503 ? ['retry-after: 2'] : []),
    'connection: close',
  ]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}

/** Answers what could not be read as a request: too slow, headers too long, not HTTP. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const refusal =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? new Refusal('request-slow')
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? new Refusal('headers-too-large')
        : new Refusal('body-malformed', { what: 'HTTP' })
  socket.end(answerBytes(refusal), () => socket.destroy())
}

/** Longest body that is taken, in bytes. */
export const BODY_LIMIT = 12 * 1024 * 1024

const notInvited = new WeakSet<IncomingMessage>()

/** A client that asks before it sends (`Expect: 100-continue`) is not invited to send what would be refused. */
export function answerExpectations(server: Server, routing: (request: IncomingMessage, reply: ServerResponse) => void): void {
  server.on('checkContinue', (request: IncomingMessage, reply: ServerResponse) => {
    if (Number(request.headers['content-length']) > BODY_LIMIT) notInvited.add(request)
    else reply.writeContinue()
    routing(request, reply)
  })
}

/** A body that was refused is still read, up to so much: closing at once would cost the client our answer. */
const DISCARD_BYTES = 256 * 1024 * 1024

/**
 * Reads the rest of a body and keeps nothing of it.
 * @returns whether the connection can serve another request after that
 */
export function discardBody(request: IncomingMessage): boolean {
  // Whether it sends nothing or all the same, nobody can tell where its next request would begin.
  if (notInvited.has(request)) return false
  let left = DISCARD_BYTES
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) request.socket.destroy()
  })
  request.resume()
  return !(Number(request.headers['content-length']) > DISCARD_BYTES)
}

/** Files and sockets this process may have open, or null where the system does not say. */
function openFilesAllowed(): number | null {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))
    return found ? Number(found[1]) : null
  } catch {
    return null
  }
}

/** Kept for the database, the log and files that are served. */
const RESERVED_FILES = 96

/**
 * Keeps room for the process's own files: a connection beyond what the system allows would otherwise take the last of them, and
 * nobody could be answered any more. It is told to come again, over TLS only let go.
 * @param most connections at once; a quarter of the limit stays free where the limit is small
 */
export function connectionGuard(most = connectionsAllowed(openFilesAllowed())): (server: Server) => void {
  let open = 0
  const refusal = new Refusal('try-again')
  return (server) => {
    const listeners = server.listeners('connection')
    server.removeAllListeners('connection')
    server.on('connection', (socket: Socket) => {
      if (open >= most) {
        socket.on('error', () => undefined)
        if (listensWithTls(server)) socket.destroy()
        else socket.end(answerBytes(refusal), () => socket.destroy())
        return
      }
      open++
      socket.once('close', () => open--)
      for (const listener of listeners) listener.call(server, socket)
    })
  }
}

const listensWithTls = (server: Server): boolean => 'setSecureContext' in server

export const connectionsAllowed = (files: number | null): number =>
  files === null ? Number.POSITIVE_INFINITY : Math.max(16, Math.min(files - RESERVED_FILES, Math.floor(files * 0.75)))
