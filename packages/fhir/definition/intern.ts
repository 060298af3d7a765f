/** Equal parts of definitions are kept once: the same few hundred constraints, types and cardinalities stand on every element of every package. */
import type { Json } from '../model.ts'
import type { Constraint } from './model.ts'

/** Bounded, because what is kept comes from files that strangers wrote. */
const most = 50_000
const kept = new Map<string, unknown>()
const constraints = new Map<string, Constraint>()

type Plain = Json | undefined | { readonly [name: string]: unknown } | readonly unknown[]

/** This value, or the equal one that was kept before; both are never to be changed. */
export function keep<T extends Plain>(value: T): T {
  const key = JSON.stringify(value, (_, at) => (at === Number.POSITIVE_INFINITY ? '*' : at))
  const known = kept.get(key)
  if (known !== undefined) return known as T
  if (kept.size < most && key.length < 2000) kept.set(key, value)
  return value
}

/** As `keep`, keyed by key and source first, since a constraint is long. */
export function keepConstraint(value: Constraint): Constraint {
  const key = `${value.key}\n${value.source ?? ''}\n${value.severity}\n${value.expression ?? ''}\n${value.human}\n${value.bestPractice ?? ''}`
  const known = constraints.get(key)
  if (known) return known
  if (constraints.size < most) constraints.set(key, value)
  return value
}
