/** Is a code right: in its code system, in the value set, with its display? @spec http://hl7.org/fhir/R4/valueset-operation-validate-code.html */
import type { CompiledSet } from './compile.ts'
import { checkCoding } from './judge-coding.ts'
import { languagesOf, preferredName } from './language.ts'
import { type CodeIssue, issues } from './messages.ts'
import type { CodeSystemView } from './model.ts'
import type { CodeQuestion, Context, Found } from './question.ts'
import { canonicalOf, present } from './read-json.ts'
import type { Sources } from './sources.ts'
import { type Stated, stateToTell } from './standing.ts'

export type CodeCheck = {
  /** `unknown`: what is loaded cannot tell; `issues` say why. A service answers false then. */
  result: boolean | 'unknown'
  system?: string
  code?: string
  version?: string
  display?: string
  normalizedCode?: string
  inactive?: boolean
  status?: string
  /** Canonicals of code systems that are not loaded. */
  unknownSystems: readonly string[]
  /** Of these the value set itself needs. */
  neededSystems: readonly string[]
  issues: readonly CodeIssue[]
  message?: { ja: string; en: string }
}

const placed = (issue: CodeIssue, form: CodeQuestion['form'], index: number): CodeIssue => {
  const base = form === 'code' ? '' : form === 'Coding' ? 'Coding' : `CodeableConcept.coding[${index}]`
  // what is about the value set as a whole has no place in the coding
  if (issue.at === undefined) return issue.detail === 'invalid-data' && base !== '' ? { ...issue, path: base } : issue
  return { ...issue, path: base === '' ? issue.at : `${base}.${issue.at}` }
}

/** Asks a value set (compiled) about codes. */
export function checkInValueSet(against: { sources: Sources; set: CompiledSet }, question: CodeQuestion): CodeCheck {
  const languages = languagesOf(languageOf(against.set, question), false)
  if (!languages) return refusal(issues.badLanguage(question.displayLanguage ?? ''))
  const broken = setProblem(against.set)
  if (broken) return refusal(broken)
  return checked({ ...against, question, languages })
}

/** Asks a code system about codes; `systemUrl` stands where a coding names none. */
export function checkInCodeSystem(against: { sources: Sources; systemUrl?: string }, question: CodeQuestion): CodeCheck {
  const languages = languagesOf(question.displayLanguage ?? question.acceptLanguage, false)
  if (!languages) return refusal(issues.badLanguage(question.displayLanguage ?? ''))
  return checked({ ...against, question, languages })
}

/** The caller's parameter, the value set's own parameter, the caller's client, the value set's language. */
export function languageOf({ valueSet }: CompiledSet, question: { displayLanguage?: string; acceptLanguage?: string }): string | undefined {
  const parameter = valueSet.parameters.find(({ name }) => name === 'displayLanguage')
  return question.displayLanguage ?? (parameter ? String(parameter.value) : undefined) ?? question.acceptLanguage ?? valueSet.language
}

const refusal = (issue: CodeIssue): CodeCheck => ({
  result: false,
  unknownSystems: [],
  neededSystems: [],
  issues: [issue],
  message: { ja: issue.ja, en: issue.en },
})

/** What makes the whole value set unusable. */
export function setProblem(set: CompiledSet): CodeIssue | undefined {
  const { why } = set
  if (why?.kind === 'circular') return issues.circular(why.en)
  if (why?.kind === 'value-set-invalid') return issues.invalidValueSet(why.en, why.ja)
  if (why?.kind === 'supplement-not-loaded') return issues.missingSupplement(why.what)
  if (why?.kind === 'filter-not-supported') return issues.invalidValueSet(why.en, why.ja)
  return undefined
}

function checked(context: Context): CodeCheck {
  const { question, set } = context
  const all = question.codings.map((coding) => checkCoding(context, coding))
  const concept = question.form === 'CodeableConcept'
  const good =
    all.find((found) => found.member === 'in' && !found.issues.some(({ severity }) => severity === 'error')) ??
    all.find((found) => found.member === 'in')
  const found: CodeIssue[] = []
  if (concept && set && !good && !all.some((one) => one.member === 'unknown')) found.push(issues.noneInValueSet(set.canonical))
  all.forEach((one, index) => {
    for (const issue of inOrder(one.issues, concept)) found.push(placed(good && one !== good ? milder(issue) : issue, question.form, index))
  })
  found.push(...statusIssues(context, good?.view))
  const failed = found.some(({ severity }) => severity === 'error')
  const unknown = !good && all.some((one) => one.member === 'unknown')
  const result = failed ? (unknown && !found.some(decisive) ? 'unknown' : false) : unknown ? 'unknown' : good !== undefined
  return summary({ result, found, one: good ?? (concept ? undefined : all[0]), all, context })
}

/** Of one coding of several, what is wrong with it goes before that it does not belong. */
const inOrder = (found: readonly CodeIssue[], several: boolean): readonly CodeIssue[] =>
  several
    ? [...found.filter(({ detail }) => detail !== 'this-code-not-in-vs'), ...found.filter(({ detail }) => detail === 'this-code-not-in-vs')]
    : found

const decisive = ({ severity, detail }: CodeIssue): boolean => severity === 'error' && detail !== 'not-found' && detail !== 'vs-invalid'

/** Where another coding is right, a system that is not loaded is only a warning. */
const milder = (issue: CodeIssue): CodeIssue => (issue.detail === 'not-found' ? { ...issue, severity: 'warning' } : issue)

function summary(given: {
  result: CodeCheck['result']
  found: CodeIssue[]
  one: Found | undefined
  all: Found[]
  context: Context
}): CodeCheck {
  const { result, found, one, all, context } = given
  const view = one?.view
  const code = one?.coding.code
  const told = found.filter(
    ({ severity, detail }) => severity === 'error' || detail === 'this-code-not-in-vs' || (result === 'unknown' && severity === 'warning'),
  )
  const sentences = (language: 'ja' | 'en'): string => [...new Set(told.map((issue) => issue[language]))].sort().join('; ')
  const display = one?.concept || one?.names.length ? preferredName(one.names, { ...context.languages, others: true }) : undefined
  const { concept } = one ?? {}
  const status = concept?.status ?? (concept?.inactive ? 'inactive' : undefined)
  const list = (key: 'unknown' | 'needed'): string[] => [...new Set(all.flatMap((each) => each[key] ?? []))]
  return present<CodeCheck>({
    result,
    system: one?.coding.system,
    code,
    version: view?.version && concept ? view.version : undefined,
    display: display?.value,
    normalizedCode: concept && code !== undefined && concept.code !== code ? concept.code : undefined,
    inactive: concept?.inactive ? true : undefined,
    status: concept?.inactive ? status : undefined,
    unknownSystems: list('unknown'),
    neededSystems: list('needed'),
    issues: found,
    message: result !== true && told.length > 0 ? { ja: sentences('ja'), en: sentences('en') } : undefined,
  })
}

function statusIssues({ set, question }: Context, view: CodeSystemView | undefined): CodeIssue[] {
  if (question.membershipOnly) return []
  const of = (kind: 'CodeSystem' | 'ValueSet', stated: Stated | undefined): CodeIssue[] => {
    const state = stated && stateToTell(stated, set?.valueSet)
    return stated && state ? [issues.resourceStatus(kind, canonicalOf(stated), state)] : []
  }
  return [...of('ValueSet', set?.valueSet), ...of('CodeSystem', view)]
}
