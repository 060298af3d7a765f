/** Which items of a list a field shows: by its arguments, and by its directives. @spec FHIR R4 graphql, list navigation and directives */
import { compileFhirPath, FhirPathError, fhirPathNode, type Json, isObject } from '#packages/fhir'
import type { FieldNode } from 'graphql'
import { argumentsOf } from './collect.ts'
import { type At, type Run, wrong } from './execute.ts'
import { childOf, isSimple } from './fields.ts'

type Of = { field: FieldNode; at: At; childType: string }

/** Directives that are answered; one passed over would answer something else than was asked. */
const always: readonly string[] = ['include', 'skip']
const answered: readonly string[] = [...always, 'flatten', 'first', 'singleton']

/** @refuses input-invalid for a directive that nobody knows */
export function requireAnswered(field: FieldNode, at: At): void {
  requireAmong(answered, field, at)
}

/** Counts and edges of a page stay where they are. @refuses input-invalid for a directive that would move them */
export function requireInPlace(field: FieldNode, at: At): void {
  requireAmong(always, field, at)
}

function requireAmong(names: readonly string[], { directives = [] }: FieldNode, at: At): void {
  for (const { name } of directives) if (!names.includes(name.value)) wrong(`@${name.value}`, at)
}

/** @refuses input-invalid for an argument that nobody knows */
export function requireKnown(run: Run, { field, at, childType }: Of): void {
  for (const name of argumentsOf(run, field).keys()) {
    if (['_offset', '_count', 'fhirpath'].includes(name)) continue
    const element = childOf(childType, name)
    if (!element || !isSimple(element.type)) wrong(`(${name}:)`, at)
  }
}

/** The items that `_offset`, `_count`, `fhirpath`, the value of a simple element, or `@first` choose. */
export function chosen(run: Run, list: readonly Json[], { field, at }: Of): Json[] {
  const asked = argumentsOf(run, field)
  const [from, count] = [numberIn(asked.get('_offset') ?? 0, at), asked.get('_count')]
  const path = asked.get('fhirpath')
  const plain = [...asked].filter(([name]) => !name.startsWith('_') && name !== 'fhirpath')
  const met = path === undefined ? list : meeting(String(path), list, { field, at })
  const some = met.filter((item) => plain.every(([name, v]) => isObject(item) && item[name] === v))
  const page = some.slice(from, count === undefined ? undefined : from + numberIn(count, at))
  return has(field, 'first') ? page.slice(0, 1) : page
}

export const has = (field: FieldNode, name: string): boolean => field.directives?.some((d) => d.name.value === name) ?? false

/** Whether a list is to be shown as its one item. @refuses input-invalid where it has more */
export function isSingle(field: FieldNode, items: readonly Json[], at: At): boolean {
  if (!has(field, 'singleton')) return false
  return items.length > 1 ? wrong(`@singleton: ${items.length}`, at) : true
}

const numberIn = (value: unknown, at: At): number =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : wrong(`${String(value)}`, at)

/** The items for which an expression holds; `$index` is the place in the list. @refuses input-invalid */
function meeting(expression: string, list: readonly Json[], { field, at }: Pick<Of, 'field' | 'at'>): Json[] {
  const name = field.name.value
  try {
    const { nodes } = compileFhirPath(`${name}.where(${expression})`, {})
    const type = at.type.startsWith('@') ? at.type.slice(1) : at.type
    const places = new Set(nodes(fhirPathNode({ [name]: [...list] }, type)).map(({ index }) => index))
    return list.filter((_, n) => places.has(n))
  } catch (error) {
    if (error instanceof FhirPathError) return wrong(`fhirpath: ${error.en}`, at)
    throw error
  }
}
