import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { isObject, type Json, namesOfType, type Resource, sameNumbers, textsNamed } from '#packages/fhir'
import type { RecordService } from '../service.ts'
import { asSoundAs } from '../write/judge.ts'
import { criteriaOf } from '../write/conditional.ts'
import { isConditional, searchIn } from '../write/conditional-reference.ts'
import { ownerReferences } from '../write/owner.ts'
import { type Entry, isCall } from './entries.ts'
import { namesFor, withoutPart } from './full-urls.ts'

/** Where entries stand, by fullUrl or by conditional reference, and the ids of those that are not written yet. */
export type Places = { of: Map<string, string>; reserved: Map<Entry, string> }

export const places = (): Places => ({ of: new Map(), reserved: new Map() })

/**
 * Gives every entry whose id can be known its place before it is written, so that entries may refer to each other in any order
 * and in circles. Conditional writes wait until it is known what they find; whatever names one of them as its owner waits with it, because
 * an id tells whose a resource is.
 */
export function reserve(ctx: Context, record: RecordService, entries: readonly Entry[], { of, reserved }: Places): void {
  const named = new Set(entries.flatMap(({ fullUrl }) => fullUrl ?? []))
  const waiting = new Map<string, Entry[]>()
  // Whoever waits comes again behind the one it waited for.
  const queue = [...entries]
  for (const entry of queue) {
    const { fullUrl, resource } = entry
    if (fullUrl === null || of.has(fullUrl) || !resource) continue
    const place = entry.method === 'PUT' && entry.query === null ? entry.id : isNew(entry) ? newPlace(entry) : null
    if (place === null) continue
    of.set(fullUrl, `${resource.resourceType}/${place}`)
    if (entry.method === 'POST') reserved.set(entry, place)
    queue.push(...(waiting.get(fullUrl) ?? []))
    waiting.delete(fullUrl)
  }

  function newPlace(entry: Entry): string | null {
    for (const reference of ownerReferences(entry.resource!)) {
      if (wholePlaceOf(reference, entry, of) !== undefined) continue
      if (isConditional(reference)) return null
      const entryUrl = namesFor(reference, entry).find((name) => named.has(name))
      if (entryUrl === undefined) continue
      waiting.set(entryUrl, [...(waiting.get(entryUrl) ?? []), entry])
      return null
    }
    return record.reserveId(ctx, entry.resource!, (reference) => wholePlaceOf(reference, entry, of))
  }
}

const isNew = (entry: Entry): boolean => entry.method === 'POST' && entry.ifNoneExist === null && !isCall(entry)

/**
 * Elements of type uri, url, oid and uuid, which may point at another entry (an attachment's file). Those that name a type or a system of
 * codes never lead to a resource.
 * @spec FHIR R4 http, transaction processing rules
 */
const addresses: ReadonlySet<string> = new Set(
  [...namesOfType(new Set(['uri', 'url', 'oid', 'uuid']))].filter(
    (name) => !['reference', 'type', 'code', 'system', 'implicitRules', 'fullUrl'].includes(name),
  ),
)

const pointers: ReadonlySet<string> = new Set(['reference', ...addresses])

/** The references an entry's resource makes, each once. */
export const referencesOf = (resource: Resource): string[] => textsNamed(resource, pointers)

/**
 * Finds what conditional references (`Patient?identifier=…`) mean, each once.
 * @param about.early those that nothing meets yet are left for later: an entry may still write it
 * @refuses multiple-matches, input-invalid where nothing meets one
 */
export async function resolveConditional(
  ctx: Context,
  record: RecordService,
  about: { references: readonly string[]; of: Map<string, string>; early?: boolean },
): Promise<void> {
  for (const reference of about.references) {
    const sought = searchIn(reference)
    if (sought === null || about.of.has(reference)) continue
    const { type, search } = sought
    const query = criteriaOf(search)
    query.set('_count', '2')
    const { page } = await record.search(ctx, type, query, true)
    if (page.rows.length > 1) refuse('multiple-matches')
    const [found] = page.rows
    if (!found && about.early) continue
    if (!found) refuse('input-invalid', { what: `reference ${reference.slice(0, 120)}` })
    about.of.set(reference, `${type}/${found.id}`)
  }
}

/** Where a reference leads: an entry by its fullUrl, also where both are written relative to one server. What stands after `#` goes with it. */
function placeOf(reference: string, entry: Entry, of: ReadonlyMap<string, string>): string | undefined {
  const place = wholePlaceOf(reference, entry, of)
  return place === undefined ? undefined : place + reference.slice(withoutPart(reference).length)
}

function wholePlaceOf(reference: string, entry: Entry, of: ReadonlyMap<string, string>): string | undefined {
  for (const name of namesFor(reference, entry)) {
    const place = of.get(name)
    if (place !== undefined) return place
  }
  return undefined
}

const LINK = /\b(href|src)(\s*=\s*)("[^"]*"|'[^']*')/g

const DIV: ReadonlySet<string> = new Set(['div'])

/** Whether a narrative, of the resource or of a section, leads or looks anywhere. */
function isNarrated({ resourceType, text, section }: Resource): boolean {
  const divs = textsNamed([text ?? null, resourceType === 'Composition' ? (section ?? null) : null], DIV)
  return divs.some((div) => /\b(?:href|src)\s*=/.test(div))
}

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
