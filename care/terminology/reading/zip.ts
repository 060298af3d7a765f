/** The members of a zip file that is held in memory, bounded: what a workbook needs and nothing more. @spec APPNOTE.TXT 6.3, central directory */
import { inflateRawSync } from 'node:zlib'

const END = 0x06054b50
const CENTRAL = 0x02014b50
/** A workbook of a million cells unpacks to less. */
const MAX_MEMBER = 256 << 20
const MAX_MEMBERS = 2_000

export class NotAZip extends Error {}

/** Where the members of a zip are; contents are unpacked when they are asked for. @throws NotAZip */
export function zipMembers(bytes: Buffer): (name: string) => Buffer | null {
  const end = endOf(bytes)
  const count = bytes.readUInt16LE(end + 10)
  let at = bytes.readUInt32LE(end + 16)
  if (count > MAX_MEMBERS) throw new NotAZip('too many members')
  const places = new Map<string, { at: number; method: number; packed: number; size: number }>()
  for (let n = 0; n < count; n++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== CENTRAL) throw new NotAZip('no central directory')
    const [nameLength, extra, comment] = [bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32)]
    places.set(bytes.toString('utf8', at + 46, at + 46 + nameLength), {
      method: bytes.readUInt16LE(at + 10),
      packed: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      at: bytes.readUInt32LE(at + 42),
    })
    at += 46 + nameLength + extra + comment
  }
  return (name) => {
    const place = places.get(name)
    if (!place) return null
    if (place.size > MAX_MEMBER || place.at + 30 > bytes.length) throw new NotAZip('a member is too large')
    const from = place.at + 30 + bytes.readUInt16LE(place.at + 26) + bytes.readUInt16LE(place.at + 28)
    const packed = bytes.subarray(from, from + place.packed)
    if (place.method === 0) return packed
    if (place.method !== 8) throw new NotAZip('packed in a way that workbooks are not')
    try {
      // The length the directory states is not believed: unpacking ends at the bound.
      return inflateRawSync(packed, { maxOutputLength: MAX_MEMBER })
    } catch {
      throw new NotAZip('a member cannot be unpacked')
    }
  }
}

function endOf(bytes: Buffer): number {
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 22 - 0xffff); at--) if (bytes.readUInt32LE(at) === END) return at
  throw new NotAZip('no end of a central directory')
}

export const looksLikeZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x03 && bytes[3] === 0x04
