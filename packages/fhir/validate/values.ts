/** What the form of a primitive leaves open: addresses that mean something, years people live in, numbers as they were written. */
import { numberText } from '../decimals.ts'
import type { Json, JsonObject } from '../model.ts'
import type { Property } from './shape.ts'
import { report, reportAt, type Walk } from './walk.ts'

const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/
const oid = /^urn:oid:[0-2](?:\.(?:0|[1-9]\d*))+$/
const uuid = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const uris = new Set(['uri', 'url', 'canonical'])
const dates = new Set(['date', 'dateTime', 'instant'])
const integers = new Set(['integer', 'unsignedInt', 'positiveInt'])

/** OIDs and UUIDs say what they are, and are written as such. */
function checkUri(walk: Walk, value: string, type: string): void {
  const shown = value.slice(0, 120)
  if (/^(?:oid|uuid):/i.test(value)) report(walk, 'structure/uri-prefix', [shown])
  else if (value.startsWith('urn:oid:') && !oid.test(value)) report(walk, 'structure/oid-form', [shown])
  else if (value.startsWith('urn:uuid:') && !uuid.test(value)) report(walk, 'structure/uuid-form', [shown])
  else if (type === 'canonical' && !absolute.test(value) && !value.startsWith('#')) report(walk, 'structure/canonical-form', [shown])
}

function checkYear(walk: Walk, value: string): void {
  const year = Number(value.slice(0, 4))
  if (year < 1850 || year > 2150) report(walk, 'structure/unlikely-year', [value.slice(0, 10)])
}

/** `1.0` is no integer, though JavaScript takes it for one. */
function checkInteger(walk: Walk, value: number, { beside, many }: Property): void {
  const owner = walk.objects[walk.depth - 1]
  if (many || beside === null || owner === undefined) return
  const text = numberText(owner, beside.slice(1), value)
  if (!/^-?\d+$/.test(text)) report(walk, 'structure/format', ['integer', text.slice(0, 40)])
}

/** Checks a primitive whose form is right. */
export function checkMeaning(walk: Walk, value: Json, property: Property): void {
  const { type } = property
  if (typeof value === 'string') {
    if (type === 'string') {
      if (value !== value.trim()) report(walk, 'structure/white-space', [property.pathName])
    } else if (uris.has(type)) checkUri(walk, value, type)
    else if (dates.has(type)) checkYear(walk, value)
  } else if (typeof value === 'number' && integers.has(type)) checkInteger(walk, value, property)
}

/** An identifier lives in the namespace of its system; one that is a URI itself says so. */
export function checkIdentifier(walk: Walk, { system, value }: JsonObject): void {
  if (typeof system !== 'string') return
  if (!absolute.test(system)) reportAt(walk, 'system', 'structure/identifier-system', [system.slice(0, 120)])
  else if (system === 'urn:ietf:rfc:3986' && typeof value === 'string' && !absolute.test(value))
    reportAt(walk, 'value', 'structure/identifier-uri', [value.slice(0, 120)])
}

/** Ids of elements, once each in a resource. */
export function checkElementId(walk: Walk, id: Json | undefined): void {
  if (typeof id !== 'string') return
  const key = walk.contained
  const ids = walk.scope.ids.get(key) ?? new Set()
  walk.scope.ids.set(key, ids)
  if (ids.has(id)) reportAt(walk, 'id', 'structure/duplicate-id', [id.slice(0, 80)])
  ids.add(id)
}
