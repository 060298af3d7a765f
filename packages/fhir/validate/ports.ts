/** What the base checks ask of others: code systems and value sets, and profiles. Nothing bound means: not checked, and said so. */
import type { JsonObject } from '../model.ts'
import type { Walk } from './walk.ts'

/** A code as a resource gives it. */
export type Code = { system?: string; version?: string; code: string; display?: string }

/** `unknown`: the value set, or the code system it takes the code from, is not loaded. */
export type Membership = { result: 'in' | 'out' | 'unknown' }

/** `unknown`: the code system is not loaded, or only a part of it. `displays` are all texts that may stand for the code, the preferred one first. */
export type CodeAnswer = { result: 'known' | 'unknown-code' | 'unknown'; displays?: readonly string[] }

export type TerminologyPort = {
  /** Is the code in the value set (`url` or `url|version`)? */
  memberOf: (valueSet: string, code: Code) => Membership
  /** What the code system says of the code; absent: code systems are not looked into. */
  codeIn?: (code: Code) => CodeAnswer
  /** Does the first code stand above the second or is it the same? undefined: not known. */
  subsumes?: (system: string, above: string, below: string) => boolean | undefined
}

export type ProfilePort = {
  /** Checks what the profile adds to the base; findings go to the walk, whose path stands at the value. */
  checkProfile: (walk: Walk, value: JsonObject, url: string) => void
  /** Does the value keep to the profile? No findings. undefined: the profile is not known. */
  conforms?: (walk: Walk, value: JsonObject, url: string) => boolean | undefined
}
