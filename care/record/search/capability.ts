import { resourceTypes, searchParametersFor } from '#packages/fhir'
import { customParametersFor } from './registry.ts'
import { referenceParameters, targetsOf } from './parameters.ts'

/** Parameters of the definitions that name a query of their own, which this server has none of. */
const notOffered = new Set(['_query'])

/** Parameters that every type has and the definitions give no expression. */
const special = [
  { name: '_list', type: 'special' },
  { name: '_filter', type: 'special' },
]

type Claimed = { searchParam: { name: string; type: string }[]; searchInclude: string[]; searchRevInclude: string[] }

let pointers: ReadonlyMap<string, readonly { name: string }[]> | undefined

/** `Type:param` of every reference that may point at a type. */
function pointersTo(type: string): string[] {
  const every = () =>
    resourceTypes.flatMap((source) =>
      referenceParameters(source).flatMap((p) => targetsOf(p).map((target) => ({ target, name: `${source}:${p.code}` }))),
    )
  pointers ??= Map.groupBy(every(), (p) => p.target)
  return (pointers.get(type) ?? []).map((p) => p.name)
}

/** What the search of one type offers, from the tables it reads. @spec FHIR R4 CapabilityStatement.rest.resource */
export function searchCapability(type: string): Claimed {
  const builtIn = searchParametersFor(type).filter((p) => !notOffered.has(p.code))
  const custom = customParametersFor(type).map((p) => ({ name: p.code, type: p.kind }))
  return {
    searchInclude: ['*', ...referenceParameters(type).map((p) => `${type}:${p.code}`)],
    searchRevInclude: ['*', ...pointersTo(type)],
    searchParam: [...builtIn.map((p) => ({ name: p.code, type: p.kind })), ...custom, ...special],
  }
}
