/** All codes of a value set, filtered, paged, in the language asked for. @spec http://hl7.org/fhir/R4/valueset-operation-expand.html */
import { foldText } from '../text.ts'
import type { CompiledSet, Part } from './compile.ts'
import type { Expansion, ExpandQuestion, ExpansionEntry, Wish } from './expansion.ts'
import { entryOf, propertiesUsed } from './expansion-entry.ts'
import { parametersOf } from './expansion-parameters.ts'
import { languagesOf, namesOf } from './language.ts'
import { CannotList, type Member, membersOf, mostSteps } from './members.ts'
import { type CodeIssue, issues } from './messages.ts'
import type { Concept } from './model.ts'
import { present, splitCanonical } from './read-json.ts'
import { languageOf, setProblem } from './validate-code.ts'

const defaultLimit = 10_000
/** Beyond this nothing is listed even in pages. */
const longest = 2_000_000

export function expand(set: CompiledSet, question: ExpandQuestion): Expansion | { issue: CodeIssue } {
  const asked = withOwnParameters(set, question)
  const languages = languagesOf(asked.displayLanguage, true)
  if (!languages) return { issue: issues.badLanguage(asked.displayLanguage ?? '') }
  const words = (asked.filter ?? '')
    .split(/\s+/u)
    .map(foldText)
    .filter((word) => word !== '')
  const broken = set.valueSet.expansion ? undefined : setProblem(set)
  if (broken) return { issue: broken }
  const wish: Wish = { ...asked, languages, words, several: severalEditions(set) }
  try {
    return wholePage(set, wish) ?? paged(set, wish, { members: listed(set, wish) })
  } catch (problem) {
    if (problem instanceof CannotList) return stored(set, wish) ?? { issue: problem.issue }
    throw problem
  }
}

/** Parameters the value set brings are its author's wish; the caller's go first. */
function withOwnParameters(set: CompiledSet, question: ExpandQuestion): ExpandQuestion {
  const own = Object.fromEntries(set.valueSet.parameters.map(({ name, value }) => [name, value]))
  const flag = (name: string): boolean | undefined => (own[name] === undefined ? undefined : own[name] === true || own[name] === 'true')
  return present<ExpandQuestion>({
    ...given(question),
    activeOnly: question.activeOnly ?? flag('activeOnly'),
    excludeNested: question.excludeNested ?? flag('excludeNested'),
    includeDesignations: question.includeDesignations ?? flag('includeDesignations'),
    includeDefinition: question.includeDefinition ?? flag('includeDefinition'),
    displayLanguage: languageOf(set, question),
  })
}

const given = (question: ExpandQuestion): { [K in keyof Required<ExpandQuestion>]: ExpandQuestion[K] | undefined } => ({
  ...(question as { [K in keyof Required<ExpandQuestion>]: ExpandQuestion[K] | undefined }),
})

function severalEditions(set: CompiledSet): ReadonlySet<string> {
  const first = new Map<string, unknown>()
  const several = new Set<string>()
  const seen = new Set<CompiledSet>()
  const walk = (each: CompiledSet): void => {
    if (seen.has(each)) return
    seen.add(each)
    for (const { view, imports } of each.includes) {
      if (view && (first.get(view.url) ?? view.version) !== view.version) several.add(view.url)
      if (view) first.set(view.url, view.version)
      imports.forEach(walk)
    }
  }
  walk(set)
  return several
}

function listed(set: CompiledSet, wish: Wish): Member[] {
  const out: Member[] = []
  const most = wish.count === undefined ? (wish.limit ?? defaultLimit) : longest
  for (const member of membersOf(set, { words: wish.words, budget: { left: mostSteps } })) {
    if (!wanted(member, wish)) continue
    if (out.length >= most) throw new CannotList(issues.tooCostly(set.canonical, most))
    out.push(member)
  }
  return out
}

function wanted(member: Member, wish: Wish): boolean {
  const { concept, system } = member
  if (wish.activeOnly && concept.inactive) return false
  if (wish.excludeNotForUI && concept.abstract) return false
  if (wish.excludeSystems?.some((canonical) => splitCanonical(canonical).url === system)) return false
  return wish.words.length === 0 || matches(member, wish.words)
}

/** Folding takes long, and the same concepts are asked again with every letter that is typed. */
const foldedNames = new WeakMap<Concept, string>()

function foldedOf({ concept, view }: Member): string {
  const known = foldedNames.get(concept)
  if (known !== undefined) return known
  const made = [concept.code, ...namesOf(view, concept).map(({ value }) => value)].map(foldText).join('\n')
  foldedNames.set(concept, made)
  return made
}

function matches(member: Member, words: readonly string[]): boolean {
  const { listed } = member
  const own = foldedOf(member)
  const more = listed ? [listed.display ?? '', ...(listed.designations ?? []).map(({ value }) => value)].map(foldText).join('\n') : ''
  return words.every((word) => own.includes(word) || more.includes(word))
}

/** What was published with the value set stands in where its definition cannot be listed. */
function stored(set: CompiledSet, wish: Wish): Expansion | undefined {
  const { expansion } = set.valueSet
  if (!expansion || expansion.partial) return undefined
  return paged(set, wish, { members: listed({ ...set, includes: [], excludes: [] }, wish) })
}

/** A page of one whole system that nothing narrows: only the page is read. */
function wholePage(set: CompiledSet, wish: Wish): Expansion | undefined {
  const [part, ...others] = set.includes
  const { count, offset = 0 } = wish
  if (!part?.view?.count || count === undefined || others.length > 0 || set.excludes.length > 0 || set.why) return undefined
  const narrowed = part.listed ?? part.tests[0] ?? part.imports[0] ?? wish.words[0] ?? wish.excludeSystems?.[0]
  const { view, system = '' } = part
  if (narrowed || wish.activeOnly || wish.excludeNotForUI || set.valueSet.inactive === false || view.content !== 'complete')
    return undefined
  if (count + offset >= part.view.count) return undefined
  const members: Member[] = []
  let place = 0
  for (const concept of view.concepts()) {
    if (place >= offset + count) break
    if (place++ >= offset) members.push({ system, view, concept, part })
  }
  return paged(set, wish, { members, from: offset, total: part.view.count })
}

/** `members` begin at `from` of `total`. */
function paged(set: CompiledSet, wish: Wish, all: { members: readonly Member[]; from?: number; total?: number }): Expansion {
  const { offset = 0, count } = wish
  const { members, from = 0, total = members.length } = all
  const start = offset - from
  const page = count === undefined ? members.slice(start) : members.slice(start, start + count)
  const nests = page.length === total && !wish.excludeNested && wish.words.length === 0
  const entries = page.map((member) => entryOf(member, wish))
  return present<Expansion>({
    total,
    offset: wish.offset,
    contains: nests ? nested(page, entries) : entries,
    parameters: parametersOf(set, wish, members),
    properties: propertiesUsed(page, entries),
  })
}

/** Deeper entries, and codes that stand above each other in a circle, stand at the root: what is written down by recursion must end. */
const deepestNesting = 100

function nested(members: readonly Member[], entries: readonly ExpansionEntry[]): ExpansionEntry[] {
  const places = new Map<Part | undefined, Map<string, ExpansionEntry>>()
  members.forEach(({ part, concept, listed }, index) => {
    if (part && !listed) places.set(part, (places.get(part) ?? new Map<string, ExpansionEntry>()).set(concept.code, entries[index]!))
  })
  const above = new Map<ExpansionEntry, ExpansionEntry>()
  members.forEach((member, index) => {
    const place = places.get(member.part)
    const found = place && !member.listed ? nearest(member, place) : undefined
    if (found) above.set(entries[index]!, found)
  })
  const depth = (entry: ExpansionEntry): number => {
    let levels = 0
    for (let at = above.get(entry); at && levels <= deepestNesting; at = above.get(at)) levels++
    return levels
  }
  return entries.filter((entry) => {
    const found = depth(entry) > deepestNesting ? undefined : above.get(entry)
    found?.contains.push(entry)
    return !found
  })
}

/** The closest ancestor that is a member too. */
function nearest({ view, concept }: Member, place: ReadonlyMap<string, ExpansionEntry>): ExpansionEntry | undefined {
  if (!view) return undefined
  const seen = new Set(view.parents(concept.code))
  for (const code of seen) {
    const found = place.get(code)
    if (found) return found
    for (const parent of view.parents(code)) seen.add(parent)
  }
  return undefined
}
