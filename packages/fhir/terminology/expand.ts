/** All codes of a value set, filtered, paged, in the language asked for. @spec http://hl7.org/fhir/R4/valueset-operation-expand.html */
import { foldText } from '../text.ts'
import type { CompiledSet, Part } from './compile.ts'
import { type Languages, languageMeets, languagesOf, type Name, namesOf, preferredName } from './language.ts'
import { CannotList, type Member, membersOf } from './members.ts'
import { type CodeIssue, issues } from './messages.ts'
import type { Json } from '../model.ts'
import type { ConceptProperty, Designation, PropertyDefinition, VersionChoice } from './model.ts'
import { canonicalOf, present, splitCanonical } from './read-json.ts'
import { type Stated, stateToTell } from './standing.ts'
import { setProblem } from './validate-code.ts'

export type ExpandQuestion = {
  /** Words that must all be found in code, display or a designation; kana, width and case do not count. */
  filter?: string
  offset?: number
  count?: number
  activeOnly?: boolean
  excludeNested?: boolean
  excludeNotForUI?: boolean
  excludePostCoordinated?: boolean
  includeDesignations?: boolean
  includeDefinition?: boolean
  displayLanguage?: string
  /** Designations to give: a language, `urn:ietf:bcp:47|de`, or a use `system|code`. */
  designations?: readonly string[]
  /** Properties to give. */
  properties?: readonly string[]
  /** Systems to leave out. */
  excludeSystems?: readonly string[]
  versions?: VersionChoice
  supplements?: readonly string[]
  /** Where no `count` is given: more codes than this are refused (10,000). */
  limit?: number
}

export type ExpansionEntry = {
  system: string
  version?: string
  code: string
  display?: string
  abstract?: boolean
  inactive?: boolean
  deprecated?: boolean
  definition?: string
  designations?: readonly Designation[]
  properties?: readonly ConceptProperty[]
  extensions?: readonly Json[]
  contains: ExpansionEntry[]
}

/** `value` goes out as `valueBoolean`, `valueInteger`, `valueString`, `valueUri` or `valueCode`. */
export type ExpansionParameter = { name: string; type: 'Boolean' | 'Integer' | 'String' | 'Uri' | 'Code'; value: string | number | boolean }

export type Expansion = {
  total: number
  offset?: number
  contains: readonly ExpansionEntry[]
  parameters: readonly ExpansionParameter[]
  properties: readonly PropertyDefinition[]
}

const defaultLimit = 10_000
/** Beyond this nothing is listed even in pages. */
const longest = 2_000_000

/** `several`: systems that more than one edition is taken from. */
type Wish = ExpandQuestion & { languages: Languages; words: readonly string[]; several: ReadonlySet<string> }

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
  const language = typeof own.displayLanguage === 'string' ? own.displayLanguage : set.valueSet.language
  return present<ExpandQuestion>({
    ...given(question),
    activeOnly: question.activeOnly ?? flag('activeOnly'),
    excludeNested: question.excludeNested ?? flag('excludeNested'),
    includeDesignations: question.includeDesignations ?? flag('includeDesignations'),
    includeDefinition: question.includeDefinition ?? flag('includeDefinition'),
    displayLanguage: question.displayLanguage ?? language,
  })
}

const given = (question: ExpandQuestion): { [K in keyof Required<ExpandQuestion>]: ExpandQuestion[K] | undefined } => ({
  ...(question as { [K in keyof Required<ExpandQuestion>]: ExpandQuestion[K] | undefined }),
})

function severalEditions(set: CompiledSet): ReadonlySet<string> {
  const first = new Map<string, unknown>()
  const several = new Set<string>()
  const walk = ({ includes }: CompiledSet): void => {
    for (const { view, imports } of includes) {
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
  for (const member of membersOf(set, wish)) {
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

function matches(member: Member, words: readonly string[]): boolean {
  const texts = [member.concept.code, ...namesIn(member).map(({ value }) => value)].map(foldText)
  return words.every((word) => texts.some((text) => text.includes(word)))
}

/** The names of a member: those of the value set go before those of the system. */
function namesIn({ listed, concept, view }: Member): Name[] {
  const own = listed?.display === undefined ? [] : [{ value: listed.display, own: true, language: view?.language }]
  const system = namesOf(view, concept).filter((name) => !(own.length > 0 && name.own))
  return [...own, ...(listed?.designations ?? []), ...system]
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

function nested(members: readonly Member[], entries: readonly ExpansionEntry[]): ExpansionEntry[] {
  const places = new Map<Part | undefined, Map<string, ExpansionEntry>>()
  members.forEach(({ part, concept, listed }, index) => {
    if (part && !listed) places.set(part, (places.get(part) ?? new Map<string, ExpansionEntry>()).set(concept.code, entries[index]!))
  })
  const roots: ExpansionEntry[] = []
  members.forEach((member, index) => {
    const place = places.get(member.part)
    const above = place && !member.listed ? nearest(member, place) : undefined
    if (above) above.contains.push(entries[index]!)
    else roots.push(entries[index]!)
  })
  return roots
}

/** The closest ancestor that is a member too. */
function nearest({ view, concept }: Member, place: ReadonlyMap<string, ExpansionEntry>): ExpansionEntry | undefined {
  if (!view) return undefined
  const seen = new Set(view.parents(concept.code))
  for (const code of seen) {
    const found = place.get(code)
    // of codes that stand above each other none may hold the other
    if (found) return view.isA(code, concept.code) ? undefined : found
    for (const parent of view.parents(code)) seen.add(parent)
  }
  return undefined
}

function entryOf(member: Member, wish: Wish): ExpansionEntry {
  const { concept, system, view, listed, version } = member
  const names = namesIn(member)
  const display = preferredName(names, wish.languages)
  return present<ExpansionEntry>({
    system,
    version: version ?? (wish.several.has(system) ? view?.version : undefined),
    code: concept.code,
    display: display?.value,
    abstract: concept.abstract || undefined,
    inactive: concept.inactive || undefined,
    deprecated: concept.status === 'deprecated' || undefined,
    definition: wish.includeDefinition ? concept.definition : undefined,
    designations: wish.includeDesignations ? designationsFor(names, display, wish) : undefined,
    properties: propertiesFor(member, wish),
    extensions: listed?.extensions ?? concept.extensions,
    contains: [],
  })
}

const displayUse = { system: 'http://terminology.hl7.org/CodeSystem/designation-usage', code: 'display' }

function designationsFor(names: readonly Name[], display: Name | undefined, wish: Wish): readonly Designation[] | undefined {
  const found = names
    .filter((name) => name !== display)
    .filter((name) => !wish.designations?.length || wish.designations.some((asked) => isAsked(name, asked)))
    .map(({ value, language, use, own }) => present<Designation>({ language, use: use ?? (own ? displayUse : undefined), value }))
  return found.length > 0 ? found : undefined
}

function isAsked({ language, use }: Name, asked: string): boolean {
  const bar = asked.lastIndexOf('|')
  const [system, code] = bar < 0 ? ['urn:ietf:bcp:47', asked] : [asked.slice(0, bar), asked.slice(bar + 1)]
  return system === 'urn:ietf:bcp:47' ? languageMeets(language, code) : use?.system === system && use.code === code
}

function propertiesFor({ concept, view, listed }: Member, { properties = [] }: Wish): readonly ConceptProperty[] | undefined {
  const own = (concept.properties ?? []).filter(({ code }) => properties.includes(code) || properties.includes('*'))
  const out: ConceptProperty[] = [...own]
  const relation = (name: string, codes: readonly string[]): void => {
    if (properties.includes(name) && !own.some(({ code }) => code === name))
      out.push(...codes.map((value): ConceptProperty => ({ code: name, type: 'code', value })))
  }
  relation('parent', view?.parents(concept.code) ?? [])
  relation('child', view?.children(concept.code) ?? [])
  if (properties.includes('definition') && concept.definition) out.push({ code: 'definition', type: 'string', value: concept.definition })
  out.push(...(listed?.ranking ?? concept.ranking ?? []))
  // one who sees that a code is not active is told why
  if (concept.inactive && !out.some(({ code }) => code === 'status'))
    out.push({ code: 'status', type: 'code', value: concept.status ?? 'inactive' })
  else if (concept.status === 'deprecated' && !out.some(({ code }) => code === 'status'))
    out.push({ code: 'status', type: 'code', value: 'deprecated' })
  return out.length > 0 ? out : undefined
}

const meanings = 'http://hl7.org/fhir/concept-properties#'

function propertiesUsed(members: readonly Member[], entries: readonly ExpansionEntry[]): PropertyDefinition[] {
  const out = new Map<string, PropertyDefinition>()
  entries.forEach(({ properties = [] }, index) => {
    for (const { code, type } of properties)
      if (!out.has(code))
        out.set(
          code,
          members[index]?.view?.properties.find((property) => property.code === code) ?? {
            code,
            type,
            uri: meanings + (code === 'weight' ? 'itemWeight' : code),
          },
        )
  })
  return [...out.values()]
}

function parametersOf(set: CompiledSet, wish: Wish, members: readonly Member[]): ExpansionParameter[] {
  const out: ExpansionParameter[] = []
  const flags = [
    'excludeNested',
    'activeOnly',
    'includeDesignations',
    'includeDefinition',
    'excludeNotForUI',
    'excludePostCoordinated',
  ] as const
  for (const name of flags) if (wish[name] !== undefined) out.push({ name, type: 'Boolean', value: wish[name] })
  if (wish.displayLanguage !== undefined) out.push({ name: 'displayLanguage', type: 'Code', value: wish.displayLanguage })
  if (wish.filter !== undefined) out.push({ name: 'filter', type: 'String', value: wish.filter })
  if (wish.offset !== undefined) out.push({ name: 'offset', type: 'Integer', value: wish.offset })
  if (wish.count !== undefined) out.push({ name: 'count', type: 'Integer', value: wish.count })
  for (const value of wish.designations ?? []) out.push({ name: 'designation', type: 'String', value })
  for (const value of wish.properties ?? []) out.push({ name: 'property', type: 'String', value })
  for (const value of wish.excludeSystems ?? []) out.push({ name: 'exclude-system', type: 'Uri', value })
  const { systemVersions = [], forceSystemVersions = [], checkSystemVersions = [], valueSetVersions = [] } = wish.versions ?? {}
  for (const value of systemVersions) out.push({ name: 'system-version', type: 'Uri', value })
  for (const value of forceSystemVersions) out.push({ name: 'force-system-version', type: 'Uri', value })
  for (const value of checkSystemVersions) out.push({ name: 'check-system-version', type: 'Uri', value })
  for (const value of valueSetVersions) out.push({ name: 'default-valueset-version', type: 'Uri', value })
  return [...out, ...usedParameters(set, members)]
}

function usedParameters(set: CompiledSet, members: readonly Member[]): ExpansionParameter[] {
  const used = new Map<string, ExpansionParameter>()
  const add = (name: string, value: string): void => void used.set(`${name} ${value}`, { name, type: 'Uri', value })
  const walk = (each: CompiledSet): void => {
    for (const part of [...each.includes, ...each.excludes]) {
      if (part.view) {
        add('used-codesystem', canonicalOf(part.view))
        warned(part.view)
      }
      for (const inner of part.imports) {
        if (inner.valueSet.url) {
          add('used-valueset', inner.canonical)
          warned(inner.valueSet)
        }
        walk(inner)
      }
    }
    for (const supplement of each.valueSet.supplements) add('used-supplement', supplement)
  }
  const warned = (stated: Stated): void => {
    const state = stateToTell(stated, set.valueSet)
    if (state) add(`warning-${state}`, canonicalOf(stated))
  }
  walk(set)
  if (set.valueSet.url) warned(set.valueSet)
  for (const { version, system } of members) if (version) add('used-codesystem', `${system}|${version}`)
  return [...used.values()]
}
