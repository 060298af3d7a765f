/**
 * The base rules of FHIR R4: structure, cardinality, primitive forms, required bindings, references, contained resources,
 * extensions, narrative and the invariants of the tables beside. Profiles are not read here.
 * @spec HL7 FHIR R4 (4.0.1) http://hl7.org/fhir/R4/validation.html
 */
import type { Finding, Json, JsonObject } from '../model.ts'
import { narrativeProblem } from '../narrative.ts'
import { type Property, shapeOf, type Shape } from './shape.ts'
import { bindingProblem } from './binding.ts'
import { checkReference, noteLocalUri } from './reference.ts'
import { isFull, report, reportInvariant, type Scope, type Walk } from './walk.ts'
import { shown } from './invariant/terms.ts'
import { isA, isResourceType } from '../shapes.ts'
import { structureFinding } from './sentences.ts'

const maxDepth = 100

const isObject = (value: Json | undefined): value is JsonObject => value !== null && typeof value === 'object' && !Array.isArray(value)

function checkPrimitive(walk: Walk, value: Json, property: Property): void {
  const problem = property.primitive!(value)
  if (problem !== null) {
    report(walk, `structure/${problem}`, problem === 'empty' ? [property.pathName] : [property.type, shown(value)])
  } else if (typeof value === 'string') {
    if (value.charCodeAt(0) === 0x23) noteLocalUri(walk, property.type, value)
    const wrong = property.binding && bindingProblem(property.binding, property.type, value)
    if (wrong) report(walk, 'structure/binding', [wrong, property.binding!.name])
  }
}

function checkNarrative(walk: Walk, value: Json): void {
  if (typeof value !== 'string') {
    report(walk, 'structure/type', ['xhtml'])
    return
  }
  const problem = narrativeProblem(value)
  if (problem) report(walk, `narrative/${problem}`, [])
}

function checkValue(walk: Walk, value: Json, property: Property): void {
  if (value === null) {
    report(walk, 'structure/null', [property.pathName])
    return
  }
  if (property.primitive) {
    checkPrimitive(walk, value, property)
    return
  }
  if (property.type === 'xhtml') {
    checkNarrative(walk, value)
    return
  }
  if (!isObject(value)) {
    report(walk, 'structure/not-an-object', [])
    return
  }
  if (property.resource) {
    checkResource(walk, value, property.pathName === 'contained')
    return
  }
  checkObject(walk, value, property.shape(), property.sibling)
  if (property.reference) checkReference(walk, value, property.targets)
  if (property.simpleQuantity && value.comparator !== undefined)
    reportInvariant(walk, {
      key: 'sqty-1',
      ja: 'ここの数量にcomparatorは使えません。',
      en: 'The comparator is not used on a SimpleQuantity.',
    })
  const wrong = property.binding && bindingProblem(property.binding, property.type, value)
  if (wrong) report(walk, 'structure/binding', [wrong, property.binding!.name])
}

/** In a list of primitives, null stands for a value whose extensions are in the list beside it. */
function isFiller(property: Property, owner: JsonObject, index: number): boolean {
  const beside = property.beside === null ? undefined : owner[property.beside]
  return Array.isArray(beside) && beside[index] !== null && beside[index] !== undefined
}

function checkList(walk: Walk, value: Json, property: Property, owner: JsonObject): void {
  if (!Array.isArray(value)) {
    report(walk, 'structure/array', [property.pathName])
    return
  }
  if (value.length === 0) {
    report(walk, 'structure/empty', [property.pathName])
    return
  }
  if (value.length > property.max) report(walk, 'structure/single', [property.pathName])
  if (property.sibling) {
    const values = property.beside === null ? undefined : owner[property.beside]
    if (Array.isArray(values) && values.length !== value.length) report(walk, 'structure/misaligned', [property.pathName])
  }
  for (let i = 0; i < value.length && !isFull(walk); i++) {
    const item = value[i]!
    if (item === null && isFiller(property, owner, i)) continue
    walk.path.push(i)
    checkValue(walk, item, property)
    walk.path.pop()
  }
}

function checkRequired(walk: Walk, value: JsonObject, shape: Shape): void {
  for (const { name, any } of shape.required) {
    let found = false
    for (const property of any) if (value[property] !== undefined) found = true
    if (!found) report(walk, 'structure/required', [name])
  }
}

/** Only one type of a choice may be there; `valueString` and `_valueString` are the same type. */
function checkChoice(walk: Walk, shape: Shape, property: Property, seen: { chosen: string[]; name: string }): void {
  const name = property.sibling ? seen.name.slice(1) : seen.name
  const before = seen.chosen[property.choice]
  if (before !== undefined && before !== name) report(walk, 'structure/choice', [shape.choices[property.choice]!, `${before}, ${name}`])
  seen.chosen[property.choice] = name
}

function checkObject(walk: Walk, value: JsonObject, shape: Shape, idAlone = false): void {
  if (walk.depth >= maxDepth) {
    report(walk, 'structure/too-deep', [])
    return
  }
  walk.depth++
  let members = 0
  const chosen: string[] | null = shape.choices.length > 0 ? [] : null
  for (const name in value) {
    if (isFull(walk)) break
    const property = shape.properties.get(name)
    if (property === undefined) {
      if (name === 'resourceType' && walk.atResource === value) continue
      report(walk, 'structure/unknown-element', [name.slice(0, 60), shape.name])
      continue
    }
    if (name !== 'id' || idAlone) members++
    walk.path.push(property.pathName)
    if (property.many) checkList(walk, value[name]!, property, value)
    else if (Array.isArray(value[name])) report(walk, 'structure/single', [property.pathName])
    else checkValue(walk, value[name]!, property)
    walk.path.pop()
    if (property.choice >= 0) checkChoice(walk, shape, property, { chosen: chosen!, name })
  }
  if (members === 0 && walk.atResource !== value)
    report(walk, 'structure/empty', [String(walk.path.findLast((step) => typeof step === 'string') ?? '')])
  checkRequired(walk, value, shape)
  for (const invariant of shape.invariants) if (!invariant.test(value)) reportInvariant(walk, invariant)
  walk.depth--
}

const containedRules = {
  'dom-2': { ja: '内包したリソースの中に、さらにリソースを内包できません。', en: 'A contained resource must not contain resources.' },
  'dom-3': {
    ja: '内包したリソースは、外側のリソースから「#ID」で参照されていなければなりません。',
    en: "A contained resource must be referred to from the resource around it by '#id'.",
  },
  'dom-4': {
    ja: '内包したリソースにmeta.versionIdとmeta.lastUpdatedは書けません。',
    en: 'A contained resource must not have meta.versionId or meta.lastUpdated.',
  },
  'dom-5': { ja: '内包したリソースにmeta.securityは書けません。', en: 'A contained resource must not have a security label.' },
  'dom-6': { ja: '説明文(text.div)を付けることが勧められています。', en: 'A resource should have a narrative (text.div).' },
} as const

function reportDomain(walk: Walk, key: keyof typeof containedRules): void {
  reportInvariant(walk, { key, ...containedRules[key], ...(key === 'dom-6' ? { severity: 'warning' } : {}) })
}

function checkAsContained(walk: Walk, value: JsonObject): void {
  if (value.contained !== undefined) reportDomain(walk, 'dom-2')
  const meta = isObject(value.meta) ? value.meta : {}
  if (meta.versionId !== undefined || meta.lastUpdated !== undefined) reportDomain(walk, 'dom-4')
  if (meta.security !== undefined) reportDomain(walk, 'dom-5')
}

function typesById(value: JsonObject): Map<string, string> {
  const out = new Map<string, string>()
  for (const item of Array.isArray(value.contained) ? value.contained : [])
    if (isObject(item) && typeof item.id === 'string' && typeof item.resourceType === 'string') out.set(item.id, item.resourceType)
  return out
}

function typesByFullUrl(bundle: JsonObject): Map<string, string> {
  const out = new Map<string, string>()
  for (const entry of Array.isArray(bundle.entry) ? bundle.entry : []) {
    if (!isObject(entry) || typeof entry.fullUrl !== 'string' || !isObject(entry.resource)) continue
    if (typeof entry.resource.resourceType === 'string') out.set(entry.fullUrl, entry.resource.resourceType)
  }
  return out
}

/** Contained resources that nothing around refers to, and that do not refer to what is around them (dom-3). */
function checkContainedUse(walk: Walk, value: JsonObject, scope: Scope): void {
  const list = Array.isArray(value.contained) ? value.contained : []
  for (let i = 0; i < list.length; i++) {
    const item = list[i]
    if (!isObject(item) || (typeof item.id === 'string' && scope.referenced.has(item.id)) || scope.pointOut.has(item)) continue
    walk.path.push('contained', i)
    reportDomain(walk, 'dom-3')
    walk.path.length -= 2
  }
}

function checkResource(walk: Walk, value: JsonObject, contained: boolean): void {
  const type = value.resourceType
  if (typeof type !== 'string' || !isResourceType(type)) {
    report(walk, 'structure/resource-type', [shown(type)])
    return
  }
  if (walk.depth >= maxDepth) {
    report(walk, 'structure/too-deep', [])
    return
  }
  const before = { scope: walk.scope, atResource: walk.atResource, contained: walk.contained, fullUrls: walk.fullUrls }
  walk.atResource = value
  walk.contained = contained ? value : null
  if (contained) checkAsContained(walk, value)
  else walk.scope = { contained: typesById(value), referenced: new Set(), pointOut: new Set() }
  if (type === 'Bundle') walk.fullUrls = typesByFullUrl(value)
  checkObject(walk, value, shapeOf(type))
  if (!contained && value.contained !== undefined) checkContainedUse(walk, value, walk.scope)
  if (!contained && isA(type, 'DomainResource') && (!isObject(value.text) || value.text.div === undefined)) reportDomain(walk, 'dom-6')
  Object.assign(walk, before)
}

/**
 * What base R4 finds wrong with a resource; an empty list or warnings alone mean it may be accepted.
 * A missing narrative is a warning (dom-6), profiles and optional bindings are not looked at. Stops after 300 findings and never throws.
 *
 * @param opts.path  where the resource stands, e.g. `Bundle.entry[1].resource`; absent: the resource type
 */
export function validateResource(resource: Json, opts: { path?: string } = {}): Finding[] {
  const type = isObject(resource) && typeof resource.resourceType === 'string' ? resource.resourceType : 'Resource'
  const walk: Walk = {
    findings: [],
    path: [opts.path ?? type.slice(0, 60)],
    depth: 0,
    atResource: null,
    contained: null,
    scope: { contained: new Map(), referenced: new Set(), pointOut: new Set() },
    fullUrls: new Map(),
  }
  if (!isObject(resource)) report(walk, 'structure/not-an-object', [])
  else checkResource(walk, resource, false)
  if (isFull(walk)) walk.findings.push(structureFinding('structure/too-many', walk.path[0] as string, []))
  return walk.findings
}
