import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { isObject, type Json, type Resource, sameNumbers, textsNamed } from '#packages/fhir'
import type { RecordService } from '../service.ts'
import { asSoundAs } from '../write/judge.ts'
import { criteriaOf } from '../write/conditional.ts'
import { searchIn } from '../write/conditional-reference.ts'
import { type Entry, isCall } from './entries.ts'

/** Where entries stand, by fullUrl or by conditional reference, and the ids of those that are not written yet. */
export type Places = { of: Map<string, string>; reserved: Map<Entry, string> }

export const places = (): Places => ({ of: new Map(), reserved: new Map() })

/**
 * Gives every entry whose id can be known its place before it is written, so that entries may refer to each other in any order
 * and in circles. Conditional writes wait until it is known what they find.
 */
export function reserve(ctx: Context, record: RecordService, entries: readonly Entry[], { of, reserved }: Places): void {
  for (const entry of entries) {
    if (entry.fullUrl === null || of.has(entry.fullUrl) || !entry.resource) continue
    const { resourceType } = entry.resource
    if (entry.method === 'PUT' && entry.id !== null) of.set(entry.fullUrl, `${resourceType}/${entry.id}`)
    if (entry.method !== 'POST' || entry.ifNoneExist !== null || isCall(entry)) continue
    const place = record.reserveId(ctx, entry.resource, of)
    if (place === null) continue
    of.set(entry.fullUrl, `${resourceType}/${place}`)
    reserved.set(entry, place)
  }
}

/** Elements of type uri and url that may point at another entry (an attachment's file). */
const addresses = new Set(['url', 'uri', 'source', 'valueUri', 'valueUrl'])

const pointers: ReadonlySet<string> = new Set(['reference', ...addresses])

/** The references an entry's resource makes, each once. */
export const referencesOf = (resource: Resource): string[] => textsNamed(resource, pointers)

const conditional = /^([A-Z][A-Za-z]+)\?./

export const isConditional = (reference: string): boolean => conditional.test(reference)

/**
 * Finds what conditional references (`Patient?identifier=…`) mean, each once.
 * @refuses multiple-matches, input-invalid where nothing meets one
 */
export async function resolveConditional(
  ctx: Context,
  record: RecordService,
  about: { references: readonly string[]; of: Map<string, string> },
): Promise<void> {
  for (const reference of about.references) {
    const sought = searchIn(reference)
    if (sought === null || about.of.has(reference)) continue
    const { type, search } = sought
    const query = criteriaOf(search)
    query.set('_count', '2')
    const { page } = await record.search(ctx, type, query, true)
    if (page.rows.length > 1) refuse('multiple-matches')
    const found = page.rows[0] ?? refuse('input-invalid', { what: `reference ${reference.slice(0, 120)}` })
    about.of.set(reference, `${type}/${found.id}`)
  }
}

/** Where a reference leads: an entry by its fullUrl, also where both are written relative to one server. What stands after `#` goes with it. */
function placeOf(reference: string, entry: Entry, of: ReadonlyMap<string, string>): string | undefined {
  const cut = reference.indexOf('#')
  const place = wholePlaceOf(cut < 0 ? reference : reference.slice(0, cut), entry, of)
  return place === undefined || cut < 0 ? place : place + reference.slice(cut)
}

function wholePlaceOf(reference: string, entry: Entry, of: ReadonlyMap<string, string>): string | undefined {
  const direct = of.get(reference)
  if (direct !== undefined || entry.fullUrl === null || !/^https?:/.test(entry.fullUrl) || reference.includes(':')) return direct
  const root = /^(https?:.*\/)[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/.exec(entry.fullUrl)?.[1]
  return root === undefined ? undefined : of.get(root + reference)
}

const LINK = /\b(href|src)(\s*=\s*)("[^"]*"|'[^']*')/g

/** Whether the narrative leads or looks anywhere. */
const isNarrated = ({ text }: Resource): boolean => isObject(text) && typeof text.div === 'string' && /\b(?:href|src)\s*=/.test(text.div)

/** A narrative whose links and pictures lead where the entries stand. Its words stay as they are. */
const narrated = (div: string, place: (address: string) => string | undefined): string =>
  div.replace(LINK, (whole, name: string, is: string, quoted: string) => {
    const found = place(quoted.slice(1, -1))
    return found === undefined ? whole : `${name}${is}${quoted[0]}${found}${quoted[0]}`
  })

/** The resource with references to entries pointed at where these are stored. @refuses input-invalid for a reference that leads nowhere */
export function pointed(entry: Entry, references: readonly string[], of: ReadonlyMap<string, string>): Resource {
  const resource = entry.resource!
  if (!references.some((r) => r.startsWith('urn:') || placeOf(r, entry, of) !== undefined) && !isNarrated(resource)) return resource
  const map = (value: Json, name: string): Json => {
    if (typeof value === 'string' && (name === 'reference' || addresses.has(name))) {
      const place = placeOf(value, entry, of)
      if (place === undefined && name === 'reference' && value.startsWith('urn:'))
        refuse('input-invalid', { what: `reference ${value.slice(0, 80)}` })
      return place ?? value
    }
    if (typeof value === 'string' && name === 'div') return narrated(value, (address) => placeOf(address, entry, of))
    if (Array.isArray(value)) return value.map((v) => map(v, name))
    if (!isObject(value)) return value
    return sameNumbers(value, Object.fromEntries(Object.entries(value).map(([k, v]) => [k, map(v, k)])))
  }
  return asSoundAs(resource, map(resource, '') as Resource)
}
