/** The terminology operations of FHIR as rows, each by GET and by POST. @spec http://hl7.org/fhir/R4/terminology-service.html */
import { randomUUID } from 'node:crypto'
import { requireScope } from '#care/record'
import type { Context } from '#kernel/context'
import { Refusal, refusalOutcome, refuse } from '#kernel/refusal'
import type { Answer, ReadRow, Row, RouteRequest, Taken } from '#kernel/route'
import { expansionJson, isObject, type Json, type JsonObject, type Terminology } from '#packages/fhir'
import type { Sentence } from '#kernel/language'
import type { TerminologyService } from '../service.ts'
import { namedIn } from '../stored.ts'
import { checkJson, failed, lookupJson, relationJson, translationJson } from './answers.ts'
import { entriesIn, type Sent, sentIn } from './parameters.ts'
import { codeQuestion, codingOf, expandQuestion, lookupQuestion, subsumesQuestion, translateQuestion } from './questions.ts'
import {
  batchTakes,
  codeSystemCheckTakes,
  definitionOf,
  expandTakes,
  lookupTakes,
  subsumesTakes,
  translateTakes,
  valueSetCheckTakes,
} from './terms.ts'

const LAW = 'HL7 FHIR R4 terminology service（標準コードの参照。個人の情報は含まない）'

type Type = 'CodeSystem' | 'ValueSet' | 'ConceptMap'
/** A question as it reaches an operation. `own`: the resource whose id the address names. */
type Question = { sent: Sent; terminology: Terminology; language: string | undefined; own: JsonObject | undefined; now: Date }
type Operation = {
  type: Type
  name: string
  summary: Sentence
  takes: readonly Taken[]
  instance: boolean
  answer: (question: Question) => JsonObject | Answer
}

const operations: readonly Operation[] = [
  {
    ...{ type: 'CodeSystem', name: 'lookup', instance: false, takes: lookupTakes },
    summary: { ja: 'コードの意味（名称、読み、上位・下位、性質）', en: 'What a code means' },
    answer: ({ sent, terminology, language }) => {
      const found = terminology.lookup(lookupQuestion(sent, language))
      return 'issue' in found ? failed(found.issue) : lookupJson(found)
    },
  },
  {
    ...{ type: 'CodeSystem', name: 'validate-code', instance: true, takes: codeSystemCheckTakes },
    summary: { ja: 'コードがコード体系にあるか', en: 'Is a code in its code system?' },
    answer: ({ sent, terminology, language, own }) => {
      const system = sent.text('url') ?? urlOf(own) ?? urlOf(sent.object('codeSystem'))
      const asked = codeQuestion(sent, language, 'CodeSystem')
      if (system === undefined && asked.codings.every((coding) => coding.system === undefined))
        return refuse('input-invalid', { what: 'url | coding.system' })
      return checkJson(terminology.validateInSystem(system, asked))
    },
  },
  {
    ...{ type: 'CodeSystem', name: 'subsumes', instance: true, takes: subsumesTakes },
    summary: { ja: '一方のコードが他方を含むか', en: 'Does one code stand above the other?' },
    answer: ({ sent, terminology, own }) => {
      const system = urlOf(own)
      const found = terminology.relation(subsumesQuestion(sent, system === undefined ? undefined : { system }))
      return typeof found === 'object' ? failed(found.issue) : relationJson(found)
    },
  },
  {
    ...{ type: 'ValueSet', name: 'expand', instance: true, takes: expandTakes },
    summary: { ja: 'ValueSet のコードの一覧（絞り込み、ページ）', en: 'The codes of a value set, narrowed, in pages' },
    answer: ({ sent, terminology, language, own, now }) => {
      const set = setFor(sent, own) ?? refuse('input-invalid', { what: 'url | valueSet' })
      const found = terminology.expand(set, expandQuestion(sent, language))
      if ('issue' in found) return failed(found.issue)
      const expansion = expansionJson(found, { identifier: `urn:uuid:${randomUUID()}`, timestamp: now.toISOString() })
      return { ...describedSet(set, sent, terminology), expansion }
    },
  },
  {
    ...{ type: 'ValueSet', name: 'validate-code', instance: true, takes: valueSetCheckTakes },
    summary: { ja: 'コードが ValueSet にあるか', en: 'Is a code in a value set?' },
    answer: ({ sent, terminology, language, own }) => {
      const set = setFor(sent, own) ?? refuse('input-invalid', { what: 'url | valueSet' })
      if (typeof set === 'string' && terminology.compiled(set) === undefined) {
        const [issue] = terminology.validateCode(set, codeQuestion(sent, language, 'ValueSet')).issues
        if (issue) return failed(issue)
      }
      return checkJson(terminology.validateCode(set, codeQuestion(sent, language, 'ValueSet')))
    },
  },
  {
    ...{ type: 'ConceptMap', name: 'translate', instance: true, takes: translateTakes },
    summary: { ja: '別のコード体系のコードへの読み替え', en: 'A code in another code system' },
    answer: ({ sent, terminology, own }) => translationJson(terminology.translate(translateQuestion(sent, own))),
  },
]

/** Every operation at its type, and at its resource where R4 has it there. */
export function operationRows(service: TerminologyService): Row[] {
  const single = operations.flatMap((operation) => {
    const places = [
      `/fhir/R4/${operation.type}/$${operation.name}`,
      ...(operation.instance ? [`/fhir/R4/${operation.type}/:id/$${operation.name}`] : []),
    ]
    return places.flatMap((path) => (['GET', 'POST'] as const).map((method) => rowOf(service, operation, { path, method })))
  })
  return [...single, batchRow(service, 'CodeSystem'), batchRow(service, 'ValueSet')]
}

function rowOf(service: TerminologyService, operation: Operation, { path, method }: { path: string; method: 'GET' | 'POST' }): ReadRow {
  const { type, name, summary, takes } = operation
  return {
    ...{ kind: 'read', method, path, who: ['system', 'staff', 'citizen'], why: ['TREAT', 'PATRQT'], law: LAW },
    ...(method === 'POST' ? { body: 'text' } : {}),
    ...{ audit: `terminology.${name}`, definition: definitionOf(type, name), takes, summary },
    handle: (ctx, request) => answered(service, operation, { ctx, request }),
  }
}

type Asking = { ctx: Context; request: RouteRequest }

async function answered(service: TerminologyService, operation: Operation, { ctx, request }: Asking): Promise<Answer> {
  requireScope(ctx.actor, operation.type, 'r')
  const { id } = request.params
  const own = id === undefined ? undefined : (JSON.parse((await service.read(ctx, operation.type, id)).body) as JsonObject)
  const done = await one(service, operation, { ctx, request, sent: sentIn(request, operation.type), own })
  return 'resourceType' in done ? { fhir: done } : (done as Answer)
}

/** One question: what it may rest on is gathered, then the engine is asked. */
async function one(
  service: TerminologyService,
  { answer }: Operation,
  { ctx, request, sent, own }: Asking & { sent: Sent; own: JsonObject | undefined },
): Promise<JsonObject | Answer> {
  const inline = ['valueSet', 'codeSystem', 'conceptMap'].flatMap((name) => sent.objects(name))
  const given = [...sent.objects('tx-resource'), ...inline, ...(own ? [own] : [])]
  const date = sent.text('date')?.slice(0, 10)
  if (date !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(date)) refuse('input-invalid', { what: 'date' })
  const terminology = await service.forQuestion(ctx, { given, asked: askedIn(sent, own), ...(date === undefined ? {} : { day: date }) })
  const language = request.headers['accept-language']
  return answer({ sent, terminology, language: language === '*' ? undefined : language, own, now: ctx.now })
}

/** Many codes at once: one answer each, in their order; one that cannot be answered does not stop the others. */
function batchRow(service: TerminologyService, type: 'CodeSystem' | 'ValueSet'): ReadRow {
  const operation = operations.find((o) => o.type === type && o.name === 'validate-code')!
  return {
    ...{
      kind: 'read',
      method: 'POST',
      path: `/fhir/R4/${type}/$batch-validate-code`,
      who: ['system', 'staff', 'citizen'],
      why: ['TREAT', 'PATRQT'],
    },
    ...{ law: LAW, body: 'text', audit: 'terminology.batch-validate-code', takes: batchTakes },
    summary: { ja: 'たくさんのコードを一度に確かめる', en: 'Check many codes at once' },
    handle: async (ctx, request) => {
      requireScope(ctx.actor, type, 'r')
      const parameter: JsonObject[] = []
      for (const sent of entriesIn(request)) {
        const done = await one(service, operation, { ctx, request, sent, own: undefined }).catch((error: unknown) => {
          if (error instanceof Refusal) return refusalOutcome(error) as JsonObject
          throw error
        })
        parameter.push({ name: 'validation', resource: ('resourceType' in done ? done : (done as Answer).fhir) as JsonObject })
      }
      return { fhir: { resourceType: 'Parameters', parameter } }
    },
  }
}

const urlOf = (resource: JsonObject | undefined): string | undefined => (typeof resource?.url === 'string' ? resource.url : undefined)

/** The value set in question: the one of the address, one that was sent, or a canonical. */
function setFor(sent: Sent, own: JsonObject | undefined): string | Json | undefined {
  const whole = own ?? sent.object('valueSet')
  if (whole) return whole
  const [url, version] = [sent.text('url'), sent.text('valueSetVersion')]
  return url === undefined || version === undefined || url.includes('|') ? url : `${url}|${version}`
}

/** What the answer says of the value set itself. */
function describedSet(set: string | Json, sent: Sent, { sources }: Terminology): JsonObject {
  const canonical = typeof set === 'string' ? set : undefined
  const [bare = '', version] = (canonical ?? '').split('|')
  const sentOnes = sent
    .objects('tx-resource')
    .filter((r) => r.resourceType === 'ValueSet' && r.url === bare && (version === undefined || r.version === version))
  const whole = canonical === undefined ? set : sentOnes.at(-1)
  if (isObject(whole ?? null)) {
    const { text: _text, meta: _meta, expansion: _expansion, ...rest } = whole as JsonObject
    return rest
  }
  const known = canonical === undefined ? undefined : sources.valueSet(canonical)
  const { url = bare, version: own, name, title, status = 'active', experimental } = known ?? {}
  return {
    resourceType: 'ValueSet',
    url,
    ...(own === undefined ? {} : { version: own }),
    ...(name === undefined ? {} : { name }),
    ...(title === undefined ? {} : { title }),
    status,
    ...(experimental === undefined ? {} : { experimental }),
  }
}

const plain = [
  'url',
  'system',
  'source',
  'target',
  'targetsystem',
  'targetSystem',
  'useSupplement',
  'valueSetVersion',
  'systemVersion',
  'version',
  'system-version',
  'check-system-version',
  'force-system-version',
] as const

/** Everything a question names, to be looked for before the engine is asked. */
function askedIn(sent: Sent, own: JsonObject | undefined) {
  const codings = [
    sent.object('coding'),
    sent.object('codingA'),
    sent.object('codingB'),
    ...concepts(sent.object('codeableConcept')),
  ].flatMap((json) => (json ? [codingOf(json)] : []))
  const texts = [
    ...plain.flatMap((name) => (sent.has(name) ? sent.texts(name) : [])),
    ...codings.flatMap(({ system, version }) => [system, version]),
  ].flatMap((t) => t ?? [])
  const codes = [...['code', 'codeA', 'codeB'].flatMap((name) => sent.texts(name)), ...codings.flatMap(({ code }) => code ?? [])]
  const filter = sent.text('filter')
  const map = sent.text('url') === undefined && sent.object('conceptMap') === undefined && own === undefined
  const mapsOf = map ? (sent.text('system') ?? codings[0]?.system) : undefined
  const isTranslation = sent.has('target') || sent.has('targetsystem') || sent.has('targetSystem') || sent.has('reverse')
  return {
    canonicals: [
      ...new Set([...texts.map((t) => t.split('|')[0]!), ...(own ? namedIn(own) : []), ...sent.objects('valueSet').flatMap(namedIn)]),
    ],
    codes,
    texts: new Set([...texts, ...texts.flatMap((t) => t.split('|').slice(1))]),
    most: Math.min(2_000, (sent.number('offset') ?? 0) + (sent.number('count') ?? 1_000)),
    ...(filter === undefined ? {} : { filter }),
    ...(mapsOf === undefined || !isTranslation ? {} : { mapsOf }),
  }
}

const concepts = (concept: JsonObject | undefined): JsonObject[] => (Array.isArray(concept?.coding) ? concept.coding.filter(isObject) : [])
