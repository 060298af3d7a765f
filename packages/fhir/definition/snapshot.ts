import type { JsonObject } from '../model.ts'
import type { ElementDefinition, StructureDefinition } from './model.ts'
import { say, type Problem } from './problems.ts'

export type SnapshotResult = { elements: readonly ElementDefinition[] } | { problem: Problem }

/** What snapshot generation asks of the registry. */
export type SnapshotPorts = { structure: (canonical: string) => StructureDefinition | undefined }

export function generateSnapshot(raw: JsonObject, _ports: SnapshotPorts): SnapshotResult {
  return { problem: say.noSnapshot(String(raw.url), String(raw.baseDefinition)) }
}
