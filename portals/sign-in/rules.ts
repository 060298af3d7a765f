/** What sign-in decides without asking anybody. Pure. */
import { scopeCovers } from '#kernel/scope'

/** A card answers its challenge within two minutes. */
export const CHALLENGE_SECONDS = 120

/**
 * Pages that start or end a session are no place to come back to. What an app asked is: its page is bound to the browser that began it,
 * and shows before it does anything.
 */
const noReturn = /^\/(?:sign-in|sign-out|oauth(?!\/interaction\/[\w-]{20,64}$)|demo)(?:[/?]|$)/

/**
 * Where to go after sign-in: a path of this origin, else the fallback.
 *
 * Read as a browser reads it, and judged after that: tabs, backslashes and dot segments make another host out of what
 * looks like a path.
 */
export function safeNext(wish: unknown, fallback: string): string {
  if (typeof wish !== 'string' || !wish.startsWith('/') || wish.length > 2000) return fallback
  const base = 'http://enishi.invalid'
  if (!URL.canParse(wish, base)) return fallback
  const url = new URL(wish, base)
  const path = `${url.pathname}${url.search}`
  if (url.origin !== base || path.startsWith('//') || noReturn.test(path)) return fallback
  return path
}

/** Whether a page belongs to people at work, who sign in by name and code. */
export const isForStaff = (path: string): boolean => /^\/(?:clinic|reader|desk|eligibility|operator|audit|developer)(?:[/?]|$)/.test(path)

/**
 * Whether scopes may be granted to a system that acts for itself. `patient/` and `user/` say whose record: a person who launches an app
 * says so, and nobody says so here, so such a token would reach everything that the institution sees.
 * @spec SMART App Launch 2.2, Backend Services: scopes are `system/` ones
 */
export const areForSystems = (scopes: readonly string[]): boolean =>
  scopes.length > 0 && scopes.every((scope) => scope.startsWith('system/'))

/** Scopes to grant: what is asked for, which the client's must cover; all of the client's where nothing is asked. Null where more is asked. */
export function grantedScopes(asked: string | undefined, own: readonly string[]): string[] | null {
  const wanted = (asked ?? '').split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return [...own]
  return wanted.every((scope) => scopeCovers(own, scope)) ? [...new Set(wanted)] : null
}
