import type { FieldNode } from 'graphql'
import { isObject, isResourceType, type Json, type JsonObject, jsonOf } from '#packages/fhir'
import type { Cursor } from '../search/model.ts'
import { encodeCursor } from '../search/search-query.ts'
import { argumentsOf, fieldsOf, nameOf } from './collect.ts'
import { type At, look, type Run, type select as Select, wrong } from './execute.ts'
import { has, isSingle, requireInPlace } from './lists.ts'

/** The type that `ObservationList` or `ObservationConnection` lists; undefined for any other name. */
export function listedType(name: string): string | undefined {
  const type = /^([A-Z][A-Za-z]+?)(?:List|Connection)$/.exec(name)?.[1]
  return type !== undefined && isResourceType(type) ? type : undefined
}

type Asked = { field: FieldNode; value: JsonObject; at: At; select: typeof Select }

/** A search as a field: arguments are search parameters, with `_` for the dash; `_reference` names the one that leads back here. */
export async function searchFor(run: Run, { field, value, at, select }: Asked): Promise<Json | undefined> {
  const type = listedType(field.name.value)!
  const set = field.selectionSet ?? wrong('{ }', at)
  const query = queryOf(run, field, { value, at })
  look(run, at)
  const { page } = await run.record.search(run.ctx, type, query, true)
  const items = page.rows.map((row) => jsonOf(row.body) as JsonObject)
  const walk = (root: JsonObject): Promise<JsonObject> => select(run, root, set, { type, root, path: at.path })
  if (!field.name.value.endsWith('List')) return connection(run, { field, at, select, items, type, total: page.total, next: page.next })
  const some = has(field, 'first') ? items.slice(0, 1) : items
  if (!isSingle(field, some, at)) return Promise.all(some.map(walk))
  return some[0] && walk(some[0])
}

function queryOf(run: Run, field: FieldNode, { value, at }: { value: JsonObject; at: At }): URLSearchParams {
  const query = new URLSearchParams()
  for (const [name, v] of argumentsOf(run, field)) {
    if (name === '_reference') {
      const back = isObject(value) && typeof value.resourceType === 'string' && typeof value.id === 'string'
      query.append(String(v).replaceAll('_', '-'), back ? `${value.resourceType}/${value.id}` : wrong('_reference', at))
    } else for (const one of Array.isArray(v) ? v : [v]) query.append(name.startsWith('_') ? name : name.replaceAll('_', '-'), String(one))
  }
  return query
}

type Found = {
  field: FieldNode
  at: At
  select: typeof Select
  items: readonly JsonObject[]
  type: string
  total: number | null
  next: Cursor | null
}

/** Of pages only the next is known; it is asked for by its `_cursor`. */
const unknownPlaces: ReadonlySet<string> = new Set(['offset', 'first', 'previous', 'last'])

/** A page with its count; each edge holds one resource. */
async function connection(run: Run, { field, at, select, items, type, total, next }: Found): Promise<Json> {
  const out: JsonObject = {}
  for (const part of fieldsOf(run, field.selectionSet!, { ...at, type: `${type}Connection` })) {
    const name = nameOf(part)
    requireInPlace(part, at)
    if (part.name.value === 'count') out[name] = total
    else if (part.name.value === 'pagesize') out[name] = items.length
    else if (part.name.value === 'next') out[name] = next === null ? null : encodeCursor(next)
    else if (unknownPlaces.has(part.name.value)) out[name] = null
    else if (part.name.value === 'edges') out[name] = await Promise.all(items.map((root) => edge(run, root, { part, at, select, type })))
    else wrong(part.name.value, at)
  }
  return out
}

async function edge(
  run: Run,
  root: JsonObject,
  { part, at, select, type }: { part: FieldNode; at: At; select: typeof Select; type: string },
): Promise<Json> {
  const out: JsonObject = {}
  for (const inner of fieldsOf(run, part.selectionSet ?? wrong('{ }', at), { ...at, type: `${type}Edge` })) {
    const name = nameOf(inner)
    requireInPlace(inner, at)
    if (inner.name.value === 'mode') out[name] = 'match'
    else if (inner.name.value === 'score') out[name] = null
    else if (inner.name.value === 'resource' && inner.selectionSet)
      out[name] = await select(run, root, inner.selectionSet, { type, root, path: at.path })
    else wrong(inner.name.value, at)
  }
  return out
}
