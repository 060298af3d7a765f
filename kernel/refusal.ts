/**
 * The one way this platform says no.
 *
 * A Refusal is an expected answer (the caller, the law or the person stands in the way); it becomes an
 * OperationOutcome on the API and a plain sentence on a page. Every other thrown value is a Fault: status 500,
 * logged with a reference number, nothing leaked.
 *
 * @spec HL7 FHIR R4 OperationOutcome https://hl7.org/fhir/R4/operationoutcome.html
 */
import type { RefusalRow } from './refusal-table.ts'
import { refusals } from './refusals.ts'

export type RefusalCode = keyof typeof refusals

/** A finding carried by a refusal, in the shape of an OperationOutcome issue. */
export type RefusalIssue = { severity: string; code: string; path: string; ruleId: string; ja: string; en: string }

export class Refusal extends Error {
  readonly code: RefusalCode
  readonly detail: Readonly<Record<string, string>>
  readonly issues: readonly RefusalIssue[]
  constructor(code: RefusalCode, detail: Record<string, string> = {}, issues: readonly RefusalIssue[] = []) {
    super(code)
    this.name = 'Refusal'
    this.code = code
    this.detail = detail
    this.issues = issues
  }
}

/** Throws a Refusal; typed `never` so that the reader and the compiler stop here. */
export function refuse(code: RefusalCode, detail?: Record<string, string>, issues?: readonly RefusalIssue[]): never {
  throw new Refusal(code, detail, issues)
}

export function refusalRow(code: RefusalCode): RefusalRow {
  return refusals[code]
}

/** The refusal's sentence with `{name}` replaced by its detail. */
export function refusalSentence(refusal: Refusal, lang: 'ja' | 'en'): string {
  return refusalRow(refusal.code)[lang].replace(/\{([a-zA-Z]+)\}/g, (_, name: string) => refusal.detail[name] ?? '')
}

/** The refusal as a FHIR OperationOutcome with both languages. */
export function refusalOutcome(refusal: Refusal): object {
  const row = refusalRow(refusal.code)
  const own = {
    severity: 'error',
    code: row.issue,
    details: { coding: [{ system: 'urn:enishi:rule', code: refusal.code }], text: refusalSentence(refusal, 'ja') },
    diagnostics: refusalSentence(refusal, 'en'),
  }
  const { told, rest } = toldOf(refusal.issues)
  const issues = told.map((i) => ({
    severity: i.severity,
    code: i.code,
    details: { coding: [{ system: 'urn:enishi:rule', code: i.ruleId }], text: i.ja },
    diagnostics: `${i.ruleId}: ${i.en}`,
    expression: [i.path],
  }))
  return { resourceType: 'OperationOutcome', issue: issues.length > 0 ? [...issues, ...more(rest)] : [own] }
}

/** Nobody mends more at a time, and an answer of a hundred thousand would keep everybody else waiting. */
const MOST_ISSUES = 2_000

/** What is told of many findings: what stands in the way first. */
function toldOf(issues: readonly RefusalIssue[]): { told: readonly RefusalIssue[]; rest: number } {
  if (issues.length <= MOST_ISSUES) return { told: issues, rest: 0 }
  const told = [...issues.filter((i) => i.severity === 'error'), ...issues.filter((i) => i.severity !== 'error')].slice(0, MOST_ISSUES)
  return { told, rest: issues.length - told.length }
}

const more = (rest: number): object[] =>
  rest === 0
    ? []
    : [
        {
          severity: 'information',
          code: 'incomplete',
          details: { text: `ほかに ${rest} 件あります。ここまでを直して、もう一度送ってください。` },
          diagnostics: `${rest} more. Mend these and send it again.`,
        },
      ]
