/** From the emergency department to the person's phone: a record is opened without consent, and the person is told. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { leadsTo, noticeService, type NoticeService, titleOf } from '#care/notice'
import { findActs } from '#kernel/audit-read'
import { lead } from '#kernel/leader'
import { handOut } from '#kernel/outbox'
import { parseAllowedHosts } from '#kernel/outbound'
import { browser, pushService } from '../../../care/notice/push-service.fixture.ts'
import { type EmergencyRoom, ground, openEmergencyRoom } from '../../clinician/emergency/emergency.fixture.ts'

let room: EmergencyRoom
let service: Awaited<ReturnType<typeof pushService>>
let notices: NoticeService

beforeAll(async () => {
  ;[room, service] = await Promise.all([openEmergencyRoom(), pushService()])
  notices = noticeService({
    person: room.person,
    pushHosts: parseAllowedHosts('127.0.0.1:*+private+http'),
    baseUrl: 'https://enishi.example',
  })
}, 120_000)
afterAll(async () => {
  await service?.close()
  await room?.close()
})

const epoch = async () => (await lead(room.db, 'test'))!.epoch
/** One turn of the leader: it hands out five times a second and sends twice a second. */
async function leaderTurn(): Promise<void> {
  await handOut(room.db, { epoch: await epoch(), now: room.clock.at, takers: [notices.taker] })
  await notices.deliver({ db: room.db, epoch: await epoch(), now: () => room.clock.at })
}

test('a physician opens a record in an emergency: within the minute the person’s phone has a sign and the portal a notice that leads to it', async () => {
  const key = await room.patient()
  const her = (await room.person.findByKey(room, key))!
  const phone = browser()
  const actor = { kind: 'citizen', id: her.id, keys: her.keys, name: her.name } as const
  await room.as(actor, (ctx) => notices.putWish(ctx, { personId: her.id, ordinary: 'none' }))
  await room.as(actor, (ctx) =>
    notices.subscribe(ctx, { personId: her.id, endpoint: `${service.origin}/phone`, p256dh: phone.p256dh, auth: phone.auth, label: '' }),
  )

  const opened = await room.open('dr', key)
  expect(opened.done).toBeDefined()
  const at = room.clock.at
  await leaderTurn()

  const { notices: told } = await notices.list(room, { keys: her.keys, limit: 10, offset: 0 })
  expect(told.map((n) => n.kind)).toEqual(['break-glass'])
  expect(titleOf(told[0]!, 'ja')).toContain('みどり救命救急センターの青山 春樹さんが、緊急のため')
  expect(told[0]!.takenAt.getTime() - at.getTime()).toBeLessThanOrEqual(60_000)
  const asked = { keys: her.keys, by: 'others' as const, requestId: told[0]!.requestId, limit: 5, offset: 0 }
  const { acts } = await findActs(room.db, asked)
  expect(
    acts.map((act) => act.action),
    'the line it leads to is the opening itself',
  ).toContain('emergency.open')
  expect(leadsTo(told[0]!)).toBe(`/me/access-log/acts/${told[0]!.requestId}`)

  expect(service.pushed, 'a sign, although the person wished for none of the ordinary kind').toHaveLength(1)
  const sign = phone.decrypt(service.pushed[0]!.body)
  for (const said of [ground.note, 'JCS300', '青山', 'みどり', '緊急', her.name])
    expect(sign + JSON.stringify(service.pushed[0]!.headers)).not.toContain(said)
  expect(JSON.stringify(told[0]!.facts)).not.toContain('JCS300')
})

test('the control: what is refused tells nobody', async () => {
  const key = await room.patient()
  const her = (await room.person.findByKey(room, key))!
  const refused = await room.open('dr', key, { reason: '' })
  expect(refused.code).toBe('emergency-reason-needed')
  await leaderTurn()
  expect((await notices.list(room, { keys: her.keys, limit: 10, offset: 0 })).notices).toEqual([])
})
