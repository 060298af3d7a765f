/**
 * What somebody looks for, carried in an address that tells nobody else: a name in an address stays in the history of a shared desk and in the
 * logs of whatever stands between. It is sealed for whoever asked, for one place and one working day, so that a list can be loaded again, left
 * and come back to.
 */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Actor, Context } from './context.ts'
import { bodyOf, type ReadRow, type RouteRequest } from './route.ts'
import { type Sealer, sealer } from './sealed.ts'

const KEPT_MS = 12 * 3600_000
const fields = z.record(z.string().max(40), z.string().max(200))

/** Where nothing is bound, an address holds as long as its process. */
let bound: Sealer = sealer([{ id: 'process', key: randomBytes(32) }])

/** Binds the keys that every process of the platform shares. */
export const sealAskedWith = (shared: Sealer | null): void => {
  if (shared !== null) bound = shared
}

type Asking = Pick<Context, 'actor' | 'now'>

const ownerOf = (actor: Actor, path: string): string => `asked:${path}:${actor.kind === 'public' ? '' : actor.id}`

/** The address under `path` that holds what was asked. */
export function askedAddress({ actor, now }: Asking, path: string, asked: Readonly<Record<string, string>>): string {
  const text = JSON.stringify({ at: now.getTime(), asked })
  return `${path}?${new URLSearchParams({ asked: bound.seal(text, ownerOf(actor, path)) })}`
}

/** The query of a request with what its address holds; what is another's, of another place or of yesterday counts as not asked. */
export function askedIn({ actor, now }: Asking, path: string, query: URLSearchParams): URLSearchParams {
  const whole = new URLSearchParams(query)
  const opened = bound.open(query.get('asked') ?? '', ownerOf(actor, path))
  if (opened === null) return whole
  const { at, asked } = JSON.parse(opened) as { at: number; asked: Record<string, string> }
  if (now.getTime() - at > KEPT_MS) return whole
  for (const [name, value] of Object.entries(asked)) whole.set(name, value)
  return whole
}

const pathOf = (request: RouteRequest): string => request.url.split('?', 1)[0]!

/** Takes what a form asks in its body, and leads to the address that holds it. @param place whose address that is; by default the row's own */
export const askingRow = (row: Omit<ReadRow, 'kind' | 'method' | 'audit' | 'schema' | 'handle'>, place = pathOf): ReadRow => ({
  ...row,
  kind: 'read',
  method: 'POST',
  // Nothing of anybody is shown; what is then looked at is noted where it is shown.
  audit: 'none',
  schema: fields,
  handle: async (ctx, request) => ({ redirect: askedAddress(ctx, place(request), bodyOf(request, fields)) }),
})
