/** What is asked of an expansion, and its form. */
import type { Json } from '../model.ts'
import type { Languages } from './language.ts'
import type { ConceptProperty, Designation, PropertyDefinition, VersionChoice } from './model.ts'

export type ExpandQuestion = {
  /** Words that must all be found in code, display or a designation; kana, width and case do not count. */
  filter?: string
  offset?: number
  count?: number
  activeOnly?: boolean
  excludeNested?: boolean
  excludeNotForUI?: boolean
  excludePostCoordinated?: boolean
  includeDesignations?: boolean
  includeDefinition?: boolean
  displayLanguage?: string
  /** What the caller's client prefers (Accept-Language): counts less than what the value set itself asks for. */
  acceptLanguage?: string
  /** Designations to give: a language, `urn:ietf:bcp:47|de`, or a use `system|code`. */
  designations?: readonly string[]
  /** Properties to give. */
  properties?: readonly string[]
  /** Systems to leave out. */
  excludeSystems?: readonly string[]
  versions?: VersionChoice
  supplements?: readonly string[]
  /** Where no `count` is given: more codes than this are refused (10,000). */
  limit?: number
}

export type ExpansionEntry = {
  system: string
  version?: string
  code: string
  display?: string
  abstract?: boolean
  inactive?: boolean
  deprecated?: boolean
  definition?: string
  designations?: readonly Designation[]
  properties?: readonly ConceptProperty[]
  extensions?: readonly Json[]
  contains: ExpansionEntry[]
}

/** `value` goes out as `valueBoolean`, `valueInteger`, `valueString`, `valueUri` or `valueCode`. */
export type ExpansionParameter = { name: string; type: 'Boolean' | 'Integer' | 'String' | 'Uri' | 'Code'; value: string | number | boolean }

export type Expansion = {
  total: number
  offset?: number
  contains: readonly ExpansionEntry[]
  parameters: readonly ExpansionParameter[]
  properties: readonly PropertyDefinition[]
}

/** `several`: systems that more than one edition is taken from. */
export type Wish = ExpandQuestion & { languages: Languages; words: readonly string[]; several: ReadonlySet<string> }
