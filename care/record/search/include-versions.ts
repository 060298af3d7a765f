/** Includes by references that name a version: that version is shown, whatever stands now. @spec FHIR R4 search, _include */
import { extractIndex, type Resource } from '#packages/fhir'
import type { Context } from '#kernel/context'
import { findReplaced } from '../history/store.ts'
import { keyOfId } from '../ids.ts'
import { indexRows, isHere } from '../index-rows.ts'
import { followed } from './includes.ts'
import type { Hit, Include } from './model.ts'
import type { About } from './search-sql.ts'

type Found = Hit & { refs: readonly string[] }
/** Versions that references name of one resource; `plain` where another reference names none. */
type Asked = { type: string; id: string; keys: Set<string>; versions: Set<number>; plain: boolean }

/** Only texts with this in them name a version. */
const MARK = '/_history/'

/** What references that name a version lead to, by `Type/id`; and whether other references lead there too. */
function asked(includes: readonly Include[], from: readonly Found[]): Map<string, Asked> {
  const all = new Map<string, Asked>()
  if (!from.some(({ body }) => body.includes(MARK))) return all
  for (const resource of from) {
    const starts = includes.flatMap((i) => followed(i, resource.type))
    if (starts.length === 0) continue
    const named = versionsIn(resource)
    for (const ref of resource.refs) {
      if (!starts.some((start) => ref.startsWith(start))) continue
      const place = ref.slice(ref.indexOf('=') + 1)
      const [type = '', id = ''] = place.split('/')
      const one: Asked = all.get(place) ?? { type, id, keys: new Set(), versions: new Set(), plain: false }
      const versions = named.get(ref)
      for (const version of versions ?? []) if (version !== null) one.versions.add(version)
      one.plain ||= versions === undefined || versions.has(null)
      for (const key of [resource.key, id, keyOfId(id)]) one.keys.add(key)
      all.set(place, one)
    }
  }
  return new Map([...all].filter(([, { versions }]) => versions.size > 0))
}

/** Versions that a resource's references name, by their entry in the index; null for a reference that names none. */
function versionsIn({ body }: Found): Map<string, Set<number | null>> {
  const named = new Map<string, Set<number | null>>()
  if (!body.includes(MARK)) return named
  for (const reference of extractIndex(JSON.parse(body) as Resource).references) {
    if (!isHere(reference)) continue
    const entry = `${reference.param}=${reference.type}/${reference.id}`
    const version = reference.version === undefined ? null : /^[1-9]\d{0,8}$/.test(reference.version) ? Number(reference.version) : 0
    named.set(entry, (named.get(entry) ?? new Set()).add(version))
  }
  return named
}

/**
 * What includes found, with the versions that references name in the place of those that stand now, each under the caller's predicate.
 * A version that is not seen is not shown, and no other in its place.
 */
export async function withVersionsNamed(
  ctx: Context,
  about: About,
  { includes, from, found }: { includes: readonly Include[]; from: readonly Found[]; found: Found[] },
): Promise<Found[]> {
  const wanted = asked(
    includes.filter((i) => !i.reverse),
    from,
  )
  if (wanted.size === 0) return found
  const now = new Map(found.map((r) => [`${r.type}/${r.id}`, r.version]))
  const which = [...wanted].flatMap(([place, { type, id, versions }]) =>
    [...versions].filter((version) => version !== now.get(place)).map((version) => ({ type, id, version })),
  )
  const readable = which.filter(({ type }) => about.readable?.includes(type) ?? true)
  const keys = [...new Set([...wanted.values()].flatMap((one) => [...one.keys]))]
  const replaced = await findReplaced(ctx, about.beside(), { keys, which: readable })
  const reversed = includes.some((i) => i.reverse)
  const kept = found.filter((r) => {
    const one = wanted.get(`${r.type}/${r.id}`)
    return one === undefined || one.plain || reversed || one.versions.has(r.version)
  })
  return [
    ...kept,
    ...replaced.map((r) => ({ ...r, refs: indexRows(JSON.parse(r.body) as Resource, r.kind === 'shared' ? null : r.key).refs })),
  ]
}
