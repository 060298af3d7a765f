import { performance } from 'node:perf_hooks'
import { importJWK, jwtVerify, type JWTPayload, SignJWT, type CryptoKey, type JWK } from 'jose'
import type { Db } from './database.ts'
import { ulid } from './id.ts'
import { keyRing, RING_READ_EVERY_MS, type RingKey, signingKey } from './key-ring.ts'

/**
 * What a token is tied to: the certificate of the connection (RFC 8705) or a key that is proven with each request (RFC 9449).
 * `thumbprint`: SHA-256, base64url.
 */
export type Binding = { by: 'mtls' | 'dpop'; thumbprint: string }

/**
 * Who let an app act for them. `actsFor`: the person they represent, `patient`: key of the one patient the app was launched for;
 * null where there is none.
 */
export type OnBehalfOf = { kind: 'citizen' | 'staff'; id: string; grantId: string; actsFor: string | null; patient: string | null }

/**
 * What an access token says: who and what range was asked for. Permissions are decided at each request, never carried.
 * `binding` is null where whoever holds the token may use it; `onBehalfOf` where a system acts for itself.
 */
export type AccessToken = {
  clientId: string
  scopes: string[]
  tokenId: string
  until: Date
  binding: Binding | null
  onBehalfOf: OnBehalfOf | null
}

export const ACCESS_TOKEN_SECONDS = 300

export type TokenMint = {
  issue(
    now: Date,
    claims: { clientId: string; scopes: readonly string[]; binding?: Binding | null; onBehalfOf?: OnBehalfOf | null },
  ): Promise<string>
  /** The token's content, or undefined where it is forged, expired or not ours. */
  read(now: Date, token: string): Promise<AccessToken | undefined>
}

/** Members of the claim `cnf`. @spec RFC 8705 section 3.1, RFC 9449 section 6.1 */
const memberOf = { mtls: 'x5t#S256', dpop: 'jkt' } as const

/** @throws where a token is tied to something this program does not know: it must not pass for one that is tied to nothing */
function bindingIn(cnf: unknown): Binding | null {
  if (cnf === undefined) return null
  const { 'x5t#S256': certificate, jkt, ...rest } = cnf as Record<string, unknown>
  if (Object.keys(rest).length > 0 || (certificate === undefined) === (jkt === undefined)) throw new Error('unknown binding')
  return certificate === undefined ? { by: 'dpop', thumbprint: String(jkt) } : { by: 'mtls', thumbprint: String(certificate) }
}

const texts = (value: unknown, names: readonly string[]): Record<string, string | null> => {
  if (typeof value !== 'object' || value === null) throw new Error('not an object')
  const members = value as Record<string, unknown>
  return Object.fromEntries(names.map((name) => [name, typeof members[name] === 'string' ? members[name] : null]))
}

/**
 * Claims of a token that an app holds for somebody. One name of ours holds them together, so that a token cannot speak for a person
 * by a claim that others fill too.
 */
export const onBehalfOfClaims = (who: OnBehalfOf): { enishi_for: object; patient?: string } => ({
  enishi_for: { kind: who.kind, grant: who.grantId, ...(who.actsFor === null ? {} : { acts_for: who.actsFor }) },
  ...(who.patient === null ? {} : { patient: who.patient }),
})

/** @throws where the claims are there and are not what `onBehalfOfClaims` makes: such a token must not pass for a system's own */
function onBehalfOfIn({ enishi_for: claimed, sub, patient }: JWTPayload): OnBehalfOf | null {
  if (claimed === undefined) return null
  const { kind, grant, acts_for } = texts(claimed, ['kind', 'grant', 'acts_for'])
  if ((kind !== 'citizen' && kind !== 'staff') || !grant || !sub) throw new Error('unknown subject')
  return { kind, id: sub, grantId: grant, actsFor: acts_for ?? null, patient: typeof patient === 'string' ? patient : null }
}

type Loaded = { ring: RingKey[]; at: number; secret: Map<string, CryptoKey>; open: Map<string, CryptoKey> }

/** The ring of this process, read again now and then, so that a key that another process added is known here too. */
async function keysOf(db: Db) {
  const load = async (): Promise<Loaded> => {
    const ring = await keyRing(db, 'access-token')
    const [secret, open] = [new Map<string, CryptoKey>(), new Map<string, CryptoKey>()]
    for (const { kid, jwk } of ring) {
      secret.set(kid, (await importJWK(jwk, 'ES256')) as CryptoKey)
      const { d: _secret, ...shown } = jwk
      open.set(kid, (await importJWK(shown as JWK, 'ES256')) as CryptoKey)
    }
    return { ring, at: performance.now(), secret, open }
  }
  let loaded = await load()
  let loading: Promise<Loaded> | null = null
  const fresh = async (): Promise<Loaded> => {
    if (performance.now() - loaded.at < RING_READ_EVERY_MS) return loaded
    loading ??= load().finally(() => {
      loading = null
    })
    // A ring that cannot be read now is the one read before: the keys in it are still good.
    loaded = await loading.catch(() => ({ ...loaded, at: performance.now() }))
    return loaded
  }
  return {
    async signing(now: Date) {
      const { ring, secret } = await fresh()
      const { kid } = signingKey(ring, now)
      return { kid, key: secret.get(kid)! }
    },
    opening: async (kid: string) => (await fresh()).open.get(kid),
  }
}

/**
 * Signs and reads access tokens: ES256, five minutes, audience `enishi`.
 * A verified token is remembered until it expires, because one signature check a request is wasted work for a busy client.
 */
export async function tokenMint(db: Db, cacheSize = 10_000): Promise<TokenMint> {
  const keys = await keysOf(db)
  const cache = new Map<string, AccessToken>()
  return {
    async issue(now, { clientId, scopes, binding, onBehalfOf }) {
      const { kid, key } = await keys.signing(now)
      return new SignJWT({
        scope: scopes.join(' '),
        client_id: clientId,
        ...(binding ? { cnf: { [memberOf[binding.by]]: binding.thumbprint } } : {}),
        ...(onBehalfOf ? onBehalfOfClaims(onBehalfOf) : {}),
      })
        .setProtectedHeader({ alg: 'ES256', kid, typ: 'at+jwt' })
        .setSubject(onBehalfOf?.id ?? clientId)
        .setAudience('enishi')
        .setJti(ulid())
        .setIssuedAt(now)
        .setExpirationTime(new Date(now.getTime() + ACCESS_TOKEN_SECONDS * 1000))
        .sign(key)
    },
    async read(now, token) {
      const known = cache.get(token)
      if (known) return known.until > now ? known : undefined
      try {
        const { payload } = await jwtVerify(
          token,
          async (header) => (await keys.opening(header.kid ?? '')) ?? Promise.reject(new Error('unknown kid')),
          {
            algorithms: ['ES256'],
            audience: 'enishi',
            typ: 'at+jwt',
            currentDate: now,
          },
        )
        const onBehalfOf = onBehalfOfIn(payload)
        const read: AccessToken = {
          clientId: String(onBehalfOf === null ? payload.sub : payload.client_id),
          scopes: String(payload.scope ?? '')
            .split(' ')
            .filter(Boolean),
          tokenId: String(payload.jti),
          until: new Date((payload.exp ?? 0) * 1000),
          binding: bindingIn(payload.cnf),
          onBehalfOf,
        }
        if (cache.size >= cacheSize) cache.delete(cache.keys().next().value!)
        cache.set(token, read)
        return read
      } catch {
        return undefined
      }
    },
  }
}
