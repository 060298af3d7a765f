/** What is read of a client's request before the provider sees it. */
import { decodeJwt } from 'jose'
import type { Context } from '#kernel/context'
import { checkProof, claimProof } from '#kernel/dpop'
import type { Answer, RouteRequest } from '#kernel/route'

export const isForm = ({ headers }: RouteRequest): boolean =>
  /^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers['content-type'] ?? '')

export const formOf = ({ body }: RouteRequest): URLSearchParams => new URLSearchParams(typeof body === 'string' ? body : '')

/** Says no in OAuth's own form, and notes it. */
export function oauthProblem(ctx: Context, status: number, error: string, error_description: string): Answer {
  ctx.audit({ outcome: error === 'invalid_dpop_proof' ? 'dpop-invalid' : 'input-invalid', rule: error })
  return { status, headers: { 'cache-control': 'no-store', pragma: 'no-cache' }, json: { error, error_description } }
}

type Stated = { audience: string; clientId: string }

/** What an assertion says of itself, nothing of it proven. */
function stated(form: URLSearchParams): Stated {
  try {
    const { aud, sub } = decodeJwt(form.get('client_assertion') ?? '')
    return { audience: String([aud].flat()[0] ?? ''), clientId: sub ?? '' }
  } catch {
    return { audience: '', clientId: '' }
  }
}

type Held = { base: string; clientId: string } | { wrong: string }

/**
 * Holds the DPoP proof, where one is sent, against every address we are known by, and uses it up.
 * @returns `base`: the address that the client means, by its proof or its assertion
 */
export async function dpopFirst(
  ctx: Context,
  request: RouteRequest,
  { form, bases }: { form: URLSearchParams; bases: readonly string[] },
): Promise<Held> {
  const { dpop } = request.headers
  const { audience, clientId } = stated(form)
  const meant = (address: string) => bases.find((base) => address === base || address.startsWith(`${base}/`))
  const usual = meant(audience) ?? bases[0]!
  if (dpop === undefined) return { base: usual, clientId }
  const proven = checkProof({ now: ctx.now, proof: dpop, method: request.method, url: request.url, origins: bases })
  if ('wrong' in proven) return { wrong: `the DPoP proof is not good: ${proven.wrong}` }
  if (!(await claimProof(ctx.db, proven.once))) return { wrong: 'this DPoP proof was used before' }
  const { htu } = decodeJwt(dpop)
  return { base: meant(String(htu)) ?? usual, clientId }
}
