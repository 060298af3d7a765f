/**
 * fhir-kit-client against the server over HTTP: as a plain client of the demo, and bound to a key (DPoP) through its request signer,
 * as where real data are kept.
 */
import { Client, type FhirResource } from 'fhir-kit-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hanako, openServed, type Served } from '../harness/served.ts'
import { dpopKey } from './dpop.fixture.ts'

type Bundle = FhirResource & {
  type: string
  entry?: { resource: FhirResource; response?: { status: string; location?: string } }[]
  link: { relation: string; url: string }[]
}

/** A client whose tokens are tied to a key, and that proves the key with each request. */
async function bound(served: Served): Promise<Client> {
  const registered = await served.client('bound', ['system/*.cruds'], 'dpop')
  const key = await dpopKey()
  const endpoint = `${served.origin}/oauth/token`
  const answer = await fetch(endpoint, {
    method: 'POST',
    body: await registered.form(endpoint),
    headers: { dpop: await key.proof('POST', endpoint) },
  })
  const { access_token, token_type } = (await answer.json()) as { access_token: string; token_type: string }
  expect([answer.status, token_type]).toEqual([200, 'DPoP'])
  return new Client({
    baseUrl: served.base,
    requestSigner: async (url, init) => {
      const headers = init.headers as Headers
      headers.set('authorization', `DPoP ${access_token}`)
      headers.set('dpop', await key.proof(init.method ?? 'GET', url, access_token))
    },
  })
}

async function bearer(served: Served): Promise<Client> {
  const { access_token } = await (await served.client('bearer')).token()
  return new Client({ baseUrl: served.base, bearerToken: access_token })
}

describe.each([
  { name: 'with a bearer token, in the demo', demo: true, connect: bearer },
  { name: 'with a token tied to its key (DPoP)', demo: false, connect: bound },
])('fhir-kit-client $name', ({ demo, connect }) => {
  let served: Served
  let client: Client
  let key: string
  beforeAll(async () => {
    served = await openServed({ demo })
    client = await connect(served)
    key = ((await client.create({ resourceType: 'Patient', body: hanako() })) as FhirResource & { id: string }).id
  }, 60_000)
  afterAll(() => served?.close())

  const glucose = (value: number, more: object = {}): FhirResource => ({
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '2345-7' }], text: '血糖' },
    subject: { reference: `Patient/${key}` },
    effectiveDateTime: '2026-11-01',
    valueQuantity: { value, unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' },
    ...more,
  })
  const made = async (value: number) =>
    (await client.create({ resourceType: 'Observation', body: glucose(value) })) as FhirResource & { id: string }

  test('reads what the server can do, and where tokens are', async () => {
    expect(await client.capabilityStatement()).toMatchObject({ resourceType: 'CapabilityStatement', fhirVersion: '4.0.1' })
    expect(String((await client.smartAuthMetadata()).tokenUrl)).toBe(`${served.origin}/oauth/token`)
  })

  test('creates, reads, reads a version, updates, patches and deletes', async () => {
    const { id } = await made(98)
    const at = { resourceType: 'Observation', id }
    expect(await client.read(at)).toMatchObject({ id, meta: { versionId: '1' } })
    expect(await client.update({ ...at, body: glucose(99, { id }) })).toMatchObject({
      meta: { versionId: '2' },
      valueQuantity: { value: 99 },
    })
    const jsonPatch = [{ op: 'replace' as const, path: '/valueQuantity/value', value: 100 }]
    expect(await client.patch({ ...at, jsonPatch })).toMatchObject({ meta: { versionId: '3' }, valueQuantity: { value: 100 } })
    expect(await client.vread({ ...at, version: '1' })).toMatchObject({ valueQuantity: { value: 98 } })
    await client.delete(at)
    await expect(client.read(at)).rejects.toMatchObject({ response: { status: 410, data: { resourceType: 'OperationOutcome' } } })
  })

  test('updates under a condition, and hears of a conflict', async () => {
    const identifier = [{ system: 'urn:lab', value: `c-${Math.random()}` }]
    const where = { resourceType: 'Observation', searchParams: { identifier: `urn:lab|${identifier[0]!.value}` } }
    const first = (await client.update({ ...where, body: glucose(90, { identifier }) })) as FhirResource & { id: string }
    expect(await client.update({ ...where, body: glucose(91, { identifier, id: first.id }) })).toMatchObject({
      id: first.id,
      meta: { versionId: '2' },
    })
    const stale = client.update({
      resourceType: 'Observation',
      id: first.id,
      body: glucose(92, { identifier, id: first.id }),
      options: { headers: { 'If-Match': 'W/"1"' } },
    })
    await expect(stale).rejects.toMatchObject({ response: { status: 412 } })
  })

  test('searches by GET and POST, and turns pages both where there is a next one and where there is none', async () => {
    const code = `page-${Math.random()}`
    for (const value of [1, 2, 3])
      await client.create({ resourceType: 'Observation', body: glucose(value, { code: { coding: [{ code }] } }) })
    const searchParams = { code, _count: 2 }
    const first = (await client.search({ resourceType: 'Observation', searchParams })) as Bundle
    const next = (await client.nextPage({ bundle: first })) as Bundle
    expect([first.entry?.length, next.entry?.length]).toEqual([2, 1])
    expect(new Set([...first.entry!, ...next.entry!].map((e) => e.resource.id)).size).toBe(3)
    expect(await client.nextPage({ bundle: next })).toBeUndefined()
    const posted = (await client.search({ resourceType: 'Observation', searchParams: { code }, options: { postSearch: true } })) as Bundle
    expect(posted.entry).toHaveLength(3)
  })

  test('searches a compartment and the whole system', async () => {
    await made(97)
    const found = (await client.search({ compartment: { resourceType: 'Patient', id: key }, resourceType: 'Observation' })) as Bundle
    expect(found.entry!.every((e) => e.resource.resourceType === 'Observation')).toBe(true)
    expect(found.entry!.length).toBeGreaterThan(0)
    const system = (await client.search({ searchParams: { _type: 'Observation,Condition', _count: 1 } })) as Bundle
    expect([system.type, system.entry?.length]).toEqual(['searchset', 1])
  })

  test('reads history of one, of a type and of the system', async () => {
    const { id } = await made(95)
    expect(((await client.history({ resourceType: 'Observation', id })) as Bundle).entry).toHaveLength(1)
    expect(((await client.history({ resourceType: 'Observation' })) as Bundle).type).toBe('history')
    expect(((await client.history()) as Bundle).type).toBe('history')
  })

  test('sends a batch and a transaction', async () => {
    const entry = [{ resource: glucose(101), request: { method: 'POST', url: 'Observation' } }]
    const batch = (await client.batch({ body: { resourceType: 'Bundle', type: 'batch', entry } })) as Bundle
    expect([batch.type, batch.entry![0]!.response!.status]).toEqual(['batch-response', expect.stringMatching(/^201/)])
    const [doctor, order] = ['urn:uuid:2c0c1ad8-0b3c-4f4b-9f1e-6a1a5b1c0001', 'urn:uuid:2c0c1ad8-0b3c-4f4b-9f1e-6a1a5b1c0002']
    const linked = [
      {
        fullUrl: doctor,
        resource: { resourceType: 'Practitioner', name: [{ text: '佐藤' }] },
        request: { method: 'POST', url: 'Practitioner' },
      },
      { fullUrl: order, resource: glucose(102, { performer: [{ reference: doctor }] }), request: { method: 'POST', url: 'Observation' } },
    ]
    const transaction = (await client.transaction({ body: { resourceType: 'Bundle', type: 'transaction', entry: linked } })) as Bundle
    const [practitioner, observation] = transaction.entry!.map((e) => e.response!.location!.split('/_history')[0]!)
    const written = (await client.request(observation!)) as FhirResource
    expect(written).toMatchObject({ performer: [{ reference: practitioner }] })
    const performer = await client.resolve({ reference: practitioner! })
    expect(performer).toMatchObject({ resourceType: 'Practitioner', name: [{ text: '佐藤' }] })
  })

  test('calls operations, and resolves what a resource refers to', async () => {
    const { id } = await made(103)
    const everything = (await client.operation({ name: 'everything', resourceType: 'Patient', id: key, method: 'GET' })) as Bundle
    expect(everything.entry!.map((e) => e.resource.id)).toContain(id)
    const last = await client.operation({
      name: '$lastn',
      resourceType: 'Observation',
      method: 'GET',
      input: { patient: key, code: '2345-7' },
    })
    expect((last as Bundle).entry!.length).toBeGreaterThan(0)
    const observation = await client.read({ resourceType: 'Observation', id })
    expect(await client.resolve({ reference: `Patient/${key}`, context: observation })).toMatchObject({ resourceType: 'Patient', id: key })
  })

  test('posts an operation that reads', async () => {
    const everything = await client.operation({
      name: 'everything',
      resourceType: 'Patient',
      id: key,
      input: { resourceType: 'Parameters' },
    })
    expect((everything as Bundle).type).toBe('searchset')
  })
})
