import { accessorsOf, elementsOf, type SearchParameter, searchParametersFor } from '#packages/fhir'
import { patientReferences, sharedTypes } from '../ids.ts'
import { customParametersFor } from './registry.ts'

/** A parameter of a type, built in or defined by somebody. */
export type Known = SearchParameter & { custom?: boolean }

const byCode = new Map<string, ReadonlyMap<string, SearchParameter>>()

function builtIn(type: string): ReadonlyMap<string, SearchParameter> {
  const known = byCode.get(type) ?? new Map(searchParametersFor(type).map((p) => [p.code, p]))
  byCode.set(type, known)
  return known
}

/** The parameter a search of the type may name, or undefined. */
export function findParameter(type: string, code: string): Known | undefined {
  const known = builtIn(type).get(code)
  if (known) return known
  const custom = customParametersFor(type).find((p) => p.code === code)
  return custom && { type, code, kind: custom.kind, expression: custom.expression, custom: true }
}

const owners = new Map<string, ReadonlySet<string>>()

/**
 * Parameters that name the one patient a resource belongs to, whose key it lives under: asking for one of these is asking one shard.
 * Only the first such element of a type counts, and only where it names a single patient.
 */
export function ownerParameters(type: string): ReadonlySet<string> {
  const known = owners.get(type)
  if (known) return known
  const found = new Set<string>()
  const elements = elementsOf(type)
  const owner = patientReferences.find((name) => elements.has(name))
  if (owner !== undefined && !sharedTypes.has(type) && (elements.get(owner)!.max ?? 1) === 1) {
    const pattern = new RegExp(`^${type}\\.${owner}(\\.where\\(resolve\\(\\) is Patient\\))?$`)
    for (const p of builtIn(type).values()) if (p.kind === 'reference' && pattern.test(p.expression ?? '')) found.add(p.code)
  }
  owners.set(type, found)
  return found
}

const targets = new Map<string, readonly string[]>()

/** Types that a reference parameter may point at; undefined elements in the definitions mean any of the usual ones. */
export function targetsOf(p: Known): readonly string[] {
  const name = `${p.type} ${p.code}`
  const known = targets.get(name)
  if (known) return known
  // `patient` reads only what points at a Patient, whatever the parameter shared by many types lists.
  const only = /resolve\(\) is ([A-Za-z]+)/.exec(p.expression ?? '')?.[1]
  const out = only ? [only] : (p.targets ?? ['Patient', 'Practitioner', 'Organization', 'Encounter'])
  if (!p.custom) targets.set(name, out)
  return out
}

/** Reference parameters of a type. */
export const referenceParameters = (type: string): Known[] => [...builtIn(type).values()].filter((p) => p.kind === 'reference')

/** Whether a parameter reads addresses of canonical resources (and perhaps references too). */
export const isCanonical = (known: Known): boolean => accessorsOf(known).some(({ type }) => type === 'canonical')

/** Whether a parameter reads references by type and id. */
export const isLiteral = (known: Known): boolean => accessorsOf(known).some(({ type }) => type !== 'canonical')
