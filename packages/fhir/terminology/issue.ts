/** One thing said about a code, with the codes that clients of terminology services act on. */
import type { Coding } from './model.ts'

/** @spec http://hl7.org/fhir/tools/CodeSystem/tx-issue-type */
export type IssueDetail =
  | 'not-found'
  | 'not-in-vs'
  | 'this-code-not-in-vs'
  | 'invalid-data'
  | 'invalid-code'
  | 'code-comment'
  | 'invalid-display'
  | 'display-comment'
  | 'cannot-infer'
  | 'code-rule'
  | 'vs-invalid'
  | 'version-error'
  | 'status-check'
  | 'processing-note'

/** One thing found about a code. `at` is the part of the coding it is about: `code`, `system`, `version`, `display`. */
export type CodeIssue = {
  severity: 'error' | 'warning' | 'information'
  /** FHIR issue type. */
  code: 'code-invalid' | 'invalid' | 'not-found' | 'business-rule' | 'not-supported' | 'exception' | 'processing' | 'too-costly'
  detail: IssueDetail
  /** Key of the message in HL7's catalogue. */
  id: string
  at?: 'code' | 'system' | 'version' | 'display'
  /** FHIRPath, e.g. `CodeableConcept.coding[0].code`; set when the issue is placed. */
  path?: string
  ja: string
  en: string
}

export const shownCoding = ({ system = '', version, code = '', display }: Coding): string =>
  `${system}${version ? `|${version}` : ''}#${code}${display ? ` ('${display}')` : ''}`

export const error = { severity: 'error' } as const
export const warning = { severity: 'warning' } as const
export const information = { severity: 'information' } as const
export const versioned = (version: string | undefined): string => (version ? ` version '${version}'` : '')
export const versionedJa = (version: string | undefined): string => (version ? `(版 ${version})` : '')

export function enumerated(items: readonly string[], last: 'and' | 'or' = 'and'): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`
}
