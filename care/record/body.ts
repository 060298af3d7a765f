import { refuse } from '#kernel/refusal'
import type { RouteRequest } from '#kernel/route'
import { type Finding, type Json, parseJson, parseXml } from '#packages/fhir'

const jsonTypes = new Set(['application/fhir+json', 'application/json', 'application/json+fhir', 'text/json'])
const xmlTypes = new Set(['application/fhir+xml', 'application/xml', 'application/xml+fhir', 'text/xml'])

/** What the sender calls the body; without a word it is JSON. @refuses media-type also for another charset or FHIR version */
function formOf({ headers }: RouteRequest): 'json' | 'xml' {
  const sent = headers['content-type'] ?? 'application/fhir+json'
  const [type = '', ...parameters] = sent.split(';').map((part) => part.trim().toLowerCase())
  for (const parameter of parameters) {
    const [name, value = ''] = parameter.split('=').map((part) => part.trim().replace(/^"|"$/g, ''))
    if (name === 'charset' && value !== 'utf-8' && value !== 'utf8' && value !== 'us-ascii')
      refuse('media-type', { type: sent.slice(0, 80) })
    if (name === 'fhirversion' && value !== '4.0' && value !== '4.0.1') refuse('media-type', { type: sent.slice(0, 80) })
  }
  if (jsonTypes.has(type)) return 'json'
  return xmlTypes.has(type) ? 'xml' : refuse('media-type', { type: sent.slice(0, 80) })
}

/** What a Content-Type calls its body, where that is a form of FHIR: `own` where it is no other's. */
export function fhirForm(type: string): { form: 'json' | 'xml'; own: boolean } | null {
  const form = jsonTypes.has(type) ? 'json' : xmlTypes.has(type) ? 'xml' : null
  return form && { form, own: type.includes('fhir') }
}

/** The body as the text received, where it is JSON: for what is kept as it was sent. @refuses media-type */
export function jsonText(request: RouteRequest): string {
  const sent = request.headers['content-type'] ?? ''
  return formOf(request) === 'json' ? (request.body as string) : refuse('media-type', { type: sent.slice(0, 80) })
}

/** What is no JSON and no XML at all was never a resource; all else that is wrong is wrong with the resource. @spec FHIR R4 http, rejecting updates */
const unread = new Set(['json/syntax', 'xml/syntax'])

/** The resource of the body, JSON or XML by its Content-Type, within the limits of depth and size. @refuses media-type, body-malformed, resource-invalid */
export function readResource(request: RouteRequest): Json {
  const text = request.body as string
  const read = formOf(request) === 'json' ? parseJson(text) : parseXml(text)
  return 'findings' in read ? refuseFindings(read.findings) : read.value
}

/** @refuses body-malformed, resource-invalid */
export const refuseFindings = (findings: readonly Finding[]): never =>
  findings.some(({ ruleId }) => unread.has(ruleId))
    ? refuse('body-malformed', { what: '' }, findings)
    : refuse('resource-invalid', {}, findings)
