import { resolve } from 'node:path'
import type { Db } from '#kernel/database'
import { applyLedger, readLedger } from '../backup/erasures.ts'
import { registerBackup } from '../backup/generations.ts'
import { usualKeyFile } from '../backup/key.ts'
import { noteAct } from '../backup/note.ts'
import { openBackup, type Restored, restoreDatabase, restoreHomeFiles, verifyFiles } from '../backup/restore.ts'
import { migrations } from '../migrations.ts'
import { type Arguments, EXIT, type Exit, type Io, Stop } from './command.ts'
import { bothWays, configOf, databaseNow, withDatabase } from './platform.ts'
import { progressOn } from './progress.ts'

/** Restores a backup into this platform's database and data folder, or, as a drill, into another database. */
export async function restore({ operands: [folder = ''], values, switches }: Arguments, io: Io): Promise<Exit> {
  if (values.into !== undefined && switches.has('home'))
    throw new Stop(EXIT.couldNotRun, { ja: '--into と --home は一緒に使えません。', en: 'Use either --into or --home.' })
  const config = configOf(io)
  const keyFile = values.key === undefined ? undefined : resolve(io.cwd, values.key)
  const found = await openBackup({ folder: resolve(io.cwd, folder), home: config.home, keyFile, migrations })
  const checking = progressOn(io, { ja: '控えを確かめています', en: 'verifying the backup' })
  await verifyFiles(found, checking.at)
  checking.end()
  const about = `${found.manifest.generation}, Enishi ${found.manifest.appVersion}`
  if (switches.has('check')) {
    bothWays(io, { ja: `控えは完全です（${about}）。何も戻していません。`, en: `The backup is whole (${about}). Nothing was restored.` })
    return EXIT.fine
  }
  // What cannot be read is said before anything is replaced.
  await readLedger(config.home)
  const bar = progressOn(io, { ja: '戻しています', en: 'restoring' })
  const url = values.into ?? config.databaseUrl
  const restored = await restoreDatabase({
    ...found,
    url,
    migrations,
    replace: switches.has('replace'),
    parts: config.parts,
    progress: bar.at,
  })
  bar.end()
  tell(io, about, restored)
  if (values.into !== undefined) {
    await withDatabase({ ...config, databaseUrl: url }, (db) => eraseWhatWas(db, config.home, io))
    return EXIT.fine
  }
  for (const kept of await restoreHomeFiles(found, config.home))
    bothWays(io, { ja: `前のファイルを残しました：${kept}`, en: `The earlier file was kept: ${kept}` })
  await withDatabase(config, async (db) => {
    await eraseWhatWas(db, config.home, io)
    // What came back was noted while it was made.
    const { generation, madeAt } = found.manifest
    const used = keyFile ?? usualKeyFile(config.home, generation)
    await registerBackup(db, { generation, madeAt: new Date(madeAt), endsOn: null, keyFile: used })
    await noteAct(db, await databaseNow(db), {
      action: 'backup.restore',
      resource: `Backup/${found.manifest.generation}`,
      count: restored.lostLeaves,
    })
  })
  return EXIT.fine
}

/** Wherever a backup is opened, in a drill too, people who were erased since must not be back. */
async function eraseWhatWas(db: Db, home: string, io: Io): Promise<void> {
  const erased = await applyLedger(db, home)
  if (erased > 0)
    bothWays(io, {
      ja: `控えのあとに出た消去の指示 ${erased} 件を、もう一度行いました。`,
      en: `Carried out again ${erased} order(s) to erase that had come after the backup.`,
    })
}

function tell(io: Io, about: string, { rows, leaves, root, lostLeaves, newerSteps }: Restored): void {
  bothWays(io, {
    ja: `同じデータ、同じ監査ログの葉です（${rows} 行、葉 ${leaves}、根 ${root}；控え ${about}）。`,
    en: `same data, same audit leaves (${rows} rows, ${leaves} leaves, root ${root}; backup ${about}).`,
  })
  if (lostLeaves > 0)
    bothWays(io, {
      ja: `置き換えた監査ログは、控えより ${lostLeaves} 葉だけ先に進んでいました。`,
      en: `The audit log that was replaced was ${lostLeaves} leaves ahead of the backup.`,
    })
  if (newerSteps.length > 0)
    bothWays(io, { ja: `この版の形に直しました：${newerSteps.join(', ')}`, en: `Brought up to this version: ${newerSteps.join(', ')}` })
}
