/**
 * The token endpoint for systems of institutions.
 *
 * @spec SMART App Launch 2.2, Backend Services https://hl7.org/fhir/smart-app-launch/backend-services.html
 * @spec RFC 7523 section 3, RFC 6749 sections 4.4 and 5
 */
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose'
import type { PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import { claimOnce } from '#kernel/identity'
import type { Answer } from '#kernel/route'
import { ACCESS_TOKEN_SECONDS, type TokenMint } from '#kernel/token'
import { grantedScopes } from './rules.ts'

/** Asymmetric algorithms only: with a shared secret, or none, anybody who knows the public key could sign. */
export const assertionAlgorithms: readonly string[] = ['RS384', 'ES384', 'ES256', 'RS256', 'PS256', 'PS384']

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
/** Longest life of an assertion. @spec SMART Backend Services, exp */
const LIFE_SECONDS = 300
/** Clocks of hospitals differ by a few seconds. */
const SKEW_SECONDS = 10

type OauthError = 'invalid_request' | 'invalid_client' | 'invalid_scope' | 'unsupported_grant_type'
type Problem = { error: OauthError; error_description: string }
const problem = (error: OauthError, error_description: string): Problem => ({ error, error_description })

export type TokenDeps = { person: PersonService; mint: TokenMint; tokenEndpoint: string }

/** Answers a token request; what was wrong is told in OAuth's own form and kept in the audit log. */
export async function answerToken(ctx: Context, deps: TokenDeps, sent: { body: string; contentType: string | undefined }): Promise<Answer> {
  const granted = await grant(ctx, deps, sent)
  const headers = { 'cache-control': 'no-store', pragma: 'no-cache' }
  if ('error' in granted) {
    ctx.audit({ outcome: granted.error === 'invalid_client' ? 'client-invalid' : 'input-invalid', rule: granted.error })
    return { status: granted.error === 'invalid_client' ? 401 : 400, headers, json: granted }
  }
  ctx.audit({ resource: `Client/${granted.clientId}` })
  const access_token = await deps.mint.issue(ctx.now, granted)
  return { headers, json: { access_token, token_type: 'bearer', expires_in: ACCESS_TOKEN_SECONDS, scope: granted.scopes.join(' ') } }
}

type Granted = { clientId: string; scopes: string[] }

async function grant(ctx: Context, deps: TokenDeps, sent: { body: string; contentType: string | undefined }): Promise<Granted | Problem> {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(sent.contentType ?? ''))
    return problem('invalid_request', 'send application/x-www-form-urlencoded')
  const form = new URLSearchParams(sent.body)
  const twice = [...form.keys()].find((name) => form.getAll(name).length > 1)
  if (twice !== undefined) return problem('invalid_request', 'a parameter is sent twice')
  if (form.get('grant_type') === null) return problem('invalid_request', 'grant_type is missing')
  if (form.get('grant_type') !== 'client_credentials') return problem('unsupported_grant_type', 'use client_credentials')
  if (form.get('client_assertion_type') !== ASSERTION_TYPE)
    return problem('invalid_client', `client_assertion_type must be ${ASSERTION_TYPE}`)
  const client = await provenClient(ctx, deps, form.get('client_assertion') ?? '')
  if ('error' in client) return client
  if (form.get('client_id') !== null && form.get('client_id') !== client.clientId)
    return problem('invalid_client', 'client_id is not the one of the assertion')
  const scopes = grantedScopes(form.get('scope') ?? undefined, client.scopes)
  return scopes === null
    ? problem('invalid_scope', 'the client may ask for: '.concat(client.scopes.join(' ')))
    : { clientId: client.clientId, scopes }
}

async function provenClient(ctx: Context, deps: TokenDeps, assertion: string): Promise<{ clientId: string; scopes: string[] } | Problem> {
  const clientId = statedClient(assertion)
  if (clientId === null)
    return problem(
      'invalid_client',
      'client_assertion is not a JWT with iss and sub, signed with one of: '.concat(assertionAlgorithms.join(' ')),
    )
  const client = await deps.person.findClient(ctx, clientId)
  // One sentence for an unknown client and a wrong key: nobody learns here which clients exist.
  const proof = client && (await verified(ctx, deps, { assertion, clientId, keys: client.jwks.keys }))
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
  return fresh ? { clientId, scopes: client.scopes } : problem('invalid_client', 'this jti was used before')
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

/** The proven claims, `signature` where the keys do not match, or a sentence about the claim that is wrong. */
async function verified(
  ctx: Context,
  { tokenEndpoint }: TokenDeps,
  { assertion, clientId, keys }: { assertion: string; clientId: string; keys: object[] },
): Promise<JWTPayload | string> {
  const options = {
    algorithms: [...assertionAlgorithms],
    issuer: clientId,
    subject: clientId,
    audience: [tokenEndpoint, `${tokenEndpoint}/`],
    currentDate: ctx.now,
    clockTolerance: SKEW_SECONDS,
    requiredClaims: ['exp', 'jti', 'aud'],
  }
  try {
    return (await jwtVerify(assertion, createLocalJWKSet({ keys } as JSONWebKeySet), options)).payload
  } catch (error) {
    if (error instanceof errors.JWTExpired) return 'the assertion has expired'
    if (error instanceof errors.JWTClaimValidationFailed)
      return error.claim === 'aud' ? `aud must be ${tokenEndpoint}` : `the claim ${error.claim} is missing or wrong`
    if (error instanceof errors.JOSEError) return 'signature'
    throw error
  }
}

/** What a SMART client reads before it asks. @spec SMART App Launch 2.2, conformance */
export const smartConfiguration = (tokenEndpoint: string): object => ({
  token_endpoint: tokenEndpoint,
  token_endpoint_auth_methods_supported: ['private_key_jwt'],
  token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
  grant_types_supported: ['client_credentials'],
  response_types_supported: [],
  scopes_supported: ['system/*.cruds', 'system/*.rs', 'system/*.read', 'system/*.write'],
  capabilities: ['client-confidential-asymmetric', 'permission-v1', 'permission-v2'],
})
