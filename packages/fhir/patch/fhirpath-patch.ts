/** FHIRPath Patch: a Parameters resource of operations. @spec http://hl7.org/fhir/R4/fhirpatch.html */
import { compileFhirPath, FhirPathError, type FhirPathNode } from '../fhirpath/index.ts'
import { elementPlaces } from '../fhirpath/node.ts'
import type { Json, JsonObject, Resource } from '../model.ts'
import { choiceElement, type Item, itemsOf, type Slot, setItems } from './element-slot.ts'
import { type Allowance, copyJson, isObject } from './json-value.ts'
import { nameOf, operationsOf, type PatchOperation, type PatchValue } from './patch-parameters.ts'
import { allOrNothing, atOperation, limitsOf, type Patched, type PatchLimits, PatchRefused } from './patch-finding.ts'

type Work = { root: Resource; allowance: Allowance; maxSteps: number }

function refused(at: string, code: string, says: { ja: string; en: string }): never {
  throw new PatchRefused(at, { code, ruleId: `patch/${code === 'not-found' ? 'target' : 'form'}`, ...says })
}

/** What the path finds, each with the place it stands at. */
function found(operation: PatchOperation, work: Work): FhirPathNode[] {
  const { path, at } = operation
  try {
    const nodes = compileFhirPath(path, { maxLength: 2000 }).nodes(work.root, { maxSteps: work.maxSteps })
    const outside = nodes.some((node) => node.type.startsWith('System.') || rootOf(node) !== work.root)
    if (!outside) return [...nodes]
  } catch (error) {
    if (!(error instanceof FhirPathError)) throw error
    throw new PatchRefused(`${at}.path`, {
      code: error.code === 'costly' ? 'too-costly' : 'invalid',
      ruleId: `fhirpath/${error.code}`,
      ja: `${error.line}行${error.column}文字目: ${error.ja}`,
      en: `Line ${error.line}, column ${error.column}: ${error.en}`,
    })
  }
  return refused(`${at}.path`, 'invalid', {
    ja: `「${path}」は記録の中の要素を指していません。`,
    en: `${path} does not point to an element of the resource.`,
  })
}

function rootOf(node: FhirPathNode): unknown {
  let at = node
  while (at.parent) at = at.parent
  return at.value
}

function one(operation: PatchOperation, work: Work): FhirPathNode {
  const nodes = found(operation, work)
  if (nodes.length === 1) return nodes[0]!
  const { path, at } = operation
  return refused(`${at}.path`, nodes.length === 0 ? 'not-found' : 'invalid', {
    ja: `「${path}」に当たる要素が${nodes.length}個あります。ちょうど1個を指してください。`,
    en: `${path} finds ${nodes.length} elements. Point to exactly one.`,
  })
}

/** The element a node is, as a place in its parent. The extensions of a primitive live beside it. */
function slotOf(node: FhirPathNode, at: string): Slot {
  const { parent } = node
  if (!parent) {
    return refused(`${at}.path`, 'invalid', {
      ja: '記録の全体は対象にできません。要素を指してください。',
      en: 'The whole resource cannot be the target. Point to an element.',
    })
  }
  const owner = isObject(parent.value as Json) ? (parent.value as JsonObject) : parent.extra
  if (!owner) throw new TypeError('a node that was navigated to has an owner')
  return { owner, type: owner === parent.value ? parent.type : 'Element', json: node.name, many: node.index >= 0 }
}

/** The JSON of a value: a copy of value[x] or a resource, or an object made of parts by name. */
function itemOf(value: PatchValue, target: { type: string; depth: number }, work: Work): Item {
  const { allowance } = work
  if ('json' in value) {
    return {
      ...(value.json === undefined ? {} : { value: copyJson(value.json, allowance, target.depth) }),
      ...(value.text === undefined ? {} : { text: value.text }),
      ...(value.extra === undefined ? {} : { extra: copyJson(value.extra, allowance, target.depth) }),
    }
  }
  const made: JsonObject = {}
  for (const part of value.parts) {
    const slot = newSlot(made, { type: target.type, name: part.name }, part.value)
    const item = itemOf(part.value, { type: partType(slot), depth: target.depth + 1 }, work)
    setItems(slot, [...itemsOf(slot), item])
  }
  return { value: made }
}

const partType = (slot: Slot): string => elementPlaces(slot.type, slot.json)[0]?.type ?? ''

/** Where an element of that FHIR name is written: choices by the type of the value, lists as lists. @refuses invalid */
function newSlot(owner: JsonObject, element: { type: string; name: string }, value: PatchValue, at = ''): Slot {
  const places = elementPlaces(element.type, element.name)
  const wanted = 'json' in value ? value.type : undefined
  const place = places.length > 1 ? places.find((each) => each.type === wanted) : places[0]
  if (!place) {
    return refused(`${at}.name`, 'invalid', {
      ja: `${element.type}に「${element.name}」という項目${places.length > 1 ? `(型${wanted ?? '?'})` : ''}はありません。`,
      en: `${element.type} has no element ${element.name}${places.length > 1 ? ` of type ${wanted ?? '?'}` : ''}.`,
    })
  }
  return { owner, type: element.type, json: place.json, many: place.many }
}

function ownerOf(node: FhirPathNode, at: string): { owner: JsonObject; type: string } {
  if (isObject(node.value as Json)) return { owner: node.value as JsonObject, type: node.type }
  // the id and extensions of a primitive: made where there are none yet
  const slot = slotOf(node, at)
  const items = itemsOf(slot)
  const index = Math.max(node.index, 0)
  const extra = items[index]?.extra
  const owner = isObject(extra) ? extra : {}
  items[index] = { ...items[index], extra: owner }
  setItems(slot, items)
  return { owner, type: 'Element' }
}

const depthOf = (node: FhirPathNode | undefined): number => {
  let depth = 0
  for (let at = node; at; at = at.parent) depth += at.index >= 0 ? 2 : 1
  return depth
}

function add(operation: PatchOperation, work: Work): void {
  const { at, value } = operation
  const node = one(operation, work)
  const name = nameOf(operation)
  const { owner, type } = ownerOf(node, at)
  const slot = newSlot(owner, { type, name }, value!, at)
  const present = choiceElement(type, slot.json).flatMap((json) => itemsOf({ ...slot, json }))
  if (!slot.many && present.length > 0) {
    refused(`${at}.name`, 'invalid', {
      ja: `「${name}」はすでにあります。replaceを使ってください。`,
      en: `${name} is there already. Use replace.`,
    })
  }
  setItems(slot, [...itemsOf(slot), itemOf(value!, { type: partType(slot), depth: depthOf(node) + 1 }, work)])
}

/** The list all nodes stand in. */
function listOf(operation: PatchOperation, work: Work): { slot: Slot; items: Item[]; nodes: FhirPathNode[] } {
  const { path, at } = operation
  const nodes = found(operation, work)
  const slots = nodes.map((node) => slotOf(node, at))
  const [slot] = slots
  const together = slot && slots.every((each) => each.owner === slot.owner && each.json === slot.json && each.many)
  if (!slot || !together) {
    return refused(`${at}.path`, nodes.length === 0 ? 'not-found' : 'invalid', {
      ja: `「${path}」は1つの並びを指していません。空の並びにはaddを使ってください。`,
      en: `${path} does not point to one list. Use add where the list is still empty.`,
    })
  }
  return { slot, items: itemsOf(slot), nodes }
}

function place(name: 'index' | 'source' | 'destination', operation: PatchOperation, most: number): number {
  const index = operation[name]
  if (index !== undefined && index >= 0 && index <= most) return index
  return refused(`${operation.at}.${name}`, 'invalid', {
    ja: `${name}は0から${most}までで指定してください。`,
    en: `${name} must be between 0 and ${most}.`,
  })
}

function insert(operation: PatchOperation, work: Work): void {
  const { slot, items, nodes } = listOf(operation, work)
  const index = place('index', operation, items.length)
  items.splice(index, 0, itemOf(operation.value!, { type: partType(slot), depth: depthOf(nodes[0]) }, work))
  setItems(slot, items)
}

function remove(operation: PatchOperation, work: Work): void {
  // what is not there is already as wanted
  if (found(operation, work).length === 0) return
  const node = one(operation, work)
  const slot = slotOf(node, operation.at)
  const items = itemsOf(slot)
  items.splice(Math.max(node.index, 0), 1)
  setItems(slot, items)
}

function replace(operation: PatchOperation, work: Work): void {
  const { at, value } = operation
  const node = one(operation, work)
  const slot = slotOf(node, at)
  const item = itemOf(value!, { type: node.type, depth: depthOf(node) }, work)
  const name = choiceElement(slot.type, slot.json).length > 1 ? elementName(slot) : null
  if (name !== null) {
    // another type of a choice is another property
    setItems(slot, [])
    setItems(newSlot(slot.owner, { type: slot.type, name }, value!, at), [item])
    return
  }
  const items = itemsOf(slot)
  items[Math.max(node.index, 0)] = item
  setItems(slot, items)
}

const elementName = (slot: Slot): string | null => {
  const type = partType(slot)
  return type === '' ? null : slot.json.slice(0, slot.json.length - type.length)
}

function move(operation: PatchOperation, work: Work): void {
  const { slot, items } = listOf(operation, work)
  const source = place('source', operation, items.length - 1)
  const destination = place('destination', operation, items.length - 1)
  const [item] = items.splice(source, 1)
  items.splice(destination, 0, item!)
  setItems(slot, items)
}

const verbs: Record<PatchOperation['type'], (operation: PatchOperation, work: Work) => void> = {
  add,
  insert,
  delete: remove,
  replace,
  move,
}

/**
 * The resource after every operation, or the first reason why not; the resource given stays as it was.
 * To delete what is not there succeeds. What the result must still satisfy (FHIR, immutable elements) is the caller's to check.
 */
export function applyFhirPathPatch(before: Resource, parameters: Json, limits: PatchLimits = {}): Patched {
  const { maxOperations, maxAdded, maxDepth } = limitsOf(limits)
  return allOrNothing(() => {
    const operations = operationsOf(parameters, maxOperations)
    const unlimited = { characters: Number.POSITIVE_INFINITY, maxDepth: 1000 }
    const root = atOperation('parameter', () => copyJson(before, unlimited, 0)) as Resource
    const allowance: Allowance = { characters: maxAdded, maxDepth }
    // together about as many steps as one expression may take
    const work: Work = { root, allowance, maxSteps: Math.max(20_000, Math.floor(1_000_000 / (operations.length + 1))) }
    for (const operation of operations) atOperation(operation.at, () => verbs[operation.type](operation, work))
    return atOperation('parameter', () => copyJson(root, { ...unlimited, maxDepth }, 0))
  })
}
