import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context } from '#kernel/context'
import type { RouteRequest } from '#kernel/route'

/**
 * The request that the provider works for. Its storage is called with an id alone, so the request's transaction and instant come along
 * beside it; this is the one place of the house where something is carried that way.
 * `fault`: what went wrong within, which the provider would only tell as `server_error`.
 */
export type Asked = { ctx: Context; request: RouteRequest; fault?: unknown }

const carried = new AsyncLocalStorage<Asked>()

export const workingFor = <Result>(asked: Asked, work: () => Promise<Result>): Promise<Result> => carried.run(asked, work)

/** @throws where the provider is asked outside a request: nothing may be read or kept without one */
export function asked(): Asked {
  const found = carried.getStore()
  if (found === undefined) throw new Error('the provider works for a request')
  return found
}
