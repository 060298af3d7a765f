import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import * as send from '../tests/harness/bundles.ts'
import { type Caller, rulesOf } from '../tests/harness/caller.ts'
import { HOSPITAL, openPlatform, type Platform } from '../tests/harness/platform.ts'
import { commitmentOf } from '#packages/log-proof'
import { auditBatch, insertAudit } from './audit.ts'
import { auditEntry } from './audit-entry.ts'
import type { AuditEntry } from './audit-event.ts'

const entry = (resource: string): AuditEntry =>
  auditEntry({ resource }, { actor: { kind: 'public' }, purpose: 'HOPERAT', now: new Date(0), requestId: 'r', action: 'test', law: '' })

describe('the audit batch', () => {
  test('nobody goes on before their entry is durable, and entries gather while one commit is in flight', async () => {
    const commits: string[][] = []
    const open: (() => void)[] = []
    const batch = auditBatch(async (entries) => {
      commits.push(entries.map((e) => e.resource))
      await new Promise<void>((done) => open.push(done))
    })
    const gone: string[] = []
    const wait = (r: string) => batch.durable([entry(r)]).then(() => gone.push(r))
    // What is ready in one turn of the event loop shares the first commit.
    const waits = [wait('a'), wait('b')]
    await new Promise(setImmediate)
    expect([commits, gone]).toEqual([[['a', 'b']], []])
    waits.push(wait('c'), wait('d'))
    await new Promise(setImmediate)
    expect([commits, gone]).toEqual([[['a', 'b']], []])
    open.shift()!()
    await Promise.all(waits.slice(0, 2))
    expect(gone).toEqual(['a', 'b'])
    await new Promise(setImmediate)
    expect(commits).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
    open.shift()!()
    await Promise.all(waits)
    expect(gone).toEqual(['a', 'b', 'c', 'd'])
  })

  test('a failing write rejects everybody who waited on it, and the next ones are tried anew', async () => {
    let fails = true
    const batch = auditBatch(() => (fails ? Promise.reject(new Error('disk')) : Promise.resolve()))
    const results = await Promise.allSettled(['a', 'b', 'c'].map((r) => batch.durable([entry(r)])))
    expect(results.map((r) => r.status)).toEqual(['rejected', 'rejected', 'rejected'])
    fails = false
    await expect(batch.durable([entry('d')])).resolves.toBeUndefined()
  })

  test('nothing to write waits for nothing', async () => {
    await expect(auditBatch(() => Promise.reject(new Error('never'))).durable([])).resolves.toBeUndefined()
  })
})

test('an odd character in one entry does not take the others of its commit along', () => {
  expect(entry('a\0b\ud800').resource).toBe('ab\ufffd')
})

test('the commitment depends on every field and on the salt', () => {
  const one = entry('x')
  const salt = Buffer.alloc(16)
  const seen = new Set([commitmentOf(one, salt).toString('hex'), commitmentOf(one, Buffer.alloc(16, 1)).toString('hex')])
  for (const [name, value] of Object.entries(one)) {
    const other = { ...one, [name]: Array.isArray(value) ? ['k'] : typeof value === 'number' ? 7 : `${value}!` }
    seen.add(commitmentOf(other, salt).toString('hex'))
  }
  expect(seen.size).toBe(2 + Object.keys(one).length)
})

describe('through the door', () => {
  let platform: Platform
  let hospital: Caller
  const written = () => platform.count(sql`select 1 from kernel.audit`)
  const durable = (entries: readonly AuditEntry[]) => insertAudit(platform.db, entries)
  beforeAll(async () => {
    platform = await openPlatform()
    hospital = await platform.system(HOSPITAL)
    expect((await hospital.submit(send.fiveItems({}, [send.hypertension]))).status).toBe(201)
  })
  afterAll(() => platform?.close())
  beforeEach(() => {
    platform.audit.write = durable
  })

  test('no entry, no answer: reads fail closed, and what they found stays inside', async () => {
    platform.audit.write = () => Promise.reject(new Error('disk'))
    for (const path of ['Condition', 'Patient?name=山川', 'Condition/none']) {
      const answer = await hospital.get(`/fhir/R4/${path}`)
      expect(answer.status).toBeGreaterThanOrEqual(500)
      expect(answer.text).not.toMatch(/高血圧|山川|not-found/)
    }
    platform.audit.write = durable
    expect((await hospital.get('/fhir/R4/Condition')).text).toContain('高血圧')
  })

  test('300 reads at once leave 300 entries', async () => {
    const before = await written()
    const answers = await Promise.all(Array.from({ length: 300 }, () => hospital.get('/fhir/R4/Condition')))
    expect(answers.every((a) => a.status === 200)).toBe(true)
    expect(await written()).toBe(before + 300)
  })

  test('a read is not answered before its entry is in the database', async () => {
    let release = () => {}
    let inFlight = () => {}
    const started = new Promise<void>((done) => (inFlight = done))
    platform.audit.write = async (entries) => {
      inFlight()
      await new Promise<void>((done) => (release = done))
      await durable(entries)
    }
    let answered = false
    const answer = hospital.get('/fhir/R4/Condition').then(() => (answered = true))
    await started
    await new Promise((r) => setTimeout(r, 50))
    expect(answered).toBe(false)
    release()
    await answer
  })

  test('a refused write leaves its refusal and nothing else, in a commit of its own', async () => {
    const before = await platform.count(sql`select 1 from record.resource union all select 1 from kernel.outbox`)
    const entries = await written()
    expect(
      rulesOf(await hospital.post('/fhir/R4/Condition', { resourceType: 'Condition', subject: { reference: 'Patient/nobody' } })),
    ).toEqual(['patient-unknown'])
    expect(await platform.count(sql`select 1 from record.resource union all select 1 from kernel.outbox`)).toBe(before)
    expect(await written()).toBe(entries + 1)
    expect(await platform.count(sql`select 1 from kernel.audit where action = 'record.create' and outcome = 'patient-unknown'`)).toBe(1)
  })

  test('a write whose entry cannot be written does not happen', async () => {
    await sql`alter table kernel.audit add constraint no_submissions check (action <> 'record.deposit') not valid`.execute(platform.db)
    const before = await platform.count(sql`select 1 from record.resource`)
    expect((await hospital.submit(send.fiveItems({ localId: 'x' }, [send.hypertension]))).status).toBe(500)
    expect(await platform.count(sql`select 1 from record.resource`)).toBe(before)
    await sql`alter table kernel.audit drop constraint no_submissions`.execute(platform.db)
  })

  test('entries name who, why, whose, what and by which rule', async () => {
    platform.clock.forward(1_000)
    const system = await platform.system(HOSPITAL)
    await system.get('/fhir/R4/Condition')
    const { rows } =
      await sql`select actor_kind, institution_number, purpose, action, outcome, rule, kinds, count, resource, law <> '' as law, key <> '' as key
      from kernel.audit where at = ${platform.clock.at}`.execute(platform.db)
    expect(rows).toEqual([
      {
        actor_kind: 'system',
        institution_number: HOSPITAL,
        purpose: 'TREAT',
        action: 'record.search',
        outcome: 'success',
        rule: 'own-institution',
        kinds: ['diagnosis'],
        count: 1,
        resource: 'Condition?',
        law: true,
        key: true,
      },
    ])
  })
})
