import type { Finding, Resource } from '../../model.ts'
import { bundleRules, classRule } from './bundle.ts'
import type { SubmissionRule } from './rule.ts'
import { readSubmission } from './submission.ts'

export type { Level, SubmissionRule } from './rule.ts'
export { readSubmission, type Submission } from './submission.ts'

/** Every submission rule, in the order a person would read them. Documents and tests are made from this table. */
export const submissionRules: readonly SubmissionRule[] = [classRule, ...bundleRules]

/**
 * Everything that keeps a Bundle from being taken, and what is merely not as it should be (warnings).
 *
 * The Bundle is accepted if no finding is an error. Any JSON may be given; the answer is findings, never an exception.
 * @spec JP-CLINS 1.5.2/1.5.3; EMR information sharing, submission
 */
export function whyNotSubmit(bundle: Resource): Finding[] {
  const submission = readSubmission(bundle)
  const { kind } = submission
  const rules = kind === null ? [classRule] : submissionRules.filter((rule) => rule.appliesTo.includes(kind))
  return rules.flatMap((rule) => {
    const severity = kind !== null && kind !== 'five-items' ? (rule.documentLevel ?? rule.level) : rule.level
    return rule.find(submission).map((path): Finding => ({ severity, code: rule.code, path, ruleId: rule.id, ja: rule.ja, en: rule.en }))
  })
}

/** Whether findings keep the Bundle out. */
export const isRefused = (findings: readonly Finding[]): boolean => findings.some((finding) => finding.severity === 'error')
