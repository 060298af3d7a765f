/** What a code system says of one concept, and how two of its concepts stand to each other. @spec http://hl7.org/fhir/R4/codesystem-operations.html */
import { systemVerdict } from './compile.ts'
import { type Languages, languagesOf, namesOf, preferredName } from './language.ts'
import { type CodeIssue, issues } from './messages.ts'
import type { CodeSystemView, Coding, Concept, ConceptProperty, Designation } from './model.ts'
import { present, splitCanonical } from './read-json.ts'
import type { Sources } from './sources.ts'
import { supplemented } from './supplement.ts'

export type LookupQuestion = {
  system: string
  version?: string
  code: string
  displayLanguage?: string
  acceptLanguage?: string
  /** Only these; none or `*`: all. */
  properties?: readonly string[]
  /** Supplements to apply, by canonical. */
  supplements?: readonly string[]
}

export type LookupAnswer = {
  /** Name of the code system. */
  name: string
  system: string
  version?: string
  code: string
  display?: string
  definition?: string
  abstract: boolean
  inactive: boolean
  designations: readonly Designation[]
  /** `parent` and `child` with the display as description, `inactive`, and what the system says itself. */
  properties: readonly ConceptProperty[]
}

/** The view with the supplements that were asked and the language packs. */
export function viewWith(sources: Sources, view: CodeSystemView, supplements: readonly string[]): CodeSystemView {
  const asked = supplements.map((canonical) => splitCanonical(canonical).url)
  return supplemented(
    view,
    sources.supplements(view.url).filter((supplement) => supplement.language !== undefined || asked.includes(supplement.url)),
  )
}

function hierarchyProperties(view: CodeSystemView, code: string): ConceptProperty[] {
  const relation = (name: 'parent' | 'child', codes: readonly string[]): ConceptProperty[] =>
    codes.map((value) => present<ConceptProperty>({ code: name, type: 'code', value, description: view.find(value)?.display }))
  return [...relation('parent', view.parents(code)), ...relation('child', view.children(code))]
}

function propertiesOf(view: CodeSystemView, concept: Concept): ConceptProperty[] {
  const own = concept.properties ?? []
  const relations = hierarchyProperties(view, concept.code)
  const names = new Set(relations.map(({ code }) => code))
  const rest = own.filter(({ code }) => code !== 'inactive' && !names.has(code))
  return [...relations, { code: 'inactive', type: 'boolean', value: concept.inactive === true }, ...rest]
}

/** All that is known of a code; or why not. */
export function lookup(sources: Sources, question: LookupQuestion): LookupAnswer | { issue: CodeIssue } {
  const { system, version, code, properties = [] } = question
  const displayLanguage = question.displayLanguage ?? question.acceptLanguage
  const languages = languagesOf(displayLanguage, true)
  if (!languages) return { issue: issues.badLanguage(displayLanguage ?? '') }
  const found = sources.system(system, version)
  if (!('view' in found)) return { issue: issues.unknownSystem(system, version, found.versions) }
  const view = viewWith(sources, found.view, question.supplements ?? [])
  const concept = view.find(code)
  if (!concept) {
    if (systemVerdict(view, code) === 'unknown' && view.content !== 'fragment') return { issue: issues.unchecked({ system, code }) }
    return { issue: issues.unknownCode({ system, code }, view.version) }
  }
  const wanted = properties.includes('*') ? [] : properties
  return present<LookupAnswer>({
    name: view.name ?? view.title ?? view.url,
    system: view.url,
    version: view.version,
    code: concept.code,
    display: displayIn(view, concept, languages),
    definition: concept.definition,
    abstract: concept.abstract === true,
    inactive: concept.inactive === true,
    designations: concept.designations ?? [],
    properties: propertiesOf(view, concept).filter((property) => wanted.length === 0 || wanted.includes(property.code)),
  })
}

export const displayIn = (view: CodeSystemView, concept: Concept, languages: Languages): string | undefined =>
  (preferredName(namesOf(view, concept), languages) ?? (languages.others ? { value: concept.display } : undefined))?.value

export type Relation = 'equivalent' | 'subsumes' | 'subsumed-by' | 'not-subsumed'

/** How A stands to B: `subsumes` where B is under A. */
export function subsumption(
  sources: Sources,
  question: { system: string; version?: string; codeA: string; codeB: string },
): Relation | { issue: CodeIssue } {
  const { system, version, codeA, codeB } = question
  const found = sources.system(system, version)
  if (!('view' in found)) return { issue: issues.unknownSystem(system, version, found.versions) }
  const { view } = found
  const unknown = [codeA, codeB].find((code) => !view.find(code))
  if (unknown !== undefined && systemVerdict(view, unknown) === 'out')
    return { issue: issues.unknownCode({ system, code: unknown }, view.version) }
  if (unknown !== undefined) return codeA === codeB ? 'equivalent' : { issue: issues.unchecked({ system, code: unknown }) }
  if (view.find(codeA)?.code === view.find(codeB)?.code) return 'equivalent'
  if (view.isA(codeB, codeA)) return 'subsumes'
  return view.isA(codeA, codeB) ? 'subsumed-by' : 'not-subsumed'
}

export type CodeAnswer = { result: 'known' | 'unknown-code' | 'unknown'; displays?: readonly string[] }

const known: CodeAnswer = { result: 'known' }
const unknownCode: CodeAnswer = { result: 'unknown-code' }
const untold: CodeAnswer = { result: 'unknown' }
const rememberedSystems = 5000

/** Does the code system hold the code, and which texts may stand for it? The preferred one first. */
export function makeCodeIn(sources: Sources): (coding: Coding) => CodeAnswer {
  const views = new Map<string, { view: CodeSystemView | undefined; asked: boolean }>()
  const answers = new WeakMap<Concept, CodeAnswer>()

  const viewFor = (system: string, version: string | undefined): { view: CodeSystemView | undefined; asked: boolean } => {
    const key = version === undefined ? system : `${system}|${version}`
    const remembered = views.get(key)
    if (remembered) return remembered
    const barred = splitCanonical(system)
    const named = sources.system(barred.url, version ?? barred.version)
    const found = 'view' in named ? named : sources.system(barred.url)
    const made = { view: 'view' in found ? viewWith(sources, found.view, []) : undefined, asked: 'view' in named }
    if (views.size < rememberedSystems) views.set(key, made)
    return made
  }

  const answerOf = (view: CodeSystemView, concept: Concept): CodeAnswer => {
    const remembered = answers.get(concept)
    if (remembered) return remembered
    const made: CodeAnswer = { result: 'known', displays: namesOf(view, concept).map(({ value }) => value) }
    answers.set(concept, made)
    return made
  }

  /** Packages bring editions of one system that differ: where the coding names none, each of them may be meant. */
  const inAnotherEdition = (system: string, code: string): CodeAnswer | undefined => {
    for (const view of sources.systems(system)) {
      const concept = view.find(code)
      if (concept) return answerOf(view, concept)
    }
    return undefined
  }

  return ({ system, version, code }) => {
    if (system === undefined || code === undefined) return untold
    const { view, asked } = viewFor(system, version)
    if (!view) return untold
    const concept = view.find(code)
    if (concept) return answerOf(view, concept)
    const elsewhere = version === undefined ? inAnotherEdition(system, code) : undefined
    if (elsewhere) return elsewhere
    // of another version than the one that is here a missing code proves nothing
    const verdict = asked || view.content === 'grammar' ? systemVerdict(view, code) : 'unknown'
    return verdict === 'in' ? known : verdict === 'out' ? unknownCode : untold
  }
}
