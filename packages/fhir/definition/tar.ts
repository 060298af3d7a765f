/** Reads a tar archive held in memory: regular files only, each a view of the archive. @spec POSIX pax (IEEE 1003.1), GNU tar long names */

export type TarFile = { name: string; bytes: Uint8Array }
export type TarLimits = { maxEntries: number; maxNameLength: number }
/** `cut`: the archive ends in the middle, or a header is damaged; what stood before is read. `refused`: entries that are no plain files of it. */
export type Tar = { files: TarFile[]; cut: boolean; refused: string[] }

const block = 512
const utf8 = new TextDecoder()

const textAt = (bytes: Uint8Array, from: number, length: number): string => {
  const end = bytes.subarray(from, from + length).indexOf(0)
  return utf8.decode(bytes.subarray(from, from + (end < 0 ? length : end)))
}

/** Octal text, or base 256 where the first bit is set; NaN where it is neither or too big to be meant. */
function numberAt(bytes: Uint8Array, from: number, length: number): number {
  if ((bytes[from]! & 0x80) === 0) {
    const text = textAt(bytes, from, length).trim()
    return text === '' ? 0 : /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN
  }
  let value = bytes[from]! & 0x7f
  for (let at = from + 1; at < from + length; at++) value = value * 256 + bytes[at]!
  return Number.isSafeInteger(value) ? value : Number.NaN
}

/** Sum of the header's bytes, its own field counted as blanks. */
function sumOf(header: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < block; at++) sum += at >= 148 && at < 156 ? 0x20 : header[at]!
  return sum
}

const isEmpty = (header: Uint8Array) => header.every((byte) => byte === 0)

/** Records `<length> <key>=<value>\n` of a pax header. */
export function paxRecords(bytes: Uint8Array): Map<string, string> {
  const out = new Map<string, string>()
  for (let at = 0; at < bytes.length; ) {
    const gap = bytes.indexOf(0x20, at)
    const length = gap < 0 ? Number.NaN : Number(utf8.decode(bytes.subarray(at, gap)))
    if (!(length > gap - at + 1 && at + length <= bytes.length)) break
    const record = utf8.decode(bytes.subarray(gap + 1, at + length - 1))
    const equals = record.indexOf('=')
    if (equals > 0) out.set(record.slice(0, equals), record.slice(equals + 1))
    at += length
  }
  return out
}

type Said = { name?: string; size?: number }

/** What the headers before a file say of it in place of its own. */
function saidBy(kind: string, content: Uint8Array): Said {
  if (kind === 'L') return { name: textAt(content, 0, content.length) }
  if (kind !== 'x') return {}
  const records = paxRecords(content)
  const [path, size] = [records.get('path'), records.get('size')]
  return { ...(path === undefined ? {} : { name: path }), ...(size !== undefined && /^\d+$/.test(size) ? { size: Number(size) } : {}) }
}

function nameOf(header: Uint8Array): string {
  const name = textAt(header, 0, 100)
  const prefix = textAt(header, 257, 5) === 'ustar' && textAt(header, 257, 8) !== 'ustar  ' ? textAt(header, 345, 155) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

/** A name that leads out of the archive. Nothing is ever written under it, but nobody honest writes one. */
const leadsOut = (name: string) => name.startsWith('/') || name.includes('\\') || name.includes('\0') || name.split('/').includes('..')

/** Every plain file, in order. Links, devices and names that lead out are refused and named. */
export function readTar(archive: Uint8Array, { maxEntries, maxNameLength }: TarLimits): Tar {
  const files: TarFile[] = []
  const refused: string[] = []
  let said: Said = {}
  for (let at = 0, entries = 0; at + block <= archive.length; entries++) {
    const header = archive.subarray(at, at + block)
    if (isEmpty(header)) return { files, cut: false, refused }
    const kind = String.fromCharCode(header[156]!)
    const size = ('xgLK'.includes(kind) ? undefined : said.size) ?? numberAt(header, 124, 12)
    const from = at + block
    if (entries >= maxEntries || sumOf(header) !== numberAt(header, 148, 8) || !(from + size <= archive.length))
      return { files, cut: true, refused }
    const bytes = archive.subarray(from, from + size)
    at = from + Math.ceil(size / block) * block
    if ('xgLK'.includes(kind)) {
      said = { ...said, ...saidBy(kind, bytes) }
      continue
    }
    const name = said.name ?? nameOf(header)
    said = {}
    if (kind === '5') continue
    const isFile = kind === '0' || kind === '\0' || kind === '7'
    if (!isFile || leadsOut(name) || name.length > maxNameLength) refused.push(name.slice(0, maxNameLength))
    else if (!name.endsWith('/')) files.push({ name, bytes })
  }
  return { files, cut: true, refused }
}
