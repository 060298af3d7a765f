/**
 * The token endpoint for systems of institutions.
 *
 * @spec SMART App Launch 2.2, Backend Services https://hl7.org/fhir/smart-app-launch/backend-services.html
 * @spec RFC 7523 section 3, RFC 6749 sections 4.4 and 5; RFC 8705 section 2
 */
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose'
import type { BindingPolicy, PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import { claimOnce } from '#kernel/identity'
import type { Answer, RouteRequest } from '#kernel/route'
import type { ClientCertificate } from '#kernel/tls'
import { ACCESS_TOKEN_SECONDS, type Binding, type TokenMint } from '#kernel/token'
import { CERTIFICATE_ENDED, endedKeyOf, isEndedCertificate, keyEndedWords, keysNow } from './ended-key.ts'
import { bindingFor, isRegistered } from './oauth-binding.ts'
import { type Problem, problem } from './oauth-problem.ts'
import { areForSystems, grantedScopes } from './rules.ts'

/** Asymmetric algorithms only: with a shared secret, or none, anybody who knows the public key could sign. */
export const assertionAlgorithms: readonly string[] = ['RS384', 'ES384', 'ES256', 'RS256', 'PS256', 'PS384']

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
/** Longest life of an assertion. @spec SMART Backend Services, exp */
const LIFE_SECONDS = 300
/** Clocks of hospitals differ by a few seconds. */
const SKEW_SECONDS = 10

export type TokenDeps = {
  person: PersonService
  mint: TokenMint
  /** Addresses of the token endpoint, the usual one first; the same rows answer at each. */
  tokenEndpoints: readonly string[]
}

/** Answers a token request; what was wrong is told in OAuth's own form and kept in the audit log. */
export async function answerToken(ctx: Context, deps: TokenDeps, request: RouteRequest): Promise<Answer> {
  const granted = await grant(ctx, deps, request)
  const headers = { 'cache-control': 'no-store', pragma: 'no-cache' }
  if ('error' in granted) {
    const { outcome = granted.error === 'invalid_client' ? 'client-invalid' : 'input-invalid', ...told } = granted
    ctx.audit({ outcome, rule: granted.error })
    return { status: granted.error === 'invalid_client' ? 401 : 400, headers, json: told }
  }
  ctx.audit({ resource: `Client/${granted.clientId}` })
  const access_token = await deps.mint.issue(ctx.now, granted)
  const token_type = granted.binding?.by === 'dpop' ? 'DPoP' : 'bearer'
  return { headers, json: { access_token, token_type, expires_in: ACCESS_TOKEN_SECONDS, scope: granted.scopes.join(' ') } }
}

type Granted = { clientId: string; scopes: string[]; binding: Binding | null }

async function grant(ctx: Context, deps: TokenDeps, request: RouteRequest): Promise<Granted | Problem> {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    return problem('invalid_request', 'send application/x-www-form-urlencoded')
  const form = new URLSearchParams(String(request.body ?? ''))
  const twice = [...form.keys()].find((name) => form.getAll(name).length > 1)
  if (twice !== undefined) return problem('invalid_request', 'a parameter is sent twice')
  if (form.get('grant_type') === null) return problem('invalid_request', 'grant_type is missing')
  if (form.get('grant_type') !== 'client_credentials') return problem('unsupported_grant_type', 'use client_credentials')
  const client = await clientOf(ctx, deps, { form, certificate: request.certificate })
  if ('error' in client) return client
  if (form.get('client_id') !== null && form.get('client_id') !== client.clientId)
    return problem('invalid_client', 'client_id is not the one of the assertion')
  const scopes = grantedScopes(form.get('scope') ?? undefined, client.scopes)
  if (scopes === null) return problem('invalid_scope', 'the client may ask for: '.concat(client.scopes.join(' ')))
  const binding = await bindingFor(ctx, { policy: client.binding, request, tokenEndpoints: deps.tokenEndpoints })
  if (binding !== null && 'error' in binding) return binding
  if (!areForSystems(scopes)) return problem('invalid_scope', 'a system that acts for itself asks for system/ scopes')
  return { clientId: client.clientId, scopes, binding }
}

type Client = { clientId: string; scopes: string[]; binding: BindingPolicy }

/** Who asks: by its registered certificate where it sends no assertion, else by the assertion. */
async function clientOf(
  ctx: Context,
  deps: TokenDeps,
  { form, certificate }: { form: URLSearchParams; certificate: ClientCertificate | undefined },
): Promise<Client | Problem> {
  const clientId = form.get('client_id')
  if (form.get('client_assertion') === null && form.get('client_secret') === null && clientId !== null && certificate !== undefined) {
    const client = await deps.person.findClient(ctx, clientId)
    if (client !== undefined && !isRegistered(client, certificate, ctx.now) && (await isEndedCertificate(ctx, client, certificate)))
      return problem('invalid_client', CERTIFICATE_ENDED, 'certificate-ended')
    if (client === undefined || !isRegistered(client, certificate, ctx.now))
      return problem('invalid_client', 'unknown client, or the certificate is not registered for it')
    await deps.person.noteKeyUse(ctx, { clientId, key: { thumbprint: certificate.thumbprint } })
    return client
  }
  if (form.get('client_assertion_type') !== ASSERTION_TYPE)
    return problem('invalid_client', `client_assertion_type must be ${ASSERTION_TYPE}`)
  return provenClient(ctx, deps, form.get('client_assertion') ?? '')
}

async function provenClient(ctx: Context, deps: TokenDeps, assertion: string): Promise<Client | Problem> {
  const clientId = statedClient(assertion)
  if (clientId === null)
    return problem(
      'invalid_client',
      'client_assertion is not a JWT with iss and sub, signed with one of: '.concat(assertionAlgorithms.join(' ')),
    )
  const client = await deps.person.findClient(ctx, clientId)
  // One sentence for an unknown client and a wrong key: nobody learns here which clients exist.
  const keys = client === undefined ? [] : keysNow(client.jwks.keys, ctx.now)
  const proof = client && (await verified(ctx, deps, { assertion, clientId, keys }))
  if (client !== undefined && proof === 'signature') {
    const ended = await endedKeyOf(ctx, assertion, client.jwks.keys)
    if (ended !== null) return problem('invalid_client', keyEndedWords(ended), 'key-ended')
  }
  if (client === undefined || proof === undefined || proof === 'signature')
    return problem('invalid_client', 'unknown client, or the signature does not match its keys')
  if (typeof proof === 'string') return problem('invalid_client', proof)
  const lifetime = (proof.exp ?? 0) - ctx.now.getTime() / 1000
  if (lifetime > LIFE_SECONDS + SKEW_SECONDS) return problem('invalid_client', 'exp must be at most five minutes ahead')
  const { jti } = proof
  if (typeof jti !== 'string' || jti === '' || jti.length > 256)
    return problem('invalid_client', 'jti must be a text of 1 to 256 characters')
  const until = new Date(((proof.exp ?? 0) + SKEW_SECONDS) * 1000)
  const fresh = await claimOnce(ctx.db, ctx.now, { scope: 'client-assertion', value: `${clientId} ${jti}`, until })
  if (!fresh) return problem('invalid_client', 'this jti was used before')
  const jwk = keyUsed(assertion, keys)
  if (jwk !== undefined) await deps.person.noteKeyUse(ctx, { clientId, key: { jwk } })
  return client
}

/** The key that an assertion names, or the only one. */
function keyUsed(assertion: string, keys: readonly object[]): object | undefined {
  const { kid } = decodeProtectedHeader(assertion)
  return keys.length === 1 ? keys[0] : keys.find((key) => 'kid' in key && key.kid === kid)
}

/** Whom an assertion claims to be, before anything of it is proven; null where its form or algorithm is not accepted. */
function statedClient(assertion: string): string | null {
  if (assertion.length > 16_384) return null
  try {
    const { alg } = decodeProtectedHeader(assertion)
    const { iss, sub } = decodeJwt(assertion)
    return typeof alg === 'string' && assertionAlgorithms.includes(alg) && typeof iss === 'string' && iss === sub && iss.length <= 200
      ? iss
      : null
  } catch {
    return null
  }
}

type KeySet = ReturnType<typeof createLocalJWKSet>
const keySets = new Map<string, KeySet>()

/** A client's keys, ready to verify with; read anew where its register entry changed, because the entry itself is the name. */
function keySetOf(keys: object[]): KeySet {
  const name = JSON.stringify(keys)
  const known = keySets.get(name)
  if (known) return known
  const made = createLocalJWKSet({ keys } as JSONWebKeySet)
  if (keySets.size >= 2_000) keySets.delete(keySets.keys().next().value!)
  keySets.set(name, made)
  return made
}

/** The proven claims, `signature` where the keys do not match, or a sentence about the claim that is wrong. */
async function verified(
  ctx: Context,
  { tokenEndpoints }: TokenDeps,
  { assertion, clientId, keys }: { assertion: string; clientId: string; keys: object[] },
): Promise<JWTPayload | string> {
  const options = {
    algorithms: [...assertionAlgorithms],
    issuer: clientId,
    subject: clientId,
    audience: tokenEndpoints.flatMap((address) => [address, `${address}/`]),
    currentDate: ctx.now,
    clockTolerance: SKEW_SECONDS,
    requiredClaims: ['exp', 'jti', 'aud'],
  }
  try {
    return (await jwtVerify(assertion, keySetOf(keys), options)).payload
  } catch (error) {
    if (error instanceof errors.JWTExpired) return 'the assertion has expired'
    if (error instanceof errors.JWTClaimValidationFailed)
      return error.claim === 'aud' ? `aud must be ${tokenEndpoints[0]}` : `the claim ${error.claim} is missing or wrong`
    if (error instanceof errors.JOSEError) return 'signature'
    throw error
  }
}
