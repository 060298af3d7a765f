import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parkedMessages, writeOutbox } from '#kernel/outbox'
import { CLINIC, HOSPITAL, STRANGER } from '../../tests/harness/platform.ts'
import { titleOf } from './kinds.ts'
import { openNotices, type Scene } from './scene.fixture.ts'

let scene: Scene
let hanako: { key: string; personId: string }

beforeAll(async () => {
  scene = await openNotices()
})
afterAll(() => scene?.close())
beforeEach(async () => {
  await sql`update notice.progress set since = '2026-11-01'`.execute(scene.db)
  hanako = await scene.enter()
})

const breakGlass = { kind: 'break-glass', emergencyId: 'e-1', institutionName: 'みどり総合病院', staffName: '山田 太郎' }
const tell = (key: string, payload: unknown) => writeOutbox(scene.db, scene.clock.at, [{ topic: 'notice', key, payload }])

describe('what a write tells a person', () => {
  test('a break-glass is in the portal when the leader has handed out once, well within the minute, and leads to its line of the log', async () => {
    const { requestId } = await scene.act({ key: hanako.key, action: 'emergency.open', rule: 'break-glass', purpose: 'ETREAT' })
    await tell(hanako.key, breakGlass)
    expect(await scene.notices.unread(scene, [hanako.key]), 'before the leader’s turn').toBe(0)
    // The leader hands out five times a second; a clock that stood still for 59 seconds is later than any of its turns.
    scene.clock.forward(59_000)
    await scene.handOut()
    const [notice] = await scene.told(hanako.key)
    expect(notice).toMatchObject({ kind: 'break-glass', requestId, readAt: null })
    expect(notice!.takenAt.getTime() - notice!.at.getTime()).toBeLessThanOrEqual(60_000)
    expect(titleOf(notice!, 'ja')).toBe('みどり総合病院の山田 太郎さんが、緊急のため、あなたの同意を待たずに記録を開きました')
    expect((await scene.notices.emergencies(scene)).at(-1)).toMatchObject({ month: '2026-11', slowestSeconds: 59 })
  })

  test('the same message twice is one notice, and one that was read stays read', async () => {
    await tell(hanako.key, breakGlass)
    await scene.handOut()
    const [first] = await scene.told(hanako.key)
    await scene.db.transaction().execute((trx) => scene.notices.readAll({ db: trx, now: scene.clock.at } as never, [hanako.key]))
    await sql`update kernel.outbox set delivered_at = null where key = ${hanako.key}`.execute(scene.db)
    await scene.handOut()
    expect((await scene.told(hanako.key)).map((n) => n.id)).toEqual([first!.id])
    expect(await scene.notices.unread(scene, [hanako.key])).toBe(0)
  })

  test('another person is told nothing', async () => {
    const other = await scene.enter()
    await tell(hanako.key, breakGlass)
    await scene.handOut()
    expect(await scene.told(other.key)).toEqual([])
    expect(await scene.told(hanako.key), 'the control').toHaveLength(1)
  })

  test('a kind nobody knows is set aside for the operator to see, and what comes after it is told', async () => {
    await tell(hanako.key, { kind: 'gossip' })
    await tell(hanako.key, breakGlass)
    for (let n = 0; n < 11; n++) await scene.handOut()
    expect((await scene.told(hanako.key)).map((n) => n.kind)).toEqual(['break-glass'])
    expect((await parkedMessages(scene.db)).map((p) => p.topic)).toContain('notice')
  })
})

describe('an institution’s first access', () => {
  const firsts = async (keys: string | string[]) => (await scene.told(keys)).map((n) => n.facts.institutionNumber).sort()

  test('is told once for each institution; refused tries, the person’s own acts and their proxies’ are none', async () => {
    const { key } = hanako
    await scene.act({ key })
    await scene.act({ key })
    await scene.act({ key, institutionNumber: HOSPITAL, actorKind: 'system' })
    await scene.act({ key, institutionNumber: STRANGER, outcome: 'not-permitted' })
    await scene.act({ key, institutionNumber: '', actorKind: 'citizen', actorId: hanako.personId })
    await scene.firstAccesses()
    expect(await firsts(key)).toEqual([HOSPITAL, CLINIC].sort())
    await scene.act({ key })
    await scene.firstAccesses()
    expect(await firsts(key)).toHaveLength(2)
  })

  test('is told again after more than a year of silence', async () => {
    const { key } = hanako
    const before = scene.clock.at
    await scene.act({ key })
    await scene.firstAccesses()
    scene.clock.forward(366 * 86_400_000)
    await scene.act({ key })
    await scene.firstAccesses()
    expect(await firsts(key), 'a year is a yearly check-up').toEqual([CLINIC])
    scene.clock.forward(420 * 86_400_000)
    await scene.act({ key })
    await scene.firstAccesses()
    expect((await scene.told(key)).map((n) => n.facts.after)).toEqual(['silence', ''])
    scene.clock.at = before
  })

  test('is told once where a person has two keys, whichever was touched', async () => {
    const one = await scene.enter()
    const two = await scene.enter()
    await sql`update person.patient_key set person_id = ${one.personId} where key = ${two.key}`.execute(scene.db)
    await scene.act({ key: one.key })
    await scene.act({ key: two.key })
    await scene.firstAccesses()
    await scene.act({ key: two.key })
    await scene.firstAccesses()
    expect(await firsts([one.key, two.key])).toEqual([CLINIC])
  })

  test('a commit that comes late, with an id that sorts before others’, is not missed', async () => {
    const { db, clock } = scene
    const late = await scene.act({ key: (await scene.enter()).key, institutionNumber: HOSPITAL })
    await sql`delete from kernel.audit where key = ${late.key}`.execute(db)
    await scene.act({ key: hanako.key })
    await scene.firstAccesses()
    clock.forward(1_000)
    await scene.act({ ...late })
    await scene.firstAccesses()
    expect(await firsts(late.key)).toEqual([HOSPITAL])
  })

  test('killed before its commit, the job loses nothing and tells nothing twice', async () => {
    await scene.act({ key: hanako.key })
    await scene.sequence()
    const place = async () => (await sql<{ n: string }>`select next_leaf::text as n from notice.progress`.execute(scene.db)).rows[0]!.n
    const before = await place()
    const dying = scene.service({ person: { ...scene.services.person, findByKeys: () => Promise.reject(new Error('killed')) } })
    await expect(dying.firstAccesses({ db: scene.db, epoch: await scene.epoch(), now: scene.clock.at })).rejects.toThrow('killed')
    expect([await place(), await scene.told(hanako.key)]).toEqual([before, []])
    await scene.firstAccesses()
    await scene.firstAccesses()
    expect(await firsts(hanako.key)).toEqual([CLINIC])
  })

  test('who lost the lead tells nobody', async () => {
    await scene.act({ key: hanako.key })
    await scene.sequence()
    expect(await scene.notices.firstAccesses({ db: scene.db, epoch: (await scene.epoch()) - 1, now: scene.clock.at })).toBe(0)
    expect(await scene.told(hanako.key)).toEqual([])
    expect(await scene.firstAccesses(), 'the control').toBeGreaterThan(0)
  })

  test('what was before there were notices is no news, and counts as known', async () => {
    await sql`update notice.progress set since = ${new Date(scene.clock.at.getTime() + 1)}`.execute(scene.db)
    await scene.act({ key: hanako.key })
    await scene.firstAccesses()
    await sql`update notice.progress set since = '2026-11-01'`.execute(scene.db)
    await scene.act({ key: hanako.key })
    await scene.firstAccesses()
    expect(await scene.told(hanako.key)).toEqual([])
  })

  test('a record that a hospital sends through the API is one', async () => {
    const { key } = hanako
    await scene.relate(key, HOSPITAL)
    const hospital = await scene.system(HOSPITAL)
    const code = { coding: [{ system: 'http://loinc.org', code: '8310-5' }], text: '体温' }
    const made = await hospital.post('/fhir/R4/Observation', {
      ...{ resourceType: 'Observation', status: 'final', code, effectiveDateTime: '2026-01-01', subject: { reference: `Patient/${key}` } },
      valueQuantity: { value: 36.5, unit: '℃' },
    })
    expect(made.status, made.text).toBe(201)
    await scene.firstAccesses()
    expect(await firsts(key)).toEqual([HOSPITAL])
  })
})
