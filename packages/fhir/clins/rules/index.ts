import type { Finding, Resource } from '../../model.ts'
import { isObject } from '../element.ts'
import { allergyRules } from './allergy.ts'
import { bundleRules, classRule } from './bundle.ts'
import { conditionRules } from './condition.ts'
import { checkupRules, documentRules } from './document.ts'
import { entryRules } from './entry.ts'
import { flagRules } from './flags.ts'
import { laboratoryRules } from './laboratory.ts'
import { type CodeMasters, masterRules } from './master.ts'
import { medicationRules } from './medication.ts'
import { originRules } from './origin.ts'
import { patientRules } from './patient.ts'
import type { SubmissionRule, Violation } from './rule.ts'
import { sectionRules } from './section.ts'
import { readAlone, readSubmission } from './submission.ts'
import { writingRules } from './writing.ts'

export type { CodeMasters } from './master.ts'
export type { Level, SubmissionRule } from './rule.ts'
export { readSubmission, type Submission } from './submission.ts'

/** Every submission rule, in the order a person would read them. Documents and tests are made from this table. */
export const submissionRules: readonly SubmissionRule[] = [
  classRule,
  ...bundleRules,
  ...entryRules,
  ...patientRules,
  ...originRules,
  ...conditionRules,
  ...allergyRules,
  ...laboratoryRules,
  ...medicationRules,
  ...flagRules,
  ...writingRules,
  ...masterRules,
  ...documentRules,
  ...sectionRules,
  ...checkupRules,
]

/**
 * Everything that keeps a Bundle from being taken, and what is merely not as it should be (warnings).
 *
 * The Bundle is accepted if no finding is an error (`isRefused`). Any JSON may be given; the answer is findings, never an exception.
 * Codes are checked by system and shape, and against `masters` where the operator has loaded them.
 * @spec JP-CLINS 1.5.2/1.5.3; EMR information sharing, submission
 */
export function whyNotSubmit(bundle: Resource, masters?: CodeMasters): Finding[] {
  const submission = readSubmission(isObject(bundle) ? bundle : { resourceType: '' }, masters)
  const { kind } = submission
  const rules = kind === null ? [classRule] : submissionRules.filter((rule) => rule.appliesTo.includes(kind))
  return rules.flatMap((rule) => {
    const severity = kind !== null && kind !== 'five-items' ? (rule.documentLevel ?? rule.level) : rule.level
    return rule.find(submission).map((violation) => toFinding(rule, severity, violation))
  })
}

/**
 * What the guide's prose says of a resource that stands alone: how texts and codes are written. Warnings and hints only.
 * Of a Bundle, each entry is looked at.
 */
export function whatProseSays(resource: Resource): Finding[] {
  const submission = resource.resourceType === 'Bundle' ? { ...readSubmission(resource), kind: null } : readAlone(resource)
  return submissionRules.flatMap((rule) =>
    rule.alone === undefined ? [] : rule.find(submission).map((violation) => toFinding(rule, rule.alone!, violation)),
  )
}

function toFinding(rule: SubmissionRule, severity: Finding['severity'], violation: Violation): Finding {
  const { code, id: ruleId, ja, en } = rule
  if (typeof violation === 'string') return { severity, code, path: violation, ruleId, ja, en }
  return { severity, code, path: violation.path, ruleId, ja: `${ja}（${violation.detail}）`, en: `${en} (${violation.detail})` }
}

/** Whether findings keep the Bundle out. */
export const isRefused = (findings: readonly Finding[]): boolean => findings.some((finding) => finding.severity === 'error')
