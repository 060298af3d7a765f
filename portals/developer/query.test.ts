import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_QUERY, parseQuery, type Query, queryHref, queryOf, withParameter } from './query.ts'

const BASE = 'http://localhost:8080/fhir/R4'
const read = (text: string): Query => {
  const query = parseQuery(text, BASE)
  if (typeof query === 'string') throw new Error(query)
  return query
}

describe('what is written is read as a request', () => {
  test.each([
    ['Observation?code=1', 'Observation?code=1'],
    ['  GET Observation?code=1 ', 'Observation?code=1'],
    ['/fhir/R4/Observation?code=1', 'Observation?code=1'],
    [`${BASE}/Observation?code=1`, 'Observation?code=1'],
    ['Observation\n  ?code=1\n  &status=final', 'Observation?code=1&status=final'],
    ['?_type=Patient,Condition', '?_type=Patient,Condition'],
    ['Observation/', 'Observation'],
    ['Observation?', 'Observation'],
  ])('%j', (written, text) => {
    expect(read(written).text).toBe(text)
  })

  test.each<[string, Query['shape'], string | null]>([
    ['Observation', 'search', 'Observation'],
    ['?_type=Patient', 'search', null],
    ['Patient/1', 'read', 'Patient'],
    ['Patient/1/_history', 'history', 'Patient'],
    ['Patient/_history', 'history', 'Patient'],
    ['Patient/1/_history/2', 'version', 'Patient'],
    ['Patient/1/Observation?code=x', 'compartment', 'Observation'],
    ['Patient/1/$everything', 'other', 'Patient'],
    ['Observation/$lastn', 'other', 'Observation'],
    ['metadata', 'other', null],
    ['Nonsense/1', 'other', null],
  ])('%s is a %s', (text, shape, type) => {
    expect(read(text)).toMatchObject({ shape, type })
  })

  test.each([
    ['https://example.com/Patient', 'other-server'],
    ['//example.com/Patient', 'other-server'],
    ['GET http://localhost:9999/fhir/R4/Patient', 'other-server'],
    ['Patient/%zz', 'undecodable'],
    ['x'.repeat(MAX_QUERY + 1), 'too-long'],
  ])('%s is none', (text, why) => {
    expect(parseQuery(text, BASE)).toBe(why)
  })

  test('any text is read or refused with a reason, and never thrown at', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => void parseQuery(text, BASE)))
  })
})

test('the address of a query brings back the query', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 100 }), fc.boolean(), (text, explain) => {
      const url = new URL(queryHref(text, { view: 'json', explain }), 'http://localhost')
      // Addresses are well-formed text: half of a surrogate pair cannot be spelt.
      expect(url.searchParams.get('q')).toBe(text.toWellFormed())
      expect(url.searchParams.get('explain')).toBe(explain ? '1' : null)
    }),
  )
})

test.each([
  ['Patient/1', 'Patient/1'],
  ['Patient/1/_history/2', 'Patient/1/_history/2'],
  [`${BASE}/Patient?name=x&_cursor=y`, 'Patient?name=x&_cursor=y'],
  [`${BASE}?_type=Patient`, '?_type=Patient'],
  ['#contained', null],
  ['Nonsense/1', null],
  ['http://jpfhir.jp/fhir/x', null],
  [`${BASE}evil/Patient/1`, null],
  ['urn:uuid:1', null],
])('%s leads to %s', (value, query) => {
  expect(queryOf(value, BASE)).toBe(query)
})

test('a parameter is added where the query has some, and begins one where it has none', () => {
  expect(withParameter('', 'Observation', 'code')).toBe('Observation?code=')
  expect(withParameter('Observation', 'Observation', 'code')).toBe('Observation?code=')
  expect(withParameter('Observation?status=final', 'Observation', 'code')).toBe('Observation?status=final&code=')
})
