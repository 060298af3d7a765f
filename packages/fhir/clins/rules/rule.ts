import type { Json } from '../../model.ts'
import { type Node, element, nodes } from '../element.ts'
import type { BundleClass } from '../kind.ts'
import type { Submission } from './submission.ts'

export type Level = 'error' | 'warning'
export type Violation = string | { path: string; detail: string }

/**
 * One submission rule: a row of the table that checks, documents and tests read.
 *
 * Ids beginning with R are the published ones; those beginning with P are ours, for rules published as prose or as cardinalities.
 * `level` holds for five-item Bundles and, unless `documentLevel` says otherwise, for documents.
 */
export type SubmissionRule = {
  id: string
  level: Level
  documentLevel?: Level
  /** FHIR issue-type code. */
  code: 'required' | 'value' | 'structure' | 'invariant' | 'code-invalid' | 'not-supported' | 'business-rule' | 'duplicate'
  appliesTo: readonly BundleClass[]
  /**
   * Level for a resource that stands alone, outside of a submission; absent where the rule speaks of a submission only. Prose about
   * how a text or a code is written holds there too, but refuses nothing: the resource may be meant for another use.
   */
  alone?: 'warning' | 'information'
  /** Where the rule is published. */
  source: string
  /** What is wrong and what to do. */
  ja: string
  en: string
  /** Every violation: its path, or path and what exactly (a code); none where the rule holds. */
  find: (submission: Submission) => Violation[]
}

export const everyClass = ['five-items', 'eReferral', 'eDischargeSummary', 'eCheckup', 'ePCS'] as const
export const fiveItems = ['five-items'] as const
export const documents = ['eReferral', 'eDischargeSummary', 'eCheckup', 'ePCS'] as const
/** Where conditions, allergies and laboratory results follow the element profiles; the check-up report has its own. */
export const clinical = ['five-items', 'eReferral', 'eDischargeSummary', 'ePCS'] as const

export const paths = (found: Node[]): string[] => found.map((node) => node.path)

/** Whether an element is there with content. */
export function present(value: Json | undefined, ...names: string[]): boolean {
  let found: (Json | undefined)[] = [value]
  for (const name of names) found = found.flatMap((item) => (Array.isArray(item) ? item : [item]).map((one) => element(one, name)))
  return found.flat().some((item) => item !== undefined && item !== null && item !== '')
}

/** Paths `node.name` of those nodes that lack the element. */
export const lacking = (among: Node[], ...names: string[]): string[] =>
  among.filter((node) => !present(node.value, ...names)).map((node) => `${node.path}.${names.join('.')}`)

export const inside = (among: Node[], ...names: string[]): Node[] => among.flatMap((node) => nodes(node, ...names))
