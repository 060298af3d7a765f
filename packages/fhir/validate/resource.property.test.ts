/** @spec http://hl7.org/fhir/R4/validation.html — properties that hold for every R4 resource type. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { minimalResources } from '../minimal-resource.fixture.ts'
import type { Json, JsonObject } from '../model.ts'
import { operationOutcome } from '../outcome.ts'
import { extractIndex } from '../search.ts'
import { choiceName, elementsOf, resourceTypes } from '../shapes.ts'
import { validateResource } from './index.ts'

const errors = (resource: Json) => validateResource(resource).filter((finding) => finding.severity === 'error')

describe('every R4 resource type', () => {
  test('there are the 146 concrete types of R4 4.0.1', () => expect(resourceTypes).toHaveLength(146))

  test.each(resourceTypes)('%s: a minimal resource passes, and fails without any one required element', (type) => {
    const required = [...elementsOf(type)].filter(([, row]) => row.min !== undefined)
    fc.assert(
      fc.property(minimalResources(type), (resource) => {
        expect(errors(resource), JSON.stringify(resource)).toEqual([])
        for (const [name, row] of required) {
          const names = name.endsWith('[x]') ? row.types.map((of) => choiceName(name, of)) : [name]
          const without = Object.fromEntries(Object.entries(resource).filter(([key]) => !names.includes(key)))
          expect(errors(without).map((finding) => `${finding.ruleId} ${finding.en}`)).toContain(
            `structure/required The required element '${name}' is missing.`,
          )
        }
      }),
      { numRuns: 8 },
    )
  })

  test.each(resourceTypes)('%s: an element nobody knows is refused', (type) => {
    const [resource] = fc.sample(minimalResources(type), { numRuns: 1, seed: 1 })
    expect(errors({ ...resource!, unheardOf: 1 }).map((finding) => finding.ruleId)).toContain('structure/unknown-element')
  })
})

/** Replaces one node, chosen by the numbers of `route`, with other JSON. */
function damage(value: Json, route: number[], other: Json): Json {
  if (value === null || typeof value !== 'object' || route.length === 0) return other
  const keys = Object.keys(value)
  const key = keys[route[0]! % Math.max(keys.length, 1)]
  if (key === undefined) return other
  if (Array.isArray(value)) return value.map((item, i) => (String(i) === key ? damage(item, route.slice(1), other) : item))
  return { ...value, [key]: damage(value[key]!, route.slice(1), other) }
}

describe('nothing throws', () => {
  const json = fc.jsonValue({ maxDepth: 6 }) as fc.Arbitrary<Json>

  test('on any JSON', () => {
    fc.assert(
      fc.property(json, fc.constantFrom(...resourceTypes), (value, resourceType) => {
        validateResource(value)
        const resource = { ...(value !== null && typeof value === 'object' && !Array.isArray(value) ? value : { value }), resourceType }
        expect(operationOutcome(validateResource(resource)).resourceType).toBe('OperationOutcome')
        extractIndex(resource)
      }),
      { numRuns: 500 },
    )
  })

  test('on a valid resource with one node replaced', () => {
    const cases = fc
      .constantFrom(...resourceTypes)
      .chain((type) => fc.tuple(minimalResources(type), fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 6 }), json))
    fc.assert(
      fc.property(cases, ([resource, route, other]) => {
        const damaged = damage(resource, route, other) as JsonObject
        validateResource(damaged)
        extractIndex({ ...damaged, resourceType: resource.resourceType })
      }),
      { numRuns: 1000 },
    )
  })

  test('on very deep, very wide and very wrong content, and findings stay few', () => {
    let deep: Json = 'x'
    for (let i = 0; i < 20_000; i++) deep = { extension: [deep] }
    expect(validateResource({ resourceType: 'Basic', code: deep }).length).toBeGreaterThan(0)
    let nested: Json = { resourceType: 'Basic' }
    for (let i = 0; i < 20_000; i++) nested = { resourceType: 'Bundle', type: 'collection', entry: [{ resource: nested }] }
    expect(validateResource(nested).map((finding) => finding.ruleId)).toContain('structure/too-deep')
    const wide = { resourceType: 'Patient', name: [{ given: Array.from({ length: 100_000 }, () => null) }] }
    expect(validateResource(wide)).toHaveLength(301)
  })
})
