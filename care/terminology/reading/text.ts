/** Bytes of a published file as text: UTF-8 or Shift_JIS (Windows code page 932), with or without a byte order mark. */

export type Encoding = 'utf-8' | 'shift_jis'

/** Enough to tell the two apart; a Japanese text of this length is never both. */
const SAMPLE = 64 << 10

/** A byte that neither encoding has, or a character cut in two at the end of the file. `line` from 1. */
export class Undecodable extends Error {
  readonly line: number
  constructor(line: number) {
    super(`line ${line} is neither UTF-8 nor Shift_JIS`)
    this.line = line
  }
}

/** The encoding that the first bytes are in. */
export function encodingOf(sample: Uint8Array): Encoding {
  if (sample[0] === 0xef && sample[1] === 0xbb && sample[2] === 0xbf) return 'utf-8'
  try {
    // `stream` lets a character be cut at the end of the sample.
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true })
    return 'utf-8'
  } catch {
    return 'shift_jis'
  }
}

/** Text in pieces, as they come. @throws Undecodable */
export async function* textIn(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null
  let held: Uint8Array[] = []
  let heldBytes = 0
  let line = 1
  const decoded = (bytes: Uint8Array, stream: boolean): string => {
    try {
      const text = decoder!.decode(bytes, { stream })
      for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) line++
      return text
    } catch {
      throw new Undecodable(line + linesBefore(bytes, decoder!.encoding))
    }
  }
  const begin = (): string => {
    const sample = Buffer.concat(held)
    held = []
    decoder = new TextDecoder(encodingOf(sample.subarray(0, SAMPLE)), { fatal: true })
    return decoded(sample, true)
  }
  for await (const chunk of chunks) {
    if (decoder) {
      yield decoded(chunk, true)
      continue
    }
    held.push(chunk)
    heldBytes += chunk.length
    if (heldBytes >= SAMPLE) yield begin()
  }
  if (!decoder) yield begin()
  yield decoded(new Uint8Array(), false)
}

/** Lines of a piece that can still be read before the byte that cannot. */
function linesBefore(bytes: Uint8Array, encoding: string): number {
  const loose = new TextDecoder(encoding).decode(bytes)
  const bad = loose.indexOf('\ufffd')
  return bad < 0 ? 0 : loose.slice(0, bad).split('\n').length - 1
}
