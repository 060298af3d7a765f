import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, type FixtureFile, paxRecord, tarOf } from './tar.fixture.ts'
import { paxRecords, readTar } from './tar.ts'

const limits = { maxEntries: 1000, maxNameLength: 4096 }
const bytes = (text: string) => new TextEncoder().encode(text)
const plain = (name: string): FixtureFile => ({ name, bytes: bytes('{}') })
const names = (files: readonly FixtureFile[]) => readTar(tarOf(files), limits).files.map((file) => file.name)

const segment = fc.stringMatching(/^[A-Za-z0-9_あ-ん-]{1,20}$/)
const longName = fc.array(segment, { minLength: 1, maxLength: 12 }).map((parts) => parts.join('/'))
const file: fc.Arbitrary<FixtureFile> = fc.record({
  name: longName,
  bytes: fc.uint8Array({ maxLength: 1500 }),
  long: fc.constantFrom('pax' as const, 'gnu' as const),
})

describe('tar', () => {
  test('gives back every plain file that was written, names of any length', () => {
    fc.assert(
      fc.property(fc.array(file, { maxLength: 8 }), (files) => {
        const read = readTar(tarOf(files), limits)
        expect(read.cut).toBe(false)
        expect(read.files.map(({ name }) => name)).toEqual(files.map(({ name }) => name))
        for (const [at, { bytes: content }] of read.files.entries()) expect([...content]).toEqual([...files[at]!.bytes])
      }),
      { numRuns: 60 },
    )
  })

  test('never throws, whatever the bytes; a cut archive says so', () => {
    fc.assert(
      fc.property(fc.array(file, { minLength: 1, maxLength: 4 }), fc.nat(), fc.nat(), (files, cutAt, flip) => {
        const archive = tarOf(files)
        const damaged = archive.slice(0, cutAt % archive.length)
        if (damaged.length > 0) damaged[flip % damaged.length] = flip % 256
        readTar(damaged, limits)
        expect(readTar(archive.subarray(0, 511), limits)).toEqual({ files: [], cut: true, refused: [] })
      }),
      { numRuns: 60 },
    )
  })

  test.each<[string, FixtureFile[], string[]]>([
    ['a name split over the prefix', [{ ...plain('package/folder/a.json'), long: 'prefix' }], ['package/folder/a.json']],
    ['folders are no files', [{ ...plain('package/'), kind: '5', bytes: bytes('') }, plain('package/a.json')], ['package/a.json']],
    ['links and devices are left out', [{ ...plain('a.json'), kind: '2' }, { ...plain('b.json'), kind: '3' }, plain('c.json')], ['c.json']],
    ['names that lead out are left out', [plain('../a.json'), plain('/etc/b.json'), plain('x/../../c.json'), plain('d.json')], ['d.json']],
  ])('%s', (_, files, expected) => expect(names(files)).toEqual(expected))

  test('what was left out is named', () => {
    expect(readTar(tarOf([plain('../a.json'), { ...plain('b'), kind: '1' }]), limits).refused).toEqual(['../a.json', 'b'])
  })

  test.each<[string, Uint8Array]>([
    ['a size beyond the end', tarOf([plain('a.json'), { ...plain('b.json'), says: 0o7777777777 }])],
    [
      'a wrong sum',
      concat([tarOf([plain('a.json')]).slice(0, 1024), tarOf([plain('b.json')]).map((byte, at) => (at === 3 ? 0x7a : byte))]),
    ],
    ['more entries than the limit', tarOf(Array.from({ length: 1001 }, (_, at) => plain(`${at}.json`)))],
  ])('%s ends the reading; what stood before is kept', (_, archive) => {
    const read = readTar(archive, limits)
    expect(read.cut).toBe(true)
    expect(read.files.length).toBeGreaterThan(0)
  })

  test('pax records count their own length', () => {
    for (const length of [1, 90, 91, 92, 93, 94, 989, 990, 991])
      expect(paxRecords(bytes(paxRecord('path', 'x'.repeat(length)))).get('path')).toHaveLength(length)
  })
})
