/** What every answer carries, whoever gave it: how a browser may show and keep it, and the names of cookies on the wire. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { cookieEnded, cookieSent, cookiesRead } from './cookie-names.ts'

/** Where browsers say that a page tried what it may not. */
export const CSP_REPORTS = '/csp-reports'

const headers = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'cross-origin-opener-policy': 'same-origin',
  // What another site's page embeds is not shown there; programs and pages that ask by CORS are not concerned.
  'cross-origin-resource-policy': 'same-origin',
}
/** Not `report-to` beside it: browsers that know that one leave this one aside, and send late or, where they are built without it, never. */
const reports = `report-uri ${CSP_REPORTS}; `

/** Sets the headers that every answer carries, also one that no row gave. @param secure true behind TLS */
export function harden(reply: FastifyReply, secure: boolean): void {
  // A row may say more exactly where its form leads; what it leaves out stays as it is for all.
  for (const [name, value] of Object.entries(headers)) if (!reply.hasHeader(name)) reply.header(name, value)
  const policy = String(reply.getHeader('content-security-policy'))
  if (!policy.startsWith(reports)) reply.header('content-security-policy', `${reports}${policy}`)
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  if (secure) reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains')
}

/** Hardens whatever leaves, and under TLS gives cookies their names on the wire; rows read and set them by their plain ones. */
export function hardened(app: FastifyInstance, secure: boolean): void {
  const before = new WeakMap<object, string[]>()
  if (secure) {
    app.addHook('onRequest', async (request) => {
      const { cookie } = request.raw.headers
      if (cookie === undefined) return
      const { header, stale } = cookiesRead(cookie)
      request.raw.headers.cookie = header
      if (stale.length > 0) before.set(request.raw, stale)
    })
  }
  app.addHook('onSend', async (request, reply) => {
    harden(reply, secure)
    if (!secure) return
    const lines = [reply.getHeader('set-cookie') ?? []].flat().map((line) => cookieSent(String(line)))
    const all = [...lines, ...(before.get(request.raw) ?? []).map(cookieEnded)]
    if (all.length > 0) reply.removeHeader('set-cookie').header('set-cookie', all)
  })
}
