import { type AccessToken, type ClientCredentials, errors, type JWTStructured } from 'oidc-provider'
import { bindingDemanded, findApp, findAppGrant, noteAppGrantUsed } from '#care/person'
import { scopeCovers } from '#kernel/scope'
import { onBehalfOfClaims } from '#kernel/token'
import { asked } from './asked.ts'
import type { ProviderDeps } from './deps.ts'
import { scopeList } from './scopes.ts'

/**
 * What an access token says: for whom and through which grant, and of the scopes asked for those that the person let in. The provider
 * knows the request's scopes alone; a person may have let in a part of one.
 */
export async function claimsFromGrant(deps: ProviderDeps, token: AccessToken | ClientCredentials, parts: JWTStructured): Promise<void> {
  const { ctx } = asked()
  const grantId = 'grantId' in token ? token.grantId : undefined
  const grant = grantId === undefined ? undefined : await findAppGrant(ctx.db, { id: grantId, now: ctx.now })
  const app = grant && (await findApp(ctx.db, grant.clientId))
  if (grant === undefined || app === undefined) throw new errors.InvalidGrant('the grant has ended')
  if (bindingDemanded(app, false) !== 'none' && parts.payload.cnf === undefined)
    throw new errors.InvalidGrant('the tokens of this app are tied to a key or a certificate')
  const owner = grant.patientKey === null ? undefined : await deps.person.findByKey(ctx, grant.patientKey)
  const forAnother = owner !== undefined && owner.id !== grant.subject.id ? owner.id : null
  const actsFor = grant.subject.kind === 'citizen' ? forAnother : grant.workplace
  const wanted = scopeList(parts.payload.scope)
  Object.assign(parts.payload, {
    sub: grant.subject.id,
    scope: grant.scopes.filter((scope) => scopeCovers(wanted, scope)).join(' '),
    ...onBehalfOfClaims({ kind: grant.subject.kind, id: grant.subject.id, grantId: grant.id, actsFor, patient: grant.patientKey }),
  })
  await noteAppGrantUsed(ctx.db, ctx.now, grant.id)
}
