/** A FHIR resource as parsed JSON. Elements are read through narrow functions, never trusted by cast. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
export type JsonObject = { [name: string]: Json }
export type Resource = JsonObject & { resourceType: string }

/**
 * What a check found: which rule, where, and a sentence that says what to do.
 *
 * `path` is a FHIRPath without functions, e.g. `Bundle.entry[1].resource.code.coding[0].system`.
 * `ruleId` is the submission rule (`R0211`), the invariant (`dom-6`) or a structure rule (`structure/unknown-element`).
 */
export type Finding = {
  severity: 'error' | 'warning' | 'information'
  /** FHIR issue-type code. @spec http://hl7.org/fhir/R4/valueset-issue-type.html */
  code: string
  path: string
  ruleId: string
  ja: string
  en: string
  /** Profile that asks for it, `url` or `url|version`; absent for base R4 and the rules of submissions. */
  profile?: string
  /** Place in the source text, both from 1, where the text is at hand. */
  line?: number
  column?: number
}

/**
 * The kinds of information a person may allow or refuse one by one.
 * The six items of the sharing service, the check-up report, and letters (addressee only).
 * @spec EMR information sharing: 3 documents, 6 items
 */
export const informationKinds = [
  'diagnosis',
  'drug-allergy',
  'other-allergy',
  'test-result',
  'infection',
  'prescription',
  'check-up',
  'letter',
] as const
export type InformationKind = (typeof informationKinds)[number]

/** Marks a sender may set on an item. @spec JP_ehrshrs_indication */
export type Flags = { longTermStorage: boolean; uninformed: boolean; undelivered: boolean }
