/** A launch under way: what the app asked, who is there, whose record it may be. */
import { errors } from 'oidc-provider'
import { findApp, type FoundApp } from '#care/person'
import type { Actor, Context } from '#kernel/context'
import type { RouteRequest } from '#kernel/route'
import type { ConsentProps } from '../consent/index.ts'
import type { ProviderDeps } from './deps.ts'
import type { OpenIdProvider } from './provider.ts'
import { grantable, mayAsk, scopeList } from './scopes.ts'

export type Person = Extract<Actor, { kind: 'citizen' | 'staff' }>
export type Launch = {
  uid: string
  app: FoundApp
  redirectUri: string
  /** What it asked for, as far as its register entry covers that. */
  asked: string[]
  /** How fresh a proof it wants, in seconds; null where any will do. */
  maxAge: number | null
  /** Handle of a launch from a chart; null where the app was started on its own. */
  launchId: string | null
  startedAt: Date
}
/** A patient whom staff launched the app for. */
export type Chart = { patientKey: string; name: string }

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

function maxAgeOf(params: Record<string, unknown>): number | null {
  if (textOf(params.prompt)?.split(' ').includes('login')) return 0
  const age = params.max_age === undefined ? Number.NaN : Number(params.max_age)
  return Number.isFinite(age) ? age : null
}

/** The launch that this browser began under this address; undefined where it is another's, is over, or its app has ended. */
export async function launchOf(oauth: OpenIdProvider, ctx: Context, request: RouteRequest): Promise<Launch | undefined> {
  const found = await oauth
    .about(ctx, request, (provider, { incoming, outgoing }) => provider.interactionDetails(incoming, outgoing))
    .catch((error: unknown) => {
      if (error instanceof errors.OIDCProviderError) return undefined
      throw error
    })
  if (found === undefined || found.uid !== request.params.uid) return undefined
  const { params } = found
  const app = await findApp(ctx.db, String(params.client_id))
  const redirectUri = textOf(params.redirect_uri)
  if (app === undefined || redirectUri === null) return undefined
  return {
    uid: found.uid,
    app,
    redirectUri,
    asked: mayAsk(app, scopeList(params.scope)),
    maxAge: maxAgeOf(params),
    launchId: textOf(params.launch),
    startedAt: new Date(found.iat * 1000),
  }
}

/** Whose record it may be: the person's own, then those they represent at this instant; for staff the patient of the launch. */
export async function forWhom(deps: ProviderDeps, ctx: Context, who: Person, chart: Chart | null): Promise<ConsentProps['forWhom']> {
  if (who.kind === 'staff') return chart === null ? [] : [{ id: chart.patientKey, name: chart.name, as: 'self' }]
  const { represents } = await deps.person.proxies.family(ctx, who.id)
  const others = represents.filter((proxy) => proxy.why === null).map(({ personId, name, basis }) => ({ id: personId, name, as: basis }))
  return [{ id: who.id, name: who.name, as: 'self' }, ...others]
}

/** The key of the record that was chosen; undefined where they may not (any more). */
export async function keyOf(deps: ProviderDeps, ctx: Context, who: Person, forId: string | null): Promise<string | undefined> {
  if (who.kind === 'staff') return undefined
  const actsFor = forId === null || forId === who.id ? null : forId
  const actor = await deps.accounts.citizen(ctx.db, who.id, { now: ctx.now, actsFor })
  return (actor?.actsFor?.personId ?? null) === actsFor ? actor?.keys[0] : undefined
}

/** What is asked of this person: without what nobody of their kind can give. */
export const askable = (launch: Launch, who: Person, chart: Chart | null): string[] =>
  grantable(launch.asked, { kind: who.kind, patient: who.kind === 'citizen' || chart !== null })
