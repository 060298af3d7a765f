/** What stands open while XML is read, and how a closed element becomes a JSON member. */
import { noteNumber } from '../decimals.ts'
import type { Json, JsonObject } from '../model.ts'
import type { XmlElement, XmlShape } from './elements.ts'

/**
 * An open element. `object` holds the members read so far; for a primitive its id and extensions; for an element that holds
 * a resource, the resource once it is closed.
 */
export type Frame = {
  element: XmlElement | null
  shape: XmlShape | null
  tag: string
  index: number
  object: JsonObject
  value: Json
  /** The `value` attribute as it was written. */
  source: string
  /** Whether anything came: attributes, children, a resource. */
  filled: boolean
  last: XmlElement | null
}

const number = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/

/** A `value` attribute as JSON. What is not in the form of its type stays text, which the structure check then names. */
export function jsonValue(text: string, form: XmlElement['form']): Json {
  if (form === 'text') return text
  if (form === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return number.test(text) ? Number(text) : text
}

function listIn(owner: JsonObject, name: string): Json[] {
  const known = owner[name]
  if (Array.isArray(known)) return known
  const made: Json[] = []
  owner[name] = made
  return made
}

function attachPrimitive(owner: JsonObject, { element, object, value, source, filled }: Frame & { element: XmlElement }): void {
  const { name, beside, many } = element
  if (!many) {
    if (value !== null) owner[name] = value
    if (typeof value === 'number') noteNumber(owner, name, source)
    if (filled) owner[beside] = object
    return
  }
  const values = listIn(owner, name)
  values.push(value)
  if (typeof value === 'number') noteNumber(values, String(values.length - 1), source)
  const sides = owner[beside] as Json[] | undefined
  if (sides) sides.push(filled ? object : null)
  else if (filled) owner[beside] = [...new Array<null>(values.length - 1).fill(null), object]
}

/** Puts what was read into the object around it. Lists of a primitive and of its extensions stay of one length. */
export function attach(owner: JsonObject, frame: Frame & { element: XmlElement }): void {
  const { element, object } = frame
  if (element.kind === 'value') attachPrimitive(owner, frame)
  else if (!element.many) owner[element.name] = object
  else listIn(owner, element.name).push(object)
}

/** A list that holds nulls alone says nothing that the list beside it does not. */
export function dropEmptyLists(object: JsonObject): void {
  for (const name in object) {
    const list = object[name]
    if (Array.isArray(list) && list[0] === null && list.every((item) => item === null)) delete object[name]
  }
}

/** The path as FHIRPath without functions. */
export function pathOf(frames: readonly Frame[], child?: string): string {
  let path = ''
  for (const { element, index, tag } of frames) {
    if (element === null) path ||= tag
    else path += `.${element.pathName}${element.many ? `[${index}]` : ''}`
  }
  return child === undefined ? path : path === '' ? child : `${path}.${child}`
}
