import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '#kernel/context'
import type { Resource } from '#packages/fhir'
import type { Caller } from '../../../tests/harness/caller.ts'
import { HOSPITAL, openPlatform, type Platform } from '../../../tests/harness/platform.ts'
import { hasContact, withoutContact } from './rules.ts'
import { hideContact, showContact } from './store.ts'

let platform: Platform
let hospital: Caller
beforeAll(async () => {
  platform = await openPlatform()
  hospital = await platform.system(HOSPITAL)
})
afterAll(() => platform?.close())

const operator: Actor = { kind: 'staff', id: 'op', role: 'operator', institutionNumber: HOSPITAL, institutionName: '', name: '' }
const SECRET = '隠町'
const PHONE = '090-1234-5678'
const patient = (id: string, more: object = {}) => ({
  resourceType: 'Patient',
  id,
  name: [{ text: '守 花子' }],
  gender: 'female',
  birthDate: '1980-04-01',
  address: [{ text: `${SECRET}1-2-3` }, { text: `${SECRET}旧宅` }],
  telecom: [{ system: 'phone', value: PHONE }],
  contact: [{ name: { text: '母' }, telecom: [{ system: 'phone', value: PHONE }] }],
  ...more,
})

let serial = 0
async function enter() {
  const identifier = [{ system: 'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID', value: `06990001:88:${++serial}:01` }]
  const { id: _id, ...first } = patient('')
  const made = await hospital.post('/fhir/R4/Patient', { ...first, identifier })
  expect(made.status, made.text).toBe(201)
  const key = made.body.id!
  const put = await hospital.put(`/fhir/R4/Patient/${key}`, patient(key, { identifier, multipleBirthInteger: 2 }))
  expect(put.status, put.text).toBe(200)
  return key
}

/** Every way out of the FHIR surface that may show the Patient. */
const ways = (key: string) => [
  `/fhir/R4/Patient/${key}`,
  `/fhir/R4/Patient?_id=${key}`,
  `/fhir/R4/Patient/${key}/_history`,
  `/fhir/R4/Patient/${key}/_history/2`,
  `/fhir/R4/Patient/${key}/$everything`,
  `/fhir/R4/Patient/${key}?_format=xml`,
]
const texts = async (key: string) => Promise.all(ways(key).map(async (url) => (await hospital.get(url)).text))
const hide = (key: string) => platform.as(operator, (ctx) => hideContact(ctx, [key]))
const show = (key: string) => platform.as(operator, (ctx) => showContact(ctx, [key]))

describe('address and phone of a protected person', () => {
  test('leave by no way once they are hidden, in any version, and come back whole', async () => {
    const key = await enter()
    const before = await texts(key)
    for (const text of before) expect(text).toContain(SECRET)
    await hide(key)
    const hidden = await texts(key)
    for (const text of hidden) {
      expect(text).not.toContain(SECRET)
      expect(text).not.toContain(PHONE)
      expect(text).toContain('masked')
    }
    await show(key)
    expect(await texts(key)).toEqual(before)
  })

  test('are not found by a search either', async () => {
    const key = await enter()
    const found = async () => (await hospital.get(`/fhir/R4/Patient?_id=${key}&address=${encodeURIComponent(SECRET)}`)).body.total
    const byPhone = async () => (await hospital.get(`/fhir/R4/Patient?_id=${key}&phone=${PHONE}`)).body.total
    expect([await found(), await byPhone()]).toEqual([1, 1])
    await hide(key)
    expect([await found(), await byPhone()]).toEqual([0, 0])
    expect((await hospital.get(`/fhir/R4/Patient?_id=${key}&name=${encodeURIComponent('守')}`)).body.total, 'the rest is').toBe(1)
    await show(key)
    expect([await found(), await byPhone()]).toEqual([1, 1])
  })

  test('stay hidden in what is written later', async () => {
    const key = await enter()
    await hide(key)
    const put = await hospital.put(`/fhir/R4/Patient/${key}`, patient(key, { address: [{ text: `${SECRET}新居` }] }))
    expect(put.status).toBe(200)
    for (const text of await texts(key)) expect(text).not.toContain(SECRET)
    await show(key)
    expect((await hospital.get(`/fhir/R4/Patient/${key}`)).text).toContain(`${SECRET}新居`)
  })

  test('stand nowhere but aside while they are hidden', async () => {
    const key = await enter()
    await hide(key)
    const left = (table: string) =>
      platform.count(sql`select 1 from ${sql.table(table)} t where t.key = ${key} and to_jsonb(t)::text like ${`%${SECRET}%`}`)
    expect([await left('record.resource'), await left('record.version'), await left('record.string_value')]).toEqual([0, 0, 0])
    expect(await left('record.hidden_contact'), 'the control').toBeGreaterThan(0)
  })
})

describe('others who would tell where a protected person lives', () => {
  const related = (key: string) => ({
    resourceType: 'RelatedPerson',
    patient: { reference: `Patient/${key}` },
    name: [{ text: '守 母' }],
    address: [{ text: `${SECRET}1-2-3` }],
  })
  const containing = (key: string) => ({
    resourceType: 'Observation',
    status: 'final',
    code: { text: '身長' },
    subject: { reference: `Patient/${key}` },
    focus: [{ reference: '#p' }],
    contained: [{ resourceType: 'Patient', id: 'p', address: [{ text: `${SECRET}1-2-3` }] }],
    valueQuantity: { value: 1.5, unit: 'm' },
  })

  test('the people around them, and what contains the person, tell it no more, in what stands and in what comes', async () => {
    const key = await enter()
    const made = [
      await hospital.post('/fhir/R4/RelatedPerson', related(key)),
      await hospital.post('/fhir/R4/Observation', JSON.stringify(containing(key)).replace('1.5', '1.50')),
    ]
    for (const one of made) expect(one.status, one.text).toBe(201)
    const read = async () =>
      Promise.all(made.map(async ({ body }) => (await hospital.get(`/fhir/R4/${body.resourceType}/${body.id}`)).text))
    for (const text of await read()) expect(text).toContain(SECRET)
    await hide(key)
    for (const text of await read()) {
      expect(text).not.toContain(SECRET)
      expect(text).toContain('masked')
    }
    expect((await read())[1], 'numbers stay as written').toContain('1.50')
    const later = await hospital.post('/fhir/R4/RelatedPerson', related(key))
    expect((await hospital.get(`/fhir/R4/RelatedPerson/${later.body.id}`)).text).not.toContain(SECRET)
    await show(key)
    for (const text of await read()) expect(text).toContain(SECRET)
  })

  test('a document stays as it was signed', () => {
    const document = { resourceType: 'Bundle', type: 'document', entry: [{ resource: patient('x') }] } as unknown as Resource
    expect(withoutContact(document)).toBe(document)
  })
})

test('what is withheld: the number of addresses, the contacts’ too, and the narrative', () => {
  const whole = { ...patient('x'), text: { status: 'generated', div: `<div>${SECRET}</div>` } } as unknown as Resource
  const masked = withoutContact(whole)
  expect(JSON.stringify(masked)).not.toMatch(new RegExp(`${SECRET}|${PHONE}`))
  expect([(masked.address as unknown[]).length, (masked.telecom as unknown[]).length]).toEqual([1, 1])
  expect([hasContact(whole), hasContact(masked)]).toEqual([true, false])
})
