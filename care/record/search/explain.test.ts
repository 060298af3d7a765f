import { describe, expect, test } from 'vitest'
import { type ConditionWay, conditionPlans, indexesIn, type Plan, type PlanStep, stepsOf } from './explain.ts'
import { offeredParameters } from './offered.ts'

const node = (about: Partial<Plan>): Plan => ({ 'Node Type': 'Limit', 'Plan Rows': 1, 'Total Cost': 1, ...about })

/** A bitmap over the tokens, each row's dates by their own key, and a table read as it lies. */
const plan = node({
  Plans: [
    node({
      'Node Type': 'Bitmap Heap Scan',
      'Relation Name': 'resource',
      Plans: [
        node({
          'Node Type': 'Bitmap Index Scan',
          'Index Name': 'resource_by_token',
          'Index Cond': '(tokens && \'{code=*|3F,"value = x"}\'::text[])',
        }),
      ],
    }),
    node({
      'Node Type': 'Index Scan',
      'Relation Name': 'date_value',
      'Index Name': 'date_value_pkey',
      'Index Cond': "((key = r.key) AND (type = 'Observation'::text) AND (id = r.id))",
    }),
    node({ 'Node Type': 'Seq Scan', 'Relation Name': 'grant_fact', 'Plan Rows': 7 }),
  ],
})

describe('where a plan reads rows', () => {
  test('a bitmap’s index belongs to the table above it; values are no columns', () => {
    expect(stepsOf(plan)).toEqual([
      { table: 'resource', index: 'resource_by_token', columns: ['tokens'], rows: 1 },
      { table: 'date_value', index: 'date_value_pkey', columns: ['key', 'type', 'id'], rows: 1 },
      { table: 'grant_fact', index: null, columns: [], rows: 7 },
    ])
    expect(indexesIn(plan)).toEqual(['resource_by_token', 'date_value_pkey', 'grant_fact (all rows)'])
  })

  test.each([
    ['(last_updated >= now())', ['last_updated']],
    ["((value ~>=~ 'a'::text) AND (value ~<~ 'b'::text))", ['value']],
    ["((key)::text = 'x'::text)", ['key']],
    ["(id = ANY ('{a,b}'::text[]))", ['id']],
    ["(raw = 'it''s (lo > 1)'::text)", ['raw']],
  ])('%s', (condition, columns) => {
    expect(stepsOf(node({ 'Relation Name': 'x', 'Index Name': 'i', 'Index Cond': condition }))[0]?.columns).toEqual(columns)
  })
})

describe('how a condition is met', () => {
  const steps = stepsOf(plan)
  const byKey: PlanStep[] = [{ table: 'resource', index: 'resource_pkey', columns: ['key', 'type'], rows: 3 }]
  const ways = (type: string, query: string, under: readonly PlanStep[]): [string, ConditionWay, string | null][] =>
    conditionPlans(type, new URLSearchParams(query), under).map(({ name, way, index }) => [name, way, index])

  test.each<[string, string, readonly PlanStep[], [string, ConditionWay, string | null][]]>([
    ['a code in the index of all', 'code=3F', steps, [['code', 'index', 'resource_by_token']]],
    ['a date by each row’s own values, though there is an index of all', 'date=ge2026', steps, [['date', 'declined', 'date_value_pkey']]],
    ['what is not so has no entry', 'code:not=3F', steps, [['code:not', 'narrowed', null]]],
    ['the inside of words has no index', 'value-string:contains=x', steps, [['value-string:contains', 'narrowed', null]]],
    [
      'one person’s shard first, the rest within it',
      'patient=p1&code=3F&_count=5&_sort=-date&_include=Observation:performer',
      byKey,
      [
        ['patient', 'person', 'resource_pkey'],
        ['code', 'narrowed', null],
      ],
    ],
    ['a code that the plan compares row by row', 'code=3F', byKey, [['code', 'declined', null]]],
    ['words of the stored text', 'code:text=potassium', steps, [['code:text', 'text', null]]],
    ['a chain comes first', 'patient.name=x', steps, [['patient.name', 'first', null]]],
    ['what is missing has no entry', 'date:missing=true', steps, [['date:missing', 'narrowed', null]]],
    ['what nobody knows is no condition', 'nonsense=1', steps, []],
  ])('%s', (_name, query, under, expected) => {
    expect(ways('Observation', query, under)).toEqual(expected)
  })
})

test('parameters of a type come with what may follow their colon', () => {
  const offered = new Map(offeredParameters('Observation').map((p) => [p.code, p]))
  expect(offered.get('code')).toMatchObject({ kind: 'token', modifiers: ['not', 'text', 'in', 'not-in', 'above', 'below', 'missing'] })
  expect(offered.get('patient')).toMatchObject({ kind: 'reference', targets: ['Patient'] })
  expect(offered.get('code')?.reads, 'the branch of this type alone').toBe('Observation.code')
  expect(offeredParameters('Nonsense')).toEqual([])
})
