/** FHIR XML to the JSON of the same resource. No DTD, no entities, bounded in size and depth. @spec http://hl7.org/fhir/R4/xml.html */
import { SaxesParser, type SaxesAttributeNS, type SaxesTagNS } from 'saxes'
import type { Finding, Json } from '../model.ts'
import { defaultMaxBytes, defaultMaxDepth, exceedsBytes, type Parsed, type ParseLimits } from '../parse.ts'
import { isResourceType } from '../shapes.ts'
import { type XmlElement, xmlShapeOf } from './elements.ts'
import { attach, dropEmptyLists, type Frame, jsonValue, pathOf } from './frames.ts'
import { type Place, syntaxDetails, xmlFinding, type XmlRule } from './rules.ts'
import { escaped, fhirNamespace, xhtmlNamespace } from './well-formed.ts'

const maxFindings = 50
const xmlnsNamespace = 'http://www.w3.org/2000/xmlns/'
const schemaInstance = 'http://www.w3.org/2001/XMLSchema-instance'

type Reader = {
  text: string
  parser: SaxesParser<{ xmlns: true }>
  findings: Finding[]
  frames: Frame[]
  root: Json | null
  depth: number
  maxDepth: number
  /** Open elements inside one that is not known; they are stepped over. */
  skipped: number
  /** The narrative now read: where its div starts, and its text where the source cannot be taken as it is. */
  div: { open: number; start: number; rebuilt: string | null } | null
  stopped: boolean
}

/** Thrown through the parser to end the reading; what was found stands in the reader. */
function stop(reader: Reader): never {
  reader.stopped = true
  throw new Error('stopped')
}

/** Start of the tag that was just read: `<` cannot stand inside a tag. */
const tagStart = ({ text, parser }: Reader) => text.lastIndexOf('<', parser.position - 1)

function placeOf(reader: Reader): Place {
  const { text, parser } = reader
  const start = Math.max(tagStart(reader), 0)
  const breaks = text.slice(start, parser.position).split('\n').length - 1
  return { line: parser.line - breaks, column: start - text.lastIndexOf('\n', start) }
}

function report(reader: Reader, rule: XmlRule, about: { details: readonly string[]; child?: string }): void {
  const place = placeOf(reader)
  const details = about.details.map((detail) => detail.slice(0, 80))
  reader.findings.push(xmlFinding(rule, { path: pathOf(reader.frames, about.child), place }, details))
  if (reader.findings.length < maxFindings) return
  reader.findings.push(xmlFinding('xml/too-many', { path: '', place }, []))
  stop(reader)
}

const frameOf = (tag: string, element: XmlElement | null, index: number): Frame => ({
  element,
  shape: null,
  tag,
  index,
  object: {},
  value: null,
  source: '',
  filled: false,
  last: null,
})

function readAttribute(reader: Reader, frame: Frame, attribute: SaxesAttributeNS): void {
  const { uri, local, value } = attribute
  if (uri === xmlnsNamespace || uri === schemaInstance || attribute.name === 'xmlns') return
  const isId = local === 'id' && (uri === '' || attribute.prefix === 'xml')
  if (frame.element?.kind === 'value' && local === 'value' && uri === '') {
    frame.value = jsonValue(value, frame.element.form)
    frame.source = value
  } else if ((uri === '' || isId) && frame.shape?.attributes.includes(local)) {
    frame.object[local] = value
    frame.filled = true
  } else report(reader, 'xml/unknown-attribute', { details: [attribute.name, frame.tag] })
}

/** A resource: the document itself, or what `contained`, `resource` and `outcome` hold. */
function openResource(reader: Reader, tag: SaxesTagNS, slot: Frame | undefined): void {
  if (!isResourceType(tag.local)) {
    report(reader, 'xml/resource-type', { details: [tag.local] })
    reader.skipped = 1
    return
  }
  if (slot?.filled) report(reader, 'xml/repeated', { details: [tag.local] })
  const frame = { ...frameOf(tag.local, null, 0), shape: xmlShapeOf(tag.local), filled: true }
  frame.object.resourceType = tag.local
  reader.frames.push(frame)
  for (const name in tag.attributes) readAttribute(reader, frame, tag.attributes[name]!)
}

/** Order and number of an element in what stands around it; its index in a list. */
function countIn(reader: Reader, parent: Frame, element: XmlElement): number {
  const { last } = parent
  if (last && last.order > element.order) report(reader, 'xml/order', { details: [element.name, last.name], child: element.pathName })
  else parent.last = element
  const known = parent.object[element.name] ?? (element.beside === '' ? undefined : parent.object[element.beside])
  if (element.many) return Array.isArray(known) ? known.length : 0
  if (known !== undefined) report(reader, 'xml/repeated', { details: [element.name], child: element.pathName })
  return 0
}

function openDiv(reader: Reader, tag: SaxesTagNS): void {
  if (tag.uri !== xhtmlNamespace) report(reader, 'xml/div-namespace', { details: [tag.name, tag.uri] })
  const asItIs = tag.prefix === '' && tag.attributes.xmlns !== undefined
  reader.div = { open: 0, start: tagStart(reader), rebuilt: asItIs ? null : '' }
  openInDiv(reader, tag)
}

function openInDiv(reader: Reader, tag: SaxesTagNS): void {
  const div = reader.div!
  if (div.open > 0 && tag.uri !== xhtmlNamespace) report(reader, 'xml/div-namespace', { details: [tag.name, tag.uri] })
  if (div.rebuilt !== null) {
    div.rebuilt += `<${tag.local}${div.open === 0 ? ` xmlns="${xhtmlNamespace}"` : ''}`
    for (const { local, uri, value } of Object.values(tag.attributes))
      if (uri !== xmlnsNamespace && local !== 'xmlns') div.rebuilt += ` ${local}="${escaped(value)}"`
    div.rebuilt += '>'
  }
  div.open++
}

/** An element of a resource, or a resource where one is due. */
function openElement(reader: Reader, tag: SaxesTagNS): void {
  const parent = reader.frames.at(-1)
  const element = parent?.shape?.byTag.get(tag.local)
  if (element?.kind === 'xhtml') {
    countIn(reader, parent!, element)
    openDiv(reader, tag)
  } else if (tag.uri !== fhirNamespace) {
    report(reader, 'xml/namespace', { details: [tag.name, tag.uri] })
    reader.skipped = 1
  } else if (!parent?.shape) openResource(reader, tag, parent)
  else if (!element) {
    report(reader, 'xml/unknown-element', { details: [tag.local, parent.element?.kind === 'value' ? parent.tag : parent.shape.name] })
    reader.skipped = 1
  } else {
    const frame = frameOf(tag.local, element, countIn(reader, parent, element))
    if (element.kind !== 'resource') frame.shape = element.shape()
    parent.filled = true
    reader.frames.push(frame)
    for (const name in tag.attributes) readAttribute(reader, frame, tag.attributes[name]!)
  }
}

function openTag(reader: Reader, tag: SaxesTagNS): void {
  if (++reader.depth > reader.maxDepth) {
    report(reader, 'xml/too-deep', { details: [String(reader.maxDepth)] })
    stop(reader)
  }
  if (reader.skipped > 0) reader.skipped++
  else if (reader.div) openInDiv(reader, tag)
  else openElement(reader, tag)
}

function closeDiv(reader: Reader, tag: SaxesTagNS): void {
  const div = reader.div!
  if (div.rebuilt !== null) div.rebuilt += `</${tag.local}>`
  if (--div.open > 0) return
  const source = div.rebuilt ?? reader.text.slice(div.start, reader.parser.position)
  const owner = reader.frames.at(-1)!
  owner.object.div = source.includes('\r') ? source.replace(/\r\n?/g, '\n') : source
  owner.filled = true
  reader.div = null
}

function closeElement(reader: Reader): void {
  const frame = reader.frames.at(-1)!
  if (!frame.filled && frame.value === null)
    report(reader, frame.element?.kind === 'resource' ? 'xml/no-resource' : 'xml/empty', { details: [frame.tag] })
  reader.frames.pop()
  dropEmptyLists(frame.object)
  const owner = reader.frames.at(-1)
  if (frame.element) attach(owner!.object, frame as Frame & { element: XmlElement })
  else if (!owner) reader.root = frame.object
  else {
    owner.object = frame.object
    owner.filled = true
  }
}

function closeTag(reader: Reader, tag: SaxesTagNS): void {
  reader.depth--
  if (reader.skipped > 0) reader.skipped--
  else if (reader.div) closeDiv(reader, tag)
  else closeElement(reader)
}

function readText(reader: Reader, text: string): void {
  if (reader.div) {
    if (reader.div.rebuilt !== null) reader.div.rebuilt += escaped(text)
    return
  }
  if (reader.skipped > 0 || reader.frames.length === 0 || !/[^ \t\r\n]/.test(text)) return
  report(reader, 'xml/text', { details: [reader.frames.at(-1)!.tag] })
}

function readerOf(text: string, maxDepth: number): Reader {
  const parser = new SaxesParser({ xmlns: true, forceXMLVersion: true, defaultXMLVersion: '1.0' })
  const reader: Reader = { text, parser, findings: [], frames: [], root: null, depth: 0, maxDepth, skipped: 0, div: null, stopped: false }
  parser.on('opentag', (tag) => openTag(reader, tag))
  parser.on('closetag', (tag) => closeTag(reader, tag))
  parser.on('text', (piece) => readText(reader, piece))
  parser.on('cdata', (piece) => readText(reader, piece))
  parser.on('doctype', () => {
    report(reader, 'xml/doctype', { details: [] })
    stop(reader)
  })
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding === undefined || /^utf-?8$/i.test(encoding)) return
    report(reader, 'xml/encoding', { details: [encoding] })
    stop(reader)
  })
  return reader
}

/**
 * Reads FHIR XML within limits: size in UTF-8 bytes (32 MiB), nesting (100). The value is the JSON of the same resource; whether
 * it is valid R4 is for `validateResource` to say. A DOCTYPE is refused, and no entity but XML's own five is known.
 * Decimals become numbers, as in JSON; how they were written is remembered for `textOf`. Findings say line and column. Never throws.
 */
export function parseXml(text: string, limits: ParseLimits = {}): Parsed {
  const maxBytes = limits.maxBytes ?? defaultMaxBytes
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  if (exceedsBytes(body, maxBytes)) return { findings: [xmlFinding('xml/too-large', { path: '' }, [String(maxBytes)])] }
  const reader = readerOf(body, limits.maxDepth ?? defaultMaxDepth)
  try {
    reader.parser.write(body).close()
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : ''
    // The parser throws what is not XML, with line and column in front; anything else is a fault of this program.
    if (!reader.stopped && !/^\d+:\d+: /.test(message)) throw thrown
    const place = { line: reader.parser.line, column: Math.max(reader.parser.columnIndex, 1) }
    if (!reader.stopped) reader.findings.push(xmlFinding('xml/syntax', { path: pathOf(reader.frames), place }, syntaxDetails(message)))
  }
  return reader.findings.length > 0 || reader.root === null ? { findings: reader.findings } : { value: reader.root }
}
