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

/** `R02143` and `R2143` are one rule: the guide writes its numbers with and without the zero. */
const numberOf = (id: string) => /^R0*(\d+[A-Z]?)$/.exec(id)?.[1]
const ownNumbers = new Set(submissionRules.flatMap(({ id }) => numberOf(id) ?? []))

/**
 * Leaves out of what a profile's invariants say of a submission that which a rule of ours says too: the guide's prose limits some of
 * them (a Bundle with the Patient alone takes everything back, R02143; an end date only where the disease ended, R9018C; the systems
 * R2012 means), and one fault told twice in two wordings helps nobody.
 */
export function withoutTwins(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ profile, code, en }) => {
    if (profile === undefined || code !== 'invariant') return true
    const published = /\bR0*(\d+[A-Z]?)\s*[:：]/.exec(en)?.[1]
    return published === undefined || !ownNumbers.has(published)
  })
}

function toFinding(rule: SubmissionRule, severity: Finding['severity'], violation: Violation): Finding {
  const { code, id: ruleId, ja, en } = rule
  if (typeof violation === 'string') return { severity, code, path: violation, ruleId, ja, en }
  return { severity, code, path: violation.path, ruleId, ja: `${ja}（${violation.detail}）`, en: `${en} (${violation.detail})` }
}

/** Whether findings keep the Bundle out. */
export const isRefused = (findings: readonly Finding[]): boolean => findings.some((finding) => finding.severity === 'error')
