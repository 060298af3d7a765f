// The compiled slicing against a plain one that reads the same random rules item by item.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Discriminator } from '../../definition/index.ts'
import type { Json, JsonObject } from '../../model.ts'
import { findingsOf, observation, type Part, profileOf } from './profile.fixture.ts'
import { contains, same } from './values.ts'

const names = ['system', 'version', 'code', 'display'] as const
type Name = (typeof names)[number]
const texts = ['a', 'b', 'c'] as const

/** What a slice says of each property of a coding. */
type Say = { kind: 'fixed' | 'pattern'; text: string } | { kind: 'present' } | { kind: 'absent' } | { kind: 'nothing' }
type Sliced = { say: Record<Name, Say>; min: number; max: number }
type Rules = {
  discriminators: { type: 'value' | 'pattern' | 'exists'; name: Name }[]
  slices: Sliced[]
  rules: 'open' | 'closed' | 'openAtEnd'
  ordered: boolean
}

const say: fc.Arbitrary<Say> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('fixed' as const, 'pattern' as const), text: fc.constantFrom(...texts) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'present' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'absent' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'nothing' as const }) },
)
const slice: fc.Arbitrary<Sliced> = fc.record({
  say: fc.record({ system: say, version: say, code: say, display: say }),
  min: fc.constantFrom(0, 0, 1, 2),
  max: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
})
const rulesOf: fc.Arbitrary<Rules> = fc.record({
  discriminators: fc.uniqueArray(
    fc.record({ type: fc.constantFrom('value' as const, 'pattern' as const, 'exists' as const), name: fc.constantFrom(...names) }),
    { minLength: 1, maxLength: 3, selector: ({ name }) => name },
  ),
  slices: fc.array(slice, { minLength: 1, maxLength: 8 }),
  rules: fc.constantFrom('open' as const, 'closed' as const, 'openAtEnd' as const),
  ordered: fc.boolean(),
})
const text = fc.option(fc.constantFrom(...texts), { nil: undefined })
const codings = fc.array(
  fc
    .record({ system: text, version: text, code: text, display: text })
    .map((coding) => JSON.parse(JSON.stringify({ ...coding, id: 'x' })) as JsonObject),
  { maxLength: 6 },
)

function partOf(rule: Say): Part | null {
  if (rule.kind === 'fixed') return { max: 1, fixed: { type: 'string', value: rule.text } }
  if (rule.kind === 'pattern') return { max: 1, pattern: { type: 'string', value: rule.text } }
  if (rule.kind === 'present') return { min: 1, max: 1 }
  return rule.kind === 'absent' ? { max: 0 } : null
}

function profileFor({ discriminators, slices, rules, ordered }: Rules) {
  const elements: Record<string, Part> = {
    'Observation.code': {},
    'Observation.code.coding': {
      slicing: { discriminators: discriminators.map(({ type, name }): Discriminator => ({ type, path: name })), rules, ordered },
    },
  }
  slices.forEach(({ say: says, min, max }, i) => {
    elements[`Observation.code.coding:s${i}`] = { min, max }
    for (const name of names) {
      const part = partOf(says[name])
      if (part) elements[`Observation.code.coding:s${i}.${name}`] = part
    }
  })
  return profileOf('Subject', 'Observation', elements)
}

/** Does the coding keep what the discriminator reads? null where the slice says nothing about it. */
function passes(type: Rules['discriminators'][number]['type'], rule: Say, value: Json | undefined): boolean | null {
  if (rule.kind === 'nothing') return null
  if (type === 'exists') return rule.kind === 'present' ? value !== undefined : rule.kind === 'absent' ? value === undefined : null
  if (rule.kind === 'present') return value !== undefined
  return rule.kind === 'absent' ? value === undefined : value === rule.text
}

type Verdict = { known: boolean; lines: string[] }

/** What should be found, in plain words; `known` false where a slice cannot be told by anything. */
function plainly({ discriminators, slices, rules, ordered }: Rules, items: readonly JsonObject[]): Verdict {
  const lines: string[] = []
  const counts = slices.map(() => 0)
  let known = true
  let last = -1
  let strangers = 0
  items.forEach((item, i) => {
    const found = slices.findIndex(({ say: says }) => {
      const answers = discriminators.map(({ type, name }) => passes(type, says[name], item[name])).filter((answer) => answer !== null)
      if (answers.length === 0) known = false
      return answers.length > 0 && answers.every(Boolean)
    })
    if (found < 0) {
      strangers++
      lines.push(`${rules === 'closed' ? 'closed' : 'open'} ${i}`)
      return
    }
    counts[found]!++
    if (ordered && found < last) lines.push(`order ${i}`)
    else last = found
    if (rules === 'openAtEnd' && strangers > 0) lines.push(`end ${i}`)
    for (const name of names) {
      const rule = slices[found]!.say[name]
      const value = item[name]
      if (rule.kind === 'fixed' && value !== undefined && value !== rule.text) lines.push(`fixed ${i} ${name}`)
      if (rule.kind === 'pattern' && value !== undefined && value !== rule.text) lines.push(`pattern ${i} ${name}`)
      if (rule.kind === 'present' && value === undefined) lines.push(`missing ${i} ${name}`)
      if (rule.kind === 'absent' && value !== undefined) lines.push(`prohibited ${i} ${name}`)
    }
  })
  slices.forEach(({ min, max }, i) => {
    if (counts[i]! < min) lines.push(`min s${i}`)
    if (counts[i]! > max) lines.push(`max s${i}`)
  })
  return { known, lines: lines.sort() }
}

const kinds: Record<string, string> = {
  'slice-open': 'open',
  'slice-closed': 'closed',
  'slice-order': 'order',
  'slice-at-end': 'end',
  'slice-min': 'min',
  'slice-required': 'min',
  'slice-max': 'max',
  fixed: 'fixed',
  pattern: 'pattern',
  required: 'missing',
  prohibited: 'prohibited',
}

/** A finding in the same plain words. */
function lineOf({ ruleId, path, en }: { ruleId: string; path: string; en: string }): string {
  const kind = kinds[ruleId.slice('profile/'.length)] ?? ruleId
  if (kind === 'min' || kind === 'max') return `${kind} ${/coding:(s\d+)'/.exec(en)![1]}`
  const index = /coding\[(\d+)\]/.exec(path)![1]
  const name = kind === 'missing' ? /\.(\w+)' is missing/.exec(en)![1] : path.split('.').at(-1)
  return ['fixed', 'pattern', 'missing', 'prohibited'].includes(kind) ? `${kind} ${index} ${name}` : `${kind} ${index}`
}

const found = (rules: Rules, items: readonly JsonObject[]) =>
  findingsOf(observation({ code: { text: 'x', coding: items as Json[] } }), { made: [profileFor(rules)] })
    .map(lineOf)
    .sort()

describe('slicing', () => {
  test('finds what a plain reading finds', () => {
    fc.assert(
      fc.property(rulesOf, codings, (rules, items) => {
        const expected = plainly(rules, items)
        fc.pre(expected.known)
        expect(found(rules, items)).toEqual(expected.lines)
      }),
      { numRuns: 400 },
    )
  })
  test('control: a reading that forgets how many there may be is told apart', () => {
    const run = fc.check(
      fc.property(rulesOf, codings, (rules, items) => {
        const { known, lines } = plainly({ ...rules, slices: rules.slices.map((one) => ({ ...one, max: 9 })) }, items)
        fc.pre(known)
        expect(found(rules, items)).toEqual(lines)
      }),
      { numRuns: 400 },
    )
    expect(run.failed).toBe(true)
  })
})

const json = fc.letrec<{ value: Json; object: Json; list: Json }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, fc.constantFrom<Json>('a', 'b', 1, true), tie('object'), tie('list')),
  object: fc.dictionary(fc.constantFrom('x', 'y', 'z'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  list: fc.array(tie('value'), { minLength: 1, maxLength: 3 }),
})).value

/** Containment read off the specification: every leaf of the pattern must be found on some way through the lists. */
function naiveContains(value: Json | undefined, pattern: Json): boolean {
  if (Array.isArray(pattern)) return Array.isArray(value) && pattern.every((wanted) => value.some((one) => naiveContains(one, wanted)))
  if (typeof pattern === 'object' && pattern !== null)
    return (
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.entries(pattern).every(([name, wanted]) => naiveContains(value[name], wanted))
    )
  return value === pattern
}

const sorted = (value: Json): Json =>
  Array.isArray(value)
    ? value.map(sorted)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, one]) => [name, sorted(one)]),
        )
      : value

describe('values', () => {
  test('a pattern is contained as the specification says', () => {
    const holds = (value: Json, pattern: Json) => {
      expect(contains(value, pattern)).toBe(naiveContains(value, pattern))
    }
    fc.assert(fc.property(json, json, holds), { numRuns: 500 })
  })
  test('a value contains itself and any part of itself', () => {
    const holds = (value: Json) => {
      expect(contains(value, value)).toBe(true)
      if (typeof value === 'object' && value !== null && !Array.isArray(value))
        for (const name of Object.keys(value)) expect(contains(value, { [name]: value[name]! })).toBe(true)
    }
    fc.assert(fc.property(json, holds))
  })
  test('a fixed value is the same, whatever the order of members', () => {
    const holds = (a: Json, b: Json) => {
      expect(same(a, b)).toBe(JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)))
    }
    fc.assert(fc.property(json, json, holds), { numRuns: 500 })
  })
})
