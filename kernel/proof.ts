import { findSession, type Accounts, SESSION_COOKIE } from './identity.ts'
import type { Actor, Purpose, Session } from './context.ts'
import type { Db } from './database.ts'
import { checkProof, type Claim, claimProof, dpopAlgorithms } from './dpop.ts'
import { refuse, type RefusalCode } from './refusal.ts'
import type { HttpRow, RouteRequest, StepUp } from './route.ts'
import type { AccessToken, Binding, TokenMint } from './token.ts'

type Headers = Readonly<Record<string, string | undefined>>
type Asked = Pick<RouteRequest, 'method' | 'url' | 'headers' | 'certificate'>
type ProofDeps = { db: Db; accounts: Accounts; mint: TokenMint; origins?: readonly string[] }
/** `renewed`: the session's new token, to be set with the answer; `via`: what it was proven by, for the log. */
export type Proof = { actor: Actor; session: Session | null; renewed: string | null; via: string }

/** One cookie's value out of the header, or undefined. */
export function cookie(headers: Headers, name: string): string | undefined {
  for (const part of headers.cookie?.split(';') ?? []) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return undefined
}

const AUTHORIZATION = /^(Bearer|DPoP) ([A-Za-z0-9._~+/=-]+)$/i

/**
 * Proves the caller: access token first, then the session cookie, else the public.
 * @refuses token-invalid, certificate-mismatch, certificate-ended, dpop-invalid, binding-required where a token was sent and is not good, or not
 * good here: a bad proof never falls back to a weaker one
 */
export async function proveCaller(deps: ProofDeps, asked: Asked, now: Date): Promise<Proof> {
  const { headers } = asked
  if (headers.authorization !== undefined) {
    const [, scheme = '', token = ''] = AUTHORIZATION.exec(headers.authorization) ?? []
    const read = token === '' ? undefined : await deps.mint.read(now, token)
    if (read === undefined) return refuse('token-invalid')
    const claim = heldBy(deps, { ...asked, token, scheme: scheme.toLowerCase(), binding: read.binding }, now)
    const holder = holderOf(deps, read, now)
    const [actor, fresh] = claim === null ? [await holder, true] : await Promise.all([holder, claimProof(deps.db, claim)])
    if (!fresh) refuse('dpop-invalid', { reason: 'jti' })
    const via = read.onBehalfOf === null ? `token:${read.tokenId}` : `grant:${read.onBehalfOf.grantId}`
    return { actor: actor ?? refuse('token-invalid'), session: null, renewed: null, via }
  }
  const token = cookie(headers, SESSION_COOKIE)
  const found = token === undefined ? undefined : await findSession(deps.db, now, token)
  if (found !== undefined) {
    const { session, renewed } = found
    const actor =
      found.kind === 'citizen'
        ? await deps.accounts.citizen(deps.db, found.subject, { now, actsFor: session.actsFor })
        : await deps.accounts.staff(deps.db, found.subject, { now, place: session.actsFor })
    // The person is told: the refusal names their key, so that it stands in their own log.
    if (found.cloned) refuse('session-cloned', actor?.kind === 'citizen' && actor.keys[0] !== undefined ? { key: actor.keys[0] } : {})
    if (actor) return { actor, session, renewed, via: `session:${session.id}` }
  }
  return { actor: { kind: 'public' }, session: null, renewed: null, via: '' }
}

/** Who a token speaks for: the system itself, or the person who let the app act for them; undefined where nobody does any more. */
async function holderOf({ db, accounts }: ProofDeps, read: AccessToken, now: Date): Promise<Actor | undefined> {
  const asked = { scopes: read.scopes, tokenBinding: read.binding?.by ?? ('none' as const) }
  const { onBehalfOf } = read
  if (onBehalfOf === null) return accounts.system(db, read.clientId, asked)
  const [app, actor] = await Promise.all([
    accounts.app(db, { ...asked, now, clientId: read.clientId, onBehalfOf }),
    onBehalfOf.kind === 'citizen'
      ? accounts.citizen(db, onBehalfOf.id, { now, actsFor: onBehalfOf.actsFor })
      : accounts.staff(db, onBehalfOf.id, { now, place: onBehalfOf.actsFor }),
  ])
  if (app === undefined || actor === undefined) return undefined
  // Who may no longer act for the other falls back to nobody, not to their own record: the app was let in for the other's.
  if (actor.kind === 'citizen' && (actor.actsFor?.personId ?? null) !== onBehalfOf.actsFor) return undefined
  return { ...actor, app }
}

/**
 * Holds the request against what its token is tied to.
 * @returns the DPoP proof that is still to be claimed, or null
 * @refuses certificate-mismatch, certificate-ended, dpop-invalid
 */
function heldBy(
  { origins }: ProofDeps,
  { binding, token, scheme, certificate, headers, method, url }: Asked & { token: string; scheme: string; binding: Binding | null },
  now: Date,
): Claim | null {
  if (binding?.by === 'dpop') {
    // Sent as a plain bearer token, it would be one that somebody found.
    if (scheme !== 'dpop') refuse('dpop-invalid', { reason: 'scheme' })
    const proven = checkProof({ now, proof: headers.dpop, method, url, origins: origins ?? [], accessToken: token })
    if ('wrong' in proven) return refuse('dpop-invalid', { reason: proven.wrong })
    return proven.jkt === binding.thumbprint ? proven.once : refuse('dpop-invalid', { reason: 'jwk' })
  }
  if (scheme !== 'bearer') refuse('dpop-invalid', { reason: 'token' })
  if (binding === null) return null
  if (certificate?.thumbprint !== binding.thumbprint) refuse('certificate-mismatch')
  return certificate.until > now ? null : refuse('certificate-ended')
}

const unfitTokens: readonly RefusalCode[] = ['token-invalid', 'certificate-mismatch', 'certificate-ended', 'binding-required']

/** How to do better: the challenge that goes with a refusal for want of proof. @spec RFC 6750 section 3, RFC 9449 section 7.1 */
export function challengeOf(code: RefusalCode): string {
  const dpop = (error: string) => `DPoP realm="enishi"${error}, algs="${dpopAlgorithms.join(' ')}"`
  if (code === 'dpop-invalid') return dpop(', error="invalid_dpop_proof"')
  const error = unfitTokens.includes(code) ? ', error="invalid_token"' : ''
  return `Bearer realm="enishi"${error}, ${dpop(error)}`
}

/** Purposes an actor of each kind may act under, the usual one first. */
const purposesOf: Record<Actor['kind'], readonly Purpose[]> = {
  public: ['HOPERAT'],
  citizen: ['PATRQT'],
  staff: ['TREAT', 'HOPERAT', 'ETREAT'],
  system: ['TREAT', 'HPAYMT', 'HRESCH', 'HOPERAT'],
}

/**
 * Why a system asks, as its token states it by a scope `purpose/…`; null where it states nothing, which is the usual purpose of the row.
 * @refuses purpose-unclear where two are stated, not-permitted where it is none that a system may act under
 */
export function statedPurpose(actor: Actor): Purpose | null {
  const said = actor.kind === 'system' ? [...new Set(actor.scopes.filter((scope) => scope.startsWith(PURPOSE_SCOPE)))] : []
  if (said.length === 0) return null
  if (said.length > 1) refuse('purpose-unclear')
  return purposesOf.system.find((one) => said[0] === `${PURPOSE_SCOPE}${one}`) ?? refuse('not-permitted')
}
const PURPOSE_SCOPE = 'purpose/'

/** What a system acts for on an order it left: what its scopes state, treatment where they state nothing. @refuses as `statedPurpose` */
export const purposeOf = (actor: Actor): Purpose => statedPurpose(actor) ?? purposesOf.system[0]!
/** Purposes under which systems read. */
export const systemPurposes: readonly Purpose[] = purposesOf.system

/**
 * Holds the caller against the row. A purpose that a token states is the only one it runs under: it opens no row that is not for it.
 * @returns the purpose the request runs under
 * @refuses not-signed-in, not-permitted, purpose-unclear
 */
export function admit(row: Pick<HttpRow, 'who' | 'roles' | 'why' | 'apps'>, actor: Actor): Purpose {
  const open = row.who.includes('public')
  // A person's own pages are not an app's: what it was let see is read at the record.
  if (!row.apps && (actor.kind === 'citizen' || actor.kind === 'staff') && actor.app !== undefined && !open) refuse('not-permitted')
  if (!open && actor.kind === 'public') refuse('not-signed-in')
  if (!open && !row.who.includes(actor.kind)) refuse('not-permitted')
  if (row.roles && actor.kind === 'staff' && !row.roles.includes(actor.role)) refuse('not-permitted')
  const stated = open && !row.who.includes('system') ? null : statedPurpose(actor)
  const purpose = (stated === null ? purposesOf[actor.kind] : [stated]).find((one) => row.why.includes(one))
  if (purpose !== undefined) return purpose
  if (open) return row.why[0]!
  return refuse('not-permitted')
}

/** On a page that is open to all, an app is nobody: what its person let it see does not hold their name. */
export function whoIsThere(row: Pick<HttpRow, 'who' | 'apps'>, actor: Actor): Actor {
  const throughApp = (actor.kind === 'citizen' || actor.kind === 'staff') && actor.app !== undefined
  return throughApp && !row.apps && row.who.includes('public') ? { kind: 'public' } : actor
}

/**
 * Holds the session against the proof that an act demands.
 * @refuses not-permitted where nobody in a browser asks, step-up-required where the last proof is too old or too weak
 */
export function demandProof(stepUp: StepUp | undefined, session: Session | null, now: Date): void {
  if (stepUp === undefined) return
  if (session === null) refuse('not-permitted')
  const fresh = now.getTime() - session.provenAt.getTime() <= stepUp.withinMinutes * 60_000
  if (!fresh || !stepUp.by.includes(session.provenBy))
    refuse('step-up-required', { by: stepUp.by.join(','), minutes: String(stepUp.withinMinutes) })
}

/** Whether an Origin header names this host; a port that is the usual one may be left out on either side. */
function sameHost(origin: string, host: string | undefined): boolean {
  if (!URL.canParse(origin)) return false
  const from = new URL(origin)
  const here = `${from.protocol}//${host}`
  return URL.canParse(here) && new URL(here).host === from.host
}

/** Whether a browser says that a page of another site made it send this. Browsers send these headers always; other programs send neither. */
function isCrossSite(method: string, headers: Headers): boolean {
  if (method === 'GET' || method === 'HEAD' || headers.authorization !== undefined) return false
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true
  const { origin } = headers
  if (origin === undefined) return false
  return origin === 'null' ? site === undefined : !sameHost(origin, headers.host)
}

/**
 * A browser's cross-site request must not act with the person's cookie: it is refused, or where the row is open to other sites, its
 * cookie counts for nothing.
 * @refuses cross-site
 */
export function heldToSite<Request extends Pick<RouteRequest, 'method' | 'headers'>>(
  row: Pick<HttpRow, 'crossSite'>,
  request: Request,
): Request {
  if (!isCrossSite(request.method, request.headers)) return request
  return row.crossSite ? { ...request, headers: { ...request.headers, cookie: undefined } } : refuse('cross-site')
}
