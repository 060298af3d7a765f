/** The members of a compiled value set one by one, for expansion. */
import { type CompiledSet, type Part, partVerdict } from './compile.ts'
import { type CodeIssue, issues } from './messages.ts'
import type { CodeSystemView, Coding, Concept, ContainedCode, ListedConcept, Why } from './model.ts'
import { splitCanonical } from './read-json.ts'
import { setProblem } from './validate-code.ts'

export type Member = {
  system: string
  /** The code system's edition. */
  view?: CodeSystemView
  concept: Concept
  /** What the value set itself says of the code. */
  listed?: ListedConcept
  /** Members of one include of a hierarchy may stand under each other. */
  part: Part | undefined
  version?: string
}

/** What ends the listing. */
export class CannotList extends Error {
  readonly issue: CodeIssue
  constructor(issue: CodeIssue) {
    super(issue.en)
    this.name = 'CannotList'
    this.issue = issue
  }
}

type Narrowing = {
  /** Folded words; a master with an index of its own is asked for them. */
  words: readonly string[]
  /** Steps that are left: value sets from outside may import each other many times over. */
  budget: { left: number }
}

function spend(set: CompiledSet, { budget }: Narrowing): void {
  if (--budget.left < 0) throw new CannotList(issues.tooCostly(set.canonical, mostSteps))
}

/** Steps of one listing. */
export const mostSteps = 5_000_000

function listingProblem(set: CompiledSet, part: Part, why: Why): CodeIssue {
  if (why.kind === 'value-set-not-loaded') return issues.unknownValueSet(why.what)
  if (why.kind === 'system-version-not-loaded' || why.kind === 'system-not-loaded') {
    const { url, version } = splitCanonical(why.what)
    return issues.cannotExpand(set.canonical, url, version ?? part.version, why.here ?? [])
  }
  return setProblem({ ...set, why }) ?? issues.invalidValueSet(why.en, why.ja)
}

function* ofSystem(set: CompiledSet, part: Part, narrowing: Narrowing): Iterable<Member> {
  const { system = '', view, listed } = part
  const held = view ? { view } : {}
  if (listed) {
    for (const item of listed.values()) {
      spend(set, narrowing)
      const concept = view?.find(item.code)
      if (!concept && view?.content === 'complete') continue
      yield { system, ...held, concept: concept ?? { code: item.code }, listed: item, part }
    }
    return
  }
  if (part.why) throw new CannotList(listingProblem(set, part, part.why))
  if (!view || (view.count === undefined && view.content !== 'complete' && view.content !== 'fragment'))
    throw new CannotList(issues.notListable(set.canonical, system))
  if (view.content === 'not-present' || view.content === 'example')
    throw new CannotList(issues.cannotExpand(set.canonical, system, undefined, []))
  for (const concept of candidates(view, part, narrowing)) {
    spend(set, narrowing)
    if (part.tests.every((test) => test(concept))) yield { system, view, concept, part }
  }
}

function* candidates(view: CodeSystemView, part: Part, { words }: Narrowing): Iterable<Concept> {
  if (part.narrowed && part.tests.length === 1) {
    const wanted = new Set(part.narrowed())
    // few codes are fetched one by one; many are read in the system's order
    if (wanted.size * 20 < (view.count ?? Number.POSITIVE_INFINITY) && wanted.size < 50) {
      for (const code of wanted) {
        const concept = view.find(code)
        if (concept) yield concept
      }
      return
    }
  }
  yield* words.length > 0 && view.search ? view.search(words.join(' ')) : view.concepts()
}

function* ofPart(set: CompiledSet, part: Part, narrowing: Narrowing): Iterable<Member> {
  const [first, ...others] = part.imports
  if (part.system === undefined) {
    if (part.why) throw new CannotList(listingProblem(set, part, part.why))
    if (first) yield* kept(membersOf(first, narrowing), others)
    return
  }
  if (part.why && part.listed) throw new CannotList(listingProblem(set, part, part.why))
  yield* kept(ofSystem(set, part, narrowing), part.imports)
}

function* kept(members: Iterable<Member>, sets: readonly CompiledSet[]): Iterable<Member> {
  for (const member of members) {
    const verdicts = sets.map((set) => set.has(member.system, member.concept.code))
    const open = verdicts.find((verdict) => verdict.result === 'unknown')
    if (verdicts.some(({ result }) => result === 'out')) continue
    if (open && 'why' in open) throw new CannotList(issues.invalidValueSet(open.why.en, open.why.ja))
    yield member
  }
}

/** Every member once, in the order of the includes. Throws `CannotList`. */
export function* membersOf(set: CompiledSet, narrowing: Narrowing): Iterable<Member> {
  spend(set, narrowing)
  if (set.why?.kind === 'circular' || set.why?.kind === 'supplement-not-loaded') throw new CannotList(setProblem(set)!)
  const { valueSet, includes, excludes } = set
  if (includes.length === 0) {
    yield* ofExpansion(valueSet.expansion?.contains ?? [])
    return
  }
  const seen = new Map<string, Set<string>>()
  for (const part of includes)
    for (const member of ofPart(set, part, narrowing)) {
      spend(set, narrowing)
      const codes = seen.get(member.system) ?? new Set<string>()
      if (codes.has(member.concept.code) || isExcluded(set, excludes, member)) continue
      if (valueSet.inactive === false && member.concept.inactive) continue
      seen.set(member.system, codes.add(member.concept.code))
      yield member
    }
}

function isExcluded(set: CompiledSet, excludes: readonly Part[], { system, concept }: Member): boolean {
  for (const part of excludes) {
    const verdict = partVerdict(part, system, concept.code)
    if (verdict.result === 'in') return true
    if (verdict.result === 'unknown') throw new CannotList(listingProblem(set, part, verdict.why))
  }
  return false
}

const conceptOfEntry = ({ code = '', display, designations, abstract, inactive }: ContainedCode): Concept => ({
  code,
  ...(display ? { display } : {}),
  ...(designations ? { designations } : {}),
  ...(abstract ? { abstract } : {}),
  ...(inactive ? { inactive } : {}),
})

function* ofExpansion(entries: readonly ContainedCode[]): Iterable<Member> {
  for (const entry of entries) {
    const coding: Coding = entry
    if (coding.code !== undefined)
      yield {
        system: coding.system ?? '',
        concept: conceptOfEntry(entry),
        part: undefined,
        ...(coding.version ? { version: coding.version } : {}),
      }
    yield* ofExpansion(entry.contains)
  }
}
