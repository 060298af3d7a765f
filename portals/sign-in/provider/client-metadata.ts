import type { AdapterPayload } from 'oidc-provider'
import { bindingDemanded, type FoundApp } from '#care/person'
import type { RouteRequest } from '#kernel/route'
import { keysNow } from '../ended-key.ts'
import { isRegistered } from '../oauth-binding.ts'

/** Where the certificate that is shown is not the app's, the one that the provider waits for is none that exists. */
const NO_SUBJECT = 'no such certificate'

/** Thumbprints count beside subjects, so the certificate is judged here, and the provider is told to expect it. */
const subjectAwaited = (app: FoundApp, { certificate }: Shown, now: Date): string =>
  certificate !== undefined && isRegistered(app, certificate, now) ? certificate.subject : NO_SUBJECT

type Shown = Pick<RouteRequest, 'headers' | 'certificate'>

const withoutEnd = (jwk: object): object => Object.fromEntries(Object.entries(jwk).filter(([name]) => name !== 'exp'))

/** A redirect to a scheme of its own, or to the device itself, is one of an app that is installed. */
const isNative = (uri: string): boolean => {
  const { protocol, hostname } = new URL(uri)
  return protocol === 'http:' ? ['127.0.0.1', '[::1]', 'localhost'].includes(hostname) : protocol !== 'https:'
}

/**
 * An app of the register as the provider reads clients. Where its tokens may be tied to a certificate or to a key, what this request
 * brings decides which of the two is demanded: never neither.
 */
export function clientMetadata(app: FoundApp, request: Shown, now: Date): AdapterPayload {
  const demanded = bindingDemanded(app, false)
  const byCertificate =
    demanded === 'mtls' ||
    (demanded === 'any' && request.headers.dpop === undefined && request.certificate !== undefined && request.certificate.until > now)
  return {
    client_id: app.clientId,
    client_name: app.name,
    application_type: app.redirectUris.every(isNative) ? 'native' : 'web',
    redirect_uris: app.redirectUris,
    response_types: ['code'],
    grant_types: app.grantTypes.filter((type) => type !== 'client_credentials'),
    token_endpoint_auth_method: app.authMethod,
    id_token_signed_response_alg: 'ES256',
    ...(app.authMethod === 'private_key_jwt' ? { jwks: { keys: keysNow(app.jwks.keys, now).map(withoutEnd) } } : {}),
    ...(app.authMethod === 'tls_client_auth' ? { tls_client_auth_subject_dn: subjectAwaited(app, request, now) } : {}),
    // Only an app that reads its own person's record may do without; the register cannot say otherwise.
    require_pushed_authorization_requests: app.parRequired || demanded !== 'none',
    tls_client_certificate_bound_access_tokens: byCertificate,
    dpop_bound_access_tokens: demanded !== 'none' && !byCertificate,
  }
}
