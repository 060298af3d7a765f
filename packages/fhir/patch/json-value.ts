/** JSON compared, measured and copied within limits; what a patch needs and must not do without a bound. */
import { sameNumbers } from '../decimals.ts'
import type { Json, JsonObject } from '../model.ts'

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Same content whatever the order of properties; numbers by value. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, i) => sameJson(one, b[i]))
  if (!isObject(a) || !isObject(b)) return false
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && sameJson(a[name], b[name]))
}

/** What a copy may still take: `characters` of JSON text, roughly; `maxDepth` counts from the top of the document. */
export type Allowance = { characters: number; readonly maxDepth: number }

export type CopyProblem = 'too-large' | 'too-deep' | 'forbidden-name'

/** Thrown inside one patch and turned into a finding there. */
export class CopyRefused extends Error {
  readonly problem: CopyProblem
  constructor(problem: CopyProblem) {
    super(problem)
    this.problem = problem
  }
}

/** `__proto__` as a plain property would change what later code reads. */
export const isForbiddenName = (name: string): boolean => name === '__proto__'

/** A copy that shares nothing, paid from the allowance; `depth` is where it will stand. */
export function copyJson(value: Json, allowance: Allowance, depth: number): Json {
  if (depth > allowance.maxDepth) throw new CopyRefused('too-deep')
  allowance.characters -= typeof value === 'string' ? value.length + 3 : 4
  if (allowance.characters < 0) throw new CopyRefused('too-large')
  if (Array.isArray(value)) return value.map((one) => copyJson(one, allowance, depth + 1))
  if (!isObject(value)) return value
  const copy: JsonObject = {}
  for (const name of Object.keys(value)) {
    if (isForbiddenName(name)) throw new CopyRefused('forbidden-name')
    allowance.characters -= name.length + 4
    copy[name] = copyJson(value[name]!, allowance, depth + 1)
  }
  return sameNumbers(value, copy)
}
