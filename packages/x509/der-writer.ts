/** Writes DER: each function returns one encoded element. The reader is `der.ts`. */
import { TAG } from './der.ts'

export function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  return elementOf(tag, parts)
}

function elementOf(tag: number, parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag]), lengthBytes(body.length), body])
}

function lengthBytes(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const hex = length.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes])
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => element(TAG.sequence, ...parts)
/** A sequence of any length; spreading a long list into arguments would overflow the stack. */
export const sequenceOf = (parts: readonly Uint8Array[]): Buffer => elementOf(TAG.sequence, parts)
export const octets = (bytes: Uint8Array): Buffer => element(TAG.octets, bytes)
export const utf8 = (text: string): Buffer => element(TAG.utf8, Buffer.from(text, 'utf8'))
export const printable = (text: string): Buffer => element(TAG.printable, Buffer.from(text, 'latin1'))
export const nothing = (): Buffer => element(TAG.null)
export const yes = (): Buffer => element(TAG.boolean, Buffer.from([0xff]))
export const enumerated = (value: number): Buffer => element(TAG.enumerated, Buffer.from([value]))

/** Explicit context tag [n]. */
export const explicit = (n: number, ...parts: readonly Uint8Array[]): Buffer => element(0xa0 | n, ...parts)
/** Implicit context tag [n] of a primitive. */
export const implicit = (n: number, bytes: Uint8Array): Buffer => element(0x80 | n, bytes)

/** Bit string of whole bytes, or with `unused` bits at its end. */
export const bits = (bytes: Uint8Array, unused = 0): Buffer => element(TAG.bits, Buffer.from([unused]), bytes)

/** Non-negative integer from its bytes in hexadecimal. */
export function unsigned(hex: string): Buffer {
  const even = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  let from = 0
  while (from < even.length - 1 && even[from] === 0) from++
  const bytes = even.subarray(from)
  return element(TAG.integer, bytes[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc % 128]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift((left % 128) | 0x80)
    return groups
  })
  return element(TAG.oid, Buffer.from(bytes))
}

export function generalizedTime(at: Date): Buffer {
  return element(TAG.generalizedTime, Buffer.from(`${at.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`))
}

/** Time of a certificate or list. @spec RFC 5280, 4.1.2.5: two-digit form through 2049. */
export function time(at: Date): Buffer {
  if (at.getUTCFullYear() >= 2050) return generalizedTime(at)
  return element(TAG.utcTime, Buffer.from(`${at.toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`))
}
