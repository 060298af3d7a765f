/** What a provider says of itself and its keys, kept for a while. @spec OpenID Connect Discovery 1.0 section 4; RFC 8414 */
import type { JWK } from 'jose'
import type { Outbound } from '#kernel/outbound'
import { refuse } from '#kernel/refusal'
import type { Facts, OutsideSettings } from './model.ts'
import { askProvider } from './wire.ts'

const FACTS_MS = 3600_000
const KEYS_MS = 600_000
/** A key we do not know may be new; asked for more often, unknown keys would be a way to make us call. */
const NEW_KEYS_MS = 30_000

/** A value that is asked for once at a time, and kept. */
function kept<Value>(load: () => Promise<Value>) {
  let held: { value: Value; at: number } | null = null
  let loading: Promise<Value> | null = null
  return async (now: Date, maxAgeMs: number): Promise<Value> => {
    const age = held === null ? Number.POSITIVE_INFINITY : Math.abs(now.getTime() - held.at)
    if (held !== null && age < maxAgeMs) return held.value
    loading ??= load().finally(() => {
      loading = null
    })
    const value = await loading
    held = { value, at: now.getTime() }
    return value
  }
}

const unfit = (reason: string): never => refuse('outside-unfit', { reason })

/** An address the provider names: TLS as its issuer has it. */
function addressIn(told: Record<string, unknown>, name: string, issuer: string): string {
  const value = told[name]
  if (typeof value !== 'string' || !URL.canParse(value)) return unfit(name)
  const { protocol, username } = new URL(value)
  return (protocol === 'https:' || issuer.startsWith('http:')) && /^https?:$/.test(protocol) && username === '' ? value : unfit(name)
}

const lists = (told: Record<string, unknown>, name: string, value: string, usual: boolean): boolean =>
  Array.isArray(told[name]) ? (told[name] as unknown[]).includes(value) : usual

/** @refuses outside-unfit where it is another's, or could not keep what we need */
export function factsIn(told: Record<string, unknown>, issuer: string): Facts {
  if (told.issuer !== issuer) return unfit('issuer')
  if (!lists(told, 'response_types_supported', 'code', true)) return unfit('response_types_supported')
  // A provider that does not name its methods may still know S256; one that names others does not.
  if (!lists(told, 'code_challenge_methods_supported', 'S256', true)) return unfit('code_challenge_methods_supported')
  const par = told.pushed_authorization_request_endpoint
  return {
    authorizationEndpoint: addressIn(told, 'authorization_endpoint', issuer),
    tokenEndpoint: addressIn(told, 'token_endpoint', issuer),
    parEndpoint: par === undefined ? null : addressIn(told, 'pushed_authorization_request_endpoint', issuer),
    jwksUri: addressIn(told, 'jwks_uri', issuer),
    saysIssuer: told.authorization_response_iss_parameter_supported === true,
    dpop: lists(told, 'dpop_signing_alg_values_supported', 'ES256', false),
  }
}

export type Known = { facts(now: Date): Promise<Facts>; keys(now: Date, kid: string | undefined): Promise<readonly JWK[]> }

/** @param outbound leads to the provider's hosts alone */
export function knownOf({ issuer }: OutsideSettings, outbound: Outbound): Known {
  const facts = kept(async () => {
    const { status, json } = await askProvider(outbound, { url: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration` })
    return status === 200 ? factsIn(json, issuer) : unfit(`openid-configuration ${status}`)
  })
  const keysKept = kept(async () => {
    const { jwksUri } = await facts(new Date(0), Number.POSITIVE_INFINITY)
    const { status, json } = await askProvider(outbound, { url: jwksUri })
    return status === 200 && Array.isArray(json.keys) ? (json.keys as JWK[]) : unfit('jwks')
  })
  return {
    facts: (now) => facts(now, FACTS_MS),
    async keys(now, kid) {
      const fitting = (keys: readonly JWK[]) => keys.filter((key) => key.use !== 'enc' && (kid === undefined || key.kid === kid))
      const found = fitting(await keysKept(now, KEYS_MS))
      return found.length > 0 ? found : fitting(await keysKept(now, NEW_KEYS_MS))
    },
  }
}
