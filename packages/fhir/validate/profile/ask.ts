/** Questions to values of the instance, put together from the steps of a path and what is asked at its end. */
import type { TypedValue } from '../../definition/model.ts'
import { referenceType } from '../../references.ts'
import type { Json } from '../../model.ts'
import { isA, isKnownType } from '../../shapes.ts'
import { resolve } from '../walk.ts'
import { placesOf } from './base.ts'
import type { Ask } from './model.ts'
import type { PathStep } from './discriminator-path.ts'
import { type Answer, no, type Place, type Run, unknown, yes } from './run.ts'
import { contains, isObject, same } from './values.ts'

/** Type of a value that stands at a place: resources name theirs. */
export const typeAt = (value: Json | undefined, place: Place): string =>
  (place.type === 'Resource' || place.type === '') && isObject(value) && typeof value.resourceType === 'string'
    ? value.resourceType
    : place.type

/** One who says yes is enough. */
function among(run: Run, value: Json | undefined, place: Place, next: Ask): Answer {
  if (!Array.isArray(value)) return next(run, value, typeAt(value, place))
  let answer: Answer = no
  for (let i = 0; i < value.length; i++) {
    const one = next(run, value[i]!, typeAt(value[i], place))
    if (one === yes) return yes
    if (one === unknown) answer = unknown
  }
  return answer
}

function childAsk(name: string, next: Ask): Ask {
  let known = ''
  let places: readonly Place[] = []
  return (run, value, type) => {
    if (value === undefined) return unknown
    if (!isObject(value)) return no
    if (type !== known) {
      places = placesOf(type, name)
      known = type
    }
    let answer: Answer = no
    for (let i = 0; i < places.length; i++) {
      const place = places[i]!
      const child = value[place.json]
      if (child === undefined && (place.sibling === null || value[place.sibling] === undefined)) continue
      // a primitive with extensions alone is there, without a value
      const one = child === undefined ? next(run, null, place.type) : among(run, child, place, next)
      if (one === yes) return yes
      if (one === unknown) answer = unknown
    }
    return answer
  }
}

function extensionAsk(url: string, next: Ask): Ask {
  return (run, value) => {
    if (value === undefined) return unknown
    const list = isObject(value) && Array.isArray(value.extension) ? value.extension : []
    let answer: Answer = no
    for (const one of list) {
      if (!isObject(one) || one.url !== url) continue
      const found = next(run, one, 'Extension')
      if (found === yes) return yes
      if (found === unknown) answer = unknown
    }
    return answer
  }
}

const resolveAsk =
  (next: Ask): Ask =>
  (run, value) => {
    if (value === undefined) return unknown
    const reference = isObject(value) ? value.reference : value
    const target = typeof reference === 'string' ? resolve(run.walk, reference) : undefined
    if (target !== undefined) return next(run, target, typeof target.resourceType === 'string' ? target.resourceType : '')
    return next(run, undefined, referenceType(value) ?? '')
  }

const ofTypeAsk =
  (wanted: string, next: Ask): Ask =>
  (run, value, type) =>
    type === wanted || (isKnownType(type) && isA(type, wanted)) ? next(run, value, type) : no

/** The question at the end of a path, asked of everything the path reaches. */
export function askAlong(steps: readonly PathStep[], last: Ask): Ask {
  let ask = last
  for (const step of [...steps].reverse()) {
    if (step.kind === 'child') ask = childAsk(step.name, ask)
    else if (step.kind === 'extension') ask = extensionAsk(step.url, ask)
    else if (step.kind === 'resolve') ask = resolveAsk(ask)
    else ask = ofTypeAsk(step.type, ask)
  }
  return ask
}

export const exists: Ask = (_run, value, type) => (value === undefined && type === '' ? unknown : yes)

export const negated =
  (ask: Ask): Ask =>
  (run, value, type) => {
    const answer = ask(run, value, type)
    return answer === unknown ? unknown : answer === yes ? no : yes
  }

export function equalsAsk({ value: wanted }: TypedValue): Ask {
  if (typeof wanted !== 'object') return (_run, value) => (value === wanted ? yes : value === undefined ? unknown : no)
  return (_run, value) => (value === undefined ? unknown : same(value, wanted) ? yes : no)
}

export function containsAsk({ value: wanted }: TypedValue): Ask {
  if (typeof wanted !== 'object') return equalsAsk({ type: '', value: wanted })
  return (_run, value) => (value === undefined ? unknown : contains(value, wanted) ? yes : no)
}

export const isOneOf = (type: string, codes: ReadonlySet<string>): boolean => {
  if (codes.has(type)) return true
  for (const code of codes) if (isKnownType(type) && isA(type, code)) return true
  return false
}

export const typeAsk =
  (codes: ReadonlySet<string>): Ask =>
  (_run, _value, type) =>
    type === '' ? unknown : isOneOf(type, codes) ? yes : no

export const every =
  (asks: readonly Ask[]): Ask =>
  (run, value, type) => {
    let answer: Answer = yes
    for (let i = 0; i < asks.length; i++) {
      const one = asks[i]!(run, value, type)
      if (one === no) return no
      if (one === unknown) answer = unknown
    }
    return answer
  }

export const any =
  (asks: readonly Ask[]): Ask =>
  (run, value, type) => {
    let answer: Answer = no
    for (let i = 0; i < asks.length; i++) {
      const one = asks[i]!(run, value, type)
      if (one === yes) return yes
      if (one === unknown) answer = unknown
    }
    return answer
  }
