import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openPlatform, type Platform } from '../tests/harness/platform.ts'
import { lead } from './leader.ts'
import { forgetHandedOver, handOut, parkedMessages, type Taker, type Told, writeOutbox } from './outbox.ts'

let platform: Platform
let taken: string[] = []
const taker: Taker = { topics: ['t'], take: async (_db, told) => void taken.push(...told.map((t) => String(t.payload))) }
const out = async (takers: readonly Taker[] = [taker], epoch?: number) =>
  handOut(platform.db, { epoch: epoch ?? (await lead(platform.db, 'test'))!.epoch, now: platform.clock.now(), takers })
const tell = (key: string, payload: unknown, topic = 't') => writeOutbox(platform.db, platform.clock.now(), [{ topic, key, payload }])
const open = () => platform.count(sql`select 1 from kernel.outbox where delivered_at is null and parked_at is null`)

beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())
beforeEach(async () => {
  await sql`delete from kernel.outbox`.execute(platform.db)
  taken = []
})

describe('handing out', () => {
  test('in order per key, once, also what nobody wants', async () => {
    for (const n of [1, 2, 3]) await tell('a', n)
    await tell('b', 'other', 'unwanted')
    expect(await out()).toBe(4)
    expect(await out()).toBe(0)
    expect([taken, await open()]).toEqual([['1', '2', '3'], 0])
  })

  test('what commits late is handed out too, though its id sorts before others’', async () => {
    const { db } = platform
    const [started, commit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const late = db.transaction().execute(async (trx) => {
      await writeOutbox(trx, platform.clock.now(), [{ topic: 't', key: 'a', payload: 'late' }])
      started.resolve()
      await commit.promise
    })
    await started.promise
    await tell('b', 'early')
    await out()
    expect(taken).toEqual(['early'])
    commit.resolve()
    await late
    await out()
    expect(taken).toEqual(['early', 'late'])
  })

  test('a taker that fails leaves nothing half done, and the message open', async () => {
    await tell('a', 1)
    const half: Taker = {
      topics: ['t'],
      take: async (db) => {
        await sql`insert into kernel.used_once (scope, value, until) values ('half', 'x', now())`.execute(db)
        throw new Error('half way')
      },
    }
    expect(await out([half])).toBe(0)
    expect(await platform.count(sql`select 1 from kernel.used_once where scope = 'half'`)).toBe(0)
    expect(await open()).toBe(1)
    await out()
    expect(taken).toEqual(['1'])
  })

  test('two at the same moment hand out nothing twice', async () => {
    for (let n = 0; n < 50; n++) await tell(`k${n % 7}`, n)
    await Promise.all([out(), out(), out()])
    expect(taken).toHaveLength(50)
    expect(new Set(taken).size).toBe(50)
  })

  test('who lost the lead hands out nothing', async () => {
    const { epoch } = (await lead(platform.db, 'test'))!
    await tell('a', 1)
    expect(await out([taker], epoch - 1)).toBe(0)
    expect([taken, await open()]).toEqual([[], 1])
  })

  test('a message that cannot be taken is set aside with its error; those behind it, and all others, go on', async () => {
    await tell('a', 'poison')
    await tell('a', 'behind')
    await tell('b', 'other')
    const picky: Taker = {
      topics: ['t'],
      take: async (db: Parameters<Taker['take']>[0], told: readonly Told[]) => {
        if (told.some((t) => t.payload === 'poison')) throw new RangeError('bad')
        await taker.take(db, told, new Date())
      },
    }
    await out([picky])
    expect(taken).toEqual(['other'])
    for (let n = 0; n < 12; n++) await out([picky])
    expect(taken).toEqual(['other', 'behind'])
    expect(await parkedMessages(platform.db)).toMatchObject([{ topic: 't', error: 'RangeError' }])
  })

  test('what was handed over is forgotten after its time; what was not, never', async () => {
    await tell('a', 1)
    await out()
    await tell('a', 2)
    expect(await forgetHandedOver(platform.db, new Date(platform.clock.at.getTime() + 1_000))).toBe(1)
    expect(await open()).toBe(1)
  })
})
