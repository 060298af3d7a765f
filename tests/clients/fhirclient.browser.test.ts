/** fhirclient as it is meant to run: in a page, with a token that only reads, where real data are kept. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../harness/browser.ts'
import { hanako, openServed, type Served } from '../harness/served.ts'
import { dpopKey } from './dpop.fixture.ts'
import { otherSite } from './other-site.fixture.ts'

let served: Served
let browser: Browser
let page: Page
let key: string
let token: string

beforeAll(async () => {
  served = await openServed({ demo: false })
  key = await recordedByHospital()
  await served.app('page', ['patient/*.rs'])
  token = await served.launched('page', ['patient/*.rs'], key)
  browser = await openBrowser()
  page = await browser.newPage()
  const script = await readFile(resolve(import.meta.dirname, '../../node_modules/fhirclient/build/fhir-client.js'), 'utf8')
  await page.route('**/app.html', (route) => route.fulfill({ contentType: 'text/html', body: `<!doctype html><script>${script}</script>` }))
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await served?.close()
})

/** A patient with three observations, sent by a system whose token is tied to its key. @returns the patient's id */
async function recordedByHospital(): Promise<string> {
  const system = await served.client('hospital', ['system/*.cruds'], 'dpop')
  const own = await dpopKey()
  const at = `${served.origin}/oauth/token`
  const granted = await fetch(at, { method: 'POST', body: await system.form(at), headers: { dpop: await own.proof('POST', at) } })
  const { access_token } = (await granted.json()) as { access_token: string }
  const send = async (resource: { resourceType: string }): Promise<string> => {
    const url = `${served.base}/${resource.resourceType}`
    const proof = { authorization: `DPoP ${access_token}`, dpop: await own.proof('POST', url, access_token) }
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json', ...proof },
      body: JSON.stringify(resource),
    })
    expect(answer.status).toBe(201)
    return ((await answer.json()) as { id: string }).id
  }
  const id = await send(hanako())
  for (const value of [120, 121, 122])
    await send({
      resourceType: 'Observation',
      status: 'final',
      code: { text: '血圧' },
      subject: { reference: `Patient/${id}` },
      valueQuantity: { value },
    } as never)
  return id
}

/** What the page's script sees: runs in the page, with what it needs as JSON. */
type Seen = { pages: number; values: number[]; patient: string; subject: string; written: number }

test('an app in a page reads its patient, turns pages, resolves references, and cannot write', async () => {
  await page.goto(`${served.origin}/app.html`)
  const seen = await page.evaluate<Seen, { serverUrl: string; token: string; key: string }>(
    async ({ serverUrl, token, key }) => {
      type Any = { [member: string]: never } & { id: string; subject: { id: string }; valueQuantity: { value: number } }
      type Client = {
        patient: { read(): Promise<Any> }
        request(url: string, options?: object): Promise<Any[]>
        create(resource: object): Promise<Any>
      }
      const { FHIR } = window as unknown as { FHIR: { client(state: object): Client } }
      const tokenResponse = { access_token: token, token_type: 'bearer', expires_in: 300, patient: key }
      const client = FHIR.client({ serverUrl, tokenResponse })
      let pages = 0
      await client.request('Observation?_count=2', { pageLimit: 0, onPage: () => void pages++ })
      const found = await client.request('Observation?_count=2&_sort=_id', { pageLimit: 0, flat: true, resolveReferences: ['subject'] })
      const written = await client.create({ resourceType: 'Basic', code: { text: 'x' } }).then(
        () => 201,
        (error: { status: number }) => error.status,
      )
      const values = found.map((o) => o.valueQuantity.value)
      return { pages, values, patient: (await client.patient.read()).id, subject: found[0]!.subject.id, written }
    },
    { serverUrl: served.base, token, key },
  )
  expect(seen).toEqual({ pages: 2, values: expect.arrayContaining([120, 121, 122]), patient: key, subject: key, written: 403 })
}, 60_000)

test('a page of another origin is let in with its token, and never by a cookie', async () => {
  const statement = (await (await fetch(`${served.base}/metadata`)).json()) as { rest: { security: { cors: boolean } }[] }
  expect(statement.rest[0]!.security.cors).toBe(true)
  await page.context().addCookies([{ name: 'enishi_session', value: await served.signedIn(key), url: served.origin }])
  const site = await otherSite({ '/app': '<!doctype html><title>app</title>' })
  await page.goto(`${site.origin}/app`)
  const ask = (path: string, init: { headers?: Record<string, string>; credentials?: 'include' }) =>
    page.evaluate(
      ([url, asked]) =>
        fetch(url, asked).then(
          (answer) => answer.status,
          () => 0,
        ),
      [`${served.origin}${path}`, init] as const,
    )
  const bearer = { authorization: `Bearer ${token}` }
  expect(await ask('/fhir/R4/metadata', {})).toBe(200)
  expect(await ask('/fhir/R4/Observation', { headers: bearer })).toBe(200)
  expect(await ask('/fhir/R4/Observation', {}), 'without a token').toBe(401)
  expect(await ask('/fhir/R4/Observation', { credentials: 'include' }), 'with a cookie').toBe(0)
  expect(await ask('/me/record', { headers: bearer }), 'a page of the person').toBe(0)
  site.close()
})
