/** Keys of the platform, several of a purpose at a time, so that one can follow another while what the old one signed still holds. */
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { sql } from 'kysely'
import type { Db } from './database.ts'
import { randomBytesOf, ulid } from './id.ts'

/**
 * `access-token`: ES256, signs tokens. `oauth-cookie`: a secret, signs cookies of an authorisation under way. `web-push`: ES256, names the
 * platform to push services; never followed by another, because browsers subscribe to one key for good.
 */
export type KeyPurpose = 'access-token' | 'oauth-cookie' | 'web-push'
export type RingKey = { kid: string; jwk: JWK; madeAt: Date }

/** A new key signs only once every process has read it; until then it is published, and read. */
const KNOWN_AFTER_MS = 120_000
/** Processes read the ring at least this often. */
export const RING_READ_EVERY_MS = 30_000
/** Nothing that a key signed lives longer: a key that was followed so long ago is dropped. */
const KEPT_MS = 24 * 3600_000

const make: Record<KeyPurpose, () => Promise<JWK>> = {
  'access-token': async () => exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey),
  'web-push': async () => exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey),
  'oauth-cookie': async () => ({ kty: 'oct', k: randomBytesOf(32).toString('base64url') }),
}

type Row = { kid: string; jwk: JWK; made_at: Date }

/** The ring, the newest key first; makes the first key where there is none. Every process of the platform shares it. */
export async function keyRing(db: Db, purpose: KeyPurpose): Promise<RingKey[]> {
  const load = async () => {
    const { rows } =
      await sql<Row>`select kid, jwk, made_at from kernel.key_ring where purpose = ${purpose} order by made_at desc, kid desc`.execute(db)
    return rows.map(({ kid, jwk, made_at }) => ({ kid, jwk, madeAt: made_at }))
  }
  const found = await load()
  if (found.length > 0) return found
  const jwk = JSON.stringify(await make[purpose]())
  const first = async (trx: Db) => {
    // Processes start at the same moment: without the lock each would sign with a key the others never read.
    await sql`lock table kernel.key_ring in share row exclusive mode`.execute(trx)
    await sql`insert into kernel.key_ring (purpose, kid, jwk, made_at) select ${purpose}, ${ulid()}, ${jwk}::jsonb, now()
      where not exists (select 1 from kernel.key_ring where purpose = ${purpose})`.execute(trx)
  }
  await (db.isTransaction ? first(db) : db.transaction().execute(first))
  return load()
}

/** The key to sign with: the newest that every process knows by now. */
export const signingKey = (ring: readonly RingKey[], now: Date): RingKey =>
  ring.find((key) => key.madeAt.getTime() <= now.getTime() - KNOWN_AFTER_MS) ?? ring.at(-1)!

/**
 * Adds a key, which signs from two minutes on, and drops those that were followed by another a day ago.
 * @returns kid of the new key
 */
export async function rotateKey(db: Db, now: Date, purpose: KeyPurpose): Promise<string> {
  const ring = await keyRing(db, purpose)
  const kid = ulid(now.getTime())
  await sql`insert into kernel.key_ring (purpose, kid, jwk, made_at)
    values (${purpose}, ${kid}, ${JSON.stringify(await make[purpose]())}::jsonb, ${now})`.execute(db)
  const over = ring.filter((_key, at) => at > 0 && ring[at - 1]!.madeAt.getTime() < now.getTime() - KEPT_MS).map((key) => key.kid)
  await sql`delete from kernel.key_ring where purpose = ${purpose} and kid = any(${over}::text[])`.execute(db)
  return kid
}
