import { dpopAlgorithms } from '#kernel/dpop'
import { assertionAlgorithms } from './oauth.ts'

/**
 * What a SMART client reads before it asks.
 * @param tlsBase address of the mTLS listener; null where certificates are not read
 * @spec SMART App Launch 2.2, conformance; RFC 8705 section 5; RFC 9449 section 5.1
 */
export const smartConfiguration = (baseUrl: string, tlsBase: string | null): object => ({
  issuer: baseUrl,
  token_endpoint: `${baseUrl}/oauth/token`,
  token_endpoint_auth_methods_supported: tlsBase === null ? ['private_key_jwt'] : ['private_key_jwt', 'tls_client_auth'],
  token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
  grant_types_supported: ['client_credentials'],
  response_types_supported: [],
  scopes_supported: ['system/*.cruds', 'system/*.rs', 'system/*.read', 'system/*.write'],
  capabilities: ['client-confidential-asymmetric', 'permission-v1', 'permission-v2'],
  dpop_signing_alg_values_supported: dpopAlgorithms,
  tls_client_certificate_bound_access_tokens: tlsBase !== null,
  ...(tlsBase === null ? {} : { mtls_endpoint_aliases: { token_endpoint: `${tlsBase}/oauth/token` } }),
})
