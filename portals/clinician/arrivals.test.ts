import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ConditionInput } from '#packages/fhir'
import { CLINIC, type Clinic, hanako, HOSPITAL, openClinic } from './clinic.fixture.ts'

let clinic: Clinic
let serial = 0
const start = new Date('2026-11-22T03:00:00Z')

beforeAll(async () => {
  clinic = await openClinic()
})
afterAll(() => clinic?.close())
beforeEach(() => {
  clinic.clock.at = start
})

const hypertension: ConditionInput = {
  type: 'Condition',
  id: 'C-1',
  code: { keyNumber: '20061593', display: '高血圧症' },
  onset: '2024-05-10',
}
const all = {
  diagnosis: true,
  'drug-allergy': true,
  'other-allergy': true,
  'test-result': true,
  infection: true,
  prescription: true,
  'check-up': true,
}

/** A person on record at the hospital, who has just come to the clinic for the first time. */
async function someone() {
  const patient = { ...hanako, memberId: `06990001:12:${4000 + ++serial}:01` }
  const key = await clinic.items([hypertension], { patient })
  await clinic.relate(key)
  return { key }
}

describe('arrivals and search', () => {
  type List = {
    patients: { patient: { patientId: string; name: string }; open: { kinds: string[] } | null; cover: { validity: string } | null }[]
    more: boolean
  }
  const find = async (q: string, about: Parameters<Clinic['get']>[1] = {}) =>
    (await clinic.get(`/clinic?${new URLSearchParams({ q })}`, about)).json<List>()

  test('a search leaves no name in the address, can be loaded again and in another language, and opens to nobody else', async () => {
    await someone()
    const answer = await clinic.form('/clinic', { q: '06990001:12:' })
    expect([answer.status, answer.to.startsWith('/clinic?asked=')]).toEqual([303, true])
    expect(decodeURIComponent(answer.to)).not.toContain('06990001')
    const asked = (about: Parameters<Clinic['get']>[1] = {}, more = '') =>
      clinic.get(`${answer.to}${more}`, about).then((found) => found.json<{ query: string; patients: object[] }>())
    for (const more of ['', '', '&lang=en']) expect(await asked({}, more)).toMatchObject({ query: '06990001:12:' })
    expect(await asked({ role: 'nurse' })).toMatchObject({ query: '' })
    expect((await clinic.get(answer.to, { accept: 'text/html' })).body).toContain('検索結果')
  })

  test('finds own patients by folded name, birth date and number, and nobody else', async () => {
    const n = ++serial
    const patient = {
      ...hanako,
      family: '長宗我部',
      given: '多恵子',
      familyKana: 'チョウソカベ',
      givenKana: 'タエコ',
      birthDate: '1941-02-03',
      memberId: `06990001:77:${8000 + n}:02`,
    }
    const key = await clinic.items([hypertension], { patient })
    const words = ['ちょうそかべ', 'ﾁｮｳｿｶﾍﾞ ﾀｴ', '長宗我部', '1941-02-03', 'S16.2.3', `${8000 + n}`, `77-${8000 + n}`, patient.memberId]
    for (const q of words)
      expect(
        (await find(q, { institution: HOSPITAL })).patients.map((p) => p.patient.patientId),
        q,
      ).toEqual([key])
    for (const q of words) expect((await find(q)).patients, q).toEqual([])
    await clinic.agree(key, { diagnosis: true })
    expect((await find('長宗我部', { role: 'clerk' })).patients).toMatchObject([
      { open: { kinds: ['diagnosis'] }, cover: { validity: '4' } },
    ])
    expect((await clinic.auditOf(key)).at(-1)).toMatchObject({ action: 'clinic.list', rule: 'care-relation' })
  })

  test('the first page lists who came, the latest first; a clerk gets no link to a chart', async () => {
    const { key } = await someone()
    await clinic.agree(key, all)
    clinic.clock.at = new Date(start.getTime() + 60_000)
    const later = await someone()
    const { patients } = (await clinic.get('/clinic')).json<List>()
    expect(patients[0]?.patient.patientId).toBe(later.key)
    expect(patients.map((p) => p.patient.patientId)).toContain(key)
    expect((await clinic.get('/clinic', { accept: 'text/html' })).body).toContain(`href="/clinic/patients/${key}"`)
    expect((await clinic.get('/clinic', { accept: 'text/html', role: 'clerk' })).body).not.toContain('href="/clinic/patients/')
  })

  test('who shows the card again today stands on the list, though known for long', async () => {
    clinic.clock.at = new Date('2026-09-01T00:00:00Z')
    const { key } = await someone()
    clinic.clock.at = start
    const list = async () => (await clinic.get('/clinic')).json<List>().patients.map((p) => p.patient.patientId)
    expect(await list(), 'control: nothing shown for 80 days').not.toContain(key)
    await sql`insert into eligibility.reader_session (id, institution_number, challenge, created_at, expires_at, used_at, person_key)
      values ('s1', ${CLINIC}, '', ${start}, ${start}, ${start}, ${key})`.execute(clinic.db)
    expect(await list()).toContain(key)
    expect((await clinic.get('/clinic', { institution: HOSPITAL })).json<List>().patients.map((p) => p.patient.patientId)).not.toContain(
      key,
    )
  })

  test('a card’s touch says order, proof and what changed; a chart number finds its one patient, here only', async () => {
    const { key } = await someone()
    await sql`insert into eligibility.reader_session (id, institution_number, challenge, created_at, expires_at, used_at, person_key, proven_by)
      values ('s2', ${CLINIC}, '', ${start}, ${start}, ${start}, ${key}, 'visual')`.execute(clinic.db)
    await sql`insert into eligibility.visit_month (key, institution_number, month, by_card, changed, changed_at, first_at)
      values (${key}, ${CLINIC}, '2026-11', true, '{address}', ${start}, ${start})`.execute(clinic.db)
    await sql`insert into person.chart_number (institution_number, number, key, entered_at, entered_by)
      values (${CLINIC}, 'K-77', ${key}, ${start}, 'x'), (${HOSPITAL}, 'H-1', ${key}, ${start}, 'x')`.execute(clinic.db)
    const one = (await clinic.get('/clinic'))
      .json<{ patients: { patient: { patientId: string }; card: object; chartNumber: string }[] }>()
      .patients.find((p) => p.patient.patientId === key)
    expect([one?.chartNumber, one?.card]).toEqual(['K-77', expect.objectContaining({ provenBy: 'visual', changed: ['address'] })])
    const page = (await clinic.get('/clinic', { accept: 'text/html' })).body
    for (const text of ['K-77', '目視', '住所が変わりました', '/desk/chart-numbers?patient=']) expect(page).toContain(text)
    expect((await find('Ｋ-77')).patients.map((p) => p.patient.patientId)).toEqual([key])
    expect((await find('H-1')).patients).toEqual([])
  })

  test('who needs somebody at the reader is said on the first page', async () => {
    expect((await clinic.get('/clinic', { accept: 'text/html' })).body).not.toContain('/desk/waiting')
    await sql`insert into eligibility.staff_call (institution_number, id, called_at) values (${CLINIC}, 'c1', ${start})`.execute(clinic.db)
    expect((await clinic.get('/clinic', { accept: 'text/html' })).body).toContain('/desk/waiting')
  })
})
