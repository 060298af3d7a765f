/** What an Idempotency-Key gives a second time: what was written, never what was read; and each time the log says so. */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { fiveItems, hypertension } from '../../../tests/harness/bundles.ts'
import { type Caller, type Heard, rulesOf } from '../../../tests/harness/caller.ts'
import { CLINIC, HOSPITAL, openPlatform, type Platform } from '../../../tests/harness/platform.ts'
import { erase } from '#care/record'
import { transact } from '#kernel/database'

let platform: Platform
let [hospital, clinic]: Caller[] = []
let person: { key: string; memberId: string | null }
let condition: string
let n = 0
beforeAll(async () => {
  platform = await openPlatform()
  ;[hospital, clinic] = await Promise.all([HOSPITAL, CLINIC].map((at) => platform.system(at)))
})
afterAll(() => platform?.close())
beforeEach(async () => {
  n++
  person = await platform.enter()
  await platform.relate(person.key, CLINIC)
  await platform.consent(person.key, CLINIC, { diagnosis: true })
  const sent = await hospital!.submit(fiveItems({ memberId: person.memberId!, localId: person.key }, [hypertension]))
  expect(sent.status, sent.text).toBe(201)
  const { rows } = await sql<{ id: string }>`select id from record.resource where key = ${person.key} and type = 'Condition'`.execute(
    platform.db,
  )
  condition = rows[0]!.id
})

const weight = (more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'たいじゅう' },
  subject: { reference: `Patient/${person.key}` },
  ...more,
})
const looked = () => ({ request: { method: 'GET', url: `Condition/${condition}` } })
const wrote = () => ({ resource: weight(), request: { method: 'POST', url: 'Observation' } })
const batch = (...entry: object[]) =>
  clinic!.post(
    '/fhir/R4',
    { resourceType: 'Bundle', type: 'batch', entry },
    { 'idempotency-key': `again-${n}`, prefer: 'return=representation' },
  )
const statuses = ({ body }: Heard) => (body.entry as { response: { status: string } }[]).map(({ response }) => response.status.slice(0, 3))
const replays = () => platform.count(sql`select 1 from kernel.audit where rule = 'idempotent-replay' and key = ${person.key}`)
const withdraw = () => platform.consent(person.key, CLINIC, { diagnosis: false })

test('a batch that read and wrote tells again what it wrote, and of what it read that it is read anew', async () => {
  const first = await batch(looked(), wrote())
  expect([statuses(first), first.text.includes('高血圧')]).toEqual([['200', '201'], true])
  await withdraw()
  const again = await batch(looked(), wrote())
  expect([statuses(again), again.text.includes('高血圧')]).toEqual([['410', '201'], false])
  const [, written] = again.body.entry as unknown as { response: { location: string }; resource: { code: object } }[]
  expect(first.text).toContain(written!.response.location)
  expect(written!.resource.code).toEqual({ text: 'たいじゅう' })
})

test('a batch that only reads is read anew, as the person has it now', async () => {
  expect(statuses(await batch(looked()))).toEqual(['200'])
  expect(statuses(await batch(looked())), 'the control: still agreed to').toEqual(['200'])
  await withdraw()
  expect(statuses(await batch(looked()))).toEqual(['404'])
})

test('what stood there already is shown once; where it stands is told again', async () => {
  const identifier = [{ system: 'urn:again', value: person.key }]
  await clinic!.post('/fhir/R4/Observation', weight({ identifier }))
  const headers = {
    'idempotency-key': `there-${n}`,
    'if-none-exist': `identifier=urn:again|${person.key}`,
    prefer: 'return=representation',
  }
  const [first, second] = [
    await clinic!.post('/fhir/R4/Observation', weight({ identifier }), headers),
    await clinic!.post('/fhir/R4/Observation', weight({ identifier }), headers),
  ]
  expect([first.status, first.text.includes('たいじゅう')]).toEqual([200, true])
  expect([second.status, second.text, second.headers.location]).toEqual([200, '', first.headers.location])
})

test('each person an answer speaks of has it in their log each time', async () => {
  const one = { 'idempotency-key': `one-${n}` }
  await clinic!.post('/fhir/R4/Observation', weight(), one)
  expect(await replays()).toBe(0)
  await clinic!.post('/fhir/R4/Observation', weight(), one)
  expect(await replays()).toBe(1)
  await batch(looked(), wrote())
  await batch(looked(), wrote())
  expect(await replays()).toBe(2)
})

test('what was erased is in no answer, and is not done again', async () => {
  const send = () => clinic!.post('/fhir/R4/Observation', weight(), { 'idempotency-key': `gone-${n}` })
  const kept = () =>
    platform.count(sql`select 1 from kernel.idempotency where idempotency_key = ${`gone-${n}`} and body like '%たいじゅう%'`)
  expect((await send()).status).toBe(201)
  expect([await kept(), (await send()).status], 'the control').toEqual([1, 201])
  const order = { id: `order-${n}`, at: platform.clock.now(), by: 'x', basis: 'own-request', reason: 'own' }
  await transact(platform.db, (db) => erase(db, { ...order, key: person.key }))
  const again = await send()
  expect([again.status, rulesOf(again), await kept()]).toEqual([410, ['shown-once'], 0])
  expect(await platform.count(sql`select 1 from record.resource where key = ${person.key}`)).toBe(0)
})
