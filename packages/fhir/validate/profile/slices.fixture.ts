/** Test support: rows about slices, and the words they are written in. */
import { expect, test } from 'vitest'
import type { Discriminator, Slicing, StructureDefinition } from '../../definition/index.ts'
import type { Json } from '../../model.ts'
import { findingsOf, observation, type Part, profileOf, shortly } from './profile.fixture.ts'

export type Row = {
  rule: string
  elements: Record<string, Part>
  instance: Record<string, Json>
  finds: string[]
  /** Texts that the findings must say, in English. */
  says?: string[]
  others?: StructureDefinition[]
  valueSets?: Record<string, readonly string[]>
}

export const by = (...discriminators: [Discriminator['type'], string][]): Slicing => ({
  discriminators: discriminators.map(([type, path]) => ({ type, path })),
  rules: 'open',
  ordered: false,
})
export const closed = (slicing: Slicing): Slicing => ({ ...slicing, rules: 'closed' })
export const code = (value: string): Part => ({ min: 1, max: 1, types: [{ code: 'code' }], fixed: { type: 'code', value } })
export const uri = (value: string): Part => ({ min: 1, max: 1, types: [{ code: 'uri' }], fixed: { type: 'uri', value } })
export const concept = (value: string): Part => ({
  min: 1,
  max: 1,
  types: [{ code: 'CodeableConcept' }],
  pattern: { type: 'CodeableConcept', value: { coding: [{ system: 's', code: value }] } },
})
export const of = (value: string): Json => ({ coding: [{ system: 's', code: value }] })
export const component = (value: string, more: Record<string, Json> = {}): Json => ({ code: of(value), ...more })
export const patient = { resourceType: 'Patient', id: 'p', name: [{ family: 'A' }] }
export const bundle = (...resources: Record<string, Json>[]): Record<string, Json> => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map((resource, i) => ({ fullUrl: `urn:uuid:00000000-0000-4000-8000-00000000000${i}`, resource })),
})

export const codings = (slicing: Slicing, more: Record<string, Part> = {}): Record<string, Part> => ({
  'Observation.code': {},
  'Observation.code.coding': { slicing },
  'Observation.code.coding:one': { min: 1, max: 1 },
  'Observation.code.coding:one.system': uri('urn:one'),
  'Observation.code.coding:one.display': { min: 1, max: 1 },
  'Observation.code.coding:two': { min: 0, max: 1 },
  'Observation.code.coding:two.system': uri('urn:two'),
  ...more,
})
export const coded = (...list: Json[]) => observation({ code: { text: 'x', coding: list } })
export const one = { system: 'urn:one', code: 'a', display: 'A' }
export const two = { system: 'urn:two', code: 'b' }
export const other = { system: 'urn:other', code: 'c' }

export const components = (slicing: Slicing, more: Record<string, Part> = {}): Record<string, Part> => ({
  'Observation.component': { slicing },
  'Observation.component:a': { min: 1, max: 1 },
  'Observation.component:a.code': concept('a'),
  'Observation.component:a.value[x]': { min: 1, max: 1, types: [{ code: 'Quantity' }] },
  'Observation.component:b': {},
  'Observation.component:b.code': concept('b'),
  ...more,
})

/** A test for each row. */
export function testRows(rows: readonly Row[]): void {
  for (const { rule, elements, instance, finds, says = [], others = [], valueSets } of rows)
    test(rule, () => {
      const own = profileOf('Subject', String(instance.resourceType), elements)
      const found = findingsOf(instance, { made: [own, ...others], ...(valueSets ? { valueSets } : {}) })
      expect(shortly(found).sort()).toEqual([...finds].sort())
      const said = found.map(({ en }) => en).join('\n')
      for (const text of says) expect(said).toContain(text)
    })
}
