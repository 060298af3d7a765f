import { readdirSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Random } from '#packages/synthetic'
import { takeBackup } from '../../app/backup/backup.ts'
import { BackupProblem } from '../../app/backup/problem.ts'
import { openBackup, verifyFiles } from '../../app/backup/restore.ts'
import { migrations } from '../../app/migrations.ts'
import { flipBit } from './page-flips.ts'

/** Takes a backup of the running platform, and flips one bit of it after another. @returns flips, and those that verifying did not report */
export async function flipBackup(about: { url: string; home: string; random: Random; flips: number }) {
  const { url, home, random } = about
  const folder = await mkdtemp(join(tmpdir(), 'enishi-flips-'))
  try {
    const made = await takeBackup({ url, home, folder, migrations, now: new Date() })
    const verify = async () => verifyFiles(await openBackup({ folder: made.folder, home, keyFile: made.keyFile, migrations }))
    await verify()
    const files = readdirSync(made.folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(made.folder, name))
      .filter((path) => statSync(path).isFile() && statSync(path).size > 0)
    const missed: string[] = []
    for (let n = 0; n < about.flips; n++) {
      const path = random.pick(files)
      const [at, bit] = [random.whole(0, statSync(path).size - 1), random.whole(0, 7)]
      flipBit(path, at, bit)
      const problem = await verify().then(
        () => 'nothing',
        (error: unknown) => (error instanceof BackupProblem ? null : `a fault (${String(error)})`),
      )
      if (problem !== null) missed.push(`${problem} was said about bit ${bit} of byte ${at} of ${path.slice(made.folder.length + 1)}`)
      flipBit(path, at, bit)
    }
    await verify()
    return { flips: about.flips, undetected: missed.length, missed: missed.slice(0, 3) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
