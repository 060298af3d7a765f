/** Runs the provider behind a row: the row's request goes in, what it answered comes out. No socket lies between. */
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type Provider from 'oidc-provider'
import type { Answer, RouteRequest } from '#kernel/route'

/** What is handed over. `url` path and query; `body` a form, as text; `cookies` those that are the provider's business. */
export type HandedOver = { request: RouteRequest; base: string; url: string; body: string | null; cookies: string }
export type Answered = { status: number; headers: Record<string, string>; cookies: string[]; body: string }
export type Pair = { incoming: IncomingMessage; outgoing: ServerResponse }

const passed = ['authorization', 'content-type', 'dpop', 'accept', 'accept-language'] as const

/** A request and a response that belong to no connection. The address is the one we are known by, never what the sender calls it. */
export function pairOf({ request, base, url, body, cookies }: HandedOver): Pair {
  const incoming = new IncomingMessage(new Socket())
  const { host, protocol } = new URL(base)
  incoming.method = request.method
  incoming.url = url
  for (const name of passed) if (request.headers[name] !== undefined) incoming.headers[name] = request.headers[name]
  Object.assign(incoming.headers, { host, 'x-forwarded-proto': protocol.slice(0, -1), ...(cookies === '' ? {} : { cookie: cookies }) })
  if (body !== null) {
    incoming.headers['content-length'] = String(Buffer.byteLength(body))
    incoming.push(body)
  }
  incoming.push(null)
  return { incoming, outgoing: new ServerResponse(incoming) }
}

/** Lets the provider answer. */
export function run(provider: Provider, { incoming, outgoing }: Pair): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const end = (body?: unknown): ServerResponse => {
      resolve({ ...headersOf(outgoing), body: Buffer.isBuffer(body) || typeof body === 'string' ? body.toString() : '' })
      return outgoing
    }
    outgoing.end = end as ServerResponse['end']
    provider.callback()(incoming, outgoing).catch(reject)
  })
}

/** Headers of the connection and of its body, which are written anew. */
const dropped = new Set(['content-length', 'transfer-encoding', 'connection', 'date', 'vary', 'location', 'set-cookie'])

function headersOf(outgoing: ServerResponse): Omit<Answered, 'body'> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(outgoing.getHeaders()))
    if (!dropped.has(name) && value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : String(value)
  const location = outgoing.getHeader('location')
  if (location !== undefined) headers.location = String(location)
  const cookies = [outgoing.getHeader('set-cookie') ?? []].flat().map(String)
  return { status: outgoing.statusCode, headers, cookies }
}

/** The provider's answer as a row gives one. */
export const answerOf = ({ status, headers, cookies, body }: Answered): Answer => {
  const { location, ...rest } = headers
  return {
    status,
    headers: rest,
    cookies,
    ...(location === undefined ? { text: body } : { redirect: location }),
  }
}
