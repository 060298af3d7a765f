import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Refusal } from '#kernel/refusal'
import { jsonOf, type Resource, textOf } from '#packages/fhir'
import type { Caller } from '../../../tests/harness/caller.ts'
import { CLINIC, HOSPITAL, openPlatform, type Platform, STRANGER } from '../../../tests/harness/platform.ts'
import { ownSystem, statedNumber, withOwnNumber, withoutOwnNumbers } from './rules.ts'

const member = { system: 'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID', value: '06990001:88:1:01' }
const own = (institution: string, value: string, more: object = {}) => ({ system: ownSystem(institution), value, ...more })
const patient = (identifier: readonly object[]) => ({ resourceType: 'Patient', identifier, multipleBirthInteger: 2 }) as unknown as Resource

describe('the rule', () => {
  const code = (identifier: readonly object[]) => {
    try {
      return statedNumber(patient(identifier), HOSPITAL)?.number ?? null
    } catch (error) {
      return error instanceof Refusal ? error.code : 'threw'
    }
  }
  test.each([
    ['nothing stated', [member], null],
    ['its own', [member, own(HOSPITAL, '0001')], '0001'],
    ['its own in full width', [own(HOSPITAL, '　０００１ ')], '0001'],
    ['another institution’s', [own(CLINIC, '0001')], 'institution-mismatch'],
    ['its own, and another’s', [own(HOSPITAL, '0001'), own(CLINIC, '0001')], 'institution-mismatch'],
    ['two of its own', [own(HOSPITAL, '1'), own(HOSPITAL, '2')], 'input-invalid'],
    ['a system that is cut', [{ system: ownSystem(HOSPITAL).slice(0, -1), value: '1' }], 'institution-mismatch'],
    ['no value', [{ system: ownSystem(HOSPITAL) }], 'input-invalid'],
  ] as const)('%s', (_name, identifier, wanted) => expect(code(identifier)).toBe(wanted))

  test('what is stored holds nobody’s number, and what is shown holds it first; everything else stays as written', () => {
    const sent = jsonOf(
      `{"resourceType":"Patient","id":"k","identifier":[${JSON.stringify(own(HOSPITAL, '1', { use: 'usual' }))},${JSON.stringify(member)}],"extension":[{"url":"x","valueDecimal":1.50}]}`,
    ) as Resource
    const stored = withoutOwnNumbers(sent)
    expect(stored.identifier).toEqual([member])
    const shown = withOwnNumber(textOf(stored), { number: '1', written: JSON.stringify(own(HOSPITAL, '1', { use: 'usual' })) }, HOSPITAL)
    expect(jsonOf(shown)).toEqual(sent)
    expect(shown).toContain('1.50')
    expect(withoutOwnNumbers(patient([own(HOSPITAL, '1')]))).not.toHaveProperty('identifier')
  })
})

let platform: Platform
let [hospital, clinic, stranger]: Caller[] = []
beforeAll(async () => {
  platform = await openPlatform()
  ;[hospital, clinic, stranger] = [await platform.system(HOSPITAL), await platform.system(CLINIC), await platform.system(STRANGER)]
})
afterAll(() => platform?.close())

const NUMBERS = { [HOSPITAL]: 'H-7001', [CLINIC]: 'C-0042' }
let serial = 0
let key = ''
const query = (institution: string, number: string) => `identifier=${encodeURIComponent(`${ownSystem(institution)}|${number}`)}`

/** Every way of the FHIR surface that shows the Patient. */
const ways = (id: string) => [
  `/fhir/R4/Patient/${id}`,
  `/fhir/R4/Patient?_id=${id}`,
  `/fhir/R4/Patient/${id}/_history`,
  `/fhir/R4/Patient/${id}/_history/1`,
  `/fhir/R4/Patient/${id}/$everything`,
  `/fhir/R4/Patient/${id}?_format=xml`,
  `/fhir/R4/Observation?subject=Patient/${id}&_include=Observation:subject`,
  `/fhir/R4/$graphql?query=${encodeURIComponent(`{Patient(id:"${id}"){identifier{system value}}}`)}`,
]
const texts = (who: Caller, id: string) => Promise.all(ways(id).map(async (url) => (await who.get(url)).text))

async function enter(number?: string) {
  const identifier = [{ ...member, value: `06990001:88:${++serial}:01` }, ...(number === undefined ? [] : [own(HOSPITAL, number)])]
  return hospital!.post('/fhir/R4/Patient', {
    resourceType: 'Patient',
    name: [{ text: '番号 太郎' }],
    gender: 'male',
    birthDate: '1980-04-01',
    identifier,
  })
}

describe('each institution, and nobody else', () => {
  beforeAll(async () => {
    const made = await enter(NUMBERS[HOSPITAL])
    expect(made.status, made.text).toBe(201)
    key = made.body.id!
    const seen = { resourceType: 'Observation', status: 'final', code: { text: '血圧' }, subject: { reference: `Patient/${key}` } }
    expect((await hospital!.post('/fhir/R4/Observation', seen)).status).toBe(201)
    await platform.relate(key, CLINIC)
    await sql`insert into person.chart_number (institution_number, number, key, entered_at, entered_by)
      values (${CLINIC}, ${NUMBERS[CLINIC]}, ${key}, now(), 'staff:1')`.execute(platform.db)
  })

  test('is shown its own number in every answer that shows the Patient, and never the other’s', async () => {
    for (const text of await texts(hospital!, key)) {
      expect(text).toContain(NUMBERS[HOSPITAL])
      expect(text).not.toContain(NUMBERS[CLINIC])
    }
    const shown = await texts(clinic!, key)
    expect(shown[0]).toContain(NUMBERS[CLINIC])
    for (const text of shown) expect(text).not.toContain(NUMBERS[HOSPITAL])
  })

  test('the person, their app and an institution that knows another number see none', async () => {
    const { rows } = await sql<{ person_id: string }>`select person_id from person.patient_key where key = ${key}`.execute(platform.db)
    const citizen = await platform.citizen({ personId: rows[0]!.person_id })
    const app = await platform.appOf({ kind: 'citizen', id: rows[0]!.person_id }, { scopes: ['patient/*.rs'], patient: key })
    for (const who of [citizen, app]) {
      const shown = await who.get(`/fhir/R4/Patient/${key}`)
      expect(shown.status, shown.text).toBe(200)
      expect(shown.text).not.toMatch(/H-7001|C-0042/)
      expect((await who.get(`/fhir/R4/Patient?${query(HOSPITAL, NUMBERS[HOSPITAL])}`)).body.total).toBe(0)
    }
    await platform.relate(key, STRANGER)
    expect((await stranger!.get(`/fhir/R4/Patient/${key}`)).text).not.toMatch(/H-7001|C-0042/)
  })

  test('staff of the institution see it as its systems do', async () => {
    const staff = await platform.staff('clerk', CLINIC)
    expect((await staff.get(`/fhir/R4/Patient/${key}`)).text).toContain(NUMBERS[CLINIC])
  })

  test('no stored text, version or index holds a number', async () => {
    const held = (table: string, what: string) =>
      platform.count(sql`select 1 from ${sql.table(table)} t where to_jsonb(t)::text like ${`%${what}%`}`)
    for (const table of ['record.resource', 'record.version', 'record.string_value'])
      expect(await held(table, NUMBERS[HOSPITAL]), table).toBe(0)
    expect(await held('person.chart_number', NUMBERS[HOSPITAL]), 'the control').toBe(1)
  })
})

describe('a search', () => {
  const total = async (who: Caller, asked: string) => (await who.get(`/fhir/R4/${asked}`)).body.total
  const [mine, theirs] = [query(HOSPITAL, NUMBERS[HOSPITAL]), query(CLINIC, NUMBERS[CLINIC])]

  test('finds by one’s own number alone', async () => {
    expect([await total(hospital!, `Patient?${mine}`), await total(clinic!, `Patient?${mine}`)]).toEqual([1, 0])
    expect([await total(clinic!, `Patient?${theirs}`), await total(hospital!, `Patient?${theirs}`)]).toEqual([1, 0])
    expect((await hospital!.get(`/fhir/R4/Patient?${mine}`)).text).toContain(NUMBERS[HOSPITAL])
  })

  test('without a system, by member id beside it, by any, by none', async () => {
    expect(await total(hospital!, `Patient?identifier=${NUMBERS[HOSPITAL]}`)).toBe(1)
    expect(await total(clinic!, `Patient?identifier=${NUMBERS[HOSPITAL]}`)).toBe(0)
    const other = await enter()
    const both = `${mine},${encodeURIComponent(`${member.system}|06990001:88:${serial}:01`)}`
    expect(await total(hospital!, `Patient?${both}`)).toBe(2)
    expect(await total(clinic!, `Patient?${both}`)).toBe(0)
    expect(await total(hospital!, `Patient?${query(HOSPITAL, '')}`)).toBe(1)
    expect(await total(hospital!, `Patient?${query(CLINIC, '')}`)).toBe(0)
    const others = `_id=${key},${other.body.id}&${mine.replace('identifier=', 'identifier:not=')}`
    expect(await total(hospital!, `Patient?${others}`)).toBe(1)
  })

  test('through chains, _has and $everything of the found one', async () => {
    const chained = mine.replace('identifier=', 'subject:Patient.identifier=')
    expect([await total(hospital!, `Observation?${chained}`), await total(clinic!, `Observation?${chained}`)]).toEqual([1, 0])
    expect(await total(hospital!, `Patient?_has:Observation:subject:status=final&${mine}`)).toBe(1)
  })

  test('an order to create only where nobody has the number finds the one who has', async () => {
    const body = {
      resourceType: 'Patient',
      name: [{ text: '別 名' }],
      gender: 'male',
      birthDate: '1980-04-01',
      identifier: [own(HOSPITAL, NUMBERS[HOSPITAL])],
    }
    const again = await hospital!.post('/fhir/R4/Patient', body, { 'if-none-exist': mine })
    expect([again.status, again.body.id ?? key], again.text).toEqual([200, key])
  })
})

describe('what an institution writes', () => {
  const put = async (id: string, identifier: readonly object[], more: object = {}) => {
    const now = (await hospital!.get(`/fhir/R4/Patient/${id}`)).body as unknown as { identifier: { system: string }[] }
    const kept = now.identifier.filter((one) => one.system === member.system)
    return hospital!.put(`/fhir/R4/Patient/${id}`, { ...now, ...more, identifier: [...kept, ...identifier] } as object)
  }
  const numberOf = async (who: Caller, id: string) => /"value":"([A-Z]-\w+)"/.exec((await who.get(`/fhir/R4/Patient/${id}`)).text)?.[1]

  test('another number takes the place of the first; none stated leaves it; the clinic’s stays', async () => {
    expect((await put(key, [own(HOSPITAL, 'H-8000')])).status).toBe(200)
    expect([await numberOf(hospital!, key), await numberOf(clinic!, key)]).toEqual(['H-8000', 'C-0042'])
    expect((await put(key, [], { gender: 'other' })).status).toBe(200)
    expect(await numberOf(hospital!, key)).toBe('H-8000')
    expect((await put(key, [own(HOSPITAL, NUMBERS[HOSPITAL])])).status).toBe(200)
  })

  test('is refused where it is another institution’s, or another patient’s, and nothing is written', async () => {
    const other = (await enter('H-9000')).body.id!
    const version = async () => (await hospital!.get(`/fhir/R4/Patient/${other}/_history`)).body.total
    const before = await version()
    const foreign = await put(other, [own(CLINIC, '1')])
    expect([foreign.status, foreign.text]).toEqual([422, expect.stringContaining('institution-mismatch')])
    const taken = await put(other, [own(HOSPITAL, NUMBERS[HOSPITAL])])
    expect([taken.status, taken.text]).toEqual([409, expect.stringContaining('chart-number-taken')])
    expect([await version(), await numberOf(hospital!, other)]).toEqual([before, 'H-9000'])
    const fresh = await enter(NUMBERS[HOSPITAL])
    expect(fresh.status).toBe(409)
  })

  test('a change in parts starts from what its writer is shown', async () => {
    const patched = await hospital!.send(
      'PATCH',
      `/fhir/R4/Patient/${key}`,
      JSON.stringify([{ op: 'replace', path: '/identifier/0/value', value: 'H-8001' }]),
      {
        'content-type': 'application/json-patch+json',
      },
    )
    expect(patched.status, patched.text).toBe(200)
    expect(await numberOf(hospital!, key)).toBe('H-8001')
    await put(key, [own(HOSPITAL, NUMBERS[HOSPITAL])])
  })
})
