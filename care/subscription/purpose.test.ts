/** Orders under the purpose that their token states, and what the log says of what was told. */
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Actor } from '#kernel/context'
import * as send from '../../tests/harness/bundles.ts'
import type { Caller } from '../../tests/harness/caller.ts'
import { CLINIC, HOSPITAL, STRANGER } from '../../tests/harness/platform.ts'
import { byTopic, type Hook, openHook, openScene, order, said, type Scene, stateOf } from './scene.fixture.ts'

let scene: Scene
let hook: Hook
let person: { key: string; personId: string; memberId: string | null }
let basis: string
const operator: Actor = { kind: 'staff', id: 'op', role: 'operator', institutionNumber: HOSPITAL, institutionName: '', name: '' }

beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene?.close())
beforeEach(async () => {
  hook = await openHook()
  person = await scene.platform.enter()
  await sql`update consent.legal_basis set ended_at = since`.execute(scene.platform.db)
  basis = await scene.platform.as(operator, (ctx) =>
    scene.platform.services.consent.legalBases.enter(ctx, {
      ...{ institutionNumber: STRANGER, institutionName: '審査支払機関', purpose: 'HPAYMT', statute: 'order-of-law', kinds: ['diagnosis'] },
      ...{ because: '診療報酬の審査のため。根拠の法令は要確認。', decidedBy: '運営会議', reviewOn: '2027-06-01', until: '2027-11-01' },
    }),
  )
})
afterEach(async () => {
  scene.stop()
  await hook.close()
  await sql`update subscription.subscription set deleted = true`.execute(scene.platform.db)
  await scene.feed()
})

const scopes = ['system/*.cruds', 'purpose/HPAYMT']
const payer = () => scene.platform.system(STRANGER, scopes)
const end = () => scene.platform.as(operator, (ctx) => scene.platform.services.consent.legalBases.end(ctx, basis))
const topic = (more: object = {}) => byTopic('Condition', { channel: { endpoint: hook.url }, ...more })
const register = async () => {
  const five = send.fiveItems({ memberId: person.memberId!, localId: person.key }, [send.hypertension])
  expect((await (await scene.platform.system(HOSPITAL)).submit(five)).status).toBe(201)
}
/** What left for the hook: how many resources, after the greeting. */
const told = () => hook.calls.map((c) => said(c.body)).flatMap((n) => n.entries.filter((e) => e.id !== undefined))
const entries = async (action: string) =>
  (
    await sql<object>`select rule, consent_id, purpose, kinds, institution_number from kernel.audit where key = ${person.key} and action = ${action}
      order by id`.execute(scene.platform.db)
  ).rows

async function ordered(caller: Caller) {
  const id = await order(caller, topic())
  await scene.step()
  return id
}

test('is met and told under its purpose, says it, and the log names basis and purpose', async () => {
  const caller = await payer()
  const id = await ordered(caller)
  expect((await stateOf(caller, id)).heard.body.meta).toMatchObject({ security: [{ code: 'HPAYMT' }] })
  await register()
  await scene.step()
  expect(told()).toHaveLength(1)
  const line = { rule: 'legal-basis', consent_id: basis, purpose: 'HPAYMT', kinds: ['diagnosis'], institution_number: STRANGER }
  expect(await entries('subscription.deliver')).toMatchObject([line])
  const again = await caller.get(`/fhir/R4/Subscription/${id}/$events`)
  expect(said(again.text).entries).toHaveLength(1)
  expect((await entries('subscription.events')).filter((e) => (e as { rule: string }).rule !== '')).toMatchObject([line])
})

test('a basis that ends between the change and its delivery: the number arrives, nothing else, and nothing is noted as shown', async () => {
  await ordered(await payer())
  await register()
  await scene.feed()
  await end()
  await scene.deliver()
  const last = said(hook.calls.at(-1)!.body)
  expect([last.numbers, last.focus, last.entries]).toEqual([[1], [undefined], []])
  expect(await entries('subscription.deliver')).toEqual([])
})

test('a basis that ended before the change: nobody hears of it', async () => {
  const id = await ordered(await payer())
  await end()
  await register()
  await scene.step()
  expect(await scene.platform.count(sql`select 1 from subscription.event where subscription_id = ${id}`)).toBe(0)
})

test('an order of treatment hears nothing by that basis, and one of another purpose neither', async () => {
  for (const caller of [await scene.platform.system(STRANGER), await scene.platform.system(STRANGER, ['system/*.cruds', 'purpose/HRESCH'])])
    await ordered(caller)
  await register()
  await scene.step()
  expect(told()).toEqual([])
})

test('by a token of another purpose it is neither changed nor asked what it was told', async () => {
  const id = await ordered(await payer())
  const treating = await scene.platform.system(STRANGER)
  expect((await treating.get(`/fhir/R4/Subscription/${id}/$events`)).status).toBe(403)
  expect((await treating.put(`/fhir/R4/Subscription/${id}`, { ...topic(), id })).status).toBe(403)
  // The control: its own purpose may.
  expect((await (await payer()).put(`/fhir/R4/Subscription/${id}`, { ...topic(), id })).status).toBe(200)
})

test('a client that lost its purpose hears no more, and its order is off', async () => {
  const caller = await payer()
  const id = await ordered(caller)
  await sql`update person.client set scopes = array['system/*.cruds'] where client_id = ${`${STRANGER} ${scopes.join(' ')}`}`.execute(
    scene.platform.db,
  )
  await register()
  await scene.step()
  expect(told()).toEqual([])
  const off = sql`select 1 from subscription.subscription where id = ${id} and status = 'off' and reason = 'client-ended'`
  expect(await scene.platform.count(off)).toBe(1)
})

test('what is told by a consent names the consent of the person it is about', async () => {
  const consent = await scene.platform.consent(person.key, CLINIC, { diagnosis: true })
  await scene.platform.relate(person.key, CLINIC)
  await ordered(await scene.platform.system(CLINIC))
  await register()
  await scene.step()
  expect(told()).toHaveLength(1)
  expect(await entries('subscription.deliver')).toMatchObject([
    { rule: 'visit-consent', consent_id: consent.id, purpose: 'TREAT', kinds: ['diagnosis'], institution_number: CLINIC },
  ])
})
