/** What an answer says about itself. @spec FHIR R4 search, server conformance and paging */
import { expect, test } from 'vitest'
import { encodeCursor } from './order.ts'
import { parseSearch } from './search-query.ts'
import { searchset } from './searchset.ts'

const BASE = 'http://localhost/fhir/R4'
const cursor = { values: ['2026-01-01T00:00:00.000Z'], type: 'Observation', id: 'a', sort: '-updated' }

function linksOf(query: string, more: boolean): Record<string, string> {
  const search = parseSearch('Observation', new URLSearchParams(query), false)
  const page = { rows: [], included: [], cut: false, next: more ? cursor : null, total: null }
  const { link } = JSON.parse(searchset(BASE, search, page)) as { link: { relation: string; url: string }[] }
  return Object.fromEntries(link.map(({ relation, url }) => [relation, decodeURIComponent(url.replace(`${BASE}/Observation?`, ''))]))
}

const at = encodeCursor(cursor)

test.each<[string, boolean, Record<string, string>]>([
  ['code=a', false, { self: 'code=a' }],
  ['code=a&_count=2', true, { self: 'code=a&_count=2', next: `code=a&_count=2&_cursor=${at}` }],
  // Who asks for XML by the address alone gets the next page in XML too.
  [
    'code=a&_format=xml&_pretty=true',
    true,
    { self: 'code=a&_format=xml&_pretty=true', next: `code=a&_format=xml&_pretty=true&_cursor=${at}` },
  ],
  [`code=a&_cursor=${at}`, true, { self: `code=a&_cursor=${at}`, first: 'code=a', next: `code=a&_cursor=${at}` }],
  ['code=a&nobody=x', false, { self: 'code=a' }],
])('?%s, more: %s, links to %o', (query, more, expected) => {
  expect(linksOf(query, more)).toEqual(expected)
})

test.each<[string, string[]]>([
  ['_contained=false', []],
  ['_contained=true', ['_contained']],
  ['_contained=both', ['_contained']],
  ['_containedType=container', ['_containedType']],
  ['_maxresults=5', ['_maxresults']],
  ['_score=1', ['_score']],
])('%s: told as not known %o, and refused by who is strict', (query, unknown) => {
  const read = (strict: boolean) => parseSearch('Observation', new URLSearchParams(query), strict).unknown
  expect(read(false)).toEqual(unknown)
  if (unknown.length > 0) expect(() => read(true)).toThrow()
})
