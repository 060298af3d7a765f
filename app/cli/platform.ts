import { sql } from 'kysely'
import { openDatabase, type Db } from '#kernel/database'
import { migrate, NewerSchema } from '#kernel/migrate'
import type { Config } from '../config.ts'
import { BadConfig, readConfig } from '../config.ts'
import { migrations } from '../migrations.ts'
import { placements } from '../placements.ts'
import { place } from '#kernel/placement'
import { EXIT, type Io, Stop } from './command.ts'

/** The configuration a command runs with. */
export function configOf(io: Io): Config {
  try {
    return readConfig(io.env)
  } catch (error) {
    if (!(error instanceof BadConfig)) throw error
    const [ja = '', en = ja] = error.message.split(' / ')
    throw new Stop(EXIT.couldNotRun, { ja, en })
  }
}

/** Runs work on the platform's database and closes it again. */
export async function withDatabase<T>(config: Config, work: (db: Db) => Promise<T>): Promise<T> {
  const db = openDatabase({ url: config.databaseUrl, poolSize: 6, applicationName: 'enishi-command-line' })
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}

/** Brings the schema up to date, as a start does. */
export async function upToDate(db: Db, config: Pick<Config, 'parts'>): Promise<void> {
  try {
    await migrate(db, migrations, { parts: config.parts })
    await place(db, placements)
  } catch (error) {
    if (!(error instanceof NewerSchema)) throw error
    throw new Stop(EXIT.couldNotRun, {
      ja: 'データベースは新しい版の縁で作られています。新しい版を使ってください。何も変更していません。',
      en: 'The database was made by a newer version of Enishi. Use that version. Nothing was changed.',
    })
  }
}

/** The instant by the database's clock. */
export async function databaseNow(db: Db): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db)
  return rows[0]!.now
}

export const bothWays = (io: Io, sentence: { ja: string; en: string }): void => {
  io.out(sentence.ja)
  io.out(sentence.en)
}
