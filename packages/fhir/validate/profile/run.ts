/** One validation's work on profiles: what stands where, what was counted, what was found to conform. Reused, so that a sound resource costs no memory. */
import type { StructureDefinition } from '../../definition/model.ts'
import type { elementPlaces, Node } from '../../fhirpath/node.ts'
import { type FhirPathEnvironment, fhirPathNode } from '../../fhirpath/index.ts'
import type { Finding, Json, JsonObject } from '../../model.ts'
import { isFull, maxFindings, maxRemarks, nodeHere, pathOf, type Walk } from '../walk.ts'
import { profileFinding, type ProfileFinding, type ProfileRule, saidFinding } from './sentences.ts'

/** One JSON name of an element with the type its value has there. */
export type Place = ReturnType<typeof elementPlaces>[number]

/** `unknown`: what would tell is not loaded. */
export type Answer = 0 | 1 | 2
export const no = 0
export const yes = 1
export const unknown = 2

/** An element of the instance, as the checks see it. */
export type Frame = {
  value: Json | undefined
  /** Id and extensions of a primitive. */
  extra: JsonObject | undefined
  /** R4 type or part (`Patient.contact`). */
  type: string
  name: string
  index: number
  parent: Frame | null
  /** As expressions see it; made when one asks. */
  node: Node | null
}

export type Check = (run: Run, frame: Frame) => void

/** `running` answers yes: profiles that refer to each other hold as long as nothing speaks against them. */
export type Outcome = { state: 'running' | 'yes' | 'no'; errors: readonly Finding[] }

/** Frames and counters in use, one above the other. */
export type Stack = { readonly frames: Frame[]; top: number; readonly counts: number[]; countsTop: number }

/** One for all walks, which never run at the same time; what is given back holds nothing of a resource. */
const stack: Stack = { frames: [], top: 0, counts: [], countsTop: 0 }

export type Run = {
  readonly walk: Walk
  /** What a profile adds, compiled. */
  readonly checksOf: (definition: StructureDefinition) => readonly Check[]
  /** The profile now checked. */
  definition: StructureDefinition | null
  readonly stack: Stack
  /** By value, then by profile. */
  readonly outcomes: Map<JsonObject, Map<string, Outcome>>
  /** Profiles already checked where they stand, by value. */
  readonly done: Map<JsonObject, StructureDefinition | Set<StructureDefinition>>
  /** Where the walk reports; another list while a conformance is only tried. */
  readonly findings: Finding[]
  trying: number
  /** Where the outermost trial began, as text. */
  at: string
  fullUrls: { bundle: JsonObject; byResource: ReadonlyMap<JsonObject, string> } | null
  /** The bundle around and the package that its profile comes from. */
  around: { bundle: JsonObject; package: string | undefined } | null
  environment: { of: FhirPathEnvironment; env: FhirPathEnvironment } | null
}

/** The walk at hand is nearly always the one before: a weak map of walks would cost more than all checks of a small resource. */
let latest: Run | null = null

export function runOf(walk: Walk, checksOf: Run['checksOf']): Run {
  if (latest?.walk === walk) return latest
  latest = {
    walk,
    checksOf,
    definition: null,
    stack,
    outcomes: new Map(),
    done: new Map(),
    findings: walk.findings,
    trying: 0,
    at: '',
    fullUrls: null,
    around: null,
    environment: null,
  }
  return latest
}

/** Nodes one rule may visit in one element; far more than any sensible rule needs. */
const maxSteps = 200_000

/** What rules may ask: what the walk's own may, with a tighter budget. */
export function environmentOf(run: Run): FhirPathEnvironment {
  const { env } = run.walk
  if (run.environment === null || run.environment.of !== env) run.environment = { of: env, env: { ...env, maxSteps } }
  return run.environment.env
}

/** The next free frame, for a child of `parent`; give it back with `leave`. */
export function enter(parent: Frame | null): Frame {
  const { frames } = stack
  let frame = frames[stack.top]
  if (frame === undefined) {
    frame = { value: undefined, extra: undefined, type: '', name: '', index: -1, parent: null, node: null }
    frames.push(frame)
  }
  stack.top++
  frame.parent = parent
  return frame
}

export function leave(): void {
  const frame = stack.frames[--stack.top]!
  frame.value = undefined
  frame.extra = undefined
  frame.parent = null
  frame.node = null
  frame.index = -1
}

/** Has the profile not been checked at this value before? From now on it has. */
export function isFirst(run: Run, value: JsonObject, definition: StructureDefinition): boolean {
  const done = run.done.get(value)
  if (done === undefined) run.done.set(value, definition)
  else if (done instanceof Set ? done.has(definition) : done === definition) return false
  else if (done instanceof Set) done.add(definition)
  else run.done.set(value, new Set([done, definition]))
  return true
}

/** Deeper than any resource that is read. */
export const tooDeep = (): boolean => stack.top > 300

/** The element as an expression sees it. What an entry of a bundle holds stands for itself. */
export function nodeOf(run: Run, frame: Frame): Node {
  if (frame.node !== null) return frame.node
  const { parent, name, index, value, type, extra } = frame
  const apart = parent === null || (name === 'resource' && parent.type === 'Bundle.entry')
  const node = apart ? rootNode(run, frame) : { value, type, extra, parent: nodeOf(run, parent), name, index }
  frame.node = node
  return node
}

function rootNode(run: Run, frame: Frame): Node {
  const { walk } = run
  const here = run.trying === 0 && walk.depth > 0 && walk.objects[walk.depth - 1] === frame.value
  return here ? nodeHere(walk) : fhirPathNode(frame.value ?? null, frame.type)
}

const label = (definition: StructureDefinition | null): string | undefined =>
  definition === null ? undefined : definition.version === undefined ? definition.url : `${definition.url}|${definition.version}`

/** Reports at the walk's place, under the profile now checked. */
export function say(run: Run, rule: ProfileRule, details: readonly string[]): void {
  push(run, profileFinding(rule, { path: pathOf(run.walk), details, profile: label(run.definition) }))
}

/** Remarks leave room for errors: a walk stops at its largest number of findings, whatever they say. */
const mostRemarks = maxFindings / 3

/** What two profiles, or a profile and its slice, ask alike is said once. */
function push({ walk }: Run, finding: ProfileFinding): void {
  const { findings } = walk
  if (isFull(walk)) return
  if (finding.severity !== 'error' && findings.length >= mostRemarks) {
    walk.cut = true
    return
  }
  for (const { path, ruleId, ja } of findings) if (path === finding.path && ruleId === finding.ruleId && ja === finding.ja) return
  findings.push(finding)
}

export function sayFinding(run: Run, finding: Omit<Finding, 'path'>): void {
  const { walk } = run
  const profile = label(run.definition)
  push(run, { ...finding, path: pathOf(walk), ...(profile === undefined ? {} : { profile }) })
}

/** What is said about a subject, the same in every validation. */
type Remark = { key: string; ja: string; en: string }

/** Remarks by rule and subject. Subjects come from outside, so that only so many are kept. */
const remarks = new Map<ProfileRule, Map<string, Remark>>()
const mostKept = 20_000

function remarkOf(rule: ProfileRule, subject: string): Remark {
  let bySubject = remarks.get(rule)
  if (bySubject === undefined || bySubject.size > mostKept) {
    bySubject = new Map()
    remarks.set(rule, bySubject)
  }
  let remark = bySubject.get(subject)
  if (remark === undefined) {
    const { ja, en } = profileFinding(rule, { path: '', details: [subject], profile: undefined })
    remark = { key: `${rule} ${subject}`, ja, en }
    bySubject.set(subject, remark)
  }
  return remark
}

/** Says once in a validation what could not be checked, also from within a trial. The first detail is what it is said about. */
export function sayOnce(run: Run, rule: ProfileRule, details: readonly [string, ...string[]]): void {
  const { walk } = run
  const { key, ja, en } = remarkOf(rule, details[0])
  if (walk.said.has(key)) return
  walk.said.add(key)
  if (run.findings.length >= maxRemarks) return
  const path = run.trying > 0 ? run.at : pathOf(walk)
  const profile = label(run.definition)
  run.findings.push(details.length === 1 ? saidFinding(rule, { path, ja, en, profile }) : profileFinding(rule, { path, details, profile }))
}
