/**
 * How long backups live. A backup's own content cannot be changed, so somebody who was erased stays in it until its key is destroyed;
 * each backup therefore has an end, and the certificate of an erasure names the last one.
 */
import { open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { endedGenerations, type Generation, generations, noteDestroyed, noteGeneration } from '#care/erasure'
import type { Db } from '#kernel/database'
import { dateInJapan } from '#kernel/japan'
import type { JobRow } from '#kernel/route'
import { noteAct } from './note.ts'

const DAY_MS = 86_400_000
const LAW = '個人情報の保護に関する法律 第22条（不要になったデータの消去。適用の範囲は要確認: 弁護士）'

/** The last day of a backup made now; null where it has no end. */
export const endOfBackup = (now: Date, days: number | null): string | null =>
  days === null ? null : dateInJapan(new Date(now.getTime() + days * DAY_MS))

/** Notes a backup that was made, where the database knows of such notes. */
export async function registerBackup(db: Db, one: Omit<Generation, 'destroyedAt'>): Promise<void> {
  const { rows } = await sql<{ known: boolean }>`select to_regclass('erasure.generation') is not null as known`.execute(db)
  if (rows[0]!.known) await noteGeneration(db, one)
}

const named = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d{3})Z\.key$/

/** Backups whose keys lie in the data folder and that nobody noted: from before this register, or known only to a database that was replaced. */
async function unnoted(home: string, known: readonly Generation[]): Promise<Omit<Generation, 'destroyedAt'>[]> {
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
