import { resolve } from 'node:path'
import { sql } from 'kysely'
import { beginBackup, endOfBackup, registerBackup } from '../backup/generations.ts'
import { usualKeyFile } from '../backup/key.ts'
import { noteAct } from '../backup/note.ts'
import { generationOf, takeBackup } from '../backup/backup.ts'
import { problem } from '../backup/problem.ts'
import { migrations } from '../migrations.ts'
import { type Arguments, EXIT, type Exit, type Io } from './command.ts'
import { bothWays, configOf, databaseNow, withDatabase } from './platform.ts'
import { progressOn } from './progress.ts'

/** Makes an encrypted backup. The log says so before the first row leaves, whatever comes of it. */
export async function backup({ operands: [folder = ''], values }: Arguments, io: Io): Promise<Exit> {
  const config = configOf(io)
  const keyFile = values.key === undefined ? undefined : resolve(io.cwd, values.key)
  let endsOn: string | null = null
  const now = await withDatabase(config, async (db) => {
    const { rows } = await sql<{ log: string | null }>`select to_regclass('kernel.audit')::text as log`.execute(db)
    if (rows[0]?.log == null) return problem('empty-database')
    const at = await databaseNow(db)
    const noted = { generation: generationOf(at), madeAt: at, endsOn: endOfBackup(at, config.backupDays) }
    // Before its first row is read: who is erased while it is made is in it.
    endsOn = await beginBackup(db, { ...noted, keyFile: keyFile ?? usualKeyFile(config.home, noted.generation) }, at)
    await noteAct(db, at, { action: 'backup.take', resource: `Backup/${generationOf(at)}` })
    return at
  })
  const bar = progressOn(io, { ja: '控え', en: 'backup' })
  const made = await takeBackup({
    url: config.databaseUrl,
    home: config.home,
    folder: resolve(io.cwd, folder),
    keyFile,
    migrations,
    now,
    progress: bar.at,
  })
  bar.end()
  // Only now is it whole: what was never made must not stand in for the last backup that was.
  const { generation } = made.manifest
  await withDatabase(config, (db) => registerBackup(db, { generation, madeAt: now, endsOn, keyFile: made.keyFile }))
  const { tables, audit, homeFiles } = made.manifest
  const rows = tables.reduce((sum, t) => sum + t.rows, 0)
  const megabytes = ([...tables, ...homeFiles].reduce((sum, t) => sum + t.bytes, 0) / 1_048_576).toFixed(1)
  bothWays(io, {
    ja: `控えができました：${made.folder}（${tables.length} 表、${rows} 行、${megabytes} MB、監査ログの葉 ${audit.size}）`,
    en: `Backup made: ${made.folder} (${tables.length} tables, ${rows} rows, ${megabytes} MB, ${audit.size} audit leaves)`,
  })
  bothWays(io, {
    ja: `鍵：${made.keyFile}　控えとは別の安全な場所にも写してください。鍵を失うと控えは戻せず、鍵を消すと控えは消えたことになります。`,
    en: `Key: ${made.keyFile} - also keep a copy in a safe place apart from the backup. Without the key nothing can be restored; destroying the key erases the backup.`,
  })
  bothWays(io, {
    ja:
      endsOn === null
        ? '期限：ありません。ENISHI_BACKUP_DAYS で日数を決めると、過ぎたときに鍵を消します。'
        : `期限：${endsOn}。過ぎると鍵を消します。写した鍵も消してください。`,
    en:
      endsOn === null
        ? 'End: none. Set ENISHI_BACKUP_DAYS, and the key is destroyed after so many days.'
        : `End: ${endsOn}. The key is destroyed then; destroy your copies of it too.`,
  })
  return EXIT.fine
}
