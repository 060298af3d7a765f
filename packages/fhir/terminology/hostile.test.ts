/** Value sets and code systems come from outside: nothing they say may run without end or throw. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json, JsonObject } from '../model.ts'
import { expansionJson, makeTerminology } from './index.ts'
import { codesOf, drinks, setOf, systemOf, terminologyOf, urlOf } from './terminology.fixture.ts'

const isA = (value: string): JsonObject => ({ system: drinks, filter: [{ property: 'concept', op: 'is-a', value }] })

test('value sets that import the next one twice are judged once each', () => {
  const sets = Array.from({ length: 60 }, (_, n) => {
    const next = { valueSet: [urlOf(`s${n + 1}`)] }
    return setOf(
      `s${n}`,
      n === 59 ? { include: [isA('tea')] } : { include: [next, next, { valueSet: [urlOf(`s${n + 1}`), urlOf(`s${n + 1}`)] }] },
    )
  })
  const terminology = terminologyOf(...sets)
  expect(terminology.memberOf(urlOf('s0'), { system: drinks, code: 'milk' })).toEqual({ result: 'out' })
  expect(terminology.memberOf(urlOf('s0'), { system: drinks, code: 'tea' })).toEqual({ result: 'in' })
  expect(terminology.validateCode(urlOf('s0'), { form: 'Coding', codings: [{ system: drinks, code: 'tea' }] }).result).toBe(true)
  expect(codesOf(terminology, urlOf('s0'))).toBe('vs-invalid')
})

test('imports end at a depth', () => {
  const sets = Array.from({ length: 5000 }, (_, n) => setOf(`s${n}`, { include: [{ valueSet: [urlOf(`s${n + 1}`)] }] }))
  const terminology = terminologyOf(...sets)
  expect(terminology.memberOf(urlOf('s0'), { system: drinks, code: 'milk' })).toMatchObject({ result: 'unknown' })
})

test('a chain of concepts is written down', () => {
  const url = 'http://example.jp/CodeSystem/chain'
  const concept = Array.from({ length: 9000 }, (_, n) => ({ code: `c${n}`, property: [{ code: 'parent', valueCode: `c${n - 1}` }] }))
  const terminology = terminologyOf(systemOf(url, { concept }), setOf('chain', { include: [{ system: url }] }))
  const found = terminology.expand(urlOf('chain'), {})
  expect('total' in found && found.total).toBe(9000)
  if ('total' in found) expect(expansionJson(found, { identifier: 'urn:uuid:0', timestamp: '2026-01-01T00:00:00Z' }).total).toBe(9000)
  expect(terminology.subsumes(url, 'c0', 'c8999')).toBe(true)
})

test('parents in a circle end', () => {
  const url = 'http://example.jp/CodeSystem/circle'
  const concept = ['a', 'b', 'c'].map((code, n) => ({ code, property: [{ code: 'parent', valueCode: 'bca'[n]! }] }))
  const terminology = terminologyOf(
    systemOf(url, { concept }),
    setOf('circle', { include: [{ system: url, filter: [{ property: 'concept', op: 'is-a', value: 'a' }] }] }),
  )
  expect(codesOf(terminology, urlOf('circle')).length).toBe(3)
  const nested = terminology.expand(urlOf('circle'), {})
  expect('total' in nested && nested.contains.length).toBe(3)
})

test('a pattern that grows out of all bounds is not run', () => {
  const filter = [{ property: 'code', op: 'regex', value: `(${'x{0,900}'.repeat(400)})*` }]
  const terminology = terminologyOf(setOf('pattern', { include: [{ system: drinks, filter }] }))
  expect(terminology.memberOf(urlOf('pattern'), { system: drinks, code: 'tea' })).toMatchObject({ result: 'unknown' })
})

const name = fc.constantFrom(
  ...'resourceType url version status content caseSensitive concept code display designation language use value property valueCode valueCoding uri type'.split(
    ' ',
  ),
  ...'compose include exclude system filter op valueSet expansion contains parameter total extension contained id group element target equivalence unmapped mode'.split(
    ' ',
  ),
)
const text = fc.constantFrom(
  'http://a',
  'http://b',
  'a',
  'b',
  'ValueSet',
  'CodeSystem',
  'ConceptMap',
  'is-a',
  'regex',
  '(',
  '',
  '#a',
  'supplement',
  'http://a|1',
  'fixed',
)
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 6 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(name, tie('json'), { maxKeys: 6 }),
  ),
}))
const resource = (type: string) =>
  fc.dictionary(name, json, { maxKeys: 9 }).map((rest): JsonObject => ({ ...rest, resourceType: type, url: 'http://a' }))

test('no JSON makes it throw', () => {
  fc.assert(
    fc.property(resource('CodeSystem'), resource('ValueSet'), resource('ConceptMap'), json, (system, set, map, any) => {
      const terminology = makeTerminology({ resources: [system, set, map, any] })
      const coding = { system: 'http://a', code: 'a' }
      terminology.memberOf('http://a', coding)
      terminology.codeIn(coding)
      terminology.lookup(coding)
      terminology.subsumes('http://a', 'a', 'b')
      terminology.validateCode('http://a', { form: 'Coding', codings: [coding, {}] })
      terminology.validateCode(any, { form: 'CodeableConcept', codings: [coding] })
      terminology.validateInSystem(undefined, { form: 'code', codings: [coding] })
      terminology.translate({ codings: [coding] })
      const found = terminology.expand('http://a', { filter: 'a', properties: ['*'], includeDesignations: true })
      if ('total' in found) expansionJson(found, { identifier: 'urn:uuid:0', timestamp: '2026-01-01T00:00:00Z' })
    }),
    { numRuns: 400 },
  )
})
