/** Passkeys in a real browser, with the virtual authenticator of its developer tools: people, staff, desks, the keyboard alone. */
import { generateKeyPairSync, verify } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashPassword, setStaffSecrets } from '#care/person'
import { citizenRoutes } from '#portals/citizen'
import { clinicianRoutes } from '#portals/clinician'
import { openBrowser } from '../../tests/harness/browser.ts'
import { type FrontDoor, openFrontDoor, PASSWORD, TOTP_SECRET } from './front-door.fixture.ts'
import type { CardCheck, DemoDoor } from './index.ts'
import { issueStaffInvitation } from './recovery/service.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const card = {
  certificatePem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  pin: '1234',
}
const cards: CardCheck = {
  check: async ({ certificatePem, signature, challenge }) =>
    verify('sha256', challenge, certificatePem, signature)
      ? { serial: '0', issuer: 'issuer' }
      : { refused: 'signature-invalid', ja: '応答が違います。', en: 'Wrong answer.' },
}
const demo: DemoDoor = {
  cards: () => [{ n: 0, name: '山川 花子', birthDate: '1958-04-12' }],
  card: () => card,
  staff: () => [{ loginName: 'yamada', name: '山田 太郎', role: 'physician', institutionName: 'B診療所' }],
  staffSecret: () => ({ password: PASSWORD, totpSecret: TOTP_SECRET }),
}

let door: FrontDoor
let browser: Browser
let origin: string
let axe: string
let islands: Map<string, string>

const ISLANDS = ['card-sign-in', 'demo-staff', 'passkey', 'keyboard']

beforeAll(async () => {
  door = await openFrontDoor({
    demo,
    totpOnce: false,
    cards,
    rows: (services) => [
      ...citizenRoutes({ ...services, demo: true, baseUrl: 'http://localhost:8080' }),
      ...clinicianRoutes({ ...services, demo: true, baseUrl: 'http://localhost:8080' }),
    ],
  })
  await door.person('山川 花子', '0')
  origin = (await door.app.listen({ port: 0, host: '127.0.0.1' })).replace('127.0.0.1', 'localhost')
  const built = await build({
    entryPoints: ISLANDS.map((name) => join(import.meta.dirname, '../../ui/islands', `${name}.ts`)),
    outdir: '/',
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
  })
  islands = new Map(built.outputFiles.map((file) => [file.path.split('/').at(-1) ?? '', file.text]))
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  browser = await openBrowser()
}, 90_000)

afterAll(async () => {
  await browser?.close()
  await door?.close()
})

type Desk = { page: Page; devtools: CDPSession; authenticatorId: string; close(): Promise<void> }

/** A browser with an authenticator of its own, which checks its holder and says yes. */
async function openDesk(lang: 'ja' | 'en' = 'ja'): Promise<Desk> {
  const context = await browser.newContext({ locale: lang === 'ja' ? 'ja-JP' : 'en-GB' })
  await context.addCookies([{ name: 'enishi_lang', value: lang, url: origin }])
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  await page.route(/\/(assets|islands)\//, (route) => {
    const body = islands.get(new URL(route.request().url()).pathname.split('/').at(-1) ?? '')
    return body === undefined ? route.fulfill({ status: 200, body: '' }) : route.fulfill({ contentType: 'text/javascript', body })
  })
  const devtools = await context.newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const options = {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  } as const
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', { options })
  return { page, devtools, authenticatorId, close: () => context.close() }
}

async function byCard(page: Page): Promise<void> {
  await page.locator('form[action$="/card"] button:enabled').waitFor()
  await page.locator('#field-card').selectOption('0')
  await expect.poll(() => page.locator('#field-pin').inputValue()).toBe('1234')
  await page.locator('#field-pin').press('Enter')
}

const passkeyButton = (page: Page) => page.locator('button[data-passkey]:enabled')

/** By the page itself: another session of the developer tools that ends would take the authenticator away. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const found = await page.evaluate(async () => {
    const run = (window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe
    return (await run.run()).violations.map((one) => `${one.id}: ${one.nodes[0]?.html}`)
  })
  // Colours come with the style sheets, which the journeys of the whole platform look at.
  return found.filter((one) => !one.startsWith('color-contrast'))
}

test('a person: card, a passkey for the next time, out, in by passkey; a change asks for the card again; a removed one is refused', async () => {
  const { page, close } = await openDesk()
  await page.goto(`${origin}/sign-in`)
  expect(await violations(page)).toEqual([])
  await byCard(page)
  await page.waitForURL(/\/sign-in\/passkey\/offer\?next=%2Fme$/)
  expect(await violations(page)).toEqual([])
  await page.fill('#field-label', '自分の電話')
  await passkeyButton(page).click()
  await page.waitForURL(`${origin}/me`)

  await page.locator('form[action="/sign-out"] button').click()
  await page.goto(`${origin}/sign-in`)
  await passkeyButton(page).click()
  await page.waitForURL(`${origin}/me`)

  await page.goto(`${origin}/me/security`)
  expect(await violations(page)).toEqual([])
  expect(await page.locator('#passkeys').textContent()).toContain('自分の電話')
  expect(await page.locator('#devices').textContent()).toContain('パスキーで')
  expect(await page.locator('button[data-passkey="create"]').count(), 'no change by passkey alone').toBe(0)
  await page.locator('a[href^="/sign-in/again"]').first().click()
  expect(await violations(page)).toEqual([])
  await byCard(page)
  await page.waitForURL(`${origin}/me/security`)
  await page.locator('#passkeys summary').first().click()
  await page.locator('form[action$="/passkeys/remove"] button').click()
  await page.waitForURL(`${origin}/me/security`)
  expect(await page.locator('#lately').textContent()).toContain('「自分の電話」を取り消しました')

  await page.locator('form[action="/sign-out"] button').click()
  await page.goto(`${origin}/sign-in`)
  await passkeyButton(page).click()
  await expect.poll(() => page.locator('[data-passkey-alert]').textContent()).toContain('取り消されています')
  await close()
}, 60_000)

test('a copied passkey is refused in words, and the person finds it on their page', async () => {
  const { page, devtools, authenticatorId, close } = await openDesk('en')
  await page.goto(`${origin}/sign-in`)
  await byCard(page)
  await page.waitForURL(/offer/)
  await passkeyButton(page).click()
  await page.waitForURL(`${origin}/me`)
  const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId })
  const credential = credentials[0]!
  for (let n = 0; n < 2; n++) {
    await page.goto(`${origin}/sign-in`)
    await passkeyButton(page).click()
    await page.waitForURL(`${origin}/me`)
  }
  // The copy counts from where the key was when it was taken.
  await devtools.send('WebAuthn.removeCredential', { authenticatorId, credentialId: credential.credentialId })
  await devtools.send('WebAuthn.addCredential', { authenticatorId, credential: { ...credential, signCount: 0 } })
  await page.goto(`${origin}/sign-in`)
  await passkeyButton(page).click()
  await expect.poll(() => page.locator('[data-passkey-alert]').textContent()).toContain('may have been copied')
  await page.goto(`${origin}/me/security`)
  await page.waitForURL(/\/sign-in\?next/)
  await byCard(page)
  await page.waitForURL(/offer/)
  await page.locator('a', { hasText: 'Later' }).click()
  await page.waitForURL(`${origin}/me/security`)
  expect(await page.locator('main').textContent()).toContain('Another device may hold the same key')
  await close()
}, 60_000)

test('staff, by the keyboard alone: invitation, passkey, work, lock in one key, back in one key', async () => {
  const { page, close } = await openDesk()
  const token = await issueStaffInvitation({ db: door.db, now: door.clock.at }, { staffId: 'staff-1', by: 'administrator' })
  await page.goto(`${origin}/sign-in/invitation`)
  await page.locator('#field-code').focus()
  await page.keyboard.type(token)
  await page.keyboard.press('Enter')
  await page.waitForURL(`${origin}/sign-in/invitation/${token}`)
  expect(await violations(page)).toEqual([])
  await passkeyButton(page).waitFor()
  const reach = async (what: string) => {
    for (let i = 0; i < 40; i++) {
      if (await page.evaluate((selector) => document.activeElement?.matches(selector), what)) return
      await page.keyboard.press('Tab')
    }
    throw new Error(`${what} is not reached by Tab`)
  }
  await reach('button[data-passkey]')
  await page.keyboard.press('Enter')
  await page.waitForURL(`${origin}/clinic`)

  await page.goto(`${origin}/clinic/account`)
  expect(await violations(page)).toEqual([])
  await page.locator('h1').click()
  await page.keyboard.press('q')
  await page.waitForURL(`${origin}/sign-in/locked`)
  expect(await violations(page)).toEqual([])
  expect(await page.locator('body').textContent()).not.toContain('山田')
  await passkeyButton(page).waitFor()
  await page.keyboard.press('p')
  await page.waitForURL(`${origin}/clinic/account`)
  await close()
}, 60_000)

test('staff are offered the passkey in the field for the name too', async () => {
  const { page, close } = await openDesk()
  const asked = page.waitForRequest('**/sign-in/passkey/options')
  await page.goto(`${origin}/sign-in/staff`)
  await asked
  expect(await page.locator('#field-loginName').getAttribute('autocomplete')).toBe('username webauthn')
  expect(await violations(page)).toEqual([])
  await close()
}, 30_000)

test('the second way of staff, from the keyboard: name, password and code', async () => {
  const { page, close } = await openDesk()
  await setStaffSecrets(door.db, 'staff-1', { passwordHash: await hashPassword(PASSWORD), totpSecret: TOTP_SECRET })
  await page.goto(`${origin}/sign-in/staff`)
  await page.fill('#field-loginName', 'yamada')
  await page.fill('#field-password', PASSWORD)
  await page.fill('#field-totp', door.totp())
  await page.keyboard.press('Enter')
  await page.waitForURL(`${origin}/clinic`)
  await close()
}, 30_000)

test('a browser that was told no says what to do, and nothing is lost', async () => {
  const { page, devtools, authenticatorId, close } = await openDesk()
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  await page.goto(`${origin}/sign-in`)
  await passkeyButton(page).click()
  await expect.poll(() => page.locator('[data-passkey-alert]').textContent(), { timeout: 15_000 }).toContain('ほかの方法をお使いください')
  expect(await passkeyButton(page).count()).toBe(1)
  await close()
}, 60_000)

test('the script of passkeys is small', () => expect(islands.get('passkey.js')!.length).toBeLessThan(16 * 1024))
