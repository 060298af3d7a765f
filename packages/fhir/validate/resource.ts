/**
 * The walk through a resource: structure, cardinality, primitive forms, bindings, references, contained resources,
 * extensions, narrative and invariants. Where definitions are bound, each resource and extension is then shown to its profiles.
 * @spec HL7 FHIR R4 (4.0.1) http://hl7.org/fhir/R4/validation.html
 */
import type { Finding, Json, JsonObject } from '../model.ts'
import { narrativeProblem } from '../narrative.ts'
import { isA, isResourceType } from '../shapes.ts'
import { bindingProblem } from './binding.ts'
import { checkAsContained, checkContainedUse, containedById, reportDomain, resourcesByFullUrl } from './contained.ts'
import { checkBinding, checkCode } from './coding.ts'
import { environmentOf } from './environment.ts'
import { checkExtension } from './extension.ts'
import { checkPropertyRules, checkRules } from './invariant/rule.ts'
import { shown } from './invariant/terms.ts'
import { checkReference, noteLocalUri } from './reference.ts'
import { structureFinding } from './sentences.ts'
import type { Property, Shape } from './shape.ts'
import { checkElementId, checkIdentifier, checkMeaning } from './values.ts'
import { checkWhole } from './whole.ts'
import { isFull, type Knowledge, report, reportInvariant, type Walk } from './walk.ts'

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
  if (problem === null && walk.knowledge.definitions !== null) checkMeaning(walk, value, property)
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
    if (property.bound !== null) checkBinding(walk, value, property.bound, property.binding !== null)
    if (property.rules !== null) checkPropertyRules(walk, value, property)
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
  if (property.bound !== null) checkBinding(walk, value, property.bound, property.binding !== null)
  if (property.rules !== null) checkPropertyRules(walk, value, property)
  if (property.reference) checkReference(walk, value, property)
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
    if (!found) report(walk, 'structure/required', [`${shape.name}.${name}`])
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
  walk.objects[walk.depth] = value
  walk.shapes[walk.depth] = shape.name
  walk.lengths[walk.depth] = walk.path.length
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
  if (members === 0 && shape.required.length === 0 && walk.atResource !== value)
    report(walk, 'structure/empty', [String(walk.path.findLast((step) => typeof step === 'string') ?? '')])
  checkRequired(walk, value, shape)
  checkRules(walk, value, shape.rules)
  if (walk.knowledge.definitions !== null && !isFull(walk)) checkFurther(walk, value, shape)
  walk.depth--
}

const quantities = new Set(['Quantity', 'Age', 'Count', 'Distance', 'Duration'])

/** What only a validator with definitions checks, at the end of the object, while the walk still stands at it. */
function checkFurther(walk: Walk, value: JsonObject, shape: Shape): void {
  // a definition names the same element in its snapshot and its differential
  if (value.id !== undefined && walk.atResource !== value && shape.name !== 'ElementDefinition') checkElementId(walk, value.id)
  if (shape.name === 'Extension') checkExtension(walk, value)
  else if (shape.name === 'Identifier') checkIdentifier(walk, value)
  else if (shape.name === 'Coding') checkCode(walk, value, 'Coding')
  else if (quantities.has(shape.name)) checkCode(walk, value, 'Quantity')
  else if (walk.atResource === value) checkWhole(walk, value, shape.name)
  if (shape.bound !== null) checkBinding(walk, value, shape.bound, false)
}

function checkResource(walk: Walk, value: JsonObject, contained: boolean): void {
  const type = value.resourceType
  if (typeof type !== 'string' || !isResourceType(type)) {
    if (type === undefined) report(walk, 'structure/resource-type-missing', [])
    else report(walk, 'structure/resource-type', [shown(type)])
    return
  }
  if (walk.depth >= maxDepth) {
    report(walk, 'structure/too-deep', [])
    return
  }
  const { scope, atResource, contained: outer, around } = walk
  if (around !== null && atResource === around.bundle && !contained) {
    const entry = walk.objects[walk.depth - 1]!
    walk.around = { ...around, fullUrl: typeof entry.fullUrl === 'string' ? entry.fullUrl : null }
  }
  walk.atResource = value
  walk.contained = contained ? value : null
  if (contained) checkAsContained(walk, value)
  else walk.scope = { contained: containedById(value), referenced: new Set(), pointOut: new Set(), ids: new Map() }
  if (type === 'Bundle') walk.around = { bundle: value, byFullUrl: resourcesByFullUrl(value), fullUrl: null }
  checkObject(walk, value, walk.knowledge.shapeOf(type))
  if (!contained && value.contained !== undefined) checkContainedUse(walk, value, walk.scope)
  if (!contained && isA(type, 'DomainResource') && (!isObject(value.text) || value.text.div === undefined)) reportDomain(walk, 'dom-6')
  walk.scope = scope
  walk.atResource = atResource
  walk.contained = outer
  walk.around = around
}

/** A walk at the start of a resource. */
export function startWalk(knowledge: Knowledge, path: string): Walk {
  const walk: Walk = {
    knowledge,
    findings: [],
    path: [path],
    depth: 0,
    objects: [],
    shapes: [],
    lengths: [],
    atResource: null,
    contained: null,
    scope: { contained: new Map(), referenced: new Set(), pointOut: new Set(), ids: new Map() },
    around: null,
    env: {},
    unanswered: false,
    asked: [],
    said: new Set(),
    cut: false,
  }
  walk.env = environmentOf(walk)
  return walk
}

/** Checks one resource from its start; the findings, at most 301. */
export function walkThrough(walk: Walk, resource: Json): Finding[] {
  if (!isObject(resource)) report(walk, 'structure/not-an-object', [])
  else checkResource(walk, resource, false)
  if (isFull(walk) || walk.cut) walk.findings.push(structureFinding('structure/too-many', walk.path[0] as string, []))
  return walk.findings
}
