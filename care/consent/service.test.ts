import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Refusal } from '#kernel/refusal'
import { citizenActor, CLINIC, HOSPITAL, openPlatform, type Platform, STRANGER, systemActor } from '../../tests/harness/platform.ts'

let platform: Platform
let person: { key: string; personId: string }
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())
beforeEach(async () => {
  person = await platform.enter()
})

const list = (of = person) => platform.as(citizenActor(of), (ctx) => platform.services.consent.list(ctx, [of.key]))
const liveKinds = async (institution: string) =>
  (await platform.as(systemActor(institution), (ctx) => platform.services.consent.live(ctx, [person.key]))).map((g) => g.kind).sort()
const withdraw = (id: string, of = person) => platform.as(citizenActor(of), (ctx) => platform.services.consent.withdraw(ctx, id))
const code = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )

describe('an answer at the reader', () => {
  test('holds for the kinds allowed, here, for 24 hours', async () => {
    const given = await platform.consent(person.key, CLINIC, { diagnosis: true, 'test-result': true, prescription: false })
    expect(given).toMatchObject({ allowed: ['diagnosis', 'test-result'], refused: ['prescription'] })
    expect(given.until.getTime() - given.givenAt.getTime()).toBe(24 * 3600_000)
    expect(await liveKinds(CLINIC)).toEqual(['diagnosis', 'test-result'])
    expect(await liveKinds(STRANGER)).toEqual([])
    platform.clock.forward(24 * 3600_000 - 1)
    expect(await liveKinds(CLINIC)).toEqual(['diagnosis', 'test-result'])
    platform.clock.forward(1)
    expect(await liveKinds(CLINIC)).toEqual([])
  })

  test('replaces the earlier answer for the kinds asked, and the earlier consent shrinks in the person’s list', async () => {
    await platform.consent(person.key, CLINIC, { diagnosis: true, prescription: true })
    platform.clock.forward(60_000)
    await platform.consent(person.key, CLINIC, { diagnosis: false })
    expect(await liveKinds(CLINIC)).toEqual(['prescription'])
    expect(await list()).toMatchObject([
      { allowed: [], refused: ['diagnosis'] },
      { allowed: ['prescription'], withdrawnAt: null },
    ])
  })

  test('an earlier consent of which nothing is left has ended', async () => {
    await platform.consent(person.key, CLINIC, { diagnosis: true })
    platform.clock.forward(60_000)
    await platform.consent(person.key, CLINIC, { diagnosis: true, infection: true })
    expect(await list()).toMatchObject([
      { allowed: ['diagnosis', 'infection'], withdrawnAt: null },
      { allowed: [], withdrawnAt: platform.clock.at },
    ])
    expect(await liveKinds(CLINIC)).toEqual(['diagnosis', 'infection'])
  })

  test('all refused: kept as an answer, allows nothing, and takes back what was allowed', async () => {
    await platform.consent(person.key, CLINIC, { diagnosis: true, infection: true })
    platform.clock.forward(60_000)
    await platform.consent(person.key, CLINIC, { diagnosis: false, infection: false })
    expect(await liveKinds(CLINIC)).toEqual([])
    expect((await list()).map((c) => c.allowed)).toEqual([[], []])
  })

  test('touches no other institution', async () => {
    await platform.consent(person.key, HOSPITAL, { diagnosis: true })
    await platform.consent(person.key, CLINIC, { diagnosis: false })
    expect(await liveKinds(HOSPITAL)).toEqual(['diagnosis'])
  })

  test.each(['letter', 'patient', 'other', '__proto__', ''])('kind “%s” cannot be asked', async (kind) => {
    expect(await code(platform.consent(person.key, CLINIC, JSON.parse(`{${JSON.stringify(kind)}: true}`)))).toBe('kind-unknown')
  })

  test('two answers at the same moment leave one in force', async () => {
    for (let round = 0; round < 5; round++) {
      platform.clock.forward(60_000)
      await Promise.all([1, 2, 3, 4].map(() => platform.consent(person.key, CLINIC, { diagnosis: true })))
      const open = (await list()).filter((c) => c.allowed.length > 0 && c.withdrawnAt === null)
      expect(open).toHaveLength(1)
      expect(await liveKinds(CLINIC)).toEqual(['diagnosis'])
    }
  })

  test('goes to the outbox with it', async () => {
    const { id } = await platform.consent(person.key, CLINIC, { diagnosis: true })
    expect(
      await platform.count(
        sql`select 1 from kernel.outbox where key = ${person.key} and topic = 'consent.given' and payload ->> 'consentId' = ${id}`,
      ),
    ).toBe(1)
  })
})

describe('withdrawal', () => {
  test('ends every grant from the next look on', async () => {
    const { id } = await platform.consent(person.key, CLINIC, { diagnosis: true, infection: true })
    platform.clock.forward(1_000)
    expect((await withdraw(id)).withdrawnAt).toEqual(platform.clock.at)
    expect(await liveKinds(CLINIC)).toEqual([])
  })

  test('twice: the second says it has ended; ten at once: one withdraws', async () => {
    const { id } = await platform.consent(person.key, CLINIC, { diagnosis: true })
    const said = await Promise.all(Array.from({ length: 10 }, () => code(withdraw(id))))
    expect(said.sort()).toEqual([...Array<string>(9).fill('consent-ended'), 'done'])
    expect(await platform.count(sql`select 1 from kernel.outbox where key = ${person.key} and topic = 'consent.withdrawn'`)).toBe(1)
  })

  test('of another person: not found, and theirs still holds', async () => {
    const { id } = await platform.consent(person.key, CLINIC, { diagnosis: true })
    const other = await platform.enter()
    expect(await code(withdraw(id, other))).toBe('not-found')
    expect(await liveKinds(CLINIC)).toEqual(['diagnosis'])
  })

  test('of an expired one: it has ended already', async () => {
    const { id } = await platform.consent(person.key, CLINIC, { diagnosis: true })
    platform.clock.forward(24 * 3600_000)
    expect(await code(withdraw(id))).toBe('consent-ended')
  })

  test('by an institution: not permitted', async () => {
    const { id } = await platform.consent(person.key, CLINIC, { diagnosis: true })
    expect(await code(platform.as(systemActor(CLINIC), (ctx) => platform.services.consent.withdraw(ctx, id)))).toBe('not-permitted')
  })

  test('keeps the instant at which a part of it ended before', async () => {
    const { id } = await platform.consent(person.key, CLINIC, { diagnosis: true, infection: true })
    platform.clock.forward(60_000)
    const ended = platform.clock.at
    await platform.consent(person.key, CLINIC, { infection: false })
    platform.clock.forward(60_000)
    await withdraw(id)
    const { rows } = await sql<{
      kind: string
      withdrawn_at: Date
    }>`select kind, withdrawn_at from consent.grant_fact where consent_id = ${id} order by kind`.execute(platform.db)
    expect(rows).toEqual([
      { kind: 'diagnosis', withdrawn_at: platform.clock.at },
      { kind: 'infection', withdrawn_at: ended },
    ])
  })
})

test('a person becomes a patient of an institution once, and of no other', async () => {
  await platform.relate(person.key, CLINIC)
  await platform.relate(person.key, CLINIC)
  const related = (institution: string) =>
    platform.as(systemActor(institution), (ctx) => platform.services.consent.related(ctx, [person.key]))
  expect([await related(CLINIC), await related(STRANGER)]).toEqual([true, false])
})
