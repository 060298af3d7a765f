/** Searches of the log: an auditor's over all of it, a person's over what concerns them. */
import { requireScope } from '#care/record'
import { findLogged, type LoggedEntry, searchLog } from '#kernel/audit-search'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import type { Resource } from '#packages/fhir'
import { type Asked, markOf, readAsked } from './ask.ts'
import { eventsHead, eventsLines } from './csv.ts'
import { placeOfEvent, type Shown, toAuditEvent } from './map.ts'
import type { ActionWords } from './words.ts'

export type FoundEvents = { entries: LoggedEntry[]; asked: Asked; next: string | null }

/** A file of the log ends here; who needs more asks for a shorter time. */
export const MOST_LINES = 100_000
const PIECE = 1_000

/** Whose entries somebody may look for: an auditor's question stands as it is, a person's is held to their own record. */
function within(ctx: Context, asked: Asked): Asked {
  const { actor } = ctx
  if (actor.kind !== 'citizen') return actor.kind === 'staff' && actor.role === 'auditor' ? asked : refuse('not-permitted')
  // From whom kinds of the record are kept, the portal tells the rest: an entry here is told whole.
  if ((actor.actsFor?.hides ?? []).length > 0) refuse('not-permitted')
  if (asked.filter.vias !== undefined) refuse('search-unsupported', { param: 'via' })
  const { keys } = asked.filter
  return { ...asked, filter: { ...asked.filter, keys: keys === undefined ? actor.keys : keys.filter((k) => actor.keys.includes(k)) } }
}

/** Looking at the log of somebody is itself an act on their data, which their own log shows. */
function note(ctx: Context, { filter }: Asked, count: number): void {
  const keys = [...new Set([...(filter.keys ?? []), ...(filter.entries ?? []).map((e) => e.key)])].filter(
    (key) => key !== '' && (filter.keys === undefined || filter.keys.includes(key)),
  )
  if (keys.length === 0) ctx.audit({ resource: 'AuditEvent?', count })
  for (const key of keys) ctx.audit({ key, resource: 'AuditEvent?', count })
}

const nothingMeets = ({ keys, entries }: Asked['filter']): boolean => keys?.length === 0 || entries?.length === 0

/** One page of a search. @refuses search-unsupported, search-invalid, scope-missing, not-permitted */
export async function searchEvents(ctx: Context, query: URLSearchParams): Promise<FoundEvents> {
  requireScope(ctx.actor, 'AuditEvent', 's')
  const asked = within(ctx, readAsked(query))
  // One more than a page, so that a next page is known to exist.
  const found = nothingMeets(asked.filter) ? [] : await searchLog(ctx.db, asked.filter, { limit: asked.limit + 1, after: asked.after })
  const entries = found.slice(0, asked.limit)
  note(ctx, asked, entries.length)
  const last = entries.at(-1)
  return { entries, asked, next: found.length > asked.limit && last !== undefined ? markOf(last) : null }
}

/** @refuses not-found where it is not there, or not theirs */
export async function readEvent(ctx: Context, id: string): Promise<LoggedEntry> {
  requireScope(ctx.actor, 'AuditEvent', 'r')
  const place = placeOfEvent(id) ?? refuse('not-found')
  const { filter } = within(ctx, { filter: {}, limit: 1, after: undefined, given: [] })
  if (filter.keys !== undefined && !filter.keys.includes(place.key)) refuse('not-found')
  const found = (await findLogged(ctx.db, place)) ?? refuse('not-found')
  ctx.audit({ ...(place.key === '' ? {} : { key: place.key }), resource: `AuditEvent/${id}`, count: 1 })
  return found
}

/** What a search finds as CSV, newest first, up to `MOST_LINES`. */
export async function* eventPieces(ctx: Context, asked: Asked, words: ActionWords): AsyncGenerator<string> {
  yield eventsHead(ctx.lang, words)
  let after = asked.after
  for (let lines = 0; lines < MOST_LINES; ) {
    const found = await searchLog(ctx.db, asked.filter, { limit: PIECE, after })
    if (found.length > 0) yield eventsLines(found, ctx.lang, words)
    const last = found.at(-1)
    if (last === undefined || found.length < PIECE) return
    after = { at: last.at, id: last.id }
    lines += found.length
  }
}

/** The question of a file, noted before its first piece leaves. */
export function askedForFile(ctx: Context, query: URLSearchParams): Asked {
  const asked = within(ctx, readAsked(query))
  note(ctx, asked, 0)
  return asked
}

/** The found page as a Bundle. @param base address of the FHIR surface */
export function eventBundle(found: FoundEvents, { base, ...shown }: Shown & { base: string }): Resource {
  const link = (query: URLSearchParams) => `${base}/AuditEvent${query.size > 0 ? `?${query}` : ''}`
  const own = new URLSearchParams(found.asked.given.map(([n, v]) => [n, v]))
  const next = new URLSearchParams(own)
  if (found.next !== null) next.set('_after', found.next)
  const entry = found.entries.map((e) => {
    const resource = toAuditEvent(e, shown)
    return { fullUrl: `${base}/AuditEvent/${String(resource.id)}`, resource, search: { mode: 'match' } }
  })
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    link: [{ relation: 'self', url: link(own) }, ...(found.next === null ? [] : [{ relation: 'next', url: link(next) }])],
    ...(entry.length > 0 ? { entry } : {}),
  } as Resource
}
