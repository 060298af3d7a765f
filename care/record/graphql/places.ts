/** Where what was found is put: in its own place, or in that of the field above it. @spec FHIR R4 graphql, `@flatten` and `@singleton` */
import type { FieldNode } from 'graphql'
import { isObject, type Json, type JsonObject } from '#packages/fhir'
import { nameOf } from './collect.ts'
import { type At, wrong } from './execute.ts'
import { childOf } from './fields.ts'
import { has } from './lists.ts'

/** What stands under a name: its FHIR type, and whether it was asked for as the one there is. */
type Place = { type: string; isSingle: boolean }

/** Kept beside the answers, since whoever takes an answer apart to flatten it must know what its parts were. */
const placesIn = new WeakMap<JsonObject, Map<string, Place>>()

/** Puts what one field found. */
export function place(out: JsonObject, { field, found, at }: { field: FieldNode; found: Json; at: At }): void {
  const type = childOf(at.type, field.name.value)?.type ?? field.name.value
  if (has(field, 'flatten') && field.selectionSet) flatten(out, { field, found, at })
  else put(out, nameOf(field), { value: found, place: { type, isSingle: has(field, 'singleton') }, isMany: false, at })
}

function flatten(out: JsonObject, { field, found, at }: { field: FieldNode; found: Json; at: At }): void {
  const isMany = Array.isArray(found) && !has(field, 'first')
  for (const item of listOf(found).filter(isObject)) {
    const places = placesIn.get(item)
    for (const [name, value] of Object.entries(item))
      put(out, name, { value, place: places?.get(name) ?? { type: name, isSingle: false }, isMany, at })
  }
}

type What = { value: Json; place: Place; isMany: boolean; at: At }

/** Values that meet in one place are gathered in a list. @refuses input-invalid where they are of different types, or one should stand alone */
function put(out: JsonObject, name: string, { value, place, isMany, at }: What): void {
  const places = placesIn.get(out) ?? new Map<string, Place>()
  const known = places.get(name)
  if (known && (known.isSingle || place.isSingle)) wrong(`${name} @singleton (2)`, at)
  if (known && known.type !== place.type) wrong(`${name}: ${known.type}, ${place.type}`, at)
  placesIn.set(out, places.set(name, place))
  const there = out[name]
  if (!known) out[name] = isMany && !place.isSingle ? [...listOf(value)] : value
  else if (Array.isArray(there)) there.push(...listOf(value))
  else out[name] = [there!, ...listOf(value)]
}

const listOf = (value: Json): readonly Json[] => (Array.isArray(value) ? value : [value])
