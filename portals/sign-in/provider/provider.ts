/** The provider of this process, and how rows ask it. */
import type { EventEmitter } from 'node:events'
import { performance } from 'node:perf_hooks'
import Provider from 'oidc-provider'
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { keyRing, RING_READ_EVERY_MS, signingKey } from '#kernel/key-ring'
import { cookie } from '#kernel/proof'
import type { RouteRequest } from '#kernel/route'
import { asked, type Asked, workingFor } from './asked.ts'
import { cookieNames, providerConfiguration } from './configuration.ts'
import type { ProviderDeps } from './deps.ts'
import { type Answered, pairOf, type Pair, run } from './in-process.ts'

/** `form`: fields instead of those sent; `url` instead of the one asked; `without`: a cookie that does not count here. */
export type Change = { form?: URLSearchParams; url?: string; base?: string; without?: keyof typeof cookieNames }

export type OpenIdProvider = {
  /** What the provider answers to the row's request. @throws what went wrong in the storage, so that the row's transaction is undone */
  answer(ctx: Context, request: RouteRequest, change?: Change): Promise<Answered>
  /** Works with the provider itself, about a launch under way in this browser. */
  about<Result>(ctx: Context, request: RouteRequest, work: (provider: Provider, pair: Pair) => Promise<Result>): Promise<Result>
}

function cookiesOf(request: RouteRequest, without?: keyof typeof cookieNames): string {
  const kept = Object.entries(cookieNames).flatMap(([which, name]) => (which === without ? [] : [name, `${name}.sig`]))
  return kept.flatMap((name) => cookie(request.headers, name)?.replace(/^/, `${name}=`) ?? []).join('; ')
}

/** Made from the keys of the moment, and made anew when they change. */
function current(deps: ProviderDeps) {
  let made: { provider: Provider; name: string; at: number } | null = null
  return async (db: Db, now: Date): Promise<Provider> => {
    if (made !== null && performance.now() - made.at < RING_READ_EVERY_MS) return made.provider
    const keys = { tokens: await keyRing(db, 'access-token'), cookies: await keyRing(db, 'oauth-cookie') }
    const name = [signingKey(keys.tokens, now), ...keys.tokens, ...keys.cookies].map((key) => key.kid).join(' ')
    if (made?.name === name) made.at = performance.now()
    else made = { provider: newProvider(deps, keys, now), name, at: performance.now() }
    return made.provider
  }
}

function newProvider(deps: ProviderDeps, keys: Parameters<typeof providerConfiguration>[1], now: Date): Provider {
  const provider = new Provider(deps.baseUrl, providerConfiguration(deps, keys, now))
  provider.proxy = true
  const faulted = (_ctx: unknown, error: unknown) => {
    asked().fault = error
  }
  provider.on('server_error', faulted)
  const koa: EventEmitter = provider
  koa.on('error', (error: unknown) => faulted(null, error))
  return provider
}

export function openIdProvider(deps: ProviderDeps): OpenIdProvider {
  const providerNow = current(deps)
  return {
    async answer(ctx, request, { form, url = request.url, base = deps.baseUrl, without } = {}) {
      const provider = await providerNow(ctx.db, ctx.now)
      const work: Asked = { ctx, request }
      const body = form?.toString() ?? (request.method === 'POST' ? String(request.body ?? '') : null)
      const pair = pairOf({ request, base, url, body, cookies: cookiesOf(request, without) })
      return workingFor(work, async () => {
        const answered = await run(provider, pair)
        if (work.fault !== undefined) throw work.fault
        return answered
      })
    },
    async about(ctx, request, work) {
      const provider = await providerNow(ctx.db, ctx.now)
      const pair = pairOf({ request, base: deps.baseUrl, url: request.url, body: null, cookies: cookiesOf(request) })
      return workingFor({ ctx, request }, () => work(provider, pair))
    },
  }
}
