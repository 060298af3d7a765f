/** Structure definitions as the validator reads them: only what constrains an instance, in one form for base R4 and for packages. */
import type { Json } from '../model.ts'

export type ElementType = {
  /** `string`, `Reference`, `Extension`, ...; FHIRPath's system types are written as the R4 primitive they stand for. */
  code: string
  /** Profiles of which the value must keep to one. */
  profiles?: readonly string[]
  /** Canonicals of what a Reference or canonical may point to. */
  targets?: readonly string[]
  aggregation?: readonly ('contained' | 'referenced' | 'bundled')[]
  versioning?: 'either' | 'independent' | 'specific'
}

export type Constraint = {
  key: string
  severity: 'error' | 'warning'
  human: string
  /** FHIRPath; absent where the rule is prose only. */
  expression?: string
  /** Canonical of the definition that brought it. */
  source?: string
  bestPractice?: boolean
}

export type Discriminator = { type: 'value' | 'exists' | 'pattern' | 'type' | 'profile'; path: string }
export type Slicing = { discriminators: readonly Discriminator[]; rules: 'open' | 'closed' | 'openAtEnd'; ordered: boolean }
export type Binding = {
  strength: 'required' | 'extensible' | 'preferred' | 'example'
  valueSet: string
  /** Value set of the elementdefinition-maxValueSet extension: no code outside of it. */
  max?: string
}

/** A value with the R4 type it is written in: `fixedUri` is `{ type: 'uri', value }`. */
export type TypedValue = { type: string; value: Json }

export type ElementDefinition = {
  id: string
  path: string
  sliceName?: string
  min: number
  /** Infinity for `*`. */
  max: number
  types: readonly ElementType[]
  /** Path of the element whose content this one repeats (`Bundle.link`). */
  contentReference?: string
  fixed?: TypedValue
  pattern?: TypedValue
  binding?: Binding
  constraints: readonly Constraint[]
  slicing?: Slicing
  maxLength?: number
  minValue?: TypedValue
  maxValue?: TypedValue
  isModifier?: boolean
  isSummary?: boolean
  mustSupport?: boolean
  /** Where the element was first defined, with its cardinality there. */
  base?: { path: string; min: number; max: number }
}

export type StructureDefinition = {
  url: string
  version?: string
  name: string
  title?: string
  /** R4 type it describes (`Patient`, `Extension`). */
  type: string
  kind: 'resource' | 'complex-type' | 'primitive-type' | 'logical'
  abstract: boolean
  derivation?: 'specialization' | 'constraint'
  baseDefinition?: string
  /** The snapshot, root first, in order. */
  elements: readonly ElementDefinition[]
  /** Extensions: where they may stand. */
  contexts?: readonly { type: 'element' | 'extension' | 'fhirpath'; expression: string }[]
  contextInvariants?: readonly string[]
  /** Package it came from; absent for base R4. */
  package?: string
}

/** Kinds of resources that are found by a canonical. */
export const definitionTypes = ['StructureDefinition', 'ValueSet', 'CodeSystem', 'ConceptMap', 'Questionnaire', 'NamingSystem'] as const
export type DefinitionType = (typeof definitionTypes)[number]

/** Structure definitions and other conformance resources by canonical. */
export type Definitions = {
  /**
   * By `url` or `url|version`; the newest of several versions where none is named. Made lazily; throws never.
   * @param within a package whose own definition of a url goes before newer ones of other packages (`StructureDefinition.package`)
   */
  structure: (canonical: string, within?: string) => StructureDefinition | undefined
  /**
   * Why a known canonical gives nothing (neither snapshot nor base, a circle of bases, ...), or gives another version than was asked for;
   * null where all is well or the canonical is not known at all.
   */
  problem: (canonical: string) => { ja: string; en: string } | null
  /** Another conformance resource as it was loaded. */
  resource: (type: Exclude<DefinitionType, 'StructureDefinition'>, canonical: string, within?: string) => Json | undefined
  /** Canonicals (`url|version`, or `url` where it has no version) of a kind, of this layer and those below. */
  list: (type: DefinitionType) => Iterable<string>
}
