/**
 * The provider's storage in our database. Everything happens in the request's own transaction and by its instant, which is the
 * database's; the provider compares ends with the process's clock besides, so whichever clock is ahead ends a code or token.
 */
import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider'
import { endAppGrant, findApp, findAppGrant } from '#care/person'
import type { TokenMint } from '#kernel/token'
import { asked } from './asked.ts'
import { clientMetadata } from './client-metadata.ts'
import { findKept, findKeptByUid, forget, forgetGrant, keep, type Kept, keepOnce, spend } from './store.ts'
import { openToken } from './token-handle.ts'

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** The id is what a thief would want, so it is kept as a hash beside, never within. */
function withoutId({ jti: _id, ...rest }: AdapterPayload): Record<string, unknown> {
  return rest
}

const restored = (kept: Kept | undefined, id: string): AdapterPayload | undefined =>
  kept && {
    ...(kept.payload as AdapterPayload),
    jti: id,
    ...(kept.consumedAt === null ? {} : { consumed: Math.floor(kept.consumedAt.getTime() / 1000) }),
  }

/** @param mint reads access tokens, of which nothing is kept */
export const adapterOf =
  (mint: TokenMint): AdapterFactory =>
  (kind): Adapter => ({
    async upsert(id, payload, expiresIn = 0) {
      const { ctx } = asked()
      const expiresAt = new Date(ctx.now.getTime() + expiresIn * 1000)
      const grantId = kind === 'Grant' ? id : textOrNull(payload.grantId)
      const state = { kind, id, grantId, payload: withoutId(payload), uid: kind === 'Session' ? textOrNull(payload.uid) : null, expiresAt }
      if (kind !== 'ReplayDetection') return keep(ctx.db, state)
      if (!(await keepOnce(ctx.db, ctx.now, state))) throw new errors.InvalidClientAuth('this jti was used before')
    },
    async find(id) {
      const { ctx, request } = asked()
      if (kind === 'Client') {
        const app = await findApp(ctx.db, id)
        return app && clientMetadata(app, request, ctx.now)
      }
      if (kind === 'AccessToken') return openToken(mint, ctx, id)
      // What a person ended, or an operator, holds no longer, whatever is kept here.
      if (kind === 'Grant' && (await findAppGrant(ctx.db, { id, now: ctx.now })) === undefined) return undefined
      return restored(await findKept(ctx.db, ctx.now, { kind, id }), id)
    },
    async findByUid(uid) {
      const { ctx } = asked()
      return restored(await findKeptByUid(ctx.db, ctx.now, { kind, uid }), '')
    },
    findByUserCode: async () => undefined,
    async consume(id) {
      const { ctx } = asked()
      if (await spend(ctx.db, ctx.now, { kind, id })) return
      // Two came at the same moment: the second is as good as a thief's.
      const kept = await findKept(ctx.db, ctx.now, { kind, id })
      const grantId = textOrNull(kept?.payload.grantId)
      if (grantId !== null) await this.revokeByGrantId(grantId)
      throw new errors.InvalidGrant(kind === 'RefreshToken' ? 'refresh token already used' : 'authorization code already consumed')
    },
    async destroy(id) {
      const { ctx } = asked()
      if (kind === 'Grant') await endGrant(id)
      await forget(ctx.db, { kind, id })
    },
    revokeByGrantId: endGrant,
  })

/** Ends a grant because a code or refresh token came twice, or because the app gave it back. */
async function endGrant(grantId: string): Promise<void> {
  const { ctx, request } = asked()
  const by = new URL(request.url, 'http://enishi.invalid').pathname.endsWith('/revoke') ? 'app' : 'reuse'
  await endAppGrant(ctx.db, ctx.now, { grantId, subject: null, by })
  await forgetGrant(ctx.db, grantId)
}
