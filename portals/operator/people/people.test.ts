import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import type { Caller } from '../../../tests/harness/caller.ts'
import { HOSPITAL, openPlatform, type Platform, systemActor } from '../../../tests/harness/platform.ts'
import { addDays, dateInJapan } from '#kernel/japan'
import { protectionByDate } from './person-rows.ts'
import { peopleRows } from './rows.ts'

let platform: Platform
let operator: Caller & { id: string }
beforeAll(async () => {
  platform = await openPlatform({ rows: ({ services }) => peopleRows({ person: services.person, demo: true }) })
  operator = await platform.staff('operator', HOSPITAL)
})
afterAll(() => platform?.close())

let serial = 0
async function setAside() {
  const stated = {
    memberId: `06990077:7:${++serial}:01`,
    ...{ name: '斎藤 菊', nameKana: 'サイトウ キク', birthDate: '1948-04-12', sex: 'female', address: '', postalCode: '', phone: '' },
  }
  const resolve = (more: object) =>
    platform.as(systemActor(HOSPITAL), (ctx) => platform.services.person.resolve(ctx, { ...stated, ...more }, HOSPITAL))
  const one = await resolve({})
  const two = await resolve({ birthDate: '1948-04-21' })
  const { cases } = await platform.services.person.cases.open({ db: platform.db }, { limit: 500, offset: 0 })
  return { one, two, id: cases.find((c) => c.key === two.key)!.id }
}
const page = async (url: string, who: Caller = operator) => who.get(url, { accept: 'text/html' })
const form = (url: string, fields: Record<string, string>, who: Caller = operator) =>
  who.post(url, new URLSearchParams(fields).toString(), { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' })
const log = async (key: string) =>
  (
    await sql<{
      action: string
      rule: string
      outcome: string
    }>`select action, rule, outcome from kernel.audit where key = ${key} order by id`.execute(platform.db)
  ).rows
const searchLink = (id: string) => `/operator/people/${id}?why=request`

describe('the review queue', () => {
  test('lists, shows side by side with counts alone, links, and undoes', async () => {
    const { one, two, id } = await setAside()
    const list = await page('/operator/people')
    expect([list.status, list.text.includes('斎藤 菊'), list.text.includes(HOSPITAL) || list.text.includes('みどり総合病院')]).toEqual([
      200,
      true,
      true,
    ])
    const shown = await page(`/operator/people/cases/${id}`)
    expect(shown.status).toBe(200)
    for (const words of ['同じ人ですか', '違います', '1948年4月21日', '生年月日が一か所だけ違う', 'つながる記録の数'])
      expect(shown.text).toContain(words)
    const done = await form(`/operator/people/cases/${id}`, { decided: 'same', reason: 'document', note: '保険証の写し' })
    expect([done.status, done.headers.location]).toEqual([303, '/operator/people?done=same'])
    expect((await platform.services.person.findByKey(platform, two.key))!.id).toBe(one.personId)
    expect((await log(two.key)).map((l) => l.action)).toEqual(expect.arrayContaining(['people.search', 'people.look', 'people.link']))
    expect(JSON.stringify(await log(two.key)), 'the note stays out of the log').not.toContain('保険証')
    const after = await page('/operator/people')
    const undo = /\/operator\/people\/decisions\/[^"]+\/undo/.exec(after.text)![0]
    expect((await page(undo)).text).toContain('決定を取り消しますか')
    expect((await form(undo, { reason: '' })).status).toBe(400)
    expect((await form(undo, { reason: '別人と分かった' })).headers.location).toBe('/operator/people?done=undone')
    expect((await platform.services.person.findByKey(platform, two.key))!.id).toBe(two.personId)
    expect((await page(undo)).status, 'once only').toBe(409)
  })

  test('a case somebody else settled is said so', async () => {
    const { id } = await setAside()
    await form(`/operator/people/cases/${id}`, { decided: 'different', reason: 'register' })
    expect((await page(`/operator/people/cases/${id}`)).status).toBe(409)
    expect((await form(`/operator/people/cases/${id}`, { decided: 'same', reason: 'register' })).status).toBe(409)
  })

  test.each([
    ['no decision', { reason: 'document' }],
    ['another decision', { decided: 'perhaps', reason: 'document' }],
    ['another reason', { decided: 'same', reason: 'because' }],
  ])('%s is refused and changes nothing', async (_name, fields) => {
    const { id } = await setAside()
    expect((await form(`/operator/people/cases/${id}`, fields as unknown as Record<string, string>)).status).toBe(400)
    expect(await platform.services.person.cases.find({ db: platform.db }, id)).toBeDefined()
  })
})

describe('who is let in', () => {
  test.each(['physician', 'clerk', 'administrator'] as const)('not a %s', async (role) => {
    const { id, one } = await setAside()
    const who = await platform.staff(role, HOSPITAL)
    const tries = [
      page('/operator/people', who),
      page(`/operator/people/cases/${id}`, who),
      page(searchLink(one.personId), who),
      form(`/operator/people/cases/${id}`, { decided: 'same', reason: 'document' }, who),
      form(`/operator/people/${one.personId}/marks`, { basis: 'police', validFrom: '2026-01-01' }, who),
    ]
    expect((await Promise.all(tries)).map((t) => t.status)).toEqual([403, 403, 403, 403, 403])
  })
  test('an operator whose proof is old is asked anew before two people are shown', async () => {
    const { id } = await setAside()
    const at = platform.clock.at
    platform.clock.forward(16 * 60_000)
    const asked = await page(`/operator/people/cases/${id}`)
    platform.clock.at = at
    expect([asked.status, asked.headers.location?.includes('/sign-in/again')]).toEqual([303, true])
  })
})

describe('one person', () => {
  test('is found in any spelling, with the reason in the person’s own log', async () => {
    const { key } = await platform.enter({ name: '渡邊 ヴィオラ', nameKana: 'ワタナベ ヴィオラ', birthDate: '1990-05-05' })
    await platform.services.person.people.compareNew({ db: platform.db, now: platform.clock.at }, 1000)
    const found = await page(`/operator/people?name=${encodeURIComponent('渡辺 ビオラ')}&why=request`)
    expect(found.text).toContain('渡邊 ヴィオラ')
    expect(await log(key)).toContainEqual({ action: 'people.search', rule: 'request', outcome: 'success' })
    expect((await page('/operator/people?name=%25&why=request')).text).toContain('見つかりません')
  })

  test('a change is entered from a day, shown in the history, and taken back', async () => {
    const { personId } = await platform.enter({ address: '旧町1' })
    const fields = {
      part: 'address',
      validFrom: '2026-11-01',
      source: 'municipality',
      address: '新町2',
      postalCode: '1000001',
      why: 'document',
    }
    expect((await page(`/operator/people/${personId}/enter/address?why=document`)).text).toContain('旧町1')
    const done = await form(`/operator/people/${personId}/statements`, fields)
    expect(done.headers.location).toBe(`/operator/people/${personId}?why=document&done=1`)
    const shown = await page(done.headers.location!)
    for (const words of ['新町2', '旧町1', '市町村']) expect(shown.text).toContain(words)
    const undo = new RegExp(`/operator/people/${personId}/statements/[^"]+/undo`).exec(shown.text)![0]
    await form(undo, { why: 'document' })
    expect((await platform.services.person.find(platform, personId))!.address).toBe('旧町1')
    expect((await form(`/operator/people/${personId}/statements`, { ...fields, validFrom: '2099-01-01' })).status).toBe(400)
  })

  test('a proxy is entered after three agreeing facts, and ended', async () => {
    const child = await platform.enter({ name: '子 川', nameKana: 'コ カワ', birthDate: '2015-01-01' })
    const mother = await platform.enter({ name: '母 川', nameKana: 'ハハ カワ', birthDate: '1985-01-01' })
    await platform.services.person.people.compareNew({ db: platform.db, now: platform.clock.at }, 1000)
    const fields = {
      ...{ otherName: '母 川', otherBirth: '1985-01-01', otherMember: mother.memberId!, basis: 'parent', evidence: '戸籍' },
      ...{ validFrom: '2020-01-01', until: '', why: 'document' },
    }
    const url = `/operator/people/${child.personId}/proxies`
    expect((await form(url, { ...fields, otherBirth: '1985-01-02' })).status).toBe(400)
    expect((await form(url, { ...fields, basis: 'family' })).status, 'family is the person’s own to accept').toBe(400)
    expect((await form(url, fields)).status).toBe(303)
    const shown = await page(searchLink(child.personId))
    expect(shown.text).toContain('母 川')
    expect(shown.text, 'the document is nobody else’s').not.toContain('戸籍')
    const end = new RegExp(`/operator/people/${child.personId}/proxies/[^"]+/end`).exec(shown.text)![0]
    expect((await form(end, { why: 'document' })).status).toBe(303)
    expect((await page(searchLink(child.personId))).text).not.toContain('母 川')
  })

  test('a protection is shown in red, hides the address in the FHIR record, and leaves no reason in the log', async () => {
    const system = await platform.system(HOSPITAL)
    const { key, personId } = await platform.enter({ name: '守 花', address: '隠町9', birthDate: '1980-08-08' })
    await platform.relate(key, HOSPITAL)
    const person = (await platform.services.person.find(platform, personId))!
    await platform.as(systemActor(HOSPITAL), (ctx) => platform.services.record.ensurePatient(ctx, key, person))
    expect((await system.get(`/fhir/R4/Patient/${key}`)).text).toContain('隠町9')
    const mark = { basis: 'court-order', note: '加害者は隣町', validFrom: '2026-01-01', until: '', blocksAll: 'yes', why: 'document' }
    await form(`/operator/people/${personId}/marks`, mark)
    expect((await system.get(`/fhir/R4/Patient/${key}`)).text).not.toContain('隠町9')
    const shown = await page(searchLink(personId))
    expect(shown.text).toContain('この人は保護されています')
    expect(JSON.stringify(await log(key))).not.toMatch(/court|加害者/)
    const end = new RegExp(`/operator/people/${personId}/marks/[^"]+/end`).exec(shown.text)![0]
    await form(end, { why: 'document' })
    expect((await system.get(`/fhir/R4/Patient/${key}`)).text).toContain('隠町9')
  })
})

test('the job compares who is new, in batches, and is idle after', async () => {
  const job = peopleRows({ person: platform.services.person, demo: true }).find(
    (row) => row.kind === 'job' && row.name === 'people.compare',
  )!
  await platform.enter({ name: '写し 一', nameKana: 'ウツシ ハジメ', birthDate: '1991-09-09' })
  if (job.kind === 'job') await job.run({ db: platform.db, now: platform.clock.at, epoch: 1 })
  expect(await platform.count(sql`select 1 from person.person where compared_at is null and merged_into is null`)).toBe(0)
})

describe('a protection by its days', () => {
  const run = () => protectionByDate({ person: platform.services.person }).run({ db: platform.db, now: platform.clock.at, epoch: 1 })
  const tells = async (key: string) => {
    const { rows } = await sql<{ body: string }>`select body from record.resource where key = ${key} and type = 'Patient'`.execute(
      platform.db,
    )
    return rows[0]!.body.includes('日付町1')
  }

  test('begins and ends though nobody touches it', async () => {
    const { key, personId } = await platform.enter({ name: '日 守', address: '日付町1', birthDate: '1981-08-08' })
    const person = (await platform.services.person.find(platform, personId))!
    await platform.as(systemActor(HOSPITAL), (ctx) => platform.services.record.ensurePatient(ctx, key, person))
    const today = dateInJapan(platform.clock.at)
    const start = platform.clock.at
    const mark = { basis: 'police', note: '', validFrom: addDays(today, 1), until: addDays(today, 2), why: 'request' }
    expect((await form(`/operator/people/${personId}/marks`, mark)).status).toBe(303)
    await run()
    expect(await tells(key), 'not yet').toBe(true)
    try {
      for (const [days, hidden] of [
        [1, true],
        [2, true],
        [3, false],
      ] as const) {
        platform.clock.at = new Date(start.getTime() + days * 86_400_000)
        await run()
        expect(await tells(key), `day ${days}`).toBe(!hidden)
      }
    } finally {
      platform.clock.at = start
    }
  })
})
