/** What the structure check carries along as it goes through a resource. */
import type { Finding, JsonObject } from '../model.ts'
import { structureFinding, type StructureRule } from './sentences.ts'

/** One resource that is not contained, with what it contains and what it refers to inside itself. */
export type Scope = {
  /** Resource type by id of the contained resources. */
  contained: ReadonlyMap<string, string>
  /** Ids that some `#id` names. */
  referenced: Set<string>
  /** Contained resources that refer to the one around them by `#`. */
  pointOut: Set<JsonObject>
}

export type Walk = {
  findings: Finding[]
  /** Names and indexes from the start to here. */
  path: (string | number)[]
  depth: number
  /** The resource now read; only there `resourceType` is no unknown element. */
  atResource: JsonObject | null
  /** The contained resource now read, or null outside of one. */
  contained: JsonObject | null
  scope: Scope
  /** Resource type by fullUrl of the bundle around. */
  fullUrls: ReadonlyMap<string, string>
}

/** The path as FHIRPath without functions: names joined by dots, indexes in brackets. */
export function pathOf(walk: Walk): string {
  let out = ''
  for (const step of walk.path) out += typeof step === 'number' ? `[${step}]` : out === '' ? step : `.${step}`
  return out
}

/** Findings after which a resource is not read further: more would help nobody and could fill the memory. */
export const maxFindings = 300

export const isFull = (walk: Walk): boolean => walk.findings.length >= maxFindings

export function report(walk: Walk, rule: StructureRule, details: readonly string[]): void {
  if (!isFull(walk)) walk.findings.push(structureFinding(rule, pathOf(walk), details))
}

type Broken = { key: string; severity?: 'error' | 'warning'; ja: string; en: string }

export function reportInvariant(walk: Walk, { key, severity, ja, en }: Broken): void {
  if (!isFull(walk)) walk.findings.push({ severity: severity ?? 'error', code: 'invariant', path: pathOf(walk), ruleId: key, ja, en })
}
