/** @spec http://hl7.org/fhir/R4/search.html#summary, #elements */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { minimalResources } from '../minimal-resource.fixture.ts'
import type { Json, JsonObject, Resource } from '../model.ts'
import { elementsOf, resourceTypes } from '../shapes.ts'
import { validateResource } from '../validate/index.ts'
import { project, projectBundle, type Projection } from './project.ts'

const subsetted = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }
const observation: Resource = {
  resourceType: 'Observation',
  id: 'o1',
  meta: { versionId: '1', tag: [{ code: 'x' }] },
  implicitRules: 'http://example.jp/rules',
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
  contained: [{ resourceType: 'Organization', id: 'lab', name: 'x' }],
  extension: [{ url: 'a', valueString: 'b' }],
  modifierExtension: [{ url: 'm', valueBoolean: true }],
  status: 'final',
  category: [{ text: 'lab' }],
  code: { text: 'x', coding: [{ system: 's', code: 'c', extension: [{ url: 'e', valueString: 'f' }] }] },
  valueQuantity: { value: 1, unit: 'mg' },
  note: [{ text: 'n' }],
  _issued: { extension: [{ url: 'p', valueString: 'q' }] },
  component: [
    { code: { text: 'c' }, valueString: 'v', interpretation: [{ text: 'i' }], modifierExtension: [{ url: 'm', valueBoolean: true }] },
  ],
}
const members = (projection: Projection, resource = observation) => Object.keys(project(resource, projection)).sort()
const kept = ['code', 'id', 'implicitRules', 'meta', 'modifierExtension', 'resourceType', 'status']

describe('which elements stay', () => {
  test.each<[string, Projection, string[]]>([
    ['_summary=true: what the definitions mark', { summary: 'true' }, ['_issued', 'component', 'valueQuantity']],
    ['_summary=text', { summary: 'text' }, ['text']],
    ['_summary=data', { summary: 'data' }, Object.keys(observation).filter((name) => name !== 'text' && !kept.includes(name))],
    ['_elements', { elements: ['note', 'category'] }, ['category', 'note']],
    ['_elements of a choice by its name', { elements: ['value'] }, ['valueQuantity']],
    ['_elements of a choice with brackets', { elements: ['value[x]'] }, ['valueQuantity']],
    ['_elements of a choice with its type', { elements: ['valueQuantity'] }, ['valueQuantity']],
    ['_elements: both halves of a primitive', { elements: ['issued'] }, ['_issued']],
    ['_elements of this type', { elements: ['Observation.note', 'Patient.name'] }, ['note']],
    ['_elements of no known name', { elements: ['unheard'] }, []],
    ['_elements goes before _summary', { elements: ['note'], summary: 'text' }, ['note']],
  ])('%s, besides what always stays', (_, projection, more) => expect(members(projection)).toEqual([...kept, ...more].sort()))

  test('inside a summary too: parts not marked go, modifiers stay', () => {
    const part = project(observation, { summary: 'true' }) as unknown as { code: Json; component: Json; _issued: Json }
    expect(part.code).toEqual({ text: 'x', coding: [{ system: 's', code: 'c' }] })
    expect(part.component).toEqual([{ code: { text: 'c' }, valueString: 'v', modifierExtension: [{ url: 'm', valueBoolean: true }] }])
    expect(part._issued).toEqual(observation._issued)
  })

  test('a contained resource stays while something points at it', () => {
    const pointing = { ...observation, performer: [{ reference: '#lab' }] }
    expect(members({ elements: ['performer'] }, pointing)).toContain('contained')
    expect(members({ elements: ['note'] }, pointing)).not.toContain('contained')
  })
})

test('the part says that it is one, once, and the whole is not touched', () => {
  const before = structuredClone(observation)
  const once = project(observation, { summary: 'text' })
  expect((once.meta as JsonObject).tag).toEqual([{ code: 'x' }, subsetted])
  expect(project(once, { summary: 'text' })).toEqual(once)
  expect(observation).toEqual(before)
})

test('a type that _elements does not name comes back whole, and nothing asked is nothing changed', () => {
  expect(project(observation, { elements: ['Patient.name'] })).toBe(observation)
  expect(project(observation, {})).toBe(observation)
})

test('in a bundle the resources are projected; what it says about the search stays', () => {
  const outcome = {
    resource: { resourceType: 'OperationOutcome', issue: [{ severity: 'warning', code: 'x', diagnostics: 'd' }] },
    search: { mode: 'outcome' },
  }
  const entry: Json[] = [{ fullUrl: 'u', resource: observation, search: { mode: 'match' } }, { response: { status: '204' } }, outcome]
  const bundle: Resource = { resourceType: 'Bundle', type: 'searchset', total: 1, entry }
  const part = projectBundle(bundle, { elements: ['note'] }) as unknown as { total: number; entry: { resource: Resource }[] }
  expect(part.total).toBe(1)
  expect(Object.keys(part.entry[0]!.resource).sort()).toEqual([...kept, 'note'].sort())
  expect(part.entry.slice(1)).toEqual(entry.slice(1))
})

describe('every R4 type', () => {
  const projections: Projection[] = [{ summary: 'true' }, { summary: 'text' }, { summary: 'data' }, { elements: ['id'] }]
  test.each(resourceTypes)(
    '%s: a part of a valid resource has the structure of one; only invariants across elements may miss their other half',
    (type) => {
      fc.assert(
        fc.property(minimalResources(type), fc.constantFrom(...projections), (resource, projection) => {
          const errors = validateResource(project(resource, projection)).filter(
            (finding) => finding.severity === 'error' && finding.code !== 'invariant',
          )
          expect(errors).toEqual([])
        }),
        { numRuns: 6 },
      )
    },
  )

  test('the definitions mark something in every type but the abstract ones, and the control: not everything', () => {
    const flags = (type: string) => [...elementsOf(type).values()].map((row) => row.summary === true)
    expect(resourceTypes.filter((type) => !flags(type).includes(true))).toEqual([])
    expect(resourceTypes.filter((type) => flags(type).includes(false)).length).toBeGreaterThan(140)
  })
})
