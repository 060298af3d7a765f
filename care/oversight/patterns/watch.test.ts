/** Patterns planted in a log, found; an ordinary log, not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { insertStaff } from '#care/person'
import { sql } from 'kysely'
import { CLINIC, HOSPITAL, STRANGER } from '../../../tests/harness/platform.ts'
import { look, openOversight, type Oversight } from '../oversight.fixture.ts'

let o: Oversight
const people: Record<string, { key: string }> = {}
const DAY = '2026-11-25'
/** Noon in Japan and so many minutes. */
const at = (minutes: number, day = DAY) => new Date(Date.parse(`${day}T03:00:00Z`) + minutes * 60_000).toISOString()
const key = (name: string) => people[name]!.key

beforeAll(async () => {
  o = await openOversight()
  for (const name of ['山川 花子', '青山 夏子', '白川 秋子', '守田 守', '田中 一', '小川 二郎']) people[name] = await o.enter({ name })
  for (const [id, name, institutionNumber] of [
    ['doctor', '青山 春樹', HOSPITAL],
    ['colleague', '白川 秋子', HOSPITAL],
    ['gone', '冬木 去', HOSPITAL],
    ['clinic-doctor', '桜井 医', CLINIC],
  ] as const)
    await insertStaff(o.db, { id, loginName: id, name, role: 'physician', institutionNumber, passwordHash: '', totpSecret: '' })
  await sql`update person.assignment set ended_at = ${at(-60)} where staff_id = 'gone'`.execute(o.db)
  await sql`insert into oversight.watched values ('w', ${key('守田 守')}, 'press', ${at(-9999)}, 'auditor', '監査')`.execute(o.db)
  o.clock.at = new Date(at(600))
  // Everybody was at the hospital's desk and at the clinic's in the morning, but for one who never came.
  const came = Object.keys(people).filter((name) => name !== '小川 二郎')
  await o.log(
    came.flatMap((name) =>
      [HOSPITAL, CLINIC].map((institutionNumber) =>
        look({
          at: at(-180),
          key: key(name),
          action: 'eligibility.card',
          institutionNumber,
          actorId: `desk-${institutionNumber}`,
          actorRole: 'clerk',
        }),
      ),
    ),
  )
})
afterAll(() => o?.close())

const found = async () => {
  await o.watch(7)
  const { rows } = await sql<{ rule: string; actor: string; key: string; times: number; state: string }>`
    select rule, actor_id as actor, touched_key as key, times, state from oversight.finding order by rule, actor_id`.execute(o.db)
  return rows
}
const only = async (about: Partial<{ rule: string; actor: string; key: string }>) =>
  (await found()).filter((f) => (['rule', 'actor', 'key'] as const).every((k) => about[k] === undefined || f[k] === about[k]))

describe('a day at the hospital', () => {
  test('an ordinary look is no finding', async () => {
    await o.log([look({ at: at(0), key: key('山川 花子') })])
    expect(await found()).toEqual([])
  })
  test('the desk, a refusal and the person themselves are none either', async () => {
    await o.log([
      look({ at: at(1), key: key('青山 夏子'), action: 'eligibility.card' }),
      look({ at: at(1), key: key('青山 夏子'), outcome: 'consent-missing' }),
      look({ at: at(1), key: key('青山 夏子'), actorKind: 'citizen', actorId: 'x', actorRole: '' }),
    ])
    expect(await found()).toEqual([])
  })
  test('a doctor looks at somebody of the same name, twice: one finding', async () => {
    await o.log([look({ at: at(2), key: key('青山 夏子') }), look({ at: at(3), key: key('青山 夏子') })])
    expect(await only({ rule: 'same-family-name' })).toEqual([
      expect.objectContaining({ actor: 'doctor', key: key('青山 夏子'), times: 2, state: 'open' }),
    ])
  })
  test('a doctor looks at a colleague', async () => {
    await o.log([look({ at: at(4), key: key('白川 秋子') })])
    expect(await only({ rule: 'colleague' })).toHaveLength(1)
    expect(await only({ key: key('白川 秋子'), rule: 'same-family-name' })).toEqual([])
  })
  test('at another place the same person is nobody’s colleague', async () => {
    await o.log([look({ at: at(5), key: key('白川 秋子'), actorId: 'clinic-doctor', institutionNumber: CLINIC })])
    expect(await only({ actor: 'clinic-doctor' })).toEqual([])
  })
  test('a watched person', async () => {
    await o.log([look({ at: at(6), key: key('守田 守') })])
    expect(await only({ rule: 'watched-person' })).toHaveLength(1)
  })
  test('somebody works under the name of one who left', async () => {
    await o.log([look({ at: at(7), key: key('田中 一'), actorId: 'gone' })])
    expect(await only({ rule: 'after-leaving' })).toMatchObject([{ actor: 'gone', key: '' }])
  })
  test('one sign-in in two prefectures within the hour', async () => {
    await o.log([look({ at: at(20), key: key('田中 一'), institutionNumber: '2710000013' })])
    expect(await only({ rule: 'two-places' })).toMatchObject([{ actor: 'doctor' }])
  })
  test('one record, opened by fifteen', async () => {
    const many = (n: number) => look({ at: at(30 + n), key: key('田中 一'), actorId: `nurse-${n}`, actorRole: 'nurse' })
    await o.log(Array.from({ length: 12 }, (_, n) => many(n)))
    expect(await only({ rule: 'seen-by-many' })).toEqual([])
    await o.log([many(12)])
    expect(await only({ rule: 'seen-by-many' })).toMatchObject([{ actor: '', key: key('田中 一') }])
  })
  test('refused again and again, also a system', async () => {
    const tries = (n: number) => look({ at: at(50 + n), actorKind: 'system', actorId: 'emr', actorRole: '', outcome: 'consent-missing' })
    await o.log(Array.from({ length: 14 }, (_, n) => tries(n)))
    expect(await only({ rule: 'refusals' })).toEqual([])
    await o.log([tries(15)])
    expect(await only({ rule: 'refusals' })).toMatchObject([{ actor: 'emr' }])
  })
  test('searching by name all day', async () => {
    await o.log(
      Array.from({ length: 30 }, (_, n) => look({ at: at(60 + n), actorId: 'clerk', actorRole: 'clerk', action: 'people.search' })),
    )
    expect(await only({ rule: 'name-search' })).toMatchObject([{ actor: 'clerk' }])
  })
  test('the clinic is closed at night, the hospital is not', async () => {
    await sql`update person.facility set kind = 'hospital' where institution_number = ${HOSPITAL}`.execute(o.db)
    await o.log([
      look({ at: '2026-11-25T13:30:00Z', key: key('山川 花子'), actorId: 'clinic-doctor', institutionNumber: CLINIC }),
      look({ at: '2026-11-25T13:30:00Z', key: key('山川 花子'), actorId: 'colleague' }),
    ])
    expect(await only({ rule: 'night' })).toMatchObject([{ actor: 'clinic-doctor' }])
  })
})

describe('somebody who did not come', () => {
  test('waits a week, and is explained by a card', async () => {
    await o.log([
      look({ at: at(200), key: key('小川 二郎') }),
      look({ at: at(201), key: key('小川 二郎'), actorId: 'clinic-doctor', institutionNumber: CLINIC }),
    ])
    expect(await only({ rule: 'no-visit', key: key('小川 二郎') })).toMatchObject([{ state: 'waiting' }, { state: 'waiting' }])
    await o.log([
      look({ at: at(0, '2026-11-27'), key: key('小川 二郎'), action: 'eligibility.card', actorId: `desk-${HOSPITAL}`, actorRole: 'clerk' }),
    ])
    o.clock.at = new Date(at(0, '2026-12-01'))
    await o.settle()
    expect((await only({ rule: 'no-visit', key: key('小川 二郎') })).map((f) => f.state)).toEqual(['waiting', 'waiting'])
    o.clock.at = new Date(at(300, '2026-12-02'))
    await o.settle()
    expect(await only({ rule: 'no-visit', key: key('小川 二郎') })).toMatchObject([
      { actor: 'clinic-doctor', state: 'open' },
      { actor: 'doctor', state: 'explained' },
    ])
  })
})

describe('more people than usual', () => {
  test('a nurse who sees ten a day opens forty in one', async () => {
    const crowd = await Promise.all(Array.from({ length: 40 }, (_, n) => o.enter({ name: `群衆 ${n}` })))
    const day = (d: number) => `2026-12-${String(d).padStart(2, '0')}`
    const sees = (d: number, many: number) =>
      crowd
        .slice(0, many)
        .map((p, n) => look({ at: at(n, day(d)), key: p.key, actorId: 'nurse', actorRole: 'nurse', institutionNumber: STRANGER }))
    await o.log([7, 8, 9, 10, 11].flatMap((d) => sees(d, 10)))
    expect(await only({ rule: 'volume' })).toEqual([])
    await o.log(sees(15, 39))
    expect(await only({ rule: 'volume' }), 'thirty-nine are fewer than it takes').toEqual([])
    await o.log([look({ at: at(50, day(15)), key: crowd[39]!.key, actorId: 'nurse', actorRole: 'nurse', institutionNumber: STRANGER })])
    expect(await only({ rule: 'volume' })).toMatchObject([{ actor: 'nurse', times: 1 }])
  })
})

test('read in batches of any size, the log says the same', async () => {
  const before = await found()
  await sql`delete from oversight.finding`.execute(o.db)
  for (const table of ['progress', 'seen', 'actor_day']) await sql`delete from ${sql.id('oversight', table)}`.execute(o.db)
  await o.watch(1_000)
  const { rows } = await sql<{
    rule: string
    actor: string
    key: string
    times: number
  }>`select rule, actor_id as actor, touched_key as key, times from oversight.finding order by rule, actor_id`.execute(o.db)
  // The clinic's kind was entered while the log was being read, so night alone may differ.
  const plain = (list: readonly { rule: string; actor: string; key: string; times: number }[]) =>
    list
      .filter((f) => f.rule !== 'night')
      .map(({ rule, actor, key, times }) => `${rule} ${actor} ${key} ${times}`)
      .sort()
  expect(plain(rows)).toEqual(plain(before))
})
