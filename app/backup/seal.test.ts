import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fingerprintOf } from './fingerprint.ts'
import { CHUNK, NotAuthentic, sealing, unsealing } from './seal.ts'

const of = { key: randomBytes(32), generation: 'g', file: 'a' }
const pieces = (bytes: Buffer, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))
const seal = (bytes: Buffer, size = 7_000) => buffer(Readable.from(pieces(bytes, size)).pipe(sealing(of)))
const unseal = async (bytes: Buffer, by = of) => {
  const opened = unsealing(by)
  Readable.from(pieces(bytes, 10_000)).pipe(opened)
  return buffer(opened)
}

test.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 17])('%i bytes come back as they were', async (length) => {
  const bytes = randomBytes(length)
  expect((await unseal(await seal(bytes))).equals(bytes)).toBe(true)
})

test('chunks may not be left out, doubled, swapped, cut off, or come from another file or key', async () => {
  const whole = await seal(randomBytes(3 * CHUNK))
  const [a, b, c] = pieces(whole, CHUNK + 16) as [Buffer, Buffer, Buffer]
  for (const changed of [[a, c], [a, a, b, c], [b, a, c], [a, b], [a, b, c.subarray(0, -1)], []])
    await expect(unseal(Buffer.concat(changed))).rejects.toThrow(NotAuthentic)
  await expect(unseal(whole, { ...of, file: 'b' })).rejects.toThrow(NotAuthentic)
  await expect(unseal(whole, { ...of, generation: 'h' })).rejects.toThrow(NotAuthentic)
  await expect(unseal(whole, { ...of, key: randomBytes(32) })).rejects.toThrow(NotAuthentic)
})

test('a fingerprint does not depend on order or on how the stream is cut, and on everything else', async () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 30 }).map((s) => s.replaceAll('\n', ' '))
  const print = (lines: string[], size: number) =>
    fingerprintOf(Readable.from(pieces(Buffer.from(lines.map((l) => `${l}\n`).join('')), size)))
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 50 }), async (lines, size) => {
      const one = await print(lines, size)
      expect(await print([...lines].reverse(), 1000)).toEqual(one)
      expect(one.rows).toBe(lines.length)
      if (lines.length > 0)
        expect(
          await print(
            lines.map((l, i) => (i === 0 ? `${l}x` : l)),
            size,
          ),
        ).not.toEqual(one)
    }),
    { numRuns: 50 },
  )
})
