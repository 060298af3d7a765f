/** What an operator cannot do to the log unnoticed, and what a person can show at home. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Db } from '#kernel/database'
import { keepCoSignature, newestCheckpoint, provenEntries } from '#kernel/log-proof'
import { PROOF_FORMAT, type LogLine, type ProvenEntry, witnessMessage } from '#packages/log-proof'
import { type Log, logKey, openLog } from '../log/log.fixture.ts'
import { typed } from './io.fixture.ts'

let log: Log
const witness = logKey()
const stranger = logKey()

beforeAll(async () => {
  log = await openLog()
  for (const n of [1, 6, 30]) await log.grow(n)
  for (const [name, { pem }] of Object.entries({ operator: log.operator, witness, stranger }))
    writeFileSync(join(log.folder, `${name}.pem`), pem)
  expect((await say('export-log', 'log.ndjson')).exit).toBe(0)
}, 60_000)
afterAll(() => log.close())

const say = (...words: string[]) =>
  typed(words, { cwd: log.folder, lang: 'en', env: { DATABASE_URL: log.database.url, ENISHI_HOME: log.folder } })
const verify = (file: string, key = 'operator.pem') => say('verify-log', file, '--key', key)
const linesOf = (file: string) =>
  readFileSync(join(log.folder, file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LogLine)
function write(file: string, lines: readonly unknown[]): string {
  writeFileSync(join(log.folder, file), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return file
}
const isLeaf = (line: LogLine, leaf: number) => 'leaf' in line && line.leaf === leaf

test('the newest state is the largest, not the one whose figure sorts last', async () => {
  const { out } = await say('status', '--json')
  expect((JSON.parse(out) as { audit: { size: number } }).audit.size).toBe(37)
})

describe('a whole log', () => {
  test('holds as it was written, with its content or without', async () => {
    expect(await verify('log.ndjson')).toMatchObject({
      exit: 0,
      out: expect.stringMatching(/37 entries \(37 under a signature.*3 states.*0 problems/),
    })
    await say('export-log', 'bare.ndjson', '--without-content')
    expect(await verify('bare.ndjson')).toMatchObject({ exit: 0, out: expect.stringMatching(/37 erased/) })
    expect(readFileSync(join(log.folder, 'bare.ndjson'), 'utf8')).not.toContain('Observation/')
  })

  type Change = (lines: LogLine[]) => unknown[]
  const cases: [string, Change, string][] = [
    ['an entry is deleted', (lines) => lines.filter((l) => !isLeaf(l, 5)), 'leaf-out-of-order'],
    [
      'an entry is deleted and the rest numbered anew',
      (lines) => lines.filter((l) => !isLeaf(l, 5)).map((l) => ('leaf' in l && l.leaf > 5 ? { ...l, leaf: l.leaf - 1 } : l)),
      'log-too-short',
    ],
    [
      'an entry is altered',
      (lines) => lines.map((l) => (isLeaf(l, 5) && 'leaf' in l ? { ...l, entry: { ...l.entry!, actorName: '別人' } } : l)),
      'leaf-altered',
    ],
    [
      'an entry and its commitment are altered',
      (lines) =>
        lines.map((l) =>
          isLeaf(l, 5) && 'leaf' in l ? { ...l, commitment: Buffer.alloc(32).toString('base64'), entry: undefined, salt: undefined } : l,
        ),
      'root-differs',
    ],
    ['an entry is inserted', (lines) => lines.flatMap((l) => (isLeaf(l, 5) ? [l, l] : [l])).map(renumbered()), 'root-differs'],
    ['two entries change places', (lines) => swapped(lines, 5, 6), 'leaf-out-of-order'],
    ['two entries change places and numbers', (lines) => swapped(lines, 5, 6).map(renumbered()), 'root-differs'],
    ['the end is cut off', (lines) => lines.filter((l) => !isLeaf(l, 36)), 'log-too-short'],
    [
      'an entry is inserted after the last state',
      (lines) => [...lines, lines.find((l) => isLeaf(l, 5))!].map(renumbered()),
      'leaves-not-signed',
    ],
    ['the last state is left out', (lines) => lines.filter((l) => !('checkpoint' in l && l.checkpoint.size === 37)), 'leaves-not-signed'],
    ['the signed states are left out', (lines) => lines.filter((l) => 'leaf' in l), 'nothing-signed'],
    [
      'a state says another root',
      (lines) => lines.map((l) => ('checkpoint' in l ? { checkpoint: { ...l.checkpoint, root: Buffer.alloc(32).toString('base64') } } : l)),
      'checkpoint-not-signed',
    ],
    ['a line is garbage', (lines) => [...lines.slice(0, 4), { hello: 1 }, ...lines.slice(4)], 'line-malformed'],
  ]
  test.each(cases)('where %s, that is found', async (_, change, code) => {
    const { exit, out } = await verify(write('changed.ndjson', change(linesOf('log.ndjson'))))
    expect([exit, out]).toEqual([1, expect.stringContaining(`(${code})`)])
  })

  test('is refused under another key, and asks for one', async () => {
    expect(await verify('log.ndjson', 'stranger.pem')).toMatchObject({ exit: 1, out: expect.stringContaining('(checkpoint-not-signed)') })
    expect((await say('verify-log', 'log.ndjson')).exit).toBe(2)
  })

  test('says up to where a witness signed, and that none of those given did', async () => {
    const asked = (key: string) => say('verify-log', 'seen.ndjson', '--key', 'operator.pem', '--witness-key', key)
    const states = linesOf('log.ndjson').filter((l) => 'checkpoint' in l)
    const { checkpoint } = states[1]!
    const at = log.now().toISOString()
    const given = { keyId: witness.keyId, at, signature: witness.sign(witnessMessage(checkpoint, at)).toString('base64') }
    await keepCoSignature(log.db, checkpoint.size, given)
    await say('export-log', 'seen.ndjson')
    expect(await asked('witness.pem')).toMatchObject({
      exit: 0,
      out: expect.stringContaining(`Co-signed up to entry ${checkpoint.size} by: ${witness.keyId}`),
    })
    expect(await asked('stranger.pem')).toMatchObject({ exit: 1, out: expect.stringContaining('(not-witnessed)') })
  })

  function renumbered() {
    let leaf = -1
    return (line: LogLine): LogLine => ('leaf' in line ? { ...line, leaf: ++leaf } : line)
  }
  function swapped(lines: LogLine[], a: number, b: number): LogLine[] {
    const [first, second] = [lines.find((l) => isLeaf(l, a))!, lines.find((l) => isLeaf(l, b))!]
    return lines.map((l) => (l === first ? second : l === second ? first : l))
  }
})

describe('a person’s own proof', () => {
  async function proof(db: Db = log.db) {
    const checkpoint = (await newestCheckpoint(db))!
    const at = log.now().toISOString()
    const signature = witness.sign(witnessMessage(checkpoint, at)).toString('base64')
    const head = {
      format: PROOF_FORMAT,
      checkpoint,
      coSignatures: [{ keyId: witness.keyId, at, signature }],
      operatorKeyPem: log.operator.pem,
    }
    const entries: ProvenEntry[] = []
    for await (const piece of provenEntries(db, ['key1'], checkpoint.size, 5)) entries.push(...piece)
    return { head, entries }
  }

  test('shows each of their entries, and only theirs, at home', async () => {
    const { head, entries } = await proof()
    expect(entries.map((e) => ('entry' in e ? e.entry.key : null))).toEqual(Array.from({ length: 12 }, () => 'key1'))
    const checked = await say(
      'verify-log',
      write('own.ndjson', [head, ...entries]),
      '--key',
      'operator.pem',
      '--witness-key',
      'witness.pem',
    )
    expect([checked.exit, checked.out]).toEqual([
      0,
      expect.stringMatching(new RegExp(`12 entries.*0 problems\\nCo-signed by: ${witness.keyId}`)),
    ])
  })

  test('names what was altered, and a state that nobody signed', async () => {
    const { head, entries } = await proof()
    const [first, ...rest] = entries
    const forged = [head, { ...first, entry: { ...('entry' in first! ? first.entry : {}), purpose: 'TREAT' } }, ...rest]
    expect(await verify(write('forged.ndjson', forged))).toMatchObject({
      exit: 1,
      out: expect.stringMatching(/line 2: .*\(entry-not-in-log\)/),
    })
    expect(await verify(write('own.ndjson', [head, ...entries]), 'stranger.pem')).toMatchObject({ exit: 1 })
    const alone = await say('verify-log', 'own.ndjson', '--key', 'operator.pem', '--witness-key', 'stranger.pem')
    expect(alone).toMatchObject({ exit: 1, out: expect.stringContaining('(not-witnessed)') })
  })

  test('holds for entries whose content was erased after its time, and says how many', async () => {
    const { rows } = await sql<{ id: string }>`select id from kernel.audit where key = 'key1' order by id limit 2`.execute(log.db)
    const ids = rows.map((r) => r.id)
    const trx = await log.db.startTransaction().execute()
    try {
      await sql`update kernel.audit set actor_id = '', actor_name = '', action = '', salt = '' where id = any(${ids}::text[])`.execute(trx)
      const { head, entries } = await proof(trx)
      expect(entries.filter((e) => !('entry' in e)).map((e) => 'id' in e && e.id)).toEqual(ids.toReversed())
      expect(await verify(write('own.ndjson', [head, ...entries]))).toMatchObject({
        exit: 0,
        out: expect.stringMatching(/12 entries.*0 problems\nThe content of 2 of them/),
      })
      const forged = entries.map((e) => ('entry' in e ? e : { ...e, at: '2020-01-01T00:00:00.000Z' }))
      expect(await verify(write('forged.ndjson', [head, ...forged]))).toMatchObject({ exit: 1 })
    } finally {
      await trx.rollback().execute()
    }
  })

  test('says that a key out of the proof itself proves little', async () => {
    const { head, entries } = await proof()
    expect((await say('verify-log', write('own.ndjson', [head, ...entries]))).out).toMatch(/pass a key you got elsewhere/)
  })

  test.each([
    ['no file', 'missing.ndjson', 2],
    ['an empty file', 'empty.ndjson', 2],
  ])('%s is said plainly', async (_, file, exit) => {
    writeFileSync(join(log.folder, 'empty.ndjson'), '')
    expect((await verify(file)).exit).toBe(exit)
  })
})
