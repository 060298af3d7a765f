/** @spec http://hl7.org/fhir/R4/validation.html — properties that hold for every R4 resource type. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { baseDefinitions } from '../definition/index.ts'
import { minimalResources } from '../minimal-resource.fixture.ts'
import type { Json, JsonObject } from '../model.ts'
import { operationOutcome } from '../outcome.ts'
import { extractIndex } from '../search.ts'
import { makeTerminology } from '../terminology/index.ts'
import { choiceName, elementsOf, resourceTypes } from '../shapes.ts'
import { makeValidator, validateResource } from './index.ts'

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
            `structure/required The required element '${type}.${name}' is missing (minimum required = 1). Add it.`,
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
  const definitions = baseDefinitions()
  const validators = [validateResource, makeValidator({ definitions, terminology: makeTerminology({ definitions }) }).validate]
  const json = fc.jsonValue({ maxDepth: 6 }) as fc.Arbitrary<Json>

  test('on any JSON', () => {
    fc.assert(
      fc.property(json, fc.constantFrom(...resourceTypes), (value, resourceType) => {
        for (const validate of validators) validate(value)
        const resource = { ...(value !== null && typeof value === 'object' && !Array.isArray(value) ? value : { value }), resourceType }
        for (const validate of validators) expect(operationOutcome(validate(resource)).resourceType).toBe('OperationOutcome')
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
        for (const validate of validators) validate(damaged)
        extractIndex({ ...damaged, resourceType: resource.resourceType })
      }),
      { numRuns: 1000 },
    )
  })

  test('on very deep, very wide and very wrong content, and findings stay few', () => {
    let deep: Json = 'x'
    for (let i = 0; i < 20_000; i++) deep = { extension: [deep] }
    for (const validate of validators) expect(validate({ resourceType: 'Basic', code: deep }).length).toBeGreaterThan(0)
    let nested: Json = { resourceType: 'Basic' }
    for (let i = 0; i < 20_000; i++) nested = { resourceType: 'Bundle', type: 'collection', entry: [{ resource: nested }] }
    for (const validate of validators) expect(validate(nested).map((finding) => finding.ruleId)).toContain('structure/too-deep')
    const wide = { resourceType: 'Patient', name: [{ given: Array.from({ length: 100_000 }, () => null) }] }
    for (const validate of validators) expect(validate(wide)).toHaveLength(301)
    let form: Json = { linkId: 'a', type: 'group', answer: [{ valueString: 'a' }] }
    for (let i = 0; i < 20_000; i++) form = { linkId: `${i}`, type: 'group', item: [form] }
    for (const resourceType of ['Questionnaire', 'QuestionnaireResponse'])
      for (const validate of validators) expect(validate({ resourceType, status: 'active', item: [form] }).length).toBeGreaterThan(0)
    const inside = { resourceType: 'QuestionnaireResponse', status: 'completed', questionnaire: '#a', item: [form] }
    const contained: Json = [{ resourceType: 'Questionnaire', id: 'a', status: 'active', item: [form] }]
    for (const validate of validators) expect(validate({ ...inside, contained }).length).toBeGreaterThan(0)
    let lists: Json = [{ reference: 'a' }]
    for (let i = 0; i < 20_000; i++) lists = [lists]
    const composition = { resourceType: 'Composition', author: lists, event: [{ detail: lists }], section: [{ entry: lists }] }
    const document = { resourceType: 'Bundle', type: 'document', entry: [{ fullUrl: 'urn:a', resource: composition }] }
    for (const validate of validators) expect(validate(document).length).toBeGreaterThan(0)
  })
})
