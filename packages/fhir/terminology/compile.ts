/** Value sets compiled to something that answers in a fraction of a microsecond whether a code belongs to them. */
import { type CompiledFilter, compileFilter, type Test } from './filter.ts'
import type { CodeSystemView, Concept, Include, ListedConcept, Membership, ValueSet, Verdict, VersionChoice, Why } from './model.ts'
import { canonicalOf, splitCanonical } from './read-json.ts'
import type { Sources } from './sources.ts'
import { supplemented } from './supplement.ts'
import { whyCircular, whyIncomplete, whyNoFilter, whyNoSupplement, whyNoSystem, whyNoValueSet, whyNoVersion, whyTooDeep } from './why.ts'

/** One include or exclude, its system found and its filters ready. */
export type Part = {
  include: Include
  system?: string
  version?: string
  view?: CodeSystemView
  /** Listed codes; lower case where the system does not tell case. */
  listed?: ReadonlyMap<string, ListedConcept>
  tests: readonly Test[]
  /** Fewer candidates than the whole system, for expansion. */
  narrowed?: () => Iterable<string>
  imports: readonly CompiledSet[]
  /** Why it cannot tell. */
  why?: Why
}

export type CompiledSet = {
  valueSet: ValueSet
  canonical: string
  includes: readonly Part[]
  excludes: readonly Part[]
  /** The first reason why some of it cannot be told; the rest still counts. */
  why?: Why
  /** Does the code belong to it? Without a system: to any system of it. */
  has: (system: string | undefined, code: string) => Membership
  /** Systems it takes codes from. */
  systems: ReadonlySet<string>
  /** The edition of each, where it is here. */
  views: ReadonlyMap<string, CodeSystemView>
  /** A value set it imports is not here, so that any other system may belong to it too. */
  open?: Why
}

const isIn: Membership = { result: 'in' }
const isOut: Membership = { result: 'out' }
const rememberedCodes = 20_000
const deepestImport = 100

export type Compiler = {
  set: (canonical: string) => CompiledSet | undefined
  given: (valueSet: ValueSet) => CompiledSet
  systemOf: (include: Include) => SystemFound
}
export type SystemFound = { view: CodeSystemView } | { why: Why }

const versionFor = (versions: readonly string[] | undefined, url: string): string | undefined =>
  versions?.map(splitCanonical).find((candidate) => candidate.url === url)?.version

/** Compiles value sets against sources, each once; what is compiled is kept as long as the compiler. */
export function makeCompiler(sources: Sources, choice: VersionChoice = {}, supplements: readonly string[] = []): Compiler {
  const known = new Map<string, CompiledSet | null>()

  const systemOf = ({ system = '', version }: Pick<Include, 'system' | 'version'>): SystemFound => {
    const wanted =
      versionFor(choice.forceSystemVersions, system) ??
      version ??
      versionFor(choice.systemVersions, system) ??
      versionFor(choice.checkSystemVersions, system)
    const found = sources.system(system, wanted)
    if ('view' in found) return found
    return { why: found.versions.length > 0 && wanted ? whyNoVersion(system, wanted, found.versions) : whyNoSystem(system) }
  }

  const asked = (valueSet: ValueSet, view: CodeSystemView): { view: CodeSystemView; why?: Why } => {
    const wanted = [...valueSet.supplements, ...supplements]
    const found = sources
      .supplements(view.url)
      .filter(
        (supplement) => supplement.language !== undefined || wanted.some((canonical) => splitCanonical(canonical).url === supplement.url),
      )
    return { view: supplemented(view, found) }
  }

  const part = (include: Include, valueSet: ValueSet, chain: readonly string[]): Part => {
    const imports: CompiledSet[] = []
    let why: Why | undefined
    for (const canonical of include.valueSets) {
      const inner = imported(canonical, valueSet, chain)
      if ('has' in inner) imports.push(inner)
      else why ??= inner
    }
    const base = { include, imports, tests: [] }
    if (include.system === undefined) return why ? { ...base, why } : base
    const named = { ...base, system: include.system, ...(include.version ? { version: include.version } : {}) }
    const found = systemOf(include)
    if ('why' in found) return { ...named, ...listedOf(include), ...(include.concepts && !why ? {} : { why: why ?? found.why }) }
    const { view } = asked(valueSet, found.view)
    const filters = include.filters.map((filter) => compileFilter(view, filter))
    for (const filter of filters) if ('why' in filter) why ??= filter.why
    return { ...named, view, ...listedOf(include, view), ...ready(filters), ...(why ? { why } : {}) }
  }

  const imported = (canonical: string, from: ValueSet, chain: readonly string[]): CompiledSet | Why => {
    const inner = from.contained.get(canonical)
    if (inner) return compiled(inner, canonical, chain)
    const { version } = splitCanonical(canonical)
    const wanted = version ? canonical : canonicalOf({ url: canonical, version: versionFor(choice.valueSetVersions, canonical) })
    if (chain.includes(splitCanonical(wanted).url)) return whyCircular([...chain, splitCanonical(wanted).url])
    if (chain.length > deepestImport) return whyTooDeep(wanted, deepestImport)
    return lookup(wanted, chain) ?? whyNoValueSet(wanted)
  }

  const compiled = (valueSet: ValueSet, canonical: string, chain: readonly string[]): CompiledSet => {
    const url = valueSet.url || canonical
    const next = [...chain, url]
    const includes = valueSet.include.map((include) => part(include, valueSet, next))
    const excludes = valueSet.exclude.map((include) => part(include, valueSet, next))
    const missing = valueSet.supplements.find((supplement) => !sources.supplement(supplement))
    return assembled(valueSet, canonical, { includes, excludes, ...(missing ? { why: whyNoSupplement(missing) } : {}) })
  }

  const lookup = (canonical: string, chain: readonly string[]): CompiledSet | undefined => {
    const remembered = known.get(canonical)
    if (remembered !== undefined) return remembered ?? undefined
    const valueSet = sources.valueSet(canonical)
    const made = valueSet ? compiled(valueSet, canonicalOf(valueSet), chain) : null
    // what a circle left out belongs to the chain it was met on, and must not be kept for others
    if (known.size < 20_000 && (chain.length === 0 || !(made && circular(made)))) known.set(canonical, made)
    return made ?? undefined
  }

  return { set: (canonical) => lookup(canonical, []), given: (valueSet) => compiled(valueSet, canonicalOf(valueSet), []), systemOf }
}

const circular = (set: CompiledSet): boolean => set.why?.kind === 'circular'

function listedOf(include: Include, view?: CodeSystemView): { listed?: ReadonlyMap<string, ListedConcept> } {
  if (!include.concepts) return {}
  const folds = view?.caseSensitive === false
  return { listed: new Map(include.concepts.map((concept) => [folds ? concept.code.toLowerCase() : concept.code, concept])) }
}

function ready(filters: readonly CompiledFilter[]): Pick<Part, 'tests' | 'narrowed'> {
  const usable = filters.flatMap((filter) => ('test' in filter ? [filter] : []))
  const narrowed = usable.find((filter) => filter.codes)?.codes
  return { tests: usable.map(({ test }) => test), ...(narrowed ? { narrowed } : {}) }
}

/** Of several reasons the one that stands for a verdict. */
export const firstWhy = (parts: readonly Part[]): Why | undefined => {
  for (const { why, imports } of parts) {
    if (why) return why
    const inner = imports.find((set) => set.why)?.why
    if (inner) return inner
  }
  return undefined
}

function assembled(valueSet: ValueSet, canonical: string, rest: { includes: Part[]; excludes: Part[]; why?: Why }): CompiledSet {
  const { includes, excludes } = rest
  const why = rest.why ?? firstWhy([...includes, ...excludes])
  const systems = new Set(
    includes.flatMap((part) => (part.system === undefined ? part.imports.flatMap((set) => [...set.systems]) : [part.system])),
  )
  const views = new Map(
    includes.flatMap((part): [string, CodeSystemView][] =>
      part.system === undefined ? part.imports.flatMap((set) => [...set.views]) : part.view ? [[part.system, part.view]] : [],
    ),
  )
  const open = includes
    .flatMap((part) => (part.system === undefined ? (part.why ?? part.imports.map((set) => set.open)) : []))
    .find((each) => each !== undefined)
  const expanded = expandedCodes(valueSet)
  const composed = includes.length > 0
  const members = new Map<string, Set<string>>()
  for (const system of expanded?.keys() ?? []) systems.add(system)

  const judged = (system: string, code: string): Membership => {
    const listed = expanded?.get(system)?.has(code) === true
    if (!composed)
      return listed
        ? isIn
        : valueSet.expansion && !valueSet.expansion.partial
          ? isOut
          : { result: 'unknown', why: whyNoValueSet(canonical) }
    const found = composedVerdict({ includes, excludes, ...(valueSet.inactive === false ? { activeIn: views } : {}) }, system, code)
    if (found.result !== 'unknown' || !expanded) return found
    return listed ? isIn : valueSet.expansion?.partial ? found : isOut
  }
  // sets that import each other many times over ask the same again and again
  let last: { system: string; code: string; found: Membership } | undefined
  const hasIn = (system: string, code: string): Membership => {
    const remembered = members.get(system)
    if (remembered?.has(code)) return isIn
    if (!open && !systems.has(system)) {
      // some write the version into the system
      const { url, version } = splitCanonical(system)
      return version !== undefined && systems.has(url) ? hasIn(url, code) : isOut
    }
    if (last?.code === code && last.system === system) return last.found
    const found = judged(system, code)
    last = { system, code, found }
    if (found.result === 'in') {
      if (!remembered) members.set(system, new Set([code]))
      else if (remembered.size < rememberedCodes) remembered.add(code)
    }
    return found
  }
  const has = (system: string | undefined, code: string): Membership => {
    if (rest.why) return { result: 'unknown', why: rest.why }
    if (system !== undefined) return hasIn(system, code)
    let best: Membership = open ? { result: 'unknown', why: open } : isOut
    for (const each of systems) {
      const found = hasIn(each, code)
      if (found.result === 'in') return found
      if (found.result === 'unknown') best = found
    }
    return best
  }
  return { valueSet, canonical, includes, excludes, has, systems, views, ...(why ? { why } : {}), ...(open ? { open } : {}) }
}

function expandedCodes(valueSet: ValueSet): ReadonlyMap<string, ReadonlySet<string>> | undefined {
  if (!valueSet.expansion) return undefined
  const out = new Map<string, Set<string>>()
  const walk = (entries: NonNullable<ValueSet['expansion']>['contains']): void => {
    for (const { system, code, abstract, contains } of entries) {
      if (code !== undefined && !abstract) out.set(system ?? '', (out.get(system ?? '') ?? new Set()).add(code))
      walk(contains)
    }
  }
  walk(valueSet.expansion.contains)
  return out
}

type Composition = {
  includes: readonly Part[]
  excludes: readonly Part[] /** Only active codes count. */
  activeIn?: ReadonlyMap<string, CodeSystemView>
}

function composedVerdict({ includes, excludes, activeIn }: Composition, system: string, code: string): Membership {
  let found: Membership = isOut
  for (const part of includes) {
    const verdict = partVerdict(part, system, code)
    if (verdict.result === 'out') continue
    found = verdict
    if (verdict.result === 'in') break
  }
  if (found.result === 'out') return isOut
  for (const part of excludes) {
    const verdict = partVerdict(part, system, code)
    if (verdict.result === 'in') return isOut
    if (verdict.result === 'unknown') found = verdict
  }
  if (found.result === 'in' && activeIn?.get(system)?.find(code)?.inactive) return isOut
  return found
}

/** One include: the system's codes, narrowed by list, filters and every import. */
export function partVerdict(part: Part, system: string, code: string): Membership {
  if (part.system !== undefined && part.system !== system) return isOut
  let open: Membership | undefined
  if (part.system !== undefined) {
    const own = ownVerdict(part, code)
    if (own.result === 'out') return isOut
    if (own.result === 'unknown') open = own
  }
  for (const set of part.imports) {
    const inner = set.has(system, code)
    if (inner.result === 'out') return isOut
    if (inner.result === 'unknown') open ??= inner
  }
  if (!open && part.why) open = { result: 'unknown', why: part.why }
  return open ?? isIn
}

/** What form or list of the system say of a code. */
export const systemVerdict = (view: CodeSystemView, code: string): Verdict =>
  view.judge ? view.judge(code) : view.find(code) ? 'in' : view.content === 'complete' ? 'out' : 'unknown'

function ownVerdict(part: Part, code: string): Membership {
  const { view, listed, tests } = part
  if (listed) {
    if (!listed.has(view?.caseSensitive === false ? code.toLowerCase() : code)) return isOut
    // a list may name what its code system does not have
    return view?.content === 'complete' && !view.find(code) ? isOut : isIn
  }
  if (!view) return part.why ? { result: 'unknown', why: part.why } : isOut
  const concept: Concept | undefined = view.find(code)
  if (!concept) {
    const verdict = systemVerdict(view, code)
    if (verdict !== 'unknown') return verdict === 'in' ? isIn : isOut
    const filter = part.include.filters[0]
    return { result: 'unknown', why: filter && view.content === 'grammar' ? whyNoFilter(view.url, filter) : whyIncomplete(view.url) }
  }
  return tests.every((test) => test(concept)) ? isIn : isOut
}
