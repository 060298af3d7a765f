/**
 * fhirclient (SMART on FHIR) against the server over HTTP. It knows plain bearer tokens only, so its clients are registered without a
 * binding: in the demo any client may be, where real data are kept only an app that reads.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import smart from 'fhirclient'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hanako, openServed, type Served } from '../harness/served.ts'

type Anything = { resourceType: string; id: string; [member: string]: unknown }
type Connected = ReturnType<ReturnType<typeof smart>['client']>

/** As an app does behind its own server; nothing of the request is looked at once the token is there. */
async function connect(served: Served, token: string, patient: string): Promise<Connected> {
  const store = new Map<string, unknown>()
  const storage = {
    get: async (name: string) => store.get(name),
    set: async (name: string, value: unknown) => {
      store.set(name, value)
      return value
    },
    unset: async (name: string) => store.delete(name),
  }
  const asked = { headers: {}, url: '/' } as unknown as IncomingMessage
  const api = smart(asked, {} as ServerResponse, storage)
  return api.client({
    serverUrl: served.base,
    tokenResponse: { access_token: token, token_type: 'bearer', expires_in: 300, scope: 'patient/*.rs', patient },
  } as Parameters<typeof api.client>[0])
}

const pressure = (key: string, value: number, more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }], text: '収縮期血圧' },
  subject: { reference: `Patient/${key}` },
  valueQuantity: { value, unit: 'mmHg' },
  ...more,
})

describe('fhirclient in the demo, as a client that reads and writes', () => {
  let served: Served
  let client: Connected
  let key: string
  beforeAll(async () => {
    served = await openServed()
    const { access_token } = await (await served.client('writer')).token()
    key = ((await (await connect(served, access_token, '')).create(hanako() as never)) as unknown as Anything).id
    client = await connect(served, access_token, key)
  }, 60_000)
  afterAll(() => served?.close())

  const create = async (value: number, more: object = {}) =>
    (await client.create(pressure(key, value, more) as never)) as unknown as Anything

  test('creates, reads, updates, patches and deletes', async () => {
    const { id } = await create(120)
    expect(await client.request(`Observation/${id}`)).toMatchObject({ id, valueQuantity: { value: 120 } })
    expect(await client.update(pressure(key, 121, { id }) as never)).toMatchObject({ id, meta: { versionId: '2' } })
    const patched = await client.patch(`Observation/${id}`, [{ op: 'replace', path: '/valueQuantity/value', value: 122 }])
    expect(patched).toMatchObject({ id, meta: { versionId: '3' }, valueQuantity: { value: 122 } })
    await client.delete(`Observation/${id}`)
    await expect(client.request(`Observation/${id}`)).rejects.toMatchObject({ status: 410 })
  })

  test('knows its patient, and the version of FHIR', async () => {
    expect(await client.patient.read()).toMatchObject({ resourceType: 'Patient', id: key })
    expect([await client.getFhirVersion(), await client.getFhirRelease()]).toEqual(['4.0.1', 4])
  })

  test('reads every page as one flat list, and one page at a time', async () => {
    const code = `flat-${Math.random()}`
    for (const value of [1, 2, 3, 4, 5]) await create(value, { code: { coding: [{ code }] } })
    const url = `Observation?code=${code}&_count=2`
    const all = (await client.request(url, { pageLimit: 0, flat: true })) as Anything[]
    expect(new Set(all.map((r) => r.id)).size).toBe(5)
    expect(all.every((r) => r.resourceType === 'Observation')).toBe(true)
    const pages: number[] = []
    await client.request(url, { pageLimit: 0, onPage: (page) => void pages.push((page as { entry: unknown[] }).entry.length) })
    expect(pages).toEqual([2, 2, 1])
    const ids: string[] = []
    for await (const resource of client.resources(url)) ids.push((resource as unknown as Anything).id)
    expect(ids).toHaveLength(5)
  })

  test('resolves references, in place and beside the answer', async () => {
    const { id } = await create(130)
    const whole = (await client.request(`Observation/${id}`, { resolveReferences: 'subject' })) as Anything
    expect(whole.subject).toMatchObject({ resourceType: 'Patient', id: key })
    const beside = (await client.request(`Observation?_id=${id}`, { resolveReferences: 'subject', graph: false, flat: true })) as {
      references: Record<string, Anything>
    }
    expect(Object.keys(beside.references)).toEqual([`Patient/${key}`])
  })

  test('is told of errors in a way it can read', async () => {
    await expect(client.request('Observation?code:nonsense=x')).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('code:nonsense'),
    })
    await expect(client.request('Observation/nobody')).rejects.toMatchObject({ status: 404 })
  })
})

describe('fhirclient where real data are kept', () => {
  let served: Served
  let key: string
  beforeAll(async () => {
    served = await openServed({ demo: false })
    key = await served.enter()
  }, 60_000)
  afterAll(() => served?.close())

  test('an app that only reads may do without a binding, and cannot write', async () => {
    await served.app('reader', ['patient/*.rs'])
    const client = await connect(served, await served.launched('reader', ['patient/*.rs'], key), key)
    const page = (await client.request('Observation?patient='.concat(key))) as Anything
    expect([page.resourceType, page.type]).toEqual(['Bundle', 'searchset'])
    await expect(client.create(pressure(key, 120) as never)).rejects.toMatchObject({ status: 403 })
    await expect(client.delete('Observation/x')).rejects.toMatchObject({ status: 403 })
  })

  test.each([['patient/*.cruds'], ['patient/Observation.c'], ['system/*.rs'], ['user/*.rs'], ['patient/*.write']])(
    'a client registered without a binding for %s gets no token that is tied to nothing',
    async (scope) => {
      const writing = await served.client(`writer ${scope}`, [scope])
      await expect(writing.token()).rejects.toThrow(/400 .*invalid_request/)
    },
  )

  test('a system that acts for itself gets no token for a person’s own view, because nobody says whose', async () => {
    const reading = await served.client('alone', ['patient/*.rs'])
    await expect(reading.token()).rejects.toThrow(/400 .*invalid_scope/)
  })

  test('a token that such a client got before its scopes grew is refused from then on', async () => {
    await served.app('growing', ['patient/*.rs'])
    const client = await connect(served, await served.launched('growing', ['patient/*.rs'], key), key)
    await client.request('Observation')
    await sql`update person.client set scopes = array['patient/*.cruds'] where client_id = 'growing'`.execute(served.db)
    await expect(client.request('Observation')).rejects.toMatchObject({ status: 401 })
  })
})
