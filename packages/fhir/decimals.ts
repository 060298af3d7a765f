/**
 * Decimals as they were written. `1.50` says more than `1.5` (its precision), and JSON's numbers forget it; here the text is
 * remembered beside the object or list that holds such a number, and written out again.
 * @spec http://hl7.org/fhir/R4/datatypes.html#decimal, http://hl7.org/fhir/R4/json.html#decimal
 */
import type { Json } from './model.ts'

const texts = new WeakMap<object, Record<string, string>>()
let anyNoted = false

/**
 * A number whose text JSON would not write again: zeros at the end or many behind the point, an exponent, many digits. Linear; may also fit inside a string, but not
 * in every instant with a fraction of a second.
 */
const changes = /[:,[\s]-?(?:\d{16}|\d+(?:\.\d+)?[eE]|\d+\.\d*0(?![^,\]}\s])|\d+\.\d{15}|0\.0{6})/

const rawJson = (JSON as JSON & { rawJSON?: (text: string) => Json }).rawJSON

/** Remembers how a number of this holder was written, where that is not how JSON would write it; what was remembered before is forgotten. */
export function noteNumber(holder: object, name: string, text: string): void {
  const known = texts.get(holder)
  if (String(Number(text)) === text) {
    if (known) delete known[name]
  } else if (known) known[name] = text
  else {
    texts.set(holder, { [name]: text })
    anyNoted = true
  }
}

/** A number as it was written. */
export function numberText(holder: object, name: string, value: number): string {
  const text = anyNoted ? texts.get(holder)?.[name] : undefined
  return text !== undefined && Number(text) === value ? text : String(value)
}

/** Hands on what is remembered of an object to its copy. */
export function sameNumbers<T extends object>(from: object, to: T): T {
  const known = anyNoted ? texts.get(from) : undefined
  if (known) texts.set(to, { ...known })
  return to
}

/** JSON.parse that remembers how decimals were written. @throws SyntaxError where the text is not JSON */
export function jsonOf(text: string): Json {
  if (!changes.test(text)) return JSON.parse(text) as Json
  return JSON.parse(text, function (this: object, name: string, value: Json, context?: { source?: string }): Json {
    if (typeof value === 'number' && context?.source !== undefined) noteNumber(this, name, context.source)
    return value
  }) as Json
}

function hasNoted(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false
  if (texts.has(value)) return true
  if (Array.isArray(value)) return value.some(hasNoted)
  for (const name in value) if (hasNoted((value as Record<string, unknown>)[name])) return true
  return false
}

/** JSON.stringify that writes decimals as they were written. */
export function textOf(value: object, indent?: number): string {
  if (!anyNoted || rawJson === undefined || !hasNoted(value)) return JSON.stringify(value, null, indent)
  const replacer = function (this: object, name: string, item: unknown): unknown {
    return typeof item === 'number' && texts.has(this) ? rawJson(numberText(this, name, item)) : item
  }
  return JSON.stringify(value, replacer, indent)
}
