/** A Questionnaire as its responses are checked: items by linkId, with what an answer may be. @spec http://hl7.org/fhir/R4/questionnaire.html */
import type { Json, JsonObject } from '../../model.ts'
import { report, type Walk } from '../walk.ts'

export type Condition = { question: string; operator: string; answer: Json | undefined; answerType: string }

export type Item = {
  linkId: string
  type: string
  text: string
  required: boolean
  repeats: boolean
  least: number
  most: number
  maxLength: number | null
  minValue: number | null
  maxValue: number | null
  options: readonly { type: string; value: Json }[] | null
  valueSet: string | null
  conditions: readonly Condition[]
  /** All conditions must hold, not any. */
  all: boolean
  items: readonly Item[]
}

export type Definition = { items: readonly Item[]; linkIds: ReadonlySet<string>; contained: ReadonlyMap<string, JsonObject> }

/** Deeper than any form; what is nested deeper is not looked at. */
export const maxItemDepth = 40

export const isObject = (value: Json | undefined): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
export const objectsIn = (value: JsonObject, name: string): JsonObject[] => {
  const list = value[name]
  return Array.isArray(list) ? list.filter(isObject) : []
}

/** The value of a choice element with its type: `valueCoding` of prefix `value` is a `Coding`. */
export function choiceOf(value: JsonObject, prefix: string): { type: string; value: Json } | null {
  for (const name in value) {
    const first = name.charCodeAt(prefix.length)
    if (first >= 65 && first <= 90 && name.startsWith(prefix)) return { type: name.slice(prefix.length), value: value[name]! }
  }
  return null
}

const core = 'http://hl7.org/fhir/StructureDefinition/'

function extensionNumber(item: JsonObject, name: string): number | null {
  const found = objectsIn(item, 'extension').find(({ url }) => url === core + name)
  const value = found ? choiceOf(found, 'value')?.value : undefined
  return typeof value === 'number' ? value : null
}

function conditionOf(raw: JsonObject): Condition {
  const answer = choiceOf(raw, 'answer')
  return {
    question: String(typeof raw.question === 'string' ? raw.question : ''),
    operator: typeof raw.operator === 'string' ? raw.operator : '',
    answer: answer?.value,
    answerType: answer?.type ?? '',
  }
}

function itemOf(raw: JsonObject, linkIds: Set<string>, depth: number): Item {
  const linkId = typeof raw.linkId === 'string' ? raw.linkId : ''
  linkIds.add(linkId)
  const options = objectsIn(raw, 'answerOption').flatMap((option) => choiceOf(option, 'value') ?? [])
  const required = raw.required === true
  const repeats = raw.repeats === true
  return {
    linkId,
    type: typeof raw.type === 'string' ? raw.type : '',
    text: typeof raw.text === 'string' ? raw.text.slice(0, 60) : '',
    required,
    repeats,
    least: extensionNumber(raw, 'questionnaire-minOccurs') ?? (required ? 1 : 0),
    most: extensionNumber(raw, 'questionnaire-maxOccurs') ?? (repeats ? Number.POSITIVE_INFINITY : 1),
    maxLength: typeof raw.maxLength === 'number' ? raw.maxLength : null,
    minValue: extensionNumber(raw, 'minValue'),
    maxValue: extensionNumber(raw, 'maxValue'),
    options: options.length > 0 ? options : null,
    valueSet: typeof raw.answerValueSet === 'string' ? raw.answerValueSet : null,
    conditions: objectsIn(raw, 'enableWhen').map(conditionOf),
    all: raw.enableBehavior === 'all',
    items: depth > maxItemDepth ? [] : objectsIn(raw, 'item').map((item) => itemOf(item, linkIds, depth + 1)),
  }
}

const read = new WeakMap<JsonObject, Definition>()

/** Reads a Questionnaire, once. */
export function definitionOf(questionnaire: JsonObject): Definition {
  const known = read.get(questionnaire)
  if (known) return known
  const linkIds = new Set<string>()
  const items = objectsIn(questionnaire, 'item').map((item) => itemOf(item, linkIds, 0))
  const contained = new Map(
    objectsIn(questionnaire, 'contained').flatMap((one) => (typeof one.id === 'string' ? [[one.id, one] as const] : [])),
  )
  const made = { items, linkIds, contained }
  read.set(questionnaire, made)
  return made
}

/** Value types an answer to an item type may have. */
export const answerTypes: Readonly<Record<string, readonly string[]>> = {
  boolean: ['Boolean'],
  decimal: ['Decimal'],
  integer: ['Integer'],
  date: ['Date'],
  dateTime: ['DateTime'],
  time: ['Time'],
  string: ['String'],
  text: ['String'],
  url: ['Uri'],
  attachment: ['Attachment'],
  reference: ['Reference'],
  quantity: ['Quantity'],
  choice: ['Coding'],
  'open-choice': ['Coding', 'String'],
}

function checkItem(walk: Walk, raw: JsonObject, definition: Definition, depth: number): void {
  const types = typeof raw.type === 'string' ? answerTypes[raw.type] : undefined
  objectsIn(raw, 'initial').forEach((initial, index) => {
    const value = choiceOf(initial, 'value')
    if (!value || !types || types.includes(value.type)) return
    walk.path.push('initial', index)
    report(walk, 'questionnaire/initial-type', [value.type, String(raw.type)])
    walk.path.length -= 2
  })
  objectsIn(raw, 'enableWhen').forEach(({ question }, index) => {
    if (typeof question !== 'string' || definition.linkIds.has(question)) return
    walk.path.push('enableWhen', index, 'question')
    report(walk, 'questionnaire/enable-when', [question.slice(0, 80)])
    walk.path.length -= 3
  })
  if (depth < maxItemDepth) checkItems(walk, raw, definition, depth + 1)
}

function checkItems(walk: Walk, owner: JsonObject, definition: Definition, depth: number): void {
  const list = Array.isArray(owner.item) ? owner.item : []
  list.forEach((item, index) => {
    if (!isObject(item)) return
    walk.path.push('item', index)
    checkItem(walk, item, definition, depth)
    walk.path.length -= 2
  })
}

/** What the invariants of Questionnaire leave open: initial values of the right type, conditions on questions that exist. */
export const checkQuestionnaire = (walk: Walk, questionnaire: JsonObject): void =>
  checkItems(walk, questionnaire, definitionOf(questionnaire), 0)
