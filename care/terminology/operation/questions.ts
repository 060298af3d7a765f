/** Parameters as questions to the engine. Names are those of R4, and of HL7's terminology ecosystem where R4 has none. Pure. */
import { refuse } from '#kernel/refusal'
import { isObject, type Json, type JsonObject, type Terminology } from '#packages/fhir'
import type { Sent } from './parameters.ts'

type Question<Name extends keyof Terminology> = Terminology[Name] extends (...args: infer A) => unknown ? A : never
export type CodeQuestion = Question<'validateCode'>[1]
export type ExpandQuestion = Question<'expand'>[1]
export type LookupQuestion = Question<'lookup'>[0]
export type TranslateQuestion = Question<'translate'>[0]
type Coding = CodeQuestion['codings'][number]

const need = (what: string): never => refuse('input-invalid', { what })

/** Leaves out what was not said: the engine tells silence from a value. */
function said<T extends object>(members: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T
}

const textIn = (json: Json | undefined): string | undefined => (typeof json === 'string' && json !== '' ? json : undefined)

export const codingOf = (json: JsonObject): Coding =>
  said<Coding>({ system: textIn(json.system), version: textIn(json.version), code: textIn(json.code), display: textIn(json.display) })

const codingsIn = (concept: JsonObject): Coding[] => (Array.isArray(concept.coding) ? concept.coding.filter(isObject).map(codingOf) : [])

/** Words for the language of names: the parameter, or what the caller's client prefers. */
export type Language = string | undefined

const versionsOf = (sent: Sent) => {
  const of = (name: string) => (sent.has(name) ? sent.texts(name) : undefined)
  const versions = said<NonNullable<CodeQuestion['versions']>>({
    systemVersions: of('system-version'),
    checkSystemVersions: of('check-system-version'),
    forceSystemVersions: of('force-system-version'),
    valueSetVersions: of('default-valueset-version'),
  })
  return Object.keys(versions).length > 0 ? versions : undefined
}

const supplementsOf = (sent: Sent) => (sent.has('useSupplement') ? sent.texts('useSupplement') : undefined)

/** The code in question, in one of the three ways it may be given. @param version name of the parameter that holds the system's version */
function codeGiven(sent: Sent, { version, system }: { version: string; system: string }): Pick<CodeQuestion, 'form' | 'codings'> {
  const concept = sent.object('codeableConcept')
  if (concept) return { form: 'CodeableConcept', codings: codingsIn(concept) }
  const coding = sent.object('coding')
  if (coding) return { form: 'Coding', codings: [codingOf(coding)] }
  const code = sent.text('code')
  if (code === undefined) return need('code | coding | codeableConcept')
  return {
    form: 'code',
    codings: [said<Coding>({ system: sent.text(system), version: sent.text(version), code, display: sent.text('display') })],
  }
}

/** @refuses input-invalid */
export function codeQuestion(sent: Sent, language: Language, of: 'ValueSet' | 'CodeSystem'): CodeQuestion {
  const names =
    of === 'ValueSet' ? { version: 'systemVersion', system: 'system' } : { version: 'version', system: sent.has('url') ? 'url' : 'system' }
  return said<CodeQuestion>({
    ...codeGiven(sent, names),
    inferSystem: sent.flag('inferSystem') ?? sent.flag('implySystem'),
    displayLanguage: sent.text('displayLanguage') ?? language,
    abstract: sent.flag('abstract'),
    activeOnly: sent.flag('activeOnly'),
    lenientDisplay: sent.flag('lenient-display-validation') ?? (sent.text('mode') === 'lenient-display-validation' ? true : undefined),
    membershipOnly: sent.flag('valueset-membership-only'),
    versions: versionsOf(sent),
    supplements: supplementsOf(sent),
  })
}

/** @refuses input-invalid */
export function expandQuestion(sent: Sent, language: Language): ExpandQuestion {
  for (const name of ['offset', 'count']) if ((sent.number(name) ?? 0) < 0) need(name)
  const many = (name: string) => (sent.has(name) ? sent.texts(name) : undefined)
  return said<ExpandQuestion>({
    filter: sent.text('filter'),
    offset: sent.number('offset'),
    count: sent.number('count'),
    activeOnly: sent.flag('activeOnly'),
    excludeNested: sent.flag('excludeNested'),
    excludeNotForUI: sent.flag('excludeNotForUI'),
    excludePostCoordinated: sent.flag('excludePostCoordinated'),
    includeDesignations: sent.flag('includeDesignations'),
    includeDefinition: sent.flag('includeDefinition'),
    displayLanguage: sent.text('displayLanguage') ?? language,
    designations: many('designation'),
    properties: many('property'),
    excludeSystems: many('exclude-system'),
    versions: versionsOf(sent),
    supplements: supplementsOf(sent),
    limit: undefined,
  })
}

/** @refuses input-invalid */
export function lookupQuestion(sent: Sent, language: Language): LookupQuestion {
  const coding = sent.object('coding')
  const given: Coding = coding
    ? codingOf(coding)
    : said<Coding>({ system: sent.text('system'), version: sent.text('version'), code: sent.text('code'), display: undefined })
  if (given.code === undefined || given.system === undefined) return need('system + code | coding')
  return said<LookupQuestion>({
    system: given.system,
    version: given.version,
    code: given.code,
    displayLanguage: sent.text('displayLanguage') ?? language,
    properties: sent.has('property') ? sent.texts('property') : undefined,
    supplements: supplementsOf(sent),
  })
}

export type SubsumesQuestion = { system: string; version?: string; codeA: string; codeB: string }

/** @refuses input-invalid */
export function subsumesQuestion(sent: Sent, own?: { system: string; version?: string }): SubsumesQuestion {
  const side = (letter: 'A' | 'B'): Coding => {
    const coding = sent.object(`coding${letter}`)
    return coding
      ? codingOf(coding)
      : said<Coding>({ system: undefined, version: undefined, code: sent.text(`code${letter}`), display: undefined })
  }
  const [a, b] = [side('A'), side('B')]
  const system = sent.text('system') ?? own?.system ?? a.system ?? b.system
  if (a.code === undefined || b.code === undefined) return need('codeA + codeB | codingA + codingB')
  if (system === undefined) return need('system')
  if ((a.system ?? system) !== (b.system ?? system)) return need('codingA.system = codingB.system')
  return said<SubsumesQuestion>({ system, version: sent.text('version') ?? own?.version ?? a.version, codeA: a.code, codeB: b.code })
}

/** @refuses input-invalid */
export function translateQuestion(sent: Sent, own?: Json): TranslateQuestion {
  const url = sent.text('url')
  const version = sent.text('conceptMapVersion')
  const concept = sent.object('codeableConcept') ?? sent.object('sourceCodeableConcept')
  const coding = sent.object('coding') ?? sent.object('sourceCoding')
  const code = sent.text('code') ?? sent.text('sourceCode')
  const plain = { system: sent.text('system'), version: sent.text('version'), code, display: undefined }
  const codings = concept
    ? codingsIn(concept)
    : coding
      ? [codingOf(coding)]
      : code === undefined
        ? need('code | coding | codeableConcept')
        : [said<Coding>(plain)]
  return said<TranslateQuestion>({
    map: own ?? sent.object('conceptMap') ?? (url === undefined ? undefined : version === undefined ? url : `${url}|${version}`),
    codings,
    source: sent.text('source') ?? sent.text('sourceScope'),
    target: sent.text('target') ?? sent.text('targetScope'),
    targetSystem: sent.text('targetsystem') ?? sent.text('targetSystem'),
    reverse: sent.flag('reverse'),
    dependencies: sent.has('dependency') ? sent.parts('dependency').map(dependencyOf) : undefined,
  })
}

function dependencyOf(part: Sent): NonNullable<TranslateQuestion['dependencies']>[number] {
  const concept = part.object('concept')
  return {
    element: part.text('element') ?? need('dependency.element'),
    concept: concept ? (codingsIn(concept)[0] ?? {}) : need('dependency.concept'),
  }
}
