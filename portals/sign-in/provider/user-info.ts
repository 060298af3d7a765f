import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import type { Answer, Row } from '#kernel/route'
import { OAUTH } from '../row-terms.ts'
import { fhirUserOf } from './account.ts'
import { paths } from './configuration.ts'
import type { ProviderDeps } from './deps.ts'

/** What an app may know of who signed in. @spec OpenID Connect Core 1.0 section 5.3 */
function userInfo(deps: ProviderDeps, ctx: Context): Answer {
  const { actor } = ctx
  const app = actor.kind === 'citizen' || actor.kind === 'staff' ? actor.app : undefined
  if (app === undefined || (actor.kind !== 'citizen' && actor.kind !== 'staff') || !app.scopes.includes('openid'))
    return refuse('not-permitted')
  const base = `${deps.baseUrl}/fhir/R4`
  const own = actor.kind === 'citizen' && actor.actsFor ? null : fhirUserOf(actor, base, null)
  return {
    json: {
      sub: actor.id,
      ...(app.scopes.includes('profile') ? { name: actor.name } : {}),
      ...(app.scopes.includes('fhirUser') && own !== null ? { fhirUser: own } : {}),
    },
  }
}

/** Proven like any request with a token: by its certificate or key, and by the grant as it is now. */
export function userInfoRows(deps: ProviderDeps): Row[] {
  const about = {
    kind: 'read',
    path: paths.userinfo,
    who: ['citizen', 'staff'],
    why: ['PATRQT', 'TREAT'],
    apps: true,
    crossSite: true,
    audit: 'app.user',
    law: OAUTH,
    summary: { ja: 'アプリがサインインした人を知る', en: 'An app learns who signed in' },
    handle: async (ctx: Context) => userInfo(deps, ctx),
  } as const
  return [
    { ...about, method: 'GET' },
    { ...about, method: 'POST', body: 'text' },
  ]
}
