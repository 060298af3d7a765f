/** One person's record opened for the sake of a life: who may, what they see, who is told, and how it ends. */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Closing } from '#care/consent'
import { closeness } from '#care/person'
import type { Context } from '#kernel/context'
import { type EmergencyRoom, ground, HOSPITAL, openEmergencyRoom, SENDER } from './emergency.fixture.ts'

let room: EmergencyRoom
beforeAll(async () => {
  room = await openEmergencyRoom()
}, 60_000)
afterAll(() => room?.close())
// A day later nobody's count of the day stands in the way.
beforeEach(() => room.later(26 * 60))

const told = (id: string) =>
  room.rows(
    sql<{ payload: { kind: string } }>`select payload from kernel.outbox where topic = 'notice' and payload ->> 'emergencyId' = ${id}`,
  )
const dossiers = (id: string) => room.rows(sql<{ flags: string[] }>`select flags from emergency.case where id = ${id}`)
const facts = () => room.rows(sql<{ id: string }>`select id from consent.emergency`)
const platform = { kind: 'system', id: 'p', institutionNumber: HOSPITAL, institutionName: '', name: '', scopes: [] } as const

describe('from the name to the chart', () => {
  test('found by kana variants and birth date, opened, read, noted, ended', async () => {
    const key = await room.patient({ family: '渡邉', given: '幸恵', familyKana: 'ワタナベ', givenKana: 'ユキエ', birthDate: '1951-02-03' })
    const found = await room.send('dr', 'POST', '/clinic/emergency/find', { name: 'わたなべ ゆきえ', birthDate: '昭和26年2月3日' })
    expect(found.json<{ found: { key: string; area: string }[] }>().found).toMatchObject([{ key, area: '東京都千代田区' }])
    expect(found.body).not.toContain('緑町')
    const before = await room.send('dr', 'GET', `/clinic/emergency/open?patient=${key}`)
    expect(before.json()).toMatchObject({ needs: [], who: { birthDate: '1951-02-03' } })
    const { done } = await room.open('dr', key)
    const chart = await room.send('dr', 'GET', `/clinic/emergency/${done!.id}`)
    expect(chart.json<{ items: { diagnosis: { title: string }[] } }>().items.diagnosis.map((one) => one.title)).toEqual(['高血圧症'])
    const log = await room.rows(sql<{ action: string; rule: string; purpose: string; consent_id: string; law: string }>`
      select action, rule, purpose, consent_id, law from kernel.audit where key = ${key} and actor_id = 'dr' order by id`)
    expect(log.map((one) => one.action)).toEqual(['emergency.find', 'emergency.preview', 'emergency.open', 'emergency.chart'])
    expect(log.every((one) => one.purpose === 'ETREAT')).toBe(true)
    expect(log.at(-1)).toMatchObject({ rule: 'break-glass', consent_id: done!.id })
    expect(JSON.stringify(log)).not.toContain('JCS300')
    expect((await room.send('dr', 'POST', `/clinic/emergency/${done!.id}/end`)).status).toBe(200)
    expect((await room.send('dr', 'GET', `/clinic/emergency/${done!.id}`)).code).toBe('emergency-over')
  })

  test('it opens this one chart alone, to this one clinician, here', async () => {
    const [key, other] = [await room.patient(), await room.patient()]
    const { done } = await room.open('dr', key)
    expect((await room.send('dr2', 'GET', `/clinic/emergency/${done!.id}`)).code).toBe('emergency-over')
    expect((await room.send('elsewhere', 'GET', `/clinic/emergency/${done!.id}`)).code).toBe('emergency-over')
    expect((await room.send('dr', 'GET', `/clinic/patients/${key}`)).code).toBe('consent-missing')
    expect((await room.send('dr', 'GET', `/clinic/patients/${other}`)).code).toBe('consent-missing')
  })

  test('it ends by itself after two hours; it can be extended once, for a reason', async () => {
    const { done } = await room.open('dr', await room.patient())
    const here = `/clinic/emergency/${done!.id}`
    expect((await room.send('dr', 'POST', `${here}/extend`, { reason: 'because' })).code).toBe('emergency-reason-needed')
    expect((await room.send('dr', 'POST', `${here}/extend`, { reason: 'still-treated' })).status).toBe(200)
    expect((await room.send('dr', 'POST', `${here}/extend`, { reason: 'still-treated' })).code).toBe('emergency-extended')
    room.later(239)
    expect((await room.send('dr', 'GET', here)).status).toBe(200)
    room.later(2)
    expect((await room.send('dr', 'GET', here)).code).toBe('emergency-over')
    expect((await room.send('dr', 'POST', `${here}/extend`, { reason: 'still-treated' })).code).toBe('emergency-over')
  })

  test('what the person closed absolutely stays closed, and nothing says so', async () => {
    const key = await room.patient()
    const of = (await room.person.findByKey({ db: room.db }, key))!
    const shownTo = async () => {
      const { done } = await room.open('dr', key)
      const page = await room.send('dr', 'GET', `/clinic/emergency/${done!.id}`, undefined, 'text/html')
      await room.send('dr', 'POST', `/clinic/emergency/${done!.id}/end`)
      return page.body
    }
    const open = await shownTo()
    expect(open).toContain('高血圧症')
    expect(open).toContain('ここにない情報があるかもしれません')
    await room.as({ kind: 'citizen', id: of.id, keys: of.keys, name: of.name }, (ctx) =>
      room.consent.closing.close(ctx, { what: 'everything', absolute: true }),
    )
    const shut = await shownTo()
    expect(shut).not.toContain('高血圧症')
    expect(shut).toContain('ここにない情報があるかもしれません')
  })
})

describe('a second clinician is asked where the person took back within the day what they had agreed to', () => {
  type Act = (key: string) => Promise<unknown>
  const here = { institutionNumber: HOSPITAL, institutionName: '' }
  const answer = (key: string, diagnosis: boolean) =>
    room.as({ kind: 'system', id: 'x', institutionNumber: HOSPITAL, institutionName: '', name: '', scopes: [] }, (ctx) =>
      room.consent.record(ctx, { key, ...here, kinds: { diagnosis } }),
    )
  const own = async <T>(key: string, work: (ctx: Context) => Promise<T>) => {
    const of = (await room.person.findByKey({ db: room.db }, key))!
    return room.as({ kind: 'citizen', id: of.id, keys: of.keys, name: of.name }, work)
  }
  const standing = (key: string, at = HOSPITAL) =>
    own(key, (ctx) => room.consent.standing.give(ctx, { ...here, institutionNumber: at, kinds: ['diagnosis'], until: null }))
  const close = (key: string, what: Closing) => own(key, (ctx) => room.consent.closing.close(ctx, { ...what, absolute: false }))
  test.each<[string, Act, boolean]>([
    ['said no at the reader', (key) => answer(key, false), true],
    ['said no, and then yes', async (key) => [await answer(key, false), await answer(key, true)], false],
    [
      'said yes twice, so that the second took the place of the first',
      async (key) => [await answer(key, true), await answer(key, true)],
      false,
    ],
    [
      'withdrew today what they gave three days ago',
      async (key) => {
        const { id } = await standing(key)
        room.later(3 * 24 * 60)
        await own(key, (ctx) => room.consent.withdraw(ctx, id))
      },
      true,
    ],
    [
      'withdrew it the day before',
      async (key) => {
        const { id } = await standing(key)
        await own(key, (ctx) => room.consent.withdraw(ctx, id))
        room.later(25 * 60)
      },
      false,
    ],
    [
      'withdrew what they gave another',
      async (key) => {
        const { id } = await standing(key, SENDER)
        await own(key, (ctx) => room.consent.withdraw(ctx, id))
      },
      false,
    ],
    ['closed their record, which is told to nobody', (key) => close(key, { what: 'everything' }), false],
    ['closed it to this institution', (key) => close(key, { what: 'institution', institutionNumber: HOSPITAL }), false],
  ])('%s', async (_name, act, asked) => {
    const key = await room.patient()
    await act(key)
    const before = await room.send('dr', 'GET', `/clinic/emergency/open?patient=${key}`)
    expect(before.json<{ needs: string[] }>().needs.includes('refused-here'), before.body).toBe(asked)
  })
})

describe('who is refused, with what code; nothing is opened, and the try is noted', () => {
  const refused = async (code: string, key: string, act: () => Promise<{ code: string | undefined }>) => {
    const before = await facts()
    expect((await act()).code).toBe(code)
    expect(await facts()).toEqual(before)
    const log = await room.rows(
      sql<{
        outcome: string
      }>`select outcome from kernel.audit where outcome = ${code} and at = ${room.clock.at} and action like 'emergency.%'`,
    )
    expect(log.length, code).toBeGreaterThan(0)
    if (code.startsWith('emergency-'))
      expect(await room.rows(sql`select 1 from kernel.audit where key = ${key} and outcome = ${code}`)).not.toEqual([])
  }

  test.each([
    ['no reason', { reason: '' }],
    ['a reason nobody knows', { reason: 'curious' }],
    ['no account of why consent was hard', { because: [] }],
    ['no explanation', { note: ' ' }],
    ['an explanation too long', { note: 'あ'.repeat(201) }],
  ])('%s', async (_, wrong) => {
    const key = await room.patient()
    await refused('emergency-reason-needed', key, () => room.open('dr', key, wrong))
  })

  test('clerks, administrators and auditors', async () => {
    const key = await room.patient()
    for (const id of ['clerk', 'admin', 'auditor']) await refused('not-permitted', key, () => room.open(id, key))
  })

  test('whoever has not proven themselves lately', async () => {
    const key = await room.patient()
    await room.cookieOf('dr', { fresh: true })
    room.clock.at = new Date(room.clock.at.getTime() + 21 * 60_000)
    await refused('step-up-required', key, () => room.open('dr', key))
  })

  test('a shared device with a proof of minutes ago', async () => {
    const key = await room.patient()
    await room.cookieOf('dr', { fresh: true, desk: true })
    room.clock.at = new Date(room.clock.at.getTime() + 3 * 60_000)
    await refused('emergency-desk', key, () => room.open('dr', key))
    await room.cookieOf('dr', { fresh: true, desk: true })
    expect((await room.open('dr', key)).done).toMatchObject({ state: 'open' })
  })

  test('themselves, and their family', async () => {
    const own = await room.patient({ family: '青山', given: '春', familyKana: 'アオヤマ', memberId: '06990001:77:1:01' })
    const wife = await room.patient({ family: '青山', given: '秋子', familyKana: 'アオヤマ', memberId: '06990001:77:1:02' })
    const mother = await room.patient({
      family: '別姓',
      given: '梅',
      address: { state: '東京都', city: '千代田区', line: '青山荘1-1', postalCode: '100-9999' },
    })
    const of = (await room.person.findByKey({ db: room.db }, own))!
    await room.as(platform, (ctx) => closeness.noteStaff(ctx, { staffId: 'dr', personId: of.id }))
    await refused('emergency-self', own, () => room.open('dr', own))
    await refused('emergency-family', wife, () => room.open('dr', wife))
    await sql`update person.person set address = (select address from person.person where id = (select person_id from person.patient_key where key = ${mother})) where id = ${of.id}`.execute(
      room.db,
    )
    await refused('emergency-family', mother, () => room.open('dr', mother))
    // The controls: a colleague who is nobody's relative opens each of them, a stranger is opened by the same physician.
    expect((await room.open('dr', await room.patient())).done).toMatchObject({ state: 'open' })
    expect((await room.open('dr2', mother)).done).toMatchObject({ state: 'open' })
  })

  test('somebody who agreed here a moment ago: their chart is open anyway', async () => {
    const key = await room.patient()
    const kinds = {
      diagnosis: true,
      'drug-allergy': true,
      'other-allergy': true,
      'test-result': true,
      infection: true,
      prescription: true,
      'check-up': true,
    }
    const answered = { key, institutionNumber: HOSPITAL, institutionName: '', kinds }
    await room.as(platform, async (ctx) => {
      await room.consent.relate(ctx, key, HOSPITAL)
      await room.consent.record(ctx, answered)
    })
    await refused('emergency-not-needed', key, () => room.open('dr', key))
    expect((await room.send('dr', 'GET', `/clinic/patients/${key}`)).status).toBe(200)
  })

  test('twice at a time for one person', async () => {
    const key = await room.patient()
    await room.open('dr', key)
    await refused('emergency-running', key, () => room.open('dr', key))
  })

  test('a form that is sent twice leads to what is open, and opens nothing more', async () => {
    const key = await room.patient()
    const { done } = await room.open('dr', key)
    const before = await room.rows(sql`select id from consent.emergency where key = ${key}`)
    const again = await room.send('dr', 'POST', '/clinic/emergency/open', { patient: key, ...ground }, 'text/html')
    expect([again.status, again.location]).toEqual([303, `/clinic/emergency/${done!.id}`])
    expect(await room.rows(sql`select id from consent.emergency where key = ${key}`)).toEqual(before)
  })

  test('another workplace in the same sign-in', async () => {
    const key = await room.patient()
    await sql`insert into person.assignment (id, staff_id, institution_number, role, department, valid_from) values ('dr-2', 'dr', '1310000027', 'physician', '', '1900-01-01') on conflict do nothing`.execute(
      room.db,
    )
    const token = await room.cookieOf('dr', { fresh: true })
    const session = token.slice(0, token.indexOf('.'))
    await sql`update kernel.session set acts_for = 'dr-2' where id = ${session}`.execute(room.db)
    // At the clinic where the record comes from, it is their own patient.
    expect((await room.send('dr', 'GET', `/clinic/patients/${key}`)).status).toBe(200)
    await sql`update kernel.session set acts_for = null where id = ${session}`.execute(room.db)
    await refused('emergency-chained', key, () => room.open('dr', key))
    await room.cookieOf('dr', { fresh: true })
    expect((await room.open('dr', key)).done).toMatchObject({ state: 'open' })
  })

  test('whoever asks for less than an identity, or too often', async () => {
    expect((await room.send('nurse', 'POST', '/clinic/emergency/find', { name: '山川' })).code).toBe('emergency-identity-needed')
    expect((await room.send('nurse', 'POST', '/clinic/emergency/find', { birthDate: '1966-04-12' })).code).toBe('emergency-identity-needed')
    const codes = []
    for (let n = 0; n < 21; n++)
      codes.push((await room.send('nurse', 'POST', '/clinic/emergency/find', { name: '山川', birthDate: '1966-04-12' })).code)
    expect(codes.filter((code) => code === 'emergency-too-many-looks')).toHaveLength(1)
  })
})

describe('where two clinicians must agree', () => {
  test.each([
    ['somebody watched over', 'watched'],
    ['a colleague', 'colleague'],
    ['a namesake of the physician', 'same-name'],
    ['the fourth within the hour', 'staff-hour'],
  ])('%s: asked, agreed, opened, with the flag in the dossier', async (_, why) => {
    const key = await room.patient(
      why === 'same-name'
        ? {
            family: '青山',
            given: '春樹',
            familyKana: 'アオヤマ',
            givenKana: 'ハルキ',
            address: { state: '北海道', city: '札幌市', line: '北町1', postalCode: '060-0000' },
          }
        : {},
    )
    const of = (await room.person.findByKey({ db: room.db }, key))!
    if (why === 'watched') await room.as(platform, (ctx) => closeness.watch(ctx, { personId: of.id, kind: 'vip' }))
    if (why === 'colleague') await room.as(platform, (ctx) => closeness.noteStaff(ctx, { staffId: 'clerk', personId: of.id }))
    if (why === 'staff-hour') for (let n = 0; n < 3; n++) await room.open('dr', await room.patient())
    const before = await facts()
    const asked = await room.open('dr', key)
    expect(asked.done).toMatchObject({ state: 'waiting', needs: [why] })
    expect(await facts(), 'nothing is open yet').toEqual(before)
    const here = `/clinic/emergency/requests/${asked.done!.requestId}`
    expect((await room.send('dr', 'POST', `${here}/open`)).code).toBe('emergency-request-over')
    expect((await room.send('dr', 'POST', here, { answer: 'yes' })).code).toBe('emergency-second-refused')
    expect((await room.send('elsewhere', 'POST', here, { answer: 'yes' })).code).toBe('emergency-request-over')
    expect((await room.send('clerk', 'POST', here, { answer: 'yes' })).code).toBe('not-permitted')
    expect((await room.send('nurse', 'POST', here, { answer: 'yes' })).status).toBe(200)
    const opened = await room.send('dr', 'POST', `${here}/open`)
    const { id } = opened.json<{ id: string }>()
    expect(await told(id)).toHaveLength(1)
    expect((await dossiers(id))[0]!.flags).toContain(why)
    expect((await room.send('dr', 'POST', `${here}/open`)).code, 'once').toBe('emergency-request-over')
  })

  test('a no, or a quarter of an hour, ends the request', async () => {
    const key = await room.patient()
    const of = (await room.person.findByKey({ db: room.db }, key))!
    await room.as(platform, (ctx) => closeness.watch(ctx, { personId: of.id, kind: 'watch' }))
    const no = `/clinic/emergency/requests/${(await room.open('dr', key)).done!.requestId}`
    await room.send('nurse', 'POST', no, { answer: 'no' })
    expect((await room.send('dr', 'POST', `${no}/open`)).code).toBe('emergency-request-over')
    const late = `/clinic/emergency/requests/${(await room.open('dr', key)).done!.requestId}`
    room.later(16)
    expect((await room.send('nurse', 'POST', late, { answer: 'yes' })).code).toBe('emergency-request-over')
  })
})

describe('no opening without notice and dossier', () => {
  test('every fact has its notice to the person and its dossier, from the same transaction', async () => {
    await room.open('dr', await room.patient())
    const alone =
      await room.rows(sql`select e.id from consent.emergency e where not exists (select 1 from emergency.case c where c.id = e.id)
      or not exists (select 1 from kernel.outbox o where o.topic = 'notice' and o.payload ->> 'emergencyId' = e.id and o.payload ->> 'kind' = 'break-glass')
      or not exists (select 1 from kernel.audit a where a.action = 'emergency.open' and a.outcome = 'success' and a.consent_id = e.id)`)
    expect(alone).toEqual([])
    const apart = await room.rows(sql`select c.id from consent.emergency e join emergency.case c using (id)
      join kernel.outbox o on o.payload ->> 'emergencyId' = e.id join kernel.audit a on a.consent_id = e.id and a.action = 'emergency.open'
      where e.xmin::text <> c.xmin::text and c.outcome is null and c.extended_at is null and c.asked_at is null and e.ended_at is null and c.escalated_at is null`)
    expect(apart).toEqual([])
  })

  test.each(['emergency.case', 'kernel.outbox', 'kernel.audit'])('where %s cannot be written, nothing is open', async (table) => {
    const key = await room.patient()
    await sql.raw(`alter table ${table} add constraint broken check (false) not valid`).execute(room.db)
    const before = await facts()
    const answer = await room.open('dr', key)
    await sql.raw(`alter table ${table} drop constraint broken`).execute(room.db)
    expect(answer.status).toBeGreaterThanOrEqual(500)
    expect(await facts()).toEqual(before)
    expect((await room.open('dr', key)).done, 'the control').toMatchObject({ state: 'open' })
  })

  test('opened at the same moment by many hands, the limits hold', async () => {
    const keys = await Promise.all(Array.from({ length: 6 }, () => room.patient()))
    const done = await Promise.all(keys.map((key) => room.open('dr', key)))
    expect(done.filter((one) => one.done?.state === 'open')).toHaveLength(3)
    expect(done.filter((one) => one.done?.state === 'waiting')).toHaveLength(3)
  })
})

test('a form without a reason comes back with what was typed', async () => {
  const key = await room.patient()
  const page = await room.send('dr', 'POST', '/clinic/emergency/open', { patient: key, ...ground, reason: '' }, 'text/html')
  expect(page.status).toBe(422)
  expect(page.body).toContain('JCS300')
  expect(page.body).toContain('error-summary')
})
