/** The reader's screen with a card on a reader of its own machine: the page, the bridge program, and an applet that answers like a card. */
import { createPrivateKey, createPublicKey, verify } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'
import { sql } from 'kysely'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createDemoCa, makeCards } from '#adapters/mynumber-card'
import { type Applet, appletSimulator, type Fault, simulatedReader } from '../../adapters/mynumber-card/applet-simulator.ts'
import { type Bridge, startBridge } from '../../adapters/mynumber-card/bridge.ts'
import { apduCard } from '../../adapters/mynumber-card/jpki-applet.ts'
import { openBrowser } from '../../tests/harness/browser.ts'
import { buildStaticFiles } from '../../ui/testing/browser.ts'
import { cover, type Desk, openDesk } from './desk.fixture.ts'
import type { CardVerifier } from './index.ts'
import { drawn } from '../../ui/testing/drawn.ts'

const [content] = await makeCards(await createDemoCa({ now: new Date('2026-11-22T00:00:00Z') }), 1)
const card = content!
const publicKey = createPublicKey(createPrivateKey(card.privateKeyPem))
const signed: CardVerifier = {
  async check({ certificatePem, signature, challenge }) {
    const own = certificatePem.trim() === card.certificatePem.trim() && verify('sha256', challenge, publicKey, signature)
    return own ? { serial: 'chip', issuer: 'issuer' } : { refused: 'signature-invalid', ja: '応答が違います。', en: 'Wrong answer.' }
  },
}
const TYPES: Record<string, string> = { css: 'text/css', js: 'text/javascript', woff2: 'font/woff2', svg: 'image/svg+xml' }
const KIOSK = { width: 1080, height: 1920 }

let desk: Desk
let browser: Browser
let bridge: Bridge
let dist: string
let origin: string
let key: string
let applet: Applet
let fault: Fault | null = null

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

beforeAll(async () => {
  const port = await freePort()
  desk = await openDesk(signed, { bridge: `http://127.0.0.1:${port}` })
  key = (await desk.enter({ birthDate: '1941-05-05', coverages: [cover] }, 'chip')).key
  dist = await buildStaticFiles()
  const entryPoints = [join(import.meta.dirname, '../../ui/islands/reader.ts')]
  await build({ entryPoints, outdir: join(dist, 'islands'), bundle: true, format: 'esm', logLevel: 'silent' })
  for (const folder of ['assets', 'islands'])
    desk.app.get(`/${folder}/*`, async (request, reply) => {
      const path = `${folder}/${(request.params as { '*': string })['*']}`
      return reply.header('content-type', TYPES[path.split('.').at(-1) ?? ''] ?? 'text/plain').send(await readFile(join(dist, path)))
    })
  await desk.app.listen({ port: 0, host: '127.0.0.1' })
  origin = `http://localhost:${(desk.app.server.address() as AddressInfo).port}`
  applet = appletSimulator(card)
  const access = simulatedReader({ ...applet, process: (c) => applet.process(c), reset: () => applet.reset() }, () => fault)
  bridge = await startBridge({ card: apduCard(access), origins: [origin], port })
  browser = await openBrowser()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await bridge?.close()
  await desk?.close()
  if (dist) await rm(dist, { recursive: true })
})

beforeEach(() => {
  fault = null
  applet = appletSimulator(card)
})

let page: Page
const complaints: string[] = []
const on = (name: string) => page.locator(`[data-reader-panel="${name}"]:not([hidden])`).waitFor()

async function givenAScreen({ paired = true, viewport = KIOSK } = {}): Promise<void> {
  complaints.length = 0
  const context = await browser.newContext({ viewport })
  const [name, value] = (await desk.clerkCookie()).split('=') as [string, string]
  await context.addCookies([{ name, value, url: origin }])
  page = await context.newPage()
  page.setDefaultTimeout(8000)
  page.on('console', (message) => /Content Security Policy|refused to connect/i.test(message.text()) && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(`${origin}/reader?lang=ja`)
  if (!paired) return
  await whenTheStaffEnter(bridge.newCode())
  await on('card')
}

async function whenTheStaffEnter(code: string): Promise<void> {
  await on('pair')
  await page.fill('#field-code', code)
  await page.click('[data-reader-panel="pair"] button[type="submit"]')
}
const whenThePersonSaysTheCardIsThere = () => page.click('[data-reader-panel="card"] button[type="submit"]')

async function whenThePersonEnters(pin: string): Promise<void> {
  await on('pin')
  for (const digit of pin) await page.click(`[data-reader-digit="${digit}"]`)
  await page.click('[data-reader-panel="pin"] button[type="submit"]')
}

const thenTheScreenSays = (text: string) => page.getByText(text).first().waitFor()
const shots = process.env.ENISHI_SHOTS
const shot = async (name: string) => void (shots && (await page.screenshot({ path: join(shots, `bridge-${name}.png`), fullPage: true })))
const thenEverythingFits = async () => {
  await drawn(page)
  const beyond = await page.evaluate(
    (bottom) =>
      [...document.querySelectorAll<HTMLElement>('[data-reader] button')].filter(
        (button) => button.offsetParent !== null && button.getBoundingClientRect().bottom > bottom,
      ).length,
    page.viewportSize()!.height,
  )
  expect(beyond).toBe(0)
}

describe('the staff set the screen up', () => {
  test('once, by the code that the bridge shows; a wrong code says so, and the next opening needs none', async () => {
    await givenAScreen({ paired: false })
    await whenTheStaffEnter('00000000')
    await thenTheScreenSays('つなぐための番号が違うか、期限が切れています')
    await shot('pair')
    await thenEverythingFits()
    await whenTheStaffEnter(bridge.newCode())
    await on('card')
    await page.reload()
    await on('card')
    expect(await page.locator('#field-card').count(), 'no demo cards are offered').toBe(0)
    await page.context().close()
  })

  test('only the reader’s page may ask the bridge', async () => {
    const { cookie } = await desk.browser('clerk')
    const policyOf = async (url: string) =>
      String((await desk.app.inject({ url, headers: { cookie, accept: 'text/html' } })).headers['content-security-policy'])
    expect(await policyOf('/reader')).toContain(`connect-src 'self' http://127.0.0.1:${bridge.port};`)
    expect(await policyOf('/desk/eligibility')).not.toContain('127.0.0.1')
  })
})

describe('a person of 85 with a card', () => {
  test('places it, enters the PIN, and is received', async () => {
    await givenAScreen()
    await shot('card')
    await whenThePersonSaysTheCardIsThere()
    await on('pin')
    await shot('pin')
    await thenEverythingFits()
    await whenThePersonEnters(card.pin)
    await on('choose')
    expect(await page.locator('[data-reader-name]').textContent()).toContain('山田 花子')
    await page.click('[data-reader-act="all"]')
    await on('done')
    const { rows } = await sql`select 1 from consent.grant_fact where key = ${key} and withdrawn_at is null`.execute(desk.db)
    expect(rows.length).toBe(7)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('is told how many tries are left, and whom to ask when the card locks', async () => {
    await givenAScreen()
    await whenThePersonSaysTheCardIsThere()
    const wrong = card.pin === '0000' ? '1111' : '0000'
    await whenThePersonEnters(wrong)
    await thenTheScreenSays('あと2回ためせます')
    await whenThePersonEnters(wrong)
    await thenTheScreenSays('あと1回です')
    await whenThePersonEnters(wrong)
    await on('locked')
    await page.getByText('市役所', { exact: false }).first().waitFor()
    await shot('locked')
    expect(await page.locator('[data-reader-panel="locked"] [data-reader-act="face"]').count(), 'a plain reader has no camera').toBe(0)
    await page.context().close()
  })

  const table: [string, Fault, 'alert' | 'machine', string][] = [
    ['the card was not there', { kind: 'absent' }, 'alert', '置きなおして'],
    ['the card was taken away while it was read', { kind: 'torn-out', after: 3 }, 'alert', '置きなおして'],
    ['the card says nothing', { kind: 'silent', after: 0 }, 'alert', '置きなおして'],
    [
      'it is another card',
      { kind: 'answers', after: 0, bytes: Uint8Array.from([0x6a, 0x82]) },
      'alert',
      'マイナンバーカードではないようです',
    ],
    ['the reader was unplugged', { kind: 'unplugged', after: 1 }, 'machine', 'いま使えません'],
    ['another program has the card', { kind: 'in-use' }, 'machine', 'いま使えません'],
  ]
  test.each(table)('%s: is told what to do, and can go on', async (_name, what, where, says) => {
    await givenAScreen({ viewport: { width: 1440, height: 900 } })
    fault = what
    await whenThePersonSaysTheCardIsThere()
    if (where === 'alert') await thenTheScreenSays(says)
    else {
      await on('machine')
      expect(await page.locator('[data-reader-machine]').textContent(), 'the staff read what is wrong').not.toBe('')
      await shot('machine')
      await thenEverythingFits()
      await page.click('[data-reader-panel="machine"] [data-reader-act="finish"]')
      await on('card')
    }
    fault = null
    await whenThePersonSaysTheCardIsThere()
    await on('pin')
    await page.context().close()
  })

  test('while the bridge is not running, the staff are asked for', async () => {
    await givenAScreen()
    await page.route('http://127.0.0.1:*/certificate', (route) => route.abort())
    await whenThePersonSaysTheCardIsThere()
    await on('machine')
    expect(await page.locator('[data-reader-machine]').textContent()).toContain('card-bridge')
    await page.context().close()
  })
})
