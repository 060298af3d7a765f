import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { takeApart } from './answer.ts'
import { columnsFor } from './columns.ts'
import { indexesOf, verdictOf } from './explain.ts'
import { jsonLines } from './json-lines.ts'
import { nearest } from './nearest.ts'

const BASE = 'http://localhost:8080/fhir/R4'
const observation = {
  resourceType: 'Observation',
  id: 'p1.2',
  meta: { versionId: '3', lastUpdated: '2026-11-20T01:02:03Z' },
  code: { coding: [{ code: '3F', display: 'カリウム' }] },
  valueQuantity: { value: 5.6, unit: 'mmol/L' },
  status: 'final',
  subject: { reference: 'Patient/p1' },
}

describe('an answer is taken apart', () => {
  test('matches, what is included beside them, notices, total and the next page', () => {
    const issue = { severity: 'warning', details: { coding: [{ code: 'r1' }], text: '無視しました。' }, diagnostics: 'r1: Ignored.' }
    const bundle = {
      resourceType: 'Bundle',
      type: 'searchset',
      total: 7,
      link: [{ relation: 'next', url: `${BASE}/Observation?_cursor=x` }],
      entry: [
        { fullUrl: `${BASE}/Observation/p1.2`, resource: observation, search: { mode: 'match' } },
        { fullUrl: `${BASE}/Patient/p1`, resource: { resourceType: 'Patient', id: 'p1' }, search: { mode: 'include' } },
        { resource: { resourceType: 'OperationOutcome', issue: [issue] }, search: { mode: 'outcome' } },
      ],
    }
    expect(takeApart(JSON.stringify(bundle), BASE)).toMatchObject({
      kind: 'searchset',
      matches: [{ type: 'Observation', id: 'p1.2', version: '3', query: 'Observation/p1.2' }],
      included: [{ type: 'Patient', query: 'Patient/p1' }],
      issues: [{ severity: 'warning', rule: 'r1', ja: '無視しました。', en: 'Ignored.' }],
      total: 7,
      next: 'Observation?_cursor=x',
    })
  })

  test('each version of a history leads to itself; a deleted one leads nowhere', () => {
    const entry = [
      { fullUrl: `${BASE}/Patient/p1`, request: { method: 'DELETE' }, response: { etag: 'W/"2"' } },
      {
        fullUrl: `${BASE}/Patient/p1`,
        resource: { resourceType: 'Patient', id: 'p1' },
        request: { method: 'POST' },
        response: { etag: 'W/"1"' },
      },
    ]
    expect(takeApart(JSON.stringify({ resourceType: 'Bundle', type: 'history', entry }), BASE).matches).toMatchObject([
      { id: 'p1', version: '2', done: 'DELETE', query: null, resource: null },
      { id: 'p1', version: '1', done: 'POST', query: 'Patient/p1/_history/1' },
    ])
  })

  test('a document that happens to be a Bundle is one resource', () => {
    expect(takeApart('{"resourceType":"Bundle","type":"document","id":"b1"}', BASE)).toMatchObject({
      kind: 'resource',
      matches: [{ id: 'b1' }],
    })
  })
})

describe('columns', () => {
  const cells = (resources: Parameters<typeof columnsFor>[0]) =>
    columnsFor(resources, BASE).map(({ key, cell }) => [key, ...resources.map((r) => cell(r, BASE)?.text)])

  test('those of the type, without the ones that nobody fills', () => {
    expect(cells([observation])).toEqual([
      ['code', 'カリウム'],
      ['value', '5.6'],
      ['status', 'final'],
      ['subject', 'Patient/p1'],
      ['updated', '2026-11-20T01:02:03Z'],
    ])
    expect(columnsFor([observation], BASE)[3]!.cell(observation, BASE)?.query).toBe('Patient/p1')
  })

  test('a type nobody thought of gets what any type may have', () => {
    const plan = {
      resourceType: 'CarePlan',
      title: '計画',
      status: 'active',
      period: { start: '2026-01' },
      subject: { display: '山川花子' },
    }
    expect(cells([plan])).toEqual([
      ['name', '計画'],
      ['when', '2026-01'],
      ['status', 'active'],
      ['subject', '山川花子'],
    ])
  })

  test('whatever stands in a resource, a table can be made of it', () => {
    const odd = fc.dictionary(
      fc.constantFrom('code', 'status', 'name', 'subject', 'valueQuantity', 'identifier', 'meta', 'period'),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(odd, fc.constantFrom('Observation', 'Patient', 'MedicationRequest', 'Unknown'), (resource, resourceType) => {
        cells([{ ...resource, resourceType } as Parameters<typeof columnsFor>[0][number]])
      }),
    )
  })
})

describe('JSON laid out', () => {
  const follow = (value: string) => (value.startsWith('Patient/') ? value : null)
  const laidOut = (text: string) => jsonLines(text, { maxLines: 10_000, follow }).lines

  test('says the same, and numbers stay as written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = laidOut(JSON.stringify(value))
          .map(({ tokens }) => tokens.map((token) => token.text).join(''))
          .join('\n')
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
    expect(laidOut('{"a":1.50}')[1]!.tokens.map((token) => token.text)).toEqual(['"a"', ': ', '1.50'])
  })

  test('references lead on; the same words elsewhere do not', () => {
    const tokens = laidOut('{"reference":"Patient/1","display":"Patient/1"}').flatMap((line) => line.tokens)
    expect(tokens.filter((token) => token.query !== undefined)).toEqual([{ kind: 'string', text: '"Patient/1"', query: 'Patient/1' }])
  })

  test('what is too long is cut, and said to be', () => {
    expect(jsonLines(JSON.stringify([1, 2, 3, 4]), { maxLines: 3, follow })).toMatchObject({ cut: true, lines: { length: 3 } })
  })
})

test('names like the one that was meant', () => {
  expect(nearest('Observaton', ['Observation', 'Organization', 'Patient'])).toEqual(['Observation'])
  expect(nearest('patien', ['patient', 'subject'])).toEqual(['patient'])
  expect(nearest('zzz', ['code', 'status'])).toEqual([])
})

describe('the verdict on a search', () => {
  const step = (table: string, index: string | null) => ({ table, index, columns: [], rows: 1 })
  const explained = (conditions: Parameters<typeof verdictOf>[0]['conditions'], steps = [step('resource', 'resource_by_update')]) => ({
    conditions,
    steps,
    indexes: [],
    cost: 1,
    estimatedRows: 1,
  })

  test.each([
    ['one person', explained([{ name: 'patient', value: 'p1', way: 'person', index: 'resource_pkey' }]), 'success', false],
    ['an index of all', explained([{ name: 'code', value: 'x', way: 'index', index: 'resource_by_token' }]), 'success', false],
    [
      'one part read as text',
      explained([
        { name: 'code', value: 'x', way: 'index', index: 'resource_by_token' },
        { name: 'code:text', value: 'x', way: 'text', index: null },
      ]),
      'info',
      true,
    ],
    ['row by row', explained([{ name: 'name:contains', value: 'x', way: 'narrowed', index: null }]), 'attention', true],
    ['an index that the plan leaves aside', explained([{ name: 'code', value: 'x', way: 'declined', index: null }]), 'info', true],
    ['no condition', explained([]), 'info', true],
  ] as const)('%s', (_name, explanation, tone, advised) => {
    const verdict = verdictOf(explanation)
    expect(verdict.tone).toBe(tone)
    expect(verdict.advice !== null).toBe(advised)
  })

  test('indexes that find are told apart from those that check rights', () => {
    expect(indexesOf([step('resource', 'resource_pkey'), step('grant_fact', 'grant_fact_live'), step('resource_p1', null)])).toEqual({
      search: ['resource_pkey'],
      rights: ['grant_fact_live'],
    })
  })
})
