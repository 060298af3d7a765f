import { type KeyPurpose, RingSealed, rotateKey } from '#kernel/key-ring'
import { noteAct } from '../backup/note.ts'
import { openRingOf } from '../secret-keys.ts'
import { type Arguments, EXIT, type Exit, type Io, Stop } from './command.ts'
import { bothWays, configOf, databaseNow, withDatabase } from './platform.ts'

/** Keys that may follow one another; browsers subscribe to the one for push for good. */
const rolled = ['access-token', 'oauth-cookie'] as const satisfies readonly KeyPurpose[]

/** A new key of the platform's ring. It signs from two minutes on; what the old one signed holds until it ends. */
export async function rollKey({ operands: [asked = ''] }: Arguments, io: Io): Promise<Exit> {
  const purpose = rolled.find((one) => one === asked)
  if (purpose === undefined)
    throw new Stop(EXIT.couldNotRun, {
      ja: `替えられる鍵は ${rolled.join('、')} です。`,
      en: `Keys that can be rolled: ${rolled.join(', ')}.`,
    })
  const config = configOf(io)
  await openRingOf(config.home)
  await withDatabase(config, async (db) => {
    const now = await databaseNow(db)
    const kid = await rotateKey(db, now, purpose).catch((error: unknown) => {
      if (!(error instanceof RingSealed)) throw error
      const [ja = '', en = ja] = error.message.split(' / ')
      throw new Stop(EXIT.couldNotRun, { ja, en })
    })
    await noteAct(db, now, { action: 'key.roll', resource: `Key/${purpose}/${kid}` })
  })
  bothWays(io, {
    ja: `新しい鍵（${purpose}）を作りました。2分後から、この鍵で署名します。前の鍵は1日後に次の鍵を作るとき消えます。`,
    en: `A new key (${purpose}) was made. It signs from two minutes on. The one before goes when another is made a day later.`,
  })
  return EXIT.fine
}
