/** References: literal form, what they may point to, and what they point to inside the resource. @spec http://hl7.org/fhir/R4/references.html */
import type { JsonObject } from '../model.ts'
import { parseReference } from '../references.ts'
import { isResourceType } from '../shapes.ts'
import type { Leading, Property } from './shape.ts'
import { inBundle, report, reportInvariant, type Walk } from './walk.ts'

const refOne = {
  key: 'ref-1',
  ja: '「#ID」で参照した内包リソースがありません。',
  en: "A local reference '#id' must name a contained resource.",
} as const

const definitionPrefix = 'http://hl7.org/fhir/StructureDefinition/'
const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/

/** Remembers that a canonical or URI names a contained resource. */
export function noteLocalUri(walk: Walk, type: string, value: string): void {
  if (type === 'uri' || type === 'url' || type === 'canonical') walk.scope.referenced.add(value.slice(1))
}

const typeNamed = (resource: JsonObject | undefined) => (typeof resource?.resourceType === 'string' ? resource.resourceType : null)

/** Type of the resource that a reference names, as far as can be told without looking outside; null: can't be told. */
function localType(walk: Walk, reference: string): string | null {
  if (reference === '#') {
    if (walk.contained) walk.scope.pointOut.add(walk.contained)
    return null
  }
  if (reference.startsWith('#')) {
    const id = reference.slice(1)
    walk.scope.referenced.add(id)
    const found = walk.scope.contained.get(id)
    if (found === undefined) reportInvariant(walk, refOne)
    return typeNamed(found)
  }
  const known = typeNamed(inBundle(walk.around, reference))
  if (known !== null) return known
  const target = parseReference(reference)
  if (target === null && !scheme.test(reference)) report(walk, 'structure/reference-format', [reference.slice(0, 60)])
  return target?.type ?? null
}

/** Checks the parts of a Reference that the element tree can't: the target's type, and `#id` against what is contained. */
export function checkReference(walk: Walk, value: JsonObject, { targets, leading }: Pick<Property, 'targets' | 'leading'>): void {
  const literal = typeof value.reference === 'string' && value.reference !== '' ? localType(walk, value.reference) : null
  const stated = typeof value.type === 'string' ? value.type.replace(definitionPrefix, '') : null
  if (literal !== null && stated !== null && isResourceType(stated) && literal !== stated)
    report(walk, 'structure/reference-type', [stated, String(value.reference).slice(0, 60)])
  const type = literal ?? stated
  if (targets && type !== null && isResourceType(type) && !targets.has(type))
    report(walk, 'structure/reference-target', [type, [...targets].join(', ')])
  if (walk.knowledge.definitions !== null && typeof value.reference === 'string') checkLeading(walk, value.reference, leading)
}

/** Where the reference leads: contained, in the bundle around, or elsewhere; and whether it names a version. */
function checkLeading(walk: Walk, reference: string, leading: Leading | null): void {
  const place = reference.startsWith('#') ? 'contained' : inBundle(walk.around, reference) ? 'bundled' : 'referenced'
  if (place === 'referenced' && walk.around !== null && /^urn:(?:uuid|oid):/.test(reference))
    report(walk, 'structure/reference-not-in-bundle', [reference.slice(0, 160)])
  if (leading?.aggregation && !leading.aggregation.includes(place))
    report(walk, 'structure/aggregation', [reference.slice(0, 120), leading.aggregation.join(', ')])
  if (leading?.versioning === undefined || leading.versioning === 'either') return
  if (reference.includes('/_history/') !== (leading.versioning === 'specific'))
    report(walk, 'structure/versioning', [reference.slice(0, 120), leading.versioning])
}
