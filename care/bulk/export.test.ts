/**
 * Bulk export from the kick-off to the last line: what arrives is what a search shows, after a stop in the middle too, and never what
 * a person has taken back. Each guard has a control that shows the test can fail.
 *
 * @spec FHIR Bulk Data Access 2.0 https://hl7.org/fhir/uv/bulkdata/STU2/export.html
 */
import { appendFile, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as send from '../../tests/harness/bundles.ts'
import { type Caller, matches } from '../../tests/harness/caller.ts'
import { citizenActor, CLINIC, HOSPITAL, STRANGER } from '../../tests/harness/platform.ts'
import { type Bulk, bulkClient, manifestOf, openBulk } from './bulk.fixture.ts'

let bulk: Bulk
let hospital: Caller
let people: { key: string; personId: string; memberId: string | null }[]

const client = (caller: Caller) => bulkClient(caller, bulk.platform)
const work = async () => (await bulk.leader()).work()

beforeAll(async () => {
  bulk = await openBulk({ filesOf: 7 })
  const { platform } = bulk
  hospital = await platform.system(HOSPITAL)
  people = []
  for (const n of [1, 2, 3]) people.push(await platform.enter({ birthDate: `1958-04-1${n}` }))
  for (const [n, person] of people.entries()) {
    const about = { memberId: person.memberId!, patient: { birthDate: `1958-04-1${n + 1}` } }
    for (const bundle of [
      send.fiveItems({ ...about, localId: `c${n}` }, [send.hypertension, send.pneumonia]),
      send.fiveItems({ ...about, localId: `a${n}` }, [send.drugAllergy, send.foodAllergy]),
      send.fiveItems({ ...about, localId: `l${n}` }, [send.potassium, send.hepatitisB]),
    ]) {
      const answer = await hospital.submit(bundle)
      expect(answer.status, answer.text).toBe(201)
    }
  }
})
afterAll(() => bulk?.close())

/** `Type/id` of what a search shows. */
async function searched(caller: Caller, ...types: string[]): Promise<string[]> {
  const found = await Promise.all(types.map(async (type) => matches(await caller.get(`/fhir/R4/${type}?_count=1000`))))
  return found
    .flat()
    .map((r) => `${r.resourceType}/${r.id}`)
    .sort()
}
const TYPES = ['Patient', 'Condition', 'AllergyIntolerance', 'Observation']

describe('from kick-off to the last line', () => {
  test('a client narrowed to a category exports what its searches show, and nothing else', async () => {
    const category = 'http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS|laboratory'
    const narrowed = await bulk.platform.system(HOSPITAL, [
      `system/Observation.rs?category=${category}`,
      'system/Condition.rs?code=nothing|x',
    ])
    const other = await hospital.post('/fhir/R4/Observation', {
      ...{ resourceType: 'Observation', status: 'final', code: { text: '体重' }, subject: { reference: `Patient/${people[0]!.key}` } },
    })
    expect(other.status, other.text).toBe(201)
    const manifest = await client(narrowed).poll(await client(narrowed).start('$export?_type=Observation,Condition'), work)
    const all = await client(narrowed).all(manifest)
    expect(all).toEqual(await searched(narrowed, 'Observation', 'Condition'))
    // The control: it is less than the whole, and not nothing.
    expect(all.length).toBeGreaterThan(0)
    expect((await searched(hospital, 'Observation')).length).toBeGreaterThan(all.length)
    expect(all.join()).not.toMatch(/Condition/)
  })

  test('what arrives is what searches show, in files of the size they should have', async () => {
    const status = await client(hospital).start(`$export?_type=${TYPES.join(',')}&_outputFormat=application/fhir%2Bndjson`)
    const before = await hospital.get(status)
    expect([before.status, before.headers['x-progress'], before.headers['retry-after']]).toEqual([202, 'waiting', '1'])
    const manifest = await client(hospital).poll(status, work)
    const all = await client(hospital).all(manifest)
    expect(all.length).toBeGreaterThan(15)
    expect(all).toEqual(await searched(hospital, ...TYPES))
    expect(manifest.request).toContain('/fhir/R4/$export?_type=Patient')
    expect([manifest.deleted, manifest.error]).toEqual([[], []])
  })

  test('lines of files add up to the counts, and files are private', async () => {
    const status = await client(hospital).start('Patient/$export')
    const manifest = await client(hospital).poll(status, work)
    expect(await client(hospital).all(manifest)).toEqual(await searched(hospital, ...TYPES))
    for (const { url, count } of manifest.output) expect(await client(hospital).file(url)).toHaveLength(count)
    const folder = join(bulk.home, 'bulk', status.split('/').at(-1)!)
    for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600)
  })

  test('without respond-async, with an unknown type, element or format: an OperationOutcome', async () => {
    const plain = await hospital.get('/fhir/R4/$export')
    expect([plain.status, plain.body.resourceType]).toEqual([400, 'OperationOutcome'])
    for (const query of [
      '_type=Nothing',
      '_since=soon',
      '_outputFormat=text/csv',
      '_typeFilter=Condition',
      '_typeFilter=Condition%3Fcolour%3Dred',
    ]) {
      const heard = await hospital.get(`/fhir/R4/$export?${query}`, { prefer: 'respond-async' })
      expect([query, heard.status, heard.body.resourceType]).toEqual([query, 400, 'OperationOutcome'])
    }
  })

  test('a parameter that is not offered: refused where strict, else told in the error file', async () => {
    const query = '$export?_type=Patient&includeAssociatedData=LatestProvenanceResources'
    const strict = await hospital.get(`/fhir/R4/${query}`, { prefer: 'respond-async, handling=strict' })
    expect(strict.status).toBe(400)
    const quoted = await hospital.get(`/fhir/R4/${query}`, { prefer: 'handling="strict";x=1, Respond-Async' })
    expect(quoted.status, 'however it is written').toBe(400)
    const manifest = await client(hospital).poll(await client(hospital).start(query), work)
    expect(await client(hospital).file(manifest.error[0]!.url)).toMatchObject([{ resourceType: 'OperationOutcome' }])
  })

  test('_since: what changed, and what was deleted; _typeFilter: what any of the searches finds', async () => {
    const { platform } = bulk
    await platform.relate(people[0]!.key, HOSPITAL)
    const condition = { resourceType: 'Condition', code: { text: '頭痛' }, subject: { reference: `Patient/${people[0]!.key}` } }
    const gone = (await hospital.post('/fhir/R4/Condition', condition)).body.id!
    platform.clock.forward(60_000)
    const since = platform.clock.at.toISOString()
    platform.clock.forward(1_000)
    hospital = await platform.system(HOSPITAL)
    const made = (await hospital.post('/fhir/R4/Condition', condition)).body.id!
    await hospital.remove(`/fhir/R4/Condition/${gone}`)
    const manifest = await client(hospital).poll(await client(hospital).start(`$export?_since=${since}`), work)
    expect(await client(hospital).all(manifest)).toEqual([`Condition/${made}`])
    const [bundle] = (await client(hospital).file(manifest.deleted[0]!.url)) as unknown as { entry: { request: object }[] }[]
    expect(bundle!.entry[0]!.request).toEqual({ method: 'DELETE', url: `Condition/${gone}` })

    const filter = encodeURIComponent(`Condition?_id=${made},AllergyIntolerance?_id=none`)
    const filtered = await client(hospital).poll(
      await client(hospital).start(`$export?_type=Condition,AllergyIntolerance&_typeFilter=${filter}`),
      work,
    )
    expect(await client(hospital).all(filtered)).toEqual([`Condition/${made}`])
  })

  test('_elements: those asked for, those that must stay, and a tag that says so', async () => {
    const manifest = await client(hospital).poll(
      await client(hospital).start('$export?_type=Patient,Condition&_elements=Patient.birthDate'),
      work,
    )
    const files = new Map<string, object>()
    for (const { type, url } of manifest.output) files.set(type, (await client(hospital).file(url))[0]!)
    expect(Object.keys(files.get('Patient')!).sort()).toEqual(['active', 'birthDate', 'id', 'meta', 'resourceType'])
    expect(files.get('Patient')).toMatchObject({ meta: { tag: [{ code: 'SUBSETTED' }] } })
    expect(Object.keys(files.get('Condition')!), 'the control').toContain('code')
  })

  test('a resource that changed after the kick-off comes as it was then, one made later not at all', async () => {
    const { platform } = bulk
    const condition = { resourceType: 'Condition', code: { text: '前' }, subject: { reference: `Patient/${people[0]!.key}` } }
    const id = (await hospital.post('/fhir/R4/Condition', condition)).body.id!
    const status = await client(hospital).start('$export?_type=Condition')
    platform.clock.forward(5_000)
    await hospital.put(`/fhir/R4/Condition/${id}`, { ...condition, id, code: { text: '後' } })
    const late = (await hospital.post('/fhir/R4/Condition', condition)).body.id!
    const manifest = await client(hospital).poll(status, work)
    const files = await Promise.all(manifest.output.map(({ url }) => client(hospital).file(url)))
    const found = files.flat() as unknown as { id: string; code: { text: string } }[]
    expect(found.find((c) => c.id === id)?.code.text).toBe('前')
    expect(found.some((c) => c.id === late)).toBe(false)
  })

  test('POST names patients; a Group names its members', async () => {
    const { platform } = bulk
    const only = {
      resourceType: 'Parameters',
      parameter: [{ name: 'patient', valueReference: { reference: `Patient/${people[1]!.key}` } }],
    }
    const heard = await hospital.post('/fhir/R4/Patient/$export', only, { prefer: 'respond-async' })
    const all = await client(hospital).all(
      await client(hospital).poll(heard.headers['content-location']!.replace('http://localhost', ''), work),
    )
    expect(all.length).toBeGreaterThan(5)
    expect(all.every((name) => name.includes(people[1]!.key))).toBe(true)
    const group = await makeGroup([people[1]!.key, people[2]!.key])
    const members = await client(hospital).all(await client(hospital).poll(await client(hospital).start(`Group/${group}/$export`), work))
    expect(members.filter((name) => name.startsWith('Patient/'))).toEqual(
      [people[1]!.key, people[2]!.key].sort().map((k) => `Patient/${k}`),
    )
    void platform
  })
})

async function makeGroup(keys: readonly string[]): Promise<string> {
  const member = keys.map((key) => ({ entity: { reference: `Patient/${key}` } }))
  const made = await hospital.post('/fhir/R4/Group', { resourceType: 'Group', type: 'person', actual: true, member })
  expect(made.status, made.text).toBe(201)
  return made.body.id!
}

describe('a stop in the middle', () => {
  const small = { batch: 2, checkpoint: 2 }
  /** Lines that count so far: a stretch is rows looked at, of which the caller may see fewer. */
  const noted = async (status: string): Promise<number> => {
    const { rows } = await sql<{ n: number }>`select coalesce(sum(count), 0)::int as n from bulk.file
      where job_id = ${status.split('/').at(-1)}`.execute(bulk.platform.db)
    return rows[0]!.n
  }

  test('another leader goes on: nothing lost, nothing twice, and what the first wrote without saying so does not count', async () => {
    Object.assign(bulk.deps, small)
    const whole = await client(hospital).all(await client(hospital).poll(await client(hospital).start('$export'), work))
    for (const steps of [1, 2, 4]) {
      const status = await client(hospital).start('$export')
      const killed = await bulk.leader()
      await killed.work(steps)
      const folder = join(bulk.home, 'bulk', status.split('/').at(-1)!)
      for (const name of await readdir(folder)) await appendFile(join(folder, name), 'torn\tline\t{"resourceType":')
      const counts = await noted(status)
      expect(counts).toBeGreaterThan(0)
      expect((await hospital.get(status)).headers['x-progress']).toBe(`${counts} resources`)
      const manifest = await client(hospital).poll(status, work)
      expect(await client(hospital).all(manifest)).toEqual(whole)
      expect(manifest.output.reduce((sum, { count }) => sum + count, 0)).toBe(whole.length)
    }
  })

  test('a leader that was stopped and woke up again writes nothing that counts', async () => {
    Object.assign(bulk.deps, small)
    const status = await client(hospital).start('$export')
    const sleeper = await bulk.leader()
    await sleeper.work(2)
    const successor = await bulk.leader()
    await successor.work(1)
    const counts = await noted(status)
    await sleeper.work()
    expect(await noted(status)).toBe(counts)
    expect((await hospital.get(status)).headers['x-progress']).toBe(`${counts} resources`)
    await successor.work()
    const all = await client(hospital).all(manifestOf(await hospital.get(status)))
    expect(all).toEqual([...new Set(all)])
    expect(all).toEqual(await client(hospital).all(await client(hospital).poll(await client(hospital).start('$export'), work)))
  })

  test('the control: a step noted before its lines are on disk would lose them', async () => {
    Object.assign(bulk.deps, small)
    const status = await client(hospital).start('$export')
    await (await bulk.leader()).work(2)
    const { rows } = await sql<{ cursor: object }>`select cursor from bulk.job where id = ${status.split('/').at(-1)}`.execute(
      bulk.platform.db,
    )
    const counts = await noted(status)
    await sql`update bulk.file set bytes = 0, count = 0 where job_id = ${status.split('/').at(-1)}`.execute(bulk.platform.db)
    expect(rows[0]!.cursor).not.toBe(null)
    const torn = await client(hospital).all(await client(hospital).poll(status, work))
    const whole = await client(hospital).all(await client(hospital).poll(await client(hospital).start('$export'), work))
    expect(whole.length - torn.length).toBe(counts)
  })

  test('a checkpoint comes early where the log has much to say', async () => {
    const stepsWith = async (sizes: object) => {
      Object.assign(bulk.deps, { batch: 2, checkpoint: 100_000, ...sizes })
      const status = await client(hospital).start('$export')
      await (await bulk.leader()).work(1)
      const seen = await hospital.get(status)
      await work()
      return seen.status
    }
    expect(await stepsWith({ noted: 1 })).toBe(202)
    expect(await stepsWith({ noted: 100_000 }), 'the control').toBe(200)
  })

  test('a client that was ended gets nothing more', async () => {
    Object.assign(bulk.deps, small)
    const caller = await bulk.platform.system(HOSPITAL, ['system/*.rs'])
    const status = await client(caller).start('$export')
    await (await bulk.leader()).work(1)
    const counts = await noted(status)
    await sql`update person.client set ended_at = now() where client_id like '% system/*.rs'`.execute(bulk.platform.db)
    await work()
    const { rows } = await sql<{
      state: string
      done: number
    }>`select state, done from bulk.job where id = ${status.split('/').at(-1)}`.execute(bulk.platform.db)
    expect(rows[0]).toEqual({ state: 'failed', done: counts })
  })
})

describe('who may fetch', () => {
  const hidden = async (heard: Promise<{ status: number; text: string }>) => expect((await heard).status).toBe(404)

  test('a Group that the caller may not see, and one that is not there, read alike', async () => {
    const group = await makeGroup([people[0]!.key])
    const stranger = await bulk.platform.system(STRANGER)
    const headers = { prefer: 'respond-async' }
    const [theirs, none] = await Promise.all([
      stranger.get(`/fhir/R4/Group/${group}/$export`, headers),
      stranger.get(`/fhir/R4/Group/${'0'.repeat(26)}/$export`, headers),
    ])
    expect([theirs.status, theirs.text]).toEqual([404, none.text])
    expect((await hospital.get(`/fhir/R4/Group/${group}/$export`, headers)).status, 'the control').toBe(202)
  })

  test('another client, also of the same institution, finds neither status nor file; nor does nobody', async () => {
    const status = await client(hospital).start('$export?_type=Patient')
    const { output } = await client(hospital).poll(status, work)
    const file = output[0]!.url.replace('http://localhost', '')
    for (const other of [
      await bulk.platform.system(STRANGER),
      await bulk.platform.system(HOSPITAL, ['system/*.cruds', 'system/Patient.rs']),
    ]) {
      await hidden(other.get(status))
      await hidden(other.get(file))
      await hidden(other.remove(status))
    }
    for (const path of [status, file]) expect((await bulk.platform.public().get(path)).status).toBe(401)
    expect((await (await bulk.platform.staff('physician', HOSPITAL)).get(file)).status).toBe(403)
    expect((await hospital.get(file)).status, 'the control').toBe(200)
  })

  test('a token for less than everything brings only that, and is refused what it names beyond', async () => {
    const caller = await bulk.platform.system(HOSPITAL, ['system/Condition.rs'])
    const beyond = await caller.get('/fhir/R4/$export?_type=Patient', { prefer: 'respond-async' })
    expect([beyond.status, beyond.text]).toEqual([403, expect.stringContaining('system/Patient.rs')])
    const { output } = await client(caller).poll(await client(caller).start('$export'), work)
    expect(new Set(output.map((f) => f.type))).toEqual(new Set(['Condition']))
  })

  test('after DELETE nothing is there, and the files are gone; after a day too', async () => {
    for (const end of ['delete', 'day'] as const) {
      const status = await client(hospital).start('$export?_type=Patient')
      const { output } = await client(hospital).poll(status, work)
      const file = output[0]!.url.replace('http://localhost', '')
      if (end === 'delete') expect((await hospital.remove(status)).status).toBe(202)
      else {
        bulk.platform.clock.forward(24 * 3600_000 + 1)
        hospital = await bulk.platform.system(HOSPITAL)
      }
      await hidden(hospital.get(status))
      await hidden(hospital.get(file))
      await (await bulk.leader()).tidy()
      await expect(readdir(join(bulk.home, 'bulk', status.split('/').at(-1)!))).rejects.toThrow('ENOENT')
    }
  })

  test('who asks too often, or starts too much, is told to wait', async () => {
    const caller = await bulk.platform.system(HOSPITAL, ['system/*.rs', 'system/Patient.rs'])
    const started = []
    for (let n = 0; n < 3; n++) started.push(await client(caller).start('$export?_type=Patient'))
    const fourth = await caller.get('/fhir/R4/$export?_type=Patient', { prefer: 'respond-async' })
    expect([fourth.status, fourth.headers['retry-after'], fourth.body.resourceType]).toEqual([429, '60', 'OperationOutcome'])
    const answers = []
    for (let n = 0; n < 12; n++) answers.push((await caller.get(started[0]!)).status)
    expect(answers.at(-1)).toBe(429)
    expect(answers.slice(0, 10)).toEqual(Array(10).fill(202))
    bulk.platform.clock.forward(1_000)
    expect((await caller.get(started[0]!)).status, 'the control: who waits is answered').toBe(202)
    await work()
    expect((await caller.get('/fhir/R4/$export?_type=Patient', { prefer: 'respond-async' })).status, 'the control').toBe(202)
  })
})

describe('what a person takes back', () => {
  const observations = async (caller: Caller, status: string) => client(caller).all(manifestOf(await caller.get(status)))
  async function allowed() {
    const clinic = await bulk.platform.system(CLINIC)
    for (const person of people) await bulk.platform.consent(person.key, CLINIC, { 'test-result': true })
    return clinic
  }
  const withdraw = async (n: number) => {
    const person = people[n]!
    await bulk.platform.as(citizenActor(person), async (ctx) => {
      for (const consent of await bulk.platform.services.consent.list(ctx, [person.key]))
        if (consent.withdrawnAt === null && consent.until > ctx.now) await bulk.platform.services.consent.withdraw(ctx, consent.id)
    })
  }
  const of = (names: readonly string[], n: number) => names.filter((name) => name.includes(people[n]!.key))

  test('after the export: the lines stay in the file and do not leave it', async () => {
    const clinic = await allowed()
    const status = await client(clinic).start('$export?_type=Observation')
    await work()
    const before = await observations(clinic, status)
    expect(of(before, 0).length, 'the control').toBeGreaterThan(0)
    await withdraw(0)
    const after = await observations(clinic, status)
    expect(of(after, 0)).toEqual([])
    expect(of(after, 1)).toEqual(of(before, 1))
    const folder = join(bulk.home, 'bulk', status.split('/').at(-1)!)
    const kept = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')))
    expect(kept.join('').includes(people[0]!.key), 'the control: the file holds them').toBe(true)
  })

  test('between two batches: the next batch does not read them', async () => {
    Object.assign(bulk.deps, { batch: 1, checkpoint: 1 })
    const clinic = await allowed()
    const order = people.map((p, n) => ({ n, key: p.key })).sort((a, b) => (a.key < b.key ? -1 : 1))
    const last = order.at(-1)!.n
    const status = await client(clinic).start('$export?_type=Observation')
    await (await bulk.leader()).work(1)
    await withdraw(last)
    await work()
    const folder = join(bulk.home, 'bulk', status.split('/').at(-1)!)
    const kept = (await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')))).join('')
    expect(kept.includes(people[last]!.key)).toBe(false)
    expect(kept.includes(order[0]!.key), 'the control').toBe(true)
  })

  test('a day later the consent itself is over', async () => {
    const clinic = await allowed()
    const status = await client(clinic).start('$export?_type=Observation')
    bulk.platform.clock.forward(3600_000)
    await work()
    bulk.platform.clock.forward(23 * 3600_000 - 1_000)
    const later = await bulk.platform.system(CLINIC)
    expect((await observations(later, status)).length, 'the control').toBeGreaterThan(0)
    bulk.platform.clock.forward(2_000)
    expect(await observations(later, status)).toEqual([])
  })

  test('each person finds in their log that it was exported, and for whom', async () => {
    const { rows } = await sql<{ action: string; institution_number: string; count: number; rule: string }>`
      select action, institution_number, count, rule from kernel.audit where key = ${people[1]!.key} and action = 'bulk.export'`.execute(
      bulk.platform.db,
    )
    expect(rows.some((r) => r.institution_number === CLINIC && r.rule === 'visit-consent' && r.count > 0)).toBe(true)
    // Who asks what a stolen token reached finds them by the token of the kick-off.
    const traced = sql`select 1 from kernel.audit a where key = ${people[1]!.key} and action = 'bulk.export' and via <> '' and exists (
      select 1 from kernel.audit s where s.action = 'bulk.export-start' and s.via = a.via)`
    expect(await bulk.platform.count(traced)).toBeGreaterThan(0)
    const acts = await sql<{ action: string }>`select distinct action from kernel.audit where action like 'bulk.%'`.execute(
      bulk.platform.db,
    )
    expect(acts.rows.map((r) => r.action).sort()).toEqual([
      'bulk.export',
      'bulk.export-end',
      'bulk.export-fetch',
      'bulk.export-start',
      'bulk.export-status',
    ])
  })
})
