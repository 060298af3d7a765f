import type { FieldNode, SelectionSetNode } from 'graphql'
import type { Context } from '#kernel/context'
import { Refusal, refusalSentence, refuse } from '#kernel/refusal'
import { isObject, type Json, type JsonObject, jsonOf, parseReference } from '#packages/fhir'
import type { RecordService } from '../service.ts'
import { argumentsOf, fieldsOf, nameOf } from './collect.ts'
import { type Child, childOf, isSimple, typeName } from './fields.ts'
import { chosen, isSingle, requireAnswered, requireKnown } from './lists.ts'
import { place } from './places.ts'
import { readQuery, type Ready } from './read-query.ts'
import { listedType, searchFor } from './searches.ts'

export type Answer = { data: JsonObject; errors?: { message: string; path: string[] }[] }

/** Looks one query may cost. */
const MAX_LOOKS = 200

export type Run = Ready & {
  ctx: Context
  record: RecordService
  errors: { message: string; path: string[] }[]
  looks: number
  values: number
}

/**
 * Answers a FHIR GraphQL query. Every look at the record goes through its own reads and searches, with the caller's rights and log.
 * @param root the resource that an instance query starts from; null for the system
 * @spec FHIR R4 graphql http://hl7.org/fhir/R4/graphql.html
 * @refuses input-invalid where the query names what is not there
 */
export async function runGraphql(
  ctx: Context,
  record: RecordService,
  asked: Parameters<typeof readQuery>[0],
  root: JsonObject | null,
): Promise<Answer> {
  const run: Run = { ...readQuery(asked), ctx, record, errors: [], looks: 0, values: 0 }
  const at: At = { type: root === null ? '' : String(root.resourceType), root, path: [] }
  const data = await select(run, root ?? {}, run.operation.selectionSet, at)
  return run.errors.length > 0 ? { data, errors: run.errors } : { data }
}

/** Where the walk stands: the FHIR type of the value, and the resource it is inside of. */
export type At = { type: string; root: JsonObject | null; path: string[] }

export const wrong = (what: string, { path }: At): never =>
  refuse('input-invalid', { what: `GraphQL: ${[...path, what].join('.').slice(0, 200)}` })

/** Counts a look at the record. @refuses input-invalid where a query would cost too many */
export function look(run: Run, at: At): void {
  if (++run.looks > MAX_LOOKS) wrong(`more than ${MAX_LOOKS} reads and searches`, at)
}

/** The selected parts of one value. Items of a list are walked side by side. */
export async function select(run: Run, value: JsonObject, set: SelectionSetNode, at: At): Promise<JsonObject> {
  const out: JsonObject = {}
  for (const field of fieldsOf(run, set, at)) {
    const found = await fieldOf(run, value, field, { ...at, path: [...at.path, nameOf(field)] })
    if (found !== undefined) place(out, { field, found, at })
  }
  return out
}

async function fieldOf(run: Run, value: JsonObject, field: FieldNode, at: At): Promise<Json | undefined> {
  const name = field.name.value
  requireAnswered(field, at)
  if (name === '__typename') return typeName(at.type)
  if (name === 'resourceType' && typeof value.resourceType === 'string') return value.resourceType
  if (at.type === 'Reference' && name === 'resource') return referred(run, value, field, at)
  if (listedType(name)) return searchFor(run, { field, value, at, select })
  if (at.type === '') return one(run, field, at)
  const child = childOf(at.type, name) ?? wrong('?', at)
  return childValue(run, value[name], { field, child, at })
}

/** `Patient(id: …)` at the start of a query of the system. */
async function one(run: Run, field: FieldNode, at: At): Promise<Json> {
  const id = argumentsOf(run, field).get('id')
  if (typeof id !== 'string' || !field.selectionSet) return wrong('id', at)
  return resource(run, { type: field.name.value, id, set: field.selectionSet, at, isOptional: false })
}

async function childValue(
  run: Run,
  value: Json | undefined,
  { field, child, at }: { field: FieldNode; child: Child; at: At },
): Promise<Json | undefined> {
  if (isSimple(child.type) !== (field.selectionSet === undefined)) wrong(isSimple(child.type) ? '{…}' : '{ }', at)
  const of = { field, at, childType: child.type }
  requireKnown(run, of)
  if (value === undefined || value === null) return undefined
  const set = field.selectionSet
  const walk = (item: Json): Promise<Json> => {
    if (!set) return Promise.resolve(item)
    if (!isObject(item)) return Promise.resolve(null)
    const type = child.type === 'Resource' ? String(item.resourceType) : child.type
    return select(run, item, set, { ...at, type })
  }
  const items = chosen(run, Array.isArray(value) ? value : [value], of)
  const single = isSingle(field, items, at)
  if (single || !Array.isArray(value)) return items.length === 0 ? undefined : walk(items[0]!)
  return Promise.all(items.map(walk))
}

/** What a reference leads to: a resource of its own, or one contained where the reference stands. */
async function referred(run: Run, value: JsonObject, field: FieldNode, at: At): Promise<Json> {
  const asked = argumentsOf(run, field)
  const reference = typeof value.reference === 'string' ? value.reference : ''
  const set = field.selectionSet ?? wrong('{ }', at)
  if (reference.startsWith('#')) {
    const inside = (Array.isArray(at.root?.contained) ? at.root.contained : []).find((c) => isObject(c) && c.id === reference.slice(1))
    return isObject(inside) ? select(run, inside, set, { ...at, type: String(inside.resourceType) }) : null
  }
  const target = parseReference(reference)
  if (!target?.id || target.absolute) return null
  const wanted = asked.get('type')
  if (wanted !== undefined && wanted !== target.type) return null
  return resource(run, { type: target.type, id: target.id, set, at, isOptional: asked.get('optional') === true })
}

type Wanted = { type: string; id: string; set: SelectionSetNode; at: At; isOptional: boolean }

async function resource(run: Run, { type, id, set, at, isOptional }: Wanted): Promise<Json> {
  look(run, at)
  try {
    const seen = await run.record.read(run.ctx, type, id)
    const root = jsonOf(seen.body) as JsonObject
    return await select(run, root, set, { type, root, path: at.path })
  } catch (error) {
    if (!(error instanceof Refusal) || (error.code !== 'not-found' && error.code !== 'gone')) throw error
    if (!isOptional) run.errors.push({ message: refusalSentence(error, 'en'), path: at.path })
    return null
  }
}
