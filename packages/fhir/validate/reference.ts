/** References: literal form, what they may point to, and what they point to inside the resource. @spec http://hl7.org/fhir/R4/references.html */
import type { JsonObject } from '../model.ts'
import { parseReference } from '../references.ts'
import { isResourceType } from '../shapes.ts'
import type { Property } from './shape.ts'
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
export function checkReference(walk: Walk, value: JsonObject, { targets }: Pick<Property, 'targets'>): void {
  const literal = typeof value.reference === 'string' && value.reference !== '' ? localType(walk, value.reference) : null
  const stated = typeof value.type === 'string' ? value.type.replace(definitionPrefix, '') : null
  if (literal !== null && stated !== null && isResourceType(stated) && literal !== stated)
    report(walk, 'structure/reference-type', [stated, String(value.reference).slice(0, 60)])
  const type = literal ?? stated
  if (targets && type !== null && isResourceType(type) && !targets.has(type))
    report(walk, 'structure/reference-target', [type, [...targets].join(', ')])
  if (walk.knowledge.definitions !== null && typeof value.reference === 'string') checkUrn(walk, value.reference)
}

/** A URN names something only where the bundle holds it; outside nobody could follow it. */
function checkUrn(walk: Walk, reference: string): void {
  if (walk.around !== null && /^urn:(?:uuid|oid):/.test(reference) && !inBundle(walk.around, reference))
    report(walk, 'structure/reference-not-in-bundle', [reference.slice(0, 160)])
}
