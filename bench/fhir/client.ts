/**
 * The load generator's client: HTTP/1.1 over kept-alive sockets, requests prepared as bytes, one request at a time on each
 * connection (closed loop), answers read only as far as status and length.
 */
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type BindingName, clientTls, dpopSigner } from './credentials.ts'
import type { Request } from './works.ts'

/** Where requests go and how they are proven. `port` takes plain HTTP, `tlsPort` HTTPS. */
export type Target = { port: number; tlsPort: number; binding: BindingName; token: string }
/** `bytes`: of the answers' bodies; `seen`: answers with those of the warm-up. */
export type Ran = { seconds: number; ms: Float64Array; ok: number; seen: number; other: string; bytes: number }

const HEAD_END = Buffer.from('\r\n\r\n')

export type Answer = { status: number; head: string; body: Buffer }

/** A request as it goes over the wire; with DPoP each sending carries a proof of its own, so that part is made every time. */
export function wireTo({ port, binding, token }: Target): (request: Request) => () => Buffer {
  const scheme = binding === 'dpop' ? 'DPoP' : 'Bearer'
  const proof = binding === 'dpop' ? dpopSigner(token) : null
  return ({ method, path, body = '', type = 'application/fhir+json', headers = '' }) => {
    const sent = body === '' ? '' : `content-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`
    const head = `${method} ${path} HTTP/1.1\r\nhost: localhost:${port}\r\nauthorization: ${scheme} ${token}\r\n${headers}${sent}`
    if (proof === null) {
      const whole = Buffer.from(`${head}\r\n${body}`)
      return () => whole
    }
    const url = `http://localhost:${port}${path.split('?')[0]}`
    return () => Buffer.from(`${head}dpop: ${proof(method, url)}\r\n\r\n${body}`)
  }
}

/** Sends one request at a time over a socket. @param withHead tells the answer's head too */
export function lane(socket: Socket, withHead = false): (request: Buffer) => Promise<Answer> {
  let waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null
  let pieces: Buffer[] = []
  let size = 0
  let wanted = -1
  let headEnd = -1
  const look = () => {
    if (wanted < 0) {
      const got = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
      pieces = [got]
      headEnd = got.indexOf(HEAD_END)
      if (headEnd < 0) return
      const length = /content-length: (\d+)/i.exec(got.toString('latin1', 0, headEnd))?.[1]
      wanted = headEnd + 4 + Number(length ?? 0)
    }
    if (size < wanted) return
    const whole = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
    const answer = { status: Number(whole.toString('latin1', 9, 12)), head: '', body: whole.subarray(headEnd + 4) }
    if (withHead) answer.head = whole.toString('latin1', 0, headEnd)
    pieces = []
    size = 0
    wanted = -1
    const { resolve } = waiting!
    waiting = null
    resolve(answer)
  }
  socket.on('data', (chunk: Buffer) => {
    pieces.push(chunk)
    size += chunk.length
    look()
  })
  socket.on('error', (error) => waiting?.reject(error))
  socket.on('close', () => waiting?.reject(new Error('the server closed the connection')))
  return (request) =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject }
      socket.write(request)
    })
}

export const open = ({ port, tlsPort, binding }: Target): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket: Socket =
      binding === 'mtls'
        ? connectTls({ ...clientTls(), port: tlsPort, host: '127.0.0.1' }, () => resolve(socket))
        : connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket))
    socket.setNoDelay(true)
    socket.once('error', reject)
  })

export type Loop = { target: Target; clients: number; warmMs: number; ms: number; next: () => Buffer }

/** Every client sends its next request when it has the answer to the last; what was sent before the warm-up ended does not count. */
export async function closedLoop({ target, clients, warmMs, ms, next }: Loop): Promise<Ran> {
  const sockets = await Promise.all(Array.from({ length: clients }, () => open(target)))
  const taken: number[] = []
  const others = new Map<number, number>()
  let firstOther = ''
  let bytes = 0
  let seen = 0
  const from = performance.now() + warmMs
  const until = from + ms
  const work = async (socket: Socket) => {
    const send = lane(socket)
    for (let at = performance.now(); at < until; ) {
      const { status, body } = await send(next())
      const now = performance.now()
      seen++
      if (status >= 300) {
        others.set(status, (others.get(status) ?? 0) + 1)
        firstOther ||= body.toString('utf8').slice(0, 600)
        if ((others.get(status) ?? 0) > 1_000) throw new Error(`a thousand answers of ${status}: ${firstOther}`)
      } else if (at >= from && now <= until) {
        taken.push(now - at)
        bytes += body.length
      }
      at = now
    }
  }
  try {
    await Promise.all(sockets.map(work))
  } finally {
    for (const socket of sockets) socket.removeAllListeners('close').destroy()
  }
  const other = [...others].map(([status, n]) => `${status}: ${n}`).join(', ')
  return { seconds: ms / 1000, ms: Float64Array.from(taken), ok: taken.length, seen, other: other && `${other} ${firstOther}`, bytes }
}

/** One request on a connection of its own. */
export async function once(target: Target, request: Request): Promise<Answer> {
  const socket = await open(target)
  try {
    return await lane(socket, true)(wireTo(target)(request)())
  } finally {
    socket.removeAllListeners('close').destroy()
  }
}
