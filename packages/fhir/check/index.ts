/** One document of JSON or XML text, checked whole: its form, base R4, its profiles, and what the sharing service asks of it. */
import { claimsSubmission } from '../clins/kind.ts'
import { whatProseSays, whyNotSubmit, withoutTwins } from '../clins/rules/index.ts'
import type { CodeMasters } from '../clins/rules/master.ts'
import { locate } from '../locate/index.ts'
import type { Finding, Json, Resource } from '../model.ts'
import { parseJson, type ParseLimits } from '../parse.ts'
import { parseXml } from '../xml/read.ts'

/** What finds faults in a resource; `makeValidator` makes one. */
export type Checker = { validate: (resource: Json, options?: { profiles?: readonly string[] }) => Finding[] }

export type CheckOptions = ParseLimits & {
  /** `auto` (usual): by the first character of the text. */
  format?: 'auto' | 'json' | 'xml'
  /** Profiles to keep to beside those the resource claims. */
  profiles?: readonly string[]
  /**
   * Rules of the sharing service: `auto` (usual) asks all of a Bundle that says it is a submission, and the prose about writing of
   * anything else; `submission` takes every Bundle for one; `none` leaves them out.
   */
  rules?: 'auto' | 'submission' | 'none'
  /** Code masters to compare names with, where the operator has loaded any. */
  masters?: CodeMasters
}

export type Checked = {
  format: 'json' | 'xml'
  /** Null where the text is no resource at all. */
  resourceType: string | null
  /** Was it judged by the rules of submissions? */
  asSubmission: boolean
  /** In the order of the text, each with line and column. */
  findings: Finding[]
}

const formatOf = (text: string): 'json' | 'xml' => (/^\uFEFF?\s*</.test(text.slice(0, 1000)) ? 'xml' : 'json')

const isResource = (value: Json): value is Resource =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && typeof value.resourceType === 'string'

/** The same fault told twice, by the structure and by a rule, is told once. */
function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>()
  return findings.filter(({ path, ruleId, ja }) => {
    const key = `${path} ${ruleId} ${ja}`
    return seen.has(key) ? false : seen.add(key)
  })
}

const byPlace = (a: Finding, b: Finding) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)

/** What the service asks of a resource, in the mode wanted. */
function serviceFindings(
  resource: Resource,
  rules: CheckOptions['rules'],
  masters?: CodeMasters,
): { asSubmission: boolean; found: Finding[] } {
  if (rules === 'none') return { asSubmission: false, found: [] }
  const asSubmission = resource.resourceType === 'Bundle' && (rules === 'submission' || claimsSubmission(resource))
  return { asSubmission, found: asSubmission ? whyNotSubmit(resource, masters) : whatProseSays(resource) }
}

/** What is wrong with a resource, without places in a text. */
export function checkResource(
  resource: Json,
  checker: Checker,
  options: CheckOptions = {},
): { asSubmission: boolean; findings: Finding[] } {
  const general = checker.validate(resource, options.profiles === undefined ? {} : { profiles: options.profiles })
  if (!isResource(resource)) return { asSubmission: false, findings: general }
  const { asSubmission, found } = serviceFindings(resource, options.rules, options.masters)
  return { asSubmission, findings: distinct([...(asSubmission ? withoutTwins(general) : general), ...found]) }
}

/** Checks a document. Any text may be given: what cannot be read is a finding too. */
export function checkText(text: string, checker: Checker, options: CheckOptions = {}): Checked {
  const format = options.format === undefined || options.format === 'auto' ? formatOf(text) : options.format
  const parsed = format === 'xml' ? parseXml(text, options) : parseJson(text, options)
  if ('findings' in parsed) return { format, resourceType: null, asSubmission: false, findings: parsed.findings }
  const { asSubmission, findings } = checkResource(parsed.value, checker, options)
  const resourceType = isResource(parsed.value) ? parsed.value.resourceType : null
  return { format, resourceType, asSubmission, findings: locate(text, format, findings).sort(byPlace) }
}
