/** Transactions and batches through POST /fhir/R4. @spec FHIR R4 http, batch/transaction */
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Caller, type FhirBody, type Heard, rulesOf } from '../../../tests/harness/caller.ts'
import { HOSPITAL, openPlatform, type Platform } from '../../../tests/harness/platform.ts'

let platform: Platform
let hospital: Caller
let key: string
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.close())
beforeEach(async () => {
  hospital = await platform.system(HOSPITAL)
  ;({ key } = await platform.enter())
  await platform.relate(key, HOSPITAL)
})

let n = 0
const urn = () => `urn:uuid:00000000-0000-4000-8000-${String(++n).padStart(12, '0')}`
type Asked = { fullUrl?: string; resource?: object; request: { method: string; url: string; ifNoneExist?: string; ifMatch?: string } }
const post = (resource: { resourceType: string }, fullUrl = urn(), request = {}): Asked => ({
  fullUrl,
  resource,
  request: { method: 'POST', url: resource.resourceType, ...request },
})
const observation = (subject: string, more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: '血圧' },
  subject: { reference: subject },
  ...more,
})
const run = (type: 'transaction' | 'batch', entry: Asked[]) => hospital.post('/fhir/R4', { resourceType: 'Bundle', type, entry })
const statuses = (heard: Heard) => heard.body.entry!.map((e) => e.response!.status)
const stored = async (heard: Heard, at: number): Promise<FhirBody> =>
  (await hospital.get(`/fhir/R4/${heard.body.entry![at]!.response!.location!.split('/_history')[0]}`)).body
const subjectOf = () => ({ subject: { reference: `Patient/${key}` } })
const resources = () => platform.count(sql`select 1 from record.resource`)
const patient = () => ({ resourceType: 'Patient', name: [{ text: '新田 一' }], birthDate: '2001-02-03', gender: 'male' })

describe('a transaction', () => {
  test.each(['as listed', 'backwards'])('points entries at each other in any order: %s', async (order) => {
    const [person, visit, doctor, place] = [urn(), urn(), urn(), urn()]
    const listed = [
      post({ ...patient(), managingOrganization: { reference: place } } as never, person),
      post({ resourceType: 'Organization', name: '縁病院' } as never, place),
      post({ resourceType: 'Practitioner', name: [{ text: '青山' }] } as never, doctor),
      post({ resourceType: 'Encounter', status: 'finished', class: { code: 'AMB' }, subject: { reference: person } } as never, visit),
      post(observation(person, { encounter: { reference: visit }, performer: [{ reference: doctor }] })),
    ]
    const asked = order === 'backwards' ? [...listed].reverse() : listed
    const heard = await run('transaction', asked)
    expect(heard.status, heard.text).toBe(200)
    expect(heard.body.type).toBe('transaction-response')
    expect(statuses(heard)).toEqual(Array(5).fill('201'))
    const at = asked.findIndex((e) => e.request.url === 'Observation')
    const written = await stored(heard, at)
    const placeOf = (url: string) =>
      heard.body.entry![asked.findIndex((e) => e.request.url === url)]!.response!.location!.split('/_history')[0]
    expect(written).toMatchObject({
      subject: { reference: placeOf('Patient') },
      encounter: { reference: placeOf('Encounter') },
      performer: [{ reference: placeOf('Practitioner') }],
    })
    expect(JSON.stringify(written)).not.toContain('urn:uuid')
  })

  test('lets entries refer to each other in a circle', async () => {
    const [one, two] = [urn(), urn()]
    const heard = await run('transaction', [
      post(observation(`Patient/${key}`, { hasMember: [{ reference: two }] }), one),
      post(observation(`Patient/${key}`, { derivedFrom: [{ reference: one }] }), two),
    ])
    expect(heard.status, heard.text).toBe(200)
    expect((await stored(heard, 0)).hasMember).toEqual([{ reference: `Observation/${(await stored(heard, 1)).id}` }])
  })

  const person = urn()
  const task = (who: string) => ({ resourceType: 'Task', status: 'requested', intent: 'order', for: { reference: who } })
  const about = (target: string) => ({
    resourceType: 'Provenance',
    target: [{ reference: target }],
    recorded: '2026-04-01T09:00:00+09:00',
    agent: [{ who: { display: '縁病院' } }],
  })
  const known = () => ({ identifier: [{ system: 'urn:t', value: key }] })
  const sought = () => `Encounter?identifier=urn:t|${key}`
  test.each<[string, () => Asked[]]>([
    [
      'a new person’s list, task, letter and device',
      () => [
        post(patient() as never, person),
        post({ resourceType: 'List', status: 'current', mode: 'working', subject: { reference: person } } as never),
        post(task(person) as never),
        post({ resourceType: 'Communication', status: 'completed', subject: { reference: person } } as never),
        post({ resourceType: 'Device', patient: { reference: person } } as never),
      ],
    ],
    [
      'a person by an address of the sender’s server',
      () => [
        post(task('Patient/p1') as never, 'http://ex.example/fhir/Task/t1'),
        post(observation('Patient/p1') as never, 'http://ex.example/fhir/Observation/o1'),
        post(patient() as never, 'http://ex.example/fhir/Patient/p1'),
      ],
    ],
    [
      'a statement about what is new with it',
      () => {
        const [first, second] = [urn(), urn()]
        return [post(about(second) as never, urn()), post(about(first) as never, second), post(observation(`Patient/${key}`), first)]
      },
    ],
    [
      'a report before its result, whose patient is searched for',
      () => {
        const result = urn()
        return [
          post({
            resourceType: 'DiagnosticReport',
            status: 'final',
            code: { text: '血液' },
            ...subjectOf(),
            result: [{ reference: result }],
          } as never),
          post(task(`Patient?identifier=urn:t|${key}`) as never),
          post(observation(`Patient?identifier=urn:t|${key}`), result),
        ]
      },
    ],
    [
      'the same after a deletion and a conditional visit',
      () => {
        const [result, visit] = [urn(), urn()]
        return [
          post({ resourceType: 'Encounter', status: 'finished', class: { code: 'AMB' }, ...subjectOf(), ...known() } as never, visit, {
            ifNoneExist: `identifier=urn:t|${key}`,
          }),
          post({
            resourceType: 'DiagnosticReport',
            status: 'final',
            code: { text: '血液' },
            ...subjectOf(),
            result: [{ reference: result }],
          } as never),
          post(observation(`Patient?identifier=urn:t|${key}`, { encounter: { reference: sought() } }), result),
        ]
      },
    ],
  ])('gives ids that can be read: %s', async (_name, entries) => {
    await run('transaction', [post({ ...patient(), ...known() } as never)])
    const heard = await run('transaction', entries())
    expect(heard.status, heard.text).toBe(200)
    for (const at of heard.body.entry!.keys()) {
      const one = await hospital.get(`/fhir/R4/${heard.body.entry![at]!.response!.location!.split('/_history')[0]}`)
      expect(one.status, one.text).toBe(200)
      expect(one.text).not.toMatch(/urn:uuid|Patient\/p1|\?identifier=/)
    }
  })

  test('points every kind of link at its entry, also in the narrative of a section; a system of codes stays', async () => {
    const [file, section] = [urn(), urn()]
    const heard = await run('transaction', [
      post(
        {
          resourceType: 'Binary',
          contentType: 'text/plain',
          data: Buffer.from('値').toString('base64'),
          securityContext: { reference: `Patient/${key}` },
        } as never,
        file,
      ),
      post(
        {
          ...observation(`Patient/${key}`),
          extension: [
            { url: 'urn:t:file', valueUuid: file },
            { url: 'urn:t:file', valueUrl: file },
          ],
          identifier: [{ system: file, value: file }],
        } as never,
        section,
      ),
      post({
        resourceType: 'Composition',
        status: 'final',
        type: { text: '手紙' },
        ...subjectOf(),
        date: '2026-04-01',
        author: [{ display: '縁病院' }],
        title: '手紙',
        section: [{ text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${section}">値</a></div>` } }],
      } as never),
    ])
    expect(heard.status, heard.text).toBe(200)
    const [binary, value, letter] = [await stored(heard, 0), await stored(heard, 1), await stored(heard, 2)]
    expect(value.extension).toEqual([
      { url: 'urn:t:file', valueUuid: `Binary/${binary.id}` },
      { url: 'urn:t:file', valueUrl: `Binary/${binary.id}` },
    ])
    expect(value.identifier).toEqual([{ system: file, value: file }])
    expect(JSON.stringify(letter.section)).toContain(`href=\\"Observation/${value.id}\\"`)
  })

  test('refers to a resource put under an id of the client’s own', async () => {
    const [visit, id] = [urn(), `visit-${key}`]
    const heard = await run('transaction', [
      post(observation(`Patient/${key}`, { encounter: { reference: visit } })),
      {
        fullUrl: visit,
        resource: { resourceType: 'Encounter', id, status: 'finished', class: { code: 'AMB' }, subject: { reference: `Patient/${key}` } },
        request: { method: 'PUT', url: `Encounter/${id}` },
      },
    ])
    expect(statuses(heard)).toEqual(['201', '201'])
    expect((await stored(heard, 0)).encounter).toEqual({ reference: `Encounter/${id}` })
  })

  test.each<[string, () => Asked, number]>([
    ['a broken resource', () => post(observation(`Patient/${key}`, { status: 'perhaps' })), 422],
    ['a reference that leads nowhere', () => post(observation(`Patient/${key}`, { encounter: { reference: urn() } })), 400],
    ['a stranger', () => post(observation('Patient/nobody')), 422],
    ['a missing resource', () => ({ request: { method: 'DELETE', url: 'Observation/none' } }), 404],
    [
      'a version that is gone',
      () => ({ resource: observation(`Patient/${key}`, { id: 'x' }), request: { method: 'PUT', url: 'Observation/x', ifMatch: 'W/"3"' } }),
      412,
    ],
    [
      'another id than the address',
      () => ({ resource: observation(`Patient/${key}`, { id: 'x' }), request: { method: 'PUT', url: 'Observation/y' } }),
      400,
    ],
    ['an address that leads nowhere', () => ({ request: { method: 'GET', url: `Patient/${key}/a/b/c` } }), 404],
  ])('with %s leaves nothing', async (_name, bad, status) => {
    const before = await resources()
    const heard = await run('transaction', [post(observation(`Patient/${key}`)), bad(), post(patient() as never)])
    expect(heard.status, heard.text).toBe(status)
    expect(await resources()).toBe(before)
    expect(await platform.count(sql`select 1 from kernel.audit where action = 'record.bundle' and outcome <> 'success'`)).toBeGreaterThan(0)
  })

  test.each<[string, () => Asked, string]>([
    [
      'another type than its address',
      () => ({ resource: patient() as never, request: { method: 'POST', url: 'Observation' } }),
      'resourceType',
    ],
    [
      'a part of a resource',
      () => ({
        resource: observation(`Patient/${key}`, {
          id: 'part',
          meta: { tag: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }] },
        }),
        request: { method: 'PUT', url: 'Observation/part' },
      }),
      'meta.tag',
    ],
  ])('with %s says where in the Bundle', async (_name, bad, place) => {
    const heard = await run('transaction', [post(observation(`Patient/${key}`)), bad()])
    expect([heard.status, heard.body.issue![0]!.expression]).toEqual([422, [`Bundle.entry[1].resource.${place}`]])
  })

  test.each<[prefer: string, resource: string | undefined, outcome: string | undefined]>([
    ['return=minimal', undefined, undefined],
    ['return=representation', 'Observation', undefined],
    ['return=OperationOutcome', undefined, 'OperationOutcome'],
  ])('answers under Prefer: %s with %s, %s', async (prefer, resource, outcome) => {
    for (const type of ['transaction', 'batch']) {
      const bundle = { resourceType: 'Bundle', type, entry: [post(observation(`Patient/${key}`))] }
      const heard = await hospital.post('/fhir/R4', bundle, { prefer })
      const entry = heard.body.entry![0]! as { resource?: FhirBody; response: { outcome?: FhirBody } }
      expect([entry.resource?.resourceType, entry.response.outcome?.resourceType], heard.text).toEqual([resource, outcome])
    }
  })

  test('creates conditionally once, and lets others refer to what was there', async () => {
    const code = { identifier: [{ system: 'urn:t', value: key }] }
    const entries = () => {
      const visit = urn()
      return [
        post(observation(`Patient/${key}`, { encounter: { reference: visit } })),
        post(
          {
            resourceType: 'Encounter',
            status: 'finished',
            class: { code: 'AMB' },
            subject: { reference: `Patient/${key}` },
            ...code,
          } as never,
          visit,
          { ifNoneExist: `identifier=urn:t|${key}` },
        ),
      ]
    }
    const first = await run('transaction', entries())
    const second = await run('transaction', entries())
    expect([statuses(first), statuses(second)]).toEqual([
      ['201', '201'],
      ['201', '200'],
    ])
    expect((await stored(second, 0)).encounter).toEqual((await stored(first, 0)).encounter)
  })

  test('reads after it wrote', async () => {
    const heard = await run('transaction', [
      { request: { method: 'GET', url: `Observation?patient=${key}` } },
      post(observation(`Patient/${key}`)),
    ])
    expect((heard.body.entry![0]!.resource as FhirBody).entry).toHaveLength(1)
  })

  test('20 identical ones with a conditional create at once make one of it', async () => {
    const value = `c-${key}`
    const heard = await Promise.all(
      Array.from({ length: 20 }, () =>
        run('transaction', [
          post(observation(`Patient/${key}`, { identifier: [{ system: 'urn:t', value }] }), urn(), {
            ifNoneExist: `identifier=urn:t|${value}`,
          }),
        ]),
      ),
    )
    expect(heard.map(statuses).filter(([s]) => s === '201')).toHaveLength(1)
    expect(await platform.count(sql`select 1 from record.resource where key = ${key}`)).toBe(1)
  })

  test('of another type, or without requests, is refused', async () => {
    expect((await hospital.post('/fhir/R4', { resourceType: 'Bundle', type: 'collection' })).status).toBe(400)
    expect([400, 422]).toContain(
      (await hospital.post('/fhir/R4', { resourceType: 'Bundle', type: 'transaction', entry: [{ resource: patient() }] })).status,
    )
  })
})

describe('a batch', () => {
  test('answers each entry for itself with an honest status', async () => {
    const id = `b-${key}`
    const heard = await run('batch', [
      post(observation(`Patient/${key}`)),
      post(observation('Patient/nobody')),
      { request: { method: 'GET', url: 'Observation/none' } },
      { request: { method: 'GET', url: 'Nonsense/1' } },
      { request: { method: 'GET', url: 'Observation?date=yesterday' } },
      { request: { method: 'PATCH', url: 'Observation/1' } },
      { resource: observation(`Patient/${key}`, { id }), request: { method: 'PUT', url: `Observation/${id}` } },
      { resource: observation(`Patient/${key}`, { id }), request: { method: 'PUT', url: `Observation/${id}`, ifMatch: 'W/"7"' } },
    ])
    expect(heard.status, heard.text).toBe(200)
    expect(statuses(heard)).toEqual(['201', '422', '404', '404', '400', '400', '201', '412'])
    expect(await platform.count(sql`select 1 from record.resource where key = ${key}`)).toBe(2)
  })

  test('a refused entry leaves nothing of itself, and its refusal is in the log', async () => {
    const memberId = {
      identifier: [{ system: 'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID', value: `06990001:66:${++n}:01` }],
    }
    const people = () => platform.count(sql`select 1 from person.person`)
    const before = await people()
    await run('batch', [
      post({ ...patient(), ...memberId } as never),
      post({ ...patient(), ...memberId } as never),
      post({ ...patient(), ...memberId, birthDate: 'soon' } as never),
    ])
    expect(await people()).toBe(before + 1)
    const { rows } = await sql<{
      outcome: string
    }>`select outcome from kernel.audit where action = 'record.bundle' and resource = 'Patient' order by id`.execute(platform.db)
    expect(rows.map((r) => r.outcome).sort()).toEqual(['already-exists', 'resource-invalid'])
  })

  test('asks for the scope of each entry', async () => {
    const narrow = await platform.system(HOSPITAL, ['system/Observation.cruds'])
    const heard = await narrow.post('/fhir/R4', {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [post(observation(`Patient/${key}`)), post(patient() as never)],
    })
    expect(statuses(heard)).toEqual(['201', '403'])
    expect(rulesOf({ ...heard, body: (heard.body.entry![1]!.response as unknown as { outcome: FhirBody }).outcome })).toEqual([
      'scope-missing',
    ])
  })
})
