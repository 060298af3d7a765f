/** What the checks carry along as they go through a resource. */
import type { Definitions } from '../definition/model.ts'
import { type FhirPathEnvironment, type FhirPathNode, fhirPathNode } from '../fhirpath/index.ts'
import type { Finding, JsonObject } from '../model.ts'
import type { ProfilePort, TerminologyPort } from './ports.ts'
import { structureFinding, type StructureRule } from './sentences.ts'
import type { Shape } from './shape.ts'

/** One resource that is not contained, with what it contains and what it refers to inside itself. */
export type Scope = {
  /** Contained resources by id. */
  contained: ReadonlyMap<string, JsonObject>
  /** Ids that some `#id` names. */
  referenced: Set<string>
  /** Contained resources that refer to the one around them by `#`. */
  pointOut: Set<JsonObject>
  /** Ids of elements, by the contained resource they stand in, null for the resource itself. */
  ids: Map<JsonObject | null, Set<string>>
}

/** The bundle around, if there is one: its resources by fullUrl, and where in it the walk is. */
export type Around = {
  bundle: JsonObject
  byFullUrl: ReadonlyMap<string, JsonObject>
  /** fullUrl of the entry now read, from which relative references start. */
  fullUrl: string | null
}

/** What a validator was made with. Without definitions and terminology it checks base R4 alone. */
export type Knowledge = {
  shapeOf: (name: string) => Shape
  definitions: Definitions | null
  terminology: TerminologyPort | null
  profiles: ProfilePort | null
  /** Check the profiles that resources claim in meta.profile. */
  claimed: boolean
}

export type Walk = {
  knowledge: Knowledge
  findings: Finding[]
  /** Names and indexes from the start to here. */
  path: (string | number)[]
  depth: number
  /** The objects from the start to here with their shapes and the length of the path at each; `depth` of them count. */
  objects: JsonObject[]
  shapes: string[]
  lengths: number[]
  /** The resource now read; only there `resourceType` is no unknown element. */
  atResource: JsonObject | null
  /** The contained resource now read, or null outside of one. */
  contained: JsonObject | null
  scope: Scope
  around: Around | null
  /** What expressions may ask: references, value sets, profiles. */
  env: FhirPathEnvironment
  /** An expression asked what nobody knows: a value set, a profile, a resource elsewhere. */
  unanswered: boolean
  /** Profiles the resource at the start was asked to keep. */
  asked: readonly string[]
  /** What was reported as not checked, so that it is said once. */
  said: Set<string>
  /** Remarks were left out, because there were too many. */
  cut: boolean
}

/** The path as FHIRPath without functions: names joined by dots, indexes in brackets. */
export function pathOf(walk: Walk): string {
  let out = ''
  for (const step of walk.path) out += typeof step === 'number' ? `[${step}]` : out === '' ? step : `.${step}`
  return out
}

/** Findings after which a resource is not read further: more would help nobody and could fill the memory. */
export const maxFindings = 300
/** Warnings and hints stop here, so that however many there are, errors after them are still found. */
export const maxRemarks = 200

export const isFull = (walk: Walk): boolean => walk.findings.length >= maxFindings

/** Keeps a finding where there is room for one of its severity. */
function keep(walk: Walk, finding: Finding): void {
  if (isFull(walk)) return
  if (finding.severity !== 'error' && walk.findings.length >= maxRemarks) walk.cut = true
  else walk.findings.push(finding)
}

export function report(walk: Walk, rule: StructureRule, details: readonly string[]): void {
  if (!isFull(walk)) keep(walk, structureFinding(rule, pathOf(walk), details))
}

/** Reports about a member of the element at hand. */
export function reportAt(walk: Walk, step: string | number, rule: StructureRule, details: readonly string[]): void {
  walk.path.push(step)
  report(walk, rule, details)
  walk.path.pop()
}

/** Says once in a validation what could not be checked. */
export function reportOnce(walk: Walk, rule: StructureRule, details: readonly string[]): void {
  const key = `${rule} ${details[0] ?? ''}`
  if (walk.said.has(key)) return
  walk.said.add(key)
  report(walk, rule, details)
}

export function reportFinding(walk: Walk, finding: Omit<Finding, 'path'>): void {
  keep(walk, { ...finding, path: pathOf(walk) })
}

type Broken = { key: string; severity?: 'error' | 'warning'; ja: string; en: string }

export function reportInvariant(walk: Walk, { key, severity, ja, en }: Broken): void {
  keep(walk, { severity: severity ?? 'error', code: 'invariant', path: pathOf(walk), ruleId: key, ja, en })
}

function placeAt(walk: Walk, level: number): { name: string; index: number } {
  const last = walk.path[walk.lengths[level]! - 1]
  if (typeof last !== 'number') return { name: String(last ?? ''), index: -1 }
  return { name: String(walk.path[walk.lengths[level]! - 2] ?? ''), index: last }
}

/**
 * The object at hand as an expression sees it, with what stands around it as far as its own resource: what contains a contained
 * resource is seen, the bundle around is not. References out of the resource are followed by the walk's environment.
 */
export function nodeHere(walk: Walk): FhirPathNode {
  let start = walk.depth - 1
  while (start > 0 && (placeAt(walk, start).name === 'contained' || typeof walk.objects[start]!.resourceType !== 'string')) start--
  let node = fhirPathNode(walk.objects[start]!, walk.shapes[start])
  for (let level = start + 1; level < walk.depth; level++) {
    const { name, index } = placeAt(walk, level)
    node = { value: walk.objects[level]!, type: walk.shapes[level]!, extra: undefined, parent: node, name, index }
  }
  return node
}

const version = /\/_history\/[A-Za-z0-9\-.]{1,64}$/
const restful = /^(.*\/)[A-Z][A-Za-z]{1,40}\/[A-Za-z0-9\-.]{1,64}$/

/** The resource of the bundle around that a reference names; undefined where it is not there. @spec http://hl7.org/fhir/R4/bundle.html#references */
export function inBundle(around: Around | null, reference: string): JsonObject | undefined {
  if (around === null) return undefined
  const whole = reference.replace(/#.*$/s, '')
  const plain = whole.includes('/_history/') ? whole.replace(version, '') : whole
  const found = around.byFullUrl.get(plain)
  if (found !== undefined) return found
  const base = around.fullUrl === null || plain.includes(':') ? null : restful.exec(around.fullUrl)
  return base ? around.byFullUrl.get(base[1]! + plain) : undefined
}

/** The resource a literal reference at the element at hand names, contained or in the bundle around; undefined where it stands elsewhere. */
export function resolve(walk: Walk, reference: string): JsonObject | undefined {
  return reference.startsWith('#') ? walk.scope.contained.get(reference.slice(1)) : inBundle(walk.around, reference)
}
