/**
 * Reads the text of a conformance resource once, as bytes, without making a value of it: says what it is (`resourceType`, `url`, `version`, ...),
 * checks that it is well formed, and copies it without blanks, narrative and the prose of elements. What is left is parsed when it is asked for.
 */

/** Texts that stand in the resource itself, not in what it contains. */
export type Heading = Partial<Record<'resourceType' | 'url' | 'version' | 'id' | 'name' | 'fhirVersion', string>>
export type Trimmed = { heading: Heading; bytes: Uint8Array } | { brokenAtLine: number }

const headings: ReadonlySet<string> = new Set(['resourceType', 'url', 'version', 'id', 'name', 'fhirVersion'] satisfies (keyof Heading)[])
/** Of a structure definition, what constrains nothing, by depth: an element stands at depth 4, a constraint of it at 6. */
const prose: Readonly<Record<number, ReadonlySet<string>>> = {
  1: new Set(['description', 'purpose', 'copyright', 'contact', 'mapping', 'useContext', 'keyword', 'jurisdiction', 'publisher']),
  4: new Set([
    ...['short', 'definition', 'comment', 'requirements', 'alias', 'mapping', 'example', 'label', 'code'],
    ...['meaningWhenMissing', 'orderMeaning', 'isModifierReason', 'representation'],
  ]),
  6: new Set(['xpath']),
}
const maxDepth = 100
const quote = 0x22
const comma = 0x2c
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d]
const literal = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/

/** Where reading stands: bytes in and out, and what was learnt on the way. */
type Reading = { source: Uint8Array; at: number; out: Uint8Array; length: number; copying: boolean; heading: Heading; hasSnapshot: boolean }

class BrokenJson extends Error {}

const isBlank = (byte: number | undefined) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

function skipBlanks(r: Reading): number {
  while (isBlank(r.source[r.at])) r.at++
  return r.source[r.at] ?? -1
}

function expect(r: Reading, byte: number): void {
  if (skipBlanks(r) !== byte) throw new BrokenJson()
  if (r.copying) r.out[r.length++] = byte
  r.at++
}

/** Copies a text from its opening to its closing quote. */
function copyText(r: Reading): void {
  const { source } = r
  const from = r.at
  let at = from + 1
  for (let byte = source[at]; byte !== quote; byte = source[++at]) {
    if (byte === 0x5c) at++
    else if (byte === undefined || byte < 0x20) {
      r.at = at
      throw new BrokenJson()
    }
  }
  r.at = at + 1
  if (!r.copying) return
  const { out } = r
  let { length } = r
  if (at - from < 64) for (let i = from; i <= at; i++) out[length++] = source[i]!
  else {
    out.set(source.subarray(from, at + 1), length)
    length += at + 1 - from
  }
  r.length = length
}

const latin = (bytes: Uint8Array, from: number, to: number): string => {
  let text = ''
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at]!)
  return text
}

function copyLiteral(r: Reading): void {
  const from = r.at
  for (;;) {
    const byte = r.source[r.at]
    if (byte === undefined || isBlank(byte) || byte === comma || byte === closeBracket || byte === closeBrace) break
    if (r.at - from > 400) throw new BrokenJson()
    if (r.copying) r.out[r.length++] = byte
    r.at++
  }
  if (!literal.test(latin(r.source, from, r.at))) throw new BrokenJson()
}

const utf8 = new TextDecoder()

/** Is this member left out of the copy? */
function isDropped(r: Reading, depth: number, key: string): boolean {
  if (depth === 1 && key === 'text') return true
  if (r.heading.resourceType !== 'StructureDefinition') return false
  if (depth === 1 && key === 'differential') return r.hasSnapshot
  return prose[depth]?.has(key) ?? false
}

function keepHeading(r: Reading, key: string, valueAt: number): void {
  if (key === 'snapshot') r.hasSnapshot = r.length - valueAt > '{"element":[{}]}'.length
  if (!headings.has(key) || r.out[valueAt] !== quote) return
  r.heading[key as keyof Heading] = JSON.parse(utf8.decode(r.out.subarray(valueAt, r.length)))
}

/** Copies a member, or reads over it; says which. */
function copyMember(r: Reading, depth: number, first: boolean): boolean {
  const before = r.length
  if (r.copying && !first) r.out[r.length++] = comma
  if (skipBlanks(r) !== quote) throw new BrokenJson()
  const keyAt = r.at + 1
  copyText(r)
  const key = r.copying && prose[depth] ? latin(r.source, keyAt, Math.min(r.at - 1, keyAt + 40)) : ''
  expect(r, 0x3a)
  if (key !== '' && isDropped(r, depth, key)) {
    r.length = before
    r.copying = false
    copyValue(r, depth)
    r.copying = true
    return false
  }
  const valueAt = r.length
  copyValue(r, depth)
  if (depth === 1) keepHeading(r, key, valueAt)
  return true
}

/** Reads the comma before a further item, or the closing bracket. */
function hasMore(r: Reading, close: number): boolean {
  if (skipBlanks(r) === comma) {
    r.at++
    return true
  }
  expect(r, close)
  return false
}

function copyObject(r: Reading, depth: number): void {
  if (depth > maxDepth) throw new BrokenJson()
  expect(r, openBrace)
  if (skipBlanks(r) === closeBrace) expect(r, closeBrace)
  else
    for (let first = true, more = true; more; more = hasMore(r, closeBrace)) {
      if (copyMember(r, depth, first)) first = false
    }
}

function copyArray(r: Reading, depth: number): void {
  if (depth > maxDepth) throw new BrokenJson()
  expect(r, openBracket)
  if (skipBlanks(r) === closeBracket) expect(r, closeBracket)
  else
    for (let first = true, more = true; more; more = hasMore(r, closeBracket)) {
      if (!first && r.copying) r.out[r.length++] = comma
      copyValue(r, depth)
      first = false
    }
}

function copyValue(r: Reading, depth: number): void {
  const byte = skipBlanks(r)
  if (byte === quote) copyText(r)
  else if (byte === openBrace) copyObject(r, depth + 1)
  else if (byte === openBracket) copyArray(r, depth + 1)
  else copyLiteral(r)
}

function lineOf(source: Uint8Array, offset: number): number {
  let line = 1
  for (let at = 0; at < offset && at < source.length; at++) if (source[at] === 0x0a) line++
  return line
}

/** Reads many files one after the other into the same scratch memory. */
export function jsonTrimmer(): (source: Uint8Array) => Trimmed {
  let scratch = new Uint8Array(0)
  return (source) => {
    // One byte more than was read may be written: a comma in place of the one not read yet.
    if (scratch.length < source.length + 2) scratch = new Uint8Array(source.length + 2)
    const start = source[0] === 0xef && source[1] === 0xbb && source[2] === 0xbf ? 3 : 0
    const reading: Reading = { source, at: start, out: scratch, length: 0, copying: true, heading: {}, hasSnapshot: false }
    try {
      copyValue(reading, 0)
      if (skipBlanks(reading) !== -1) throw new BrokenJson()
    } catch (error) {
      if (error instanceof BrokenJson || error instanceof SyntaxError) return { brokenAtLine: lineOf(source, reading.at) }
      throw error
    }
    return { heading: reading.heading, bytes: scratch.slice(0, reading.length) }
  }
}
