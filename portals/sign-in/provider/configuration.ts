/**
 * How the provider is set up.
 *
 * @spec SMART App Launch 2.2; FAPI 2.0 Security Profile; RFC 9126 (PAR), RFC 9449 (DPoP), RFC 8705 (mTLS), RFC 9207 (iss)
 */
import { type Configuration, errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import { findApp, findAppGrant } from '#care/person'
import { dpopAlgorithms } from '#kernel/dpop'
import { type RingKey, signingKey } from '#kernel/key-ring'
import { ACCESS_TOKEN_SECONDS, type TokenMint } from '#kernel/token'
import { assertionAlgorithms } from '../oauth.ts'
import { accountOf } from './account.ts'
import { adapterOf } from './adapter.ts'
import { asked } from './asked.ts'
import { mayAsk, reachRecords, scopeList } from './scopes.ts'
import { claimsFromGrant } from './token-claims.ts'
import type { ProviderDeps } from './deps.ts'

export const paths = {
  authorize: '/oauth/authorize',
  par: '/oauth/par',
  token: '/oauth/token',
  revoke: '/oauth/revoke',
  introspect: '/oauth/introspect',
  userinfo: '/oauth/userinfo',
  jwks: '/oauth/jwks',
  endSession: '/oauth/end-session',
  interaction: '/oauth/interaction',
} as const

/** What SMART's parameter `aud` is called within the provider. */
export const SMART_AUD = 'smart_aud'

export const cookieNames = { session: 'enishi_oauth', interaction: 'enishi_oauth_asked', resume: 'enishi_oauth_resume' } as const

/** A code is used at once or not at all. @spec FAPI 2.0 Security Profile section 5.3.2.1 */
export const CODE_SECONDS = 60
/** Time to sign in, by card, and to read what is asked. */
export const INTERACTION_SECONDS = 1800
/** What is let in "also when you are away" ends by itself after so many days. */
export const OFFLINE_DAYS = 90
const DAY = 86_400
/** As long as a browser's session in all. */
const ONLINE_SECONDS = 12 * 3600
const ASSERTION_SECONDS = 300
const SKEW_SECONDS = 10

/** How long a grant of these scopes holds. */
export const grantSeconds = (scopes: readonly string[]): number =>
  scopes.includes('offline_access')
    ? OFFLINE_DAYS * DAY
    : scopes.includes('online_access')
      ? ONLINE_SECONDS
      : CODE_SECONDS + ACCESS_TOKEN_SECONDS

/** Scopes that this request, or the code or token it brings, asks for, as far as the app's entry covers them. */
async function scopesAsked({ oidc }: KoaContextWithOIDC, clientId: string): Promise<string[]> {
  const { AuthorizationCode: code, RefreshToken: token } = oidc.entities
  const app = await findApp(asked().ctx.db, clientId)
  return app === undefined ? [] : mayAsk(app, scopeList([oidc.params?.scope, code?.scope, token?.scope].filter(Boolean).join(' ')))
}

function features(base: string, kid: string): Configuration['features'] {
  const certificate = () => {
    const shown = asked().request.certificate
    return shown !== undefined && shown.until > asked().ctx.now ? shown : undefined
  }
  return {
    devInteractions: { enabled: false },
    userinfo: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    pushedAuthorizationRequests: { enabled: true },
    // A proof is held against the request and used up before the provider sees it, by the same rules as at the record.
    dPoP: { enabled: true, allowReplay: true },
    mTLS: {
      enabled: true,
      tlsClientAuth: true,
      certificateBoundAccessTokens: true,
      getCertificate: () => certificate()?.der.toString('base64'),
      certificateAuthorized: () => certificate() !== undefined,
      certificateSubjectMatches: (_ctx, _property, expected) => certificate()?.subject === expected,
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => base,
      useGrantedResource: () => true,
      async getResourceServerInfo(ctx, resource, client) {
        if (resource !== base) throw new errors.InvalidTarget(`the resource is ${base}`)
        const scope = (await scopesAsked(ctx, client.clientId)).join(' ')
        const jwt = { sign: { alg: 'ES256' as const, kid } }
        return { scope, audience: 'enishi', accessTokenTTL: ACCESS_TOKEN_SECONDS, accessTokenFormat: 'jwt', jwt }
      },
    },
  }
}

/** SMART's `aud`: an app that was lured to another server would send its requests there. @spec SMART App Launch 2.2, section 2.0.9 */
async function checkAud(ctx: KoaContextWithOIDC, aud: string | undefined, clientId: string, base: string): Promise<void> {
  const scopes = scopeList(ctx.oidc.params?.scope)
  const allowed = await scopesAsked(ctx, clientId)
  if (scopes.length > 0 && allowed.length === 0)
    throw new errors.InvalidScope('none of these scopes is registered for this app', scopes.join(' '))
  if (aud === undefined ? reachRecords(scopes) : aud.replace(/\/$/, '') !== base) throw new errors.InvalidRequest(`aud must be ${base}`)
}

/** Every launch is answered by the person who is there now: a session of the provider's own never answers for them. */
function policy(): interactionPolicy.DefaultPolicy {
  const base = interactionPolicy.base()
  const checks = base.get('login')?.checks
  checks?.remove('no_session')
  checks?.add(
    new interactionPolicy.Check('who_is_there', 'End-User authentication is required', 'login_required', ({ oidc }) => !oidc.result?.login),
    0,
  )
  return base
}

async function refreshable(grantId: string | undefined): Promise<boolean> {
  const { ctx } = asked()
  const grant = grantId === undefined ? undefined : await findAppGrant(ctx.db, { id: grantId, now: ctx.now })
  return grant?.scopes.some((scope) => scope === 'offline_access' || scope === 'online_access') ?? false
}

type Keys = { tokens: readonly RingKey[]; cookies: readonly RingKey[] }

const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

export function providerConfiguration(deps: ProviderDeps & { mint: TokenMint }, keys: Keys, now: Date): Configuration {
  const base = `${deps.baseUrl}/fhir/R4`
  const signing = signingKey(keys.tokens, now)
  const ring = [signing, ...keys.tokens.filter((key) => key !== signing)]
  return {
    adapter: adapterOf(deps.mint),
    jwks: { keys: ring.map(({ kid, jwk }) => ({ ...jwk, kid, alg: 'ES256', use: 'sig' })) as never },
    cookies: { names: cookieNames, keys: keys.cookies.map(({ jwk }) => String(jwk.k)) },
    routes: {
      authorization: paths.authorize,
      pushed_authorization_request: paths.par,
      token: paths.token,
      revocation: paths.revoke,
      introspection: paths.introspect,
      jwks: paths.jwks,
      end_session: paths.endSession,
    },
    clientAuthMethods: ['private_key_jwt', 'tls_client_auth', 'none'],
    clientDefaults: {
      id_token_signed_response_alg: 'ES256',
      response_types: ['code'],
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'none',
    },
    enabledJWA: {
      clientAuthSigningAlgValues: [...assertionAlgorithms] as never,
      idTokenSigningAlgValues: ['ES256'],
      dPoPSigningAlgValues: [...dpopAlgorithms] as never,
    },
    responseTypes: ['code'],
    scopes: ['openid', 'offline_access'],
    claims: { openid: ['sub', 'amr', 'auth_time'], profile: ['name'], fhirUser: ['fhirUser'], acr: null, iss: null },
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    conformIdTokenClaims: false,
    clockTolerance: SKEW_SECONDS,
    extraParams: {
      [SMART_AUD]: (ctx, value, client) => checkAud(ctx, asText(value), client.clientId, base),
      launch: null,
    },
    features: features(base, signing.kid),
    formats: { customizers: { jwt: (_ctx, token, parts) => claimsFromGrant(deps, token, parts) } },
    findAccount: (_ctx, id, token) => accountOf(deps, base, { id, grantId: (token as { grantId?: string } | undefined)?.grantId }),
    interactions: { policy: policy(), url: (_ctx, interaction) => `${paths.interaction}/${interaction.uid}` },
    loadExistingGrant: async ({ oidc }) => {
      const grantId = oidc.result?.consent?.grantId
      return grantId === undefined ? undefined : oidc.provider.Grant.find(grantId)
    },
    expiresWithSession: () => false,
    issueRefreshToken: (_ctx, client, source) =>
      client.grantTypeAllowed('refresh_token') ? refreshable((source as { grantId?: string }).grantId) : false,
    rotateRefreshToken: () => true,
    revokeGrantPolicy: () => true,
    assertJwtClientAuthClaimsAndHeader: async (_ctx, claims) => {
      if (Number(claims.exp) - asked().ctx.now.getTime() / 1000 > ASSERTION_SECONDS + SKEW_SECONDS)
        throw new errors.InvalidClientAuth('exp must be at most five minutes ahead')
    },
    ttl: {
      AccessToken: ACCESS_TOKEN_SECONDS,
      AuthorizationCode: CODE_SECONDS,
      IdToken: ACCESS_TOKEN_SECONDS,
      Interaction: INTERACTION_SECONDS,
      Session: INTERACTION_SECONDS,
      Grant: OFFLINE_DAYS * DAY,
      RefreshToken: OFFLINE_DAYS * DAY,
    },
    renderError: (ctx, out) => {
      ctx.type = 'json'
      ctx.body = out
    },
  }
}
