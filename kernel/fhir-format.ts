/** Which form of FHIR a caller reads. @spec http://hl7.org/fhir/R4/http.html#mime-type, RFC 9110 12.5.1 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { jsonOf, textOf, toXml } from '#packages/fhir'
import { Refusal } from './refusal.ts'

type Form = 'json' | 'xml'
/** `asked` is what to name in a refusal. */
export type FhirWish = { form: Form; pretty: boolean } | { asked: string }
type Asking = Pick<FastifyRequest, 'url' | 'headers' | 'body'>

const named: Record<string, Form> = {
  json: 'json',
  'application/fhir+json': 'json',
  'application/json': 'json',
  'application/json+fhir': 'json',
  'text/json': 'json',
  xml: 'xml',
  'application/fhir+xml': 'xml',
  'application/xml': 'xml',
  'application/xml+fhir': 'xml',
  'text/xml': 'xml',
}
const types: Record<Form, string> = { json: 'application/fhir+json; charset=utf-8', xml: 'application/fhir+xml; charset=utf-8' }

/** A media range with its quality; null for one of another FHIR version. */
function rangeOf(text: string): { type: string; q: number } | null {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  let q = 1
  for (const parameter of parameters) {
    const [name, value = ''] = parameter.split('=').map((part) => part.trim().replace(/^"|"$/g, ''))
    if (name === 'q') q = Number(value)
    if (name === 'fhirversion' && value !== '4.0' && value !== '4.0.1') return null
  }
  // A plus sign in a query is a space once it is decoded.
  return { type: type.replace(' ', '+'), q: q >= 0 && q <= 1 ? q : 0 }
}

/** Quality of a form: the best of its own names where one is listed, else of a wildcard. `at` tells which of two equals was named first. */
function qualityOf(form: Form, ranges: readonly { type: string; q: number }[]): { q: number; at: number } {
  for (const fits of [
    (type: string) => named[type] === form,
    (type: string) => type === 'application/*',
    (type: string) => type === '*/*',
  ]) {
    const listed = ranges.map(({ type, q }, at) => ({ type, q, at })).filter(({ type }) => fits(type))
    if (listed.length > 0) return listed.reduce((best, one) => (one.q > best.q ? one : best))
  }
  return { q: 0, at: -1 }
}

/** The form an Accept header asks for; null where it takes neither. A browser, which lists XML for pages, is given JSON. */
function formAccepted(accept: string): Form | null {
  const ranges = accept
    .slice(0, 1000)
    .split(',')
    .flatMap((part) => rangeOf(part) ?? [])
  const json = qualityOf('json', ranges)
  const xml = qualityOf('xml', ranges)
  if (json.q === 0 && xml.q === 0) return null
  if (json.q > 0 && accept.includes('text/html') && !accept.includes('fhir+xml')) return 'json'
  return xml.q > json.q || (xml.q === json.q && xml.at < json.at) ? 'xml' : 'json'
}

const plain = new Set(['*/*', 'application/fhir+json', 'application/json', 'application/fhir+json, application/json'])

/** What the criteria of a search sent as a form say. */
function formBody({ headers, body }: Asking): URLSearchParams | null {
  if (!Buffer.isBuffer(body) || !headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return null
  return body.includes('_format') || body.includes('_pretty') ? new URLSearchParams(body.toString()) : null
}

/** What the caller asked for; null where the text may leave as it is stored. `_format` goes before Accept. */
export function fhirWish(request: Asking): FhirWish | null {
  const { accept } = request.headers
  const at = request.url.indexOf('?')
  const inUrl = at >= 0 && (request.url.includes('_format', at) || request.url.includes('_pretty', at))
  const form = formBody(request)
  if (!inUrl && form === null && (accept === undefined || plain.has(accept))) return null
  const query = inUrl ? new URLSearchParams(request.url.slice(at)) : null
  const parameter = (name: string) => form?.get(name) ?? query?.get(name) ?? null
  const format = parameter('_format')
  const asked = format === null ? accept : format
  const pretty = parameter('_pretty') === 'true'
  if (asked === undefined || asked === '') return { form: 'json', pretty }
  const chosen = format === null ? formAccepted(asked) : (named[rangeOf(format)?.type ?? ''] ?? null)
  return chosen === null ? { asked: asked.slice(0, 80) } : { form: chosen, pretty }
}

/** Before something is written: an answer that nobody could read must not follow a change. @refuses not-acceptable */
export function requireReadable(request: Asking): void {
  const wish = request.url.startsWith('/fhir/') ? fhirWish(request) : null
  if (wish && 'asked' in wish) throw new Refusal('not-acceptable', { type: wish.asked })
}

/** Answers with a resource in the form asked for; stored text that is wanted as it is leaves untouched. @refuses not-acceptable */
export function sendFhir(reply: FastifyReply, resource: object | string): FastifyReply {
  const wish = reply.request.url.startsWith('/fhir/') ? fhirWish(reply.request) : null
  if (wish && 'asked' in wish) throw new Refusal('not-acceptable', { type: wish.asked })
  if (reply.hasHeader('cache-control')) reply.header('vary', 'accept')
  if (!wish || (wish.form === 'json' && !wish.pretty)) {
    if (!reply.hasHeader('content-type')) reply.header('content-type', types.json)
    return reply.send(typeof resource === 'string' ? resource : textOf(resource))
  }
  const value = typeof resource === 'string' ? (jsonOf(resource) as object) : resource
  return reply.header('content-type', types[wish.form]).send(wish.form === 'xml' ? toXml(value, { pretty: wish.pretty }) : textOf(value, 2))
}

/** Answers with the outcome of a refusal; JSON where the form asked for is none of ours. */
export function sendRefusal(reply: FastifyReply, outcome: object): FastifyReply {
  const wish = reply.request.url.startsWith('/fhir/') ? fhirWish(reply.request) : null
  if (wish === null || 'asked' in wish) return reply.header('content-type', types.json).send(JSON.stringify(outcome))
  reply.removeHeader('content-type')
  return sendFhir(reply, outcome)
}
