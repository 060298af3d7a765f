import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { pino } from 'pino'
import { type Clock, databaseClock } from '#kernel/clock'
import { type Db, openDatabase, sqlState } from '#kernel/database'
import { lead, resign } from '#kernel/leader'
import { type CheckpointSigner, sequence } from '#kernel/sequencer'
import type { Config } from './config.ts'
import { publishDemoCrl } from './demo/authority.ts'
import { loadDemoSecrets, writePrivate } from './demo/secrets.ts'

const BEAT_MS = 1_000
const HOUR_MS = 3_600_000

/** The key that signs audit checkpoints, made on the first start; only its public half ever leaves the file. */
export async function checkpointSigner(home: string): Promise<CheckpointSigner> {
  const path = join(home, 'audit-key.pem')
  const pem = await readFile(path, 'utf8').catch(async () => {
    const made = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    await writePrivate(path, made)
    return made
  })
  const key = createPrivateKey(pem)
  const open = createPublicKey(key).export({ type: 'spki', format: 'der' })
  return { keyId: createHash('sha256').update(open).digest('hex').slice(0, 16), sign: (message) => sign(null, message, key) }
}

/** Work that exactly one process does: the audit tree each second, housekeeping each hour. */
export async function runLeader(config: Config): Promise<() => Promise<void>> {
  const log = pino({ level: 'info' }, pino.destination(2))
  const db = openDatabase({ url: config.databaseUrl, poolSize: 3, applicationName: 'enishi-leader' })
  const clock = await databaseClock(db)
  const signer = await checkpointSigner(config.home)
  const holder = `${hostname()}:${process.pid}`
  let stopped = false
  let housekept = 0
  const beat = async () => {
    const lease = await lead(db, holder)
    if (!lease) return
    while ((await sequence(db, { epoch: lease.epoch, now: clock.now(), signer })) === 5_000 && !stopped);
    if (clock.now().getTime() - housekept < HOUR_MS) return
    housekept = clock.now().getTime()
    await housekeeping(db, clock, config)
  }
  const loop = (async () => {
    while (!stopped) {
      const started = performance.now()
      await beat().catch((error: unknown) =>
        log.warn({ fault: error instanceof Error ? error.name : 'unknown', code: sqlState(error) }, 'leader'),
      )
      await new Promise((r) => setTimeout(r, Math.max(50, BEAT_MS - (performance.now() - started))))
    }
  })()
  return async () => {
    stopped = true
    await loop
    await resign(db, holder).catch(() => undefined)
    clock.stop()
    await db.destroy()
  }
}

/** What nobody needs any more goes; the demo CA's list is renewed. */
async function housekeeping(db: Db, clock: Clock, config: Config): Promise<void> {
  const now = clock.now()
  const dayAgo = new Date(now.getTime() - 24 * HOUR_MS)
  await sql`delete from kernel.used_once where until < ${now}`.execute(db)
  await sql`delete from kernel.session where until < ${dayAgo} or ended_at < ${dayAgo}`.execute(db)
  await sql`delete from kernel.idempotency where at < ${dayAgo}`.execute(db)
  await sql`delete from eligibility.reader_session where expires_at < ${dayAgo}`.execute(db)
  const secrets = config.demo ? await loadDemoSecrets(config.home) : undefined
  if (secrets) await publishDemoCrl(config.home, secrets, now)
}
