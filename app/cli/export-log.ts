import { createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { logLines } from '#kernel/log-proof'
import { noteAct } from '../backup/note.ts'
import { type Arguments, EXIT, type Exit, type Io } from './command.ts'
import { bothWays, configOf, databaseNow, withDatabase } from './platform.ts'

/** Writes the whole log into a file that `verify-log` checks. The log says so before the first line leaves. */
export async function exportLog({ operands: [file = ''], switches }: Arguments, io: Io): Promise<Exit> {
  const path = resolve(io.cwd, file)
  const content = !switches.has('without-content')
  let leaves = 0
  await withDatabase(configOf(io), async (db) => {
    await noteAct(db, await databaseNow(db), { action: 'log.export', resource: content ? 'log' : 'log (without content)' })
    async function* text() {
      for await (const lines of logLines(db, { content })) {
        leaves += lines.filter((line) => 'leaf' in line).length
        yield lines.map((line) => `${JSON.stringify(line)}\n`).join('')
      }
    }
    await pipeline(Readable.from(text()), createWriteStream(`${path}.new`, { mode: 0o600 }))
    await rename(`${path}.new`, path)
  })
  bothWays(io, {
    ja: `記録 ${leaves}件を ${file} に書き出しました。${content ? '個人の情報を含みます。' : '中身は含みません。'}`,
    en: `${leaves} entries written to ${file}${content ? '; it holds personal data' : ', without their content'}.`,
  })
  return EXIT.fine
}
