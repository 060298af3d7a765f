/** Test support: profiles of our own in a few lines, and a validator that knows them. */
import { baseDefinitions, type Definitions, type ElementDefinition, type StructureDefinition } from '../../definition/index.ts'
import type { Finding, Json } from '../../model.ts'
import { type Code, makeValidator, type Membership, type TerminologyPort } from '../index.ts'
import { profiles } from './index.ts'

export type Part = Partial<ElementDefinition>

/** `url` of a test profile. */
export const at = (name: string) => `http://example.org/StructureDefinition/${name}`

function elementOf(id: string, part: Part): ElementDefinition {
  const last = id.split('.').at(-1)!
  const colon = last.indexOf(':')
  return {
    id,
    path: id.replace(/:[^.]+/g, ''),
    ...(colon < 0 ? {} : { sliceName: last.slice(colon + 1) }),
    min: 0,
    max: Number.POSITIVE_INFINITY,
    types: [],
    constraints: [],
    ...part,
  }
}

/** As a snapshot has them: children after their parent, slices after all of what they slice. */
function inOrder(type: string, elements: Record<string, Part>): ElementDefinition[] {
  const placed = [elementOf(type, elements[type] ?? {})]
  for (const [id, part] of Object.entries(elements)) {
    if (id === type) continue
    const parent = id.slice(0, id.lastIndexOf('.'))
    const after = placed.findLastIndex((other) => other.id === parent || other.id.startsWith(`${parent}.`))
    placed.splice(after + 1, 0, elementOf(id, part))
  }
  return placed
}

/** A profile whose snapshot holds only the elements given, each by its id: what is not named adds nothing. */
export function profileOf(
  name: string,
  type: string,
  elements: Record<string, Part>,
  head: Partial<StructureDefinition> = {},
): StructureDefinition {
  return {
    url: at(name),
    name,
    type,
    kind: 'resource',
    abstract: false,
    derivation: 'constraint',
    elements: inOrder(type, elements),
    ...head,
  }
}

/** Base R4 with these profiles over it. */
export function definitionsWith(made: readonly StructureDefinition[]): Definitions {
  const base = baseDefinitions()
  const own = new Map(made.map((definition) => [definition.url, definition]))
  return { ...base, structure: (canonical) => own.get(canonical.split('|')[0]!) ?? base.structure(canonical) }
}

/** Value sets by canonical, members as `system|code` or `code`; those not named are unknown. */
export function terminologyOf(sets: Record<string, readonly string[]>): TerminologyPort {
  const memberOf = (valueSet: string, { system, code }: Code): Membership => {
    const members = sets[valueSet]
    if (!members) return { result: 'unknown' }
    return { result: members.includes(`${system}|${code}`) || members.includes(code) ? 'in' : 'out' }
  }
  return { memberOf }
}

type Asked = {
  made: readonly StructureDefinition[]
  valueSets?: Record<string, readonly string[]>
  claimed?: boolean
  asked?: readonly string[]
}

/** What the profiles find: not what base R4 does. The first profile is asked for unless others are named. */
export function findingsOf(resource: Json, { made, valueSets = {}, claimed = true, asked = [made[0]!.url] }: Asked): Finding[] {
  const validator = makeValidator({ definitions: definitionsWith(made), terminology: terminologyOf(valueSets), profiles })
  const keys = new Set(made.flatMap(({ elements }) => elements.flatMap(({ constraints }) => constraints.map(({ key }) => key))))
  return validator
    .validate(resource, { profiles: asked, claimed })
    .filter(({ ruleId }) => ruleId.startsWith('profile/') || keys.has(ruleId))
}

/** Findings as `rule path`, or `rule path subject` where a row needs the slice or element. */
export const shortly = (findings: readonly Finding[]): string[] => findings.map(({ ruleId, path }) => `${ruleId} ${path}`)

export const observation = (parts: Record<string, Json> = {}): Record<string, Json> => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
  ...parts,
})
