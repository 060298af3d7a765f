/**
 * A small program beside the reader's page: it stands on the same machine as the card reader, and lets that page, and no
 * other, have the card's certificate and its signature over a challenge. The PIN goes from the page to this program and into the
 * card; it never leaves the machine. Nothing of a request or an answer is written down.
 *
 * Who might call: any page in any browser on this machine, and any program. Hence: 127.0.0.1 only, the Host it was called by (a name
 * that leads here must not), an Origin from the list, and a token that only a page holds in which somebody entered the code.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CardError, type CardPort, ReaderError, type ReaderErrorCode } from './card-port.ts'
import { type PairedStore, type Pairing, pairing } from './pairing.ts'

export const BRIDGE_PORT = 8377

export type BridgeOptions = {
  card: CardPort
  /** origins of the pages that may ask, as browsers write them: https://enishi.example */
  origins: readonly string[]
  /** 0: any free one. Default 8377 */
  port?: number
  store?: PairedStore
  now?: () => number
}

export type Bridge = { port: number; newCode(): string; close(): Promise<void> }

const MAX_BODY = 4 * 1024
const MAX_UNDER_WAY = 4

export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const { card, origins, port = BRIDGE_PORT, store, now = () => performance.now() } = options
  const pages = await pairing(now, store)
  let underWay = 0
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000, maxHeaderSize: 8 * 1024, keepAliveTimeout: 5_000 })
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const origin = allowedOrigin(request, origins, (server.address() as AddressInfo | null)?.port ?? port)
    if (origin === null) return send(response, { status: 403, body: { error: 'bridge-refused' } })
    if (request.method === 'OPTIONS') return send(response, { status: 204, origin, preflight: true })
    if (underWay >= MAX_UNDER_WAY) return send(response, { status: 429, origin, body: { error: 'card-in-use' } })
    underWay++
    handle(request, { origin, card, pages })
      .then((answer) => send(response, { origin, ...answer }))
      .catch(() => send(response, { status: 500, origin, body: { error: 'bridge-refused' } }))
      .finally(() => {
        underWay--
      })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return { port: (server.address() as AddressInfo).port, newCode: () => pages.newCode(), close: () => closed(server) }
}

/** The origin that asks, where it and the name it called us by are right; null otherwise. */
function allowedOrigin({ headers }: IncomingMessage, origins: readonly string[], port: number): string | null {
  const { origin, host } = headers
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) return null
  return origin !== undefined && origins.includes(origin) ? origin : null
}

type Answer = { status: number; body?: object }
type Asked = { origin: string; card: CardPort; pages: Pairing }

async function handle(request: IncomingMessage, { origin, card, pages }: Asked): Promise<Answer> {
  if (request.method !== 'POST') return refused(405, 'bridge-refused')
  if (request.headers['content-type'] !== 'application/json') return refused(415, 'bridge-refused')
  const body = await bodyOf(request)
  if (body === null) return refused(400, 'bridge-refused')
  if (request.url === '/pair') {
    const token = await pages.pair(body.code, origin)
    return token === null ? refused(403, 'bridge-code-wrong') : { status: 200, body: { token } }
  }
  const token = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(request.headers.authorization ?? '')?.[1]
  if (token === undefined || !pages.paired(token, origin)) return refused(401, 'bridge-not-paired')
  if (request.url === '/certificate') return ask(async () => ({ certificatePem: await card.certificatePem() }))
  if (request.url !== '/sign') return refused(404, 'bridge-refused')
  const { pin, challenge } = body
  if (typeof pin !== 'string' || pin.length > 16 || typeof challenge !== 'string' || !/^[A-Za-z0-9_-]{2,2048}$/.test(challenge)) {
    return refused(400, 'bridge-refused')
  }
  const bytes = Uint8Array.from(Buffer.from(challenge, 'base64url'))
  return ask(async () => ({ signature: Buffer.from(await card.sign(pin, bytes)).toString('base64url') }))
}

const refused = (status: number, error: ReaderErrorCode): Answer => ({ status, body: { error } })

async function ask(work: () => Promise<object>): Promise<Answer> {
  try {
    return { status: 200, body: await work() }
  } catch (error) {
    if (error instanceof CardError) return { status: 409, body: { error: error.code, triesLeft: error.triesLeft } }
    if (error instanceof ReaderError) return refused(409, error.code)
    throw error
  }
}

/** The body as an object; null where it is none, or too long. */
async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown> | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY) return null
    chunks.push(chunk)
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}')
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : null
  } catch {
    return null
  } finally {
    for (const chunk of chunks) chunk.fill(0)
  }
}

function send(
  response: ServerResponse,
  { status, origin, body, preflight = false }: Answer & { origin?: string; preflight?: boolean },
): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    vary: 'Origin',
    ...(origin === undefined ? {} : { 'access-control-allow-origin': origin }),
    ...(preflight
      ? {
          'access-control-allow-methods': 'POST',
          'access-control-allow-headers': 'authorization, content-type',
          'access-control-allow-private-network': 'true',
          'access-control-max-age': '600',
        }
      : {}),
    // A body that was not read to its end must not be taken for the next request.
    ...(status >= 400 ? { connection: 'close' } : {}),
  })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
