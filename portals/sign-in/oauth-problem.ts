/** Why the token endpoint says no, in OAuth's own words. @spec RFC 6749 section 5.2, RFC 9449 section 5 */
export type OauthError = 'invalid_request' | 'invalid_client' | 'invalid_scope' | 'unsupported_grant_type' | 'invalid_dpop_proof'
export type Problem = { error: OauthError; error_description: string }
export const problem = (error: OauthError, error_description: string): Problem => ({ error, error_description })
