/** Documents of a protected person: signed texts that may say where they live. They stay whole, and are not shown to who acts for the person. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Actor } from '#kernel/context'
import * as send from '../../../tests/harness/bundles.ts'
import { CLINIC, HOSPITAL, openPlatform, type Platform } from '../../../tests/harness/platform.ts'

const DAY = 24 * 3600_000
const operator: Actor = { kind: 'staff', id: 'op', role: 'operator', institutionNumber: HOSPITAL, institutionName: '', name: '' }
let platform: Platform
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())

test('on the days of a mark and no other, whoever acts for the person is not shown them; everybody else is', async () => {
  const mother = await platform.enter({ name: '守 母' })
  const child = await platform.enter({ name: '守 子', birthDate: '2015-04-11' })
  const { person } = platform.services
  await platform.as(operator, (ctx) =>
    person.proxies.enter(ctx, {
      ...{ representedId: child.personId, proxyId: mother.personId, basis: 'parent', evidence: '戸籍' },
      ...{ validFrom: '2020-01-01', until: null },
    }),
  )
  const hospital = await platform.system(HOSPITAL)
  const sent = await hospital.submit(send.checkup({ memberId: child.memberId!, patient: { birthDate: '2015-04-11' }, localId: 'c-1' }))
  expect(sent.status, sent.text).toBe(201)
  await hospital.submit(
    send.fiveItems({ memberId: child.memberId!, patient: { birthDate: '2015-04-11' }, localId: 'i-1' }, [send.potassium]),
  )
  await platform.consent(child.key, CLINIC, { 'check-up': true, 'test-result': true })
  const patient = { scopes: ['patient/*.rs'], patient: child.key }
  // A token lives minutes, so everybody asks with a new one each time.
  const everyone = async () => ({
    proxy: await platform.appOf({ kind: 'citizen', id: mother.personId }, { ...patient, actsFor: child.personId }),
    self: await platform.appOf({ kind: 'citizen', id: child.personId }, patient),
    source: await platform.system(HOSPITAL),
    treating: await platform.system(CLINIC),
  })
  const bundles = async () => {
    const totals = Object.entries(await everyone()).map(async ([who, caller]) => {
      const asked = async (type: string) => (await caller.get(`/fhir/R4/${type}?_summary=count`)).body.total
      return [who, [await asked('Bundle'), await asked('Observation')]] as const
    })
    return Object.fromEntries(await Promise.all(totals))
  }
  const everybody = await bundles()
  expect(everybody).toMatchObject({ proxy: [1, expect.any(Number)], self: [1, expect.any(Number)], source: [1, expect.any(Number)] })
  const [id] = (await (await everyone()).proxy.get('/fhir/R4/Bundle')).body.entry!.map((e) => e.resource!.id!)
  const dayOf = (days: number) => new Date(platform.clock.at.getTime() + days * DAY + 9 * 3600_000).toISOString().slice(0, 10)
  await platform.as(operator, (ctx) =>
    person.marks.set(ctx, {
      ...{ personId: child.personId, basis: 'municipality', note: '', validFrom: dayOf(1), until: dayOf(2) },
      ...{ blockedIds: [], blocksAll: false },
    }),
  )
  expect(await bundles(), 'the day before').toEqual(everybody)
  platform.clock.forward(DAY / 2)
  platform.clock.forward(DAY / 2)
  // Consent at the reader is over by now, and given anew.
  await platform.consent(child.key, CLINIC, { 'check-up': true, 'test-result': true })
  const [, observations] = everybody.proxy as [number, number]
  expect(await bundles(), 'the first day').toEqual({ ...everybody, proxy: [0, observations] })
  const as = await everyone()
  expect((await as.proxy.get(`/fhir/R4/Bundle/${id}`)).status).toBe(404)
  expect((await as.self.get(`/fhir/R4/Bundle/${id}`)).status, 'the control: the person').toBe(200)
  const original = (await as.source.get(`/fhir/R4/Bundle/${id}`)).text
  expect((await as.treating.get(`/fhir/R4/Bundle/${id}`)).text, 'as it was signed').toBe(original)
  platform.clock.forward(2 * DAY)
  await platform.consent(child.key, CLINIC, { 'check-up': true, 'test-result': true })
  expect(await bundles(), 'the day after the last').toEqual(everybody)
})
