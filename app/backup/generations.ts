/**
 * How long backups live. A backup's own content cannot be changed, so somebody who was erased stays in it until its key is destroyed;
 * each backup therefore has an end, and the certificate of an erasure names the last one.
 */
import { open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import {
  beginGeneration,
  endedGenerations,
  finishGeneration,
  type Generation,
  generations,
  noteDestroyed,
  noteGeneration,
} from '#care/erasure'
import type { Db } from '#kernel/database'
import { dateInJapan } from '#kernel/japan'
import type { JobRow } from '#kernel/route'
import { noteAct } from './note.ts'
import { problem } from './problem.ts'

const DAY_MS = 86_400_000
const LAW = '個人情報の保護に関する法律 第22条（不要になったデータの消去。適用の範囲は要確認: 弁護士）'

/** The last day of a backup made now; null where it has no end. */
export const endOfBackup = (now: Date, days: number | null): string | null =>
  days === null ? null : dateInJapan(new Date(now.getTime() + days * DAY_MS))

type Noted = Omit<Generation, 'destroyedAt' | 'whole'>

/** What the database knows of backups: one of an earlier version may be backed up before it is brought up to date. */
async function knowing(db: Db): Promise<{ register: boolean; beginnings: boolean }> {
  const { rows } = await sql<{ register: boolean; beginnings: boolean }>`select to_regclass('erasure.generation') is not null as register,
    exists (select 1 from information_schema.columns
      where table_schema = 'erasure' and table_name = 'generation' and column_name = 'whole') as beginnings`.execute(db)
  return rows[0]!
}

/**
 * Notes a backup before it is made. Under a key that another backup uses it ends with that one: what a certificate says of the key holds.
 * @returns its last day
 * @refuses key-ended where the key is to be destroyed any moment
 */
export async function beginBackup(db: Db, one: Noted, now: Date): Promise<string | null> {
  const known = await knowing(db)
  if (!known.beginnings) return one.endsOn
  const shared = (await generations(db)).filter((g) => g.keyFile === one.keyFile && g.destroyedAt === null && g.endsOn !== null)
  const [endsOn = null] = [...shared.map((g) => g.endsOn!), ...(one.endsOn === null ? [] : [one.endsOn])].toSorted()
  if (endsOn !== null && endsOn < dateInJapan(now)) return problem('key-ended', { file: one.keyFile, day: endsOn })
  await beginGeneration(db, { ...one, endsOn })
  return endsOn
}

/** Notes a backup that is whole, where the database knows of such notes. */
export async function registerBackup(db: Db, one: Noted): Promise<void> {
  const known = await knowing(db)
  if (known.register) await noteGeneration(db, one)
  if (known.beginnings) await finishGeneration(db, one.generation)
}

const named = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d{3})Z\.key$/

/** Backups whose keys lie in the data folder and that nobody noted: from before this register, or known only to a database that was replaced. */
async function unnoted(home: string, known: readonly Generation[]): Promise<Noted[]> {
  const files = await readdir(join(home, 'backup-keys')).catch(() => [])
  const standing = new Set(known.map(({ generation }) => generation))
  return files.flatMap((file) => {
    const [, y, mo, d, h, mi, s, ms] = named.exec(file) ?? []
    const generation = file.slice(0, -'.key'.length)
    if (y === undefined || standing.has(generation)) return []
    return [
      { generation, madeAt: new Date(`${y}-${mo}-${d}T${h}:${mi}:${s}.${ms}Z`), endsOn: null, keyFile: join(home, 'backup-keys', file) },
    ]
  })
}

/** Destroys the keys of backups whose end is over. Zeros are written over a key before its file goes. @returns the generations that are gone */
export async function endBackups(db: Db, home: string, now: Date): Promise<string[]> {
  for (const one of await unnoted(home, await generations(db))) await noteGeneration(db, one)
  const all = await generations(db)
  const ended = endedGenerations(all, dateInJapan(now))
  const gone: string[] = []
  for (const { generation, keyFile } of ended) {
    // Several backups may share one key: it goes with the last of them.
    if (all.some((g) => g.keyFile === keyFile && g.destroyedAt === null && !ended.includes(g))) continue
    await destroy(keyFile)
    await noteAct(db, now, { action: 'backup.key-destroyed', resource: `Backup/${generation}` })
    await noteDestroyed(db, generation, now)
    gone.push(generation)
  }
  return gone
}

async function destroy(keyFile: string): Promise<void> {
  const size = await stat(keyFile).then(
    (s) => s.size,
    () => null,
  )
  if (size === null) return
  const handle = await open(keyFile, 'r+')
  try {
    await handle.write(Buffer.alloc(size), 0, size, 0)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rm(keyFile)
}

export const backupEndJob = (home: string): JobRow => ({
  kind: 'job',
  name: 'backup.end',
  everyMs: 3_600_000,
  law: LAW,
  summary: { ja: '期限の過ぎた控えの鍵を消す', en: 'Destroy the keys of backups whose time is over' },
  run: async ({ db, now }) => void (await endBackups(db, home, now)),
})
