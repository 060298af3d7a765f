import { resourceTypes, type SearchParameter, searchParametersFor } from '#packages/fhir'
import { targetsOf } from './parameters.ts'
import { customParametersFor } from './registry.ts'

/** A parameter that searches of a type may name, with what may follow its colon. `reads`: the element it looks at, as FHIRPath. */
export type OfferedParameter = {
  code: string
  kind: SearchParameter['kind']
  modifiers: readonly string[]
  targets: readonly string[]
  reads: string | null
  custom: boolean
}

const modifiersOf: Partial<Record<SearchParameter['kind'], readonly string[]>> = {
  string: ['exact', 'contains', 'kana-loose', 'kana-loose-contains', 'missing'],
  token: ['not', 'text', 'in', 'not-in', 'above', 'below', 'missing'],
  reference: ['identifier', 'not', 'missing'],
  uri: ['below', 'above', 'not', 'missing'],
  date: ['missing'],
  number: ['missing'],
  quantity: ['missing'],
  composite: ['missing'],
}

/** The parameters of a type: those of R4, then those that somebody defined. */
export function offeredParameters(type: string): OfferedParameter[] {
  const builtIn = searchParametersFor(type)
    .filter((p) => p.code !== '_query')
    .map((p) => ({
      code: p.code,
      kind: p.kind,
      modifiers: [...(p.code === 'identifier' ? ['of-type'] : []), ...(modifiersOf[p.kind] ?? [])],
      targets: p.kind === 'reference' ? shortened(targetsOf(p)) : [],
      reads: p.components ? p.components.join(' $ ') : elementOf(type, p.expression),
      custom: false,
    }))
  const custom = customParametersFor(type).map((p) => {
    return { code: p.code, kind: p.kind, modifiers: ['missing'], targets: [], reads: p.expression, custom: true }
  })
  return [...builtIn, ...custom]
}

/** Any type at all is said by an empty list. */
const shortened = (targets: readonly string[]): readonly string[] => (targets.length >= resourceTypes.length - 10 ? [] : targets)

/** The branch of an expression shared by many types that is about this one. */
function elementOf(type: string, expression: string | undefined): string | null {
  if (!expression) return null
  const own = expression.split('|').filter((part) => new RegExp(`\\b(${type}|Resource|DomainResource)\\.`).test(part))
  return (own.length > 0 ? own : [expression]).map((part) => part.trim()).join(' | ')
}
