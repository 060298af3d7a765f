import { sql } from 'kysely'
import { fiveItems, drugAllergy, hypertension, marked, potassium, referralTo } from '../harness/bundles.ts'
import { CLINIC, HOSPITAL, type Platform } from '../harness/platform.ts'
import { canary } from './canary.ts'

export type Victim = {
  key: string
  personId: string
  memberId: string | null /** `Type/id` of everything that is theirs. */
  resources: string[]
  ids: string[]
}

/** A person with a canary in every text that anybody wrote about them. */
export async function plantRecords(platform: Platform): Promise<Victim> {
  const mark = canary('person')
  const person = await platform.enter({ name: `${mark} 花子`, nameKana: 'ヒガイ ハナコ', address: `${mark} 1-2`, phone: '' })
  const hospital = await platform.system(HOSPITAL)
  const memberId = person.memberId!
  const patient = {
    family: mark,
    given: '花子',
    familyKana: 'ヒガイ',
    givenKana: 'ハナコ',
    gender: 'female' as const,
    birthDate: '1958-04-12',
  }
  const about = (localId: string) => ({ memberId, patient, localId })
  const sent = [
    fiveItems(about('v-1'), [{ ...hypertension, id: canary('disease') }]),
    fiveItems(about('v-2'), [{ ...drugAllergy, id: canary('allergy') }]),
    fiveItems(about('v-3'), [{ ...potassium, id: canary('labs') }]),
    fiveItems(about('v-4'), [marked({ ...hypertension, id: canary('untold') }, { uninformed: true })]),
    // A letter to somebody else again: neither stranger nor clinic is its addressee.
    { ...referralTo({ ...about('v-5'), addressee: '1310000043' }) },
  ]
  for (const bundle of sent) {
    const heard = await hospital.submit(bundle)
    if (heard.status !== 201) throw new Error(`a planted submission was refused: ${heard.text.slice(0, 400)}`)
  }
  for (const resource of ownResources(person.key)) {
    const heard = await hospital.post(`/fhir/R4/${resource.resourceType}`, resource)
    if (heard.status !== 201) throw new Error(`a planted ${resource.resourceType} was refused: ${heard.text.slice(0, 400)}`)
  }
  await platform.relate(person.key, CLINIC)
  await platform.consent(person.key, CLINIC, { 'drug-allergy': true, diagnosis: false })
  const resources = await everythingOf(platform, person.key)
  return { ...person, resources, ids: resources.map((r) => r.split('/')[1]!) }
}

/** The hospital's own notes, of many types, which nobody else has any right to. */
function ownResources(key: string): ({ resourceType: string } & Record<string, unknown>)[] {
  const subject = { reference: `Patient/${key}` }
  const text = (type: string) => ({ text: canary('own', type) })
  const of = (resourceType: string, more: object) => ({ resourceType, ...more })
  return [
    of('Observation', { status: 'final', code: text('Observation'), subject, valueString: canary('own', 'Observation') }),
    of('Condition', { code: text('Condition'), subject, note: [text('Condition')] }),
    of('Procedure', { status: 'completed', code: text('Procedure'), subject }),
    of('Encounter', {
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      subject,
      reasonCode: [text('Encounter')],
    }),
    of('MedicationRequest', { status: 'active', intent: 'order', medicationCodeableConcept: text('MedicationRequest'), subject }),
    of('DiagnosticReport', { status: 'final', code: text('DiagnosticReport'), subject, conclusion: canary('own', 'DiagnosticReport') }),
    of('Immunization', { status: 'completed', vaccineCode: text('Immunization'), patient: subject, occurrenceDateTime: '2026-01-01' }),
    of('AllergyIntolerance', {
      clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }] },
      code: text('AllergyIntolerance'),
      patient: subject,
    }),
    of('Communication', { status: 'completed', subject, payload: [{ contentString: canary('own', 'Communication') }] }),
    of('CarePlan', { status: 'active', intent: 'plan', subject, description: canary('own', 'CarePlan') }),
  ]
}

async function everythingOf(platform: Platform, key: string): Promise<string[]> {
  const { rows } = await sql<{
    type: string
    id: string
  }>`select type, id from record.resource where key = ${key} order by type, id`.execute(platform.db)
  return rows.map((r) => `${r.type}/${r.id}`)
}
