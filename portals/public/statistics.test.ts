import { generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { insertAudit } from '#kernel/audit'
import type { AuditEntry } from '#kernel/audit-event'
import { ulid } from '#kernel/id'
import { lead } from '#kernel/leader'
import { sequence } from '#kernel/sequencer'
import { openPlatform, type Platform } from '../../tests/harness/platform.ts'
import { migrations } from '../../app/migrations.ts'
import { publish } from './figures.ts'
import { publicRoutes } from './index.ts'
import type { Group } from './model.ts'
import { countedLeaves, countNext, groupsBefore } from './store.ts'

let platform: Platform
const key = generateKeyPairSync('ed25519').privateKey
const signer = { keyId: 'test', sign: (message: Buffer) => sign(null, message, key) }

beforeAll(async () => {
  platform = await openPlatform({
    migrations: [...migrations],
    template: 'statistics',
    rows: ({ services }) => publicRoutes({ ...services, demo: true, facts: null, surface: () => [], outside: [], witnesses: 0 }),
  })
}, 120_000)
afterAll(() => platform?.close())

const epoch = async () => (await lead(platform.db, 'test'))!.epoch
const sequenceNow = async () => sequence(platform.db, { epoch: await epoch(), now: platform.clock.at, signer })
const count = async () => countNext({ db: platform.db, epoch: await epoch() })

/** The oracle: everything counted anew from the log itself, with nothing of the store. */
async function recount(below: number): Promise<string[]> {
  const { rows } = await sql<{
    at: Date
    e: string
  }>`select at, actor_kind || '|' || actor_role || '|' || purpose || '|' || action || '|' || outcome || '|' || rule || '|' || (key <> '') as e
    from kernel.audit where leaf_index < ${below}`.execute(platform.db)
  const of = Map.groupBy(rows, ({ at, e }) => `${new Date(at.getTime() + 9 * 3600_000).toISOString().slice(0, 7)}|${e}`)
  return [...of].map(([what, list]) => `${what}: ${list.length}`).sort()
}
const said = (g: Group) =>
  `${g.month}|${g.actorKind}|${g.actorRole}|${g.purpose}|${g.action}|${g.outcome}|${g.rule}|${g.ofPerson}: ${g.lines}`
const published = async () => (await groupsBefore(platform.db, '9999')).map(said).sort()

const entries = fc.record({
  actorKind: fc.constantFrom('staff', 'system', 'citizen', 'public'),
  actorRole: fc.constantFrom('', 'physician', 'clerk', 'operator'),
  purpose: fc.constantFrom('TREAT', 'ETREAT', 'PATRQT', 'HOPERAT'),
  action: fc.constantFrom('chart.read', 'record.deposit', 'emergency.open', 'consent.give', 'sign-in.staff'),
  outcome: fc.constantFrom('success', 'not-permitted', 'not-found'),
  rule: fc.constantFrom('', 'visit-consent', 'break-glass'),
  key: fc.constantFrom('', 'k1', 'k2'),
  /** Minutes around the turn of two months in Japan. */
  minutes: fc.integer({ min: -60 * 24 * 40, max: 60 * 24 * 40 }),
})

const entry = ({ minutes, ...more }: { minutes: number; key: string } & Partial<AuditEntry>): AuditEntry => ({
  ...{ id: ulid(), at: new Date(Date.parse('2026-10-31T15:00:00Z') + minutes * 60_000).toISOString(), actorId: 'x', actorName: 'x' },
  ...{ actorKind: 'staff', actorRole: '', institutionNumber: '', institutionName: '', purpose: 'TREAT', action: 'x', outcome: 'success' },
  ...{ resource: '', kinds: [], count: 0, consentId: '', rule: '', law: '', requestId: ulid(), ...more },
})

describe('the counts of the public statistics equal the log', () => {
  test('whatever is written, in whatever order it is committed, sequenced and counted', async () => {
    const steps = fc.array(
      fc.oneof({ weight: 4, arbitrary: fc.array(entries, { minLength: 1, maxLength: 20 }) }, fc.constantFrom('sequence', 'count')),
      { maxLength: 25 },
    )
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        for (const step of list) {
          if (step === 'sequence') await sequenceNow()
          else if (step === 'count') await count()
          else await insertAudit(platform.db, (step as Parameters<typeof entry>[0][]).map(entry))
        }
        expect(await published()).toEqual(await recount(await countedLeaves(platform.db)))
      }),
      { numRuns: 12 },
    )
    await sequenceNow()
    while ((await count()) > 0);
    const all = await platform.count(sql`select 1 from kernel.audit where leaf_index is not null`)
    expect(await countedLeaves(platform.db)).toBe(all)
    expect(await published()).toEqual(await recount(all))
    expect((await published()).length).toBeGreaterThan(20)
  }, 120_000)

  test('a job that is killed before its commit counts nothing twice and leaves nothing out', async () => {
    await insertAudit(platform.db, [entry({ minutes: 0, key: 'k1', action: 'chart.read' })])
    await sequenceNow()
    const before = await published()
    const reached = await countedLeaves(platform.db)
    // The last statement of the job cannot be written: all that went before goes with it.
    await sql`alter table statistics.progress add constraint dead check (next_leaf <= ${sql.lit(reached)})`.execute(platform.db)
    await expect(count()).rejects.toThrow()
    await sql`alter table statistics.progress drop constraint dead`.execute(platform.db)
    expect(await published()).toEqual(before)
    await count()
    await count()
    expect(await published()).toEqual(await recount(await countedLeaves(platform.db)))
  })

  test('two at the same moment, and one that lost the lead', async () => {
    await insertAudit(platform.db, [entry({ minutes: 1, key: 'k1' }), entry({ minutes: 2, key: '' })])
    await sequenceNow()
    const now = await epoch()
    expect(await countNext({ db: platform.db, epoch: now - 1 })).toBe(0)
    await Promise.all([count(), count(), count()])
    expect(await published()).toEqual(await recount(await countedLeaves(platform.db)))
  })

  test('the control: a line too many in the counts of a day is found', async () => {
    const good = await published()
    const first = sql`day = (select min(day) from statistics.day)`
    await sql`update statistics.day set lines = lines + 1 where ${first}`.execute(platform.db)
    expect(await published()).not.toEqual(await recount(await countedLeaves(platform.db)))
    await sql`update statistics.day set lines = lines - 1 where ${first}`.execute(platform.db)
    expect(await published()).toEqual(good)
  })
})

describe('the page', () => {
  const anybody = () => platform.public()

  test('is there for everybody, in both languages, as JSON and for spreadsheets, and leaves no line in the log', async () => {
    const lines = await platform.count(sql`select 1 from kernel.audit`)
    const ja = await anybody().get('/statistics', { accept: 'text/html' })
    expect([ja.status, ja.text.includes('記録はどれだけ見られているか')]).toEqual([200, true])
    expect((await anybody().get('/statistics?lang=en', { accept: 'text/html' })).text).toContain('How much records are looked at')
    const json = (await anybody().get('/statistics.json')).body as unknown as {
      months: { month: string; accesses: { total: number | null; parts: Record<string, number | null> } }[]
    }
    const [newest] = json.months
    const shown = [newest!.accesses.total, ...Object.values(newest!.accesses.parts)]
    expect(shown.every((n) => n === null || n === 0 || n >= 10)).toBe(true)
    const csv = (await anybody().get('/statistics.csv')).text
    expect(csv.split('\r\n')[0]).toBe('month,complete,figure,part,value')
    expect(csv).toContain(`${newest!.month},`)
    expect(csv, 'no formula').not.toMatch(/(^|,)[=+@-]/m)
    expect(await platform.count(sql`select 1 from kernel.audit`)).toBe(lines)
  })

  test('what is published is what a recount of the log says', async () => {
    platform.clock.forward(61_000)
    const json = (await anybody().get('/statistics.json')).body as unknown as {
      months: { month: string; accesses: { total: number | null } }[]
    }
    for (const { month, accesses } of json.months) {
      const { rows } = await sql<{ n: number }>`select count(*)::int as n from kernel.audit where outcome = 'success' and key <> ''
        and leaf_index < ${await countedLeaves(platform.db)} and to_char(at at time zone 'Asia/Tokyo', 'YYYY-MM') = ${month} and at < '2026-11-23T00:00:00+09:00'`.execute(
        platform.db,
      )
      expect(accesses.total, month).toBe(publish(rows[0]!.n, 10))
    }
  })

  test('how data is handled is said without a file too: that this is a demo, and what leaves', async () => {
    const page = await anybody().get('/transparency', { accept: 'text/html' })
    expect(page.text).toContain('これはデモです')
    expect((await anybody().get('/transparency?lang=en', { accept: 'text/html' })).text).toContain('What is done with data')
  })
})
