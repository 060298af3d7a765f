/** Sign-ins by passkey and token requests of systems, prepared as bytes before the clock starts. */
import { generateKeyPairSync, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto'
import { sql } from 'kysely'
import { insertClient, insertFacilities } from '#care/person'
import { type Db, openDatabase } from '#kernel/database'
import { bindingFor } from '../../portals/sign-in/passkey/rules.ts'
import { softPasskey } from '../../portals/sign-in/passkey/soft-authenticator.fixture.ts'
import { inParallel } from '../measure.ts'
import { wire } from '../raw-client.ts'
import { benchUrl } from './register.ts'

/** The address the bench's workers say they have; assertions and passkeys are made for it. */
export const BENCH_BASE = 'http://localhost:8080'
const BROWSER = 'bench-browser'
const TOKEN_CLIENT = 'bench-token'
const INSTITUTION = '1319999999'

type Wanted = { from: number; count: number }
type Made = { id: string; challenge: string; body: string; cose: string }

const personOf = (n: number) => `p${String(n).padStart(25, '0')}`

/** So many passkeys, each with an answer to a challenge of its own. */
function answered(count: number): Made[] {
  return Array.from({ length: count }, () => {
    const passkey = softPasskey({ origin: BENCH_BASE, rpId: 'localhost' })
    const challenge = randomBytes(32)
    const response = passkey.answer({ challenge: challenge.toString('base64url') })
    return { id: passkey.id, challenge: challenge.toString('hex'), body: JSON.stringify({ response }), cose: passkey.cose.toString('hex') }
  })
}

/** Passkeys of as many people, registered; their challenges wait. */
async function register(db: Db, made: readonly Made[], from: number): Promise<void> {
  const rows = JSON.stringify(made.map((m, i) => ({ id: m.id, cose: m.cose, challenge: m.challenge, person: personOf(from + i) })))
  const given = sql`jsonb_to_recordset(${rows}::jsonb) as r(id text, cose text, challenge text, person text)`
  await sql`insert into sign_in.passkey (credential_id, subject_kind, subject, public_key, counter, transports, backed_up, label, made_at)
    select id, 'citizen', person, decode(cose, 'hex'), 0, '{internal}', false, 'bench', now() from ${given}`.execute(db)
  await sql`insert into sign_in.challenge (id, challenge, binding, expires_at)
    select id, decode(challenge, 'hex'), ${bindingFor('sign-in', BROWSER)}, now() + interval '10 minutes' from ${given}`.execute(db)
}

async function prepared(wanted: Wanted): Promise<Made[]> {
  const db = openDatabase({ url: benchUrl(), poolSize: 1, applicationName: 'bench-load' })
  const made = answered(wanted.count)
  await register(db, made, wanted.from)
  await db.destroy()
  return made
}

export async function passkeyRequests(wanted: Wanted): Promise<Buffer[]> {
  const made = await prepared(wanted)
  return made.map(({ body }) => wire({ path: '/sign-in/passkey', body, cookie: `enishi_browser=${BROWSER}` }))
}

/** The two kinds of keys that clients may have. @spec SMART App Launch 2.2, Client Authentication: ES384 and RS384 */
const algorithms = [
  { alg: 'ES384', ...generateKeyPairSync('ec', { namedCurve: 'P-384' }) },
  { alg: 'RS384', ...generateKeyPairSync('rsa', { modulusLength: 2048 }) },
] as const

/** Assertions of two clients in turn, each of which is good once. @spec SMART Backend Services: private_key_jwt */
export async function tokenRequests({ count }: Wanted): Promise<Buffer[]> {
  const db = openDatabase({ url: benchUrl(), poolSize: 1, applicationName: 'bench-load' })
  const facility = { institutionNumber: INSTITUTION, name: '計測診療所', nameEn: 'Bench clinic', kind: 'clinic', prefecture: '13' } as const
  await insertFacilities(db, [facility])
  const clients = algorithms.map((key) => ({ ...key, kid: randomUUID(), clientId: `${TOKEN_CLIENT}-${key.alg}-${randomUUID()}` }))
  for (const { alg, kid, clientId, publicKey } of clients) {
    const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }] }
    await insertClient(db, { clientId, institutionNumber: INSTITUTION, name: 'bench', jwks, scopes: ['system/*.rs'], binding: 'none' })
  }
  await db.destroy()
  return Array.from({ length: count }, (_, i) => tokenRequest(clients[i % clients.length]!))
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

function tokenRequest({ alg, kid, clientId, privateKey }: { alg: string; kid: string; clientId: string; privateKey: KeyObject }): Buffer {
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: clientId, sub: clientId, aud: `${BENCH_BASE}/oauth/token`, jti: randomUUID(), iat: now, exp: now + 290 }
  const text = `${encode({ alg, typ: 'JWT', kid })}.${encode(claims)}`
  const signature = sign('sha384', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    scope: 'system/Patient.rs',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: `${text}.${signature}`,
  }).toString()
  return wire({ path: '/oauth/token', body, type: 'application/x-www-form-urlencoded' })
}

/** What the database alone would carry: one durable transaction a sign-in, with its three writes and nothing around them. */
export async function commitFloor(count: number, width: number): Promise<number> {
  const db = openDatabase({ url: benchUrl(), poolSize: 20, applicationName: 'bench-floor' })
  const made = await prepared({ from: 0, count })
  const seconds = await inParallel(count, width, async (i) => {
    const { id, challenge } = made[i]!
    await db.transaction().execute(async (one) => {
      await sql`update sign_in.challenge set used_at = now() where challenge = decode(${challenge}, 'hex')`.execute(one)
      await sql`update sign_in.passkey set counter = 1, used_at = now() where credential_id = ${id}`.execute(one)
      await sql`insert into kernel.used_once (scope, value, until) values ('bench', ${id}, now())`.execute(one)
    })
  })
  await db.destroy()
  return Math.round(count / seconds)
}
