/** Conditions on resources that others refer to, and on those that refer to them. @spec FHIR R4 search, chained parameters and _has */
import { isResourceType } from '#packages/fhir'
import type { Asked } from './conditions.ts'
import type { Condition } from './model.ts'
import { findParameter, isCanonical, isLiteral, ownerParameters, targetsOf } from './parameters.ts'
import { requireReference } from './references.ts'
import { unsupported } from './values.ts'

type Read = (asked: Asked) => Condition | null

/** Longest name of a parameter with all its hops. */
const MAX_NAME = 400

/** `subject:Patient.name=...`: the reference, then what is asked of its target. */
export function chainCondition({ type, name, value, depth }: Asked, read: Read): Condition | null {
  if (name.length > MAX_NAME) unsupported(name)
  const dot = name.indexOf('.')
  const [code = '', target, ...more] = name.slice(0, dot).split(':')
  const rest = name.slice(dot + 1)
  const known = findParameter(type, code)
  if (!known) return null
  if (known.kind !== 'reference' || known.custom || more.length > 0 || (target !== undefined && !isResourceType(target))) unsupported(name)
  const types = target === undefined ? targetsOf(known) : [target]
  const of = types.flatMap((one): Condition[] => {
    const condition = read({ type: one, name: rest, value, depth: depth + 1 })
    if (!condition) return []
    if (one === 'Patient' && ownerParameters(type).has(code)) return [{ kind: 'same-key', type: 'Patient', of: [condition] }]
    const chain: Condition = { kind: 'chain', param: code, type: one, of: [condition] }
    return [...(isLiteral(known) ? [chain] : []), ...(isCanonical(known) ? [{ ...chain, canonical: true }] : [])]
  })
  if (of.length === 0) unsupported(name)
  return of.length === 1 ? of[0]! : { kind: 'any', of }
}

/** `_has:Observation:patient:code=...`: resources that an Observation with this code refers to. */
export function hasCondition({ type: target, name, value, depth }: Asked, read: Read): Condition {
  if (name.length > MAX_NAME) unsupported(name)
  const [, type = '', code = '', ...rest] = name.split(':')
  if (!isResourceType(type) || rest.length === 0) unsupported(name)
  const known = requireReference(type, code, name)
  if (!targetsOf(known).includes(target)) unsupported(name)
  const condition = read({ type, name: rest.join(':'), value, depth: depth + 1 }) ?? unsupported(name)
  const has: Condition = {
    kind: 'has',
    type,
    param: code,
    of: [condition],
    target,
    owner: target === 'Patient' && ownerParameters(type).has(code),
  }
  if (!isCanonical(known)) return has
  return isLiteral(known) ? { kind: 'any', of: [has, { ...has, canonical: true }] } : { ...has, canonical: true }
}
