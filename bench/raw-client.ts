/**
 * A load generator that costs little: HTTP/1.1 over kept-alive sockets, requests prepared as bytes, answers read only as
 * far as status and length. A client library would take more of the machine than the server under test.
 */
import { connect, type Socket } from 'node:net'

export type Prepared = { body: Buffer; path: string }
export type Ran = { seconds: number; ms: Float64Array; statuses: Map<number, number>; firstOther: string | null }

const HEAD_END = Buffer.from('\r\n\r\n')

/** The request as it goes over the wire, with an access token or a cookie, or with neither. */
export function wire(request: { path: string; body: string; token?: string; cookie?: string; type?: string }): Buffer {
  const { path, body, token, cookie, type = 'application/json' } = request
  const proof = `${token === undefined ? '' : `authorization: Bearer ${token}\r\n`}${cookie === undefined ? '' : `cookie: ${cookie}\r\n`}`
  const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\n${proof}content-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`
  return Buffer.from(head + body)
}

/** One connection: sends one request at a time and resolves with status and the answer's bytes. */
function lane(socket: Socket): (request: Buffer) => Promise<{ status: number; text: () => string }> {
  let settle: ((answer: { status: number; text: () => string }) => void) | null = null
  let fail: ((error: Error) => void) | null = null
  let got: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    got = got.length === 0 ? chunk : Buffer.concat([got, chunk])
    const headEnd = got.indexOf(HEAD_END)
    if (headEnd < 0) return
    const head = got.toString('latin1', 0, headEnd)
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (got.length < headEnd + 4 + length) return
    const whole = got
    got = Buffer.alloc(0)
    settle?.({ status: Number(head.slice(9, 12)), text: () => whole.toString('utf8', headEnd + 4) })
  })
  socket.on('error', (error) => fail?.(error))
  socket.on('close', () => fail?.(new Error('the server closed the connection')))
  return (request) =>
    new Promise((resolve, reject) => {
      settle = resolve
      fail = reject
      socket.write(request)
    })
}

/** Sends every request once, so many at a time, the connections spread over the ports. */
export async function send(requests: readonly Buffer[], to: { ports: readonly number[]; connections: number }): Promise<Ran> {
  const sockets = await Promise.all(Array.from({ length: to.connections }, (_, i) => open(to.ports[i % to.ports.length]!)))
  const ms = new Float64Array(requests.length)
  const statuses = new Map<number, number>()
  let firstOther: string | null = null
  let next = 0
  const from = performance.now()
  const work = async (socket: Socket) => {
    const ask = lane(socket)
    for (let i = next++; i < requests.length; i = next++) {
      const at = performance.now()
      const { status, text } = await ask(requests[i]!)
      ms[i] = performance.now() - at
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (status >= 300) firstOther ??= text()
    }
  }
  await Promise.all(sockets.map(work))
  const seconds = (performance.now() - from) / 1000
  for (const socket of sockets) socket.removeAllListeners('close').destroy()
  return { seconds, ms, statuses, firstOther }
}

const open = (port: number) =>
  new Promise<Socket>((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket)).once('error', reject)
  })
