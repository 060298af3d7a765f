/** Plain paths are read without the engine: they must find what the engine finds, for every R4 parameter. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { shared } from '../../tests/shared-data.ts'
import type { Json, JsonObject, Resource } from './model.ts'
import { searchParametersFor } from './search.ts'
import { type Accessor, compileExpression } from './search-expression.ts'
import { elementsOf, isPrimitive, isResourceType, resourceTypes, shapeName, choiceName } from './shapes.ts'

const primitives: Record<string, Json[]> = {
  boolean: [true, false],
  integer: [1, 2],
  positiveInt: [1, 2],
  unsignedInt: [0, 3],
  decimal: [1.5, 2],
  date: ['2026-01-02', '2026'],
  dateTime: ['2026-01-02T03:04:05+09:00', '2026-02'],
  instant: ['2026-01-02T03:04:05Z'],
  time: ['03:04:05'],
}
const words = ['phone', 'email', 'official', 'composed-of', 'depends-on', 'x']
const references = ['Patient/1', 'Practitioner/2', 'urn:uuid:0', '#c', '#d', 'http://a.jp/fhir/Group/3', 'Location/4']

/** A value of the type with every element filled; `seed` chooses among choices, codes and what references name. */
function filled(type: string, seed: number, depth: number): Json {
  const shape = shapeName(type)
  if (isPrimitive(shape)) return (primitives[shape] ?? words)[seed % (primitives[shape] ?? words).length]!
  if (type === 'Resource') return { resourceType: resourceTypes[seed % resourceTypes.length]!, id: 'r' }
  const out: JsonObject = isResourceType(shape) ? { resourceType: shape } : {}
  for (const [name, row] of elementsOf(shape)) {
    const type_ = row.types[seed % row.types.length]
    if (type_ === undefined || (depth > 4 && !isPrimitive(type_))) continue
    if (['contained', 'modifierExtension'].includes(name) || (name === 'extension' && depth > 1)) continue
    const property = name.endsWith('[x]') ? choiceName(name, type_) : name
    const one = (n: number) => filled(type_, seed + n + name.length, depth + 1)
    out[property] = (row.max ?? 1) === 1 ? one(0) : [one(0), one(1)]
  }
  if (shape === 'Reference') out.reference = references[seed % references.length]!
  if (depth === 0)
    out.contained = [
      { resourceType: 'Patient', id: 'c' },
      { resourceType: 'Group', id: 'd' },
    ]
  return out
}

const found = (accessors: readonly Accessor[], resource: Json): string[] => {
  const all = accessors.flatMap((a) => a.typed?.(resource) ?? a.select(resource).map((value) => ({ type: a.type, value })))
  return [...new Set(all.map(({ type, value }) => `${shapeName(type)} ${JSON.stringify(value)}`))].sort()
}

const compiled = new Map<string, { name: string; planned: Accessor[]; engine: Accessor[] }[]>()

function parametersOf(type: string) {
  const known = compiled.get(type)
  if (known) return known
  const all = searchParametersFor(type).flatMap(({ code, kind, expression }) => {
    if (!expression || kind === 'composite' || kind === 'special') return []
    const root = expression.startsWith('Resource.') ? 'Resource' : type
    return [
      {
        name: `${type}.${code}: ${expression}`,
        planned: compileExpression(root, expression),
        engine: compileExpression(root, expression, true),
      },
    ]
  })
  compiled.set(type, all)
  return all
}

/** @returns how many values were found */
function agree(resource: Resource): number {
  let count = 0
  for (const { name, planned, engine } of parametersOf(resource.resourceType)) {
    const values = found(planned, resource)
    // What names a patient by number alone counts as a reference to a patient, though no engine can follow it.
    const followed = name.includes('resolve()') ? values.filter((v) => v.includes('"reference"')) : values
    expect(followed, name).toEqual(found(engine, resource))
    count += values.length
  }
  return count
}

test.each(resourceTypes)('%s filled to the brim: both find the same for every parameter', (type) => {
  let count = 0
  for (let seed = 0; seed < 9; seed++) count += agree(filled(type, seed, 0) as Resource)
  expect(count).toBeGreaterThan(0)
})

test('almost every parameter of R4 is a plain path', () => {
  const all = resourceTypes.flatMap(parametersOf)
  expect(all.filter(({ planned }) => planned.some((a) => a.typed)).map(({ name }) => name)).toEqual([
    'Patient.deceased: Patient.deceased.exists() and Patient.deceased != false',
  ])
  expect(all.length).toBeGreaterThan(1_300)
})

test('the control: another expression finds something else', () => {
  const patient = filled('Patient', 0, 0)
  const [a, b] = ["Patient.telecom.where(system='phone')", "Patient.telecom.where(system='email')"].map((e) =>
    compileExpression('Patient', e),
  )
  expect(found(a!, patient)).not.toEqual(found(b!, patient))
})

test('examples of others: both find the same (skipped where the reference data is absent)', () => {
  const jsons = shared('data/jp-clins-examples')
  const lines = shared('data/clinosim/jp-100')
  let count = 0
  for (const file of jsons ? readdirSync(jsons).filter((name) => name.endsWith('.json')) : []) {
    const resource = JSON.parse(readFileSync(join(jsons!, file), 'utf8')) as Resource
    const entries = Array.isArray(resource.entry) ? resource.entry.map((e) => (e as { resource: Resource }).resource) : []
    for (const one of [resource, ...entries]) if (one && isResourceType(one.resourceType)) count += agree(one)
  }
  for (const file of lines ? readdirSync(lines) : []) {
    const all = gunzipSync(readFileSync(join(lines!, file)))
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
    for (const line of all.slice(0, 200)) count += agree(JSON.parse(line) as Resource)
  }
  if (jsons && lines) expect(count).toBeGreaterThan(10_000)
}, 60_000)
