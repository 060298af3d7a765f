import type Provider from 'oidc-provider'
import type { InteractionResults } from 'oidc-provider'
import { insertAppGrant, replaceAppGrants } from '#care/person'
import type { Context } from '#kernel/context'
import type { RouteRequest } from '#kernel/route'
import { grantSeconds } from './configuration.ts'
import type { ProviderDeps } from './deps.ts'
import type { Launch, Person } from './launch.ts'
import type { OpenIdProvider } from './provider.ts'
import { openIdScopes } from './scopes.ts'
import { forgetGrant } from './store.ts'

export type LetIn = { launch: Launch; who: Person; scopes: readonly string[]; patientKey: string | null }

/**
 * Keeps the person's answer for the app.
 * @param decided null for no
 * @returns where the browser goes on: the provider, which hands the app its code or its refusal
 */
export function letIn(
  deps: ProviderDeps & { oauth: OpenIdProvider },
  ctx: Context,
  request: RouteRequest,
  decided: LetIn | null,
): Promise<string> {
  return deps.oauth.about(ctx, request, async (provider, { incoming, outgoing }) => {
    const finish = (result: InteractionResults) =>
      provider.interactionResult(incoming, outgoing, result, { mergeWithLastSubmission: false })
    if (decided === null) return finish({ error: 'access_denied', error_description: 'the person did not let the app in' })
    const grantId = await keepGrant(provider, `${deps.baseUrl}/fhir/R4`, decided)
    const { launch, who, scopes, patientKey } = decided
    const given = { clientId: launch.app.clientId, subject: { kind: who.kind, id: who.id }, patientKey }
    for (const earlier of await replaceAppGrants(ctx.db, ctx.now, given)) await forgetGrant(ctx.db, earlier)
    await insertAppGrant(ctx.db, {
      ...given,
      workplace: who.kind === 'staff' ? (ctx.session?.actsFor ?? null) : null,
      id: grantId,
      scopes,
      grantedAt: ctx.now,
      until: new Date(ctx.now.getTime() + grantSeconds(scopes) * 1000),
    })
    const { session } = ctx
    const proven = session ? { ts: Math.floor(session.provenAt.getTime() / 1000), amr: [session.provenBy] } : {}
    return finish({ login: { accountId: who.id, remember: false, ...proven }, consent: { grantId } })
  })
}

/**
 * The grant as the provider checks it: every scope asked for is settled, so that it asks nothing again. What of them was let in stands
 * in the register of grants, which every token is made from.
 */
async function keepGrant(provider: Provider, base: string, { launch, who, scopes }: LetIn): Promise<string> {
  const grant = new provider.Grant({ accountId: who.id, clientId: launch.app.clientId })
  const openId = launch.asked.filter((scope) => openIdScopes.includes(scope))
  grant.addOIDCScope(openId.join(' '))
  grant.rejectOIDCScope(openId.filter((scope) => scope !== 'openid' && !scopes.includes(scope)).join(' '))
  grant.addResourceScope(base, launch.asked.join(' '))
  return grant.save()
}
