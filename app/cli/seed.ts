import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import { noCards } from '../cards.ts'
import { publishDemoCrl } from '../demo/authority.ts'
import { progress } from '../demo/progress.ts'
import { loadDemoSecrets } from '../demo/secrets.ts'
import { seedDemo } from '../demo/seed.ts'
import { services } from '../services.ts'
import { type Arguments, EXIT, type Exit, type Io, Stop } from './command.ts'
import { bothWays, configOf, databaseNow, upToDate, withDatabase } from './platform.ts'

/**
 * Makes the demo region, or goes on where it stopped. Never with ENISHI_DEMO=0, and never among real people:
 * a database that holds people and no demo is refused.
 */
export async function seed(_: Arguments, io: Io): Promise<Exit> {
  const config = configOf(io)
  if (!config.demo) {
    throw new Stop(EXIT.refused, {
      ja: 'ENISHI_DEMO=0 のため、デモ地域は作りません。作るときは ENISHI_DEMO=1 で実行してください。',
      en: 'ENISHI_DEMO=0: no demo region is made here. Run with ENISHI_DEMO=1 to make one.',
    })
  }
  return withDatabase(config, async (db) => {
    await upToDate(db, config)
    await refuseRealPeople(db)
    const now = await databaseNow(db)
    await seedDemo({
      db,
      services: services({ cards: noCards, demo: true }),
      home: config.home,
      now,
      people: config.demoPeople,
      baseUrl: config.baseUrl,
      tlsBase: config.tlsBase,
      say: io.err,
    })
    const secrets = await loadDemoSecrets(config.home)
    if (secrets) await publishDemoCrl(config.home, secrets, now)
    bothWays(io, {
      ja: `デモ地域ができました。サインイン情報：${config.home}/demo.json`,
      en: `The demo region is there. Sign-ins: ${config.home}/demo.json`,
    })
    return EXIT.fine
  })
}

async function refuseRealPeople(db: Db): Promise<void> {
  if ((await progress(db, 'registers')) > 0) return
  const { rows } = await sql`select 1 from person.person limit 1`.execute(db)
  if (rows.length === 0) return
  throw new Stop(EXIT.refused, {
    ja: 'このデータベースには、デモではない人の記録があります。デモ地域は作りません。何も変更していません。',
    en: 'This database holds people who are not of the demo. No demo region is made; nothing was changed.',
  })
}
