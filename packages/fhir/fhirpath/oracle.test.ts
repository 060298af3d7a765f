/** Our engine beside fhirpath.js: the same expressions on the same resources give the same answers, or the difference is listed with its reason. */
import oracle from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { differences } from './differences.fixture.ts'
import { chapters } from './expressions.fixture.ts'
import { resources } from './fhirpath.fixture.ts'
import { toText } from './functions-convert.ts'
import { compileFhirPath } from './index.ts'
import type { FhirPathNode } from './index.ts'
import { isSystem, systemOf } from './node.ts'

// the other engine moves moments into the zone of the machine; ours never looks at it
const zone = process.env.TZ
process.env.TZ = 'Asia/Tokyo'
afterAll(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

const vocabulary = { sct: 'http://snomed.info/sct', loinc: 'http://loinc.org' }
const names = {
  'vs-administrative-gender': 'http://hl7.org/fhir/ValueSet/administrative-gender',
  'ext-patient-birthTime': 'http://hl7.org/fhir/StructureDefinition/patient-birthTime',
}

function plain(node: FhirPathNode): unknown {
  if (!isSystem(node) || typeof node.value !== 'object') return node.value
  const value = systemOf(node)!
  return typeof value === 'object' && value.kind === 'decimal' ? Number(toText(value)) : toText(value)
}

function ours(expression: string, on: string): unknown {
  try {
    const nodes = compileFhirPath(expression).nodes(resources[on]!, { now: '2026-11-22T10:00:00.000+09:00' })
    return nodes.filter((node) => node.value !== undefined).map(plain)
  } catch {
    return 'error'
  }
}

function theirs(expression: string, on: string): unknown {
  const resource = structuredClone(resources[on]!)
  const variables = { ...vocabulary, ...names, resource, rootResource: resource }
  try {
    const found: unknown = oracle.evaluate(resource, expression, variables, r4, { preciseMath: true, traceFn: () => {} })
    return JSON.parse(JSON.stringify(found))
  } catch {
    return 'error'
  }
}

describe.each(Object.entries(chapters))('%s', (_chapter, { on, expressions }) => {
  test.each(expressions)('%s', (expression) => {
    const known = differences[expression]
    expect(ours(expression, on)).toEqual(known ? known.ours : theirs(expression, on))
  })
})

test('every listed difference is still one', () => {
  const stale = Object.values(chapters).flatMap(({ on, expressions }) =>
    expressions.filter((one) => differences[one] && JSON.stringify(theirs(one, on)) === JSON.stringify(differences[one]?.ours)),
  )
  expect(stale).toEqual([])
})

test('the comparison can fail', () => {
  expect(ours('name.given', 'patient')).not.toEqual(theirs('name.family', 'patient'))
})

const whole = fc.integer({ min: -50, max: 50 }).map((n) => (n < 0 ? `(${n})` : `${n}`))
const fraction = fc.integer({ min: -500, max: 500 }).map((n) => (n < 0 ? `(${(n / 100).toFixed(2)})` : (n / 100).toFixed(2)))
const number = fc.oneof(whole, fraction, fc.constant('{}'))
const arithmetic = fc.letrec<{ sum: string; leaf: string }>((tie) => ({
  leaf: number,
  sum: fc.oneof(
    { maxDepth: 4 },
    tie('leaf'),
    fc.tuple(tie('sum'), fc.constantFrom('+', '-', '*'), tie('sum')).map(([a, op, b]) => `(${a} ${op} ${b})`),
  ),
})).sum
const truth = fc.oneof(
  fc.constantFrom('true', 'false', '{}'),
  fc.tuple(arithmetic, fc.constantFrom('=', '!=', '<', '<=', '>', '>='), arithmetic).map(([a, op, b]) => `(${a} ${op} ${b})`),
)
const logic = fc.letrec<{ all: string; leaf: string }>((tie) => ({
  leaf: truth,
  all: fc.oneof(
    { maxDepth: 4 },
    tie('leaf'),
    fc.tuple(tie('all'), fc.constantFrom('and', 'or', 'xor', 'implies', '=', '~'), tie('all')).map(([a, op, b]) => `(${a} ${op} ${b})`),
    tie('all').map((a) => `${a}.not()`),
  ),
})).all
const path = fc.constantFrom(
  'name',
  'name.use',
  'name.family',
  'telecom',
  'telecom.value',
  'telecom.rank',
  'identifier',
  'identifier.value',
  'contact.name',
  'meta.profile',
  'address.line',
)
const link = fc.constantFrom(
  '.first()',
  '.last()',
  '.tail()',
  '.take(2)',
  '.skip(1)',
  '.where($index > 0)',
  '.where(use.exists())',
  '.select($this)',
  '.distinct()',
  '[0]',
  '[1]',
  '.exclude({})',
  '.combine({})',
  '.where(true)',
  '.repeat(period)',
  '.select(use | system)',
  '.ofType(HumanName)',
  '.children()',
  '.where($this.exists())',
)
const ending = fc.constantFrom(
  '',
  '.count()',
  '.exists()',
  '.empty()',
  '.isDistinct()',
  '.all($this.exists())',
  '.select($this is string)',
  ".exists(use = 'official')",
)
const walk = fc.tuple(path, fc.array(link, { maxLength: 4 }), ending).map(([start, links, end]) => start + links.join('') + end)

test.each([
  ['arithmetic', arithmetic],
  ['logic', logic],
  ['paths', walk],
] as const)('made-up %s', (_name, expressions) => {
  fc.assert(
    fc.property(expressions, (expression) => {
      expect(ours(expression, 'patient')).toEqual(theirs(expression, 'patient'))
    }),
    { numRuns: 300, seed: 20261122 },
  )
})
