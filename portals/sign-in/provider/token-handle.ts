/**
 * Access tokens at introspection and revocation. Of a signed token nothing is kept, and the provider refuses to look at one there; so it
 * is handed over in another spelling and opened again by the storage.
 */
import type { AdapterPayload } from 'oidc-provider'
import { findAppGrant } from '#care/person'
import type { Context } from '#kernel/context'
import { ACCESS_TOKEN_SECONDS, type TokenMint } from '#kernel/token'

const form = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/

/** Dots become tildes, which no code or refresh token of the provider has. */
export const tokenHandle = (token: string): string => (form.test(token) ? token.replaceAll('.', '~') : token)

/** What the provider knows an access token by; undefined where it is not ours, has ended, or acts for nobody. */
export async function openToken(mint: TokenMint, ctx: Context, handle: string): Promise<AdapterPayload | undefined> {
  if (!handle.includes('~')) return undefined
  const read = await mint.read(ctx.now, handle.replaceAll('~', '.'))
  if (read?.onBehalfOf == null) return undefined
  const grant = await findAppGrant(ctx.db, { id: read.onBehalfOf.grantId, now: ctx.now })
  if (grant === undefined) return undefined
  const exp = Math.floor(read.until.getTime() / 1000)
  return {
    kind: 'AccessToken',
    jti: read.tokenId,
    iat: exp - ACCESS_TOKEN_SECONDS,
    exp,
    accountId: read.onBehalfOf.id,
    clientId: read.clientId,
    grantId: read.onBehalfOf.grantId,
    scope: read.scopes.join(' '),
    aud: 'enishi',
    gty: 'authorization_code',
    ...(read.binding === null
      ? {}
      : read.binding.by === 'dpop'
        ? { jkt: read.binding.thumbprint }
        : { 'x5t#S256': read.binding.thumbprint }),
  }
}
