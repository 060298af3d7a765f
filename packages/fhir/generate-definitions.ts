/** Base structure definitions, trimmed to what constrains an instance, for `generated/definitions.json`. */
import type { StructureDefinition } from './definition/model.ts'
import { headOf, snapshotOf } from './definition/normalise.ts'
import { type DefinitionRows, writeRows } from './definition/rows.ts'
import type { JsonObject } from './model.ts'

const byUrl = (a: StructureDefinition, b: StructureDefinition) => (a.url < b.url ? -1 : 1)
const isCore = (definition: StructureDefinition) => definition.derivation !== 'constraint'

/** Rows of every StructureDefinition among the resources, in the order of their urls. */
export function definitionRows(resources: readonly JsonObject[]): DefinitionRows {
  const structures = resources
    .filter((resource) => resource.resourceType === 'StructureDefinition')
    .map((raw): StructureDefinition => ({ ...headOf(raw), elements: snapshotOf(raw) }))
  return writeRows(structures.sort(byUrl), isCore)
}

/** One line a row, so that a new version of the definitions shows as a readable difference. */
export function definitionText({ constraints, bodies, definitions }: DefinitionRows): string {
  const lines = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).join(',\n')
  const named = Object.entries(definitions).map(([url, row]) => `${JSON.stringify(url)}:${JSON.stringify(row)}`)
  return `{"constraints":[\n${lines(constraints)}\n],\n"bodies":[\n${lines(bodies)}\n],\n"definitions":{\n${named.join(',\n')}\n}}\n`
}
