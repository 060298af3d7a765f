/** An export under the purpose that its token states: the law that opens it is asked when lines are written, and again when they leave. */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Actor } from '#kernel/context'
import { type Caller, callerOf } from '../../tests/harness/caller.ts'
import * as send from '../../tests/harness/bundles.ts'
import { CLINIC, HOSPITAL, STRANGER } from '../../tests/harness/platform.ts'
import { type Bulk, bulkClient, openBulk } from './bulk.fixture.ts'

let bulk: Bulk
let person: { key: string; personId: string; memberId: string | null }
let basis: string
const operator: Actor = { kind: 'staff', id: 'op', role: 'operator', institutionNumber: HOSPITAL, institutionName: '', name: '' }

beforeAll(async () => {
  bulk = await openBulk()
})
afterAll(() => bulk?.close())
beforeEach(async () => {
  const { platform } = bulk
  await sql`update consent.legal_basis set ended_at = since`.execute(platform.db)
  person = await platform.enter()
  const hospital = await platform.system(HOSPITAL)
  for (const [localId, items] of Object.entries({ d: [send.hypertension, send.pneumonia], t: [send.potassium] })) {
    const heard = await hospital.submit(send.fiveItems({ memberId: person.memberId!, localId: `${localId}-${person.key}` }, items))
    expect(heard.status, heard.text).toBe(201)
  }
  basis = await platform.as(operator, (ctx) =>
    platform.services.consent.legalBases.enter(ctx, {
      ...{ institutionNumber: STRANGER, institutionName: '審査支払機関', purpose: 'HPAYMT', statute: 'order-of-law', kinds: ['diagnosis'] },
      ...{ because: '診療報酬の審査のため。根拠の法令は要確認。', decidedBy: '運営会議', reviewOn: '2027-06-01', until: '2027-11-01' },
    }),
  )
})

const end = () => bulk.platform.as(operator, (ctx) => bulk.platform.services.consent.legalBases.end(ctx, basis))
const payer = (purpose = 'HPAYMT') => bulk.platform.system(STRANGER, ['system/*.rs', `purpose/${purpose}`])
const client = (caller: Caller) => bulkClient(caller, bulk.platform)
const work = async () => (await bulk.leader()).work()
const path = () => `Patient/${person.key}/$export`
async function exported(caller: Caller, between: () => Promise<void> = work) {
  const status = await client(caller).start(path())
  return { status, manifest: await client(caller).poll(status, between) }
}
type Entry = { action: string; rule: string; consent_id: string; purpose: string; kinds: string[]; count: number }
const entries = async (action: string, key = person.key): Promise<Entry[]> =>
  (
    await sql<Entry>`select action, rule, consent_id, purpose, kinds, count from kernel.audit where key = ${key} and action = ${action}
      order by id`.execute(bulk.platform.db)
  ).rows

test('brings what the law opens, keeps its purpose, and each line is in the log when written and when it leaves', async () => {
  const caller = await payer()
  const { manifest } = await exported(caller)
  expect((manifest as object as { extension: object }).extension).toEqual({ purpose: 'HPAYMT' })
  expect((await client(caller).all(manifest)).map((one) => one.split('/')[0])).toEqual(['Condition', 'Condition'])
  const said = { rule: 'legal-basis', consent_id: basis, purpose: 'HPAYMT', kinds: ['diagnosis'], count: 2 }
  expect(await entries('bulk.export')).toMatchObject([said])
  expect(await entries('bulk.export-fetch')).toMatchObject([said])
})

test('brings nothing without that purpose, and nobody comes at a job by a token of another', async () => {
  const [treating, other] = [await bulk.platform.system(STRANGER, ['system/*.rs']), await payer('HRESCH')]
  expect((await treating.get(`/fhir/R4/${path()}`, { prefer: 'respond-async' })).status).toBe(404)
  expect((await exported(other)).manifest.output).toEqual([])
  const { status, manifest } = await exported(await payer())
  expect(manifest.output).toHaveLength(1)
  // A client that holds both purposes asks by either token; the job is of one.
  const clientId = `${STRANGER} system/*.rs purpose/HPAYMT`
  await sql`update person.client set scopes = scopes || 'purpose/HRESCH'::text where client_id = ${clientId}`.execute(bulk.platform.db)
  const { mint, clock, app } = bulk.platform
  const researching = await mint.issue(clock.at, { clientId, scopes: ['system/*.rs', 'purpose/HRESCH'] })
  const theirs = callerOf(app, { authorization: `Bearer ${researching}` })
  for (const url of [status, new URL(manifest.output[0]!.url).pathname]) {
    const heard = await theirs.get(url, { accept: 'application/json' })
    expect([heard.status, heard.text]).toEqual([403, expect.stringContaining('HPAYMT')])
  }
  expect((await (await payer()).get(status, { accept: 'application/json' })).status).toBe(200)
})

test('a basis that ends before the lines are written: none are written', async () => {
  const caller = await payer()
  const status = await client(caller).start(path())
  await end()
  expect((await client(caller).poll(status, work)).output).toEqual([])
})

test('a basis that ends before the file is fetched: no line leaves, and none is noted as shown', async () => {
  const caller = await payer()
  const { manifest } = await exported(caller)
  const [file] = manifest.output
  expect(await client(caller).file(file!.url), 'the control').toHaveLength(2)
  await end()
  expect(await client(caller).file(file!.url)).toEqual([])
  expect(await entries('bulk.export-fetch')).toHaveLength(1)
})

test('a client that lost its purpose gets nothing more, not even as a treating one', async () => {
  const caller = await payer()
  const { manifest } = await exported(caller)
  await sql`update person.client set scopes = array['system/*.rs'] where institution_number = ${STRANGER}`.execute(bulk.platform.db)
  const heard = await caller.get(manifest.output[0]!.url.replace('http://localhost', ''), { accept: 'application/fhir+ndjson' })
  expect([403, 401, 404]).toContain(heard.status)
})

test('each fetch notes whom it shows by consent; of the institution’s own lines it says how many, and whose they are stands where they were written', async () => {
  const { platform } = bulk
  const consent = await platform.consent(person.key, CLINIC, { 'test-result': true })
  await platform.relate(person.key, HOSPITAL)
  const [clinic, hospital] = [await platform.system(CLINIC), await platform.system(HOSPITAL)]
  await platform.relate(person.key, CLINIC)
  const shown = await exported(clinic)
  await client(clinic).all(shown.manifest)
  await client(clinic).all(shown.manifest)
  const visits = (await entries('bulk.export-fetch')).filter((e) => e.rule === 'visit-consent')
  expect(visits).toMatchObject([
    { consent_id: consent.id, kinds: ['test-result'], count: 1, purpose: 'TREAT' },
    { consent_id: consent.id, kinds: ['test-result'], count: 1, purpose: 'TREAT' },
  ])
  const lines = await client(hospital).all((await exported(hospital)).manifest)
  const written = (await entries('bulk.export')).filter((e) => e.rule === 'own-institution')
  const left = (await entries('bulk.export-fetch', '')).filter((e) => e.rule === 'own-institution')
  const own = lines.filter((one) => /^(Condition|Observation)\//.test(one)).length
  for (const noted of [written, left]) {
    expect(noted.reduce((sum, e) => sum + e.count, 0)).toBe(own)
    expect(new Set(noted.flatMap((e) => e.kinds))).toEqual(new Set(['diagnosis', 'test-result']))
  }
})
