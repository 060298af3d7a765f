/** Terminology: which codes there are, what they are called, which value sets they belong to. Pure and synchronous. */
import type { Definitions } from '../definition/model.ts'
import type { Json } from '../model.ts'
import { type CompiledSet, type Compiler, makeCompiler } from './compile.ts'
import { expand } from './expand.ts'
import type { Expansion, ExpandQuestion } from './expansion.ts'
import { type CodeAnswer, type LookupAnswer, type LookupQuestion, lookup, makeCodeIn, type Relation, subsumption } from './lookup.ts'
import { type CodeIssue, issues } from './messages.ts'
import type { CodeSystemView, Coding, Membership, VersionChoice } from './model.ts'
import { valueSetOf } from './read-json.ts'
import { makeSources, type Sources } from './sources.ts'
import { type TranslateQuestion, type Translation, translate } from './translate.ts'
import type { CodeQuestion } from './question.ts'
import { type CodeCheck, checkInCodeSystem, checkInValueSet } from './validate-code.ts'
import { whyNoValueSet } from './why.ts'

export type * from './model.ts'
export type { CompiledSet } from './compile.ts'
export type { CodeAnswer, LookupAnswer, LookupQuestion, Relation } from './lookup.ts'
export type { Expansion, ExpandQuestion, ExpansionEntry, ExpansionParameter } from './expansion.ts'
export { codingJson, designationJson, expansionJson, propertyValue } from './expansion-json.ts'
export type { CodeIssue, IssueDetail } from './messages.ts'
export type { Dependency, Equivalence, Match, TranslateQuestion, Translation } from './translate.ts'
export type { CodeQuestion } from './question.ts'
export type { CodeCheck } from './validate-code.ts'
export { codeSystemOf } from './code-system.ts'

export type Terminology = {
  /**
   * Does a coding belong to a value set (`url` or `url|version`)? Without a system: to any system of the value set (elements of type `code`).
   * `within` names the package that asks: where several packages carry the url, its own is meant.
   */
  memberOf: (valueSet: string, coding: Coding, within?: string) => Membership
  /** The compiled value set, to ask it many times; undefined where it is not loaded. */
  compiled: (valueSet: string, within?: string) => CompiledSet | undefined
  /** Does the code system hold the code, and which texts may stand for it? */
  codeIn: (coding: Coding) => CodeAnswer
  /** Does the first code stand above the second or is it the same? undefined: not known. */
  subsumes: (system: string, above: string, below: string) => boolean | undefined
  /** `$subsumes` of CodeSystem. */
  relation: (question: { system: string; version?: string; codeA: string; codeB: string }) => Relation | { issue: CodeIssue }
  /** `$lookup` of CodeSystem. */
  lookup: (question: LookupQuestion) => LookupAnswer | { issue: CodeIssue }
  /** `$validate-code` of ValueSet; the value set by canonical or as a resource. */
  validateCode: (valueSet: string | Json, question: CodeQuestion) => CodeCheck
  /** `$validate-code` of CodeSystem; `system` stands where a coding names none. */
  validateInSystem: (system: string | undefined, question: CodeQuestion) => CodeCheck
  /** `$expand`; the value set by canonical or as a resource. `expansionJson` writes it down. */
  expand: (valueSet: string | Json, question: ExpandQuestion) => Expansion | { issue: CodeIssue }
  /** `$translate`. */
  translate: (question: TranslateQuestion) => Translation
  sources: Sources
}

const missing = (canonical: string): CodeCheck => {
  const issue = issues.unknownValueSet(canonical)
  return { result: 'unknown', unknownSystems: [], neededSystems: [], issues: [issue], message: { ja: issue.ja, en: issue.en } }
}

/**
 * Answers from, in this order: `resources` given for one question, masters of the operator, packages (`definitions`), R4's own, systems by form.
 * `below` lays resources over an existing terminology.
 */
export function makeTerminology(given: {
  definitions?: Definitions
  masters?: readonly CodeSystemView[]
  resources?: readonly Json[]
  below?: Terminology
}): Terminology {
  const { below, ...rest } = given
  const sources = makeSources({ ...rest, ...(below ? { below: below.sources } : {}) })
  const compiler = makeCompiler(sources)

  const compilers = new Map<string, Compiler>()
  const byChoice = new Map<string, Compiler>()
  const compilerFor = (versions: VersionChoice | undefined, supplements: readonly string[] | undefined): Compiler => {
    const key = JSON.stringify([versions, supplements])
    const known = byChoice.get(key) ?? makeCompiler(sources, versions, supplements)
    if (byChoice.size >= 50) byChoice.clear()
    byChoice.set(key, known)
    return known
  }
  const compiled = (valueSet: string, within?: string): CompiledSet | undefined => {
    if (within === undefined) return compiler.set(valueSet)
    const known = compilers.get(within) ?? makeCompiler(sources.within(within))
    if (compilers.size < 100) compilers.set(within, known)
    return known.set(valueSet)
  }

  const memberOf = (valueSet: string, { system, code }: Coding, within?: string): Membership => {
    const set = compiled(valueSet, within)
    if (!set) return { result: 'unknown', why: whyNoValueSet(valueSet) }
    return code === undefined ? { result: 'out' } : set.has(system, code)
  }

  const relation: Terminology['relation'] = (question) => subsumption(sources, question)

  const subsumes = (system: string, above: string, below: string): boolean | undefined => {
    const found = relation({ system, codeA: above, codeB: below })
    return typeof found === 'object' ? undefined : found === 'equivalent' || found === 'subsumes'
  }

  const validateCode = (valueSet: string | Json, question: CodeQuestion): CodeCheck => {
    const set = setFor(valueSet, { ...question, ...ownVersions(sources, question) })
    return set ? checkInValueSet({ sources, set }, question) : missing(typeof valueSet === 'string' ? valueSet : '')
  }

  const setFor = (
    valueSet: string | Json,
    { versions, supplements }: Pick<CodeQuestion, 'versions' | 'supplements'>,
  ): CompiledSet | undefined => {
    const asked = versions || supplements ? compilerFor(versions, supplements) : compiler
    if (typeof valueSet === 'string') return asked.set(valueSet)
    const read = valueSetOf(valueSet)
    return read && asked.given(read)
  }

  return {
    memberOf,
    compiled,
    codeIn: makeCodeIn(sources),
    subsumes,
    relation,
    lookup: (question) => lookup(sources, question),
    validateCode,
    expand: (valueSet, question) => {
      const set = setFor(valueSet, question)
      return set ? expand(set, question) : { issue: issues.unknownValueSet(typeof valueSet === 'string' ? valueSet : '') }
    },
    translate: (question) => translate(sources, question),
    validateInSystem: (system, question) =>
      checkInCodeSystem({ sources, ...(system === undefined ? {} : { systemUrl: system }) }, question),
    sources,
  }
}

/** A coding's own version is meant where neither the value set nor the caller names one. */
function ownVersions(sources: Sources, { codings, versions }: CodeQuestion): { versions?: VersionChoice } {
  const own = codings.flatMap(({ system, version }) => {
    if (system === undefined || version === undefined) return []
    const [named, newest] = [sources.system(system, version), sources.system(system)]
    return 'view' in named && 'view' in newest && named.view !== newest.view ? [`${system}|${version}`] : []
  })
  if (own.length === 0) return versions ? { versions } : {}
  return { versions: { ...versions, systemVersions: [...(versions?.systemVersions ?? []), ...own] } }
}
