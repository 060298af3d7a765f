/** Whether a value conforms to a profile: tried aside, without findings, and remembered. */
import type { Definitions, StructureDefinition } from '../../definition/model.ts'
import type { Json, JsonObject } from '../../model.ts'
import { isA, isKnownType, isResourceType } from '../../shapes.ts'
import { pathOf, type Walk } from '../walk.ts'
import { askAlong, isOneOf } from './ask.ts'
import { coreType } from './base.ts'
import type { PathStep } from './discriminator-path.ts'
import type { Ask, Test } from './model.ts'
import { type Answer, enter, leave, no, type Outcome, type Run, sayOnce, tooDeep, unknown, yes } from './run.ts'
import { lookFrom } from './scope.ts'
import { isObject } from './values.ts'

export type Wanted = { canonical: string; within: string | undefined }

type Asked = { definition: StructureDefinition | undefined; problem: ReturnType<Definitions['problem']> }
type Found = Map<string, Asked>

/** What was asked for before, by package and canonical; names come from outside, so that only so many are kept. */
const asked = new WeakMap<Definitions, Map<string, Found>>()
const mostAsked = 20_000

function askedIn(definitions: Definitions, within: string): Found {
  let byPackage = asked.get(definitions)
  if (byPackage === undefined) {
    byPackage = new Map()
    asked.set(definitions, byPackage)
  }
  let found = byPackage.get(within)
  if (found === undefined || found.size > mostAsked) {
    found = new Map()
    byPackage.set(within, found)
  }
  return found
}

const nothing: Asked = { definition: undefined, problem: null }

function askFor(run: Run, { canonical, within }: Wanted): Asked {
  const { definitions } = run.walk.knowledge
  if (definitions === null) return nothing
  const known = askedIn(definitions, within ?? '')
  const before = known.get(canonical)
  if (before !== undefined) return before
  const definition = definitions.structure(canonical, within)
  const found = { definition, problem: definition ? null : definitions.problem(canonical) }
  known.set(canonical, found)
  return found
}

export const definitionFor = (run: Run, wanted: Wanted): StructureDefinition | undefined => askFor(run, wanted).definition

/** Says once why there is no such profile: it cannot be read, or it is not loaded, which is `rule`. */
export function sayMissing(run: Run, wanted: Wanted, rule: 'profile/not-loaded' | 'profile/type-not-loaded'): void {
  const { problem } = askFor(run, wanted)
  if (problem) sayOnce(run, 'profile/broken', [wanted.canonical, problem.ja, problem.en])
  else sayOnce(run, rule, [wanted.canonical])
}

/** Does the resource say in meta.profile that it keeps to the profile? Then it is held to it where it stands. */
export function claims(run: Run, value: JsonObject, canonical: string): boolean {
  const { meta } = value
  if (!run.walk.knowledge.claimed || !isObject(meta) || !Array.isArray(meta.profile)) return false
  const at = canonical.indexOf('|')
  const url = at < 0 ? canonical : canonical.slice(0, at)
  return meta.profile.some(
    (one) =>
      typeof one === 'string' && (one === url || one === canonical || (at < 0 && one.startsWith(url) && one.charAt(url.length) === '|')),
  )
}

/** Can a value of this R4 type be of the profile's type? */
export const fitsType = (type: string, wanted: string): boolean =>
  type === wanted || type === '' || (isKnownType(type) && isA(type, wanted))

type Aside = Pick<Walk, 'findings' | 'path' | 'scope' | 'around'>

/** Checks the value aside. */
function attempt(run: Run, value: JsonObject, type: string, definition: StructureDefinition): Outcome {
  const { walk } = run
  const before: Aside = { findings: walk.findings, path: walk.path, scope: walk.scope, around: walk.around }
  const { definition: outer } = run
  if (run.trying === 0) run.at = pathOf(walk)
  Object.assign(walk, { findings: [], path: [type === '' ? definition.type : type] })
  lookFrom(run, value)
  run.trying++
  run.definition = definition
  const frame = enter(null)
  frame.value = value
  frame.type = type === '' ? definition.type : type
  frame.name = ''
  for (const check of run.checksOf(definition)) check(run, frame)
  leave()
  run.trying--
  run.definition = outer
  const errors = walk.findings.filter(({ severity }) => severity === 'error')
  Object.assign(walk, before)
  return { state: errors.length === 0 ? 'yes' : 'no', errors }
}

const failed: Outcome = { state: 'no', errors: [] }

/** What a try gave; undefined where the profile is not loaded. */
export function outcomeOf(run: Run, value: JsonObject, type: string, wanted: Wanted): Outcome | undefined {
  const definition = definitionFor(run, wanted)
  if (definition === undefined) return undefined
  if (!fitsType(type, definition.type)) return failed
  const byProfile = run.outcomes.get(value) ?? new Map<string, Outcome>()
  if (byProfile.size === 0) run.outcomes.set(value, byProfile)
  const key = `${wanted.canonical} ${wanted.within ?? ''}`
  const known = byProfile.get(key)
  if (known !== undefined) return known
  if (tooDeep()) return failed
  byProfile.set(key, { state: 'running', errors: [] })
  const outcome = attempt(run, value, type, definition)
  byProfile.set(key, outcome)
  return outcome
}

/** Does the value conform? What is not loaded is said once. */
export function conforms(run: Run, value: JsonObject, type: string, wanted: Wanted): Answer {
  const core = coreType(wanted.canonical)
  if (core !== null && (isResourceType(core) || core === 'Resource' || core === 'DomainResource')) return fitsType(type, core) ? yes : no
  if (claims(run, value, wanted.canonical)) return yes
  const outcome = outcomeOf(run, value, type, wanted)
  if (outcome !== undefined) return outcome.state === 'no' ? no : yes
  sayMissing(run, wanted, 'profile/type-not-loaded')
  return unknown
}

/** Does a value conform to one of the profiles? Its type is asked first. */
export function conformsAsk(about: { profiles: readonly string[]; codes: readonly string[]; within: string | undefined }): Ask {
  const { profiles, within } = about
  const codes = new Set(about.codes)
  const wanted = profiles.map((canonical) => ({ canonical, within }))
  return (run, value, type) => {
    if (type !== '' && codes.size > 0 && !codes.has('Resource') && !isOneOf(type, codes)) return no
    if (value === undefined) return unknown
    if (!isObject(value)) return no
    let answer: Answer = no
    for (const one of wanted) {
      const found = conforms(run, value, type, one)
      if (found === yes) return yes
      if (found === unknown) answer = unknown
    }
    return answer
  }
}

/** The first differences from the profile that is nearest to the value; null where none was tried. */
export function nearest(run: Run, value: JsonObject, type: string, wanted: readonly Wanted[]): { ja: string; en: string } | null {
  const tried = wanted
    .flatMap((one) => outcomeOf(run, value, type, one) ?? [])
    .filter(({ state, errors }) => state === 'no' && errors.length > 0)
    .sort((a, b) => a.errors.length - b.errors.length)
  const errors = tried[0]?.errors.slice(0, 3)
  if (errors === undefined) return null
  const more = tried[0]!.errors.length - errors.length
  return {
    ja: errors.map(({ path, ja }) => `${path}: ${ja}`).join(' ') + (more > 0 ? ` ほか${more}件` : ''),
    en: errors.map(({ path, en }) => `${path}: ${en}`).join(' ') + (more > 0 ? ` and ${more} more` : ''),
  }
}

/** Why a value that was tried along a path does not conform. */
export function differenceFrom(about: {
  profiles: readonly string[]
  steps: readonly PathStep[]
  within: string | undefined
}): NonNullable<Test['why']> {
  const wanted = about.profiles.map((canonical) => ({ canonical, within: about.within }))
  return (run, value: Json, type) => {
    let said: { ja: string; en: string } | null = null
    const last: Ask = (inner, reached, reachedType) => {
      if (isObject(reached)) said ??= nearest(inner, reached, reachedType, wanted)
      return no
    }
    askAlong(about.steps, last)(run, value, type)
    return said
  }
}
