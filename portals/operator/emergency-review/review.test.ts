/** The review of what was opened: two who had no part in it, a clock, an answer, and what an unjustified look leads to. */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { emergencyFigures, emergencyJobs } from '#care/emergency'
import { type EmergencyRoom, openEmergencyRoom } from '../../clinician/emergency/emergency.fixture.ts'

let room: EmergencyRoom
beforeAll(async () => {
  room = await openEmergencyRoom()
}, 60_000)
afterAll(() => room?.close())
beforeEach(() => room.later(26 * 60))

type Case = {
  case: { outcome: string | null; answer: string | null }
  flags: string[]
  reviews: unknown[]
  looked: { action: string; kinds: string[]; count: number }[]
  whyNot: string | null
  fact: { note: string; endedAt: string | null }
}
const opened = async () => (await room.open('dr', await room.patient())).done!.id!
const say = (who: string, id: string, verdict: string, note = '') =>
  room.send(who, 'POST', `/operator/emergencies/${id}/verdict`, { verdict, note })
const look = async (who: string, id: string) => (await room.send(who, 'GET', `/operator/emergencies/${id}`)).json<Case>()

test('reviewers see why, what was looked at by kind and count, and flags; never the record', async () => {
  const id = await opened()
  await room.send('dr', 'GET', `/clinic/emergency/${id}`)
  const seen = await room.send('auditor', 'GET', `/operator/emergencies/${id}`)
  const view = seen.json<Case>()
  expect(view.fact.note).toContain('JCS300')
  expect(view.looked.map(({ action, kinds, count }) => ({ action, kinds, count }))).toEqual([
    { action: 'emergency.open', kinds: [], count: 0 },
    { action: 'emergency.chart', kinds: ['diagnosis'], count: 1 },
  ])
  expect(view.flags).toEqual(expect.arrayContaining(['no-relation', 'staff-unknown']))
  expect(seen.body).not.toContain('高血圧症')
  expect((await room.send('auditor', 'GET', `/operator/emergencies/${id}`, undefined, 'text/html')).body).not.toContain('高血圧症')
})

test('two different reviewers decide; what the first said is hidden from the second until they spoke', async () => {
  const id = await opened()
  await say('auditor', id, 'justified', 'A-NOTE')
  expect((await say('auditor', id, 'justified')).code).toBe('review-twice')
  expect((await look('auditor2', id)).reviews).toEqual([])
  expect((await look('auditor', id)).reviews).toHaveLength(1)
  expect((await say('auditor2', id, 'justified')).json()).toMatchObject({ outcome: 'justified' })
  expect((await say('auditor3', id, 'justified')).code).toBe('review-closed')
})

test('neither who opened nor who works there reviews; an administrator sees the own facility’s and judges none', async () => {
  const id = await opened()
  expect((await look('admin', id)).whyNot).toBe('review-not-yours')
  expect((await say('admin', id, 'justified')).code).toBe('not-permitted')
  await sql`insert into person.assignment (id, staff_id, institution_number, role, department, valid_from) values ('aud-x', 'auditor3', '1310000019', 'clerk', '', '1900-01-01') on conflict do nothing`.execute(
    room.db,
  )
  expect((await say('auditor3', id, 'justified')).code).toBe('review-not-yours')
  await sql`delete from person.assignment where id = 'aud-x'`.execute(room.db)
  expect((await say('auditor3', id, 'justified')).status, 'the control').toBe(200)
  await sql`update person.assignment set institution_number = '1310000027' where staff_id = 'admin'`.execute(room.db)
  expect((await room.send('admin', 'GET', `/operator/emergencies/${id}`)).code).toBe('not-found')
  await sql`update person.assignment set institution_number = '1310000019' where staff_id = 'admin'`.execute(room.db)
  for (const who of ['dr', 'nurse', 'clerk']) expect((await room.send(who, 'GET', '/operator/emergencies')).code).toBe('not-permitted')
})

test('who opened is asked, answers once, and the reviewer decides then', async () => {
  const id = await opened()
  expect((await room.send('dr', 'GET', `/clinic/emergency/${id}/answer`)).code).toBe('review-not-asked')
  await say('auditor', id, 'needs-answer', 'なぜ夜に開きましたか')
  expect((await room.send('dr', 'GET', `/clinic/emergency/${id}/answer`)).body).toContain('なぜ夜に')
  expect((await room.send('dr2', 'POST', `/clinic/emergency/${id}/answer`, { answer: 'x' })).code).toBe('review-not-asked')
  expect((await room.send('dr', 'POST', `/clinic/emergency/${id}/answer`, { answer: '心停止で搬送' })).status).toBe(200)
  expect((await room.send('dr', 'POST', `/clinic/emergency/${id}/answer`, { answer: '書き直し' })).code).toBe('review-not-asked')
  expect((await look('auditor', id)).case.answer).toBe('心停止で搬送')
  expect((await say('auditor', id, 'justified')).status).toBe(200)
  expect((await say('auditor2', id, 'justified')).json()).toMatchObject({ outcome: 'justified' })
})

test('two against it: the look ends, the sign-ins end, and the breach desk is told', async () => {
  const id = await opened()
  await say('auditor', id, 'unjustified')
  expect((await room.send('dr', 'GET', `/clinic/emergency/${id}`)).status).toBe(200)
  await say('auditor2', id, 'unjustified')
  expect((await room.send('dr', 'GET', `/clinic/emergency/${id}`)).code).toBe('not-signed-in')
  expect((await look('auditor', id)).fact.endedAt).not.toBeNull()
  const told = await room.rows(
    sql<{ payload: object }>`select payload from kernel.outbox where topic = 'breach' and payload ->> 'emergencyId' = ${id}`,
  )
  expect(told.map((one) => one.payload)).toEqual([
    expect.objectContaining({ source: 'break-glass', staffId: 'dr', institutionNumber: '1310000019' }),
  ])
})

test('what nobody decided in 72 hours is raised, first in the queue, and counted', async () => {
  const id = await opened()
  const span = { since: room.clock.at, until: new Date(room.clock.at.getTime() + 1) }
  room.later(72 * 60 - 1)
  await emergencyJobs[0]!.run({ db: room.db, now: room.clock.at, epoch: 1 })
  const raised = () => room.rows(sql`select id from emergency.case where id = ${id} and escalated_at is not null`)
  expect(await raised()).toEqual([])
  room.later(2)
  await emergencyJobs[0]!.run({ db: room.db, now: room.clock.at, epoch: 1 })
  expect(await raised()).toEqual([{ id }])
  expect(await emergencyFigures(room.db, { ...span, now: room.clock.at })).toMatchObject({
    opened: 1,
    reviewed: 0,
    overdue: 1,
    reviewedShare: 0,
  })
  await say('auditor', id, 'justified')
  await say('auditor2', id, 'justified')
  expect(await emergencyFigures(room.db, { ...span, now: room.clock.at })).toMatchObject({
    reviewed: 1,
    reviewedInTime: 0,
    overdue: 0,
    reviewedShare: 1,
  })
  const queue = (await room.send('auditor', 'GET', '/operator/emergencies?view=decided')).json<{ cases: { id: string; key?: string }[] }>()
  expect(queue.cases.map((one) => one.id)).toContain(id)
  expect(queue.cases[0]).not.toHaveProperty('key')
})

test('an administrator says which person a member of staff of theirs is; from then on that one is a colleague, and closed to themselves', async () => {
  const guards = '/operator/emergencies/guards'
  const of = {
    family: '緑川',
    given: '夏美',
    familyKana: 'ミドリカワ',
    givenKana: 'ナツミ',
    memberId: '06990001:88:5:01',
    birthDate: '1990-01-02',
  }
  const key = await room.patient(of)
  const asked = { loginName: 'nurse', name: '緑川 夏美', birthDate: '1990-01-02', memberId: '88-5' }
  expect((await room.open('nurse', key)).done, 'before: a namesake').toMatchObject({ needs: ['same-name'] })
  expect((await room.send('admin', 'POST', `${guards}/staff`, { ...asked, birthDate: '1990-01-03' })).json()).toMatchObject({
    noted: false,
  })
  expect((await room.send('admin', 'POST', `${guards}/staff`, { ...asked, loginName: 'elsewhere' })).json()).toMatchObject({ noted: false })
  expect((await room.send('admin', 'POST', `${guards}/staff`, asked)).json()).toMatchObject({ noted: true })
  expect((await room.open('nurse', key)).code).toBe('emergency-self')
  expect((await room.open('dr2', key)).done!.needs).toContain('colleague')
  for (const who of ['dr', 'auditor']) expect((await room.send(who, 'POST', `${guards}/staff`, asked)).code).toBe('not-permitted')
})

test('an operator begins and ends a watch; administrators see none', async () => {
  const guards = '/operator/emergencies/guards'
  const key = await room.patient({
    memberId: '06990001:99:7:01',
    birthDate: '1970-07-07',
    family: '星',
    given: '光',
    familyKana: 'ホシ',
    givenKana: 'ヒカル',
  })
  const asked = { watchName: 'ホシ ヒカル', watchBirthDate: '1970-07-07', watchMemberId: '99-7', kind: 'vip' }
  expect((await room.send('admin', 'POST', `${guards}/watches`, asked)).code).toBe('not-permitted')
  expect((await room.send('operator', 'POST', `${guards}/watches`, asked)).json()).toMatchObject({ watched: true })
  expect((await room.open('dr', key)).done).toMatchObject({ needs: ['watched'] })
  const { watches } = (await room.send('operator', 'GET', guards)).json<{ watches: { id: string; personId: string; name: string }[] }>()
  expect((await room.send('admin', 'GET', guards)).json()).toEqual({ watches: [] })
  const mine = watches.find((one) => one.name === '星 光')!
  await room.send('operator', 'POST', `${guards}/watches/${mine.id}/end`, { personId: mine.personId })
  expect((await room.open('dr', key)).done).toMatchObject({ state: 'open' })
})
