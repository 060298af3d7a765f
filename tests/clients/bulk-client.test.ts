/** A strict bulk-data client over mutual TLS, where real data are kept. @spec FHIR Bulk Data Access 2.0.0 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hanako, openServed, type Served } from '../harness/served.ts'
import { bulkClient, overTls } from './bulk-client.fixture.ts'

let served: Served
let client: ReturnType<typeof bulkClient>
let base: string
let patient: string
const work = () => served.job('bulk.work')

beforeAll(async () => {
  served = await openServed({ demo: false, tls: true })
  base = `${served.tlsOrigin}/fhir/R4`
  const { form } = await served.client('bulk', ['system/*.cruds'], 'mtls')
  client = bulkClient({ base, ca: served.authority!.pem, pair: served.authority!.pair('bulk client'), form })
  patient = (await made(hanako())).id
  for (const value of [1, 2, 3]) await made(pressure(value))
}, 60_000)
afterAll(async () => {
  client?.close()
  await served?.close()
})

const pressure = (value: number) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: '血圧' },
  subject: { reference: `Patient/${patient}` },
  valueQuantity: { value },
})
async function made(resource: { resourceType: string }): Promise<{ id: string }> {
  const answer = await client.send(
    'POST',
    `${base}/${resource.resourceType}`,
    { 'content-type': 'application/fhir+json' },
    JSON.stringify(resource),
  )
  expect(answer.status, answer.text).toBe(201)
  return JSON.parse(answer.text) as { id: string }
}

test('exports everything it may see, fetches every file, and deletes the job', async () => {
  const status = await client.kickOff('$export?_type=Patient,Observation&_outputFormat=application%2Ffhir%2Bndjson')
  const manifest = await client.wait(status, work)
  expect(manifest.error).toEqual([])
  expect(manifest.requiresAccessToken).toBe(true)
  expect(manifest.request).toContain('/fhir/R4/$export?_type=Patient,Observation')
  const files = await Promise.all(manifest.output.map((entry) => client.file(entry)))
  expect(
    files
      .flat()
      .map((r) => r.resourceType)
      .toSorted(),
  ).toEqual(['Observation', 'Observation', 'Observation', 'Patient'])

  const file = manifest.output[0]!.url
  const stranger = overTls(served.authority!.pem)
  expect((await stranger.send('GET', file)).status, 'without the token').toBe(401)
  stranger.close()
  expect((await client.send('DELETE', status)).status).toBe(202)
  for (const gone of [status, file]) expect((await client.send('GET', gone)).status).toBe(404)
}, 60_000)

test.each([
  ['the patients', 'GET', 'Patient/$export', undefined],
  [
    'one patient, by POST',
    'POST',
    'Patient/$export',
    (key: string) => ({ name: 'patient', valueReference: { reference: `Patient/${key}` } }),
  ],
  ['a filter on a type', 'GET', `$export?_type=Observation&_typeFilter=${encodeURIComponent('Observation?status=final')}`, undefined],
])(
  'exports %s',
  async (_what, method, path, parameter) => {
    const body = parameter && JSON.stringify({ resourceType: 'Parameters', parameter: [parameter(patient)] })
    const status = await client.kickOff(path, { method, ...(body ? { body } : {}) })
    const manifest = await client.wait(status, work)
    const found = (await Promise.all(manifest.output.map((entry) => client.file(entry)))).flat()
    expect(found.filter((r) => r.resourceType === 'Observation')).toHaveLength(3)
    await client.send('DELETE', status)
  },
  60_000,
)

test('exports a Group, and what changed since', async () => {
  const group = await made({
    resourceType: 'Group',
    type: 'person',
    actual: true,
    member: [{ entity: { reference: `Patient/${patient}` } }],
  } as never)
  const first = await client.kickOff(`Group/${group.id}/$export?_type=Observation`)
  const { transactionTime, output } = await client.wait(first, work)
  expect((await Promise.all(output.map((entry) => client.file(entry)))).flat()).toHaveLength(3)
  const { id } = await made(pressure(4))
  const later = await client.kickOff(`Group/${group.id}/$export?_type=Observation&_since=${encodeURIComponent(transactionTime)}`)
  const since = await client.wait(later, work)
  expect((await Promise.all(since.output.map((entry) => client.file(entry)))).flat().map((r) => r.id)).toEqual([id])
  for (const status of [first, later]) await client.send('DELETE', status)
}, 60_000)

test('is told in an OperationOutcome what is wrong with a kick-off', async () => {
  for (const [path, headers] of [
    ['$export', { accept: 'application/fhir+json' }],
    ['$export?_type=Nonsense', { accept: 'application/fhir+json', prefer: 'respond-async' }],
    ['$export?nobody=knows', { accept: 'application/fhir+json', prefer: 'respond-async, handling=strict' }],
  ] as const) {
    const answer = await client.send('GET', `${base}/${path}`, headers)
    expect([path, answer.status, answer.text]).toEqual([path, 400, expect.stringContaining('OperationOutcome')])
  }
})

test('its token works with its certificate only', async () => {
  const { form } = await served.client('thief', ['system/*.cruds'], 'mtls')
  const other = bulkClient({ base, ca: served.authority!.pem, pair: served.authority!.pair('other'), form })
  const mine = await served.client('mine', ['system/*.cruds'], 'mtls')
  const endpoint = `${served.tlsOrigin}/oauth/token`
  const own = overTls(served.authority!.pem, served.authority!.pair('mine'))
  const answer = await own.send(
    'POST',
    endpoint,
    { 'content-type': 'application/x-www-form-urlencoded' },
    (await mine.form(endpoint)).toString(),
  )
  const { access_token } = JSON.parse(answer.text) as { access_token: string }
  expect((await own.send('GET', `${base}/Patient`, { authorization: `Bearer ${access_token}` })).status).toBe(200)
  expect((await other.send('GET', `${base}/Patient`, { authorization: `Bearer ${access_token}` })).status).toBe(401)
  own.close()
  other.close()
})
