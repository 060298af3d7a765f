/** Whoever opens a chart again and again is shown what the person allows now: facts that the platform has at hand change no answer. */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Db } from '#kernel/database'
import * as send from '../../../tests/harness/bundles.ts'
import type { Caller } from '../../../tests/harness/caller.ts'
import { citizenActor, CLINIC, HOSPITAL, openPlatform, type Platform, STRANGER, systemActor } from '../../../tests/harness/platform.ts'

let platform: Platform
let clinic: Caller
let hanako: { key: string; personId: string; memberId: string | null }
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())

const seen = async () => {
  const answer = await clinic.get(`/fhir/R4/Observation?patient=Patient/${hanako.key}`)
  expect(answer.status).toBe(200)
  const { entry = [] } = JSON.parse(answer.text) as { entry?: { resource: { resourceType: string } }[] }
  return entry.filter((e) => e.resource.resourceType === 'Observation').length
}
/** Searches until the facts are at hand, as of somebody who goes on reading. */
async function reading() {
  const { atHand } = platform.services.consent
  const here = () => platform.as(systemActor(CLINIC), async (ctx) => atHand.of({ ...ctx, db: platform.db }, [hanako.key]))
  await vi.waitFor(async () => {
    await seen()
    expect(await here()).not.toBeNull()
  }, 10_000)
}
const byHer = <T>(work: Parameters<typeof platform.as<T>>[1]) => platform.as(citizenActor(hanako), work)
const agreed = () => platform.consent(hanako.key, CLINIC, { 'test-result': true, infection: true })

let all: number
beforeEach(async () => {
  clinic = await platform.system(CLINIC)
  hanako = await platform.enter()
  const about = { memberId: hanako.memberId!, patient: {}, localId: hanako.key }
  const hospital = await platform.system(HOSPITAL)
  const answer = await hospital.submit(send.fiveItems(about, [send.potassium, send.hepatitisB]))
  expect(answer.status, answer.text).toBe(201)
  await agreed()
  all = await seen()
  expect(all).toBeGreaterThan(1)
  await reading()
})

test('what she withdraws is gone with the next search', async () => {
  const [consent] = await byHer((ctx) => platform.services.consent.list(ctx, [hanako.key]))
  await byHer((ctx) => platform.services.consent.withdraw(ctx, consent!.id))
  expect([await seen(), await seen(), await seen()]).toEqual([0, 0, 0])
  await agreed()
  expect(await seen(), 'and back when she agrees again').toBe(all)
})

test('one kind that she refuses is gone, the rest stays', async () => {
  await platform.consent(hanako.key, CLINIC, { infection: false })
  const left = await seen()
  expect(left).toBeGreaterThan(0)
  expect(left).toBeLessThan(all)
  await reading()
  expect(await seen()).toBe(left)
})

test('what she closes is closed at once, and what she opens again is open at once', async () => {
  const { closureId } = await byHer((ctx) => platform.services.consent.closing.close(ctx, { what: 'everything', absolute: false }))
  expect([await seen(), await seen(), await seen()]).toEqual([0, 0, 0])
  await byHer((ctx) => platform.services.consent.closing.reopen(ctx, closureId))
  expect(await seen()).toBe(all)
})

test('what she closes while somebody is just allowed for the first time leaves nothing standing that was read in between', async () => {
  const version = (db: Db) =>
    sql<{ version: string }>`select version from consent.fact_version where key = ${hanako.key} and institution_number = ${STRANGER}`
      .execute(db)
      .then(({ rows }) => rows[0]?.version)
  const waiting = () => platform.count(sql`select 1 from pg_locks where locktype = 'advisory' and not granted`)
  let closing: Promise<unknown> | undefined
  let [isClosed, first]: [boolean, string | undefined] = [false, undefined]
  await platform.as(systemActor(STRANGER), async (ctx) => {
    const answer = { key: hanako.key, institutionNumber: STRANGER, institutionName: '', kinds: { 'test-result': true } }
    await platform.services.consent.record(ctx, answer)
    first = await version(ctx.db)
    closing = byHer((own) => platform.services.consent.closing.close(own, { what: 'everything', absolute: false })).then(() => {
      isClosed = true
    })
    await vi.waitFor(async () => expect(isClosed || (await waiting()) > 0).toBe(true))
  })
  await closing
  expect([first !== undefined, (await version(platform.db)) === first]).toEqual([true, false])
})

test('a consent that ends by the clock ends, though nobody wrote anything', async () => {
  platform.clock.forward(24 * 3600_000 - 1)
  clinic = await platform.system(CLINIC)
  expect(await seen()).toBe(all)
  platform.clock.forward(1)
  expect(await seen()).toBe(0)
})
