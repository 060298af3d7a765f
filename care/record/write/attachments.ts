/**
 * Files in resources are what they say: whoever opens one by its declared type must not be handed another kind of file. Judged where it is
 * written, from its first bytes, for the kinds that are usual in records; of other types nothing is claimed.
 */
import { type Finding, isObject, type Json } from '#packages/fhir'

/** Types that hold files; others are not walked through, because most of what is written is of them. */
const holders: ReadonlySet<string> = new Set([
  ...[
    'Binary',
    'DocumentReference',
    'DiagnosticReport',
    'Media',
    'Patient',
    'Practitioner',
    'RelatedPerson',
    'Person',
    'Consent',
    'Contract',
  ],
  ...[
    'Communication',
    'CommunicationRequest',
    'QuestionnaireResponse',
    'HealthcareService',
    'Library',
    'BodyStructure',
    'DocumentManifest',
  ],
])

/** Enough for every signature, in base64. */
const HEAD = 1_400
const startsWith = (head: Buffer, ...bytes: number[]): boolean => bytes.every((byte, at) => head[at] === byte)
const isRiff = (head: Buffer, kind: string): boolean => head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === kind

/** Text as its first sign that is no blank, without its byte order mark; '' where it is none. */
function firstSigns(head: Buffer): string {
  const wide = startsWith(head, 0xff, 0xfe) || startsWith(head, 0xfe, 0xff)
  const text = wide ? head.subarray(2).toString('latin1').replaceAll('\0', '') : head.toString('utf8').replace(/^\uFEFF/, '')
  return text.trimStart().slice(0, 60).toLowerCase()
}
const isXml = (head: Buffer): boolean => firstSigns(head).startsWith('<') && !/^<(!doctype html|html|script)/.test(firstSigns(head))
const isJson = (head: Buffer): boolean => /^["[{tfn0-9-]/.test(firstSigns(head))
const isPdf = (head: Buffer): boolean => head.toString('latin1', 0, 1_024).includes('%PDF-')
/** A program, whatever it is called. */
const runs = (head: Buffer): boolean =>
  startsWith(head, 0x4d, 0x5a) || startsWith(head, 0x7f, 0x45, 0x4c, 0x46) || startsWith(head, 0x23, 0x21)

/** How files of a type begin. @spec RFC 8118, RFC 2083, ISO/IEC 10918-1, WHATWG MIME Sniffing, DICOM PS3.10 */
const signatures: Readonly<Record<string, (head: Buffer) => boolean>> = {
  'application/pdf': isPdf,
  'image/png': (head) => startsWith(head, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
  'image/jpeg': (head) => startsWith(head, 0xff, 0xd8, 0xff),
  'image/gif': (head) => /^GIF8[79]a/.test(head.toString('latin1', 0, 6)),
  'image/tiff': (head) => startsWith(head, 0x49, 0x49, 0x2a, 0) || startsWith(head, 0x4d, 0x4d, 0, 0x2a),
  'image/webp': (head) => isRiff(head, 'WEBP'),
  'application/dicom': (head) => head.toString('latin1', 128, 132) === 'DICM',
  'application/zip': (head) => startsWith(head, 0x50, 0x4b),
  'application/xml': isXml,
  'text/xml': isXml,
  'application/json': isJson,
  'text/plain': (head) =>
    !isPdf(head) && !runs(head) && (startsWith(head, 0xff, 0xfe) || startsWith(head, 0xfe, 0xff) || !head.includes(0)),
}

function signatureOf(contentType: string): ((head: Buffer) => boolean) | undefined {
  const type = contentType.split(';')[0]!.trim().toLowerCase()
  if (type.endsWith('+xml') && type !== 'application/xhtml+xml') return isXml
  return type.endsWith('+json') ? isJson : signatures[type]
}

/** Whether bytes may be of their declared type. @param data base64, as FHIR writes it */
export function isWhatItSays(contentType: string, data: string): boolean {
  const fits = signatureOf(contentType)
  const head = Buffer.from(data.slice(0, HEAD), 'base64')
  return fits === undefined || head.length === 0 || fits(head)
}

/** Files in a resource, or in the resources of a Bundle, whose bytes are not of their declared type. */
export function falseAttachments(value: Json): Finding[] {
  const findings: Finding[] = []
  const walk = (part: Json, path: string): void => {
    if (Array.isArray(part)) for (const [at, one] of part.entries()) walk(one, `${path}[${at}]`)
    if (!isObject(part)) return
    const { contentType, data } = part
    if (typeof contentType === 'string' && typeof data === 'string' && !isWhatItSays(contentType, data))
      findings.push(wrong(path, contentType))
    for (const [name, child] of Object.entries(part)) if (typeof child === 'object' && child !== null) walk(child, `${path}.${name}`)
  }
  for (const { resource, path } of resourcesIn(value, '')) {
    if (holders.has(String(resource.resourceType))) walk(resource, path)
    else if (Array.isArray(resource.contained)) walk(resource.contained, `${path}.contained`)
  }
  return findings
}

type Placed = { resource: { [name: string]: Json }; path: string }

function resourcesIn(value: Json, at: string): Placed[] {
  if (!isObject(value)) return []
  const path = at === '' ? String(value.resourceType ?? 'Resource').slice(0, 60) : at
  if (value.resourceType !== 'Bundle') return [{ resource: value, path }]
  if (!Array.isArray(value.entry)) return []
  return value.entry.flatMap((entry, n) =>
    isObject(entry) && entry.resource !== undefined ? resourcesIn(entry.resource, `${path}.entry[${n}].resource`) : [],
  )
}

const wrong = (path: string, contentType: string): Finding => ({
  severity: 'error',
  code: 'value',
  path: `${path}.data`,
  ruleId: 'attachment/content',
  ja: `添付の中身が、書かれた形式（${contentType.slice(0, 60)}）ではありません。形式を正しく書くか、正しいファイルを入れてください。`,
  en: `The file is not of its declared type (${contentType.slice(0, 60)}). Declare the right type, or send the right file.`,
})
