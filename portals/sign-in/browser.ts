import { randomBytes } from 'node:crypto'
import { cookie } from '#kernel/proof'
import type { RouteRequest } from '#kernel/route'

/** Ties a challenge's answer to the browser that asked for it. A program without cookies does without, by card alone. */
export const BROWSER_COOKIE = 'enishi_browser'

/** The browser's pre-session, where it has one. */
export const browserOf = ({ headers }: RouteRequest): string | undefined => cookie(headers, BROWSER_COOKIE)

/** The browser's pre-session, or a new one with the header that gives it. */
export function browserFor(request: RouteRequest, secure: boolean): { browser: string; headers?: { 'set-cookie': string } } {
  const known = browserOf(request)
  if (known !== undefined) return { browser: known }
  const browser = randomBytes(16).toString('base64url')
  return {
    browser,
    headers: { 'set-cookie': `${BROWSER_COOKIE}=${browser}; Path=/sign-in; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}` },
  }
}
