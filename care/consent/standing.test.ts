import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Actor } from '#kernel/context'
import { Refusal } from '#kernel/refusal'
import * as send from '../../tests/harness/bundles.ts'
import { type Caller, matches } from '../../tests/harness/caller.ts'
import { citizenActor, CLINIC, HOSPITAL, openPlatform, type Platform, STRANGER } from '../../tests/harness/platform.ts'
import { askableKinds } from './kinds.ts'
import type { Consent, Facts, Item } from './model.ts'
import { effectOf, factsAfter } from './preview.ts'
import { isOpenEnded, standingOf, type StandingWish } from './standing.ts'
import { consentTexts, textOn } from './texts.ts'

let platform: Platform
let [hospital, clinic, stranger]: Caller[] = []
let person: { key: string; personId: string; memberId: string | null }

beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())
beforeEach(async () => {
  person = await platform.enter()
  ;[hospital, clinic, stranger] = await Promise.all([HOSPITAL, CLINIC, STRANGER].map((at) => platform.system(at)))
  expect(
    (await hospital!.submit(send.fiveItems({ memberId: person.memberId!, localId: person.key }, [send.hypertension, send.pneumonia])))
      .status,
  ).toBe(201)
})

const seenBy = async (who: Caller | undefined) => matches(await who!.get(`/fhir/R4/Condition?subject=Patient/${person.key}`)).length
const me = (actor: Actor = citizenActor(person)) => actor
const wish = (change: Partial<StandingWish> = {}): StandingWish => ({
  institutionNumber: CLINIC,
  institutionName: 'B診療所',
  kinds: ['diagnosis'],
  until: null,
  ...change,
})
const give = (change: Partial<StandingWish> = {}, actor = me()) =>
  platform.as(actor, (ctx) => platform.services.consent.standing.give(ctx, wish(change)))
const list = () => platform.as(me(), (ctx) => platform.services.consent.list(ctx, [person.key]))
const history = () => platform.as(me(), (ctx) => platform.services.consent.history(ctx, [person.key], { limit: 50, offset: 0 }))
const withdraw = (id: string) => platform.as(me(), (ctx) => platform.services.consent.withdraw(ctx, id))
const code = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )

describe('a consent that goes on', () => {
  test('opens what was chosen to that institution alone, past a day, until it is withdrawn: then the next request sees nothing', async () => {
    const given = await give()
    expect([await seenBy(clinic), await seenBy(stranger)]).toEqual([2, 0])
    platform.clock.forward(40 * 24 * 3600_000)
    expect(await seenBy(await platform.system(CLINIC))).toBe(2)
    await withdraw(given.id)
    expect(await seenBy(await platform.system(CLINIC))).toBe(0)
    expect(await code(withdraw(given.id))).toBe('consent-ended')
  })

  test('ends after the last day that was set, as days count in Japan', async () => {
    const today = platform.clock.at.toISOString().slice(0, 10)
    const given = await give({ until: today })
    expect(given.until.toISOString().slice(11)).toBe('15:00:00.000Z')
    platform.clock.forward(given.until.getTime() - platform.clock.at.getTime() - 1)
    expect(await seenBy(await platform.system(CLINIC))).toBe(2)
    platform.clock.forward(1)
    expect(await seenBy(await platform.system(CLINIC))).toBe(0)
  })

  test('a change takes its place: kinds left out close, and one consent stands in the list', async () => {
    const first = await give({ kinds: ['diagnosis', 'prescription'] })
    platform.clock.forward(1000)
    const second = await give({ kinds: ['prescription'] })
    expect(await seenBy(clinic)).toBe(0)
    expect((await list()).map((c) => [c.id, c.withdrawnAt === null, c.basis])).toEqual([
      [second.id, true, 'standing'],
      [first.id, false, 'standing'],
    ])
  })

  test('a yes at the reader leaves it standing; a no closes it', async () => {
    await give()
    await platform.consent(person.key, CLINIC, { diagnosis: true })
    platform.clock.forward(25 * 3600_000)
    expect(await seenBy(await platform.system(CLINIC))).toBe(2)
    await platform.consent(person.key, CLINIC, { diagnosis: false })
    expect(await seenBy(await platform.system(CLINIC))).toBe(0)
  })

  test('stands under every key of the person, once in their list, and ends under all', async () => {
    const other = await platform.enter()
    const actor = { ...citizenActor(person), keys: [person.key, other.key] } as Actor
    expect((await hospital!.submit(send.fiveItems({ memberId: other.memberId!, localId: other.key }, [send.hypertension]))).status).toBe(
      201,
    )
    const given = await give({}, actor)
    const both = async () => matches(await clinic!.get(`/fhir/R4/Condition?subject=Patient/${person.key},Patient/${other.key}`)).length
    expect(await both()).toBe(3)
    expect(await platform.as(actor, (ctx) => platform.services.consent.list(ctx, [person.key, other.key]))).toHaveLength(1)
    await platform.as(actor, (ctx) => platform.services.consent.withdraw(ctx, given.id))
    expect(await both()).toBe(0)
  })

  test('each event is in the history, with who, through which door, under which text', async () => {
    const given = await give()
    platform.clock.forward(1000)
    await withdraw(given.id)
    platform.clock.forward(1000)
    await platform.as(me(), (ctx) => platform.services.consent.closing.close(ctx, { what: 'everything', absolute: true }))
    expect((await history()).map((e) => [e.what, e.basis, e.door, e.textVersion, e.absolute])).toEqual([
      ['closed', 'closure', 'portal', 'closing/1', true],
      ['withdrawn', 'standing', 'portal', 'standing/1', false],
      ['given', 'standing', 'portal', 'standing/1', false],
    ])
    const stranger = await platform.enter()
    expect(
      await platform.as(citizenActor(stranger), (ctx) => platform.services.consent.history(ctx, [stranger.key], { limit: 9, offset: 0 })),
    ).toEqual([])
  })
})

describe('what is refused', () => {
  test.each<[string, Partial<StandingWish>, string]>([
    ['no kind', { kinds: [] }, 'consent-kinds-missing'],
    ['a kind that nobody is asked for', { kinds: ['letter'] }, 'kind-unknown'],
    ['a kind that is none', { kinds: ['everything'] }, 'kind-unknown'],
    ['a day that is over', { until: '2020-01-01' }, 'consent-until'],
    ['a day that is none', { until: '2027-02-30' }, 'consent-until'],
    ['another purpose than treatment', { purpose: 'HRESCH' }, 'consent-purpose'],
  ])('%s: %s', async (_, change, said) => expect(await code(give(change))).toBe(said))

  const actsFor = (basis: 'parent' | 'family') => ({
    ...(citizenActor(person) as Extract<Actor, { kind: 'citizen' }>),
    actsFor: { personId: 'p', name: '', basis, until: null },
  })
  test('a relative who only looks, an app, staff', async () => {
    const app = { clientId: 'a', name: '', scopes: ['patient/*.cruds'], patientKeys: null, grantId: 'g' }
    expect(await code(give({}, actsFor('parent')))).toBe('done')
    expect(await code(give({}, actsFor('family')))).toBe('not-permitted')
    expect(await code(give({}, { ...citizenActor(person), app } as Actor))).toBe('not-permitted')
    expect(await code(give({}, { kind: 'system', id: 's', institutionNumber: CLINIC, institutionName: '', name: '', scopes: [] }))).toBe(
      'not-permitted',
    )
  })
})

describe('the preview', () => {
  const item = (kind: Item['kind'], id: string): Item => ({
    type: 'Condition',
    id,
    key: 'k',
    kind,
    source: HOSPITAL,
    uninformed: false,
    undelivered: false,
    longTerm: false,
    addressee: null,
    registeredAt: new Date('2026-10-01T00:00:00Z'),
  })
  const now = new Date('2026-11-22T00:00:00Z')
  const none: Facts = { grants: [], relations: [], closures: [] }
  const consent = (kinds: string[], until: string | null = null): Consent => standingOf(wish({ kinds, until }), { key: 'k', now })
  const items = [item('diagnosis', '1'), item('diagnosis', '2'), item('prescription', '3'), item('patient', 'k')]
  const effect = (facts: Facts, change: Parameters<typeof effectOf>[0]['change']) =>
    effectOf({ items, facts, change, keys: ['k'], institutionNumber: CLINIC, now })

  test('counts by kind what would open, and what would close again', () => {
    const give = { do: 'give', consent: consent(['diagnosis']) } as const
    expect(effect(none, give)).toEqual([
      { kind: 'diagnosis', total: 2, before: 0, after: 2 },
      { kind: 'prescription', total: 1, before: 0, after: 0 },
    ])
    const given = factsAfter(none, give, ['k'])
    expect(effect(given, { do: 'withdraw', consentId: give.consent.id })[0]).toMatchObject({ before: 2, after: 0 })
    expect(effect(given, { do: 'give', consent: consent(['prescription']) }).map((e) => [e.before, e.after])).toEqual([
      [2, 0],
      [0, 1],
    ])
  })
  test('says what really happens: the counts are those that the institution then finds', async () => {
    const marks = await platform.as(me(), (ctx) => platform.services.record.marks(ctx, [person.key]))
    const change = { do: 'give', consent: standingOf(wish(), { key: person.key, now: platform.clock.at }) } as const
    const said = await platform.as(me(), (ctx) =>
      platform.services.consent.preview(ctx, { keys: [person.key], items: marks, change, institutionNumber: CLINIC }),
    )
    expect(said.find((e) => e.kind === 'diagnosis')).toMatchObject({ before: 0, after: 2 })
    await give()
    expect(await seenBy(clinic)).toBe(2)
  })
  test('giving never closes a kind it names, closing never opens one', () => {
    fc.assert(
      fc.property(fc.subarray([...askableKinds], { minLength: 1 }), fc.subarray([...askableKinds], { minLength: 1 }), (first, second) => {
        const facts = factsAfter(none, { do: 'give', consent: consent(first) }, ['k'])
        const later = effect(facts, { do: 'give', consent: consent(second) })
        for (const e of later) expect(e.after).toBe(second.includes(e.kind as never) ? e.total : 0)
        const closure = {
          key: 'k',
          closureId: 'c',
          purpose: 'TREAT',
          institutionNumber: '',
          type: '',
          id: '',
          absolute: false,
          since: now,
          endedAt: null,
        }
        for (const e of effect(facts, { do: 'close', closure })) expect(e.after).toBe(0)
      }),
    )
  })
  test('an end that is none is told apart', () =>
    expect([isOpenEnded(consent(['diagnosis']).until), isOpenEnded(consent(['diagnosis'], '2027-01-01').until)]).toEqual([true, false]))
})

describe('what the person is told has versions', () => {
  test('other words are another version: these are the words of each', () => {
    const short = (text: string) => `${text.length}:${[...text].reduce((sum, char) => (sum * 31 + char.codePointAt(0)!) % 1_000_003, 7)}`
    expect(consentTexts.map((t) => [t.version, short(t.text.ja), short(t.text.en)])).toMatchInlineSnapshot(`
      [
        [
          "visit/1",
          "66:511578",
          "167:714279",
        ],
        [
          "standing/1",
          "147:119377",
          "352:262314",
        ],
        [
          "standing-reader/1",
          "93:702593",
          "204:530497",
        ],
        [
          "closing/1",
          "89:47884",
          "193:444049",
        ],
      ]
    `)
    expect(new Set(consentTexts.map((t) => t.version)).size).toBe(consentTexts.length)
  })
  test('the newest that has begun is shown', () => {
    const two = [...consentTexts, { ...consentTexts[1]!, version: 'standing/2', from: '2027-04-01' }]
    expect([textOn('standing', '2027-03-31', two).version, textOn('standing', '2027-04-01', two).version]).toEqual([
      'standing/1',
      'standing/2',
    ])
  })
})
