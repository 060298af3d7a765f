/** Every native form says what the definition's own expression says, on generated elements and on the published examples' shapes. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { baseDefinitions } from '../../definition/index.ts'
import { compileFhirPath, type FhirPath, FhirPathError, type FhirPathNode, fhirPathNode } from '../../fhirpath/index.ts'
import type { Json, JsonObject } from '../../model.ts'
import { choiceName, elementsOf, isPrimitive, isResourceType, shapeName, valueSetOf } from '../../shapes.ts'
import { nativeInvariants } from './rule.ts'
import { wrongInR4 } from './wrong-in-r4.ts'

/** Where the native form keeps to R4's words, not to its expression. */
const words = new Set(wrongInR4.filter(({ instead }) => instead === 'words').map(({ key, on }) => `${key} ${on}`))
/** Of these the expression says the same wherever it says anything. */
const silentElsewhere = new Set([
  'per-1 Period',
  'inv-1 Task',
  'mdd-1 MedicationDispense',
  'rng-2 Range',
  'drt-1 Duration',
  'tim-4 Timing.repeat',
  'tim-5 Timing.repeat',
  'bdl-8 Bundle.entry',
])

const texts: Record<string, Json[]> = {
  boolean: [true, false],
  integer: [0, 1, 5],
  unsignedInt: [0, 1],
  positiveInt: [1, 2],
  decimal: [-1, 0, 0.5, 1, 2, 100],
  date: ['2024', '2024-05', '2024-05-10'],
  dateTime: ['2024', '2024-05', '2024-05-10', '2024-05-10T10:00:00+09:00', '2024-05-10T02:00:00Z', '2024-06'],
  instant: ['2024-05-10T10:00:00+09:00', '2024-05-10T02:00:00Z'],
  time: ['10:00:00'],
  uri: ['http://unitsofmeasure.org', 'http://example.jp/a', 'http://example.jp/Patient/1/_history/2'],
  code: ['1', 'a', 'mg', 'g', 'home'],
}

/** Values that invariants speak of, by element. */
const favoured: Record<string, Json[]> = {
  'Coding.system': [
    'http://terminology.hl7.org/CodeSystem/condition-clinical',
    'http://terminology.hl7.org/CodeSystem/condition-ver-status',
    'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification',
  ],
  'Coding.code': ['entered-in-error', 'resolved', 'inactive', 'active'],
  'Timing.repeat.when': ['AC', 'C', 'CM'],
}

type Pick = <T>(from: readonly T[]) => T

function primitive(path: string, row: { valueSet?: string }, type: string, pick: Pick): Json {
  const codes = row.valueSet ? Object.values(valueSetOf(row.valueSet) ?? {}).flat() : []
  const own = favoured[path]
  if (own) return pick(own)
  return codes.length > 0 ? pick(codes) : pick(texts[type] ?? ['a', 'b'])
}

/** A random element, two levels deep, with primitives that have only extensions now and then. */
function element(shape: string, depth: number, pick: Pick): JsonObject {
  const out: JsonObject = {}
  for (const [name, row] of elementsOf(shape)) {
    if (['id', 'extension', 'modifierExtension', 'contained', 'text', 'meta'].includes(name) && pick([0, 1, 2, 3, 4, 5, 6, 7]) > 0) continue
    if (row.min === undefined && pick(depth === 2 ? [0, 1] : [0, 0, 0, 1]) === 0) continue
    const type = pick(row.types)
    const json = name.endsWith('[x]') ? choiceName(name, type) : name
    const many = row.max !== undefined && row.max !== 1
    if (isPrimitive(type)) {
      if (!many && pick([0, 1, 2, 3, 4, 5]) === 0) out[`_${json}`] = { extension: [{ url: 'http://example.jp/e', valueCode: 'a' }] }
      else out[json] = many ? [primitive(`${shape}.${name}`, row, type, pick)] : primitive(`${shape}.${name}`, row, type, pick)
      continue
    }
    if (depth === 0) continue
    const inner = shapeName(type)
    const resource = inner === 'Resource' || isResourceType(inner)
    const make = (): JsonObject =>
      resource ? { resourceType: pick(['Composition', 'MessageHeader', 'Patient']), id: 'a' } : element(inner, depth - 1, pick)
    const value = make()
    if (Object.keys(value).length > 0)
      out[json] = many ? Array.from({ length: pick([1, 2]) }, make).filter((one) => Object.keys(one).length > 0) : value
    if (Array.isArray(out[json]) && (out[json] as Json[]).length === 0) delete out[json]
  }
  return out
}

const elements = (shape: string) =>
  fc.gen().map((generate): JsonObject => {
    const pick: Pick = (from) => from[generate(fc.nat, { max: from.length - 1 })]!
    return element(shape, 2, pick)
  })

function expressionOf(key: string, on: string): { expression: string; at: string } | null {
  const type = on.split('.', 1)[0]!
  const found = baseDefinitions().structure(`http://hl7.org/fhir/StructureDefinition/${type}`)
  const places = (found?.elements ?? []).filter(({ path }) => path === on || path.startsWith(`${on}.`))
  for (const { path, constraints } of places) {
    const constraint = constraints.find((one) => one.key === key)
    if (constraint?.expression) return { expression: constraint.expression, at: path }
  }
  return null
}

describe('native forms', () => {
  test.each(nativeInvariants.map((row) => [row.key, row.on, row] as const))('%s on %s agrees with its expression', (key, on, row) => {
    const found = expressionOf(key, on)
    expect(found, `${key} ${on}`).not.toBeNull()
    const { expression, at } = found!
    const compiled = compileFhirPath(at === on ? expression : `${at.slice(on.length + 1)}.all(${expression})`)
    const seen = new Set<boolean>()
    const agree = () =>
      fc.assert(
        fc.property(elements(on), (value) => {
          const native = row.test(value)
          const said = answer(compiled, fhirPathNode(isResourceType(on) ? { ...value, resourceType: on } : value, on))
          if (native === undefined || (said === undefined && silentElsewhere.has(`${key} ${on}`))) return
          seen.add(native)
          expect(native, JSON.stringify(value)).toBe(said === true)
        }),
        { numRuns: 150, seed: 7 },
      )
    if (words.has(`${key} ${on}`) && !silentElsewhere.has(`${key} ${on}`)) return
    agree()
    expect(seen.size).toBeGreaterThan(0)
  })
})

/** undefined where the expression finds nothing or cannot compare. */
function answer(expression: FhirPath, node: FhirPathNode): boolean | undefined {
  try {
    return expression.holds(node)
  } catch (error) {
    if (error instanceof FhirPathError && error.code === 'type') return undefined
    throw error
  }
}
