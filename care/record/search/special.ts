/** Parameters that every type has, and those with a reading of their own. @spec FHIR R4 search, parameters for all resources */
import { boundText } from '../index-rows.ts'
import type { Condition } from './model.ts'
import { alternatives, dateSearch, rawAlternatives, unreadable, unsupported } from './values.ts'

const MAX_VALUES = 200

/** Metres in the units a distance may be given in; kilometres where none is. */
const distances: Record<string, number> = { '': 1000, km: 1000, m: 1, '[mi_us]': 1609.347, mi: 1609.344 }

type Special = { type: string; param: string; modifier: string | undefined; value: string }

/** The condition of a special parameter; undefined where it is none. @refuses search-unsupported, search-invalid */
export function specialCondition({ type, param, modifier, value }: Special): Condition | undefined {
  if (!Object.hasOwn(readers, param) || (param === 'near' && type !== 'Location')) return undefined
  if (modifier === 'missing' && always.has(param)) return present(`${param}:missing`, value)
  if (modifier === 'not' && param === '_id') return { kind: 'not', of: readers._id!(type, value) }
  if (modifier !== undefined) unsupported(`${param}:${modifier}`)
  if (rawAlternatives(value).length > MAX_VALUES) unreadable(param, value)
  return readers[param]!(type, value)
}

/** What every resource has. */
const always = new Set(['_id', '_lastUpdated'])

function present(name: string, value: string): Condition {
  if (value !== 'true' && value !== 'false') unreadable(name, value)
  return value === 'true' ? { kind: 'never' } : { kind: 'all', of: [] }
}

const readers: Record<string, (type: string, value: string) => Condition> = {
  _id: (_type, value) => ({ kind: 'id', ids: alternatives(value) }),
  _lastUpdated: (_type, value) => ({ kind: 'updated', values: alternatives(value).map((v) => dateSearch('_lastUpdated', v)) }),
  _text: (_type, value) => ({ kind: 'narrative', values: words('_text', value) }),
  _content: (_type, value) => ({ kind: 'content', values: words('_content', value) }),
  _list: (type, value) => {
    if (!/^(?:List\/)?[A-Za-z0-9.-]{1,64}$/.test(value)) unsupported('_list')
    return { kind: 'list', id: value.replace(/^List\//, ''), types: [type] }
  },
  _query: () => unsupported('_query'),
  near: (_type, value) => near(value),
}

/** Texts to look for; one that folds to nothing would find everything. */
function words(param: string, value: string): string[] {
  const found = alternatives(value).map(boundText)
  return found.length > 0 && found.every((word) => word !== '') ? found : unreadable(param, value)
}

/** `latitude|longitude|distance|unit`; the distance is 50 km where none is given. */
function near(value: string): Condition {
  const [latitude = '', longitude = '', distance = '50', unit = ''] = value.split('|')
  const [north, east, far] = [Number(latitude), Number(longitude), Number(distance || '50')]
  const perUnit = Object.hasOwn(distances, unit) ? distances[unit]! : unreadable('near', value)
  const readable =
    latitude.trim() !== '' && longitude.trim() !== '' && Math.abs(north) <= 90 && Math.abs(east) <= 180 && far >= 0 && Number.isFinite(far)
  return readable ? { kind: 'near', latitude: north, longitude: east, metres: far * perUnit } : unreadable('near', value)
}
