/** What is asked about codes, and what is gathered while each coding is judged. */
import type { CompiledSet } from './compile.ts'
import type { Languages, Name } from './language.ts'
import type { CodeIssue } from './messages.ts'
import type { CodeSystemView, Coding, Concept, Membership, VersionChoice } from './model.ts'
import type { Sources } from './sources.ts'

export type CodeQuestion = {
  /** How the code was given; findings are placed by it: `code`, `Coding.code`, `CodeableConcept.coding[0].code`. */
  form: 'code' | 'Coding' | 'CodeableConcept'
  codings: readonly Coding[]
  /** `code` without system: take the system from the value set. */
  inferSystem?: boolean
  displayLanguage?: string
  /** What the caller's client prefers (Accept-Language): counts less than what the value set itself asks for. */
  acceptLanguage?: string
  /** false: codes that only group others are refused. */
  abstract?: boolean
  activeOnly?: boolean
  /** A wrong display is a warning. */
  lenientDisplay?: boolean
  /** Only whether the code belongs to the value set. */
  membershipOnly?: boolean
  versions?: VersionChoice
  supplements?: readonly string[]
}

/** What is asked against: a value set, or a code system alone. */
export type Context = { sources: Sources; set?: CompiledSet; systemUrl?: string; question: CodeQuestion; languages: Languages }

/** What is found out about one coding. */
export type Found = {
  issues: CodeIssue[]
  member: Membership['result']
  coding: Coding
  view?: CodeSystemView
  concept?: Concept
  names: Name[]
  /** Canonical of its code system, where that is not loaded; `needed`: by the value set itself. */
  unknown?: string
  needed?: string
}
