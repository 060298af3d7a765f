import { hash } from 'node:crypto'
import { Transform } from 'node:stream'

/** Rows of a table and what they say, whatever their order: the sum of the SHA-256 of each row, in eight lanes of 32 bits. */
export type Fingerprint = { rows: number; content: string }

function counter() {
  const lanes = new Uint32Array(8)
  let rows = 0
  let carried: Buffer[] = []
  const takeRow = (line: Buffer) => {
    const digest = hash('sha256', line, 'buffer')
    for (let i = 0; i < 8; i++) lanes[i] = lanes[i]! + digest.readUInt32BE(i * 4)
    rows++
  }
  return {
    take(chunk: Buffer) {
      let start = 0
      // COPY text writes a line feed inside a value as \n, so a bare one ends a row.
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
        const rest = chunk.subarray(start, end)
        takeRow(carried.length === 0 ? rest : Buffer.concat([...carried, rest]))
        carried = []
        start = end + 1
      }
      if (start < chunk.length) carried.push(Buffer.from(chunk.subarray(start)))
    },
    result: (): Fingerprint => ({ rows, content: [...lanes].map((n) => n.toString(16).padStart(8, '0')).join('') }),
  }
}

/** Passes COPY text through and counts it. `result` is whole when the stream has ended. */
export function fingerprinting(): { through: Transform; result: () => Fingerprint } {
  const { take, result } = counter()
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      take(chunk)
      done(null, chunk)
    },
  })
  return { through, result }
}

/** Reads COPY text to its end. */
export async function fingerprintOf(source: AsyncIterable<Buffer>): Promise<Fingerprint> {
  const { take, result } = counter()
  for await (const chunk of source) take(chunk)
  return result()
}
