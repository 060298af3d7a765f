/** What a provider's answer must be. Pure. @spec OpenID Connect Core 1.0 section 3.1.3.7; RFC 8725; RFC 9207 */
import type { JWTPayload } from 'jose'
import type { RefusalCode } from '#kernel/refusal'
import type { Facts, OutsideSettings, Try } from './model.ts'

/** Signatures that count. None with a shared secret, none with no signature at all. */
export const acceptedAlgorithms: readonly string[] = ['ES256', 'ES384', 'PS256', 'PS384', 'RS256']

/** Clocks of two houses differ. */
export const SKEW_SECONDS = 60
/** A proof is made for the answer it comes with. */
const YOUNG_SECONDS = 600

export const TRY_MINUTES = 10

/** Whether the answer came from whom we asked. @spec RFC 9207 section 2.4 */
export function whyNotFrom(iss: string | null, facts: Pick<Facts, 'saysIssuer'>, issuer: string): RefusalCode | null {
  if (iss === null) return facts.saysIssuer ? 'outside-mixed-up' : null
  return iss === issuer ? null : 'outside-mixed-up'
}

const secondsOf = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)
const textsOf = (value: unknown): string[] => [value].flat().filter((one): one is string => typeof one === 'string')

function whyNotForUs({ aud, azp }: JWTPayload, clientId: string): boolean {
  const audiences = textsOf(aud)
  // One that is for others too says which of them asked for it.
  return !audiences.includes(clientId) || (audiences.length > 1 && azp === undefined) || (azp !== undefined && azp !== clientId)
}

function isOutOfTime({ exp, iat, nbf }: JWTPayload, now: number): boolean {
  const [end, made, begin] = [secondsOf(exp), secondsOf(iat), secondsOf(nbf)]
  if (end === null || made === null) return true
  return (
    end + SKEW_SECONDS <= now || made - SKEW_SECONDS > now || made + YOUNG_SECONDS < now || (begin !== null && begin - SKEW_SECONDS > now)
  )
}

/** Whether it says how strongly the person was proven, and that is enough. A password alone never is: no entry of the lists may mean one. */
export function whyTooWeak(claims: JWTPayload, { acr, amr }: Pick<OutsideSettings, 'acr' | 'amr'>): RefusalCode | null {
  const [class_, ways] = [textsOf(claims.acr), textsOf(claims.amr)]
  if (class_.length + ways.length === 0) return 'outside-strength-unsaid'
  return class_.some((one) => acr.includes(one)) || ways.some((one) => amr.includes(one)) ? null : 'outside-too-weak'
}

/** Who the claims are about. */
export const subjectIn = (claims: JWTPayload, claim: string): string | null => {
  const value = claims[claim]
  return typeof value === 'string' && value.trim() === value && value !== '' && value.length <= 255 ? value : null
}

/** When the person was proven there; null where it does not say. */
export function provenAtIn({ auth_time }: JWTPayload): Date | null {
  const at = secondsOf(auth_time)
  return at === null ? null : new Date(at * 1000)
}

type Expected = { settings: OutsideSettings; now: Date; about: Pick<Try, 'nonce' | 'since'> }

/** Judges the claims of an ID token whose signature is right. */
export function whyNotClaims(claims: JWTPayload, { settings, now, about }: Expected): RefusalCode | null {
  if (claims.iss !== settings.issuer) return 'outside-issuer'
  if (whyNotForUs(claims, settings.clientId)) return 'outside-audience'
  if (isOutOfTime(claims, now.getTime() / 1000)) return 'outside-expired'
  if (claims.nonce !== about.nonce) return 'outside-nonce'
  const weak = whyTooWeak(claims, settings)
  if (weak !== null) return weak
  const at = provenAtIn(claims)
  if (about.since !== null && (at === null || at.getTime() + SKEW_SECONDS * 1000 < about.since.getTime())) return 'outside-proof-old'
  return subjectIn(claims, settings.claim) === null ? 'outside-subject-unsaid' : null
}
