import { compileParameter, type IndexValues, type Resource, type SearchParameter } from '#packages/fhir'

/** A search parameter that somebody defined: read from resources as soon as it is announced, searched once everything is indexed. */
export type CustomParameter = { code: string; types: readonly string[]; kind: SearchParameter['kind']; expression: string; active: boolean }

type Compiled = CustomParameter & { type: string; read: (resource: Resource) => IndexValues }

let byType: ReadonlyMap<string, readonly Compiled[]> = new Map()

/** Takes over the parameters as they stand in the database. Those that do not compile any more are left out. */
export function setCustomParameters(list: readonly CustomParameter[]): void {
  const next = new Map<string, Compiled[]>()
  for (const parameter of list)
    for (const type of parameter.types) {
      try {
        const read = compileParameter({ type, code: parameter.code, kind: parameter.kind, expression: parameter.expression })
        next.set(type, [...(next.get(type) ?? []), { ...parameter, type, read }])
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
      }
    }
  byType = next
}

/** Parameters of a type that a search may name. */
export const customParametersFor = (type: string): readonly CustomParameter[] => (byType.get(type) ?? []).filter((p) => p.active)

/** Parameters of a type that are written, searchable or not yet. */
export const customReadersFor = (type: string): readonly Compiled[] => byType.get(type) ?? []
