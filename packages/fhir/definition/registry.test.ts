import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../model.ts'
import { baseDefinitions } from './base.ts'
import { definitionsOf, makeDefinitions } from './registry.ts'

const fhir = 'http://hl7.org/fhir/StructureDefinition/'
const x = (name: string) => `http://example.org/${name}`

/** A profile on Patient that publishes its differential only. */
const profile = (name: string, more: JsonObject = {}): JsonObject => ({
  resourceType: 'StructureDefinition',
  url: x(name),
  name,
  type: 'Patient',
  kind: 'resource',
  abstract: false,
  derivation: 'constraint',
  baseDefinition: `${fhir}Patient`,
  differential: { element: [{ id: 'Patient.birthDate', path: 'Patient.birthDate', min: 1 }] },
  ...more,
})
const over = (...resources: JsonObject[]) => makeDefinitions(baseDefinitions(), resources, 'test')
const minOf = (definitions: ReturnType<typeof over>, canonical: string) =>
  definitions.structure(canonical)?.elements.find(({ id }) => id === 'Patient.birthDate')?.min

describe('base R4', () => {
  test.each([
    ['Patient', 'Patient.contact.name', { min: 0, max: 1, types: [{ code: 'HumanName' }] }],
    ['Patient', 'Patient.id', { types: [{ code: 'id' }], base: { path: 'Resource.id', min: 0, max: 1 } }],
    ['Observation', 'Observation.referenceRange', { max: Number.POSITIVE_INFINITY, types: [{ code: 'BackboneElement' }] }],
    ['Observation', 'Observation.component.referenceRange', { contentReference: 'Observation.referenceRange', types: [] }],
    ['bp', 'Observation.component:SystolicBP.code.coding:SBPCode.code', { fixed: { type: 'code', value: '8480-6' } }],
    ['SimpleQuantity', 'Quantity.comparator', { max: 0 }],
    ['patient-birthPlace', 'Extension.url', { fixed: { type: 'uri', value: `${fhir}patient-birthPlace` } }],
    ['Attachment', 'Attachment.language', { binding: expect.objectContaining({ max: 'http://hl7.org/fhir/ValueSet/all-languages' }) }],
    [
      'DomainResource',
      'DomainResource',
      { constraints: expect.arrayContaining([expect.objectContaining({ key: 'dom-6', bestPractice: true })]) },
    ],
  ])('%s holds %s', (name, id, expected) => {
    expect(
      baseDefinitions()
        .structure(fhir + name)
        ?.elements.find((element) => element.id === id),
    ).toMatchObject(expected)
  })

  test('an extension says where it may stand', () => {
    expect(baseDefinitions().structure(`${fhir}patient-birthPlace`)?.contexts).toEqual([{ type: 'element', expression: 'Patient' }])
  })

  test('holds nothing that R4 did not publish', () => {
    const paths = [...baseDefinitions().list('StructureDefinition')].flatMap((at) =>
      baseDefinitions()
        .structure(at)!
        .elements.map(({ path }) => path),
    )
    for (const path of ['Meta.project', 'ResearchStudy.label', 'Binary.url', 'EvidenceVariable.characteristic.linkId'])
      expect(paths).not.toContain(path)
    expect(paths).toContain('EvidenceVariable.characteristic.timeFromStart')
  })
})

describe('layers', () => {
  const one = over(profile('p', { version: '1.0.0' }))
  const two = makeDefinitions(
    one,
    [profile('p', { version: '1.5.2', differential: { element: [{ path: 'Patient.birthDate', min: 0 }] } })],
    'newer',
  )

  test.each([
    ['no version: the newest', x('p'), '1.5.2'],
    ['exact version', `${x('p')}|1.0.0`, '1.0.0'],
    ['beginning of a version', `${x('p')}|1.5`, '1.5.2'],
    ['the newest that answers', `${x('p')}|1`, '1.5.2'],
    ['unknown version: the newest', `${x('p')}|7`, '1.5.2'],
  ])('%s', (_, canonical, version) => expect(two.structure(canonical)?.version).toBe(version))

  test('the layer below knows nothing of what is above', () => expect(one.structure(`${x('p')}|1.5`)?.version).toBe('1.0.0'))

  test('an unknown version is said, a known one is not', () => {
    expect(two.problem(`${x('p')}|7`)?.en).toContain('Version 7')
    expect(two.problem(`${x('p')}|7`)?.ja).toContain('版 7')
    for (const canonical of [x('p'), `${x('p')}|1.5`, x('nobody')]) expect(two.problem(canonical)).toBeNull()
  })

  test('a package finds its own definition first where it asks without a version', () => {
    expect(two.structure(x('p'), 'test')?.version).toBe('1.0.0')
    expect(two.structure(`${x('p')}|1.5.2`, 'test')?.version).toBe('1.5.2')
    expect(two.structure(x('p'), 'stranger')?.version).toBe('1.5.2')
  })

  test("R4's own types stay R4's where another FHIR is loaded beside it", () => {
    const other = over({
      resourceType: 'StructureDefinition',
      url: `${fhir}Patient`,
      version: '9.0.0',
      type: 'Patient',
      snapshot: { element: [{ path: 'Patient' }] },
    })
    expect(other.structure(`${fhir}Patient`)?.version).toBe('4.0.1')
    expect(other.structure(`${fhir}Patient|9.0.0`)?.version).toBe('9.0.0')
  })

  test('a newer edition of an extension goes before the one published with R4', () => {
    const url = `${fhir}patient-birthPlace`
    expect(
      over({
        resourceType: 'StructureDefinition',
        url,
        version: '5.1.0',
        type: 'Extension',
        snapshot: { element: [{ path: 'Extension' }] },
      }).structure(url)?.version,
    ).toBe('5.1.0')
  })

  test('lists each version once, of all layers', () => {
    const listed = [...two.list('StructureDefinition')]
    expect(listed.filter((canonical) => canonical.startsWith(x('p'))).sort()).toEqual([`${x('p')}|1.0.0`, `${x('p')}|1.5.2`])
    expect(new Set(listed).size).toBe(listed.length)
  })

  test('other resources are given as they were loaded', () => {
    const valueSet: JsonObject = { resourceType: 'ValueSet', url: x('vs'), version: '2', compose: { include: [] } }
    const loaded = over(valueSet)
    expect(loaded.resource('ValueSet', `${x('vs')}|2`)).toEqual(valueSet)
    expect(loaded.resource('CodeSystem', x('vs'))).toBeUndefined()
  })
})

describe('definitions that cannot be used say why', () => {
  const nothing = profile('n', { differential: { element: [] }, baseDefinition: '' })
  test.each<[string, JsonObject[], string, RegExp, RegExp]>([
    [
      'missing base',
      [profile('a', { baseDefinition: x('gone') })],
      'a',
      /base 'http:\/\/example.org\/gone' is not loaded/,
      /gone' も読み込まれていません/,
    ],
    [
      'circle',
      [profile('a', { baseDefinition: x('b') }), profile('b', { baseDefinition: x('a') })],
      'a',
      /circle: .*a → .*b → .*a/,
      /循環/,
    ],
    ['own base', [profile('a', { baseDefinition: x('a') })], 'a', /circle/, /循環/],
    [
      'unknown element',
      [profile('a', { differential: { element: [{ path: 'Patient.nmae' }] } })],
      'a',
      /'Patient.nmae', which its base does not have/,
      /Patient.nmae/,
    ],
    ['nothing said', [nothing], 'n', /neither snapshot nor differential/, /differential もありません/],
    [
      'base that cannot be used',
      [profile('a', { baseDefinition: x('b') }), profile('b', { baseDefinition: x('c') })],
      'a',
      /base 'http:\/\/example.org\/c'/,
      /c' も/,
    ],
  ])('%s', (_, resources, name, en, ja) => {
    const definitions = over(...resources)
    expect(definitions.structure(x(name))).toBeUndefined()
    expect(definitions.problem(x(name))?.en).toMatch(en)
    expect(definitions.problem(x(name))?.ja).toMatch(ja)
  })

  test('a text that is no JSON', () => {
    const broken = definitionsOf(baseDefinitions(), [
      { type: 'StructureDefinition', url: x('a'), package: 'p', read: () => JSON.parse('{') },
      { type: 'ValueSet', url: x('v'), package: 'p', read: () => JSON.parse('{') },
    ])
    expect(broken.structure(x('a'))).toBeUndefined()
    expect(broken.resource('ValueSet', x('v'))).toBeUndefined()
    for (const name of ['a', 'v']) expect(broken.problem(x(name))?.en).toMatch(/\(p\) cannot be read as JSON/)
  })

  test('a base that comes with a later package repairs what stood on it', () => {
    const before = over(profile('a', { baseDefinition: x('b') }))
    expect(before.structure(x('a'))).toBeUndefined()
    expect(minOf(makeDefinitions(before, [profile('b')]), x('a'))).toBe(1)
  })
})
