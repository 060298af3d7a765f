import { compileParameter, type Composite, type IndexValues, type Resource, type SearchParameter } from '#packages/fhir'

/** A search parameter that somebody defined: read from resources as soon as it is announced, searched once everything is indexed. */
export type CustomParameter = {
  code: string
  types: readonly string[]
  kind: SearchParameter['kind']
  expression: string
  /** Expressions of a composite's parts; none for other kinds. */
  components: readonly string[]
  active: boolean
}

type Compiled = CustomParameter & { type: string; read: (resource: Resource) => IndexValues; composites: readonly Composite[] }

let byType: ReadonlyMap<string, readonly Compiled[]> = new Map()

/** Takes over the parameters as they stand in the database. Those that do not compile any more are left out. */
export function setCustomParameters(list: readonly CustomParameter[]): void {
  const next = new Map<string, Compiled[]>()
  for (const parameter of list)
    for (const type of parameter.types) {
      try {
        next.set(type, [...(next.get(type) ?? []), { ...parameter, type, ...compileParameter({ ...parameter, type }) }])
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
      }
    }
  byType = next
}

/** Parameters of a type that a search may name. */
export const customParametersFor = (type: string): readonly CustomParameter[] => (byType.get(type) ?? []).filter((p) => p.active)

/** How a composite that somebody defined is asked for. */
export const customComposites = (type: string, code: string): readonly Composite[] =>
  (byType.get(type) ?? []).find((p) => p.active && p.code === code)?.composites ?? []

/** Parameters of a type that are written, searchable or not yet. */
export const customReadersFor = (type: string): readonly Compiled[] => byType.get(type) ?? []
