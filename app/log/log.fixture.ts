/** A log with signed states, for tests of what can be proven about it. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { insertAudit } from '#kernel/audit'
import { auditEntry } from '#kernel/audit-entry'
import { type Db, openDatabase } from '#kernel/database'
import { lead } from '#kernel/leader'
import { rememberLogKey } from '#kernel/log-proof'
import { sequence } from '#kernel/sequencer'
import { keyIdOf } from '#packages/log-proof'
import { migrated } from '../backup/drill.fixture.ts'

/** An Ed25519 key, as its holder and as everybody else has it. */
export function logKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  return { privateKey, publicKey, pem, keyId: keyIdOf(publicKey), sign: (message: Buffer) => sign(null, message, privateKey) }
}

export async function openLog() {
  const database = await migrated()
  const db: Db = openDatabase({ url: database.url, poolSize: 4, applicationName: 'test' })
  const operator = logKey()
  let at = Date.UTC(2026, 10, 22, 3)
  await rememberLogKey(db, new Date(at), operator)
  return {
    database,
    db,
    operator,
    folder: mkdtempSync(join(tmpdir(), 'enishi-log-')),
    now: () => new Date(at),
    /** So many entries about three people, then a signed state over all. */
    async grow(entries: number): Promise<void> {
      at += 1_000
      const about = {
        actor: { kind: 'public' as const },
        purpose: 'HOPERAT' as const,
        now: new Date(at),
        requestId: 'r',
        action: 't',
        law: '試験',
      }
      await insertAudit(
        db,
        Array.from({ length: entries }, (_, i) =>
          auditEntry({ key: `key${i % 3}`, resource: `Observation/${i}`, kinds: ['test-result'], count: i }, about),
        ),
      )
      const placed = await sequence(db, { epoch: (await lead(db, 'test'))!.epoch, now: new Date(at), signer: operator })
      if (placed !== entries) throw new Error(`${placed} of ${entries} entries have a place`)
    },
    async close(): Promise<void> {
      await db.destroy()
      await database.drop()
    },
  }
}

export type Log = Awaited<ReturnType<typeof openLog>>
