/** Keys whose end has come. Whoever still signs with one is told so, and nobody else is told anything. */
import { compactVerify, decodeJwt, decodeProtectedHeader, importJWK, type JWK } from 'jose'
import { certificateRetiredAt, endedKeys } from '#care/person'
import type { Context } from '#kernel/context'
import type { ClientCertificate } from '#kernel/tls'

type OfClient = { clientId: string; certificates: readonly string[]; certificateSubject: string | null }

/**
 * Whether the certificate of this connection was the client's and has ended: by its own day, by revocation, or because the register retired
 * it. The connection shows that its key is held, so nobody else finds out. One that was not verified is known by its bytes alone.
 */
export async function isEndedCertificate(ctx: Context, client: OfClient, certificate: ClientCertificate): Promise<boolean> {
  const isNamed = certificate.over !== true && client.certificateSubject === certificate.subject
  if (certificate.until <= ctx.now && (isNamed || client.certificates.includes(certificate.thumbprint))) return true
  return (await certificateRetiredAt(ctx.db, client.clientId, certificate.thumbprint)) !== undefined
}

/** In OAuth's own words; the log says `certificate-ended`. */
export const CERTIFICATE_ENDED = 'this certificate has ended: connect with the one that follows it'

type WithEnd = { exp?: unknown }

/** The end of a key as its entry says it; null where none is planned. */
export const keyEnd = (jwk: object): Date | null => {
  const { exp } = jwk as WithEnd
  return typeof exp === 'number' ? new Date(exp * 1000) : null
}

/** Keys that count at this moment: an end holds to the second, before anybody has tidied the key away. */
export const keysNow = (keys: readonly object[], now: Date): object[] =>
  keys.filter((jwk) => {
    const end = keyEnd(jwk)
    return end === null || end > now
  })

/** In OAuth's own words; the log says `key-ended`. */
export const keyEndedWords = ({ kid, at }: { kid: string; at: Date }): string =>
  `the key ${JSON.stringify(kid.slice(0, 60))} ended at ${at.toISOString()}: sign with the key that follows it`

/**
 * The key that made this assertion, where it is one of the client's and has ended. Only its holder finds out: the signature must be right.
 * @param known keys of the register entry, the ends of which may have come a moment ago
 */
export async function endedKeyOf(ctx: Context, assertion: string, known: readonly object[]): Promise<{ kid: string; at: Date } | null> {
  if (assertion.length > 16_384) return null
  try {
    const { alg = '', kid } = decodeProtectedHeader(assertion)
    const { sub = '' } = decodeJwt(assertion)
    const over = known.flatMap((jwk) => {
      const at = keyEnd(jwk)
      return at === null || at > ctx.now ? [] : [{ kid: String((jwk as JWK).kid ?? ''), jwk, at }]
    })
    const gone = (await endedKeys(ctx.db, sub)).map((key) => ({ kid: key.kid, jwk: key.jwk, at: key.endedAt }))
    for (const key of [...over, ...gone]) {
      if (kid !== undefined && kid !== key.kid) continue
      if (await isSignedBy(assertion, key.jwk as JWK, alg)) return { kid: key.kid, at: key.at }
    }
    return null
  } catch {
    return null
  }
}

const isSignedBy = async (assertion: string, jwk: JWK, alg: string): Promise<boolean> =>
  importJWK(jwk, alg)
    .then((key) => (key instanceof Uint8Array ? false : compactVerify(assertion, key, { algorithms: [alg] }).then(() => true)))
    .catch(() => false)
