/** Which two resources tell the same, as rules. */
import { describe, expect, test } from 'vitest'
import type { Resource } from '#packages/fhir'
import { tellTheSame } from './same-telling.ts'

const coding = (code: string, system = 'urn:s') => ({ coding: [{ system, code }] })
const of = (resourceType: string, more: object) => ({ resourceType, ...more }) as Resource
const condition = (more: object) => of('Condition', { code: coding('a'), onsetDateTime: '2025-01-06', ...more })
const reading = (more: object) => of('Observation', { code: coding('k'), effectiveDateTime: '2025-03-03T09:10:00+09:00', ...more })
const drug = (more: object) =>
  of('MedicationRequest', { medicationCodeableConcept: coding('m'), authoredOn: '2025-03-03T09:10:00+09:00', ...more })
const own = 'http://jpfhir.jp/fhir/core/IdSystem/resourceInstance-identifier'
const id = (value: string, system = own) => ({ identifier: [{ system, value }] })

describe('two tellings', () => {
  test.each<[string, Resource, Resource, boolean]>([
    ['the same code and day', condition({}), condition({ recordedDate: '2025-02-01' }), true],
    ['a day with and without its time', condition({}), condition({ onsetDateTime: '2025-01-06T10:00:00+09:00' }), true],
    [
      'one of their codes in common',
      condition({
        code: {
          coding: [
            { system: 'urn:t', code: 'b' },
            { system: 'urn:s', code: 'a' },
          ],
        },
      }),
      condition({}),
      true,
    ],
    ['another day', condition({}), condition({ onsetDateTime: '2025-01-07' }), false],
    ['another code', condition({}), condition({ code: coding('b') }), false],
    ['the same code of another system', condition({}), condition({ code: coding('a', 'urn:other') }), false],
    [
      'an identifier in common, whatever else changed',
      condition(id('1')),
      condition({ ...id('1'), code: coding('b'), onsetDateTime: '2020-01-01' }),
      true,
    ],
    ['other identifiers, the same fact', condition(id('1')), condition(id('2')), true],
    [
      'the same words, where one has no code',
      condition({ code: { text: '肺炎' } }),
      condition({ code: { text: '肺炎', ...coding('a') } }),
      true,
    ],
    [
      'the same code in other words',
      condition({ code: { text: '肺炎', ...coding('a') } }),
      condition({ code: { text: '気管支炎', ...coding('a') } }),
      false,
    ],
    [
      'nines, which stand for no code',
      condition({ code: { text: '肺炎', ...coding('0000999') } }),
      condition({ code: { text: '喘息', ...coding('0000999') } }),
      false,
    ],
    [
      'nines with the same words',
      condition({ code: { text: '肺炎', ...coding('99999999') } }),
      condition({ code: { text: '肺炎', ...coding('99999999') } }),
      true,
    ],
    [
      'two drugs of one prescription',
      drug(id('1', 'urn:rp')),
      drug({ ...id('1', 'urn:rp'), medicationCodeableConcept: coding('n') }),
      false,
    ],
    ['no words and no codes', condition({ code: {} }), condition({ code: {} }), false],
    ['no day on either', of('Condition', { code: coding('a') }), of('Condition', { code: coding('a') }), true],
    ['a day on one alone', of('Condition', { code: coding('a') }), condition({}), false],
    ['readings of one instant', reading({}), reading({ valueQuantity: { value: 4 } }), true],
    ['two readings of one day', reading({}), reading({ effectiveDateTime: '2025-03-03T18:00:00+09:00' }), false],
    ['a prescription of the same day', drug({}), drug({ authoredOn: '2025-03-03' }), true],
    ['another type', condition({}), of('AllergyIntolerance', { code: coding('a'), onsetDateTime: '2025-01-06' }), false],
    [
      'documents of one identifier',
      of('Bundle', { identifier: { system: 'urn:b', value: '1' } }),
      of('Bundle', { identifier: { system: 'urn:b', value: '1' } }),
      true,
    ],
    [
      'documents of two',
      of('Bundle', { identifier: { system: 'urn:b', value: '1' } }),
      of('Bundle', { identifier: { system: 'urn:b', value: '2' } }),
      false,
    ],
  ])('%s', (_name, a, b, same) => {
    expect([tellTheSame(a, b), tellTheSame(b, a)]).toEqual([same, same])
  })
})
