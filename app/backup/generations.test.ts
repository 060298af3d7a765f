import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { endedGenerations, erasureMigrations, type Generation, generations } from '#care/erasure'
import { careMigrations, openPlatform, type Platform } from '../../tests/harness/platform.ts'
import { beginBackup, endBackups, endOfBackup, registerBackup } from './generations.ts'
import { makeKey } from './key.ts'

let platform: Platform
let home: string
const migrations = careMigrations.some(({ id }) => id === erasureMigrations[0]!.id)
  ? careMigrations
  : [...careMigrations, ...erasureMigrations]
beforeAll(async () => {
  platform = await openPlatform({ migrations, template: 'care-erasure' })
})
afterAll(() => platform?.close())
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'enishi-ends-'))
  await sql`delete from erasure.generation`.execute(platform.db)
  return () => rm(home, { recursive: true })
})

const NOW = new Date('2026-11-22T03:00:00Z')
const made = async (day: string, endsOn: string | null, file?: string) => {
  const generation = `202611${day}T000000000Z`
  const keyFile = join(home, 'backup-keys', file ?? `${generation}.key`)
  await makeKey(keyFile)
  await registerBackup(platform.db, { generation, madeAt: new Date(`2026-11-${day}T00:00:00Z`), endsOn, keyFile })
  return generation
}
const keys = () => readdir(join(home, 'backup-keys'))

test('a backup whose last day is over loses its key, and the log says so', async () => {
  const old = await made('01', '2026-11-21')
  await made('20', '2026-12-20')
  expect(await endBackups(platform.db, home, NOW)).toEqual([old])
  expect(await keys()).toEqual(['20261120T000000000Z.key'])
  const { rows } = await sql`select 1 from kernel.audit where action = 'backup.key-destroyed' and resource = ${`Backup/${old}`}`.execute(
    platform.db,
  )
  expect(rows).toHaveLength(1)
  expect(await endBackups(platform.db, home, NOW), 'only once').toEqual([])
})

test('the last backup that stands keeps its key, however old', async () => {
  await made('01', '2026-11-02')
  expect(await endBackups(platform.db, home, NOW)).toEqual([])
  expect(await keys()).toHaveLength(1)
})

test('a key that several backups share goes with the last of them', async () => {
  await made('01', '2026-11-02', 'week.key')
  await made('07', '2026-12-07', 'week.key')
  await made('20', '2026-12-20')
  expect(await endBackups(platform.db, home, NOW)).toEqual([])
  expect(await keys()).toContain('week.key')
})

test('a backup that nobody noted is found by its key, and has no end until somebody sets one', async () => {
  await mkdir(join(home, 'backup-keys'))
  await writeFile(join(home, 'backup-keys', '20260101T000000000Z.key'), 'x')
  await writeFile(join(home, 'backup-keys', 'notes.txt'), 'x')
  expect(await endBackups(platform.db, home, NOW)).toEqual([])
  expect(await generations(platform.db)).toMatchObject([{ generation: '20260101T000000000Z', endsOn: null, destroyedAt: null }])
  // Its backup was still being made when the key was found.
  const noted = { generation: '20260101T000000000Z', madeAt: NOW, keyFile: 'x' }
  await registerBackup(platform.db, { ...noted, endsOn: '2026-12-24' })
  await registerBackup(platform.db, { ...noted, endsOn: null })
  expect(await generations(platform.db)).toMatchObject([{ endsOn: '2026-12-24' }])
})

test('a backup counts from its beginning, and stands in for another from its end', async () => {
  const old = await made('01', '2026-11-02')
  const keyFile = join(home, 'backup-keys', 'next.key')
  const next = { generation: '20261122T030000000Z', madeAt: NOW, endsOn: '2026-12-22', keyFile }
  expect(await beginBackup(platform.db, next, NOW)).toBe('2026-12-22')
  expect((await generations(platform.db)).map((g) => [g.endsOn, g.whole])).toEqual([
    ['2026-12-22', false],
    ['2026-11-02', true],
  ])
  expect(await endBackups(platform.db, home, NOW), 'nothing is whole but the old one').toEqual([])
  await registerBackup(platform.db, next)
  expect(await endBackups(platform.db, home, NOW)).toEqual([old])
})

test('a backup under a key of another ends with that one; under a key whose last day is over none is begun', async () => {
  await made('01', '2026-11-30', 'week.key')
  const next = { generation: '20261122T030000000Z', madeAt: NOW, endsOn: '2026-12-22', keyFile: join(home, 'backup-keys', 'week.key') }
  expect(await beginBackup(platform.db, next, NOW)).toBe('2026-11-30')
  await expect(beginBackup(platform.db, next, new Date('2026-12-02T03:00:00Z'))).rejects.toThrow(/The last day \(2026-11-30\)/)
})

test.each([
  [30, '2026-12-22'],
  [0, '2026-11-22'],
  [null, null],
] as const)('%s days: %s', (days, end) => expect(endOfBackup(NOW, days)).toBe(end))

test('rules: what has ended, and what has not', () => {
  const g = (generation: string, endsOn: string | null, more: Partial<Generation> = {}): Generation => ({
    ...{ generation, endsOn, keyFile: generation, whole: true, destroyedAt: null, madeAt: new Date(`2026-11-${generation}T00:00:00Z`) },
    ...more,
  })
  const ended = (all: Generation[]) => endedGenerations(all, '2026-11-22').map((one) => one.generation)
  expect(
    ended([
      g('01', '2026-11-21'),
      g('02', '2026-11-22'),
      g('03', null),
      g('04', '2026-11-10', { destroyedAt: NOW }),
      g('05', '2026-11-01'),
    ]),
  ).toEqual(['01'])
  expect(ended([g('01', '2026-11-02'), g('09', '2026-12-24', { whole: false })]), 'one that is not finished protects no other').toEqual([])
  expect(ended([g('01', '2026-11-02'), g('09', '2026-12-24')]), 'the control').toEqual(['01'])
  expect(ended([g('01', '2026-11-02'), g('09', null)]), 'a key without an end may belong to a backup that failed').toEqual([])
})
