/**
 * Bulk import: what is written is what single writes would have written, once, also after a stop in the middle; what is refused stands in
 * the error file with its line and stops nothing else.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, matches } from '../../tests/harness/caller.ts'
import { CLINIC, HOSPITAL } from '../../tests/harness/platform.ts'
import { type Bulk, bulkClient, type Manifest, openBulk } from './bulk.fixture.ts'

let bulk: Bulk
let hospital: Caller
let patient: string

beforeAll(async () => {
  bulk = await openBulk({ stretch: 1 })
  hospital = await bulk.platform.system(HOSPITAL)
  patient = (await bulk.platform.enter()).key
})
afterAll(() => bulk?.close())

const work = async () => (await bulk.leader()).work()
const ndjson = (lines: readonly (object | string)[]) =>
  lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('')
const condition = (id: string | null, text: string, whose = patient) => ({
  resourceType: 'Condition',
  ...(id === null ? {} : { id }),
  code: { text },
  subject: { reference: `Patient/${whose}` },
})

type Ended = Manifest & { extension: { resources: number; refusedLines: number } }

async function start(lines: readonly (object | string)[], caller = hospital, query = ''): Promise<string> {
  const heard = await caller.post(`/fhir/R4/$import${query}`, ndjson(lines), { 'content-type': 'application/fhir+ndjson' })
  expect([heard.status, heard.text]).toEqual([202, expect.anything()])
  return heard.headers['content-location']!.replace('http://localhost', '')
}

async function run(lines: readonly (object | string)[], caller = hospital, query = ''): Promise<Ended> {
  const status = await start(lines, caller, query)
  return (await bulkClient(caller, bulk.platform).poll(status, work)) as Ended
}

type Told = { issue: { severity: string; details: { coding: { code: string }[] } }[]; extension: { valueString: string }[] }
const refusedLines = async (manifest: Ended, caller = hospital) => {
  const told = manifest.error[0] ? ((await bulkClient(caller, bulk.platform).file(manifest.error[0].url)) as unknown as Told[]) : []
  return told.map((t) => [t.extension[0]!.valueString, t.issue[0]!.details.coding[0]!.code])
}

const versionOf = async (id: string) => (await hospital.get(`/fhir/R4/Condition/${id}`)).body.meta?.versionId

describe('what arrives', () => {
  test('numbers stay as they were written, also where a Patient of another system is renamed beside them', async () => {
    const sex = 'female'
    const person = { resourceType: 'Patient', id: 'their-5', name: [{ text: '縁 五子' }], gender: sex, birthDate: '1975-05-05' }
    const weight = `{"resourceType":"Observation","id":"written","status":"final","code":{"text":"体重"},"subject":{"reference":"Patient/their-5"},"valueQuantity":{"value":51.50,"unit":"kg"}}`
    expect((await run([person, weight])).extension).toEqual({ resources: 2, refusedLines: 0 })
    expect((await hospital.get('/fhir/R4/Observation/written')).text).toContain('51.50')
  })

  test('each line is a resource of the institution, found by search, once', async () => {
    const manifest = await run([condition('imp-1', '高血圧'), '', condition('imp-2', '糖尿病'), condition(null, '感冒')])
    expect(manifest.extension).toEqual({ resources: 3, refusedLines: 0 })
    const found = matches(await hospital.get(`/fhir/R4/Condition?patient=${patient}&_count=100`))
    expect(found).toHaveLength(3)
    expect(matches(await hospital.get('/fhir/R4/Condition?_id=imp-1'))).toHaveLength(1)
    expect(matches(await hospital.get(`/fhir/R4/Condition?patient=${patient}&code:text=糖尿`)).length).toBeLessThanOrEqual(3)
  })

  test('the same again changes nothing; another content is the next version; `skip` leaves what stands', async () => {
    await run([condition('twice', 'A')])
    await run([condition('twice', 'A')])
    expect(await versionOf('twice')).toBe('1')
    await run([condition('twice', 'B')])
    expect(await versionOf('twice')).toBe('2')
    await run([condition('twice', 'C')], hospital, '?mode=skip')
    expect(await versionOf('twice')).toBe('2')
    expect((await hospital.get('/fhir/R4/Condition/twice/_history/1')).body.code).toEqual({ text: 'A' })
  })

  test('a second line under the same id comes after the first', async () => {
    await run([condition('again', 'A'), condition('other', 'X'), condition('again', 'B')])
    expect((await hospital.get('/fhir/R4/Condition/again')).body).toMatchObject({ code: { text: 'B' }, meta: { versionId: '2' } })
  })

  test('people of another system get keys, and what refers to them follows, in later imports too', async () => {
    const who = (id: string) => ({ resourceType: 'Patient', id, name: [{ text: '海野 一郎' }], birthDate: '1970-01-02', gender: 'male' })
    const manifest = await run([condition('c-of-p', '頭痛', 'EXT-1'), who('EXT-1')].reverse())
    expect(manifest.extension.refusedLines).toBe(0)
    const subject = (await hospital.get('/fhir/R4/Condition/c-of-p')).body.subject as { reference: string }
    const { rows } = await sql<{ key: string }>`select key from bulk.patient_alias where id = 'EXT-1'`.execute(bulk.platform.db)
    expect(subject.reference).toBe(`Patient/${rows[0]!.key}`)
    expect((await hospital.get(`/fhir/R4/${subject.reference}`)).body.name).toEqual([{ text: '海野 一郎' }])
    await run([who('EXT-1'), condition('c-later', '腹痛', 'EXT-1')])
    expect(((await hospital.get('/fhir/R4/Condition/c-later')).body.subject as { reference: string }).reference).toBe(subject.reference)
    const people = await bulk.platform.count(sql`select 1 from person.person where name = '海野 一郎'`)
    expect(people).toBe(1)
  })

  test('a refused line names itself and stops no other', async () => {
    const manifest = await run([
      condition('fine-1', 'A'),
      '{"resourceType":"Condition",',
      { ...condition('bad', 'B'), colour: 'red' },
      condition('nobody', 'C', 'no-such-person'),
      { resourceType: 'Nothing', id: 'x' },
      { resourceType: 'AuditEvent', id: 'x' },
      { ...condition('nul', 'D\u0000') },
      condition('fine-2', 'E'),
    ])
    expect(manifest.extension).toEqual({ resources: 2, refusedLines: 6 })
    expect((await refusedLines(manifest)).map(([line]) => line)).toEqual(['body:2', 'body:3', 'body:4', 'body:5', 'body:6', 'body:7'])
    expect([await versionOf('fine-1'), await versionOf('fine-2'), await versionOf('bad'), await versionOf('nul')]).toEqual([
      '1',
      '1',
      undefined,
      undefined,
    ])
  })

  test('what another institution sent is not changed, nor its ids taken', async () => {
    await run([condition('theirs', 'A')])
    const clinic = await bulk.platform.system(CLINIC)
    await bulk.platform.relate(patient, CLINIC)
    const manifest = await run([condition('theirs', 'stolen'), condition('own', 'B')], clinic)
    expect(await refusedLines(manifest, clinic)).toEqual([['body:1', expect.stringMatching(/already-exists|not-permitted/)]])
    expect((await hospital.get('/fhir/R4/Condition/theirs')).body.code).toEqual({ text: 'A' })
    expect((await clinic.get('/fhir/R4/Condition/own')).status, 'the control').toBe(200)
  })

  test('a token for reading, or for other types, writes nothing', async () => {
    const reader = await bulk.platform.system(HOSPITAL, ['system/*.rs'])
    const manifest = await run([condition('by-reader', 'A')], reader)
    expect(await refusedLines(manifest, reader)).toEqual([['body:1', 'scope-missing']])
    expect((await hospital.get('/fhir/R4/Condition/by-reader')).status).toBe(404)
  })
})

describe('beside what stands', () => {
  test('new lines go in with changed and refused ones; each person has one entry of each act', async () => {
    await run([condition('mix-0', 'A'), condition('mix-25', 'A')])
    const all = Array.from({ length: 60 }, (_, n) => condition(`mix-${n}`, `B${n}`, n === 40 ? 'no-such-person' : patient))
    const entries = () =>
      bulk.platform.count(sql`select 1 from kernel.audit where key = ${patient} and action in ('record.create', 'record.update')`)
    const before = await entries()
    const manifest = await run(all)
    expect(manifest.extension).toEqual({ resources: 59, refusedLines: 1 })
    expect(await refusedLines(manifest)).toEqual([['body:41', 'patient-unknown']])
    expect((await entries()) - before).toBe(2)
    expect([await versionOf('mix-0'), await versionOf('mix-1'), await versionOf('mix-25'), await versionOf('mix-59')]).toEqual([
      '2',
      '1',
      '2',
      '1',
    ])
    expect(matches(await hospital.get(`/fhir/R4/Condition?patient=${patient}&code:text=B59`))).toHaveLength(1)
  })
})

describe('files an operator laid out', () => {
  const parameters = (url: string, type = 'Condition') => ({
    resourceType: 'Parameters',
    parameter: [
      { name: 'inputFormat', valueCode: 'application/fhir+ndjson' },
      {
        name: 'input',
        part: [
          { name: 'type', valueCode: type },
          { name: 'url', valueUri: url },
        ],
      },
    ],
  })

  test('are taken in by name, under the caller’s institution alone', async () => {
    const folder = join(bulk.home, 'import', HOSPITAL)
    await mkdir(folder, { recursive: true })
    await writeFile(
      join(folder, 'c.ndjson'),
      ndjson([condition('from-file', 'A'), { resourceType: 'Basic', id: 'b', code: { text: 'x' } }]),
    )
    const heard = await hospital.post('/fhir/R4/$import', parameters('c.ndjson'))
    expect(heard.status, heard.text).toBe(202)
    const manifest = (await bulkClient(hospital, bulk.platform).poll(
      heard.headers['content-location']!.replace('http://localhost', ''),
      work,
    )) as Ended
    expect(manifest.extension).toEqual({ resources: 1, refusedLines: 1 })
    const clinic = await bulk.platform.system(CLINIC)
    expect((await clinic.post('/fhir/R4/$import', parameters('c.ndjson'))).status).toBe(404)
  })

  test('in another encoding have their lines refused, and nothing of them is kept', async () => {
    const folder = join(bulk.home, 'import', HOSPITAL)
    const shiftJis = Buffer.from([0x8d, 0x82, 0x8c, 0x8c, 0x88, 0xb3])
    const [before, after] = JSON.stringify(condition('other-encoding', '名')).split('名')
    const lines = [Buffer.from(before!), shiftJis, Buffer.from(`${after}\n`), Buffer.from(ndjson([condition('beside-it', '高血圧')]))]
    await writeFile(join(folder, 'sjis.ndjson'), Buffer.concat(lines))
    const heard = await hospital.post('/fhir/R4/$import', parameters('sjis.ndjson'))
    const status = heard.headers['content-location']!.replace('http://localhost', '')
    const manifest = (await bulkClient(hospital, bulk.platform).poll(status, work)) as Ended
    expect(await refusedLines(manifest)).toEqual([['sjis.ndjson:1', 'body-malformed']])
    expect((await hospital.get('/fhir/R4/Condition/other-encoding')).status).toBe(404)
    expect((await hospital.get('/fhir/R4/Condition/beside-it')).status, 'the control').toBe(200)
  })

  test.each(['../c.ndjson', '/etc/passwd', 'https://example.org/c.ndjson', 'file:///c.ndjson', '..', ''])(
    'a name that leads elsewhere is refused: %s',
    async (url) => {
      expect((await hospital.post('/fhir/R4/$import', parameters(url))).status).toBe(400)
    },
  )
})

describe('a stop in the middle', () => {
  const lines = () => Array.from({ length: 1_300 }, (_, n) => condition(n % 7 === 0 ? null : `k-${n}`, `病名 ${n}`))
  const stored = () => bulk.platform.count(sql`select 1 from record.resource where type = 'Condition' and body like '%病名 %'`)

  test('another leader goes on where the last batch ended: every line once', async () => {
    const status = await start(lines())
    await (await bulk.leader()).work(1)
    expect(await stored()).toBe(500)
    await (await bulk.leader()).work(1)
    expect(await stored()).toBe(1_000)
    const sleeper = await bulk.leader()
    await bulk.leader()
    await sleeper.work()
    expect(await stored(), 'a leader that lost the lead writes nothing').toBe(1_000)
    await work()
    expect(await stored()).toBe(1_300)
    expect((await hospital.get(status)).status).toBe(200)
  })

  test('the control: without the place reached in the same transaction, lines would come twice', async () => {
    const before = await stored()
    const status = await start(lines())
    await (await bulk.leader()).work(1)
    await sql`update bulk.job set cursor = null where id = ${status.split('/').at(-1)}`.execute(bulk.platform.db)
    await work()
    const fresh = Math.ceil(1_300 / 7)
    expect((await stored()) - before).toBeGreaterThan(fresh)
  })

  test('a batch that the server lost with its last moments comes again, though its leader thinks it done', async () => {
    const status = await start(lines().map((l, n) => ({ ...l, id: `lost-${n}` })))
    const written = () => bulk.platform.count(sql`select 1 from record.resource where id like 'lost-%'`)
    const leader = await bulk.leader()
    await leader.work(1)
    expect(await written()).toBe(500)
    const { db } = bulk.platform
    for (const table of ['record.resource', 'record.client_id'])
      await sql`delete from ${sql.table(table)} where id like 'lost-%'`.execute(db)
    await sql`update bulk.job set cursor = null, done = 0 where id = ${status.split('/').at(-1)}`.execute(db)
    await leader.work()
    expect(await written(), 'what comes after a gap is not written').toBe(0)
    await leader.work()
    expect(await written()).toBe(1_300)
  })

  test('a cancelled import writes nothing more, and keeps what it wrote', async () => {
    const before = await stored()
    const status = await start(lines().map((l, n) => ({ ...l, id: `cut-${n}` })))
    await (await bulk.leader()).work(1)
    expect((await hospital.remove(status)).status).toBe(202)
    await work()
    expect((await stored()) - before).toBe(500)
  })

  test('what was written is in the log of the person and in the outbox, with its batch', async () => {
    const noted = await bulk.platform.count(
      sql`select 1 from kernel.audit where key = ${patient} and action = 'record.create' and count > 100`,
    )
    expect(noted).toBeGreaterThan(0)
    expect(await bulk.platform.count(sql`select 1 from kernel.outbox where key = ${patient} and topic = 'record.written'`)).toBeGreaterThan(
      0,
    )
  })
})
