/** Reading words for invariant tests: small, total functions over parsed JSON. */
import { dateRange } from '../../dates.ts'
import type { Json, JsonObject } from '../../model.ts'

/** One invariant of R4 in its native form: `test` is true where the element obeys it. `on` is a resource, a datatype or a part (`Observation.component`). */
export type Invariant = {
  key: string
  on: string
  severity?: 'error' | 'warning'
  /** undefined: leaves the decision to the expression of the definition. */
  test: (value: JsonObject) => boolean | undefined
  ja: string
  en: string
}

/** Is a plain element there, with a value or only with extensions? */
export const has = (value: JsonObject, name: string): boolean => value[name] !== undefined || value[`_${name}`] !== undefined

/** Is a choice element (`value[x]`) there, of whatever type? */
export function hasChoice(value: JsonObject, name: string): boolean {
  for (const key in value) {
    const from = key.charCodeAt(0) === 0x5f ? 1 : 0
    const next = key.charCodeAt(from + name.length)
    if (next >= 0x41 && next <= 0x5a && key.startsWith(name, from)) return true
  }
  return false
}

export const items = (value: JsonObject, name: string): Json[] => {
  const list = value[name]
  return Array.isArray(list) ? list : []
}

export const asObject = (value: Json | undefined): JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {}

export const objects = (value: JsonObject, name: string): JsonObject[] => items(value, name).map(asObject)

/** A value as text to show or compare, at most 120 characters. JSON objects are not turned into text: their members may shadow toString. */
export const shown = (value: Json | undefined): string =>
  value === undefined || value === null ? '' : typeof value === 'object' ? '{...}' : String(value).slice(0, 120)

/** Does the CodeableConcept hold one of the codes in this system? */
export function hasCode(concept: Json | undefined, system: string, ...codes: string[]): boolean {
  return objects(asObject(concept), 'coding').some((coding) => coding.system === system && oneOf(coding.code, ...codes))
}

/** Is the value one of these? */
export const oneOf = (value: Json | undefined, ...values: string[]): boolean => typeof value === 'string' && values.includes(value)

/** Not after, as far as the precision of both dates tells; unreadable dates are left to the format check. */
export function notAfter(start: Json | undefined, end: Json | undefined): boolean {
  const from = typeof start === 'string' ? dateRange(start) : null
  const to = typeof end === 'string' ? dateRange(end) : null
  return from === null || to === null || from.lo < to.hi
}

/** Low not above high; undefined where the units differ. */
export function notAbove(low: Json | undefined, high: Json | undefined): boolean | undefined {
  const [a, b] = [asObject(low), asObject(high)]
  if (typeof a.value !== 'number' || typeof b.value !== 'number') return true
  return a.system !== b.system || a.code !== b.code || a.unit !== b.unit ? undefined : a.value <= b.value
}

export const isEmptyOrNumber = (value: Json | undefined, test: (n: number) => boolean): boolean => typeof value !== 'number' || test(value)
