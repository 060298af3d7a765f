import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Actor } from '#kernel/context'
import { Refusal } from '#kernel/refusal'
import * as send from '../../tests/harness/bundles.ts'
import { type Caller, matches } from '../../tests/harness/caller.ts'
import { citizenActor, CLINIC, HOSPITAL, openPlatform, type Platform, STRANGER } from '../../tests/harness/platform.ts'
import type { Closing } from './closing.ts'

let platform: Platform
let [hospital, clinic, stranger]: Caller[] = []
let person: { key: string; personId: string; memberId: string | null }

beforeAll(async () => {
  platform = await openPlatform()
  ;[hospital, clinic, stranger] = await Promise.all([HOSPITAL, CLINIC, STRANGER].map((at) => platform.system(at)))
})
afterAll(() => platform?.close())
beforeEach(async () => {
  person = await platform.enter()
  const about = { memberId: person.memberId!, localId: person.key }
  expect((await hospital!.submit(send.fiveItems(about, [send.hypertension, send.pneumonia]))).status).toBe(201)
  for (const at of [CLINIC, STRANGER]) await platform.consent(person.key, at, { diagnosis: true })
})

const seenBy = async (who: Caller | undefined) =>
  matches(await who!.get(`/fhir/R4/Condition?subject=Patient/${person.key}`))
    .map((r) => r.id!)
    .sort()
const act = <T>(work: (ctx: Parameters<Parameters<Platform['as']>[1]>[0]) => Promise<T>, actor: Actor = citizenActor(person)) =>
  platform.as(actor, work)
const close = (what: Closing & { absolute?: boolean }, actor?: Actor) =>
  act((ctx) => platform.services.consent.closing.close(ctx, { absolute: false, ...what }), actor)
const reopen = (id: string, actor?: Actor) => act((ctx) => platform.services.consent.closing.reopen(ctx, id), actor)
const code = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )

describe('what a person closes', () => {
  test('everything: no consent opens it from the next look on; the institution that wrote it still sees it', async () => {
    expect([await seenBy(clinic), await seenBy(stranger)].map((s) => s.length)).toEqual([2, 2])
    const { closureId } = await close({ what: 'everything' })
    expect([await seenBy(clinic), await seenBy(stranger), (await seenBy(hospital)).length]).toEqual([[], [], 2])
    await platform.consent(person.key, CLINIC, { diagnosis: true })
    expect(await seenBy(clinic)).toEqual([])
    await reopen(closureId)
    expect((await seenBy(clinic)).length).toBe(2)
  })

  test('one institution: the others go on', async () => {
    await close({ what: 'institution', institutionNumber: CLINIC })
    expect([(await seenBy(clinic)).length, (await seenBy(stranger)).length]).toEqual([0, 2])
  })

  test('one item: the rest is still seen, by search, by id and by count', async () => {
    const [hidden, kept] = await seenBy(clinic)
    await close({ what: 'item', type: 'Condition', id: hidden! })
    expect(await seenBy(clinic)).toEqual([kept])
    expect((await clinic!.get(`/fhir/R4/Condition/${hidden}`)).status).toBe(404)
    expect((await clinic!.get(`/fhir/R4/Condition/${hidden}/_history`)).status).toBe(404)
    expect((await clinic!.get(`/fhir/R4/Condition?subject=Patient/${person.key}&_summary=count`)).body.total).toBe(1)
    expect((await hospital!.get(`/fhir/R4/Condition/${hidden}`)).status).toBe(200)
  })

  test('shows at the desk as not open, so that nobody thinks there is nothing', async () => {
    await close({ what: 'everything' })
    const live = await platform.as(
      { kind: 'system', id: 'x', institutionNumber: CLINIC, institutionName: '', name: '', scopes: [] },
      (ctx) => platform.services.consent.live(ctx, [person.key]),
    )
    expect(live).toEqual([])
  })

  test('is listed once with its state, the newest first, under however many keys', async () => {
    const actor = { ...citizenActor(person), keys: [person.key, `${person.key}-2`] } as Actor
    const first = await close({ what: 'everything' }, actor)
    platform.clock.forward(1_000)
    await close({ what: 'institution', institutionNumber: CLINIC }, actor)
    await reopen(first.closureId, actor)
    const list = await act((ctx) => platform.services.consent.closing.list(ctx, [person.key, `${person.key}-2`]), actor)
    expect(list.map((c) => [c.institutionNumber, c.endedAt === null])).toEqual([
      [CLINIC, true],
      ['', false],
    ])
  })
})

describe('who may close', () => {
  const actsFor = (basis: 'parent' | 'guardian' | 'curator' | 'family') => ({
    ...(citizenActor(person) as Extract<Actor, { kind: 'citizen' }>),
    actsFor: { personId: 'p', name: '', basis, until: null },
  })
  test.each([
    ['parent', 'done'],
    ['guardian', 'done'],
    ['curator', 'not-permitted'],
    ['family', 'not-permitted'],
  ] as const)('somebody who acts for the person as %s: %s', async (basis, said) => {
    expect(await code(close({ what: 'everything' }, actsFor(basis)))).toBe(said)
  })

  test('nobody through an app, no staff, and nobody for another person', async () => {
    const app = { clientId: 'a', name: '', scopes: ['patient/*.rs'], patientKeys: null, grantId: 'g' }
    expect(await code(close({ what: 'everything' }, { ...citizenActor(person), app } as Actor))).toBe('not-permitted')
    const { closureId } = await close({ what: 'everything' })
    const other = await platform.enter()
    expect(await code(reopen(closureId, citizenActor(other)))).toBe('not-found')
    expect(await seenBy(clinic)).toEqual([])
  })

  test.each([
    ['the same twice', { what: 'everything' } as const, 'already-exists'],
    ['an item that is none', { what: 'item', type: "Condition' or 1=1", id: 'x' } as const, 'input-invalid'],
  ])('%s is refused: %s', async (_, what, said) => {
    await close({ what: 'everything' })
    expect(await code(close(what))).toBe(said)
  })
})
