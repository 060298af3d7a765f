/** A FHIR resource as XML text. @spec http://hl7.org/fhir/R4/xml.html */
import { numberText } from '../decimals.ts'
import type { Json, JsonObject } from '../model.ts'
import { isResourceType } from '../shapes.ts'
import { type XmlElement, type XmlShape, xmlShapeOf } from './elements.ts'
import { escaped, fhirNamespace, isXhtmlDiv, xhtmlNamespace } from './well-formed.ts'

/** `margin` is the line break and indent before the next tag; empty where the text is not laid out. */
type Output = { text: string; margin: string }

const step = '  '
const isObject = (value: Json | undefined): value is JsonObject => value !== null && typeof value === 'object' && !Array.isArray(value)
const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : value === undefined ? [] : [value])

/** The elements that an object has, in the order of the definitions; members unknown to R4 have no place in XML. */
function elementsIn(object: JsonObject, shape: XmlShape): XmlElement[] {
  const found: XmlElement[] = []
  let last = -1
  let inOrder = true
  for (const member in object) {
    const element = shape.byMember.get(member)
    if (element === undefined || element === found.at(-1)) continue
    if (element.order < last) inOrder = false
    last = element.order
    found.push(element)
  }
  return inOrder ? found : [...new Set(found)].sort((a, b) => a.order - b.order)
}

function attributesOf(object: JsonObject, shape: XmlShape): string {
  let text = ''
  for (const name of shape.attributes) if (typeof object[name] === 'string') text += ` ${name}="${escaped(object[name])}"`
  return text
}

function writeMembers(out: Output, object: JsonObject, shape: XmlShape): void {
  const { margin } = out
  if (margin !== '') out.margin = margin + step
  for (const element of elementsIn(object, shape)) {
    const value = object[element.name]
    if (element.kind === 'value') writePrimitives(out, element, object)
    else for (const one of listOf(value)) writeComplex(out, element, one)
  }
  out.margin = margin
}

/** A `value` attribute; decimals as they were written. */
function valueText(holder: object, name: string, value: Json): string {
  if (typeof value === 'number') return numberText(holder, name, value)
  return typeof value === 'string' ? escaped(value) : String(value)
}

function writePrimitives(out: Output, element: XmlElement, owner: JsonObject): void {
  const held = owner[element.name]
  const values = listOf(held)
  const sides = listOf(owner[element.beside])
  const length = Math.max(values.length, sides.length)
  for (let i = 0; i < length; i++) {
    const value = values[i]
    const side = sides[i]
    const hasValue = value !== undefined && value !== null && typeof value !== 'object'
    if (!hasValue && !isObject(side)) continue
    const shape = element.shape()
    out.text += `${out.margin}<${element.name}`
    if (isObject(side)) out.text += attributesOf(side, shape)
    if (hasValue) out.text += ` value="${Array.isArray(held) ? valueText(held, String(i), value) : valueText(owner, element.name, value)}"`
    if (isObject(side) && side.extension !== undefined) {
      out.text += '>'
      writeMembers(out, side, shape)
      out.text += `${out.margin}</${element.name}>`
    } else out.text += '/>'
  }
}

/** Names that HTML knows and XML does not. */
const htmlNames: Record<string, string> = {
  nbsp: '160',
  copy: '169',
  reg: '174',
  middot: '183',
  times: '215',
  ndash: '8211',
  mdash: '8212',
  hellip: '8230',
}

/** A narrative stands as it is where that is XML; anything else is shown as the text that it is, so that it cannot break out. */
function divOf(value: Json): string {
  const div = String(value).trim()
  if (isXhtmlDiv(div)) return div
  const mended = div
    .replace(/^<div(?=[\s>])(?![^>]*\sxmlns=)/, `<div xmlns="${xhtmlNamespace}"`)
    .replace(/&([a-z]+);/g, (whole, name: string) => (htmlNames[name] ? `&#${htmlNames[name]};` : whole))
  return isXhtmlDiv(mended) ? mended : `<div xmlns="${xhtmlNamespace}">${escaped(div)}</div>`
}

function writeComplex(out: Output, element: XmlElement, value: Json): void {
  if (element.kind === 'xhtml') {
    out.text += out.margin + divOf(value)
    return
  }
  if (!isObject(value)) return
  const { margin } = out
  out.text += `${margin}<${element.name}`
  if (element.kind === 'resource') {
    out.text += '>'
    if (margin !== '') out.margin = margin + step
    writeResource(out, value, '')
    out.margin = margin
  } else {
    const shape = element.shape()
    out.text += `${attributesOf(value, shape)}>`
    writeMembers(out, value, shape)
  }
  out.text += `${margin}</${element.name}>`
}

function writeResource(out: Output, resource: JsonObject, attributes: string): void {
  const type = resource.resourceType
  if (typeof type !== 'string' || !isResourceType(type)) return
  out.text += `${out.margin}<${type}${attributes}>`
  writeMembers(out, resource, xmlShapeOf(type))
  out.text += `${out.margin}</${type}>`
}

/**
 * Writes a resource as FHIR XML in UTF-8. Members that R4 does not know are left out; a narrative that is not XHTML is written as text.
 * @param opts.pretty one element a line, indented; the narrative stays as it is
 */
export function toXml(resource: object, opts: { pretty?: boolean } = {}): string {
  const out: Output = { text: '<?xml version="1.0" encoding="UTF-8"?>', margin: opts.pretty ? '\n' : '' }
  writeResource(out, resource as JsonObject, ` xmlns="${fhirNamespace}"`)
  return out.text
}
