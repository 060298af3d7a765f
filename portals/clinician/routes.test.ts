/** @spec EMR information sharing sections 1, 8, 9, 10: who may see what on a chart, until when. */
import type { AllergyInput, ConditionInput, ItemInput, LaboratoryInput } from '#packages/fhir'
import { makeReferral } from '#packages/fhir'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CLINIC, type Clinic, hanako, HOSPITAL, openClinic, OTHER, senderOf } from './clinic.fixture.ts'
import { sql } from 'kysely'
import type { ChartView } from './model.ts'

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

const condition = (id: string, display: string, flags?: ConditionInput['flags']): ConditionInput => ({
  type: 'Condition',
  id,
  code: { keyNumber: '20061593', display },
  onset: '2024-05-10',
  ...(flags ? { flags } : {}),
})
const penicillin: AllergyInput = {
  type: 'AllergyIntolerance',
  id: 'A-1',
  code: { code: 'GCM6131001F1ZZZ', display: 'アモキシシリンカプセル' },
  category: 'medication',
  criticality: 'high',
}
const mackerel: AllergyInput = { type: 'AllergyIntolerance', id: 'A-2', code: { code: 'J9FC11310000', display: 'さば' }, category: 'food' }
const potassium = (id: string, quantity: number, taken: string): LaboratoryInput => ({
  type: 'Observation',
  id,
  local: { code: 'K_SER', display: 'カリウム' },
  standard: { list: 'core', code: '3H015000002326101', display: 'K' },
  taken,
  specimen: '血清',
  value: { quantity, unit: 'mmol/L', ucum: 'mmol/L' },
  range: { low: 3.6, high: 4.8 },
})
const { range: _range, ...withoutRange } = potassium('L-9', 0, '2025-03-03T09:10:00+09:00')
const hepatitis: LaboratoryInput = {
  ...withoutRange,
  local: { code: 'HBSAG', display: 'HBs抗原' },
  standard: { list: 'infection', code: '5F016141002302311', display: 'HBs抗原(判定)' },
  value: { text: '陰性' },
}

/** A new person with a little of everything from the hospital, who has just come to the clinic. */
async function someone(more: readonly ItemInput[] = []) {
  const n = ++serial
  const patient = { ...hanako, memberId: `06990001:12:${4000 + n}:01` }
  const conditions = more.filter((item) => item.type === 'Condition')
  const key = await clinic.items([condition('C-1', '高血圧症'), ...conditions], { patient, localId: `c-${n}` })
  await clinic.items([penicillin, mackerel], { patient, localId: `a-${n}` })
  await clinic.items([potassium('L-1', 4.1, '2025-03-03T09:10:00+09:00'), potassium('L-2', 5.6, '2026-10-03T09:10:00+09:00'), hepatitis], {
    patient,
    localId: `l-${n}`,
  })
  await clinic.relate(key)
  return { key, patient, chart: `/clinic/patients/${key}` }
}
const shown = (view: ChartView) =>
  Object.values(view.items)
    .flat()
    .map((item) => item.title)
    .sort()
const all = {
  diagnosis: true,
  'drug-allergy': true,
  'other-allergy': true,
  'test-result': true,
  infection: true,
  prescription: true,
  'check-up': true,
}

describe('consent opens and closes the chart', () => {
  test('without consent: nothing, and a sentence that says why', async () => {
    const { chart } = await someone()
    const { status, json } = await clinic.get(chart)
    const view = json<ChartView>()
    expect(status).toBe(200)
    expect(shown(view)).toEqual([])
    expect(view.courses).toEqual([])
    expect(view.why?.code).toBe('consent-missing')
    expect(view.consent.open).toEqual([])
    expect(view.consent.closed.map((door) => [door.kind, door.why.code])).toHaveLength(7)
    const page = await clinic.get(chart, { accept: 'text/html' })
    expect(page.body).toContain('本人の同意がないため、表示できません')
    expect(page.body).not.toContain('高血圧症')
  })

  test('with consent: only the kinds allowed, the others as closed doors with the reason', async () => {
    const { key, chart } = await someone()
    await clinic.agree(key, { 'drug-allergy': true, 'test-result': true, diagnosis: false })
    const view = (await clinic.get(chart)).json<ChartView>()
    expect(shown(view)).toEqual(['アモキシシリンカプセル', 'カリウム', 'カリウム'])
    expect(view.consent.open.map((door) => door.kind)).toEqual(['drug-allergy', 'test-result'])
    expect(Object.fromEntries(view.consent.closed.map((door) => [door.kind, door.why.code]))).toMatchObject({
      diagnosis: 'refused',
      infection: 'not-asked',
    })
    const page = (await clinic.get(chart, { accept: 'text/html' })).body
    expect(page).toContain('見せないことを選びました')
    expect(page).not.toContain('高血圧症')
    expect(page).not.toContain('さば')
  })

  test('all six items on one page, newest first, with source, course and out-of-range mark', async () => {
    const { key, chart } = await someone()
    await clinic.agree(key, all)
    const view = (await clinic.get(chart)).json<ChartView>()
    expect(view.items.diagnosis[0]).toMatchObject({
      title: '高血圧症',
      institutionNumber: HOSPITAL,
      institutionName: 'みどり総合病院',
      own: false,
      rule: 'visit-consent',
    })
    expect(view.items['test-result'].map((i) => i.date?.slice(0, 7))).toEqual(['2026-10', '2025-03'])
    expect(view.items['test-result'][0]).toMatchObject({ mark: 'high', unit: 'mmol/L' })
    expect(view.items.infection.map((i) => i.title)).toEqual(['HBs抗原'])
    expect(view.courses.map((c) => c.points.map((p) => p.value))).toEqual([[4.1, 5.6]])
    expect(view.patient).toMatchObject({ name: '山川 花子', nameKana: 'ヤマカワ ハナコ', birthDate: '1966-04-12', age: 60, sex: 'female' })
    const page = (await clinic.get(chart, { accept: 'text/html' })).body
    for (const word of [
      'アモキシシリンカプセル',
      '高い',
      '基準範囲 3.6〜4.8',
      'trend-drawing',
      '文書に含まれる処方です',
      '昭和41年4月12日',
    ])
      expect(page).toContain(word)
  })

  test('consent ends to the second', async () => {
    const { key, chart } = await someone()
    const { until } = await clinic.agree(key, all)
    clinic.clock.at = new Date(until.getTime() - 1000)
    expect(shown((await clinic.get(chart)).json<ChartView>()).length).toBe(6)
    clinic.clock.at = until
    const view = (await clinic.get(chart)).json<ChartView>()
    expect(shown(view)).toEqual([])
    expect(view.consent.closed[0]?.why.code).toBe('expired')
  })

  test('withdrawal holds from the next request on', async () => {
    const { key, chart } = await someone()
    const { id } = await clinic.agree(key, all)
    expect(shown((await clinic.get(chart)).json<ChartView>()).length).toBe(6)
    await clinic.as(await clinic.citizenOf(key), (ctx) => clinic.consent.withdraw(ctx, id))
    const view = (await clinic.get(chart)).json<ChartView>()
    expect(shown(view)).toEqual([])
    expect(view.consent.closed.every((door) => door.why.code === 'withdrawn')).toBe(true)
  })

  test('consent at one clinic opens nothing at another', async () => {
    const { key, chart } = await someone()
    await clinic.agree(key, all)
    await clinic.relate(key, OTHER)
    expect(shown((await clinic.get(chart, { institution: OTHER })).json<ChartView>())).toEqual([])
  })

  test('own records stay, marked as own, whatever is closed', async () => {
    const { patient, chart } = await someone()
    await clinic.items([condition('C-7', '感冒')], { from: CLINIC, patient })
    const view = (await clinic.get(chart)).json<ChartView>()
    expect(view.items.diagnosis).toMatchObject([{ title: '感冒', own: true, rule: 'own-institution' }])
    expect(view.why).toBeUndefined()
    expect((await clinic.get(chart, { accept: 'text/html' })).body).toContain('自院')
  })

  test('a person with two keys is one chart', async () => {
    const { key, chart } = await someone()
    const second = await someone()
    const { id } = (await clinic.person.findByKey({ db: clinic.db }, key))!
    await sql`update person.patient_key set person_id = ${id} where key = ${second.key}`.execute(clinic.db)
    for (const one of [key, second.key]) await clinic.agree(one, all)
    const view = (await clinic.get(chart)).json<ChartView>()
    // Both keys tell the same diagnosis of the same institution, so it is one line told twice.
    for (const { items } of [view, (await clinic.get(second.chart)).json<ChartView>()])
      expect(items.diagnosis.map(({ also }) => also.length)).toEqual([1])
  })
})

test('somebody who wishes another name than the registered one is called by it, on the chart and in the queue', async () => {
  const { key } = await someone()
  const page = async (url: string) => (await clinic.get(url, { accept: 'text/html' })).body
  expect(await page(`/clinic/patients/${key}`), 'the control').not.toContain('お呼びする名前')
  await sql`update person.person set name_of_other = '山田 まこと' where id = (select person_id from person.patient_key where key = ${key})`.execute(
    clinic.db,
  )
  await clinic.relate(key)
  for (const url of [`/clinic/patients/${key}`, '/clinic']) expect(await page(url)).toMatch(/お呼びする名前[\s\S]{0,80}山田 まこと/)
})

describe('marks of the sender', () => {
  test('未提供 is shown to no other institution; 未告知 here with its mark, and not to the person', async () => {
    const { key, chart } = await someone([
      condition('C-2', '胃癌', { uninformed: true }),
      condition('C-3', '適応障害', { undelivered: true }),
    ])
    await clinic.agree(key, all)
    const view = (await clinic.get(chart)).json<ChartView>()
    expect(view.items.diagnosis.map((i) => [i.title, i.uninformed]).sort()).toEqual(
      [
        ['胃癌', true],
        ['高血圧症', false],
      ].sort(),
    )
    expect(view.items.diagnosis.find((i) => i.uninformed)?.uninformedSince).toBe(start.toISOString())
    expect((await clinic.get(chart, { accept: 'text/html' })).body).toContain('未告知')
    expect((await clinic.get(chart, { accept: 'text/html', institution: HOSPITAL })).body, 'its own institution sees it').toContain(
      '適応障害',
    )
    const own = await clinic.as(await clinic.citizenOf(key), (ctx) => clinic.record.chart(ctx, [key]))
    const words = own.rows.map((row) => row.body).join()
    expect(words).toContain('高血圧症')
    expect(words).not.toMatch(/胃癌|適応障害/)
  })
})

describe('who may ask', () => {
  test.each([
    ['physician', 200],
    ['dentist', 200],
    ['nurse', 200],
    ['pharmacist', 200],
    ['clerk', 403],
    ['operator', 403],
  ] as const)('%s -> %i', async (role, status) => {
    const { chart } = await someone()
    for (const path of [chart, `${chart}/labs`]) expect((await clinic.get(path, { role })).status).toBe(status)
  })

  test('nobody without a session, and a reader of pages is sent to sign in', async () => {
    const { chart } = await someone()
    expect((await clinic.app.inject({ url: chart, headers: { accept: 'application/json' } })).statusCode).toBe(401)
    expect((await clinic.app.inject({ url: chart, headers: { accept: 'text/html' } })).headers.location).toMatch(/^\/sign-in/)
  })

  test('a patient of others and nobody at all get the same answer, on the chart, on an item and on its labs', async () => {
    const { key } = await someone()
    const item = (await clinic.get(`/clinic/patients/${key}`, { institution: HOSPITAL })).json<ChartView>().items.diagnosis[0]!.id
    for (const rest of ['', '/labs', `/items/${item}`, '/documents/none']) {
      const foreign = await clinic.get(`/clinic/patients/${key}${rest}`, { institution: OTHER })
      const nobody = await clinic.get(`/clinic/patients/01234567890123456789${rest}`, { institution: OTHER })
      expect(foreign.status).toBe(403)
      expect(foreign.code).toBe('consent-missing')
      expect(foreign.body).toBe(nobody.body)
      expect(foreign.status).toBe(nobody.status)
    }
    expect((await clinic.auditOf(key)).filter((row) => row.outcome === 'consent-missing').length, 'the person sees the refused tries').toBe(
      4,
    )
  })
})

describe('documents', () => {
  const letter = (patient: typeof hanako, addressee: string) =>
    makeReferral({
      sender: senderOf(HOSPITAL),
      patient,
      localId: `ref-${++serial}`,
      year: 2026,
      at: '2026-11-19T10:00:00.000+09:00',
      addressee: { institutionNumber: addressee, name: senderOf(addressee).name },
      purpose: '血圧管理の継続をお願いします。',
      diagnoses: [condition('C-1', '高血圧症')],
      presentIllness: { condition: condition('C-1', '高血圧症'), text: '昨年から通院している。' },
      course: '経過は<b>良好</b>。<script>alert(1)</script>',
      medications: [
        {
          type: 'MedicationRequest',
          id: 'M-1',
          drug: { generic: '2171022F1ZZZ', display: 'アムロジピン錠5mg' },
          authored: '2026-11-19T09:40:00+09:00',
          start: '2026-11-19',
          days: 28,
          usage: { code: '1011000400000000', text: '1日1回朝食後 服用' },
          dose: { value: 1, unit: '錠', unitCode: 'TAB', perDay: 1 },
        },
      ],
    })

  test('a letter is seen by its addressee alone, also before the person came there', async () => {
    const { key, chart, patient } = await someone()
    await clinic.send(letter(patient, CLINIC))
    await clinic.agree(key, all, OTHER)
    const here = (await clinic.get(chart)).json<ChartView>()
    expect(here.items.letter).toMatchObject([{ is: 'document', rule: 'addressee' }])
    expect((await clinic.get(chart, { institution: OTHER })).json<ChartView>().items.letter).toEqual([])
    const id = here.items.letter[0]!.id
    expect((await clinic.get(`${chart}/documents/${id}`, { institution: OTHER })).status).toBe(404)
  })

  test('a letter opens its own page before the person has come; nothing else of them does', async () => {
    const patient = { ...hanako, memberId: `06990001:12:${4000 + ++serial}:01` }
    const key = await clinic.send(letter(patient, CLINIC))
    const view = (await clinic.get(`/clinic/patients/${key}`)).json<ChartView>()
    expect(shown(view)).toEqual(['診療情報提供書'])
    expect((await clinic.get(`/clinic/patients/${key}`, { institution: OTHER })).code).toBe('consent-missing')
  })

  test('a document reads by its sections, and what a sender wrote is text', async () => {
    const { key, chart, patient } = await someone()
    await clinic.send(letter(patient, CLINIC))
    await clinic.agree(key, all)
    const view = (await clinic.get(chart)).json<ChartView>()
    expect(view.items.prescription).toMatchObject([{ title: 'アムロジピン錠5mg', fromDocument: true }])
    const { status, body } = await clinic.get(`${chart}/documents/${view.items.letter[0]!.id}`, { accept: 'text/html' })
    expect(status).toBe(200)
    for (const word of ['紹介目的', '血圧管理の継続をお願いします。', '昨年から通院している。', 'アムロジピン錠5mg', '経過は&lt;b&gt;良好'])
      expect(body).toContain(word)
    expect(body).not.toContain('<script>alert')
  })

  test('an item shows every code the sender gave, its own local one too, and the stored text', async () => {
    const { key, chart } = await someone()
    await clinic.agree(key, all)
    const view = (await clinic.get(chart)).json<ChartView>()
    const id = view.items['test-result'][0]!.id
    const page = (await clinic.get(`${chart}/items/${id}`, { accept: 'text/html' })).body
    for (const word of ['K_SER', '3H015000002326101', 'FHIR JSON', '本人の同意']) expect(page).toContain(word)
    expect((await clinic.get(`${chart}/items/${id}`)).json<{ resource: { resourceType: string } }>().resource.resourceType).toBe(
      'Observation',
    )
    expect((await clinic.get(`${chart}/items/${key}.none`)).status).toBe(404)
  })
})

describe('the log', () => {
  test('each look is noted under the person, with kinds, rule and the consent it rests on; an empty one too', async () => {
    const { key, chart } = await someone()
    await clinic.get(chart)
    expect(await clinic.auditOf(key)).toMatchObject([{ action: 'chart.read', resource: 'chart', count: 0, outcome: 'success' }])
    const { id } = await clinic.agree(key, all)
    const view = (await clinic.get(chart)).json<ChartView>()
    await clinic.get(`${chart}/items/${view.items.diagnosis[0]!.id}`)
    expect((await clinic.auditOf(key)).slice(1)).toMatchObject([
      {
        action: 'chart.read',
        rule: 'visit-consent',
        consent_id: id,
        count: 6,
        kinds: ['diagnosis', 'drug-allergy', 'infection', 'other-allergy', 'test-result'],
      },
      {
        action: 'chart.item',
        rule: 'visit-consent',
        consent_id: id,
        kinds: ['diagnosis'],
        resource: `Condition/${view.items.diagnosis[0]!.id}`,
      },
    ])
  })

  test('without a durable audit row nothing leaves', async () => {
    const { key, chart } = await someone()
    await clinic.agree(key, all)
    clinic.breakAudit(true)
    const { status, body } = await clinic.get(chart)
    clinic.breakAudit(false)
    expect(status).toBe(500)
    expect(body).not.toMatch(/高血圧症|山川/)
    expect((await clinic.get(chart)).body, 'control: with the log whole it answers').toContain('高血圧症')
  })
})

describe('much and little', () => {
  test('300 diagnoses: ten on the chart, the rest a page at a time, every one reachable', async () => {
    const patient = { ...hanako, memberId: `06990001:12:${4000 + ++serial}:01` }
    const many = Array.from({ length: 300 }, (_, n) => condition(`C-${n}`, `病名${n}番`))
    const key = await clinic.items(many as [ItemInput, ...ItemInput[]], { patient })
    await clinic.agree(key, all)
    const page = async (query: string) => (await clinic.get(`/clinic/patients/${key}${query}`, { accept: 'text/html' })).body
    const named = (body: string) => new Set(body.match(/病名\d+番/g))
    expect(await page('')).toContain('すべて見る（300件）')
    expect(named(await page('')).size).toBeLessThanOrEqual(16)
    const found = new Set<string>()
    for (let n = 1; n <= 6; n++) for (const name of named(await page(`?kind=diagnosis&page=${n}`))) found.add(name)
    expect(found.size).toBe(300)
    expect(await page('?kind=diagnosis&page=99')).toContain('251〜300件（全300件）')
  })

  test.each([
    [{ value: { quantity: 5.6, unit: 'mmol/L' }, range: { low: 3.6, high: 4.8 } }, 'high', '高い'],
    [{ value: { quantity: 3.1, unit: 'mmol/L' }, range: { low: 3.6, high: 4.8 } }, 'low', '低い'],
    [{ value: { quantity: 4.8, unit: 'mmol/L' }, range: { low: 3.6, high: 4.8 } }, 'within', null],
    [{ value: { quantity: 4.1, unit: 'mmol/L' }, range: { low: 3.6, high: 4.8 }, interpretation: 'A' as const }, 'abnormal', '異常'],
    [{ value: { quantity: 9.9, unit: 'mmol/L' } }, null, '基準範囲の記載なし'],
    [{ value: { absent: 'not-performed' as const } }, null, '実施せず'],
  ])('result %j is marked %s by shape and word', async (result, mark, word) => {
    const patient = { ...hanako, memberId: `06990001:12:${4000 + ++serial}:01` }
    const { range: _r, ...base } = potassium('L-1', 0, '2026-10-03T09:10:00+09:00')
    const key = await clinic.items([{ ...base, ...result }], { patient })
    await clinic.agree(key, all)
    const chart = `/clinic/patients/${key}`
    expect((await clinic.get(chart)).json<ChartView>().items['test-result']).toMatchObject([{ mark }])
    const page = (await clinic.get(`${chart}/labs?view=table`, { accept: 'text/html' })).body
    if (word) expect(page).toContain(word)
    expect(/class="mark mark-(high|low|abnormal)"/.exec(page)?.[1] ?? null).toBe(mark === 'within' ? null : mark)
  })
})
