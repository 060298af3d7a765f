/** Writes tar archives for the tests of what reads them. */

export type FixtureFile = {
  name: string
  bytes: Uint8Array
  /** `0` plain file, `2` link, `5` folder, ... */
  kind?: string
  /** How a name too long for a header is written. */
  long?: 'pax' | 'gnu' | 'prefix'
  /** A size that is not the content's. */
  says?: number
}

const text = new TextEncoder()

function header(name: string, size: number, { kind = '0', prefix = '' }: { kind?: string; prefix?: string } = {}): Uint8Array {
  const out = new Uint8Array(512)
  const put = (value: string, at: number) => out.set(text.encode(value), at)
  put(name, 0)
  put('0000644\0', 100)
  put(`${size.toString(8).padStart(11, '0')}\0`, 124)
  put(' '.repeat(8), 148)
  put(kind, 156)
  put('ustar\0' + '00', 257)
  put(prefix, 345)
  const sum = out.reduce((total, byte) => total + byte, 0)
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return out
}

function padded(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil(bytes.length / 512) * 512)
  out.set(bytes)
  return out
}

/** `<length> path=<name>\n`, its length counting itself. */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  const bytes = text.encode(rest).length
  let length = bytes + String(bytes).length
  if (String(length).length > String(bytes).length) length = bytes + String(length).length
  return `${length}${rest}`
}

function entry({ name, bytes, kind = '0', long, says }: FixtureFile): Uint8Array[] {
  const size = says ?? bytes.length
  const body = padded(bytes)
  if (long === 'pax') {
    const record = text.encode(paxRecord('path', name))
    return [header('PaxHeader/x', record.length, { kind: 'x' }), padded(record), header('cut', size, { kind }), body]
  }
  if (long === 'gnu') {
    const whole = text.encode(`${name}\0`)
    return [header('././@LongLink', whole.length, { kind: 'L' }), padded(whole), header('cut', size, { kind }), body]
  }
  if (long === 'prefix') {
    const slash = name.lastIndexOf('/')
    return [header(name.slice(slash + 1), size, { kind, prefix: name.slice(0, slash) }), body]
  }
  return [header(name, size, { kind }), body]
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((total, part) => total + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

export const tarOf = (files: readonly FixtureFile[]): Uint8Array => concat([...files.flatMap(entry), new Uint8Array(1024)])
export const jsonBytes = (value: unknown): Uint8Array => text.encode(JSON.stringify(value))
