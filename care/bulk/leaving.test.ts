/**
 * Files that leave as they are while nothing they show was hidden. What hides a row is marked in the transaction that hides it; each
 * guard has a control that shows what would leave without it.
 */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { hideContact, markNow, nothingNarrowed, showContact } from '#care/record'
import { transact } from '#kernel/database'
import { type Caller, callerOf } from '../../tests/harness/caller.ts'
import * as send from '../../tests/harness/bundles.ts'
import { CLINIC, HOSPITAL, STRANGER, systemActor } from '../../tests/harness/platform.ts'
import { readSources } from '../../tests/house/sources.ts'
import { markGone } from '../record/narrowing/store.ts'
import { COLUMNS, insertResources, type Row, toSeen } from '../record/store.ts'
import { type Bulk, bulkClient, openBulk } from './bulk.fixture.ts'
import { bulkService } from './service.ts'

let bulk: Bulk
let hospital: Caller
let person: { key: string; memberId: string | null }

beforeAll(async () => {
  bulk = await openBulk()
})
afterAll(() => bulk?.close())
beforeEach(async () => {
  const { platform } = bulk
  hospital = await platform.system(HOSPITAL)
  person = await platform.enter({ birthDate: '1958-04-11' })
  await platform.relate(person.key, HOSPITAL)
})

const client = (caller: Caller) => bulkClient(caller, bulk.platform)
const work = async () => (await bulk.leader()).work()
const observation = (text: string, more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text },
  subject: { reference: `Patient/${person.key}` },
  ...more,
})
async function made(caller: Caller, resource: { resourceType: string }): Promise<string> {
  const heard = await caller.post(`/fhir/R4/${resource.resourceType}`, resource)
  expect(heard.status, heard.text).toBe(201)
  return heard.body.id!
}
async function exported(caller: Caller, query = '$export?_type=Observation') {
  const { output } = await client(caller).poll(await client(caller).start(query), work)
  /** Ids that leave, and how often lines were judged for it. */
  return async () => {
    const judged = vi.spyOn(bulk.deps.consent, 'visibleTo')
    const files = await Promise.all(output.map(({ url }) => client(caller).file(url)))
    const times = judged.mock.calls.length
    judged.mockRestore()
    return { ids: files.flat().map((r) => r.id), times }
  }
}
const forget = () => sql`delete from record.narrowing`.execute(bulk.platform.db)

test('an institution’s own lines leave unjudged; those a consent shows are judged every time', async () => {
  const id = await made(hospital, observation('血圧'))
  const own = await exported(hospital)
  expect(await own()).toMatchObject({ times: 0, ids: expect.arrayContaining([id]) })
  const answer = await hospital.submit(
    send.fiveItems({ memberId: person.memberId!, patient: { birthDate: '1958-04-11' }, localId: 'l' }, [send.potassium]),
  )
  expect(answer.status, answer.text).toBe(201)
  await bulk.platform.consent(person.key, CLINIC, { 'test-result': true })
  const shown = await exported(await bulk.platform.system(CLINIC))
  const { ids, times } = await shown()
  expect([ids.length, times]).toEqual([1, 1])
})

describe('a token of the same client that did not order', () => {
  const tokenWith = async (scopes: readonly string[]) => {
    const { mint, clock, app } = bulk.platform
    const token = await mint.issue(clock.at, { clientId: `${HOSPITAL} system/*.cruds`, scopes: [...scopes] })
    return callerOf(app, { authorization: `Bearer ${token}` })
  }
  const fetchedBy = async (caller: Caller, url: string) => {
    const heard = await caller.get(url.replace('http://localhost', ''), { accept: 'application/fhir+ndjson' })
    const ids = heard.text.split('\n').filter((line) => heard.status === 200 && line !== '')
    return { status: heard.status, ids: ids.map((line) => (JSON.parse(line) as { id: string }).id) }
  }
  test('stands in the log with its fetch, which leads by the job to whom the lines are about', async () => {
    const id = await made(hospital, observation('血圧'))
    const { output } = await client(hospital).poll(await client(hospital).start('$export?_type=Observation'), work)
    const other = await tokenWith(['system/*.cruds'])
    expect((await fetchedBy(other, output[0]!.url)).ids).toContain(id)
    const { rows } = await sql<{ via: string; ordered: string }>`select f.via, w.via as ordered from kernel.audit f
      join kernel.audit w on w.request_id = split_part(f.resource, '/', 2) and w.actor_id = f.actor_id and w.rule = f.rule and w.kinds && f.kinds
      where f.action = 'bulk.export-fetch' and f.key = '' and w.action = 'bulk.export' and w.key = ${person.key}`.execute(bulk.platform.db)
    expect(rows).toHaveLength(1)
    expect(new Set(Object.values(rows[0]!)).size, 'two tokens').toBe(2)
  })

  test('sees no more than it lets through, be it nothing', async () => {
    const [final, amended] = [await made(hospital, observation('一')), await made(hospital, observation('二', { status: 'amended' }))]
    const { output } = await client(hospital).poll(await client(hospital).start('$export?_type=Observation'), work)
    const url = output[0]!.url
    const narrow = await fetchedBy(await tokenWith(['system/Observation.rs?status=final']), url)
    expect([narrow.status, narrow.ids.includes(final), narrow.ids.includes(amended)]).toEqual([200, true, false])
    expect(await fetchedBy(await tokenWith(['system/Condition.rs']), url)).toEqual({ status: 403, ids: [] })
    const kind = await fetchedBy(await tokenWith(['system/Observation.rs', 'kind/diagnosis']), url)
    expect([kind.status, kind.ids]).toEqual([200, []])
    const as = await fetchedBy(await tokenWith(['system/Observation.rs']), url)
    expect(as.ids, 'the control').toEqual(expect.arrayContaining([final, amended]))
  })

  test('hears of deletions of the types it lets through alone', async () => {
    const id = await made(hospital, observation('消える'))
    const since = new Date(bulk.platform.clock.at.getTime() - 1).toISOString()
    bulk.platform.clock.forward(1_000)
    expect((await hospital.remove(`/fhir/R4/Observation/${id}`)).status).toBeLessThan(300)
    const manifest = await client(hospital).poll(await client(hospital).start(`$export?_since=${since}`), work)
    const url = manifest.deleted[0]!.url.replace('http://localhost', '')
    const told = async (caller: Caller) => (await caller.get(url, { accept: 'application/fhir+ndjson' })).text.includes(`Observation/${id}`)
    expect(await told(await tokenWith(['system/Condition.rs']))).toBe(false)
    expect(await told(await tokenWith(['system/*.rs'])), 'the control').toBe(true)
  })
})

type Hiding = [what: string, hide: (id: string) => Promise<unknown>]
const hidings: Hiding[] = [
  ['deleted', (id) => hospital.remove(`/fhir/R4/Observation/${id}`)],
  [
    'deleted in a transaction',
    (id) =>
      hospital.post('/fhir/R4', {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [{ request: { method: 'DELETE', url: `Observation/${id}` } }],
      }),
  ],
  [
    'erased with the person',
    async () => {
      const operator = await bulk.platform.staff('operator', HOSPITAL)
      const parameter = [
        { name: 'basis', valueCode: 'wrong-person' },
        { name: 'reason', valueString: '別人の記録でした' },
      ]
      return operator.post(`/fhir/R4/Patient/${person.key}/$purge`, { resourceType: 'Parameters', parameter })
    },
  ],
]

describe.each(hidings)('%s after the export', (_what, hide) => {
  test('it does not leave, and what else is in the file is judged and leaves', async () => {
    const [first, other] = [await made(hospital, observation('前')), await bulk.platform.enter({ birthDate: '1958-04-12' })]
    await bulk.platform.relate(other.key, HOSPITAL)
    const second = await made(hospital, observation('後', { subject: { reference: `Patient/${other.key}` } }))
    const fetch = await exported(hospital)
    expect((await fetch()).ids, 'the control').toEqual(expect.arrayContaining([first, second]))
    expect(await hide(first)).toMatchObject({ status: expect.toSatisfy((status: number) => status >= 200 && status < 300) })
    const { ids, times } = await fetch()
    expect(ids).not.toContain(first)
    expect(ids).toContain(second)
    expect(times).toBeGreaterThan(0)
    await forget()
    expect((await fetch()).ids, 'the control: without its mark it would leave').toContain(first)
  })
})

test('a submission that replaces an earlier one takes its lines back', async () => {
  const about = { memberId: person.memberId!, patient: { birthDate: '1958-04-11' }, localId: 'again' }
  await hospital.submit(send.fiveItems(about, [send.hypertension]))
  const fetch = await exported(hospital, '$export?_type=Condition')
  const before = await fetch()
  expect(before.times, 'the control').toBe(0)
  const answer = await hospital.submit(send.fiveItems(about, [send.pneumonia]))
  expect(answer.status, answer.text).toBe(201)
  const gone = before.ids.filter((id) => id.startsWith(person.key))
  expect(gone.length).toBe(1)
  expect((await fetch()).ids).not.toContain(gone[0])
  await forget()
  expect((await fetch()).ids, 'the control: without its mark it would leave').toContain(gone[0])
})

test('an update alone marks nothing: the lines of the export show the record as it stood', async () => {
  const id = await made(hospital, observation('前'))
  const fetch = await exported(hospital)
  const heard = await hospital.put(`/fhir/R4/Observation/${id}`, { ...observation('後'), id })
  expect(heard.status, heard.text).toBe(200)
  expect(await fetch()).toMatchObject({ times: 0, ids: expect.arrayContaining([id]) })
})

test('a row that says something else about itself is marked where it is written', async () => {
  const id = await made(hospital, observation('前'))
  const { db } = bulk.platform
  const mark = await markNow(db)
  const version = (facts: object) =>
    transact(db, async (trx) => {
      const { rows } = await sql<Row>`select ${COLUMNS} from record.resource r where r.id = ${id}`.execute(trx)
      const seen = toSeen(rows[0]!)
      const index = { tokens: [], refs: [], strings: [], dates: [], numbers: [], composites: [], sortAt: null }
      await insertResources(trx, [{ ...seen, ...facts, version: seen.version + 1, index } as never])
    })
  await version({})
  expect(await nothingNarrowed(db, mark, 'Observation'), 'the control').toBe(true)
  for (const facts of [
    { source: STRANGER },
    { kind: 'letter' },
    { undelivered: true },
    { uninformed: true },
    { longTerm: true },
    { addressee: CLINIC },
  ]) {
    await forget()
    await version(facts)
    expect([facts, await nothingNarrowed(db, mark, 'Observation')]).toEqual([facts, false])
    expect(await nothingNarrowed(db, mark, 'Condition'), 'another type').toBe(true)
  }
})

test('a client that moved to another institution is shown what that one may see', async () => {
  const { db } = bulk.platform
  const caller = await bulk.platform.system(HOSPITAL, ['system/Observation.rs'])
  const id = await made(hospital, observation('前'))
  const fetch = await exported(caller)
  expect((await fetch()).ids, 'the control').toContain(id)
  await sql`update person.client set institution_number = ${STRANGER} where client_id like '%system/Observation.rs'`.execute(db)
  expect((await fetch()).ids).not.toContain(id)
  await sql`update person.client set institution_number = ${HOSPITAL} where client_id like '%system/Observation.rs'`.execute(db)
})

describe('while a file is under way', () => {
  const text = '縁'.repeat(100_000)

  test('what is deleted in the meantime does not leave; lines stay whole', async () => {
    const made20: string[] = []
    for (let n = 0; n < 20; n++) made20.push(await made(hospital, observation(`${n}`, { note: [{ text }] })))
    const parameter = [{ name: 'patient', valueReference: { reference: `Patient/${person.key}` } }]
    const asked = await hospital.post('/fhir/R4/Patient/$export', { resourceType: 'Parameters', parameter }, { prefer: 'respond-async' })
    const status = asked.headers['content-location']!
    await work()
    const last = made20.at(-1)!
    const pieces = await bulk.platform.as(systemActor(HOSPITAL), (ctx) =>
      bulkService(bulk.deps).fetch({ ...ctx, db: bulk.platform.db }, 'export', { id: status.split('/').at(-1)!, n: 0 }),
    )
    const heard: string[] = []
    for await (const piece of pieces) {
      if (heard.length === 0) expect((await hospital.remove(`/fhir/R4/Observation/${last}`)).status).toBeLessThan(300)
      heard.push(piece.toString())
    }
    expect(heard.length).toBeGreaterThan(3)
    const ids = heard
      .join('')
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { id: string }).id)
    expect(ids).toEqual(made20.slice(0, -1))
  })
})

describe('marks', () => {
  test('a transaction that was open when the mark was taken, and hides something, counts', async () => {
    const { db } = bulk.platform
    await forget()
    let mark: Awaited<ReturnType<typeof markNow>> | undefined
    await transact(db, async (trx) => {
      await markGone(trx, [{ key: person.key, type: 'Observation' }])
      await sql`select 1`.execute(trx)
      mark = await markNow(db)
      expect(await nothingNarrowed(db, mark, 'Observation'), 'not yet committed').toBe(true)
    })
    expect(await nothingNarrowed(db, mark!, 'Observation')).toBe(false)
    expect(await nothingNarrowed(db, await markNow(db), 'Observation'), 'the control: a mark from after it').toBe(true)
  })

  test('nobody can tell on another server, nor after too long', async () => {
    const { db } = bulk.platform
    const mark = await markNow(db)
    expect(await nothingNarrowed(db, mark, 'Observation'), 'the control').toBe(true)
    expect(await nothingNarrowed(db, { ...mark, server: '1' }, 'Observation')).toBe(false)
    expect(await nothingNarrowed(db, { ...mark, at: '2026-01-01T00:00:00Z' }, 'Observation')).toBe(false)
  })

  test('outside the transaction of its change a mark is refused', () => {
    expect(() => markGone(bulk.platform.db, [{ key: 'k', type: 'Observation' }])).toThrow('in the transaction of its change')
  })

  test('rows of the record change in statements that mark it; others touch nothing that authorisation reads', () => {
    const acts =
      /\b(?:update\s+(?:only\s+)?record\.resource\s+\w+\s+set\s+([\s\S]*?)\s(?:from|where)\s|delete\s+from\s+(?:only\s+)?record\.resource\b|merge\s+into\s+record\.resource\b|insert into record\.resource as old|erasable = \[)/gi
    const facts = /\b(?:key|type|id|deleted|kind|source|uninformed|undelivered|long_term|addressee)\s*=/
    const found = (sources: readonly { path: string; text: string }[]) => {
      const changing = sources.filter(({ text }) => [...text.matchAll(acts)].some(([, set]) => set === undefined || facts.test(set)))
      return changing.map(({ path }) => path).sort()
    }
    const sources = readSources().filter(({ path }) => !/^(tests|bench)\/|\.(test|fixture)\.ts$/.test(path))
    expect(found(sources)).toEqual([
      // In a savepoint that is always taken back.
      'care/record/earlier/store.ts',
      // `markChanged`, `markGone`
      'care/record/store.ts',
      // `markErased`
      'care/record/store/erase.ts',
    ])
    for (const [text, isFound] of [
      ['delete from record.resource where true', true],
      ["update record.resource r set tokens = '{}', source = 'x' where true", true],
      ["update record.resource r set tokens = '{}' where true", false],
    ] as const)
      expect(found([{ path: 'x.ts', text }]), 'the control').toEqual(isFound ? ['x.ts'] : [])
  })
})

describe('Patients in a file that was written before', () => {
  const SECRET = '秘町9-9'
  const operator = { kind: 'staff', id: 'op', role: 'operator', institutionNumber: HOSPITAL, institutionName: '', name: '' } as const
  const entered = async (number: string) => {
    const identifier = [
      { system: 'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID', value: `06990001:99:${number}:01` },
      { system: `urn:oid:1.2.392.100495.20.3.51.1${HOSPITAL}`, value: `L-${number}` },
    ]
    const name = [{ text: '守 花子' }]
    return made(hospital, {
      resourceType: 'Patient',
      identifier,
      name,
      gender: 'female',
      birthDate: '1980-04-01',
      address: [{ text: SECRET }],
    } as never)
  }

  test('carry the institution’s own number out to it, and nobody else’s', async () => {
    const key = await entered('8801')
    await bulk.platform.relate(key, CLINIC)
    const texts = async (caller: Caller) => {
      const { output } = await client(caller).poll(await client(caller).start(`Patient/${key}/$export?_type=Patient`), work)
      return JSON.stringify((await Promise.all(output.map(({ url }) => client(caller).file(url)))).flat())
    }
    expect(await texts(hospital)).toContain('"L-8801"')
    const others = await texts(await bulk.platform.system(CLINIC))
    expect(others).toContain(key)
    expect(others).not.toContain('L-8801')
  })

  test('leave without address once the person is protected, and with it before', async () => {
    const [key, other] = [await entered('8802'), await entered('8803')]
    const { output } = await client(hospital).poll(await client(hospital).start('$export?_type=Patient'), work)
    const leave = async () => (await Promise.all(output.map(({ url }) => client(hospital).file(url)))).flat()
    const lineOf = async (id: string) => JSON.stringify((await leave()).find((r) => r.id === id))
    expect([await lineOf(key), await lineOf(other)]).toEqual([expect.stringContaining(SECRET), expect.stringContaining(SECRET)])
    await bulk.platform.as(operator, (ctx) => hideContact(ctx, [key]))
    const line = await lineOf(key)
    expect(line).toContain('masked')
    expect(line).not.toContain(SECRET)
    expect(await lineOf(other), 'the control: nobody else loses theirs').toContain(SECRET)
    await bulk.platform.as(operator, (ctx) => showContact(ctx, [key]))
    expect(await lineOf(key), 'once it ended').toContain(SECRET)
  })
})
