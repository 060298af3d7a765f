import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '../model.ts'
import { baseDefinitions } from './base.ts'
import type { ElementDefinition } from './model.ts'
import { makeDefinitions } from './registry.ts'

const fhir = 'http://hl7.org/fhir/StructureDefinition/'
const x = (name: string) => `http://example.org/${name}`

type Part = { [name: string]: Json } & { path: string }

const definition = (name: string, type: string, parts: Part[], more: JsonObject = {}): JsonObject => ({
  resourceType: 'StructureDefinition',
  url: x(name),
  name,
  type,
  kind: 'resource',
  derivation: 'constraint',
  baseDefinition: fhir + type,
  differential: { element: parts },
  ...more,
})

function made(...all: JsonObject[]): { ids: string[]; at: (id: string) => ElementDefinition; problem: string | undefined } {
  const definitions = makeDefinitions(baseDefinitions(), all)
  const url = String(all[0]!.url)
  const elements = definitions.structure(url)?.elements ?? []
  const at = (id: string) => {
    const found = elements.find((element) => element.id === id)
    if (!found) throw new Error(`no ${id} in ${elements.map((element) => element.id).join(' ')}`)
    return found
  }
  return { ids: elements.map(({ id }) => id), at, problem: definitions.problem(url)?.en }
}
const patient = (...parts: Part[]) => made(definition('p', 'Patient', parts))
const observation = (...parts: Part[]) => made(definition('o', 'Observation', parts))

describe('what the differential says is laid over the base', () => {
  test('cardinality, types, values, bindings; the rest stays', () => {
    const { at } = observation(
      { path: 'Observation.code', min: 1, max: '1', binding: { strength: 'required', valueSet: x('codes') } },
      { path: 'Observation.value[x]', type: [{ code: 'Quantity', profile: [`${fhir}SimpleQuantity`] }], mustSupport: true },
      { path: 'Observation.status', patternCode: 'final', maxLength: 5 },
      { path: 'Observation.subject', type: [{ code: 'Reference', targetProfile: [x('p')], aggregation: ['bundled', 'odd'] }] },
    )
    expect(at('Observation.code')).toMatchObject({
      min: 1,
      max: 1,
      binding: { strength: 'required', valueSet: x('codes') },
      isSummary: true,
    })
    expect(at('Observation.value[x]')).toMatchObject({
      types: [{ code: 'Quantity', profiles: [`${fhir}SimpleQuantity`] }],
      mustSupport: true,
    })
    expect(at('Observation.status')).toMatchObject({ pattern: { type: 'code', value: 'final' }, maxLength: 5, isModifier: true })
    expect(at('Observation.subject').types).toEqual([{ code: 'Reference', targets: [x('p')], aggregation: ['bundled'] }])
  })

  test('constraints add up and name their source; one said again is said anew', () => {
    const { at } = patient({
      path: 'Patient',
      constraint: [
        { key: 'own-1', severity: 'warning', human: 'h', expression: 'true' },
        { key: 'dom-2', human: 'other' },
      ],
    })
    const root = at('Patient')
    expect(root.constraints.map(({ key }) => key)).toEqual(['dom-2', 'dom-3', 'dom-4', 'dom-5', 'dom-6', 'own-1'])
    expect(root.constraints.at(-1)).toEqual({ key: 'own-1', severity: 'warning', human: 'h', expression: 'true', source: x('p') })
    expect(root.constraints[0]!.human).toBe('other')
  })

  test('a binding without a value set keeps the base set', () => {
    const { at } = patient({ path: 'Patient.maritalStatus', binding: { strength: 'required' } })
    expect(at('Patient.maritalStatus').binding).toEqual({ strength: 'required', valueSet: 'http://hl7.org/fhir/ValueSet/marital-status' })
  })
})

describe('where the differential goes deeper', () => {
  test('a datatype is unfolded, in place, with its own elements', () => {
    const { ids, at } = patient({ path: 'Patient.name.family', min: 1 })
    const from = ids.indexOf('Patient.name')
    expect(ids.slice(from, from + 5)).toEqual([
      'Patient.name',
      'Patient.name.id',
      'Patient.name.extension',
      'Patient.name.use',
      'Patient.name.text',
    ])
    expect(at('Patient.name.family')).toMatchObject({
      min: 1,
      path: 'Patient.name.family',
      base: { path: 'HumanName.family', min: 0, max: 1 },
    })
  })

  test('a repeated content is unfolded from where it is defined', () => {
    const { at } = observation({ path: 'Observation.component.referenceRange.text', min: 1 })
    expect(at('Observation.component.referenceRange.text').min).toBe(1)
    expect(at('Observation.component.referenceRange')).toMatchObject({ types: [{ code: 'BackboneElement' }] })
    expect(at('Observation.component.referenceRange')).not.toHaveProperty('contentReference')
  })

  test('also where it repeats inside a resource that is unfolded itself', () => {
    const type = [{ code: 'Questionnaire' }]
    const { at } = made(
      definition('b', 'Bundle', [
        { path: 'Bundle.entry.resource', type },
        { path: 'Bundle.entry.resource.item.item.linkId', maxLength: 3 },
      ]),
    )
    expect(at('Bundle.entry.resource.item.item.linkId')).toMatchObject({ maxLength: 3, min: 1 })
  })

  test('a type profile is unfolded as the profile has it; one that is not loaded as its type', () => {
    const own = definition('name', 'HumanName', [{ path: 'HumanName.family', min: 1 }])
    const on = (profile: string) => [
      { path: 'Patient.name', type: [{ code: 'HumanName', profile: [profile] }] },
      { path: 'Patient.name.text', min: 1 },
    ]
    expect(made(definition('p', 'Patient', on(x('name'))), own).at('Patient.name.family').min).toBe(1)
    expect(made(definition('p', 'Patient', on(x('gone')))).at('Patient.name.family').min).toBe(0)
  })

  test('of several types only what all have', () => {
    const { ids, problem } = observation({ path: 'Observation.value[x].extension', min: 1 })
    expect(ids).toContain('Observation.value[x].extension')
    expect(problem).toBeUndefined()
    expect(observation({ path: 'Observation.value[x].unit', min: 1 }).problem).toMatch(/Observation.value\[x\].unit/)
  })

  test('a profile on a profile begins with what that one says', () => {
    const above = definition('b', 'Patient', [{ path: 'Patient.birthDate', min: 1 }])
    const below = definition('a', 'Patient', [{ path: 'Patient.gender', min: 1 }], { baseDefinition: x('b') })
    const { at } = made(below, above)
    expect([at('Patient.birthDate').min, at('Patient.gender').min]).toEqual([1, 1])
  })
})

describe('slices', () => {
  const byCode = { discriminator: [{ type: 'value', path: 'code' }], rules: 'closed' }

  test('stand behind what they slice, optional where nothing is said, and keep what is said of all', () => {
    const { ids, at } = patient(
      { path: 'Patient.identifier', min: 1, slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'open', ordered: true } },
      { path: 'Patient.identifier.system', min: 1 },
      { id: 'Patient.identifier:a', path: 'Patient.identifier', sliceName: 'a', max: '1' },
      { id: 'Patient.identifier:a.system', path: 'Patient.identifier.system', fixedUri: x('a') },
      { id: 'Patient.identifier:b', path: 'Patient.identifier', sliceName: 'b', min: 1 },
    )
    expect(ids.filter((id) => /^Patient.identifier(:\w)?$/.test(id))).toEqual([
      'Patient.identifier',
      'Patient.identifier:a',
      'Patient.identifier:b',
    ])
    expect(at('Patient.identifier').slicing).toEqual({ discriminators: [{ type: 'value', path: 'system' }], rules: 'open', ordered: true })
    expect(at('Patient.identifier:a')).toMatchObject({ min: 0, max: 1, sliceName: 'a', path: 'Patient.identifier' })
    expect(at('Patient.identifier:a')).not.toHaveProperty('slicing')
    expect(at('Patient.identifier:a.system')).toMatchObject({ min: 1, fixed: { type: 'uri', value: x('a') } })
    expect(at('Patient.identifier:b.system')).toMatchObject({ min: 1 })
    expect(at('Patient.identifier:b.system')).not.toHaveProperty('fixed')
  })

  test('slices of slices and slices inside slices', () => {
    const { ids } = observation(
      { path: 'Observation.category', slicing: byCode },
      { path: 'Observation.category', sliceName: 'a' },
      { path: 'Observation.category.coding', slicing: byCode },
      { path: 'Observation.category.coding', sliceName: 'inner' },
      { path: 'Observation.category.coding.code', fixedCode: 'c' },
      { path: 'Observation.category', sliceName: 'b' },
      { id: 'Observation.category:a/deep', path: 'Observation.category', sliceName: 'a/deep' },
    )
    expect(ids.filter((id) => /^Observation.category(:[^.]*)?$/.test(id))).toEqual([
      'Observation.category',
      'Observation.category:a',
      'Observation.category:a/deep',
      'Observation.category:b',
    ])
    expect(ids).toContain('Observation.category:a.coding:inner.code')
    expect(ids).not.toContain('Observation.category:b.coding:inner.code')
  })

  test('extensions are told apart by url, choices by type, without being told', () => {
    const { at } = patient(
      { path: 'Patient.extension', sliceName: 'place', type: [{ code: 'Extension', profile: [`${fhir}patient-birthPlace`] }] },
      { path: 'Patient.deceased[x]', sliceName: 'deceasedBoolean', min: 0 },
    )
    expect(at('Patient.extension').slicing).toEqual({ discriminators: [{ type: 'value', path: 'url' }], rules: 'open', ordered: false })
    expect(at('Patient.extension:place').types).toEqual([{ code: 'Extension', profiles: [`${fhir}patient-birthPlace`] }])
    expect(at('Patient.deceased[x]').slicing).toEqual({ discriminators: [{ type: 'type', path: '$this' }], rules: 'open', ordered: false })
    expect(at('Patient.deceased[x]:deceasedBoolean').types).toEqual([{ code: 'boolean' }])
    expect(at('Patient.deceased[x]').types).toHaveLength(2)
  })

  test('the short name of a choice says its type', () => {
    const { at } = observation({ path: 'Observation.valueQuantity.unit', min: 1 }, { path: 'Observation.valueString', min: 0 })
    expect(at('Observation.value[x]').types).toEqual([{ code: 'Quantity' }, { code: 'string' }])
    expect(at('Observation.value[x]').slicing).toMatchObject({ rules: 'closed' })
    expect(at('Observation.value[x]:valueQuantity.unit')).toMatchObject({ min: 1, path: 'Observation.value[x].unit' })
    expect(observation({ path: 'Observation.valueAddress', min: 1 }).problem).toMatch(/valueAddress/)
  })

  test('the short name of a choice that has one type only means the choice itself', () => {
    const { at } = observation(
      { path: 'Observation.value[x]', type: [{ code: 'Quantity' }] },
      { path: 'Observation.valueQuantity.unit', min: 1 },
    )
    expect(at('Observation.value[x].unit').min).toBe(1)
  })

  test('slices multiply only so far', () => {
    const parts: Part[] = []
    const path = 'Questionnaire.item.item.item.item.item.item.item.item'
    for (let depth = 8; depth > 0; depth--) {
      const at = path
        .split('.')
        .slice(0, depth + 1)
        .join('.')
      for (let n = 0; n < 20; n++) parts.push({ id: `${at}:s${n}`, path: at, sliceName: `s${n}` })
    }
    expect(made(definition('q', 'Questionnaire', parts)).problem).toMatch(/grew over 50000 elements/)
  })
})

describe('specialisations', () => {
  test('a logical model adds its elements to its base', () => {
    const parts = [
      { path: 'Thing', min: 0 },
      { path: 'Thing.part', min: 1, type: [{ code: 'BackboneElement' }] },
      { path: 'Thing.part.name', type: [{ code: 'string' }] },
    ]
    const { ids, at } = made(
      definition('t', 'Thing', parts, { derivation: 'specialization', kind: 'logical', baseDefinition: `${fhir}Element` }),
    )
    expect(ids).toEqual([
      'Thing',
      'Thing.id',
      'Thing.extension',
      'Thing.part',
      'Thing.part.id',
      'Thing.part.extension',
      'Thing.part.modifierExtension',
      'Thing.part.name',
    ])
    expect(at('Thing.part')).toMatchObject({ min: 1, max: 1, constraints: [expect.objectContaining({ key: 'ele-1' })] })
  })
})

describe('ids', () => {
  test('that are missing or misshapen are made from the paths', () => {
    const { ids } = patient(
      { path: 'Patient.identifier', slicing: { rules: 'open' } },
      { path: 'Patient.identifier', sliceName: 'a' },
      { id: 'odd', path: 'Patient.identifier.system', min: 1 },
      { id: 'Patient.identifier', path: 'Patient.identifier', sliceName: 'b' },
      { path: 'Patient.identifier.value', min: 1 },
      { path: 'Patient.name.family', min: 1 },
    )
    expect(ids).toContain('Patient.identifier:a.system')
    expect(ids).toContain('Patient.identifier:b.value')
    expect(ids).toContain('Patient.name.family')
  })
})
