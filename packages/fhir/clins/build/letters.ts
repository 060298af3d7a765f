import type { Resource } from '../../model.ts'
import { codeSystems, eCSProfile } from '../canonicals.ts'
import { type DocumentInput, type Draft, finishDocument, section, startDocument, structured } from './document.ts'
import type { AllergyInput, ConditionInput, LaboratoryInput, MedicationInput, SenderInput } from './input.ts'
import { makeItem } from './item.ts'
import { concept, makeEncounter, makeOrganization, makePractitioner, meta, resourceId } from './person.ts'

export type ReferralInput = DocumentInput & {
  addressee: { institutionNumber: string; name: string; department?: SenderInput['department'] }
  /** 紹介目的 */
  purpose: string
  /** 傷病名・主訴 */
  diagnoses: ConditionInput[]
  /** 現病歴 in words, with the condition it is about. */
  presentIllness: { condition: ConditionInput; text: string }
  history?: ConditionInput[]
  allergies?: AllergyInput[]
  laboratory?: LaboratoryInput[]
  medications?: MedicationInput[]
  /** 臨床経過 in words. */
  course?: string
}

const context = (draft: Draft) => ({ sender: draft.input.sender, patientUrl: draft.patientUrl, at: draft.input.at })
const addAll = (draft: Draft, items: Parameters<typeof makeItem>[0][]) => items.map((item) => draft.add(makeItem(item, context(draft))))
const day = (at: string) => at.slice(0, 10)
const subtype = (code: 'OUTPATIENT' | 'DISCHARGE', display: string) => concept(codeSystems.documentSubtype, code, display)

/** A condition with a text in words beside it. */
function told(draft: Draft, { condition, text }: { condition: ConditionInput; text: string }) {
  return draft.add({ ...makeItem(condition, context(draft)), note: [{ text }] })
}

/** Who writes: doctor, institution and visit of the sender. */
function addSender(draft: Draft) {
  const { sender, at, localId } = draft.input
  const encounter = draft.add(makeEncounter(`${localId}-visit`, at))
  const doctor = draft.add(makePractitioner(sender, at))
  const organization = draft.add(makeOrganization(sender, at))
  return { encounter, doctor, organization }
}

/** 診療情報提供書, a valid referral letter. @spec JP_Bundle_eReferral, JP-CLINS 1.5.2 */
export function makeReferral(input: ReferralInput): Resource {
  const draft = startDocument(input)
  const { encounter, doctor, organization } = addSender(draft)
  const addressee = draft.add(makeOrganization(input.addressee, input.at))
  const purpose = draft.add(makeEncounter(`${input.localId}-purpose`, input.at, { reasonCode: [{ text: input.purpose }] }))
  const optional = [
    section('370', '既往歴', addAll(draft, input.history ?? [])),
    section('510', 'アレルギー・不耐性反応', addAll(draft, input.allergies ?? [])),
    section('430', '投薬指示', addAll(draft, input.medications ?? [])),
    section('620', '検査結果', addAll(draft, input.laboratory ?? [])),
    section('330', '臨床経過', input.course === undefined ? [] : [draft.add(makeNarrative(draft, input.course))]),
  ]
  const sections = [
    section('920', '紹介元情報', [organization, doctor]),
    section('910', '紹介先情報', [addressee]),
    structured([
      section('950', '紹介目的', [purpose]),
      section('340', '傷病名・主訴', addAll(draft, input.diagnoses)),
      section('360', '現病歴', [told(draft, input.presentIllness)]),
      ...optional.filter((one) => 'entry' in one),
    ]),
  ]
  const event = { code: [{ text: '診療情報提供書発行' }], period: { start: day(input.at) } }
  const category = subtype('OUTPATIENT', '外来文書')
  const author = [doctor, organization]
  return finishDocument(
    draft,
    'eReferral',
    { title: '診療情報提供書', category, author, encounter, custodian: organization, event },
    sections,
  )
}

/** Text in words as a DocumentReference with plain text in it. */
function makeNarrative(draft: Draft, words: string): Resource {
  return {
    resourceType: 'DocumentReference',
    meta: meta(draft.input.at, eCSProfile('DocumentReference')),
    status: 'current',
    subject: { reference: draft.patientUrl },
    description: words,
    content: [{ attachment: { contentType: 'text/plain; charset=utf-8', data: base64(words) } }],
  }
}

const base64 = (words: string) => btoa(String.fromCharCode(...new TextEncoder().encode(words)))

export type DischargeSummaryInput = DocumentInput & {
  admittedOn: string
  dischargedOn: string
  reasonForAdmission: string
  admissionDiagnoses: ConditionInput[]
  chiefComplaint: ConditionInput
  presentIllness: { condition: ConditionInput; text: string }
  course: string
  dischargeDiagnoses: ConditionInput[]
  medications?: MedicationInput[]
  /** 退院時方針指示 in words. */
  instruction: string
  allergies?: AllergyInput[]
}

/** 退院時サマリー, a valid discharge summary; travels as an attachment of a referral. @spec JP_Bundle_eDischargeSummary, JP-CLINS 1.5.2 */
export function makeDischargeSummary(input: DischargeSummaryInput): Resource {
  const draft = startDocument(input)
  const period = { start: input.admittedOn, end: input.dischargedOn }
  const stay = {
    class: { system: codeSystems.encounterClass, code: 'IMP', display: '入院' },
    period,
    reasonCode: [{ text: input.reasonForAdmission }],
  }
  const encounter = draft.add(makeEncounter(`${input.localId}-stay`, input.at, stay))
  const doctor = draft.add(makePractitioner(input.sender, input.at))
  const organization = draft.add(makeOrganization(input.sender, input.at))
  const inner = [
    section('322', '入院時詳細', [encounter]),
    section('342', '入院時診断', addAll(draft, input.admissionDiagnoses)),
    section('352', '入院時主訴', addAll(draft, [input.chiefComplaint])),
    section('312', '入院理由', [encounter]),
    section('362', '入院時現病歴', [told(draft, input.presentIllness)]),
    section('333', '入院中経過', [draft.add(makeNarrative(draft, input.course))]),
    section('324', '退院時詳細', [encounter]),
    section('344', '退院時診断', addAll(draft, input.dischargeDiagnoses)),
    section('444', '退院時投薬指示', addAll(draft, input.medications ?? [])),
    section('424', '退院時方針指示', [draft.add(makePlan(draft, '退院時方針指示', input.instruction))]),
  ]
  const allergies = addAll(draft, input.allergies ?? [])
  if (allergies.length > 0) inner.push(section('510', 'アレルギー・不耐性反応', allergies))
  const category = subtype('DISCHARGE', '退院時文書')
  const heading = {
    title: '退院時サマリー',
    category,
    author: [doctor, organization],
    encounter,
    custodian: organization,
    event: { period },
  }
  return finishDocument(draft, 'eDischargeSummary', heading, [structured(inner)])
}

function makePlan(draft: Draft, title: string, words: string): Resource {
  const { at, localId } = draft.input
  return {
    resourceType: 'CarePlan',
    meta: meta(at, eCSProfile('CarePlan')),
    identifier: resourceId(`${localId}-plan`),
    status: 'active',
    intent: 'plan',
    category: [concept(codeSystems.carePlanCategory, 'followup-plan', '外来診療経過中プラン')],
    title,
    description: words,
    subject: { reference: draft.patientUrl },
    period: { start: day(at) },
    created: day(at),
  }
}

export type CarePlanInput = DocumentInput & { plan: string; conditions: ConditionInput[] }

/** 患者サマリー（療養計画書）, a valid patient care summary. @spec JP_Bundle_ePCS, JP-CLINS 1.5.2 */
export function makeCarePlan(input: CarePlanInput): Resource {
  const draft = startDocument(input)
  const { encounter, doctor, organization } = addSender(draft)
  const plan = makePlan(draft, '療養計画', input.plan)
  const profiles = [eCSProfile('CarePlan').replace('_eCS', '_ePCS'), eCSProfile('CarePlan')]
  const planned = draft.add({ ...plan, meta: { lastUpdated: input.at, profile: profiles } })
  const entries = [planned, ...addAll(draft, input.conditions)]
  const heading = {
    title: '患者サマリー（療養計画書）',
    category: subtype('OUTPATIENT', '外来文書'),
    author: [doctor, organization],
    encounter,
  }
  return finishDocument(draft, 'ePCS', heading, [section('422', '計画サマリー', entries)])
}
