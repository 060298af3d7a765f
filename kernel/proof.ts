import { findSession, type Accounts, SESSION_COOKIE } from './identity.ts'
import type { Actor, Purpose } from './context.ts'
import type { Db } from './database.ts'
import { refuse } from './refusal.ts'
import type { HttpRow } from './route.ts'
import type { TokenMint } from './token.ts'

type Headers = Readonly<Record<string, string | undefined>>
export type Proof = { actor: Actor; sessionId: string | null }

/** One cookie's value out of the header, or undefined. */
export function cookie(headers: Headers, name: string): string | undefined {
  for (const part of headers.cookie?.split(';') ?? []) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return undefined
}

/**
 * Proves the caller: bearer token first, then the session cookie, else the public.
 * @refuses token-invalid where a token was sent and is not good: a bad proof never falls back to a weaker one
 */
export async function proveCaller(deps: { db: Db; accounts: Accounts; mint: TokenMint }, headers: Headers, now: Date): Promise<Proof> {
  const authorization = headers.authorization
  if (authorization !== undefined) {
    const token = /^Bearer ([A-Za-z0-9._~+/=-]+)$/.exec(authorization)?.[1]
    const read = token === undefined ? undefined : await deps.mint.read(now, token)
    const actor = read && (await deps.accounts.system(deps.db, read.clientId, { scopes: read.scopes, tokenBinding: 'none' }))
    return { actor: actor ?? refuse('token-invalid'), sessionId: null }
  }
  const session = cookie(headers, SESSION_COOKIE)
  if (session !== undefined) {
    const found = await findSession(deps.db, now, session)
    const actor =
      found?.kind === 'citizen'
        ? await deps.accounts.citizen(deps.db, found.subject)
        : found?.kind === 'staff'
          ? await deps.accounts.staff(deps.db, found.subject)
          : undefined
    if (actor) return { actor, sessionId: session }
  }
  return { actor: { kind: 'public' }, sessionId: null }
}

/** Purposes an actor of each kind may act under, the usual one first. */
const usualPurpose: Record<Actor['kind'], Purpose> = { public: 'HOPERAT', citizen: 'PATRQT', staff: 'TREAT', system: 'TREAT' }

/**
 * Holds the caller against the row.
 * @returns the purpose the request runs under
 * @refuses not-signed-in, not-permitted
 */
export function admit(row: Pick<HttpRow, 'who' | 'roles' | 'why'>, actor: Actor): Purpose {
  const open = row.who.includes('public')
  if (!open && actor.kind === 'public') refuse('not-signed-in')
  if (!open && !row.who.includes(actor.kind)) refuse('not-permitted')
  if (row.roles && actor.kind === 'staff' && !row.roles.includes(actor.role)) refuse('not-permitted')
  const purpose = usualPurpose[actor.kind]
  if (row.why.includes(purpose)) return purpose
  if (open) return row.why[0]!
  return refuse('not-permitted')
}

/** Whether an Origin header names this host; a port that is the usual one may be left out on either side. */
function sameHost(origin: string, host: string | undefined): boolean {
  if (!URL.canParse(origin)) return false
  const from = new URL(origin)
  const here = `${from.protocol}//${host}`
  return URL.canParse(here) && new URL(here).host === from.host
}

/**
 * A browser's cross-site request must not act with the person's cookie. Browsers send these headers always;
 * programs without a cookie jar send neither.
 * @refuses cross-site
 */
export function refuseCrossSite(method: string, headers: Headers): void {
  if (method === 'GET' || method === 'HEAD' || headers.authorization !== undefined) return
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') refuse('cross-site')
  const origin = headers.origin
  if (origin !== undefined && origin !== 'null' && !sameHost(origin, headers.host)) refuse('cross-site')
  if (origin === 'null' && site === undefined) refuse('cross-site')
}
