/** Is a code right: in its code system, in the value set, with its display? @spec http://hl7.org/fhir/R4/valueset-operation-validate-code.html */
import { type CompiledSet, type Part, systemVerdict } from './compile.ts'
import { displayIssue } from './display.ts'
import { type Languages, languagesOf, type Name, namesOf, preferredName } from './language.ts'
import { viewWith } from './lookup.ts'
import { type CodeIssue, issues } from './messages.ts'
import type { CodeSystemView, Coding, Concept, Membership, VersionChoice } from './model.ts'
import { canonicalOf, present, splitCanonical } from './read-json.ts'
import type { Sources } from './sources.ts'

export type CodeQuestion = {
  /** How the code was given; findings are placed by it: `code`, `Coding.code`, `CodeableConcept.coding[0].code`. */
  form: 'code' | 'Coding' | 'CodeableConcept'
  codings: readonly Coding[]
  /** `code` without system: take the system from the value set. */
  inferSystem?: boolean
  displayLanguage?: string
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

/** What is asked against: a value set, or a code system alone. */
type Against = { sources: Sources; set?: CompiledSet; systemUrl?: string }
type Context = Against & { question: CodeQuestion; languages: Languages }

type Found = {
  issues: CodeIssue[]
  member: Membership['result']
  coding: Coding
  view?: CodeSystemView
  concept?: Concept
  names: Name[]
  unknown?: string
  needed?: string
}

const placed = (issue: CodeIssue, form: CodeQuestion['form'], index: number): CodeIssue => {
  const base = form === 'code' ? '' : form === 'Coding' ? 'Coding' : `CodeableConcept.coding[${index}]`
  if (issue.path !== undefined || (issue.at === undefined && base === '')) return issue
  const path = issue.at === undefined ? base : base === '' ? issue.at : `${base}.${issue.at}`
  return issue.id.startsWith('TX_GENERAL') || issue.detail === 'status-check' ? issue : { ...issue, path }
}

/** Asks a value set (compiled) about codes. */
export function checkInValueSet(against: { sources: Sources; set: CompiledSet }, question: CodeQuestion): CodeCheck {
  const languages = languagesOf(question.displayLanguage ?? languageOf(against.set), false)
  if (!languages) return refusal(issues.badLanguage(question.displayLanguage ?? ''))
  const broken = setProblem(against.set)
  if (broken) return refusal(broken)
  return checked({ ...against, question, languages })
}

/** Asks a code system about codes; `systemUrl` stands where a coding names none. */
export function checkInCodeSystem(against: { sources: Sources; systemUrl?: string }, question: CodeQuestion): CodeCheck {
  const languages = languagesOf(question.displayLanguage, false)
  if (!languages) return refusal(issues.badLanguage(question.displayLanguage ?? ''))
  return checked({ ...against, question, languages })
}

const languageOf = ({ valueSet }: CompiledSet): string | undefined => {
  const parameter = valueSet.parameters.find(({ name }) => name === 'displayLanguage')
  return parameter ? String(parameter.value) : valueSet.language
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

const states = ['draft', 'retired', 'deprecated', 'withdrawn', 'experimental'] as const
type Stated = { url: string; version?: string; status?: string; experimental?: boolean; standardsStatus?: string }

function stateOf({ status, experimental, standardsStatus }: Stated): string | undefined {
  const told = standardsStatus ?? (status === 'draft' || status === 'retired' ? status : experimental ? 'experimental' : undefined)
  return states.find((state) => state === told)
}

function statusIssues({ set, question }: Context, view: CodeSystemView | undefined): CodeIssue[] {
  if (question.membershipOnly) return []
  const of = (kind: 'CodeSystem' | 'ValueSet', stated: Stated | undefined): CodeIssue[] => {
    const state = stated && stateOf(stated)
    return stated && state ? [issues.resourceStatus(kind, canonicalOf(stated), state)] : []
  }
  return [...of('ValueSet', set?.valueSet), ...of('CodeSystem', view)]
}

function checkCoding(context: Context, given: Coding): Found {
  const { set, question, systemUrl } = context
  const found: Found = { issues: [], member: 'out', coding: given, names: [] }
  if (given.code === undefined) {
    found.issues.push(issues.noCode())
    return found
  }
  const system =
    given.system ?? systemUrl ?? (set && (question.inferSystem || question.form === 'code') ? inferred(found, set, given.code) : undefined)
  if (system === undefined) {
    if (found.issues.length === 0 || set) notIn(found, context)
    if (!found.issues.some(({ detail }) => detail === 'cannot-infer')) found.issues.push(issues.noSystem())
    return found
  }
  found.coding = { ...given, system }
  const misuse = misusedSystem(context, system)
  if (misuse) {
    notIn(found, context)
    found.issues.push(misuse)
    return found
  }
  judge(found, context)
  return found
}

function notIn(found: Found, { set, question }: Context): void {
  if (set) found.issues.push(issues.notInValueSet(found.coding, set.canonical, question.form !== 'CodeableConcept'))
}

function inferred(found: Found, set: CompiledSet, code: string): string | undefined {
  const matches = [...set.systems].filter((system) => set.has(system, code).result === 'in')
  if (matches.length === 1) return matches[0]
  found.issues.push(issues.cannotInfer({ code }, set.canonical, matches))
  return undefined
}

function misusedSystem({ sources }: Context, system: string): CodeIssue | undefined {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(system)) return issues.relativeSystem()
  if (sources.systems(system).length > 0) return undefined
  if (sources.supplement(system)) return issues.supplementAsSystem(system)
  return sources.valueSet(system) ? issues.valueSetAsSystem(system) : undefined
}

const partsOf = (set: CompiledSet, system: string): readonly Part[] =>
  set.includes.flatMap((part) =>
    part.system === system ? [part] : part.system === undefined ? part.imports.flatMap((inner) => partsOf(inner, system)) : [],
  )

const versionNamed = (canonicals: readonly string[] | undefined, system: string): string | undefined =>
  canonicals?.map(splitCanonical).find(({ url }) => url === system)?.version

/** The edition a coding is judged by: its own version, the value set's, the one asked for, the newest. */
function editionOf(context: Context, coding: Coding): { found: ReturnType<Sources['system']>; version: string | undefined; part?: Part } {
  const { set, sources, question } = context
  const system = coding.system ?? ''
  const { forceSystemVersions, systemVersions, checkSystemVersions } = question.versions ?? {}
  const parts = set ? partsOf(set, system) : []
  const part = parts.find((each) => each.version === coding.version) ?? parts[0]
  const forced = versionNamed(forceSystemVersions, system)
  const fallback = part?.version ?? versionNamed(systemVersions, system) ?? versionNamed(checkSystemVersions, system)
  const version = coding.version ?? forced ?? fallback
  return { found: sources.system(system, version), version, ...(part ? { part } : {}) }
}

function judge(found: Found, context: Context): void {
  const { set, sources, question } = context
  const { coding } = found
  const system = coding.system ?? ''
  const code = coding.code ?? ''
  const edition = editionOf(context, coding)
  const membership: Membership = set ? set.has(system, code) : { result: 'in' }
  found.member = membership.result
  if (membership.result === 'out') notIn(found, context)
  versionIssues(found, context, edition)
  if (!('view' in edition.found)) {
    found.unknown = canonicalOf({ url: system, version: coding.version ? edition.version : undefined })
    if (membership.result === 'unknown' && set) {
      found.needed = canonicalOf({ url: system, version: edition.version })
      found.issues.push(issues.unableToCheck(set.canonical, found.needed))
    }
    // a value set that lists the code itself vouches for it
    const severity = membership.result === 'in' && set ? 'warning' : 'error'
    found.issues.push(issues.unknownSystem(system, edition.version, edition.found.versions, severity))
    if (!set) found.member = 'unknown'
    if (set && membership.result === 'in') found.names = listedNames(edition.part, code)
    return
  }
  if (membership.result === 'unknown' && set && membership.why.kind === 'value-set-not-loaded')
    found.issues.push(issues.unableToCheckImport(set.canonical, membership.why.what))
  const view = viewWith(sources, edition.found.view, [...(question.supplements ?? []), ...(set?.valueSet.supplements ?? [])])
  found.view = view
  const concept = view.find(code)
  if (concept) conceptIssues(found, context, { view, concept, part: edition.part })
  else missingConcept(found, view)
}

function versionIssues(found: Found, context: Context, edition: ReturnType<typeof editionOf>): void {
  const { coding } = found
  const system = coding.system ?? ''
  const { question, set } = context
  const wanted = versionNamed(question.versions?.checkSystemVersions, system)
  const own = 'view' in edition.found ? edition.found.view.version : undefined
  if (
    wanted !== undefined &&
    own !== undefined &&
    !('view' in context.sources.system(system, wanted) && sameEdition(context.sources, system, wanted, own))
  )
    found.issues.push(issues.versionCheck(system, own, wanted))
  const inSet = versionNamed(question.versions?.forceSystemVersions, system) ?? edition.part?.version ?? edition.part?.view?.version
  if (
    set &&
    coding.version !== undefined &&
    inSet !== undefined &&
    found.member !== 'out' &&
    !sameEdition(context.sources, system, inSet, coding.version)
  )
    found.issues.push(issues.versionDiffers(system, inSet, coding.version))
  if ('view' in edition.found && edition.found.view.versionNeeded && coding.version === undefined)
    found.issues.push(issues.versionNeeded(system))
}

function sameEdition(sources: Sources, system: string, a: string, b: string): boolean {
  if (a === b) return true
  const [left, right] = [sources.system(system, a), sources.system(system, b)]
  return 'view' in left && 'view' in right && left.view === right.view
}

function missingConcept(found: Found, view: CodeSystemView): void {
  const verdict = systemVerdict(view, found.coding.code ?? '')
  if (verdict === 'in') return
  if (verdict === 'out') {
    found.issues.push(issues.unknownCode(found.coding, view.version))
    if (found.member === 'unknown') found.member = 'out'
    return
  }
  if (view.content === 'fragment') {
    // the part that is here may be all a value set can be asked about
    found.issues.push(issues.notInFragment(found.coding, view.version))
    if (found.member === 'unknown') found.member = 'in'
    return
  }
  if (view.content === 'example' || view.content === 'not-present') {
    found.unknown = view.url
    found.issues.push(issues.unknownSystem(view.url, undefined, [], found.member === 'in' ? 'warning' : 'error'))
  } else found.issues.push(issues.unchecked(found.coding))
  if (found.member !== 'out') found.member = 'unknown'
}

function listedNames(part: Part | undefined, code: string): Name[] {
  const listed = part?.listed?.get(part.view?.caseSensitive === false ? code.toLowerCase() : code)
  return listed ? [...(listed.display === undefined ? [] : [{ value: listed.display, own: true }]), ...(listed.designations ?? [])] : []
}

function conceptIssues(found: Found, context: Context, given: { view: CodeSystemView; concept: Concept; part: Part | undefined }): void {
  const { question, languages, set } = context
  const { view, concept, part } = given
  const { coding } = found
  found.concept = concept
  found.names = [...listedNames(part, coding.code ?? ''), ...namesOf(view, concept)]
  if (question.membershipOnly) return
  if (concept.code !== coding.code) found.issues.push(issues.caseDiffers(coding, concept.code, view.version))
  if (concept.abstract && question.abstract === false) found.issues.push(issues.abstract(coding))
  if (concept.inactive && (question.activeOnly || (set?.valueSet.inactive === false && found.member === 'out')))
    found.issues.push(issues.notActive(coding))
  const wrong = displayIssue({ coding, names: found.names, own: concept.display, languages, lenient: question.lenientDisplay === true })
  if (wrong) found.issues.push(wrong)
  if (concept.inactive) found.issues.push(issues.status(coding, concept.status ?? 'inactive'))
  else if (concept.status === 'deprecated') found.issues.push(issues.status(coding, 'deprecated'))
}
