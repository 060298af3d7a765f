import type { RefusalCode } from '#kernel/refusal'

/** Why the token endpoint says no, in OAuth's own words. @spec RFC 6749 section 5.2, RFC 9449 section 5 */
export type OauthError = 'invalid_request' | 'invalid_client' | 'invalid_scope' | 'unsupported_grant_type' | 'invalid_dpop_proof'
/** `outcome`: what the audit log says where OAuth's word is not exact enough; it does not leave. */
export type Problem = { error: OauthError; error_description: string; outcome?: RefusalCode }
export const problem = (error: OauthError, error_description: string, outcome?: RefusalCode): Problem => ({
  error,
  error_description,
  ...(outcome === undefined ? {} : { outcome }),
})
