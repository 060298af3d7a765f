/** Disaster access from the first request of an operator to the count that everybody sees. */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { disasterMigrations, limits } from '#care/emergency'
import { closeness, indexSought } from '#care/person'
import { checkup, drugAllergy, fiveItems, hypertension, potassium, referralTo } from '../../../tests/harness/bundles.ts'
import type { Caller, Heard } from '../../../tests/harness/caller.ts'
import { rulesOf } from '../../../tests/harness/caller.ts'
import { careMigrations, CLINIC, DAY_MS, HOSPITAL, openPlatform, type Platform, STRANGER } from '../../../tests/harness/platform.ts'
import { disasterRows as openingRows } from '../../operator/disaster/rows.tsx'
import { clinicianRoutes } from '../index.ts'

let platform: Platform
let operator: Caller & { id: string }
let auditor: Caller & { id: string }
let doctor: Caller & { id: string }
let key: string

const JSON_HEADERS = { accept: 'application/json', 'content-type': 'application/json' }
const get = (who: Caller, url: string) => who.get(url, { accept: 'application/json' })
const post = (who: Caller, url: string, body: object = {}) => who.post(url, body, JSON_HEADERS)
const said = (heard: Heard) => (heard.status < 400 ? heard.status : rulesOf(heard)[0])

const opening = (more: object = {}) => ({
  name: '縁ヶ浜地震',
  areas: CLINIC,
  days: '7',
  law: '災害救助法の適用',
  orderedBy: '縁県知事',
  ...more,
})
const wish = { name: 'ﾔﾏｶﾜ はなこ', birth: '昭和33年4月12日' }
const open = async () => {
  const asked = await post(operator, '/operator/disaster', opening())
  await post(auditor, `/operator/disaster/requests/${String(asked.body.id)}`, { agree: 'yes' })
  return String(asked.body.disasterId)
}
const opened = async (who: Caller = doctor) => {
  await post(who, '/clinic/disaster', wish)
  return post(who, `/clinic/disaster/people/${key}`, { agreed: 'oral' })
}
const closeAll = async () => {
  await sql`update consent.disaster set ended_at = ${platform.clock.at} where ended_at is null`.execute(platform.db)
  await sql`update consent.disaster_institution set ended_at = ${platform.clock.at} where ended_at is null`.execute(platform.db)
}
const audits = async (action: string) =>
  (
    await sql<{ key: string; rule: string; outcome: string; purpose: string; institution_number: string }>`
    select key, rule, outcome, purpose, institution_number from kernel.audit where action = ${action} order by id`.execute(platform.db)
  ).rows

beforeAll(async () => {
  platform = await openPlatform({
    rows: ({ services }) => [...clinicianRoutes(services), ...openingRows({ demo: false, person: services.person })],
    migrations: [...careMigrations, ...disasterMigrations],
    template: 'disaster',
  })
  operator = await platform.staff('operator', HOSPITAL)
  const hospital = await platform.system(HOSPITAL)
  for (const bundle of [
    fiveItems({}, [hypertension]),
    fiveItems({}, [drugAllergy]),
    fiveItems({}, [potassium]),
    checkup({ localId: 'checkup-1' }),
    referralTo({ addressee: CLINIC, localId: 'letter-1' }),
  ])
    expect((await hospital.submit(bundle)).status).toBe(201)
  const { rows } = await sql<{ key: string }>`select key from person.patient_key`.execute(platform.db)
  key = rows[0]!.key
  const { rows: about } = await sql<{ name_kana: string; birth_date: string }>`select name_kana, birth_date from person.person`.execute(
    platform.db,
  )
  Object.assign(wish, { name: about[0]!.name_kana, birth: about[0]!.birth_date })
  await indexSought(platform.db, platform.clock.at)
}, 60_000)
afterAll(() => platform?.close())

test('an operator without anybody beside them opens alone, and the history says so', async () => {
  const asked = await post(operator, '/operator/disaster', opening())
  expect(asked.body.state).toBe('done')
  const view = await get(operator, `/operator/disaster/${String(asked.body.disasterId)}`)
  expect((view.body.requests as { details: { alone: boolean } }[])[0]!.details.alone).toBe(true)
  auditor = await platform.staff('auditor', HOSPITAL)
  doctor = await platform.staff('physician', CLINIC)
})

describe('opening', () => {
  beforeEach(closeAll)

  test('takes a second person, who is not the first', async () => {
    const asked = await post(operator, '/operator/disaster', opening())
    const request = `/operator/disaster/requests/${String(asked.body.id)}`
    expect(asked.body.state).toBe('waiting')
    expect((await get(doctor, '/clinic/disaster')).body.open).toBeNull()
    expect(said(await post(operator, request, { agree: 'yes' }))).toBe('disaster-same-person')
    expect((await get(doctor, '/clinic/disaster')).body.open).toBeNull()
    expect(said(await post(auditor, request, { agree: 'yes' }))).toBe(200)
    expect((await get(doctor, '/clinic/disaster')).body.open).toMatchObject({ name: '縁ヶ浜地震' })
    expect(said(await post(auditor, request, { agree: 'yes' }))).toBe('disaster-decided')
  })

  test('a request that nobody confirmed within a day is over', async () => {
    const asked = await post(operator, '/operator/disaster', opening())
    await sql`update disaster.request set at = at - interval '25 hours'`.execute(platform.db)
    expect(said(await post(auditor, `/operator/disaster/requests/${String(asked.body.id)}`, { agree: 'yes' }))).toBe('disaster-decided')
  })

  test('ends by itself, is extended by two, and closed by one', async () => {
    const id = await open()
    const more = await post(operator, `/operator/disaster/${id}/extend`, { days: 7, reason: '避難が続くため' })
    expect(more.body.state).toBe('waiting')
    await post(auditor, `/operator/disaster/requests/${String(more.body.id)}`, { agree: 'yes' })
    const view = async () => (await get(operator, `/operator/disaster/${id}`)).body.disaster as { since: string; until: string }
    const { since, until } = await view()
    expect(Date.parse(until) - Date.parse(since)).toBe(14 * DAY_MS)
    const over = (ms: number) =>
      sql`update consent.disaster_institution set until = ${new Date(Date.parse(until) - ms)} where disaster_id = ${id}`.execute(
        platform.db,
      )
    await over(14 * DAY_MS)
    expect((await get(doctor, '/clinic/disaster')).body.open).toBeNull()
    await over(0)
    expect((await get(doctor, '/clinic/disaster')).body.open).not.toBeNull()
    expect(said(await post(auditor, `/operator/disaster/${id}/close`, { reason: '解除' }))).toBe(200)
    expect((await get(doctor, '/clinic/disaster')).body.open).toBeNull()
    expect(said(await post(operator, `/operator/disaster/${id}/close`, { reason: '解除' }))).toBe('disaster-not-open')
  })

  test.each([
    [{ areas: '沖縄県' }, 'disaster-area-empty'],
    [{ areas: '輪島市' }, 'input-invalid'],
    [{ days: '15' }, 'input-invalid'],
    [{ days: '0' }, 'input-invalid'],
    [{ name: '' }, 'input-invalid'],
    [{ law: '' }, 'input-invalid'],
    [{ orderedBy: '' }, 'input-invalid'],
  ])('%o is refused: %s', async (more, code) => {
    expect(said(await post(operator, '/operator/disaster', opening(more)))).toBe(code)
  })

  test('is nobody else’s: an administrator, a physician, an auditor', async () => {
    for (const role of ['administrator', 'physician', 'auditor', 'clerk'] as const)
      expect(said(await post(await platform.staff(role, HOSPITAL), '/operator/disaster', opening()))).toBe('not-permitted')
  })

  test('is shown before it is done: which institutions, for how many', async () => {
    const shown = await get(operator, `/operator/disaster/new?check=1&${new URLSearchParams(opening({ areas: `13\n沖縄県` }))}`)
    expect(shown.body.institutions).toHaveLength(3)
    expect(shown.body.empty).toEqual(['prefecture:47'])
    expect((await get(doctor, '/clinic/disaster')).body.open).toBeNull()
  })
})

describe('looking', () => {
  beforeEach(async () => {
    await closeAll()
    await sql`delete from disaster.search`.execute(platform.db)
    await sql`delete from disaster.look`.execute(platform.db)
  })

  test('from the search to the chart; each step is in the person’s log, and they are told', async () => {
    const id = await open()
    const found = await post(doctor, '/clinic/disaster', wish)
    const [hit] = found.body.people as { key: string; why: { ja: string }[]; address: string }[]
    expect(hit).toMatchObject({ key })
    expect(hit!.why.map((w) => w.ja)).toContain('生年月日が一致')
    expect(hit!.address).not.toMatch(/\d/)
    expect((await audits('disaster.search')).at(-1)).toMatchObject({ key, rule: 'disaster', purpose: 'ETREAT' })
    expect(said(await post(doctor, `/clinic/disaster/people/${key}`, { agreed: 'oral' }))).toBe(200)
    const { rows: told } = await sql<{
      payload: object
    }>`select payload from kernel.outbox where topic = 'notice' and key = ${key} order by id`.execute(platform.db)
    expect(told.at(-1)!.payload).toEqual({ kind: 'disaster-access', disasterId: id, institutionName: 'さくら内科クリニック' })
    const chart = await get(doctor, `/clinic/disaster/people/${key}/chart`)
    expect(chart.status).toBe(200)
    const items = chart.body.items as Record<string, unknown[]>
    expect(items.diagnosis!.length + items.prescription!.length + items['test-result']!.length).toBeGreaterThan(0)
    for (const kind of ['diagnosis', 'drug-allergy', 'test-result', 'check-up']) expect(items[kind]!.length, kind).toBeGreaterThan(0)
    expect(items.letter).toEqual([])
    expect((await audits('disaster.chart')).at(-1)).toMatchObject({ key, rule: 'disaster', purpose: 'ETREAT', institution_number: CLINIC })
  })

  test('nothing opens without the search before it, by the same person, within an hour', async () => {
    await open()
    expect(said(await get(doctor, `/clinic/disaster/people/${key}`))).toBe('disaster-search-first')
    expect(said(await post(doctor, `/clinic/disaster/people/${key}`, { agreed: 'oral' }))).toBe('disaster-search-first')
    expect(said(await get(doctor, `/clinic/disaster/people/${key}/chart`))).toBe('disaster-search-first')
    await post(doctor, '/clinic/disaster', wish)
    const colleague = await platform.staff('nurse', CLINIC)
    expect(said(await post(colleague, `/clinic/disaster/people/${key}`, { agreed: 'oral' }))).toBe('disaster-search-first')
    await post(doctor, `/clinic/disaster/people/${key}`, { agreed: 'oral' })
    expect(said(await get(colleague, `/clinic/disaster/people/${key}/chart`))).toBe('disaster-search-first')
    expect(said(await get(doctor, `/clinic/disaster/people/${key}/chart`))).toBe(200)
    await sql`update disaster.search set at = at - interval '61 minutes'`.execute(platform.db)
    expect(said(await post(doctor, `/clinic/disaster/people/${key}`, { agreed: 'oral' }))).toBe('disaster-search-first')
    await sql`update disaster.look set until = ${platform.clock.at}`.execute(platform.db)
    expect(said(await get(doctor, `/clinic/disaster/people/${key}/chart`))).toBe('disaster-search-first')
  })

  test('it holds for institutions of the area alone, for clinical staff alone, and ends with the next request', async () => {
    const id = await open()
    const stranger = await platform.staff('physician', STRANGER)
    expect(said(await post(stranger, '/clinic/disaster', wish))).toBe('disaster-not-open')
    for (const role of ['clerk', 'administrator', 'operator', 'auditor'] as const)
      expect(said(await post(await platform.staff(role, CLINIC), '/clinic/disaster', wish))).toBe('not-permitted')
    expect(said(await opened())).toBe(200)
    expect(said(await get(doctor, `/clinic/disaster/people/${key}/chart`))).toBe(200)
    await post(operator, `/operator/disaster/${id}/close`, { reason: '解除' })
    expect(said(await get(doctor, `/clinic/disaster/people/${key}/chart`))).toBe('disaster-not-open')
    expect(said(await post(doctor, '/clinic/disaster', wish))).toBe('disaster-not-open')
  })

  test('what a person closed absolutely stays closed: an item, or everything with their name', async () => {
    await open()
    await opened()
    const count = async () =>
      Object.values((await get(doctor, `/clinic/disaster/people/${key}/chart`)).body.items as Record<string, unknown[]>).flat().length
    const all = await count()
    expect(all).toBeGreaterThan(0)
    const close = (id: string, type = '', resource = '') =>
      sql`insert into consent.closure (key, id, purpose, institution_number, resource_type, resource_id, absolute, since)
        values (${key}, ${id}, '', '', ${type}, ${resource}, true, ${platform.clock.at})`.execute(platform.db)
    const { rows } = await sql<{
      type: string
      id: string
    }>`select type, id from record.resource where key = ${key} and kind = 'diagnosis' limit 1`.execute(platform.db)
    await close('one', rows[0]!.type, rows[0]!.id)
    expect(await count()).toBeLessThan(all)
    await close('all')
    expect(await count()).toBe(0)
    expect((await post(doctor, '/clinic/disaster', wish)).body.people).toEqual([])
    await sql`delete from consent.closure`.execute(platform.db)
    expect(await count()).toBe(all)
  })

  test('too little is known: 422, and nobody is looked for', async () => {
    await open()
    expect(said(await post(doctor, '/clinic/disaster', { name: 'サトウ', sex: 'male' }))).toBe('disaster-too-little')
    const page = await doctor.post('/clinic/disaster', 'name=%E3%82%B5%E3%83%88%E3%82%A6', {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'text/html',
    })
    expect(page.status).toBe(422)
    expect(page.text).toContain('サトウ')
  })

  test('one person searches and opens so often an hour, and no more', async () => {
    await open()
    const insert = (n: number) =>
      sql`insert into disaster.search select ${doctor.id}, 's' || g, ${platform.clock.at}, ${CLINIC}, '', '{}' from generate_series(1, ${n}::int) g`.execute(
        platform.db,
      )
    await insert(limits.searches - 1)
    expect(said(await post(doctor, '/clinic/disaster', wish))).toBe(200)
    expect(said(await post(doctor, '/clinic/disaster', wish))).toBe('disaster-too-many')
    await sql`update disaster.search set at = at - interval '61 minutes'`.execute(platform.db)
    expect(said(await post(doctor, '/clinic/disaster', wish))).toBe(200)
  })

  test('everybody sees how often, in rounded counts', async () => {
    const id = await open()
    await opened()
    const uses = async () =>
      (await get(platform.public(), '/disaster')).body.disasters as { id: string; total: number | null; days: unknown[] }[]
    expect((await uses()).find((d) => d.id === id)).toMatchObject({ total: null, open: true })
    await sql`insert into disaster.look select ${key}, 'l' || g, ${id}, 'x', 'x', ${CLINIC}, 'x', 'oral', ${platform.clock.at}, ${platform.clock.at}, null
      from generate_series(1, 123) g`.execute(platform.db)
    expect((await uses()).find((d) => d.id === id)).toMatchObject({ total: 120 })
    expect(JSON.stringify(await uses())).not.toContain(key)
  })
})

describe('who stands close', () => {
  let colleague: Caller & { id: string }
  beforeEach(async () => {
    await closeAll()
    for (const table of ['search', 'look', 'second']) await sql`delete from disaster.${sql.raw(table)}`.execute(platform.db)
    for (const table of ['watch', 'staff_person']) await sql`delete from person.${sql.raw(table)}`.execute(platform.db)
    colleague = await platform.staff('nurse', CLINIC)
    await sql`update person.staff set name = '緑川 夏美' where id = ${colleague.id}`.execute(platform.db)
    await open()
    await post(doctor, '/clinic/disaster', wish)
  })
  const personId = async () =>
    (await sql<{ id: string }>`select person_id as id from person.patient_key where key = ${key}`.execute(platform.db)).rows[0]!.id
  const isStaff = async (staffId: string) =>
    void (await sql`insert into person.staff_person values (${staffId}, ${await personId()}, ${platform.clock.at}, 'x')`.execute(
      platform.db,
    ))
  const watch = async () => {
    await sql`insert into person.watch values (${await personId()}, 'w', 'vip', ${platform.clock.at}, 'x')`.execute(platform.db)
  }
  const openBy = (who: Caller, agreed = 'oral') => post(who, `/clinic/disaster/people/${key}`, { agreed })

  test('nobody opens themselves, and the try is in the log', async () => {
    await isStaff(doctor.id)
    expect(said(await get(doctor, `/clinic/disaster/people/${key}`))).toBe('disaster-self')
    expect(said(await openBy(doctor))).toBe('disaster-self')
    expect((await audits('disaster.open')).at(-1)).toMatchObject({ key, outcome: 'disaster-self' })
  })

  test('nobody opens a relative: somebody at the same address', async () => {
    const own = await platform.enter({ name: '青山 春樹', nameKana: 'アオヤマ ハルキ', birthDate: '1980-01-01' })
    await sql`update person.person set address = (select address from person.person where id = ${await personId()}) where id = ${own.personId}`.execute(
      platform.db,
    )
    await sql`insert into person.staff_person values (${doctor.id}, ${own.personId}, ${platform.clock.at}, 'x')`.execute(platform.db)
    expect(said(await openBy(doctor))).toBe('disaster-family')
  })

  test('somebody watched over is opened by two, each in their own sign-in; reviewers see it', async () => {
    await watch()
    expect((await get(doctor, `/clinic/disaster/people/${key}`)).body.needs).toEqual(['watched'])
    const asked = await openBy(doctor, 'unable')
    expect(asked.body).toMatchObject({ state: 'waiting', needs: ['watched'] })
    const at = `/clinic/disaster/requests/${String(asked.body.requestId)}`
    expect(said(await get(doctor, `/clinic/disaster/people/${key}/chart`))).toBe('disaster-search-first')
    expect(said(await post(doctor, `${at}/open`))).toBe('disaster-request-over')
    expect(said(await post(doctor, at, { answer: 'yes' }))).toBe('disaster-second-refused')
    const stranger = await platform.staff('physician', STRANGER)
    expect(said(await post(stranger, at, { answer: 'yes' }))).toBe('disaster-not-open')
    expect((await get(colleague, '/clinic/disaster')).body.waiting).toHaveLength(1)
    expect(JSON.stringify((await get(colleague, '/clinic/disaster')).body.waiting)).not.toContain(key)
    expect(said(await post(colleague, at, { answer: 'yes' }))).toBe(200)
    expect(said(await post(colleague, at, { answer: 'no' }))).toBe('disaster-request-over')
    expect(said(await post(doctor, `${at}/open`))).toBe(200)
    expect(said(await post(doctor, `${at}/open`))).toBe('disaster-request-over')
    expect(said(await get(doctor, `/clinic/disaster/people/${key}/chart`))).toBe(200)
    const shown = await get(auditor, '/operator/disaster/looks')
    expect(shown.body.looks).toEqual([expect.objectContaining({ secondName: '緑川 夏美', telling: false })])
    expect((shown.body.looks as { flags: string[] }[])[0]!.flags).toContain('watched')
    expect(shown.text).not.toContain(key)
  })

  test('a second who is the person’s relative, or says no, or comes late, opens nothing', async () => {
    await watch()
    const ask = async () => `/clinic/disaster/requests/${String((await openBy(doctor)).body.requestId)}`
    const first = await ask()
    await isStaff(colleague.id)
    expect(said(await post(colleague, first, { answer: 'yes' }))).toBe('disaster-second-refused')
    await sql`delete from person.staff_person`.execute(platform.db)
    await post(colleague, first, { answer: 'no' })
    expect(said(await post(doctor, `${first}/open`))).toBe('disaster-request-over')
    const late = await ask()
    await sql`update disaster.second set until = ${platform.clock.at} where look_id is null`.execute(platform.db)
    expect(said(await post(colleague, late, { answer: 'yes' }))).toBe('disaster-request-over')
  })

  test('becoming a relative meanwhile refuses what a second agreed to', async () => {
    await watch()
    const at = `/clinic/disaster/requests/${String((await openBy(doctor)).body.requestId)}`
    await post(colleague, at, { answer: 'yes' })
    await isStaff(doctor.id)
    expect(said(await post(doctor, `${at}/open`))).toBe('disaster-self')
  })

  test('the control: without a tie and a watch one clinician opens at once', async () => {
    expect(said(await openBy(doctor))).toBe(200)
    expect(await closeness.watchedIds(platform)).toEqual(new Set())
  })
})
