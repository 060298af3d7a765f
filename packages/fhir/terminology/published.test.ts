/** R4's own terminology against what was worked out of it another way for the required bindings. */
import { expect, test } from 'vitest'
import valueSetRows from '../generated/value-sets.json' with { type: 'json' }
import { makeTerminology } from './index.ts'

const terminology = makeTerminology({})
const required = valueSetRows as Record<string, Record<string, string[]>>

test.each(Object.entries(required))('%s holds the same codes', (url, bySystem) => {
  const found = terminology.expand(url, { excludeNested: true })
  const codes = 'contains' in found ? found.contains.map(({ system, code }) => `${system} ${code}`) : []
  const expected = Object.entries(bySystem).flatMap(([system, list]) => list.map((code) => `${system} ${code}`))
  expect(codes.sort()).toEqual(expected.sort())
})

test('every value set says of its codes that they are in, and lists as many nested as flat', () => {
  const count = (entries: readonly { contains: readonly object[] }[]): number =>
    entries.reduce((sum, entry) => sum + 1 + count(entry.contains as readonly { contains: readonly object[] }[]), 0)
  let listed = 0
  for (const url of terminology.sources.list('ValueSet')) {
    const flat = terminology.expand(url, { excludeNested: true, limit: 100_000 })
    if ('issue' in flat) continue
    listed++
    const wrong = flat.contains.filter((coding) => terminology.memberOf(url, coding).result !== 'in')
    expect(wrong, url).toEqual([])
    const nested = terminology.expand(url, { limit: 100_000 })
    expect('contains' in nested && count(nested.contains), url).toBe(flat.total)
  }
  // the others take from LOINC, SNOMED CT, UCUM and the like, which are not lists here
  expect(listed).toBeGreaterThan(1200)
})

test('what cannot be told is said with a reason', () => {
  const kinds = new Map<string, number>()
  for (const url of terminology.sources.list('ValueSet')) {
    const why = terminology.compiled(url)?.why
    if (why) kinds.set(why.kind, (kinds.get(why.kind) ?? 0) + 1)
  }
  expect(kinds.get('circular')).toBeUndefined()
  expect(kinds.get('value-set-invalid')).toBeUndefined()
})
