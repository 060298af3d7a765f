/** A code in another code system, by the concept maps that are loaded. @spec http://hl7.org/fhir/R4/conceptmap-operation-translate.html */
import type { Json, JsonObject } from '../model.ts'
import type { Coding } from './model.ts'
import { canonicalOf, objectOf, objectsOf, present, splitCanonical, textOf } from './read-json.ts'
import type { Sources } from './sources.ts'

export type Dependency = { element: string; concept: Coding }
export type TranslateQuestion = {
  /** Canonical of a map, or the map itself; absent: every map that fits. */
  map?: string | Json
  codings: readonly Coding[]
  /** Value set the code comes from, and the one a translation is sought in. */
  source?: string
  target?: string
  targetSystem?: string
  /** From target to source. */
  reverse?: boolean
  dependencies?: readonly Dependency[]
}

/** `equivalence` reads from the code that was given to the one that is found. */
export type Equivalence =
  | 'relatedto'
  | 'equivalent'
  | 'equal'
  | 'wider'
  | 'subsumes'
  | 'narrower'
  | 'specializes'
  | 'inexact'
  | 'unmatched'
  | 'disjoint'
export type Match = { equivalence: Equivalence; concept?: Coding; products: readonly Dependency[]; comment?: string; source: string }
export type Translation = { result: boolean; matches: readonly Match[]; message?: { ja: string; en: string } }

const opposite: Partial<Record<Equivalence, Equivalence>> = {
  wider: 'narrower',
  narrower: 'wider',
  subsumes: 'specializes',
  specializes: 'subsumes',
}
const noMatch = new Set<Equivalence>(['unmatched', 'disjoint'])
const most = 1000

export function translate(sources: Sources, question: TranslateQuestion): Translation {
  const maps = mapsFor(sources, question)
  if (!maps)
    return {
      result: false,
      matches: [],
      message: {
        ja: `ConceptMap「${String(question.map)}」が読み込まれていません。`,
        en: `The concept map ${String(question.map)} is not loaded`,
      },
    }
  const matches = question.codings.flatMap((coding) => maps.flatMap((map) => inMap(sources, map, coding, question, 0)))
  const result = matches.some(({ equivalence }) => !noMatch.has(equivalence))
  const shown = question.codings.map(({ system, code }) => `${system ?? ''}#${code ?? ''}`).join(', ')
  return present<Translation>({
    result,
    matches: unique(matches),
    message: result
      ? undefined
      : {
          ja: `コード「${shown}」の対応は、読み込まれている ConceptMap にありません。`,
          en: `No translation of ${shown} was found in the concept maps that are loaded`,
        },
  })
}

function unique(matches: readonly Match[]): Match[] {
  const seen = new Set<string>()
  return matches.filter((match) => {
    const key = JSON.stringify(match)
    return !seen.has(key) && seen.add(key)
  })
}

function mapsFor(sources: Sources, { map, source, target, reverse }: TranslateQuestion): readonly JsonObject[] | undefined {
  if (typeof map === 'string') {
    const found = sources.conceptMap(map)
    return found ? [found] : undefined
  }
  if (map !== undefined) {
    const given = objectOf(map)
    return given ? [given] : undefined
  }
  const scope = (canonical: string | undefined, held: string | undefined): boolean =>
    canonical === undefined || held === undefined || splitCanonical(canonical).url === splitCanonical(held).url
  return sources
    .list('ConceptMap')
    .map((canonical) => sources.conceptMap(canonical))
    .filter((json) => json !== undefined)
    .filter((json) => {
      const from = textOf(json.sourceCanonical) ?? textOf(json.sourceUri)
      const to = textOf(json.targetCanonical) ?? textOf(json.targetUri)
      return reverse ? scope(source, to) && scope(target, from) : scope(source, from) && scope(target, to)
    })
}

const codeOf = (url: string | undefined, version: string | undefined, element: JsonObject): Coding =>
  present<Coding>({ system: url, version, code: textOf(element.code), display: textOf(element.display) })

const dependenciesOf = (value: Json | undefined): Dependency[] =>
  objectsOf(value).map((item) => ({
    element: textOf(item.property) ?? '',
    concept: present<Coding>({ system: textOf(item.system), version: undefined, code: textOf(item.value), display: textOf(item.display) }),
  }))

/** What a mapping depends on must be among what the caller tells. */
function dependsHold(target: JsonObject, told: readonly Dependency[]): boolean {
  return dependenciesOf(target.dependsOn).every(({ element, concept }) =>
    told.some(
      (each) =>
        each.element === element &&
        each.concept.code === concept.code &&
        (concept.system === undefined || each.concept.system === concept.system),
    ),
  )
}

function inMap(sources: Sources, map: JsonObject, coding: Coding, question: TranslateQuestion, depth: number): Match[] {
  const source = canonicalOf({ url: textOf(map.url) ?? '', version: textOf(map.version) })
  const groups = objectsOf(map.group)
  const found = groups.flatMap((group) =>
    question.reverse ? backward(group, coding, question, source) : forward(group, coding, question, source),
  )
  if (found.length > 0 || question.reverse) return found.slice(0, most)
  return groups.flatMap((group) => unmapped(sources, group, coding, question, { source, depth }))
}

const meetsSystem = (asked: string | undefined, url: string | undefined): boolean =>
  asked === undefined || url === undefined || asked === url
const equivalenceOf = (target: JsonObject): Equivalence => (textOf(target.equivalence) ?? 'relatedto') as Equivalence

function forward(group: JsonObject, coding: Coding, question: TranslateQuestion, source: string): Match[] {
  const [from, to] = [textOf(group.source), textOf(group.target)]
  if (!meetsSystem(coding.system, from) || !meetsSystem(question.targetSystem, to)) return []
  return objectsOf(group.element)
    .filter((element) => element.code === coding.code)
    .flatMap((element) => objectsOf(element.target))
    .filter((target) => dependsHold(target, question.dependencies ?? []))
    .map((target) => matchOf(target, codeOf(to, textOf(group.targetVersion), target), source))
}

const matchOf = (target: JsonObject, concept: Coding, source: string): Match =>
  present<Match>({
    equivalence: equivalenceOf(target),
    concept: concept.code === undefined ? undefined : concept,
    products: dependenciesOf(target.product),
    comment: textOf(target.comment),
    source,
  })

function backward(group: JsonObject, coding: Coding, question: TranslateQuestion, source: string): Match[] {
  const [from, to] = [textOf(group.source), textOf(group.target)]
  if (!meetsSystem(coding.system, to) || !meetsSystem(question.targetSystem, from)) return []
  return objectsOf(group.element).flatMap((element) =>
    objectsOf(element.target)
      .filter((target) => target.code === coding.code)
      .map((target) => {
        const equivalence = equivalenceOf(target)
        return {
          ...matchOf(target, codeOf(from, textOf(group.sourceVersion), element), source),
          equivalence: opposite[equivalence] ?? equivalence,
        }
      }),
  )
}

/** What the group says of codes it does not map: the same code, one fixed code, or another map. */
function unmapped(
  sources: Sources,
  group: JsonObject,
  coding: Coding,
  question: TranslateQuestion,
  at: { source: string; depth: number },
): Match[] {
  const rule = objectOf(group.unmapped)
  const [from, to] = [textOf(group.source), textOf(group.target)]
  if (!rule || !meetsSystem(coding.system, from) || !meetsSystem(question.targetSystem, to)) return []
  const made = (concept: Coding, equivalence: Equivalence): Match[] => [{ equivalence, concept, products: [], source: at.source }]
  if (rule.mode === 'provided' && coding.code !== undefined)
    return made(present<Coding>({ system: to, version: undefined, code: coding.code, display: undefined }), 'equal')
  if (rule.mode === 'fixed') return made(codeOf(to, undefined, rule), 'relatedto')
  const other = rule.mode === 'other-map' && at.depth < 5 ? sources.conceptMap(textOf(rule.url) ?? '') : undefined
  return other ? inMap(sources, other, coding, question, at.depth + 1) : []
}
