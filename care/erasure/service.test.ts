import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CLINIC, DAY_MS, HOSPITAL, openPlatform, type Platform, systemActor } from '../../tests/harness/platform.ts'
import { erasurePlan } from '../../app/erasure-plan.ts'
import { migrations } from '../../app/migrations.ts'
import { sequence } from '#kernel/sequencer'
import type { Actor, Context } from '#kernel/context'
import type { AuditEvent } from '#kernel/audit-event'
import { auditEntry } from '#kernel/audit-entry'
import { insertAudit } from '#kernel/audit'
import { transact } from '#kernel/database'
import { certificateHash, type ErasureService, erasureService, generations, noteGeneration } from './index.ts'
import { backupsGoneBy, keptUntil, splitOf } from './rules.ts'

let platform: Platform
let erasure: ErasureService
beforeAll(async () => {
  platform = await openPlatform({ migrations: [...migrations], template: 'whole' })
  erasure = erasureService({ ...platform.services, plan: erasurePlan })
})
afterAll(() => platform?.close())

type Told = { topic: string; key: string; payload: unknown }
/** Runs a use case as its row would, and says what it told and noted. */
async function as<T>(actor: Actor, work: (ctx: Context) => Promise<T>): Promise<{ done: T; told: Told[]; noted: AuditEvent[] }> {
  const [told, noted]: [Told[], AuditEvent[]] = [[], []]
  const done = await transact(platform.db, async (db) => {
    const about = { actor, purpose: 'PATRQT' as const, now: platform.clock.at, requestId: 'r', action: 'erasure.ask', law: 'x' }
    const found = await work({
      ...about,
      db,
      lang: 'ja',
      sessionId: null,
      audit: (e) => void noted.push(e),
      tell: (m) => void told.push(m),
    })
    await insertAudit(
      db,
      noted.map((event) => auditEntry(event, about)),
    )
    return found
  })
  return { done, told, noted }
}
const operator: Actor = { kind: 'staff', id: 'op', role: 'operator', institutionNumber: HOSPITAL, institutionName: 'x', name: '運用 司' }
type Somebody = { personId: string; key: string }
const citizen = ({ personId, key }: Somebody): Actor => ({ kind: 'citizen', id: personId, keys: [key], name: '本人' })

async function somebody(): Promise<Somebody> {
  const person = await platform.enter()
  for (const where of [HOSPITAL, CLINIC]) await platform.relate(person.key, where)
  return person
}
async function write(from: string, { key }: Somebody, text = '体温'): Promise<void> {
  const system = await platform.system(from)
  const made = await system.post('/fhir/R4/Observation', {
    ...{ resourceType: 'Observation', status: 'final', code: { text }, subject: { reference: `Patient/${key}` } },
  })
  expect(made.status, made.text).toBe(201)
}
const sources = async ({ key }: Somebody) => {
  const { rows } = await sql<{
    source: string
  }>`select distinct source from record.resource where key = ${key} and type <> 'Patient' order by 1`.execute(platform.db)
  return rows.map((row) => row.source)
}
const ask = (person: Somebody, more: Partial<Parameters<ErasureService['ask']>[1]> = {}) =>
  as(citizen(person), (ctx) => erasure.ask(ctx, { reason: 'own-wish', scope: 'record', stop: false, ...more }))
const YEARS = (n: number) => n * 366 * DAY_MS

describe('a person asks to be erased', () => {
  test('what the law lets go goes at once, the rest when its time is over; certificates say which and until when', async () => {
    const person = await somebody()
    await write(HOSPITAL, person)
    platform.clock.forward(YEARS(4))
    await write(CLINIC, person)
    platform.clock.forward(YEARS(2))
    const { done: one, told } = await ask(person)
    expect(told).toMatchObject([{ topic: 'notice', payload: { kind: 'erasure', state: 'asked' } }])
    const agreed = await as(operator, (ctx) => erasure.agree(ctx, { personId: person.personId, id: one.id }))
    expect(await sources(person), 'the hospital’s six years old part went').toEqual([CLINIC])
    expect(agreed.done).toMatchObject({
      erased: [{ institutionNumber: HOSPITAL, resources: 1 }],
      kept: [{ institutionNumber: CLINIC, resources: 1 }],
      registration: 'kept',
    })
    expect(agreed.told).toContainEqual({ topic: 'notice', key: person.key, payload: { kind: 'erasure', state: 'held' } })
    expect(await as(operator, (ctx) => erasure.carryOutDue(ctx)), 'too early').toMatchObject({ done: 0 })
    platform.clock.forward(YEARS(3) + DAY_MS)
    expect((await as(operator, (ctx) => erasure.carryOutDue(ctx))).done).toBe(1)
    expect(await sources(person)).toEqual([])
    const { cases, certificates } = (await as(citizen(person), (ctx) => erasure.own(ctx))).done
    expect(cases).toMatchObject([{ state: 'erased', nextAt: null }])
    expect(certificates.map((c) => c.certificate.kept.length)).toEqual([0, 1])
    const { rows } =
      await sql`select 1 from kernel.audit where resource = ${`ErasureCertificate/${certificateHash(certificates[0]!.body)}`}`.execute(
        platform.db,
      )
    expect(rows, 'the log names the certificate by its hash').toHaveLength(1)
  })

  test('nothing a search reads is left of what went, and everything of what stays', async () => {
    const person = await somebody()
    await write(HOSPITAL, person, '古い検査')
    platform.clock.forward(YEARS(6))
    await write(CLINIC, person, '新しい検査')
    const { done: one } = await ask(person)
    await as(operator, (ctx) => erasure.agree(ctx, { personId: person.personId, id: one.id }))
    for (const table of ['resource', 'version', 'string_value', 'date_value', 'deposit']) {
      const { rows } = await sql<{
        n: number
      }>`select count(*)::int as n from ${sql.table(`record.${table}`)} t where key = ${person.key} and t::text like '%古い検査%'`.execute(
        platform.db,
      )
      expect(rows[0]!.n, table).toBe(0)
    }
    expect(await platform.count(sql`select 1 from record.resource where key = ${person.key} and body like '%新しい検査%'`)).toBe(1)
  })

  test('stopping needs nobody’s decision: others see nothing from the next look on', async () => {
    const person = await somebody()
    const { told } = await ask(person, { stop: true })
    expect(told.at(-1)).toMatchObject({ payload: { kind: 'erasure', state: 'restricted' } })
    expect(
      await platform.count(sql`select 1 from consent.closure where key = ${person.key} and absolute and purpose = '' and ended_at is null`),
    ).toBe(1)
  })

  test('with the registration nothing names the person any more', async () => {
    const person = await somebody()
    await write(HOSPITAL, person)
    platform.clock.forward(YEARS(6))
    const { done: one } = await ask(person, { scope: 'all' })
    const { done } = await as(operator, (ctx) => erasure.agree(ctx, { personId: person.personId, id: one.id }))
    expect(done.registration).toBe('erased')
    for (const { table, column, holds, goes } of erasurePlan.filter((rule) => rule.goes !== 'kept'))
      expect(
        await platform.count(
          sql`select 1 from ${sql.table(table)} where ${sql.id(column)} = ${holds === 'key' ? person.key : person.personId}`,
        ),
        `${table} ${goes}`,
      ).toBe(0)
  })

  describe('of two entries that are one person', () => {
    let serial = 0
    const enter = (more: object = {}) => {
      const blank = { address: '', postalCode: '', phone: '', sex: 'female', name: '渡邉 花子', nameKana: 'ワタナベ ハナコ' }
      const stated = { ...blank, memberId: `06990021:9:${serial}:01`, birthDate: '1958-04-12', ...more }
      return platform.as(systemActor(HOSPITAL), (ctx) => platform.services.person.resolve(ctx, stated, HOSPITAL)) as Promise<Somebody>
    }
    /** Two entries, found to be one person after the wish; `stays` is where the keys are then. */
    async function linked(scope: 'record' | 'all') {
      serial++
      const pair = [await enter(), await enter({ birthDate: '1958-04-21' })] as const
      for (const one of pair) {
        await platform.relate(one.key, HOSPITAL)
        await write(HOSPITAL, one)
      }
      platform.clock.forward(YEARS(6))
      const [asked, other] = pair
      const { done: wish } = await ask(asked, { scope })
      const { cases } = await platform.services.person.cases.open({ db: platform.db }, { limit: 10_000, offset: 0 })
      const { id } = cases.find((c) => c.key === other.key)!
      const verdict = { id, decided: 'same', reason: 'document', note: '写し' } as const
      const { done: link } = await as(operator, (ctx) => platform.services.person.cases.decide(ctx, verdict))
      return { asked, other, wish, link }
    }
    const agree = (personId: string, id: string) => as(operator, (ctx) => erasure.agree(ctx, { personId, id }))
    const left = async (people: readonly Somebody[]) => {
      const held = { key: people.map((p) => p.key), person: people.map((p) => p.personId) }
      const found: string[] = []
      for (const { table, column, holds } of erasurePlan.filter((rule) => rule.goes !== 'kept'))
        if ((await platform.count(sql`select 1 from ${sql.table(table)} where ${sql.id(column)} = any(${held[holds]}::text[])`)) > 0)
          found.push(table)
      return found
    }

    test('everything of both goes, and the ledger knows each of them', async () => {
      const { asked, other, wish } = await linked('all')
      expect(await left([asked, other]), 'the control').toContain('person.person')
      const { done } = await agree(asked.personId, wish.id)
      expect([done.registration, done.erased, await sources(asked), await sources(other), await left([asked, other])]).toEqual([
        'erased',
        [{ institutionNumber: HOSPITAL, resources: 2 }],
        [],
        [],
        [],
      ])
      const { rows } = await sql<{ key: string; person: string }>`select distinct key, person_id as person from record.erasure
        where key = any(${[asked.key, other.key]}::text[])`.execute(platform.db)
      expect(new Set(rows.map((r) => r.key))).toEqual(new Set([asked.key, other.key]))
      expect(new Set(rows.map((r) => r.person))).toEqual(new Set([asked.personId, other.personId]))
    })

    test('the person finds the wish they made under either, and makes no second one', async () => {
      const { asked, other, wish } = await linked('record')
      for (const { personId } of [asked, other]) {
        const { done } = await as(citizen({ personId, key: asked.key }), (ctx) => erasure.own(ctx))
        expect(done.cases.map((c) => c.id)).toEqual([wish.id])
        await expect(ask({ personId, key: asked.key })).rejects.toMatchObject({ code: 'erasure-open' })
      }
      await as(citizen({ ...other }), (ctx) => erasure.takeBack(ctx, wish.id))
    })

    test('who was parted from them again keeps what is theirs', async () => {
      const { asked, other, wish, link } = await linked('record')
      await as(operator, (ctx) => platform.services.person.cases.undo(ctx, { key: link.key, id: link.id, reason: '別人' }))
      await agree(asked.personId, wish.id)
      expect([await sources(asked), await sources(other)]).toEqual([[], [HOSPITAL]])
    })
  })

  test('one wish at a time; taken back before it is decided, not after', async () => {
    const person = await somebody()
    const { done: one } = await ask(person)
    await expect(ask(person)).rejects.toMatchObject({ code: 'erasure-open' })
    await as(citizen(person), (ctx) => erasure.takeBack(ctx, one.id))
    await expect(as(operator, (ctx) => erasure.agree(ctx, { personId: person.personId, id: one.id }))).rejects.toMatchObject({
      code: 'erasure-decided',
    })
    const { done: two } = await ask(person)
    await as(operator, (ctx) => erasure.decline(ctx, { personId: person.personId, id: two.id, words: '裁判で使われているため' }))
    await expect(as(citizen(person), (ctx) => erasure.takeBack(ctx, two.id))).rejects.toMatchObject({ code: 'erasure-decided' })
    expect((await as(citizen(person), (ctx) => erasure.own(ctx))).done.cases[0]).toMatchObject({
      state: 'refused',
      refusal: '裁判で使われているため',
    })
  })

  test.each([
    [
      'somebody who acts for them',
      (p: Somebody): Actor => ({ ...citizen(p), actsFor: { personId: p.personId, name: 'x', basis: 'parent', until: null } }) as Actor,
      'erasure-own-only',
    ],
    [
      'an app',
      (p: Somebody): Actor => ({ ...citizen(p), app: { clientId: 'a', name: 'a', scopes: [], patientKeys: null, grantId: 'g' } }) as Actor,
      'erasure-own-only',
    ],
    ['a physician', (): Actor => ({ ...operator, role: 'physician' }) as Actor, 'erasure-own-only'],
  ] as const)('%s does not ask for it', async (_who, actor, code) => {
    const person = await somebody()
    await expect(as(actor(person), (ctx) => erasure.ask(ctx, { reason: 'own-wish', scope: 'record', stop: true }))).rejects.toMatchObject({
      code,
    })
  })

  test('nobody but the operator decides', async () => {
    const person = await somebody()
    const { done: one } = await ask(person)
    for (const role of ['physician', 'administrator', 'auditor'] as const)
      await expect(
        as({ ...operator, role } as Actor, (ctx) => erasure.agree(ctx, { personId: person.personId, id: one.id })),
      ).rejects.toMatchObject({ code: 'not-permitted' })
  })
})

describe('backups and the log', () => {
  test('a certificate names the day by which the last backup is gone, or says that there is none', async () => {
    const person = await somebody()
    const wish = async () => {
      const { done: one } = await ask(person)
      const { done } = await as(operator, (ctx) => erasure.agree(ctx, { personId: person.personId, id: one.id }))
      return done.backups
    }
    await sql`delete from erasure.generation`.execute(platform.db)
    await noteGeneration(platform.db, { generation: 'a', madeAt: new Date(0), endsOn: '2150-01-31', keyFile: 'a' })
    await noteGeneration(platform.db, { generation: 'b', madeAt: new Date(0), endsOn: '2150-03-01', keyFile: 'b' })
    expect(await wish(), 'the day after the last day').toEqual({ count: 2, until: '2150-03-02' })
    await noteGeneration(platform.db, { generation: 'c', madeAt: new Date(0), endsOn: null, keyFile: 'c' })
    expect(await wish()).toEqual({ count: 3, until: null })
    await as(operator, (ctx) => erasure.endBackup(ctx, { generation: 'c', endsOn: '2151-01-01' }))
    expect(await wish()).toEqual({ count: 3, until: '2151-01-02' })
    const later = as(operator, (ctx) => erasure.endBackup(ctx, { generation: 'c', endsOn: '2151-01-02' }))
    await expect(later, 'no later than what was promised').rejects.toMatchObject({ code: 'backup-end-later' })
    expect((await generations(platform.db)).map((g) => g.endsOn)).toContain('2151-01-01')
  })

  test('what the log says of them goes when its own time is over, and its tree stays whole', async () => {
    const person = await somebody()
    const { done: one } = await ask(person)
    await as(operator, (ctx) => erasure.agree(ctx, { personId: person.personId, id: one.id }))
    const said = () => platform.count(sql`select 1 from kernel.audit where key = ${person.key} and actor_name <> ''`)
    const leaves = () => platform.count(sql`select 1 from kernel.audit where key = ${person.key} and leaf_index is not null`)
    await sql`insert into kernel.leader (name, epoch, holder, beat_at) values ('platform', 1, 'test', now()) on conflict do nothing`.execute(
      platform.db,
    )
    await sequence(platform.db, { epoch: 1, now: platform.clock.at, signer: { keyId: 'k', sign: () => Buffer.alloc(64) } })
    const [before, stood] = [await said(), await leaves()]
    expect(before).toBeGreaterThan(0)
    await erasure.forgetEntries({ db: platform.db, now: platform.clock.at })
    expect(await said(), 'too early').toBe(before)
    expect(await erasure.forgetEntries({ db: platform.db, now: new Date(platform.clock.at.getTime() + YEARS(6)) })).toBeGreaterThan(0)
    expect([await said(), await leaves()]).toEqual([0, stood])
  })
})

describe('rules', () => {
  test.each<[ends: (string | null)[], until: string | null]>([
    [[], '2026-11-22'],
    [['2026-11-22'], '2026-11-23'],
    [['2026-12-31', '2026-11-30'], '2027-01-01'],
    [['2026-12-31', null], null],
    // It stands beyond its end because there is no newer one: nobody can say until when.
    [['2026-11-21'], null],
  ])('backups that end on %j: gone by %s', (ends, until) => {
    const standing = ends.map((endsOn, n) => ({
      generation: `${n}`,
      madeAt: new Date(0),
      endsOn,
      keyFile: '',
      whole: n > 0,
      destroyedAt: null,
    }))
    expect(backupsGoneBy(standing, new Date('2026-11-22T03:00:00Z'))).toEqual({ count: ends.length, until })
  })

  test.each([
    ['2021-11-21T00:00:00Z', true],
    ['2021-11-22T00:00:00Z', true],
    ['2021-11-23T00:00:00Z', false],
    ['2024-02-29T00:00:00Z', false],
  ] as const)('the last of it registered %s: may go on 2026-11-22 %s', (youngest, free) => {
    const now = new Date('2026-11-22T00:00:00Z')
    const portion = { source: HOSPITAL, count: 1, youngest: new Date(youngest) }
    expect(splitOf([portion], now).free.length === 1).toBe(free)
    expect(keptUntil(portion, now).getUTCFullYear() - new Date(youngest).getUTCFullYear()).toBe(5)
  })
})
