import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answersAt } from '#care/record'
import { isInputName, judgePoll, readExport, retryAfterSeconds } from './rules.ts'

describe('the parameters of an export', () => {
  test.each([
    ['_type', 'Patient,Condition', { types: ['Patient', 'Condition'] }],
    ['_type', 'Patient,Patient', { types: ['Patient'] }],
    ['_outputFormat', 'ndjson', {}],
    ['_outputFormat', 'application/fhir ndjson', {}],
    ['_since', '2026-11-22T00:00:00Z', { since: new Date('2026-11-22T00:00:00Z') }],
    ['_until', '2026-11-22T09:00:00+09:00', { until: new Date('2026-11-22T00:00:00Z') }],
    [
      '_typeFilter',
      'Observation?code=a,b,Condition?_id=1',
      {
        filters: [
          { type: 'Observation', query: 'code=a,b' },
          { type: 'Condition', query: '_id=1' },
        ],
      },
    ],
    ['_elements', 'id,Patient.name', { elements: ['id', 'Patient.name'] }],
    ['patient', 'Patient/abc', { patients: ['abc'] }],
    ['organizeOutputBy', 'Patient', { ignored: ['organizeOutputBy'] }],
  ])('%s=%s is read', (name, value, expected) => {
    expect(readExport([[name, value]], false)).toMatchObject(expected)
  })

  test.each([
    ['_type', 'Nothing'],
    ['_type', ''],
    ['_outputFormat', 'text/csv'],
    ['_since', 'yesterday'],
    ['_typeFilter', 'Observation'],
    ['_typeFilter', 'Nothing?x=1'],
    ['_elements', '1;drop'],
    ['patient', 'Group/abc'],
    ['patient', 'https://elsewhere.example/fhir/R4/Patient/abc'],
    ['patient', 'x/Patient/abc'],
  ])('%s=%s is wrong', (name, value) => {
    expect(readExport([[name, value]], false)).toMatchObject({ param: name })
  })

  test('a search of a type that the export does not have is told, and refused under strict', () => {
    const sent = [
      ['_typeFilter', 'Observation?status=final,Condition?code=a'],
      ['_type', 'Condition,Patient'],
    ] as const
    expect(readExport(sent, false)).toMatchObject({ filters: [{ type: 'Condition', query: 'code=a' }], ignored: ['_typeFilter'] })
    expect(readExport(sent, true)).toMatchObject({ param: '_typeFilter', value: 'Observation?status=final', unsupported: true })
    expect(readExport(sent.slice(0, 1), true), 'the control: every type is wanted').toMatchObject({ ignored: [] })
  })

  test('a patient by an address of this server is one of ours', () => {
    answersAt('https://here.example/fhir/R4')
    expect(readExport([['patient', 'https://here.example/fhir/R4/Patient/abc']], false)).toMatchObject({ patients: ['abc'] })
  })

  test('what nobody knows is refused under strict alone', () => {
    expect(readExport([['_colour', 'red']], true)).toMatchObject({ param: '_colour', unsupported: true })
    expect(readExport([['_colour', 'red']], false)).toMatchObject({ ignored: ['_colour'] })
  })
})

describe('how often a client may come back', () => {
  test('who waits as told is never refused', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 60 }), (waits) => {
        let [early, runningMs] = [0, 0]
        for (const more of waits) {
          const sinceLastMs = retryAfterSeconds(runningMs) * 1000 + more
          const judged = judgePoll({ sinceLastMs, runningMs, early })
          expect(judged).toEqual({ early: 0, refused: false })
          early = judged.early
          runningMs += sinceLastMs
        }
      }),
    )
  })

  test('the control: who never waits is refused after ten', () => {
    let early = 0
    const answers = Array.from({ length: 12 }, () => {
      const judged = judgePoll({ sinceLastMs: 0, runningMs: 0, early })
      early = judged.early
      return judged.refused
    })
    expect(answers).toEqual([...Array(10).fill(false), true, true])
  })
})

test.each(['a.ndjson', 'Patient-1_2.ndjson'])('%s is the name of an input', (name) => expect(isInputName(name)).toBe(true))
test.each(['../a.ndjson', '.ndjson', 'a/b.ndjson', 'a.json', 'https://x/a.ndjson', 'a\\b.ndjson', `${'a'.repeat(101)}.ndjson`])(
  '%s is none',
  (name) => expect(isInputName(name)).toBe(false),
)
