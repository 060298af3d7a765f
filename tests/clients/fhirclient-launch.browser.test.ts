/**
 * fhirclient as its makers mean it to be used, in pages of another site: a launch of its own, a launch from a chart, renewal, and the end.
 * It does PKCE, and neither PAR nor DPoP: such an app is registered without either, which only a reading app of one patient may be.
 * Renewing, it names itself only where its settings say so, as a client that keeps no secret must (RFC 6749 section 3.2.1).
 */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { sql } from 'kysely'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertStaff } from '#care/person'
import { startSession } from '#kernel/identity'
import { openBrowser } from '../harness/browser.ts'
import { HOSPITAL, openServed, type Served } from '../harness/served.ts'
import { otherSite } from './other-site.fixture.ts'

const SCOPES = ['openid', 'fhirUser', 'launch', 'launch/patient', 'offline_access', 'patient/Patient.r', 'patient/Observation.rs']
/** What waits for a page. */
const PATIENCE = 30_000

let served: Served
let browser: Browser
let site: Awaited<ReturnType<typeof otherSite>>
let key: string

/** What the page's script sees; told as text, because it runs elsewhere. */
type Seen = { patient?: string; name?: string; values: number[]; refused?: string; renewed?: boolean; scope?: string }

beforeAll(async () => {
  served = await openServed({ demo: false })
  key = await served.enter()
  const script = await readFile(resolve(import.meta.dirname, '../../node_modules/fhirclient/build/fhir-client.js'), 'utf8')
  const page = (body: string) => `<!doctype html><title>app</title><script>${script}</script><script>${body}</script>`
  const about = (scope: string) => `{ clientId: 'page', scope: '${scope}', redirectUri: '/back', pkceMode: 'required' }`
  site = await otherSite({
    '/start': page(`FHIR.oauth2.authorize({ iss: '${served.base}', ...${about(SCOPES.filter((s) => s !== 'launch').join(' '))} })`),
    '/launch': page(`FHIR.oauth2.authorize(${about(SCOPES.filter((s) => s !== 'launch/patient' && s !== 'offline_access').join(' '))})`),
    '/back': page(`FHIR.oauth2.settings.refreshTokenWithClientId = true
      FHIR.oauth2.ready().then((client) => { window.client = client }, (error) => { window.refused = error.message })`),
  })
  const uris = { redirectUris: [`${site.origin}/back`], launchUrl: `${site.origin}/launch` }
  await served.app('page', SCOPES, uris)
  await recorded()
  browser = await openBrowser()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  site?.close()
  await served?.close()
})

/** The person's Patient and one value, as a hospital sent them. */
async function recorded(): Promise<void> {
  await sql`insert into consent.relation (key, institution_number, since) values (${key}, ${HOSPITAL}, now())`.execute(served.db)
  const row = (type: string, id: string, kind: string, body: object) => sql`insert into record.resource
    (key, type, id, version, last_updated, kind, source, uninformed, undelivered, long_term, registered_at, tokens, refs, body)
    values (${key}, ${type}, ${id}, 1, now(), ${kind}, ${HOSPITAL}, false, false, true, now(), '{}', ${[`patient=Patient/${key}`]}, ${JSON.stringify(body)})`
  await row('Patient', key, 'patient', { resourceType: 'Patient', id: key, name: [{ text: '山川 花子' }] }).execute(served.db)
  const subject = { reference: `Patient/${key}` }
  const value = { resourceType: 'Observation', id: 'o1', status: 'final', code: { text: '血圧' }, subject, valueQuantity: { value: 120 } }
  await row('Observation', `${key}.o1`, 'other', { ...value, id: `${key}.o1` }).execute(served.db)
}

async function tab(session: string): Promise<Page> {
  const context = await browser.newContext({ locale: 'ja-JP' })
  await context.addCookies([{ name: 'enishi_session', value: session, url: served.origin }])
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE)
  return page
}

/** Lets the app in on the page that asks. */
async function letIn(page: Page, heading: RegExp): Promise<void> {
  await page.getByRole('heading', { level: 1, name: heading }).waitFor()
  await page.getByRole('button', { name: '見せる', exact: true }).click()
  await page.waitForURL(`${site.origin}/back*`)
  await page.waitForFunction(() => 'client' in window || 'refused' in window)
}

const seenBy = (page: Page, renew = false): Promise<Seen> =>
  page.evaluate<Seen, boolean>(async (renew) => {
    type Client = {
      patient: { id: string; read(): Promise<{ name: { text: string }[] }> }
      refresh(): Promise<unknown>
      request(url: string, options: object): Promise<{ valueQuantity: { value: number } }[]>
      state: { tokenResponse: { access_token: string; scope: string } }
    }
    const { client, refused } = window as unknown as { client?: Client; refused?: string }
    if (client === undefined) return { values: [], ...(refused === undefined ? {} : { refused }) }
    try {
      const before = client.state.tokenResponse.access_token
      if (renew) await client.refresh()
      const found = await client.request(`Observation?patient=${client.patient.id}`, { flat: true })
      const { access_token, scope } = client.state.tokenResponse
      const [name] = (await client.patient.read()).name
      return {
        patient: client.patient.id,
        name: name!.text,
        values: found.map((o) => o.valueQuantity.value),
        renewed: access_token !== before,
        scope,
      }
    } catch (error) {
      return { values: [], refused: String((error as Error).message) }
    }
  }, renew)

test('on its own: the person chooses, the app reads their record, renews its key, and sees nothing once they ended it', async () => {
  const page = await tab(await served.signedIn(key))
  await page.goto(`${site.origin}/start`)
  await letIn(page, /記録を見せますか/)
  expect(await seenBy(page)).toMatchObject({ patient: key, name: '山川 花子', values: [120] })
  expect(await seenBy(page, true)).toMatchObject({ patient: key, values: [120], renewed: true })

  await page.goto(`${served.origin}/me/apps`)
  await page.getByRole('link', { name: /やめさせる/ }).click()
  await page.getByRole('button', { name: 'やめさせる', exact: true }).click()
  await page.getByText('やめさせました。').waitFor()
  await page.goto(`${site.origin}/back`)
  await page.waitForFunction(() => 'client' in window || 'refused' in window)
  expect((await seenBy(page)).refused).toMatch(/401|Unauthorized|expired|Session/i)
  expect((await seenBy(page, true)).refused).toBeTruthy()
  await page.context().close()
}, 150_000)

test('what was left unticked is not read', async () => {
  const page = await tab(await served.signedIn(key))
  await page.goto(`${site.origin}/start`)
  await page.getByLabel('検査結果', { exact: true }).uncheck()
  await letIn(page, /記録を見せますか/)
  expect((await seenBy(page)).refused).toMatch(/403|Forbidden/)
  await page.context().close()
}, 90_000)

test('from a chart: the app begins with that patient', async () => {
  const id = 'doctor'
  const about = {
    id,
    loginName: id,
    name: '青山 春樹',
    role: 'physician' as const,
    institutionNumber: HOSPITAL,
    passwordHash: '',
    totpSecret: '',
  }
  await insertStaff(served.db, about)
  const page = await tab(await startSession(served.db, new Date(), { kind: 'staff', id, provenBy: 'passkey' }))
  await page.goto(`${served.origin}/clinic/patients/${key}`)
  await page.getByText(/^アプリで開く/).click()
  await page.getByRole('button', { name: 'からだ手帳で開く' }).click()
  await letIn(page, /患者の記録を見せますか/)
  const seen = await seenBy(page)
  expect(seen).toMatchObject({ patient: key, values: [120] })
  expect(seen.scope).not.toContain('launch/patient')
  await page.context().close()
}, 90_000)
