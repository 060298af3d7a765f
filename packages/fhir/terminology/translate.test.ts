/** @spec http://hl7.org/fhir/R4/conceptmap-operation-translate.html */
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../model.ts'
import { makeTerminology, type TranslateQuestion } from './index.ts'

const from = 'http://example.jp/CodeSystem/from'
const to = 'http://example.jp/CodeSystem/to'
const url = 'http://example.jp/ConceptMap/a'
const mapOf = (address: string, group: JsonObject): JsonObject => ({
  resourceType: 'ConceptMap',
  url: address,
  status: 'active',
  sourceUri: 'http://example.jp/ValueSet/from',
  targetUri: 'http://example.jp/ValueSet/to',
  group: [{ source: from, target: to, ...group }],
})
const element: JsonObject[] = [
  { code: 'a', target: [{ code: '1', display: 'One', equivalence: 'equivalent' }] },
  {
    code: 'b',
    target: [
      { code: '2', equivalence: 'wider' },
      { code: '3', equivalence: 'narrower', comment: 'rarely' },
    ],
  },
  { code: 'c', target: [{ equivalence: 'unmatched' }] },
  {
    code: 'd',
    target: [
      {
        code: '4',
        equivalence: 'equal',
        dependsOn: [{ property: 'sex', value: 'female' }],
        product: [{ property: 'laterality', system: to, value: 'left' }],
      },
      { code: '5', equivalence: 'equal', dependsOn: [{ property: 'sex', value: 'male' }] },
    ],
  },
]
const terminology = makeTerminology({
  resources: [
    mapOf(url, { element }),
    mapOf('http://example.jp/ConceptMap/provided', { element: [], unmapped: { mode: 'provided' } }),
    mapOf('http://example.jp/ConceptMap/fixed', { element: [], unmapped: { mode: 'fixed', code: '0', display: 'Other' } }),
    mapOf('http://example.jp/ConceptMap/other', { element: [], unmapped: { mode: 'other-map', url } }),
    mapOf('http://example.jp/ConceptMap/round', {
      element: [],
      unmapped: { mode: 'other-map', url: 'http://example.jp/ConceptMap/round' },
    }),
  ],
})

type Row = [
  name: string,
  question: Omit<TranslateQuestion, 'codings'> & { code: string; system?: string },
  result: boolean,
  matches: string[],
]
const rows: Row[] = [
  ['one code', { map: url, code: 'a' }, true, ['equivalent 1']],
  ['several', { map: url, code: 'b' }, true, ['wider 2', 'narrower 3']],
  ['unmatched', { map: url, code: 'c' }, false, ['unmatched ']],
  ['not in the map', { map: url, code: 'x' }, false, []],
  ['of another system', { map: url, system: 'http://other', code: 'a' }, false, []],
  ['to another system', { map: url, code: 'a', targetSystem: 'http://other' }, false, []],
  ['backward', { map: url, system: to, code: '1', reverse: true }, true, ['equivalent a']],
  ['backward turns the equivalence round', { map: url, system: to, code: '2', reverse: true }, true, ['narrower b']],
  [
    'that depends on what is told',
    { map: url, code: 'd', dependencies: [{ element: 'sex', concept: { code: 'male' } }] },
    true,
    ['equal 5'],
  ],
  ['that depends on what is not told', { map: url, code: 'd' }, false, []],
  ['unmapped: the code itself', { map: 'http://example.jp/ConceptMap/provided', code: 'z' }, true, ['equal z']],
  ['unmapped: a fixed code', { map: 'http://example.jp/ConceptMap/fixed', code: 'z' }, true, ['relatedto 0']],
  ['unmapped: another map', { map: 'http://example.jp/ConceptMap/other', code: 'a' }, true, ['equivalent 1']],
  ['unmapped: round and round', { map: 'http://example.jp/ConceptMap/round', code: 'a' }, false, []],
  ['by a map that is not loaded', { map: 'http://example.jp/ConceptMap/none', code: 'a' }, false, []],
  ['by value sets', { source: 'http://example.jp/ValueSet/nowhere', code: 'a' }, false, []],
]

describe('translates', () => {
  test.each(rows)('%s', (_name, { code, system = from, ...question }, result, matches) => {
    const found = terminology.translate({ ...question, codings: [{ system, code }] })
    expect(found.matches.map(({ equivalence, concept }) => `${equivalence} ${concept?.code ?? ''}`)).toEqual(matches)
    expect(found.result).toBe(result)
    expect(found.message === undefined).toBe(result)
  })
})

test('a match tells its system, product, comment and map', () => {
  const told = [{ element: 'sex', concept: { code: 'female' } }]
  const [match] = terminology.translate({ map: url, codings: [{ system: from, code: 'd' }], dependencies: told }).matches
  expect(match).toEqual({
    equivalence: 'equal',
    concept: { system: to, code: '4' },
    products: [{ element: 'laterality', concept: { system: to, code: 'left' } }],
    source: url,
  })
})

test("R4's own maps are there", () => {
  const found = terminology.translate({
    codings: [{ system: 'http://hl7.org/fhir/administrative-gender', code: 'male' }],
    targetSystem: 'http://terminology.hl7.org/CodeSystem/v2-0001',
  })
  expect(found.matches.map(({ concept }) => concept?.code)).toEqual(['M'])
})
