import type { Db } from '#kernel/database'
import { jwkThumbprint } from './key-rules.ts'
import { noteKeyUse, USE_EVERY_MS } from './store/client.ts'

/** A key by its JWK, a certificate by its thumbprint. */
export type UsedKey = { jwk: object } | { thumbprint: string }

/** Notes of this process, so that a client that asks for a token each second costs no statement; a second process notes for itself. */
const MOST = 20_000

/** Notes which key of a client was used, at most once an hour: the register then shows whether a new key is in use before the old one goes. */
export function keyUses() {
  const noted = new Map<string, number>()
  return async (ctx: { db: Db; now: Date }, use: { clientId: string; key: UsedKey }): Promise<void> => {
    const kid = 'jwk' in use.key ? `jwk ${JSON.stringify((use.key.jwk as { kid?: unknown }).kid ?? null)}` : use.key.thumbprint
    const name = `${use.clientId} ${kid}`
    const now = ctx.now.getTime()
    if (now - (noted.get(name) ?? 0) < USE_EVERY_MS) return
    if (noted.size >= MOST) noted.clear()
    noted.set(name, now)
    const thumbprint = 'jwk' in use.key ? jwkThumbprint(use.key.jwk) : use.key.thumbprint
    await noteKeyUse(ctx.db, { clientId: use.clientId, thumbprint, now: ctx.now })
  }
}
