/** A file sent as it is becomes a Binary. @spec http://hl7.org/fhir/R4/binary.html#rest */
import { BODY_LIMIT } from '#kernel/listener'
import { refuse } from '#kernel/refusal'
import { decode } from '#kernel/request-body'
import type { RouteRequest } from '#kernel/route'
import { isObject, type Json, parseJson, parseReference, parseXml, type Resource } from '#packages/fhir'
import { fhirForm, readResource } from '../body.ts'

/** A media type with its parameters, as Binary.contentType holds it. */
const MEDIA =
  /^[a-z0-9][a-z0-9!#$&^_.+-]{0,60}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,100}(?:\s?;\s?[a-z0-9-]{1,40}=(?:[\w.+:/-]{1,100}|"[\w .+:/-]{1,100}"))*$/i

/** A file grows by a third in base64; what is stored is no longer than what may be sent as JSON. */
export const FILE_LIMIT = Math.floor((BODY_LIMIT * 3) / 4) - 64 * 1024

/**
 * The Binary of a request: the one in its body, or the body itself as a file, also where that is JSON or XML of something else.
 * @param id of a Binary that is replaced
 * @refuses media-type, body-malformed, body-too-large, resource-invalid, input-invalid
 */
export function readBinary(request: RouteRequest, id?: string): Json {
  const raw = request.body as Buffer
  const sent = (request.headers['content-type'] ?? 'application/fhir+json').trim()
  const form = fhirForm(sent.split(';')[0]!.trim().toLowerCase())
  if (form && (form.own || holdsBinary(raw, form.form))) {
    const read = readResource({ ...request, body: decode(raw, request.headers) })
    if (isBinary(read)) return read
  }
  return fileAsBinary(request, sent, id)
}

const isBinary = (value: Json): boolean => isObject(value) && value.resourceType === 'Binary'

/** Whether text of a type that others use too is a Binary. XML that would have its reader fetch or unfold something is no file to hand on. */
function holdsBinary(raw: Buffer, form: 'json' | 'xml'): boolean {
  const text = raw.toString('utf8')
  const read = form === 'json' ? parseJson(text) : parseXml(text)
  if (!('findings' in read)) return isBinary(read.value)
  const declared = read.findings.filter(({ ruleId }) => ruleId === 'xml/doctype')
  if (declared.length > 0) refuse('resource-invalid', {}, declared)
  return false
}

function fileAsBinary({ headers, body }: RouteRequest, contentType: string, id: string | undefined): Resource {
  const raw = body as Buffer
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding.toLowerCase() !== 'identity') refuse('media-type', { type: `content-encoding: ${encoding.slice(0, 40)}` })
  if (!MEDIA.test(contentType)) refuse('media-type', { type: contentType.slice(0, 80) })
  if (raw.length === 0) refuse('input-invalid', { what: 'body (0 byte)' })
  if (raw.length > FILE_LIMIT) refuse('body-too-large', { limit: `${Math.floor(FILE_LIMIT / 1024 / 1024)} MB` })
  return {
    resourceType: 'Binary',
    ...(id === undefined ? {} : { id }),
    contentType,
    ...securityContext(headers['x-security-context']),
    data: raw.toString('base64'),
  }
}

/** Whose rules hold for the file: the resource it belongs to. @refuses input-invalid */
function securityContext(sent: string | undefined): { securityContext?: { reference: string } } {
  if (sent === undefined) return {}
  const reference = sent.trim()
  if (parseReference(reference)?.id === undefined)
    refuse('input-invalid', { what: `X-Security-Context: ${reference.slice(0, 80)} (Patient/123)` })
  return { securityContext: { reference } }
}
