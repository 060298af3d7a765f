/** Code systems, value sets and maps that somebody stored, found by their url as far as the caller may see them. */
import { allows, type RecordService } from '#care/record'
import type { Context } from '#kernel/context'
import { isObject, type Json, type JsonObject, type Terminology } from '#packages/fhir'

const types = ['CodeSystem', 'ValueSet', 'ConceptMap'] as const
type Kind = (typeof types)[number]

/** A value set may rest on others; further than this nobody follows. */
const DEPTH = 6
const MOST = 100

const bare = (canonical: string): string => canonical.split('|')[0]!
const text = (value: Json | undefined): string[] => (typeof value === 'string' && value !== '' ? [bare(value)] : [])
const list = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
const texts = (value: Json | undefined): string[] => (Array.isArray(value) ? value.flatMap(text) : [])

/** Canonicals that a resource rests on. */
export function namedIn(resource: JsonObject): string[] {
  const compose = isObject(resource.compose) ? resource.compose : {}
  const lines = [...list(compose.include), ...list(compose.exclude)]
  const contained = list(resource.contained).flatMap(namedIn)
  return [...lines.flatMap((line) => [...text(line.system), ...texts(line.valueSet)]), ...text(resource.supplements), ...contained].filter(
    (url) => !url.startsWith('#'),
  )
}

/** Whether the platform's own masters, the packages or R4 know it whole: then nobody's stored copy stands in for it. */
function isKnown({ sources }: Terminology, url: string): boolean {
  if (sources.systems(url).some(({ content }) => content === 'complete' || content === 'grammar')) return true
  return sources.valueSet(url) !== undefined || sources.conceptMap(url) !== undefined
}

export type StoredDeps = Pick<RecordService, 'search'>

/** The stored resources that a question needs: those it names, and what these rest on. */
export async function storedFor(
  ctx: Context,
  record: StoredDeps,
  { named, given, known }: { named: readonly string[]; given: readonly JsonObject[]; known: Terminology },
): Promise<JsonObject[]> {
  const readable = types.filter((type) => allows(ctx.actor, type, 's'))
  const carried = new Set(given.flatMap((resource) => text(resource.url)))
  const asked = new Set<string>()
  const found: JsonObject[] = []
  let open = [...named.map(bare), ...given.flatMap(namedIn)]
  for (let depth = 0; depth < DEPTH; depth++) {
    const next = [...new Set(open)]
      .filter((url) => url !== '' && !asked.has(url) && !carried.has(url) && !isKnown(known, url))
      .slice(0, MOST)
    if (next.length === 0) break
    for (const url of next) asked.add(url)
    const more = (await Promise.all(readable.map((type) => byUrl(ctx, record, type, next)))).flat()
    found.push(...more)
    open = more.flatMap(namedIn)
  }
  return found
}

const quoted = (value: string): string => value.replace(/[\\,|$]/g, '\\$&')

async function byUrl(ctx: Context, record: StoredDeps, type: Kind, urls: readonly string[]): Promise<JsonObject[]> {
  const query = new URLSearchParams({ url: urls.map(quoted).join(','), _count: '100' })
  const { page } = await record.search(ctx, type, query, false)
  return page.rows.map((row) => JSON.parse(row.body) as JsonObject)
}

/** Maps between two code systems, where none is named. */
export async function storedMaps(ctx: Context, record: StoredDeps, system: string): Promise<JsonObject[]> {
  if (!allows(ctx.actor, 'ConceptMap', 's')) return []
  const ways = ['source-system', 'target-system'].map((name) => new URLSearchParams({ [name]: quoted(system), _count: '50' }))
  const found = await Promise.all(ways.map((query) => record.search(ctx, 'ConceptMap', query, false)))
  return found.flatMap(({ page }) => page.rows.map((row) => JSON.parse(row.body) as JsonObject))
}
