/**
 * The one way out: calls to addresses that somebody else chose. Only hosts that the operator named are called at all; the name
 * is resolved once, every address is judged, and the connection goes to the judged address, so that a name which answers
 * differently a moment later leads nowhere. Redirects are never followed.
 */
import { lookup } from 'node:dns/promises'
import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { BlockList, isIP } from 'node:net'

/** One host the operator named. `port` null means the usual one of the scheme; '*' any. */
export type AllowedHost = { host: string; port: number | '*' | null; plain: boolean; inside: boolean }

export type OutboundCall = {
  url: string
  method: 'GET' | 'POST' | 'PUT'
  headers: Readonly<Record<string, string>>
  body: string | Uint8Array<ArrayBuffer>
  /** For the whole call, from the look-up of the name to the end of the answer. */
  timeoutMs: number
  /** Whether the answer is handed back, up to 64 KB; a longer one fails. */
  keep?: true
}
/**
 * `refused`: never tried, because of where it leads. `failed`: tried, no answer. `status`: what the other side answered; `answer` where
 * it was to be kept, with header names in lower case.
 */
export type OutboundResult =
  | { outcome: 'status'; status: number; retryAfterMs: number | null; answer?: { headers: Readonly<Record<string, string>>; body: string } }
  | { outcome: 'refused' | 'failed'; reason: OutboundReason }

export type OutboundReason =
  | 'not-a-url'
  | 'credentials-in-url'
  | 'host-not-allowed'
  | 'https-required'
  | 'address-not-allowed'
  | 'name-unknown'
  | 'timeout'
  | 'unreachable'
  | 'answer-too-long'

export type Outbound = {
  /** Whether an address may be called as far as it says itself; the name is judged when it is called. Null where it may. */
  whyNot(url: string): OutboundReason | null
  call(call: OutboundCall): Promise<OutboundResult>
}

/** Nobody's answer is read beyond this. */
const MOST_ANSWER_BYTES = 64 * 1024

const ENTRY = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}|\*))?((?:\+(?:http|private))*)$/

/**
 * The operator's list: `host`, `host:8443` or `host:*`, separated by commas. `+private` lets the name lead to an address inside
 * the house, `+http` lets it be called without TLS.
 * @throws RangeError naming the entry that cannot be read
 */
export function parseAllowedHosts(text: string): AllowedHost[] {
  return text
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [, host = '', port, marks = ''] = ENTRY.exec(entry) ?? []
      if (host === '' || (port !== undefined && port !== '*' && (Number(port) < 1 || Number(port) > 65_535))) throw new RangeError(entry)
      const named = port === undefined ? null : port === '*' ? ('*' as const) : Number(port)
      return { host, port: named, plain: marks.includes('+http'), inside: marks.includes('+private') }
    })
}

const list = (ranges: readonly [string, number][]): BlockList => {
  const made = new BlockList()
  for (const [net, prefix] of ranges) made.addSubnet(net, prefix, net.includes(':') ? 'ipv6' : 'ipv4')
  return made
}

/** Addresses no list opens: this host as source, link-local (where clouds keep their keys), multicast, reserved. */
const never = list([
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['fe80::', 10],
  ['ff00::', 8],
  // Addresses that carry another address within: translated, tunnelled.
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 23],
  ['2002::', 16],
  ['fd00:ec2::', 32],
])

/** Addresses inside a house, and those set aside for tests and examples. */
const inside = list([
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['::1', 128],
  ['100::', 64],
  ['2001:db8::', 32],
  ['fc00::', 7],
])

/** Whether an address may be connected to. An IPv4 address within an IPv6 one is judged as what it is. */
export function mayConnect(address: string, mayBeInside: boolean): boolean {
  const family = isIP(address)
  if (family === 0) return false
  const mapped = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i.exec(address)
  if (mapped) {
    const [high, low] = [Number.parseInt(mapped[2] ?? '0', 16), Number.parseInt(mapped[3] ?? '0', 16)]
    return mayConnect(mapped[1] ?? `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`, mayBeInside)
  }
  const type = family === 6 ? 'ipv6' : 'ipv4'
  return !never.check(address, type) && (mayBeInside || !inside.check(address, type))
}

const bare = (hostname: string) => hostname.replace(/^\[|\]$/g, '')

export type Resolve = (hostname: string) => Promise<{ address: string; family: number }[]>
const resolveName: Resolve = (hostname) => lookup(hostname, { all: true })

/** @param resolve how names become addresses; a port, so that tests play a name server that changes its mind */
export function outbound(allowed: readonly AllowedHost[], resolve: Resolve = resolveName): Outbound {
  const judge = (text: string): { url: URL; entry: AllowedHost } | OutboundReason => {
    if (!URL.canParse(text)) return 'not-a-url'
    const url = new URL(text)
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'not-a-url'
    if (url.username !== '' || url.password !== '') return 'credentials-in-url'
    const tls = url.protocol === 'https:'
    const port = Number(url.port || (tls ? 443 : 80))
    // The whole host, never a part of it: `good.example.evil.example` begins like a good one.
    const entries = allowed.filter((a) => a.host === url.hostname && (a.port === '*' || port === (a.port ?? (tls ? 443 : 80))))
    if (entries.length === 0) return 'host-not-allowed'
    const entry = tls ? entries[0] : entries.find((a) => a.plain)
    return entry ? { url, entry } : 'https-required'
  }
  return {
    whyNot: (text) => {
      const judged = judge(text)
      return typeof judged === 'string' ? judged : null
    },
    async call(call) {
      const judged = judge(call.url)
      if (typeof judged === 'string') return { outcome: 'refused', reason: judged }
      const { url, entry } = judged
      const signal = AbortSignal.timeout(call.timeoutMs)
      const timeout = new Promise<'timeout'>((done) => signal.addEventListener('abort', () => done('timeout'), { once: true }))
      const found = await Promise.race([resolve(bare(url.hostname)).catch(() => []), timeout])
      if (found === 'timeout') return { outcome: 'failed', reason: 'timeout' }
      if (found.length === 0) return { outcome: 'failed', reason: 'name-unknown' }
      // One address of several that leads inside is enough to distrust the name.
      if (!found.every((a) => mayConnect(a.address, entry.inside))) return { outcome: 'refused', reason: 'address-not-allowed' }
      return send({ ...call, parsed: url, addresses: found, signal })
    },
  }
}

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))

type Pinned = OutboundCall & { parsed: URL; addresses: { address: string; family: number }[]; signal: AbortSignal }

function send({ parsed, addresses, signal, method, headers, body, keep }: Pinned): Promise<OutboundResult> {
  const ask = parsed.protocol === 'https:' ? tlsRequest : plainRequest
  return new Promise((done) => {
    const failed = () => done({ outcome: 'failed', reason: signal.aborted ? 'timeout' : 'unreachable' })
    const req: ClientRequest = ask(
      parsed,
      {
        method,
        signal,
        // A connection of its own, made to the addresses that were judged.
        agent: false,
        lookup: (_name, options, found) =>
          options.all ? found(null, addresses) : found(null, addresses[0]!.address, addresses[0]!.family),
        headers: method === 'GET' ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      },
      (res) => {
        const retryAfter = Number(res.headers['retry-after'])
        const answer: OutboundResult = {
          outcome: 'status',
          status: res.statusCode ?? 0,
          retryAfterMs: Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter * 1000 : null,
        }
        let read = 0
        const kept: Buffer[] = []
        res.on('data', (piece: Buffer) => {
          read += piece.length
          if (keep) kept.push(piece)
          if (read > MOST_ANSWER_BYTES) {
            done(keep ? { outcome: 'failed', reason: 'answer-too-long' } : answer)
            req.destroy()
          }
        })
        res.on('end', () => done(keep ? { ...answer, answer: { headers: headersOf(res), body: Buffer.concat(kept).toString() } } : answer))
        res.on('error', failed)
      },
    )
    req.on('error', failed)
    req.end(body)
  })
}

/** Nothing is called: what stands where the operator named no host. */
export const noOutbound: Outbound = outbound([])
