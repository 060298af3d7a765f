/**
 * Reads the strict encoding (DER) that certificates, revocation lists and OCSP answers are made of.
 *
 * One small reader serves every structure here, so that no two parsers can disagree about what was signed.
 * Lengths must be definite and minimal, tags one byte; anything else is a DerError, which callers turn into a refusal.
 *
 * @spec ITU-T X.690 (2021), clause 10 https://www.itu.int/rec/T-REC-X.690
 */

export class DerError extends Error {
  override name = 'DerError'
}

/** One element inside `bytes`: the tag byte, where it starts, where its content starts, where it ends. */
export type Element = { tag: number; at: number; body: number; end: number }

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8: 0x0c,
  printable: 0x13,
  ia5: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** Reads the element at `at`; it must end by `limit`. */
export function elementAt(bytes: Buffer, at: number, limit: number): Element {
  if (at + 2 > limit) throw new DerError('truncated')
  const tag = bytes[at]!
  if ((tag & 0x1f) === 0x1f) throw new DerError('long tag')
  let length = bytes[at + 1]!
  let body = at + 2
  if (length >= 0x80) {
    const count = length & 0x7f
    if (count === 0 || count > 4 || body + count > limit) throw new DerError('length')
    length = bytes.readUIntBE(body, count)
    if (length < 0x80 || length < 2 ** (8 * (count - 1))) throw new DerError('length is not minimal')
    body += count
  }
  const end = body + length
  if (end > limit) throw new DerError('truncated')
  return { tag, at, body, end }
}

/** Reads the one element that `bytes` consists of; trailing bytes are refused. */
export function wholeElement(bytes: Buffer, tag: number): Element {
  const found = elementAt(bytes, 0, bytes.length)
  if (found.end !== bytes.length) throw new DerError('trailing bytes')
  return expectTag(found, tag)
}

/** Elements directly inside a constructed element, in order. */
export function childrenOf(bytes: Buffer, parent: Element): Element[] {
  const found: Element[] = []
  for (let at = parent.body; at < parent.end; ) {
    const child = elementAt(bytes, at, parent.end)
    found.push(child)
    at = child.end
  }
  return found
}

export function expectTag(element: Element | undefined, tag: number): Element {
  if (element === undefined || element.tag !== tag) throw new DerError('unexpected element')
  return element
}

/** The one element inside an explicitly tagged one. */
export function onlyChild(bytes: Buffer, parent: Element, tag: number): Element {
  const child = elementAt(bytes, parent.body, parent.end)
  if (child.end !== parent.end) throw new DerError('trailing bytes')
  return expectTag(child, tag)
}

/** A view (no copy) of the whole element, header included. */
export function encodedOf(bytes: Buffer, element: Element): Buffer {
  return bytes.subarray(element.at, element.end)
}

/** A view (no copy) of the content. */
export function contentOf(bytes: Buffer, element: Element): Buffer {
  return bytes.subarray(element.body, element.end)
}

/** Bytes of a non-negative integer without its sign byte; a negative or padded one is refused. */
export function unsignedOf(bytes: Buffer, element: Element): Buffer {
  expectTag(element, TAG.integer)
  const content = contentOf(bytes, element)
  if (content.length === 0 || content[0]! >= 0x80) throw new DerError('integer')
  if (content[0] !== 0 || content.length === 1) return content
  if (content[1]! < 0x80) throw new DerError('integer is padded')
  return content.subarray(1)
}

/** Serial number in lower-case hexadecimal, two digits a byte, no sign byte. */
export function serialOf(bytes: Buffer, element: Element): string {
  return unsignedOf(bytes, element).toString('hex')
}

export function smallIntegerOf(bytes: Buffer, element: Element): number {
  const content = unsignedOf(bytes, element)
  if (content.length > 4) throw new DerError('integer too large')
  return content.readUIntBE(0, content.length)
}

export function booleanOf(bytes: Buffer, element: Element): boolean {
  expectTag(element, TAG.boolean)
  if (element.end - element.body !== 1) throw new DerError('boolean')
  return bytes[element.body] !== 0
}

/** Content of a bit string of whole bytes. */
export function wholeBitsOf(bytes: Buffer, element: Element): Buffer {
  expectTag(element, TAG.bits)
  if (element.end === element.body || bytes[element.body] !== 0) throw new DerError('bit string')
  return bytes.subarray(element.body + 1, element.end)
}

/** Object identifier in dotted form; each arc at most 2^53 - 1. */
export function oidOf(bytes: Buffer, element: Element): string {
  expectTag(element, TAG.oid)
  if (element.end === element.body || bytes[element.end - 1]! >= 0x80) throw new DerError('oid')
  let text = ''
  let arc = 0
  for (let i = element.body; i < element.end; i++) {
    const byte = bytes[i]!
    arc = arc * 128 + (byte & 0x7f)
    if (arc > Number.MAX_SAFE_INTEGER) throw new DerError('oid')
    if (byte >= 0x80) continue
    if (text === '') {
      const first = Math.min(2, Math.floor(arc / 40))
      text = `${first}.${arc - first * 40}`
    } else text += `.${arc}`
    arc = 0
  }
  return text
}

/** Instant in milliseconds; only the UTC forms with seconds that X.509 allows. */
export function instantOf(bytes: Buffer, element: Element): number {
  const text = bytes.toString('latin1', element.body, element.end)
  const long = element.tag === TAG.generalizedTime
  if (!long && element.tag !== TAG.utcTime) throw new DerError('time')
  if (!(long ? /^\d{14}Z$/ : /^\d{12}Z$/).test(text)) throw new DerError('time')
  const year = long ? Number(text.slice(0, 4)) : centuryOf(Number(text.slice(0, 2)))
  const [month, day, hour, minute, second] = [0, 2, 4, 6, 8].map((i) =>
    Number(text.slice((long ? 4 : 2) + i, (long ? 6 : 4) + i)),
  ) as number[]
  const instant = new Date(Date.UTC(year, month! - 1, day, hour, minute, second))
  if (instant.getUTCMonth() !== month! - 1 || instant.getUTCDate() !== day || hour! > 23 || minute! > 59 || second! > 59) {
    throw new DerError('time')
  }
  return instant.getTime()
}

/** @spec RFC 5280, 4.1.2.5.1: two-digit years below 50 are 20xx. */
function centuryOf(year: number): number {
  return year < 50 ? 2000 + year : 1900 + year
}
