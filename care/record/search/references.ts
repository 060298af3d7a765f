import { isResourceType } from '#packages/fhir'
import { isOfServer } from '../ids.ts'
import { boundToken } from '../index-rows.ts'
import type { Condition } from './model.ts'
import { findParameter, isCanonical, type Known, ownerParameters, targetsOf } from './parameters.ts'
import { upwards } from './trees.ts'
import { plain, type ReferenceSearch, referenceSearch, tokenEntry, unsupported } from './values.ts'

type Values = { name: string; values: string[] }

/** Resources that refer to one of the values. A patient is a shard: asking for whose a resource is, is asking one shard. */
export function referenceCondition(known: Known, modifier: string | undefined, { name, values }: Values): Condition {
  if (modifier === 'identifier') {
    const found = values.map((v) => tokenEntry(`${known.code}:identifier`, v))
    return { kind: 'token', values: found.flatMap((f) => f.entries), prefixes: found.flatMap((f) => f.prefixes), not: false }
  }
  if (modifier === 'below' || modifier === 'above') return treeCondition(known, modifier, { name, values })
  if (modifier === 'not') return { kind: 'not', of: referenceCondition(known, undefined, { name, values }) }
  if (modifier !== undefined && !isResourceType(modifier)) unsupported(name)
  const searched = values.map((v) => referenceSearch(name, v))
  const conditions = [
    ...ownerCondition(known, modifier, searched),
    ...otherCondition(known, modifier, searched),
    ...addressCondition(known, searched),
  ]
  return conditions.length === 1 ? conditions[0]! : conditions.length === 0 ? { kind: 'never' } : { kind: 'any', of: conditions }
}

/** A place and what lies below or above it: of resources that name the one above them, and of the versions of a canonical. */
function treeCondition(known: Known, way: 'above' | 'below', { name, values }: Values): Condition {
  if (isCanonical(known)) {
    const urls = values.map((v) => plain(v))
    if (way === 'above') unsupported(name)
    // A version stands above its parts (`1` above `1.2`); an address alone above all of its versions.
    return {
      kind: 'token',
      values: urls.map((url) => boundToken(`${known.code}=${url}`)),
      prefixes: urls.filter((url) => url.includes('|')).map((url) => `${known.code}=${url}.`),
      not: false,
    }
  }
  const of = values.flatMap((v) => {
    const searched = referenceSearch(name, v)
    const types = typesMeant(known, undefined, searched).filter((type) => upwards(type) !== undefined)
    if (!('id' in searched) || types.length === 0) return unsupported(name)
    return types.map((type): Condition => ({ kind: 'tree', param: known.code, type, id: searched.id, way }))
  })
  return of.length === 1 ? of[0]! : { kind: 'any', of }
}

const isOwner = (known: Known): boolean => ownerParameters(known.type).has(known.code)

/** Types that a value may mean: the one it names, the one the modifier names, or any that the parameter may point at. */
const typesMeant = (known: Known, modifier: string | undefined, value: ReferenceSearch): readonly string[] => {
  if (!('id' in value)) return []
  const named = 'type' in value ? [value.type] : modifier !== undefined ? [modifier] : targetsOf(known)
  return modifier === undefined ? named : named.filter((type) => type === modifier)
}

function ownerCondition(known: Known, modifier: string | undefined, searched: readonly ReferenceSearch[]): Condition[] {
  if (!isOwner(known)) return []
  const keys = searched.flatMap((s) => ('id' in s && typesMeant(known, modifier, s).includes('Patient') ? [s.id] : []))
  return keys.length === 0 ? [] : [{ kind: 'key', keys }]
}

function otherCondition(known: Known, modifier: string | undefined, searched: readonly ReferenceSearch[]): Condition[] {
  const owner = isOwner(known)
  const values = searched.flatMap((s) => {
    if (!('id' in s)) return []
    const meant = typesMeant(known, modifier, s)
    // An id that the server gave and no type is the patient's, where the parameter says whose a resource is; any other may be anything's.
    const others = 'type' in s || isOfServer(s.id) ? [] : meant.filter((type) => type !== 'Patient')
    const types = owner && meant.includes('Patient') ? others : meant
    return types.map((type) => `${known.code}=${type}/${s.id}`)
  })
  return values.length === 0 ? [] : [{ kind: 'ref', values }]
}

function addressCondition(known: Known, searched: readonly ReferenceSearch[]): Condition[] {
  const values = searched.flatMap((s) => ('address' in s && s.address !== undefined ? [boundToken(`${known.code}=${s.address}`)] : []))
  // A canonical may be asked for by its last part; those stand by their address alone.
  return values.length === 0 ? [] : [{ kind: 'token', values, not: false }]
}

/** The reference parameter of a type. @refuses search-unsupported */
export function requireReference(type: string, code: string, name: string): Known {
  const known = findParameter(type, code)
  return known && known.kind === 'reference' && !known.custom ? known : unsupported(name)
}
