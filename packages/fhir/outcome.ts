import type { Finding, Json, Resource } from './model.ts'

/** System of the rule id in `issue.details.coding`. */
export const ruleSystem = 'urn:enishi:rule'

const placeUrl = 'http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-'

function issue(finding: Finding, lang: 'ja' | 'en'): Json {
  const { line, column, profile } = finding
  const extension = [
    ...(line === undefined ? [] : [{ url: `${placeUrl}line`, valueInteger: line }]),
    ...(column === undefined ? [] : [{ url: `${placeUrl}col`, valueInteger: column }]),
  ]
  return {
    ...(extension.length === 0 ? {} : { extension }),
    severity: finding.severity,
    code: finding.code,
    details: { coding: [{ system: ruleSystem, code: finding.ruleId }], text: lang === 'ja' ? finding.ja : finding.en },
    diagnostics: `${finding.ruleId}: ${finding.en}${profile === undefined ? '' : ` (${profile})`}`,
    ...(finding.path === '' ? {} : { expression: [finding.path] }),
  }
}

/** Says whether any finding forbids accepting the resource. */
export function hasError(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === 'error')
}

/**
 * What was found, as an OperationOutcome; nothing found makes one information issue, because an outcome must have an issue.
 * Line and column of the source go into the extensions HL7's own validator uses.
 * @param lang  language of `details.text`; `diagnostics` is always rule id and English
 * @spec http://hl7.org/fhir/R4/operationoutcome.html
 */
export function operationOutcome(findings: readonly Finding[], lang: 'ja' | 'en' = 'ja'): Resource {
  const allOk = {
    severity: 'information',
    code: 'informational',
    details: { text: lang === 'ja' ? '問題は見つかりませんでした。' : 'No problem was found.' },
    diagnostics: 'all ok',
  }
  return { resourceType: 'OperationOutcome', issue: findings.length === 0 ? [allOk] : findings.map((finding) => issue(finding, lang)) }
}
