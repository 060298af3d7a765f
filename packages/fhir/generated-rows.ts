/** The rows of the generated files: what `generate.ts` writes and the validator and the search index read. */

/** One element of a resource or datatype. `types` beginning with `@` name another shape, e.g. `@Patient.contact`. */
export type ElementRow = {
  types: string[]
  /** Absent: 0. */
  min?: number
  /** Absent: 1. */
  max?: number | '*'
  /** Resource types a Reference may name; absent: any. */
  targets?: string[]
  /** Canonical address of the value set of a required binding. */
  valueSet?: string
  /** The Quantity has no comparator (SimpleQuantity). */
  simpleQuantity?: boolean
  /** Part of `_summary=true`. */
  summary?: boolean
  /** May turn the meaning of what stands around it, so it is never left out. */
  modifier?: boolean
}

/** A resource, a datatype, or a part of one (`Patient.contact`); `base` names the shape whose elements come first. */
export type ShapeRow = { kind: 'resource' | 'type' | 'part'; abstract?: boolean; base?: string; elements: Record<string, ElementRow> }

/** The published form of a primitive; the checks themselves are written by hand to run in linear time. */
export type PrimitiveRow = { regex?: string; maxLength?: number }

/** Codes by code system. */
export type ValueSetRow = Record<string, string[]>

export type SearchParameterKind = 'string' | 'token' | 'reference' | 'date' | 'number' | 'quantity' | 'uri' | 'composite' | 'special'

/** One R4 search parameter of one type; `expression` holds only the branches that start at that type. */
export type SearchParameterRow = {
  code: string
  kind: SearchParameterKind
  expression?: string
  targets?: string[]
  components?: string[]
}
