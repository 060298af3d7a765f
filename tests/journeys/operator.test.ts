/** The operator's journey: a new pharmacy, its first pharmacist, its system; and what a facility's administrator sees. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call } from '../../app/tour/client.ts'
import { dpopKey } from '../clients/dpop.fixture.ts'
import { openBrowser } from '../harness/browser.ts'
import { type Demo, type DemoStaff, openRegion, type Region } from './region.ts'
import { DESK, openScreen, PHONE, type Screen, signInAsStaff } from './screen.ts'

const SHOTS = process.env.ENISHI_SHOTS
const NUMBER = '1340000996'

let region: Region
let browser: Browser
let demo: Demo
let screen: Screen
const page = () => screen.page

beforeAll(async () => {
  region = await openRegion()
  demo = region.demo
  browser = await openBrowser()
  if (SHOTS) await mkdir(SHOTS, { recursive: true })
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await region?.close()
})

const inRole = (role: string): DemoStaff => demo.staff.find((s) => s.role === role)!
const shot = async (name: string) => {
  if (SHOTS) await page().screenshot({ path: join(SHOTS, `operator-${name}.png`), fullPage: true })
}

async function signedIn(role: string, options: Parameters<typeof openScreen>[2] = {}) {
  screen = await openScreen(browser, demo, { viewport: DESK, lang: 'ja', ...options })
  await signInAsStaff(page(), inRole(role))
  await page().waitForURL('**/operator')
}

test('an operator registers a pharmacy, invites its pharmacist and registers its system, whose key then gets a token', async () => {
  await signedIn('operator')
  await shot('home')
  await whenThePharmacyIsRegistered()
  const invitation = await whenThePharmacistIsInvited()
  await thenTheInvitationOpens(invitation)
  const key = await whenItsSystemIsRegistered()
  await thenTheKeyGetsAToken(key)
  await thenThePageSaysWhenTheKeyWasUsed()
  expect(screen.complaints()).toEqual([])
  await screen.close()
}, 90_000)

async function whenThePharmacyIsRegistered() {
  await page().click('nav a[href="/operator/facilities"]')
  await shot('facilities')
  await page().click('a[href="/operator/facilities/new"]')
  await page().selectOption('#field-kind', 'clinic')
  await page().fill('#field-institutionNumber', NUMBER)
  await page().fill('#field-name', '縁の森薬局')
  await page().fill('#field-nameEn', 'Enishi Forest Pharmacy')
  await page().click('main form button.button-primary')
  expect(await page().locator('.error-summary').textContent()).toContain('点数表番号')
  expect(await page().inputValue('#field-name'), 'what was typed stays').toBe('縁の森薬局')
  await shot('facility-refused')
  screen.complaints()
  await page().selectOption('#field-kind', 'pharmacy')
  await page().click('main form button.button-primary')
  await page().waitForURL(`**/operator/facilities/${NUMBER}`)
  await shot('facility')
}

async function whenThePharmacistIsInvited(): Promise<string> {
  await page().click(`a[href="/operator/facilities/${NUMBER}/staff/new"]`)
  await shot('staff-new')
  await page().fill('#field-name', '森野 薫')
  await page().fill('#field-nameKana', 'モリノ カオル')
  await page().fill('#field-loginName', 'mori-morino')
  await page().selectOption('#field-role', 'pharmacist')
  await page().selectOption('#field-licenceKind', 'pharmacist')
  await page().fill('#field-licenceNumber', '123456')
  await page().fill('#field-licenceFrom', '2012-04-01')
  await page().click('main form button.button-primary')
  const link = await page().locator('a[href*="/sign-in/invitation/"]').getAttribute('href')
  expect(await page().locator('main img').getAttribute('src')).toMatch(/^data:image\/svg\+xml/)
  await shot('invitation')
  await page().locator('main a.button').click()
  expect(await page().locator('h1').textContent()).toBe('森野 薫')
  await shot('staff')
  return link!
}

async function thenTheInvitationOpens(link: string) {
  const stranger = await openScreen(browser, demo, { lang: 'ja' })
  const answer = await stranger.page.goto(new URL(link).pathname)
  expect(answer?.status()).toBe(200)
  await stranger.close()
}

async function whenItsSystemIsRegistered() {
  const { publicKey, privateKey } = await generateKeyPair('ES384', { extractable: true })
  const named = { kid: 'mori-1', alg: 'ES384' }
  await page().goto(`/operator/clients/new?facility=${NUMBER}`)
  await page().fill('#field-clientId', 'mori-pharmacy')
  await page().fill('#field-name', '薬局システム')
  await page().fill('#field-keys', JSON.stringify({ keys: [{ ...(await exportJWK(privateKey)), ...named }] }))
  await page().click('main form button.button-primary')
  expect(await page().locator('.error-summary').textContent()).toContain('秘密鍵')
  expect(await page().inputValue('#field-keys'), 'the private key is not shown again').toBe('')
  await shot('client-private-key')
  screen.complaints()
  await page().fill('#field-keys', JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), ...named }] }))
  await page().click('main form button.button-primary')
  await page().waitForURL('**/operator/clients/mori-pharmacy')
  expect(await page().locator('pre.code').textContent()).toContain('mori-pharmacy')
  await shot('client')
  return privateKey
}

async function thenTheKeyGetsAToken(key: CryptoKey) {
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg: 'ES384', typ: 'JWT', kid: 'mori-1' })
    .setIssuer('mori-pharmacy')
    .setSubject('mori-pharmacy')
    .setAudience(demo.tokenEndpoint)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime('2m')
    .sign(key)
  const form = {
    grant_type: 'client_credentials',
    client_assertion: assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  }
  const dpop = await dpopKey()
  const reply = await fetch(demo.tokenEndpoint, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { DPoP: await dpop.proof('POST', demo.tokenEndpoint) },
  })
  expect([reply.status, await reply.json()]).toEqual([200, expect.objectContaining({ token_type: 'DPoP', scope: 'system/*.cruds' })])
}

async function thenThePageSaysWhenTheKeyWasUsed() {
  await page().reload()
  expect(await page().locator('td[data-label="最後の使用"]').textContent()).not.toContain('まだない')
}

test('an administrator sees the own hospital alone', async () => {
  await signedIn('administrator', { lang: 'en', viewport: PHONE })
  await shot('administrator-home-phone-en')
  await page().goto('/operator/facilities')
  expect(await page().locator('tbody tr').count()).toBe(1)
  await page().locator('tbody a').first().click()
  await shot('administrator-facility-phone-en')
  expect((await page().goto(`/operator/facilities/${NUMBER}`))?.status()).toBe(404)
  await page().goto('/operator/import')
  await shot('import-phone-en')
  const cookie = (await screen.context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  expect((await call(`${demo.baseUrl}/operator/people`, { cookie })).status).toBe(403)
  await screen.close()
}, 60_000)
