/** Code systems, value sets and answers about them, in one form for R4's own, for packages and for an operator's masters. */
import type { Json } from '../model.ts'

export type Coding = { system?: string; version?: string; code?: string; display?: string }
export type Designation = { language?: string; use?: Coding; value: string }
export type PropertyType = 'code' | 'Coding' | 'string' | 'integer' | 'boolean' | 'dateTime' | 'decimal'
export type ConceptProperty = { code: string; type: PropertyType; value: string | number | boolean | Coding; description?: string }
export type PropertyDefinition = { code: string; type: PropertyType; uri?: string }

/** One concept as its code system writes it. Parents and children are asked from the system. */
export type Concept = {
  code: string
  display?: string
  definition?: string
  designations?: readonly Designation[]
  properties?: readonly ConceptProperty[]
  /** No longer to be used (`inactive`, `status` retired). */
  inactive?: boolean
  /** Groups others; not meant to be recorded itself (`notSelectable`). */
  abstract?: boolean
  /** `status` property, where it says more than active. */
  status?: string
  /** `label`, `order` and `weight`, where extensions say so. */
  ranking?: readonly ConceptProperty[]
  /** Extensions that an expansion hands on. */
  extensions?: readonly Json[]
}

/** `in`, `out`, or `unknown` where what is loaded cannot tell. */
export type Verdict = 'in' | 'out' | 'unknown'

/**
 * A code system that can be asked. The port an operator's master is bound to; pure and synchronous.
 * `find` takes the code in any case where the system does not tell case, and gives it as the system writes it.
 */
export type CodeSystemView = {
  readonly url: string
  readonly version?: string
  readonly name?: string
  readonly title?: string
  /** `complete`: what it does not hold is wrong. `grammar`: codes are made by rules, `judge` knows them. */
  readonly content: 'complete' | 'fragment' | 'example' | 'not-present' | 'grammar'
  readonly caseSensitive: boolean
  /** BCP 47 language of `display`. */
  readonly language?: string
  /** Codes it lists; undefined: it cannot be listed. */
  readonly count?: number
  readonly properties: readonly PropertyDefinition[]
  /** Value set that means all of it. */
  readonly valueSet?: string
  readonly versionNeeded?: boolean
  readonly status?: string
  readonly experimental?: boolean
  readonly standardsStatus?: string
  readonly find: (code: string) => Concept | undefined
  /** Only for `grammar`, `fragment` and `not-present`: what the form of a code says. */
  readonly judge?: (code: string) => Verdict
  readonly parents: (code: string) => readonly string[]
  readonly children: (code: string) => readonly string[]
  /** Is `code` the same as `ancestor` or under it, at any distance? */
  readonly isA: (code: string, ancestor: string) => boolean
  /** In the system's order; nothing where it cannot be listed. */
  readonly concepts: () => Iterable<Concept>
  /** Concepts that hold the folded text (`foldText`), best first; absent: `concepts` is read through. */
  readonly search?: (folded: string) => Iterable<Concept>
  /** A filter of its own (UCUM's `canonical`): a test of codes, or undefined where it has none by that name. */
  readonly filter?: (filter: Filter) => ((code: string) => boolean) | undefined
}

export type FilterOperator =
  | '='
  | 'is-a'
  | 'descendent-of'
  | 'is-not-a'
  | 'regex'
  | 'in'
  | 'not-in'
  | 'generalizes'
  | 'exists'
  | 'child-of'
  | 'descendent-leaf'
export type Filter = { property: string; op: string; value: string }
export type ListedConcept = {
  code: string
  display?: string
  designations?: readonly Designation[]
  extensions?: readonly Json[]
  ranking?: readonly ConceptProperty[]
  /** `deprecated`, `withdrawn`: how far it still belongs to the value set. */
  status?: string
}

/** One `include` or `exclude`. All that is named must hold at once. */
export type Include = {
  system?: string
  version?: string
  concepts?: readonly ListedConcept[]
  filters: readonly Filter[]
  valueSets: readonly string[]
}

export type ContainedCode = Coding & {
  designations?: readonly Designation[]
  abstract?: boolean
  inactive?: boolean
  contains: readonly ContainedCode[]
}

export type ValueSet = {
  url: string
  version?: string
  name?: string
  title?: string
  status?: string
  experimental?: boolean
  standardsStatus?: string
  language?: string
  /** false: inactive codes are left out. */
  inactive?: boolean
  include: readonly Include[]
  exclude: readonly Include[]
  /** Supplements it asks for (`valueset-supplement`). */
  supplements: readonly string[]
  /** `valueset-expansion-parameter`: parameters it brings for its own expansion. */
  parameters: readonly { name: string; value: string | boolean | number }[]
  /** An expansion it was published with; it counts where it is not marked as partial. */
  expansion?: { contains: readonly ContainedCode[]; partial: boolean; parameters: readonly { name: string; value: string }[] }
  /** Value sets it carries itself, by `#id`. */
  contained: ReadonlyMap<string, ValueSet>
}

/** Why something cannot be told, with what it is about: a canonical, a filter, ... */
export type Why = {
  kind:
    | 'value-set-not-loaded'
    | 'value-set-invalid'
    | 'system-not-loaded'
    | 'system-version-not-loaded'
    | 'system-incomplete'
    | 'filter-not-supported'
    | 'circular'
    | 'supplement-not-loaded'
    | 'too-costly'
  what: string
  /** Versions of the code system that are loaded. */
  here?: readonly string[]
  ja: string
  en: string
}

export type Membership = { result: 'in' } | { result: 'out' } | { result: 'unknown'; why: Why }

/** Which version of a code system or value set is meant where a value set does not say; `url|version` each. */
export type VersionChoice = {
  systemVersions?: readonly string[]
  forceSystemVersions?: readonly string[]
  checkSystemVersions?: readonly string[]
  valueSetVersions?: readonly string[]
}
