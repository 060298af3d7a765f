/** The CapabilityStatement claims nothing that the server does not do. @spec FHIR R4 CapabilityStatement */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../../tests/harness/caller.ts'
import { HOSPITAL, openPlatform, type Platform } from '../../tests/harness/platform.ts'

type Claim = {
  type: string
  interaction: { code: string }[]
  searchParam: { name: string; type: string }[]
  updateCreate: boolean
  conditionalCreate: boolean
}
let platform: Platform
let hospital: Caller
let claims: Claim[]
let key: string
beforeAll(async () => {
  platform = await openPlatform()
  hospital = await platform.system(HOSPITAL)
  const answer = await platform.public().get('/fhir/R4/metadata')
  expect(answer.status).toBe(200)
  claims = (answer.body as unknown as { rest: { resource: Claim[] }[] }).rest[0]!.resource
  ;({ key } = await platform.enter())
})
afterAll(() => platform?.close())

const subject = () => ({ reference: `Patient/${key}` })
/** The smallest resource of some types. */
const smallest: Record<string, () => object> = {
  Condition: () => ({ subject: subject() }),
  AllergyIntolerance: () => ({
    patient: subject(),
    clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }] },
  }),
  Observation: () => ({ status: 'final', code: { text: 'x' }, subject: subject() }),
  MedicationRequest: () => ({ status: 'active', intent: 'order', medicationCodeableConcept: { text: 'x' }, subject: subject() }),
  Encounter: () => ({ status: 'finished', class: { code: 'AMB' }, subject: subject() }),
  Procedure: () => ({ status: 'completed', subject: subject() }),
  Immunization: () => ({ status: 'completed', vaccineCode: { text: 'x' }, patient: subject(), occurrenceDateTime: '2026-01-01' }),
  Coverage: () => ({ status: 'active', beneficiary: subject(), payor: [{ display: 'x' }] }),
  DocumentReference: () => ({ status: 'current', subject: subject(), content: [{ attachment: { title: 'x' } }] }),
  ServiceRequest: () => ({ status: 'active', intent: 'order', subject: subject() }),
  Task: () => ({ status: 'requested', intent: 'order', for: subject() }),
  CarePlan: () => ({ status: 'active', intent: 'plan', subject: subject() }),
  Organization: () => ({ name: 'x' }),
  Practitioner: () => ({ name: [{ text: 'x' }] }),
  Location: () => ({ name: 'x' }),
}

test.each(Object.keys(smallest))('%s does what is claimed', async (type) => {
  const claim = claims.find((c) => c.type === type)!
  const codes = claim.interaction.map((i) => i.code)
  expect(codes).toEqual(['read', 'vread', 'history-instance', 'search-type', 'create', 'update', 'delete'])
  const body = { resourceType: type, ...smallest[type]!() }
  const made = await hospital.post(`/fhir/R4/${type}`, body)
  expect(made.status, made.text).toBe(201)
  const at = `/fhir/R4/${type}/${made.body.id}`
  expect((await hospital.get(at)).status).toBe(200)
  expect((await hospital.get(`${at}/_history/1`)).status).toBe(200)
  expect((await hospital.get(`${at}/_history`)).status).toBe(200)
  expect((await hospital.get(`/fhir/R4/${type}?_id=${made.body.id}`)).body.total).toBe(1)
  expect((await hospital.put(at, { ...body, id: made.body.id })).status).toBe(200)
  expect((await hospital.remove(at)).status).toBe(204)
  const own = `${type.toLowerCase()}-1`
  expect((await hospital.put(`/fhir/R4/${type}/${own}`, { ...body, id: own })).status).toBe(201)
})

test('every claimed search parameter of every type is understood', async () => {
  const values: Record<string, string> = {
    string: 'x',
    token: 'x',
    reference: 'Patient/x',
    date: '2026-01-01',
    number: '1',
    quantity: '1',
    uri: 'x',
    special: '35|139',
  }
  const composites: Record<string, string> = { relationship: 'x$Patient/x' }
  const valueOf = ({ name, type }: { name: string; type: string }) =>
    name === '_list'
      ? 'x'
      : type === 'composite'
        ? (composites[name] ?? (name.endsWith('-coordinate') ? 'x$1$1' : 'x$2026'))
        : values[type]!
  const wrong: string[] = []
  for (const { type, searchParam } of claims)
    for (let from = 0; from < searchParam.length; from += 40) {
      const asked = searchParam.slice(from, from + 40).filter((p) => p.name !== '_lastUpdated')
      const query = new URLSearchParams(asked.map((p): [string, string] => [p.name, valueOf(p)]))
      const answer = await hospital.get(`/fhir/R4/${type}?${query}`, { prefer: 'handling=strict' })
      if (answer.status !== 200) wrong.push(`${type} ${answer.status} ${answer.text.slice(0, 200)}`)
    }
  expect(wrong).toEqual([])
})

test('types that say in no element whose they are claim no writing', () => {
  const writable = new Set(claims.filter((c) => c.interaction.some((i) => i.code === 'create')).map((c) => c.type))
  expect(['Appointment', 'Schedule', 'Group', 'AuditEvent', 'Bundle'].filter((t) => writable.has(t))).toEqual([])
})
