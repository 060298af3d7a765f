/**
 * Proof of a key with each request, so that a stolen access token is worth nothing without the key it is tied to.
 *
 * @spec RFC 9449 sections 4 and 7 https://www.rfc-editor.org/rfc/rfc9449
 */
import { createHash, createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto'
import { sql } from 'kysely'
import { type Db, inTransaction } from './database.ts'
import { gather } from './gather.ts'

type Algorithm = { hash: string | null; keyType: string; curve?: string; padding?: 'pss' }

/** Asymmetric algorithms only: with a shared secret, or none, anybody who knows the public key could sign. */
const algorithms = new Map<string, Algorithm>([
  ['ES256', { hash: 'sha256', keyType: 'ec', curve: 'prime256v1' }],
  ['ES384', { hash: 'sha384', keyType: 'ec', curve: 'secp384r1' }],
  ['EdDSA', { hash: null, keyType: 'ed25519' }],
  ['PS256', { hash: 'sha256', keyType: 'rsa', padding: 'pss' }],
  ['RS256', { hash: 'sha256', keyType: 'rsa' }],
])
export const dpopAlgorithms: readonly string[] = [...algorithms.keys()]

/** How old a proof may be. Short, because each must be remembered as long. */
const OLD_SECONDS = 60
/** Clocks of hospitals differ by a few seconds. */
const AHEAD_SECONDS = 10
const LONGEST_PROOF = 6_000
const KEYS_REMEMBERED = 5_000

/** What a proof is held against. `url`: path and query as sent. */
export type ProofCheck = {
  now: Date
  proof: string | undefined
  method: string
  url: string
  /** Addresses under which this server is asked, without a path. The Host header is the sender's own word and no measure. */
  origins: readonly string[]
  /** The access token that came with the proof; absent where a token is only asked for. */
  accessToken?: string
}
/** `jkt`: thumbprint of the key (RFC 7638). `once`: to be claimed, so that the proof is good a single time. */
export type Proven = { jkt: string; once: Claim }
export type Claim = { hash: Buffer; until: Date }
/** The member of the proof that is wrong. */
export type ProofFault = { wrong: 'missing' | 'form' | 'typ' | 'alg' | 'jwk' | 'signature' | 'htm' | 'htu' | 'iat' | 'ath' | 'jti' }

type Signer = { key: KeyObject; jkt: string; algorithm: Algorithm }
/** A client sends the same header with each proof, so its key is read and its thumbprint computed once. */
const signers = new Map<string, Signer>()

/** Holds a proof against the request it came with. Whether it was used before is the caller's to ask, by `claimProof`. */
export function checkProof(check: ProofCheck): Proven | ProofFault {
  const { proof, now } = check
  if (proof === undefined) return { wrong: 'missing' }
  const [, header, payload, signature] = (proof.length <= LONGEST_PROOF && /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(proof)) || []
  if (header === undefined || payload === undefined || signature === undefined) return { wrong: 'form' }
  const signer = signers.get(header) ?? readSigner(header)
  if ('wrong' in signer) return signer
  const claims = jsonOf(payload)
  if (claims === undefined) return { wrong: 'form' }
  const fault = wrongClaim(claims, check)
  if (fault) return fault
  if (!signatureHolds(signer, `${header}.${payload}`, signature)) return { wrong: 'signature' }
  const hash = createHash('sha256')
    .update(`${signer.jkt} ${String(claims.jti)}`)
    .digest()
  return { jkt: signer.jkt, once: { hash, until: new Date(now.getTime() + (OLD_SECONDS + AHEAD_SECONDS) * 1000) } }
}

function wrongClaim(claims: Record<string, unknown>, { now, method, url, origins, accessToken }: ProofCheck): ProofFault | null {
  const { jti, htm, htu, iat, ath } = claims
  if (typeof jti !== 'string' || jti === '' || jti.length > 256) return { wrong: 'jti' }
  if (htm !== method) return { wrong: 'htm' }
  if (typeof htu !== 'string' || !names(htu, url, origins)) return { wrong: 'htu' }
  const age = now.getTime() / 1000 - (typeof iat === 'number' ? iat : Number.NaN)
  if (!(age <= OLD_SECONDS && age >= -AHEAD_SECONDS)) return { wrong: 'iat' }
  return accessToken !== undefined && ath !== createHash('sha256').update(accessToken).digest('base64url') ? { wrong: 'ath' } : null
}

/** Whether `htu` names the request's address, query and fragment aside. */
function names(htu: string, url: string, origins: readonly string[]): boolean {
  const end = url.indexOf('?')
  const path = end < 0 ? url : url.slice(0, end)
  if (origins.some((origin) => htu.length === origin.length + path.length && htu.startsWith(origin) && htu.endsWith(path))) return true
  if (!URL.canParse(htu)) return false
  const named = new URL(htu)
  return origins.some((origin) => {
    const here = new URL(origin)
    return named.origin === here.origin && named.pathname === new URL(path, here).pathname
  })
}

function signatureHolds({ key, algorithm }: Signer, signed: string, signature: string): boolean {
  const how =
    algorithm.padding === 'pss'
      ? { key, padding: 6 /* RSA_PKCS1_PSS_PADDING */, saltLength: 32 }
      : { key, dsaEncoding: 'ieee-p1363' as const }
  try {
    return verify(algorithm.hash, Buffer.from(signed, 'latin1'), how, Buffer.from(signature, 'base64url'))
  } catch {
    return false
  }
}

function readSigner(segment: string): Signer | ProofFault {
  const header = jsonOf(segment)
  if (header === undefined || 'crit' in header) return { wrong: 'form' }
  if (header.typ !== 'dpop+jwt') return { wrong: 'typ' }
  const algorithm = typeof header.alg === 'string' ? algorithms.get(header.alg) : undefined
  if (algorithm === undefined) return { wrong: 'alg' }
  const key = publicKeyOf(header.jwk)
  if (key === undefined || !fits(key, algorithm)) return { wrong: 'jwk' }
  const signer = { key, jkt: thumbprintOf(key), algorithm }
  if (signers.size >= KEYS_REMEMBERED) signers.delete(signers.keys().next().value!)
  signers.set(segment, signer)
  return signer
}

const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** The key a header carries; undefined where it is none, or where a private one was sent along. */
function publicKeyOf(jwk: unknown): KeyObject | undefined {
  if (typeof jwk !== 'object' || jwk === null || secretMembers.some((name) => name in jwk)) return undefined
  try {
    return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
  } catch {
    return undefined
  }
}

function fits(key: KeyObject, { keyType, curve }: Algorithm): boolean {
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType !== keyType || namedCurve !== curve) return false
  // Longer RSA keys cost the server more than they cost the sender.
  return keyType !== 'rsa' || (modulusLength >= 2048 && modulusLength <= 4096)
}

/** @spec RFC 7638: the required members alone, in order of their names. */
function thumbprintOf(key: KeyObject): string {
  const { crv, e, kty, n, x, y } = key.export({ format: 'jwk' })
  const members = kty === 'EC' ? { crv, kty, x, y } : kty === 'OKP' ? { crv, kty, x } : { e, kty, n }
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url')
}

function jsonOf(segment: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

const QUICK = sql`select set_config('synchronous_commit', 'off', true)`
/** Inside a transaction the setting would hold for all of it. */
const ASIDE = sql`select 1`

/**
 * Claims a proof; false where it was used before. The database remembers, because a proof sent to one worker could be sent
 * again to another; proofs of requests under way at the same time share a statement. It does not wait for the disk: the
 * audit entry that precedes the answer does, and follows it in the log.
 */
export const claimProof = gather<Claim, boolean>(async (db: Db, claims) => {
  // In one order everywhere, so that two workers that are sent the same proofs never wait for each other.
  const ordered = claims.toSorted((a, b) => Buffer.compare(a.hash, b.hash))
  const { rows } = await sql<{ hash: Buffer }>`with quick as materialized (${inTransaction(db) ? ASIDE : QUICK})
    insert into kernel.used_proof (hash, until)
    select u.hash, u.until from unnest(${ordered.map((c) => c.hash)}::bytea[], ${ordered.map((c) => c.until)}::timestamptz[]) as u(hash, until), quick
    on conflict do nothing returning hash`.execute(db)
  const fresh = new Set(rows.map((r) => r.hash.toString('hex')))
  // Of the same proof twice in one statement, the first is good.
  return claims.map((c) => fresh.delete(c.hash.toString('hex')))
})

export async function forgetProofs(db: Db, now: Date): Promise<void> {
  await sql`delete from kernel.used_proof where until < ${now}`.execute(db)
}
