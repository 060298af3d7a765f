/** Facts at hand are a way to ask less often, never to know less: whatever changes them, the next search shows it. */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Actor, Context } from '#kernel/context'
import { openDatabase } from '#kernel/database'
import { citizenActor, CLINIC, HOSPITAL, openPlatform, type Platform, STRANGER, systemActor } from '../../tests/harness/platform.ts'
import { factsAtHand } from './at-hand.ts'
import { together } from './together.ts'

let platform: Platform
let person: { key: string; personId: string }
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())
beforeEach(async () => {
  person = await platform.enter()
})

type AtHand = ReturnType<typeof factsAtHand>
const clinic = () => systemActor(CLINIC)
/** Outside a transaction, as searches are. */
const asking = <T>(work: (ctx: Context) => T | Promise<T>, actor: Actor = clinic()): Promise<T> =>
  platform.as(actor, async (ctx) => work({ ...ctx, db: platform.db }))
const at = (atHand: AtHand, keys: readonly string[] = [person.key], actor?: Actor) => asking((ctx) => atHand.of(ctx, keys), actor)

/** Asked often enough, and long enough for what is read beside to come. */
async function known(atHand: AtHand, actor?: Actor, timeout = 10_000) {
  for (const _ of ['once', 'again']) await at(atHand, [person.key], actor)
  return vi.waitFor(async () => (await at(atHand, [person.key], actor)) ?? Promise.reject(new Error('nothing at hand')), {
    timeout,
    interval: 5,
  })
}

const services = () => platform.services.consent
const byPerson = <T>(work: (ctx: Context) => Promise<T>) => platform.as(citizenActor(person), work)
const agreed = () => platform.consent(person.key, CLINIC, { diagnosis: true, 'test-result': true })
const everything = { what: 'everything', absolute: false } as const
const wish = { institutionNumber: CLINIC, institutionName: 'C', kinds: ['diagnosis'], until: null }
const version = async (key = person.key, institution = CLINIC) =>
  (
    await sql<{
      version: string
    }>`select version from consent.fact_version where key = ${key} and institution_number = ${institution}`.execute(platform.db)
  ).rows[0]?.version

describe('each write of a fact gives them another version', () => {
  const writes: Record<string, () => Promise<unknown>> = {
    'an answer at a reader': agreed,
    'an answer that refuses': () => platform.consent(person.key, CLINIC, { diagnosis: false }),
    'a consent that goes on': () => byPerson((ctx) => services().standing.give(ctx, wish)),
    'a withdrawal': () =>
      byPerson(async (ctx) => services().withdraw(ctx, (await services().list(ctx, [person.key])).find((c) => c.withdrawnAt === null)!.id)),
    'what is closed': () => byPerson((ctx) => services().closing.close(ctx, everything)),
    'what is opened again': () =>
      byPerson(async (ctx) => {
        const { closureId } = await services().closing.close(ctx, everything)
        const before = await version()
        await services().closing.reopen(ctx, closureId)
        expect(before).toBeDefined()
      }),
    'keys that come together': async () => {
      await byPerson((ctx) => services().standing.give(ctx, wish))
      await together.join(platform.db, { keys: [person.key, 'another'], linkId: 'l', at: platform.clock.at })
      expect(await version('another'), 'under the other too').toBeDefined()
    },
    'keys that part': () =>
      together.part(platform.db, { keys: [person.key, 'another'], linkId: 'l', at: platform.clock.at, since: platform.clock.at }),
  }
  test.each(Object.keys(writes))('%s', async (name) => {
    await agreed()
    const atHand = factsAtHand()
    const facts = await known(atHand)
    expect(await asking((ctx) => atHand.hold(ctx, facts)), 'the control: nothing was written yet').toBe(true)
    await writes[name]!()
    expect(await version()).not.toBe(facts.version)
    expect(await asking((ctx) => atHand.hold(ctx, facts))).toBe(false)
    expect(await at(atHand), 'let go').toBeNull()
  })

  test('what is undone with its transaction gives none', async () => {
    await agreed()
    const before = await version()
    const undone = byPerson(async (ctx) => {
      await services().closing.close(ctx, everything)
      throw new Error('undone')
    })
    await expect(undone).rejects.toThrow('undone')
    expect(await version()).toBe(before)
  })

  test('another person’s facts keep theirs, and the same person’s elsewhere: nobody learns by a clock what was agreed to at another place', async () => {
    await agreed()
    const before = await version()
    await platform.consent(person.key, STRANGER, { diagnosis: true })
    await byPerson((ctx) => services().closing.close(ctx, { what: 'institution', institutionNumber: STRANGER, absolute: false }))
    expect(await version()).toBe(before)
    const other = await platform.enter()
    await platform.consent(other.key, CLINIC, { diagnosis: true })
    expect([await version(), (await version(other.key)) !== undefined]).toEqual([before, true])
  })
})

describe('what is at hand', () => {
  test('begins with the second time somebody asks, and holds what may come to hold', async () => {
    const given = await agreed()
    const atHand = factsAtHand()
    expect([await at(atHand), await at(atHand)]).toEqual([null, null])
    const facts = await known(atHand)
    expect(facts.grants.map((g) => [g.kind, g.consentId])).toEqual([
      ['diagnosis', given.id],
      ['test-result', given.id],
    ])
    expect([facts.key, facts.closures]).toEqual([person.key, []])
  })

  test('is one institution’s alone, and nothing where nothing is allowed', async () => {
    await agreed()
    await platform.consent(person.key, HOSPITAL, { infection: true })
    const atHand = factsAtHand()
    expect((await known(atHand)).grants).toHaveLength(2)
    expect((await known(atHand, systemActor(HOSPITAL))).grants.map((g) => g.kind)).toEqual(['infection'])
    await expect(known(atHand, systemActor(STRANGER), 1_000)).rejects.toThrow('nothing at hand')
  })

  const never: readonly [string, () => [keys: string[], actor: Actor]][] = [
    ['of several keys', () => [[person.key, 'another'], clinic()]],
    ['of nobody', () => [[], clinic()]],
    ['for the person, whom no such fact concerns', () => [[person.key], citizenActor(person)]],
  ]
  test.each(never)('is nothing %s', async (_, about) => {
    await agreed()
    const atHand = factsAtHand()
    const [keys, actor] = about()
    for (let n = 0; n < 5; n++) expect(await at(atHand, keys, actor)).toBeNull()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await at(atHand, keys, actor)).toBeNull()
  })

  test('is nothing where nothing was ever allowed, and nothing where the person closed it to who asks', async () => {
    const atHand = factsAtHand()
    await expect(known(atHand, clinic(), 1_000)).rejects.toThrow('nothing at hand')
    await agreed()
    await platform.consent(person.key, HOSPITAL, { diagnosis: true })
    await byPerson((ctx) => services().closing.close(ctx, { what: 'institution', institutionNumber: CLINIC, absolute: false }))
    await expect(known(factsAtHand(), clinic(), 1_000)).rejects.toThrow('nothing at hand')
    expect((await known(factsAtHand(), systemActor(HOSPITAL))).closures, 'the control: open to others').toHaveLength(1)
  })

  test('comes back a minute after what was closed is opened again', async () => {
    await agreed()
    const { closureId } = await byPerson((ctx) => services().closing.close(ctx, everything))
    let now = 0
    const atHand = factsAtHand({ clock: () => now })
    await expect(known(atHand, clinic(), 1_000)).rejects.toThrow('nothing at hand')
    await byPerson((ctx) => services().closing.reopen(ctx, closureId))
    expect(await at(atHand)).toBeNull()
    now = 60_001
    expect((await known(atHand)).closures).toEqual([])
  })

  test('is read outside transactions alone: one may end before the answer comes', async () => {
    await agreed()
    const atHand = factsAtHand()
    for (let n = 0; n < 5; n++) expect(await platform.as(clinic(), async (ctx) => atHand.of(ctx, [person.key]))).toBeNull()
    await known(atHand)
  })

  test('is let go after a minute, and of the oldest where there are many', async () => {
    await agreed()
    let now = 0
    const atHand = factsAtHand({ most: 2, forMs: 60_000, clock: () => now })
    await known(atHand)
    now = 60_000
    expect(await at(atHand)).not.toBeNull()
    now = 60_001
    expect(await at(atHand)).toBeNull()
    await known(atHand)
    await at(atHand, ['a'])
    expect(await at(atHand)).not.toBeNull()
    await at(atHand, ['b'])
    expect(await at(atHand)).toBeNull()
  })

  test('a reading that fails is as if nobody had asked', async () => {
    await agreed()
    const atHand = factsAtHand()
    await at(atHand)
    const nowhere = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', poolSize: 1, applicationName: 'nowhere' })
    expect(await asking((ctx) => atHand.of({ ...ctx, db: nowhere }, [person.key]))).toBeNull()
    await vi.waitFor(async () => expect(await asking((ctx) => atHand.of({ ...ctx, db: nowhere }, [person.key]))).toBeNull())
    await nowhere.destroy()
    expect((await known(atHand)).key).toBe(person.key)
  })
})
