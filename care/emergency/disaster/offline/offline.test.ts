/** The file and the log of a laptop, without a database. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ExtractRefused, fingerprintOf, type Manifest } from './format.ts'
import { openLaptopLog } from './laptop-log.ts'
import { readLog, type Who } from './log.ts'
import type { PersonLine } from './person-line.ts'
import { openExtract, readManifest } from './read.ts'
import { newPassphrase, type Secret } from './recipients.ts'
import { newLogKey, type ToWrite, writeExtract } from './write.ts'

const folder = mkdtempSync(join(tmpdir(), 'enishi-extract-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (text: string) => new Date(text)
const now = at('2026-11-22T03:00:00Z')
const passphrase = 'abcd-efgh-2345-6789'
const cost = 2 ** 4
const signer = generateKeyPairSync('ed25519').privateKey
const reader = generateKeyPairSync('x25519')

const personOf = (n: number): PersonLine => ({
  person: {
    keys: [`key${n}`],
    name: '山川 花子',
    nameKana: `ヤマカワ ハナコ${n}`,
    birthDate: '1958-04-12',
    sex: 'female',
    address: '縁県縁市',
  },
  names: ['山川 花子'],
  memberIds: [],
  rows: [],
  cut: false,
  needsSecond: false,
})
async function* people(count: number, pad = 0) {
  for (let n = 0; n < count; n++) yield { ...personOf(n), names: ['山川 花子', 'x'.repeat(pad)] }
}
const toWrite = (name: string, more: Partial<ToWrite> = {}): ToWrite => ({
  ...{
    path: join(folder, name),
    id: `extract-${name}`,
    disasterId: 'd',
    disasterName: '縁ヶ浜地震',
    law: '災害救助法',
    areas: ['prefecture:13'],
  },
  ...{ madeAt: now.toISOString(), expiresAt: '2026-11-29T03:00:00.000Z', institutions: [], people: people(3), signer },
  invited: [
    { by: 'passphrase', name: 'DMAT 1', passphrase, cost },
    { by: 'x25519', name: 'DMAT 2', publicKey: reader.publicKey },
  ],
  ...more,
})
const whyNot = (work: Promise<unknown>) =>
  work.then(
    () => 'opened',
    (error: unknown) => (error instanceof ExtractRefused ? error.problem : String(error)),
  )
const opened = async (path: string, about: { secret?: Secret; now?: Date; lastSeen?: Date; signer?: string } = {}) => {
  const file = await openExtract(path, { secret: { passphrase }, now, ...about })
  try {
    const keys: string[] = []
    await file.people(({ person }) => void keys.push(person.keys[0]!))
    return keys
  } finally {
    await file.close()
  }
}

describe('the file', () => {
  let path: string
  let manifest: Manifest
  beforeAll(async () => {
    manifest = await writeExtract(toWrite('plain', { people: people(40, 40_000) }), newLogKey())
    path = join(folder, 'plain')
  })

  test('opens for whom it is meant, by passphrase and by key, with everybody in it', async () => {
    expect(manifest.chunks).toBeGreaterThan(3)
    expect(await opened(path)).toHaveLength(40)
    expect(await opened(path, { secret: { privateKey: reader.privateKey } })).toHaveLength(40)
    expect(await opened(path, { signer: fingerprintOf(manifest.signerPem) })).toHaveLength(40)
  })

  test('shows nothing of anybody to whoever has no secret', () => {
    const text = readFileSync(path).toString('latin1')
    expect(text).not.toContain('key12')
    expect(text).not.toContain(Buffer.from('ヤマカワ').toString('latin1'))
    expect(statSync(path).mode & 0o077).toBe(0)
    expect(existsSync(`${path}.part`)).toBe(false)
  })

  test.each<[string, Parameters<typeof opened>[1], string]>([
    ['a wrong passphrase', { secret: { passphrase: 'abcd-efgh-2345-6788' } }, 'wrong-secret'],
    ['another key', { secret: { privateKey: generateKeyPairSync('x25519').privateKey } }, 'wrong-secret'],
    ['another signer than was told', { signer: '0000 0000' }, 'other-signer'],
    ['after its end', { now: at('2026-11-29T03:00:00Z') }, 'expired'],
    ['with a clock set back before it was made', { now: at('2026-11-20T03:00:00Z') }, 'clock'],
    ['with a clock set back before the last look', { now: at('2026-11-23T03:00:00Z'), lastSeen: at('2026-11-28T03:00:00Z') }, 'clock'],
  ])('does not open with %s', async (_, about, why) => {
    expect(await whyNot(opened(path, about))).toBe(why)
  })

  test('any changed bit anywhere is found before anybody is shown', async () => {
    const whole = readFileSync(path)
    const copy = join(folder, 'bent')
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 7 }), async (place, bit) => {
        const bent = Buffer.from(whole)
        bent[place] = bent[place]! ^ (1 << bit)
        writeFileSync(copy, bent)
        return (await whyNot(opened(copy))) !== 'opened'
      }),
      { numRuns: 120 },
    )
    writeFileSync(copy, whole)
    expect(await whyNot(opened(copy))).toBe('opened')
  })

  test('chunks left out, exchanged, or cut off are found; and a manifest of somebody else’s', async () => {
    const whole = readFileSync(path)
    const copy = join(folder, 'cut')
    for (const part of [whole.subarray(0, whole.length - 1), whole.subarray(0, 1000), whole.subarray(26), Buffer.alloc(0)]) {
      writeFileSync(copy, part)
      expect(await whyNot(opened(copy))).not.toBe('opened')
    }
    const other = await writeExtract(toWrite('other', { signer: generateKeyPairSync('ed25519').privateKey }), newLogKey())
    expect(await whyNot(opened(join(folder, 'other'), { signer: fingerprintOf(manifest.signerPem) }))).toBe('other-signer')
    expect(other.people).toBe(3)
  })

  test('a stop in the middle leaves nothing that opens, and the next try is whole', async () => {
    async function* broken() {
      yield personOf(1)
      throw new Error('power')
    }
    const stopped = join(folder, 'stopped')
    await expect(writeExtract(toWrite('stopped', { people: broken() }), newLogKey())).rejects.toThrow('power')
    expect(readdirSync(folder).filter((name) => name.startsWith('stopped'))).toEqual([])
    // As when the machine itself stopped.
    writeFileSync(`${stopped}.part`, 'half')
    await writeExtract(toWrite('stopped'), newLogKey())
    expect(await opened(stopped)).toHaveLength(3)
    expect((await readManifest(stopped)).people).toBe(3)
  })

  test('a passphrase nobody chose is long, and none is like another', () => {
    const all = new Set(Array.from({ length: 200 }, newPassphrase))
    expect(all.size).toBe(200)
    for (const one of all) expect(one).toMatch(/^([2-9a-z]{4}-){5}[2-9a-z]{4}$/)
  })
})

describe('the log', () => {
  const expiresAt = at('2026-11-29T03:00:00Z')
  const who: Who = {
    name: '青山 春樹',
    licence: 'physician',
    licenceNumber: '123456',
    loginName: 'aoyama',
    institutionNumber: '1310000027',
    institutionName: 'さくら',
  }
  let count = 0
  const begin = (looks = 5) => {
    const keys = newLogKey()
    const about = { path: join(folder, `log-${++count}`), extractId: 'x', key: createPrivateKey(keys.privatePem), expiresAt, now }
    const log = openLaptopLog(about)
    for (let n = 0; n < looks; n++) log.note({ act: 'look', who, at: now, keys: [`key${n}`], agreed: 'oral' })
    const read = (withHead = true) =>
      readLog(readFileSync(about.path, 'utf8'), {
        ...{ extractId: 'x', key: createPublicKey(keys.publicPem), expiresAt },
        head: withHead ? readFileSync(`${about.path}.head`, 'utf8') : undefined,
      })
    return { ...about, log, read, lines: () => readFileSync(about.path, 'utf8').split('\n').slice(0, -1) }
  }
  const put = (path: string, lines: readonly string[]) => writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
  const kinds = (read: ReturnType<typeof readLog>) => read.problems.map((p) => p.kind)

  test('is whole as it is written, and stands on the disk before the next line', () => {
    const { read, log } = begin()
    expect(read().entries.map(({ entry }) => entry.n)).toEqual([0, 1, 2, 3, 4, 5])
    expect(read().problems).toEqual([])
    log.note({ act: 'sign-out', who, at: now })
    expect(read().entries).toHaveLength(7)
  })

  test('a power cut anywhere in the last line loses that line alone, which nothing was shown for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), (cut) => {
        const { path, read, lines, key } = begin(3)
        const size = statSync(path).size
        const last = Buffer.byteLength(lines().at(-1)!) + 1
        // The head is written after the line: before it, the head still names the line before.
        const before = lines().slice(0, -1)
        truncateSync(path, size - Math.min(cut, last - 1))
        expect(kinds(read(false))).toEqual(['torn'])
        expect(read(false).entries).toHaveLength(before.length)
        rmSync(`${path}.head`)
        const again = openLaptopLog({ path, extractId: 'x', key, expiresAt, now })
        expect(again.mended).toEqual({ torn: true, setAside: null })
        again.note({ act: 'look', who, at: now, keys: ['k'], agreed: 'oral' })
        expect(kinds(read())).toEqual([])
        expect(read().entries.map(({ entry }) => entry.n)).toEqual([0, 1, 2, 3])
      }),
      { numRuns: 40 },
    )
  })

  test.each<[string, (lines: string[]) => string[], string[]]>([
    ['a line changed', (l) => l.with(2, l[2]!.replace('key1', 'key9')), ['changed']],
    ['a line taken out', (l) => l.toSpliced(3, 1), ['missing']],
    ['lines exchanged', (l) => [l[0]!, l[2]!, l[1]!, ...l.slice(3)], ['missing', 'repeated', 'missing']],
    ['a line twice', (l) => [...l.slice(0, 3), l[2]!, ...l.slice(3)], ['repeated']],
    ['the end taken away', (l) => l.slice(0, -2), ['cut']],
    ['the beginning taken away', (l) => l.slice(1), ['missing']],
    ['words of somebody else', (l) => [...l, '{"entry":"{}","signature":"AA"}'], ['changed']],
  ])('%s is found', (_, change, found) => {
    const { path, read, lines } = begin()
    put(path, change(lines()))
    expect(kinds(read())).toEqual(expect.arrayContaining([...new Set(found)]))
    expect(read().problems.length).toBeGreaterThan(0)
  })

  test('any changed byte of a line is found', () => {
    const { path, lines, read } = begin(4)
    const whole = lines().join('\n')
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (place) => {
        const bent = `${whole.slice(0, place)}${whole[place] === '0' ? '1' : '0'}${whole.slice(place + 1)}`
        put(path, bent.split('\n'))
        return read().problems.length > 0
      }),
      { numRuns: 200 },
    )
    put(path, whole.split('\n'))
    expect(read().problems).toEqual([])
  })

  test('a log that was tampered with is set aside, and work goes on in a new one', () => {
    const { path, lines, key, log } = begin()
    put(path, lines().toSpliced(2, 1))
    const again = openLaptopLog({ path, extractId: 'x', key, expiresAt, now })
    expect(again.mended.setAside).not.toBeNull()
    expect(existsSync(again.mended.setAside!)).toBe(true)
    expect(again.laptop).not.toBe(log.laptop)
  })

  test('what was done after the end is named', () => {
    const { log, read } = begin(1)
    log.note({ act: 'look', who, at: at('2026-12-01T00:00:00Z'), keys: ['k'], agreed: 'oral' })
    expect(kinds(read())).toEqual(['late'])
  })

  test('nothing is noted where the disk does not take it', () => {
    const { log } = begin(1)
    log.close()
    expect(() => log.note({ act: 'look', who, at: now, keys: ['k'], agreed: 'oral' })).toThrow()
    appendFileSync(join(folder, 'log-0'), '')
  })
})
