import type { Json, Resource } from '../../model.ts'
import { codeSystems, eCheckupProfile } from '../canonicals.ts'
import { type DocumentInput, finishDocument, section, startDocument } from './document.ts'
import { coded, concept, makeEncounter, makeOrganization, makePractitioner, meta, only, resourceId } from './person.ts'

/** One result of a check-up. */
export type CheckupResultInput = {
  id: string
  /** Item of the check-up item table (17 digits). */
  item: { code: string; display: string }
  category: 'body-measurement' | 'vital-signs' | 'laboratory' | 'exam' | 'survey' | 'social-history'
  value: { quantity: number; unit: string; ucum?: string } | { text: string } | { choice: { table: string; code: string; display: string } }
  interpretation?: 'H' | 'L' | 'N' | 'LX' | 'HX'
  range?: { low?: number; high?: number }
}

export type CheckupInput = DocumentInput & {
  /** Day of the examination. */
  examinedOn: string
  program: 'specific' | 'general'
  results: CheckupResultInput[]
  questionnaire?: CheckupResultInput[]
}

const programs = {
  specific: {
    category: ['10', '特定健診'],
    event: ['010', '特定健診'],
    results: '01011',
    questions: '01012',
    titles: ['特定健診検査結果', '特定健診問診結果'],
  },
  general: {
    category: ['40', '健診結果報告'],
    event: ['990', 'その他'],
    results: '01910',
    questions: '01920',
    titles: ['検査結果', '問診結果'],
  },
} as const

/** 健診結果報告書, a valid check-up report. @spec JP_Bundle_eCheckupGeneral, eCheckupReport IG */
export function makeCheckup(input: CheckupInput): Resource {
  const draft = startDocument(input)
  const { at, sender, localId } = input
  const period = { start: input.examinedOn, end: input.examinedOn }
  const doctor = draft.add(makePractitioner(sender, at, eCheckupProfile('Practitioner')))
  const organization = draft.add(makeOrganization(sender, at, eCheckupProfile('Organization')))
  const visit = { class: coded(codeSystems.checkupEncounter, 'checkup', '健診'), period, serviceProvider: organization }
  const encounter = draft.add(makeEncounter(`${localId}-visit`, at, visit, eCheckupProfile('Encounter')))
  const addAll = (results: CheckupResultInput[]) =>
    results.map((result) => draft.add(makeCheckupResult(result, { patientUrl: draft.patientUrl, at, examinedOn: input.examinedOn })))
  const program = programs[input.program]
  const parts = [
    section(program.results, program.titles[0], addAll(input.results), codeSystems.checkupSection),
    section(program.questions, program.titles[1], addAll(input.questionnaire ?? []), codeSystems.checkupSection),
  ].filter((part) => 'entry' in part)
  const heading = {
    title: '健康診断結果報告書',
    category: concept(codeSystems.checkupCategory, program.category[0], program.category[1]),
    author: [doctor, organization],
    encounter,
    custodian: organization,
    event: { code: [concept(codeSystems.checkupProgram, program.event[0], program.event[1])], period, detail: [encounter] },
  }
  return finishDocument(draft, 'eCheckup', heading, parts)
}

type ResultContext = { patientUrl: string; at: string; examinedOn: string }

function makeCheckupResult(result: CheckupResultInput, { patientUrl, at, examinedOn }: ResultContext): Resource {
  return {
    resourceType: 'Observation',
    ...only({
      meta: meta(at, eCheckupProfile('Observation')),
      identifier: resourceId(result.id),
      status: 'final',
      category: [concept(codeSystems.observationCategory, result.category)],
      code: { ...concept(codeSystems.checkupItem, result.item.code, result.item.display), text: result.item.display },
      subject: { reference: patientUrl },
      effectiveDateTime: examinedOn,
      ...resultOf(result),
      interpretation: result.interpretation && [concept(codeSystems.interpretation, result.interpretation)],
      referenceRange: result.range && [rangeOf(result)],
    }),
  }
}

const quantity = (value: { quantity: number; unit: string; ucum?: string }): Json =>
  only({ value: value.quantity, unit: value.unit, system: value.ucum === undefined ? undefined : codeSystems.ucum, code: value.ucum })

function resultOf({ value }: CheckupResultInput): Record<string, Json> {
  if ('quantity' in value) return { valueQuantity: quantity(value) }
  if ('text' in value) return { valueString: value.text }
  return { valueCodeableConcept: concept(`urn:oid:1.2.392.200119.6.${value.choice.table}`, value.choice.code, value.choice.display) }
}

function rangeOf({ value, range }: CheckupResultInput): Json {
  const bound = (limit: number | undefined) =>
    limit === undefined || !('quantity' in value) ? undefined : quantity({ ...value, quantity: limit })
  return only({ low: bound(range?.low), high: bound(range?.high) })
}
