/** Fixed values, patterns and bounds. @spec http://hl7.org/fhir/R4/elementdefinition.html#ElementDefinition.fixed_x_ */
import { dateRange } from '../../dates.ts'
import type { TypedValue } from '../../definition/model.ts'
import type { Json, JsonObject } from '../../model.ts'

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function sameMembers(a: JsonObject, b: JsonObject): boolean {
  let members = 0
  for (const name in a) {
    if (!same(a[name], b[name])) return false
    members++
  }
  return members === Object.keys(b).length
}

/** Is it the same value, member by member, lists in their order? */
export function same(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    for (let i = 0; i < a.length; i++) if (!same(a[i], b[i])) return false
    return true
  }
  return isObject(a) && isObject(b) && sameMembers(a, b)
}

/** Has the value everything the pattern has? Of a list each item of the pattern must be found, in any place. */
export function contains(value: Json | undefined, pattern: Json): boolean {
  if (value === pattern) return true
  if (Array.isArray(pattern)) {
    if (!Array.isArray(value)) return false
    for (const wanted of pattern) {
      let found = false
      for (let i = 0; i < value.length && !found; i++) found = contains(value[i], wanted)
      if (!found) return false
    }
    return true
  }
  if (!isObject(pattern) || !isObject(value)) return false
  for (const name in pattern) if (!contains(value[name], pattern[name]!)) return false
  return true
}

/** Below 0: under the bound; above 0: over it; 0: equal; undefined: not to be compared. */
export function compareToBound(value: Json | undefined, bound: TypedValue): number | undefined {
  if (isObject(value) && isObject(bound.value)) {
    const [a, b] = [value, bound.value]
    if (typeof a.value !== 'number' || typeof b.value !== 'number') return undefined
    return (a.code ?? a.unit) === (b.code ?? b.unit) && (a.system ?? null) === (b.system ?? null) ? a.value - b.value : undefined
  }
  if (typeof value === 'number') return typeof bound.value === 'number' ? value - bound.value : undefined
  if (typeof value !== 'string' || typeof bound.value !== 'string') return undefined
  if (bound.type === 'time') return value < bound.value ? -1 : value > bound.value ? 1 : 0
  const [a, b] = [dateRange(value), dateRange(bound.value)]
  if (!a || !b) return undefined
  return a.hi <= b.lo ? -1 : a.lo >= b.hi ? 1 : 0
}

/** A value as text to show: short, codes as `system|code`. */
export function shownValue(value: Json | undefined): string {
  if (value === undefined) return '-'
  if (typeof value === 'string') return value.length > 120 ? `${value.slice(0, 120)}...` : value
  if (isObject(value) && typeof value.code === 'string')
    return typeof value.system === 'string' ? `${value.system}|${value.code}` : value.code
  if (isObject(value) && Array.isArray(value.coding) && value.coding.length > 0)
    return value.coding.map((one) => shownValue(one)).join(', ')
  const text = JSON.stringify(value)
  return text.length > 120 ? `${text.slice(0, 120)}...` : text
}

/** Characters of a text, a surrogate pair being one. */
export function characters(value: string): number {
  let count = value.length
  for (let i = 0; i < value.length; i++) if ((value.charCodeAt(i) & 0xfc00) === 0xd800) count--
  return count
}
