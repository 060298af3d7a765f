import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Actor } from '#kernel/context'
import { Refusal } from '#kernel/refusal'
import * as send from '../../tests/harness/bundles.ts'
import { type Caller, matches } from '../../tests/harness/caller.ts'
import { citizenActor, CLINIC, HOSPITAL, openPlatform, type Platform, STRANGER } from '../../tests/harness/platform.ts'
import { type BasisWish, wrongIn } from './legal-bases.ts'

let platform: Platform
let person: { key: string; personId: string; memberId: string | null }
const operator: Actor = { kind: 'staff', id: 'op', role: 'operator', institutionNumber: HOSPITAL, institutionName: '', name: '' }
const auditor: Actor = { ...operator, role: 'auditor' } as Actor

beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())
beforeEach(async () => {
  person = await platform.enter()
  const hospital = await platform.system(HOSPITAL)
  const five = send.fiveItems({ memberId: person.memberId!, localId: person.key }, [send.hypertension, send.pneumonia])
  expect((await hospital.submit(five)).status).toBe(201)
})

const wish = (change: Partial<BasisWish> = {}): BasisWish => ({
  institutionNumber: STRANGER,
  institutionName: '審査支払機関',
  purpose: 'HPAYMT',
  statute: 'order-of-law',
  kinds: ['diagnosis'],
  because: '診療報酬の審査のため。根拠の法令は要確認。',
  decidedBy: '運営会議',
  reviewOn: '2027-06-01',
  until: '2027-11-01',
  ...change,
})
const enter = (change: Partial<BasisWish> = {}, actor: Actor = operator) =>
  platform.as(actor, (ctx) => platform.services.consent.legalBases.enter(ctx, wish(change)))
const end = (id: string) => platform.as(operator, (ctx) => platform.services.consent.legalBases.end(ctx, id))
const seenBy = async (who: Caller) => matches(await who.get(`/fhir/R4/Condition?subject=Patient/${person.key}`)).length
const code = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  )
const payer = (purpose = 'HPAYMT', more: string[] = []) => platform.system(STRANGER, ['system/*.rs', `purpose/${purpose}`, ...more])

describe('what a law lets somebody see', () => {
  test('opens its kinds to that institution under its purpose, and closes at once when it ends', async () => {
    const id = await enter()
    expect(await seenBy(await payer())).toBe(2)
    await end(id)
    expect([await seenBy(await payer()), await code(end(id))]).toEqual([0, 'legal-basis-ended'])
  })

  test.each<[string, () => Promise<Caller>]>([
    ['treatment, which rests on consent', () => platform.system(STRANGER)],
    ['another purpose', () => payer('HRESCH')],
    ['another institution under that purpose', () => platform.system(CLINIC, ['system/*.rs', 'purpose/HPAYMT'])],
    ['a token narrowed to another kind', () => payer('HPAYMT', ['kind/prescription'])],
  ])('opens nothing for %s', async (_, who) => {
    const id = await enter()
    expect(await seenBy(await who())).toBe(0)
    // The control: the same entry opens it to whoever is meant, narrowed to its own kind too.
    expect(await seenBy(await payer('HPAYMT', ['kind/diagnosis']))).toBe(2)
    await end(id)
  })

  test('a purpose opens no row that is not for it: such a token writes nothing', async () => {
    const caller = await platform.system(STRANGER, ['system/*.cruds', 'purpose/HPAYMT'])
    expect((await caller.post('/fhir/R4/Condition', {})).status).toBe(403)
    expect(
      (await (await platform.system(STRANGER, ['system/*.rs', 'purpose/HPAYMT', 'purpose/HRESCH'])).get('/fhir/R4/Condition')).status,
    ).toBe(400)
    expect((await (await platform.system(STRANGER, ['system/*.rs', 'purpose/ETREAT'])).get('/fhir/R4/Condition')).status).toBe(403)
  })

  test('each use is an entry of the log that names the basis and its purpose, and counts in the register', async () => {
    const id = await enter()
    await seenBy(await payer())
    const { rows } =
      await sql<object>`select rule, consent_id, purpose, kinds from kernel.audit where key = ${person.key} and rule = 'legal-basis'`.execute(
        platform.db,
      )
    expect(rows).toEqual([{ rule: 'legal-basis', consent_id: id, purpose: 'HPAYMT', kinds: ['diagnosis'] }])
    const uses = await platform.as(auditor, (ctx) => platform.services.consent.legalBases.uses(ctx))
    expect(uses.find((use) => use.id === id)).toMatchObject({ uses: 1, persons: 1 })
    await end(id)
  })
})

describe('who keeps the register, and what it takes', () => {
  test.each<[string, Actor]>([
    ['an auditor', auditor],
    ['a person', { kind: 'citizen', id: 'p', keys: ['k'], name: '' }],
    ['the institution itself', { kind: 'system', id: 's', institutionNumber: STRANGER, institutionName: '', name: '', scopes: [] }],
  ])('%s enters nothing', async (_, actor) => expect(await code(enter({}, actor))).toBe('not-permitted'))

  test.each<[Partial<BasisWish>, string[]]>([
    [{}, []],
    [{ institutionNumber: '12' }, ['institutionNumber']],
    [{ statute: 'no-such-law' }, ['statute']],
    [{ statute: 'to-academic' }, ['purpose']],
    [{ purpose: 'TREAT' }, ['purpose']],
    [{ kinds: [] }, ['kinds']],
    [{ kinds: ['letter'] }, ['kinds']],
    [{ because: '必要' }, ['because']],
    [{ decidedBy: ' ' }, ['decidedBy']],
    [{ until: '2020-01-01' }, ['until']],
    [{ until: '2027-02-30' }, ['until']],
    [{ until: 'someday' }, ['until']],
    [{ reviewOn: '2030-01-01' }, ['reviewOn']],
  ])('%j: %j', (change, wrong) => expect(wrongIn(wish(change), '2026-11-22')).toEqual(wrong))

  test('is listed for the person it concerns: everybody', async () => {
    const id = await enter()
    const running = await platform.as(citizenActor(person), (ctx) => platform.services.consent.legalBases.running(ctx))
    expect(running.map((one) => one.id)).toContain(id)
    await end(id)
  })
})
