/** Keys of the platform, several of a purpose at a time, so that one can follow another while what the old one signed still holds. */
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { sql } from 'kysely'
import type { Db } from './database.ts'
import { randomBytesOf, ulid } from './id.ts'
import { isSealed, type Sealer } from './sealed.ts'

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

/** As the database keeps a key: sealed under a key that stands outside of it, so that a copy of the database alone signs nothing. */
type Stored = JWK | { sealed: string }
type Row = { kid: string; jwk: Stored; made_at: Date }

type ReadSealer = () => Promise<Sealer | null>

let bound: Sealer | null = null
let readAgain: ReadSealer | null = null

/**
 * Binds the keys that seal the ring. Called once, when a process starts; tests that bind nothing keep it as it is.
 * @param again reads them once more, where a key of the ring was sealed under one that was put first since
 */
export const sealRingWith = (sealer: Sealer | null, again: ReadSealer | null = null): void => {
  bound = sealer
  readAgain = again
}

const owner = (purpose: KeyPurpose, kid: string): string => `key-ring:${purpose}:${kid}`
const sealedIn = (stored: Stored): string | undefined =>
  'sealed' in stored && typeof stored.sealed === 'string' ? stored.sealed : undefined

const toStore = (purpose: KeyPurpose, kid: string, jwk: JWK): string =>
  JSON.stringify(bound === null ? jwk : { sealed: bound.seal(JSON.stringify(jwk), owner(purpose, kid)) })

/** Undefined where no key here opens it. */
function fromStore(purpose: KeyPurpose, { kid, jwk }: Pick<Row, 'kid' | 'jwk'>): JWK | undefined {
  const sealed = sealedIn(jwk)
  if (sealed === undefined) return jwk as JWK
  const opened = isSealed(sealed) ? bound?.open(sealed, owner(purpose, kid)) : null
  return opened ? (JSON.parse(opened) as JWK) : undefined
}

/** Keys of the ring that nothing here opens: whoever signs with others would not be read by the rest of the platform. */
export class RingSealed extends Error {
  constructor(kids: readonly string[]) {
    super(
      `鍵束（kernel.key_ring）の鍵 ${kids.length}件を、secret-keys.json の鍵で開けません。これまで使ってきた secret-keys.json を、データフォルダーに戻してください。失われたときは、kernel.key_ring の行を消すと新しい鍵が作られます（発行したトークンと、ブラウザーへの通知の登録は終わります）。 / ` +
        `${kids.length} keys of the ring (kernel.key_ring) cannot be opened with the keys of secret-keys.json. Put the secret-keys.json that this platform has used back into the data folder. If it is lost, delete the rows of kernel.key_ring: new keys are made; tokens that were issued and subscriptions of browsers end.`,
    )
    this.name = 'RingSealed'
  }
}

/**
 * The ring, the newest key first; makes the first key where there is none. Every process of the platform shares it. A key that nothing here
 * opens is left out.
 * @throws RingSealed where none opens
 */
export async function keyRing(db: Db, purpose: KeyPurpose): Promise<RingKey[]> {
  const load = async () => {
    const { rows } =
      await sql<Row>`select kid, jwk, made_at from kernel.key_ring where purpose = ${purpose} order by made_at desc, kid desc`.execute(db)
    const opened = () => rows.map((row) => ({ kid: row.kid, jwk: fromStore(purpose, row), madeAt: row.made_at }))
    let ring = opened()
    if (readAgain !== null && ring.some(({ jwk }) => jwk === undefined)) {
      // A file that cannot be read now leaves what is known.
      bound = (await readAgain().catch(() => null)) ?? bound
      ring = opened()
    }
    const open = ring.filter((key): key is RingKey => key.jwk !== undefined)
    if (open.length === 0 && ring.length > 0) throw new RingSealed(ring.map(({ kid }) => kid))
    return open
  }
  const found = await load()
  if (found.length > 0) return found
  const kid = ulid()
  const jwk = toStore(purpose, kid, await make[purpose]())
  const first = async (trx: Db) => {
    // Processes start at the same moment: without the lock each would sign with a key the others never read.
    await sql`lock table kernel.key_ring in share row exclusive mode`.execute(trx)
    await sql`insert into kernel.key_ring (purpose, kid, jwk, made_at) select ${purpose}, ${kid}, ${jwk}::jsonb, now()
      where not exists (select 1 from kernel.key_ring where purpose = ${purpose})`.execute(trx)
  }
  await (db.isTransaction ? first(db) : db.transaction().execute(first))
  return load()
}

/**
 * Seals what stands open, or under a key that was followed by another: before anybody is let in, and as often as one likes.
 * @returns how many were sealed
 * @throws RingSealed where one does not open
 */
export async function sealStoredRing(db: Db): Promise<number> {
  if (bound === null) return 0
  const { rows } = await sql<Row & { purpose: KeyPurpose }>`select purpose, kid, jwk, made_at from kernel.key_ring`.execute(db)
  const shut = rows.filter((row) => fromStore(row.purpose, row) === undefined)
  if (shut.length > 0) throw new RingSealed(shut.map(({ kid }) => kid))
  const open = rows.filter(({ jwk }) => !bound!.isCurrent(sealedIn(jwk) ?? ''))
  for (const row of open)
    await sql`update kernel.key_ring set jwk = ${toStore(row.purpose, row.kid, fromStore(row.purpose, row)!)}::jsonb
      where purpose = ${row.purpose} and kid = ${row.kid} and jwk = ${JSON.stringify(row.jwk)}::jsonb`.execute(db)
  return open.length
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
    values (${purpose}, ${kid}, ${toStore(purpose, kid, await make[purpose]())}::jsonb, ${now})`.execute(db)
  const over = ring.filter((_key, at) => at > 0 && ring[at - 1]!.madeAt.getTime() < now.getTime() - KEPT_MS).map((key) => key.kid)
  await sql`delete from kernel.key_ring where purpose = ${purpose} and kid = any(${over}::text[])`.execute(db)
  return kid
}
