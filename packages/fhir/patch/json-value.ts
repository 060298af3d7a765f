/** JSON compared, measured and copied within limits; what a patch needs and must not do without a bound. */
import { noteNumber, numberText } from '../decimals.ts'
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

/** Remembers how a number was written, so that `1.50` stays `1.50`. */
export function keepNumber(from: { holder: object; name: string }, to: { holder: object; name: string }, value: Json | undefined): void {
  if (typeof value === 'number') noteNumber(to.holder, to.name, numberText(from.holder, from.name, value))
}

/** A copy that shares nothing, paid from the allowance; `depth` is where it will stand. */
export function copyJson(value: Json, allowance: Allowance, depth: number): Json {
  if (depth > allowance.maxDepth) throw new CopyRefused('too-deep')
  allowance.characters -= typeof value === 'string' ? value.length + 3 : 4
  if (allowance.characters < 0) throw new CopyRefused('too-large')
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const list = value.map((one) => copyJson(one, allowance, depth + 1))
    for (let i = 0; i < value.length; i++) keepNumber({ holder: value, name: `${i}` }, { holder: list, name: `${i}` }, value[i])
    return list
  }
  const copy: JsonObject = {}
  for (const name of Object.keys(value)) {
    if (isForbiddenName(name)) throw new CopyRefused('forbidden-name')
    allowance.characters -= name.length + 4
    copy[name] = copyJson(value[name]!, allowance, depth + 1)
    keepNumber({ holder: value, name }, { holder: copy, name }, value[name])
  }
  return copy
}
