import { dpopAlgorithms } from '#kernel/dpop'
import { assertionAlgorithms } from './oauth.ts'
import { paths } from './provider/configuration.ts'

/** Endpoints that a client calls itself, so that it may show its certificate there. */
const called = {
  token_endpoint: paths.token,
  pushed_authorization_request_endpoint: paths.par,
  revocation_endpoint: paths.revoke,
  introspection_endpoint: paths.introspect,
  userinfo_endpoint: paths.userinfo,
} as const

const at = (base: string) => Object.fromEntries(Object.entries(called).map(([name, path]) => [name, `${base}${path}`]))

/** What both documents say. @param tlsBase address of the mTLS listener; null where certificates are not read */
const common = (baseUrl: string, tlsBase: string | null) => {
  const methods = tlsBase === null ? ['private_key_jwt'] : ['private_key_jwt', 'tls_client_auth']
  return {
    issuer: baseUrl,
    authorization_endpoint: `${baseUrl}${paths.authorize}`,
    ...at(baseUrl),
    jwks_uri: `${baseUrl}${paths.jwks}`,
    end_session_endpoint: `${baseUrl}${paths.endSession}`,
    token_endpoint_auth_methods_supported: [...methods, 'none'],
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    revocation_endpoint_auth_methods_supported: [...methods, 'none'],
    introspection_endpoint_auth_methods_supported: methods,
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'fragment'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    dpop_signing_alg_values_supported: dpopAlgorithms,
    tls_client_certificate_bound_access_tokens: tlsBase !== null,
    ...(tlsBase === null ? {} : { mtls_endpoint_aliases: at(tlsBase) }),
  }
}

const scopes_supported = [
  ...['openid', 'fhirUser', 'profile', 'launch', 'launch/patient', 'offline_access', 'online_access'],
  ...['HPAYMT', 'HRESCH', 'HOPERAT'].map((purpose) => `purpose/${purpose}`),
  ...['patient', 'user', 'system'].flatMap((context) => ['cruds', 'rs', 'read', 'write'].map((acts) => `${context}/*.${acts}`)),
]

/**
 * What a SMART client reads before it asks.
 * @spec SMART App Launch 2.2, conformance; RFC 8705 section 5; RFC 9449 section 5.1; RFC 9126 section 5; RFC 9207 section 3
 */
export const smartConfiguration = (baseUrl: string, tlsBase: string | null): object => ({
  ...common(baseUrl, tlsBase),
  scopes_supported,
  capabilities: [
    ...['launch-ehr', 'launch-standalone', 'authorize-post', 'sso-openid-connect'],
    ...['client-public', 'client-confidential-asymmetric'],
    ...['context-ehr-patient', 'context-standalone-patient', 'context-banner'],
    ...['permission-offline', 'permission-online', 'permission-patient', 'permission-user', 'permission-v1', 'permission-v2'],
  ],
})

/** What an OpenID client reads before it asks. @spec OpenID Connect Discovery 1.0 section 3; RFC 8414 */
export const openIdConfiguration = (baseUrl: string, tlsBase: string | null): object => ({
  ...common(baseUrl, tlsBase),
  scopes_supported,
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['ES256'],
  claims_supported: ['sub', 'name', 'fhirUser', 'auth_time', 'amr'],
  claim_types_supported: ['normal'],
  claims_parameter_supported: false,
  request_parameter_supported: false,
  request_uri_parameter_supported: false,
})
