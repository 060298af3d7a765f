/**
 * What an access token is tied to when it is issued.
 *
 * @spec RFC 8705 sections 2.1 and 3, RFC 9449 section 5
 */
import type { BindingPolicy } from '#care/person'
import type { Context } from '#kernel/context'
import { checkProof, claimProof } from '#kernel/dpop'
import type { RouteRequest } from '#kernel/route'
import type { ClientCertificate } from '#kernel/tls'
import type { Binding } from '#kernel/token'
import { CERTIFICATE_ENDED } from './ended-key.ts'
import { type Problem, problem } from './oauth-problem.ts'

type Registered = { certificates: readonly string[]; certificateSubject: string | null }

/** Whether a certificate proves the client: one registered by its thumbprint, or any verified one of the registered subject. */
export const isRegistered = (client: Registered, certificate: ClientCertificate, now: Date): boolean =>
  certificate.until > now && (client.certificates.includes(certificate.thumbprint) || client.certificateSubject === certificate.subject)

const wanting: Record<Exclude<BindingPolicy, 'none'>, string> = {
  mtls: 'the tokens of this client are tied to its certificate: ask at the mTLS address, with a certificate',
  dpop: 'the tokens of this client are tied to a key: send a DPoP proof',
  any: 'the tokens of this client are tied to a certificate or a key: ask at the mTLS address with a certificate, or send a DPoP proof',
}

/** A proof that is sent counts before the certificate, which some clients show always; the client's policy goes before both. */
export async function bindingFor(
  ctx: Context,
  about: { policy: BindingPolicy; request: RouteRequest; tokenEndpoints: readonly string[] },
): Promise<Binding | null | Problem> {
  const { policy } = about
  const { certificate, headers, method, url } = about.request
  if (headers.dpop !== undefined && policy !== 'mtls') {
    const origins = about.tokenEndpoints.map((address) => new URL(address).origin)
    const proven = checkProof({ now: ctx.now, proof: headers.dpop, method, url, origins })
    if ('wrong' in proven) return problem('invalid_dpop_proof', `the DPoP proof is not good: ${proven.wrong}`)
    const fresh = await claimProof(ctx.db, proven.once)
    return fresh ? { by: 'dpop', thumbprint: proven.jkt } : problem('invalid_dpop_proof', 'this DPoP proof was used before')
  }
  if (certificate !== undefined && certificate.until > ctx.now && policy !== 'dpop')
    return { by: 'mtls', thumbprint: certificate.thumbprint }
  if (certificate !== undefined && certificate.until <= ctx.now && (policy === 'mtls' || policy === 'any'))
    return problem('invalid_request', CERTIFICATE_ENDED, 'certificate-ended')
  return policy === 'none' ? null : problem('invalid_request', wanting[policy])
}
