/** What expressions may ask of the walk: references inside the resource and the bundle around, value sets, profiles. */
import type { FhirPathEnvironment, FhirPathNode } from '../fhirpath/index.ts'
import type { Json, JsonObject } from '../model.ts'
import type { Code, Membership, TerminologyPort } from './ports.ts'
import { inBundle, type Walk } from './walk.ts'

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

const isTextOrAbsent = (value: Json | undefined) => value === undefined || typeof value === 'string'

/** Is the object a code as it stands? Nothing is copied then. */
export const isCode = (value: JsonObject): value is JsonObject & Code =>
  typeof value.code === 'string' && isTextOrAbsent(value.system) && isTextOrAbsent(value.version) && isTextOrAbsent(value.display)

const noCodes: readonly Code[] = []

/** The codes a code, Coding, CodeableConcept or Quantity gives. */
export function codesOf(value: Json | undefined): readonly Code[] {
  if (typeof value === 'string') return [{ code: value }]
  if (!isObject(value)) return noCodes
  if (Array.isArray(value.coding)) return value.coding.filter((one): one is JsonObject & Code => isObject(one) && isCode(one))
  return isCode(value) ? [value] : noCodes
}

/** In where one of the codes is in; unknown where none is and one is not known. */
export function membershipOf(terminology: TerminologyPort, valueSet: string, codes: readonly Code[]): Membership['result'] {
  let result: Membership['result'] = 'out'
  for (const code of codes) {
    const answer = terminology.memberOf(valueSet, code).result
    if (answer === 'in') return 'in'
    if (answer === 'unknown') result = 'unknown'
  }
  return result
}

/** Does a code of the first stand above a code of the second, in one system? undefined: not known. */
function subsumption(terminology: TerminologyPort, above: FhirPathNode, below: FhirPathNode): boolean | undefined {
  let answer: boolean | undefined
  for (const one of codesOf(above.value as Json))
    for (const other of codesOf(below.value as Json)) {
      if (one.system === undefined || one.system !== other.system) continue
      const found = terminology.subsumes?.(one.system, one.code, other.code)
      if (found) return true
      answer ??= found
    }
  return answer
}

/** The ports of a walk; value sets and profiles only where the validator knows any. */
export function environmentOf(walk: Walk): FhirPathEnvironment {
  const { terminology, profiles } = walk.knowledge
  const conforms = profiles?.conforms
  const known = <T>(answer: T | null | undefined): T | undefined => {
    if (answer !== undefined && answer !== null) return answer
    walk.unanswered = true
    return undefined
  }
  return {
    resolve: (reference) => known(inBundle(walk.around, reference)) ?? null,
    ...(terminology
      ? {
          memberOf: (node: FhirPathNode, valueSet: string) => {
            const result = membershipOf(terminology, valueSet, codesOf(node.value as Json))
            return known(result === 'unknown' ? undefined : result === 'in')
          },
        }
      : {}),
    ...(terminology?.subsumes
      ? { subsumes: (above: FhirPathNode, below: FhirPathNode) => known(subsumption(terminology, above, below)) }
      : {}),
    ...(conforms
      ? {
          conformsTo: (node: FhirPathNode, profile: string) =>
            isObject(node.value) ? known(conforms(walk, node.value, profile)) : undefined,
        }
      : {}),
  }
}
