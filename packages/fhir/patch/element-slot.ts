/** One element in its JSON, value and extensions together: `given` with `_given`, one item or a list. */
import { elementPlaces } from '../fhirpath/node.ts'
import { noteNumber, numberText } from '../decimals.ts'
import type { Json, JsonObject } from '../model.ts'

import { choiceName, elementsOf } from '../shapes.ts'
import { isObject } from './json-value.ts'

/** `type` is the R4 type of the owner; `json` the property, e.g. `valueQuantity`. */
export type Slot = { owner: JsonObject; type: string; json: string; many: boolean }
/** `text` is how a number was written; `extra` holds the id and extensions of a primitive. */
export type Item = { value?: Json; text?: string; extra?: Json }

const own = (owner: JsonObject, name: string): Json | undefined => (Object.hasOwn(owner, name) ? owner[name] : undefined)
const textOf = (holder: Json | undefined, name: string, value: Json | undefined): string | undefined =>
  typeof value === 'number' && typeof holder === 'object' && holder !== null ? numberText(holder, name, value) : undefined

const listed = (value: Json | undefined): Json[] => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value])

export function itemsOf({ owner, json }: Slot): Item[] {
  const held = own(owner, json)
  const [values, extras] = [listed(held), listed(own(owner, `_${json}`))]
  return Array.from({ length: Math.max(values.length, extras.length) }, (_none, i) => {
    const text = Array.isArray(held) ? textOf(held, `${i}`, values[i]) : textOf(owner, json, values[i])
    return {
      ...(values[i] === undefined || values[i] === null ? {} : { value: values[i] }),
      ...(text === undefined ? {} : { text }),
      ...(isObject(extras[i]) ? { extra: extras[i] } : {}),
    }
  })
}

function write(owner: JsonObject, name: string, values: (Json | undefined)[], many: boolean): void {
  if (values.every((value) => value === undefined)) delete owner[name]
  else owner[name] = many ? values.map((value) => value ?? null) : values[0]!
}

/** Numbers stay as they were written, also where they moved within their list. */
function keepTexts({ owner, json }: Slot, items: readonly Item[]): void {
  const held = owner[json]
  for (const [i, { text }] of items.entries())
    if (text !== undefined) noteNumber(Array.isArray(held) ? held : owner, Array.isArray(held) ? `${i}` : json, text)
}

/** Writes the items; none removes the element. */
export function setItems(slot: Slot, items: readonly Item[]): void {
  const { owner, json } = slot
  const many = slot.many || (elementPlaces(slot.type, json)[0]?.many ?? false)
  write(
    owner,
    json,
    items.map((item) => item.value),
    many,
  )
  keepTexts(slot, items)
  write(
    owner,
    `_${json}`,
    items.map((item) => item.extra),
    many,
  )
}

/** Every JSON name of the choice this property belongs to; the property alone where it is no choice. */
export function choiceElement(type: string, json: string): string[] {
  for (const [name, row] of elementsOf(type)) {
    if (!name.endsWith('[x]')) continue
    const names = row.types.map((one) => choiceName(name, one))
    if (names.includes(json)) return names
  }
  return [json]
}
