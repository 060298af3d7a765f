/** The reader's screen in a real browser: card, PIN, choice, done; and what an eye without a mouse finds there. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'
import { sql } from 'kysely'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../../tests/harness/browser.ts'
import { axeFindings, WCAG } from '../../ui/testing/axe.ts'
import { buildStaticFiles } from '../../ui/testing/browser.ts'
import { withoutPinMessage } from '../../adapters/mynumber-card/without-pin.ts'
import { CLINIC, cover, type Desk, openDesk } from './desk.fixture.ts'
import type { CardVerifier } from './index.ts'
import { drawn, widerThanScreen } from '../../ui/testing/drawn.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const publicKey = createPublicKey(createPrivateKey(privateKeyPem))

/** Cards by their number in the demo's list; each is linked to somebody except the last, which nobody has registered. */
const CARDS = { 1: 'browser', 2: 'second', 3: 'lost', 4: 'stranger' } as const

/** As the real check: the signature must be the card's own over our challenge, or over what is signed without the PIN. */
const signed: CardVerifier = {
  async check({ certificatePem, signature, challenge, withoutPinAt }) {
    const message = withoutPinAt === undefined ? challenge : withoutPinMessage(withoutPinAt, challenge)
    return verify('sha256', message, publicKey, signature)
      ? { serial: certificatePem.slice('card:'.length), issuer: 'issuer' }
      : { refused: 'signature-invalid', ja: '応答が違います。', en: 'Wrong answer.' }
  },
}

const TYPES: Record<string, string> = { css: 'text/css', js: 'text/javascript', woff2: 'font/woff2', svg: 'image/svg+xml' }

let desk: Desk
let browser: Browser
let dist: string
let origin: string
let key: string
let secondKey: string

beforeAll(async () => {
  desk = await openDesk(signed)
  key = (await desk.enter({ birthDate: '1941-05-05', coverages: [cover] }, 'browser')).key
  secondKey = (await desk.enter({ birthDate: '1941-05-05', coverages: [{ ...cover, number: '124' }] }, 'second')).key
  const { personId } = await desk.enter({ birthDate: '1941-05-05', coverages: [] }, 'lost')
  dist = await buildStaticFiles()
  await build({
    entryPoints: [join(import.meta.dirname, '../../ui/islands/reader.ts')],
    outdir: join(dist, 'islands'),
    bundle: true,
    format: 'esm',
    logLevel: 'silent',
  })
  const serveFile = async (path: string) => ({
    type: TYPES[path.split('.').at(-1) ?? ''] ?? 'text/plain',
    body: await readFile(join(dist, path)),
  })
  for (const folder of ['assets', 'islands'])
    desk.app.get(`/${folder}/*`, async (request, reply) => {
      const { type, body } = await serveFile(`${folder}/${(request.params as { '*': string })['*']}`)
      return reply.header('content-type', type).send(body)
    })
  desk.app.get('/demo/cards', async () => ({
    cards: Object.entries(CARDS).map(([n, serial]) => ({ n: Number(n), name: `山田 花子 ${serial}`, birthDate: '1941-05-05' })),
  }))
  for (const [n, serial] of Object.entries(CARDS))
    desk.app.get(`/demo/cards/${n}`, async () => ({ certificatePem: `card:${serial}`, privateKeyPem, pin: '1234' }))
  // After the routes: a server that answered once takes no more of them.
  const operator = await desk.browser('operator')
  await operator.post('/operator/cards', { serial: 'lost', issuer: 'issuer', personId, act: 'stop' })
  await desk.app.listen({ port: 0, host: '127.0.0.1' })
  origin = `http://localhost:${(desk.app.server.address() as AddressInfo).port}`
  browser = await openBrowser()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await desk?.close()
  if (dist) await rm(dist, { recursive: true })
})

async function openReader(viewport: { width: number; height: number }, lang: 'ja' | 'en' = 'ja', clock?: Date): Promise<Page> {
  const context = await browser.newContext({ viewport })
  const [name, value] = (await desk.clerkCookie()).split('=') as [string, string]
  await context.addCookies([{ name, value, url: origin }])
  const page = await context.newPage()
  page.setDefaultTimeout(8000)
  if (clock) await page.clock.install({ time: clock })
  await page.goto(`${origin}/reader?lang=${lang}`)
  await page.locator('option[value="1"]').waitFor({ state: 'attached' })
  return page
}

const on = (page: Page, name: string) => page.locator(`[data-reader-panel="${name}"]:not([hidden])`)
const press = (page: Page, act: string) => page.click(`[data-reader-panel]:not([hidden]) [data-reader-act="${act}"]`)

async function placeCard(page: Page, n: keyof typeof CARDS = 1): Promise<void> {
  await page.selectOption('#field-card', String(n))
  await page.click('[data-reader-panel="card"] button[type="submit"]')
  await on(page, 'way').waitFor()
}

async function typePin(page: Page, pin: string): Promise<void> {
  for (const digit of pin) await page.click(`[data-reader-digit="${digit}"]`)
  await page.click('[data-reader-panel="pin"] button[type="submit"]')
}

/** What the person presses is on the screen without scrolling. */
async function fits(page: Page): Promise<string[]> {
  await drawn(page)
  const { height } = page.viewportSize()!
  return page.evaluate(
    (bottom) =>
      [...document.querySelectorAll<HTMLElement>('[data-reader] button')]
        .filter((button) => button.offsetParent !== null && button.getBoundingClientRect().bottom > bottom)
        .map((button) => `${button.textContent} ends at ${Math.round(button.getBoundingClientRect().bottom)} of ${bottom}`),
    height,
  )
}

const shots = process.env.ENISHI_SHOTS
const shot = async (page: Page, name: string) =>
  void (shots && (await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })))

const grantsOf = async (whose: string) =>
  (
    await sql<{ kind: string }>`select kind from consent.grant_fact where key = ${whose} and withdrawn_at is null order by kind`.execute(
      desk.db,
    )
  ).rows.map((row) => row.kind)
/** What the person shows beyond this visit. */
const goingOn = async (whose: string) =>
  (
    await sql<{
      kind: string
    }>`select kind from consent.grant_fact where key = ${whose} and basis = 'standing' and withdrawn_at is null`.execute(desk.db)
  ).rows.map((row) => row.kind)

test.each([
  ['ja', 1440, 900],
  ['en', 390, 844],
  ['ja', 390, 844],
  ['ja', 1080, 1920],
] as const)(
  'PIN, one kind after the other, done: %s at %d wide',
  async (lang, width, height) => {
    const page = await openReader({ width, height }, lang)
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    const wrong: string[] = []
    const look = async (name: string) => {
      await shot(page, `reader-${width}-${lang}-${name}`)
      for (const finding of [...(await fits(page)), ...(await axeFindings(page, WCAG))]) wrong.push(`${name}: ${finding}`)
    }
    await look('1-card')
    await page.click('[data-reader-panel="card"] button[type="submit"]')
    // No card is on the reader.
    await page.locator('[data-reader-alert] .banner').waitFor()
    await placeCard(page)
    await look('2-way')
    await press(page, 'pin')
    await typePin(page, '12')
    expect(await page.locator('[data-reader-alert] .banner').count(), 'two digits').toBe(1)
    await page.click('[data-reader-digit="delete"]')
    await page.click('[data-reader-digit="delete"]')
    await look('3-pin')
    for (const left of ['2', '1']) {
      await typePin(page, '9999')
      await page.locator('[data-reader-alert]').getByText(left, { exact: false }).or(page.getByText('One more')).first().waitFor()
    }
    await look('4-wrong')
    await typePin(page, '1234')
    await on(page, 'choose').waitFor()
    expect(await page.locator('[data-reader-name]').textContent()).toContain('山田 花子')
    await look('5-choose')
    await press(page, 'some')
    await look('6-kind')
    await press(page, 'kind-yes')
    await page.click('[data-reader-act="back"]')
    await on(page, 'kind-diagnosis').waitFor()
    for (let i = 0; i < 7; i++)
      await press(page, (await page.locator('[data-reader-panel="kind-test-result"]:not([hidden])').count()) ? 'kind-yes' : 'kind-no')
    await on(page, 'done').waitFor()
    await look('7-done')
    expect(await page.locator('[data-reader-allowed] li').count()).toBe(1)
    expect(await grantsOf(key)).toEqual(['test-result'])
    await page.click('[data-reader-act="call"]')
    await on(page, 'help').waitFor()
    await look('8-help')
    await press(page, 'go-on')
    await on(page, 'done').waitFor()
    // Nobody is led there: who wishes to go on showing says so, and may think better of it.
    await press(page, 'longer')
    await look('9-longer')
    await press(page, 'longer-no')
    await on(page, 'done').waitFor()
    expect(await goingOn(key)).toEqual([])
    await press(page, 'longer')
    await press(page, 'longer-3')
    await on(page, 'done').waitFor()
    await look('10-goes-on')
    expect(await page.locator('[data-reader-act="longer"]:visible').count()).toBe(0)
    expect(await goingOn(key)).toEqual(['test-result'])
    await sql`update consent.grant_fact set withdrawn_at = given_at where key = ${key}`.execute(desk.db)
    expect(await widerThanScreen(page)).toBeLessThanOrEqual(0)
    expect([wrong, faults]).toEqual([[], []])
    await press(page, 'finish')
    await on(page, 'card').waitFor()
    expect(await page.locator('[data-reader-name]').textContent()).toBe('')
    await page.context().close()
  },
  60_000,
)

test('by keyboard alone, from the card to the end', async () => {
  const page = await openReader({ width: 1440, height: 900 })
  const focused = () =>
    page.evaluate(() => {
      const element = document.activeElement
      return element?.getAttribute('data-reader-act') || element?.id || element?.tagName
    })
  await page.focus('#field-card')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await on(page, 'way').waitFor()
  await page.keyboard.press('Escape')
  await on(page, 'card').waitFor()
  for (let i = 0; i < 3 && (await focused()) !== 'BUTTON'; i++) await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await on(page, 'way').waitFor()
  await page.keyboard.press('Tab')
  expect(await focused()).toBe('pin')
  await page.keyboard.press('Enter')
  await on(page, 'pin').waitFor()
  expect(await focused(), 'digits can be typed at once').toBe('field-pin')
  await page.keyboard.type('1234')
  await page.keyboard.press('Enter')
  await on(page, 'choose').waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  await on(page, 'done').waitFor()
  expect(await page.locator('[data-reader-allowed] li').count()).toBe(7)
  await page.context().close()
})

test('locked after three wrong PINs: the reader says so and another way is open; the staff look, and the person goes on', async () => {
  const page = await openReader({ width: 1440, height: 900 })
  await placeCard(page, 2)
  await press(page, 'pin')
  for (let i = 0; i < 3; i++) {
    await typePin(page, '0000')
    if (i < 2) await page.locator('[data-reader-alert] .banner').waitFor()
  }
  await on(page, 'locked').waitFor()
  await shot(page, 'reader-locked')
  expect([await fits(page), await axeFindings(page, WCAG)]).toEqual([[], []])
  await press(page, 'face')
  await press(page, 'face-no')
  await page.locator('[data-reader-alert] .banner').waitFor()
  await shot(page, 'reader-face-no')
  await press(page, 'look')
  await on(page, 'look').waitFor()
  await shot(page, 'reader-look')
  expect(await axeFindings(page, WCAG)).toEqual([])
  const nurse = await desk.browser('nurse')
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const [name, value] = nurse.cookie.split('=') as [string, string]
  await context.addCookies([{ name, value, url: origin }])
  const staff = await context.newPage()
  await staff.goto(`${origin}/desk/waiting`)
  await shot(staff, 'waiting')
  expect(await axeFindings(staff, WCAG)).toEqual([])
  await staff.click('button[value="yes"]')
  await staff.waitForURL('**/desk/waiting')
  await context.close()
  await on(page, 'choose').waitFor()
  await press(page, 'none')
  await on(page, 'done').waitFor()
  expect(await grantsOf(secondKey)).toEqual([])
  const { rows } = await sql<{ proven_by: string; vouched_by: string }>`
    select proven_by, vouched_by from eligibility.reader_session where person_key = ${secondKey}`.execute(desk.db)
  expect(rows).toEqual([{ proven_by: 'visual', vouched_by: 'nurse' }])
  await page.context().close()
})

test('a face that matches opens the same way, and back leads to the other ways', async () => {
  const page = await openReader({ width: 390, height: 844 })
  await placeCard(page)
  await press(page, 'face')
  await page.click('[data-reader-act="back"]')
  await on(page, 'way').waitFor()
  await press(page, 'face')
  await shot(page, 'reader-face-phone')
  expect([await fits(page), await axeFindings(page, WCAG)]).toEqual([[], []])
  await press(page, 'face-yes')
  await on(page, 'choose').waitFor()
  await page.context().close()
})

test('a lost card and a card of nobody: what to do next, and the old card takes over the new one', async () => {
  const page = await openReader({ width: 390, height: 844 })
  await placeCard(page, 3)
  await press(page, 'face')
  await press(page, 'face-yes')
  await on(page, 'problem').waitFor()
  expect(await page.locator('[data-reader-problem]').textContent()).toContain('止められています')
  await press(page, 'finish')
  await page.locator('option[value="4"]').waitFor({ state: 'attached' })
  await placeCard(page, 4)
  await press(page, 'pin')
  await typePin(page, '1234')
  await on(page, 'unlinked').waitFor()
  await shot(page, 'reader-unlinked')
  expect([await fits(page), await axeFindings(page, WCAG)]).toEqual([[], []])
  await press(page, 'old-card')
  await page.selectOption('#field-card', '1')
  await page.click('[data-reader-panel="card"] button[type="submit"]')
  await typePin(page, '1234')
  await on(page, 'replaced').waitFor()
  await press(page, 'finish')
  await page.locator('option[value="4"]').waitFor({ state: 'attached' })
  await placeCard(page, 4)
  await press(page, 'face')
  await press(page, 'face-yes')
  await on(page, 'choose').waitFor()
  expect(await page.locator('[data-reader-name]').textContent()).toContain('山田 花子')
  await page.context().close()
})

test('without the network nothing is lost: the same press goes on once it is back', async () => {
  const page = await openReader({ width: 1440, height: 900 })
  await placeCard(page, 4)
  await press(page, 'pin')
  for (const cut of ['**/reader/sessions', '**/reader/sessions/*/card']) {
    await page.route(cut, (route) => (cut.endsWith('card') ? route.fetch().then(() => route.abort()) : route.abort()))
    if (cut === '**/reader/sessions') await typePin(page, '1234')
    else await page.click('[data-reader-panel="pin"] button[type="submit"]')
    await page.locator('[data-reader-alert] .banner').waitFor()
    expect(await page.inputValue('#field-pin'), 'the PIN need not be typed again').toBe('1234')
    await page.unroute(cut)
  }
  await page.click('[data-reader-panel="pin"] button[type="submit"]')
  await on(page, 'choose').waitFor()
  const before = await sql<{ n: number }>`select count(*) as n from consent.consent where key = ${key}`.execute(desk.db)
  await page.route('**/consent', (route) => route.fetch().then(() => route.abort()))
  await press(page, 'all')
  await page.locator('[data-reader-alert] .banner').waitFor()
  await page.unroute('**/consent')
  await press(page, 'all')
  await on(page, 'done').waitFor()
  const after = await sql<{ n: number }>`select count(*) as n from consent.consent where key = ${key}`.execute(desk.db)
  expect(after.rows[0]!.n - before.rows[0]!.n, 'one answer, however often it was sent').toBe(1)
  await page.context().close()
})

test('nobody there: the screen asks first, and empties itself only without an answer; a clock years ahead plays no part', async () => {
  const page = await openReader({ width: 1440, height: 900 }, 'ja', new Date('2031-01-01T00:00:00Z'))
  await placeCard(page, 4)
  await press(page, 'face')
  await press(page, 'face-yes')
  await on(page, 'choose').waitFor()
  await page.clock.runFor(65_000)
  await on(page, 'still').waitFor()
  await shot(page, 'reader-still')
  await press(page, 'go-on')
  await on(page, 'choose').waitFor()
  await page.clock.runFor(65_000)
  await on(page, 'still').waitFor()
  await page.clock.runFor(65_000)
  await page.waitForFunction(() => document.querySelector('[data-reader-panel="card"]:not([hidden])') !== null)
  expect(await page.locator('[data-reader-name]').textContent()).toBe('')
  await page.context().close()
})

test('high contrast holds on each screen', async () => {
  const page = await openReader({ width: 390, height: 844 })
  await page.click('[data-reader-act="contrast"]')
  await placeCard(page, 4)
  await shot(page, 'reader-contrast')
  expect(await axeFindings(page, WCAG)).toEqual([])
  await press(page, 'pin')
  expect(await axeFindings(page, WCAG)).toEqual([])
  await page.context().close()
})

test('the desk’s form and its answer hold nothing for axe to find', async () => {
  const page = await openReader({ width: 1440, height: 900 })
  await page.goto(`${origin}/desk/eligibility`)
  await shot(page, 'desk-1')
  expect(await axeFindings(page, WCAG)).toEqual([])
  for (const [name, value] of Object.entries({ insurerNumber: '1130012', symbol: '21700001', number: '123', birthDate: '1941-05-05' }))
    await page.fill(`#field-${name}`, value)
  await page.keyboard.press('Enter')
  await page.locator('.banner').waitFor()
  await shot(page, 'desk-2')
  expect(await axeFindings(page, WCAG)).toEqual([])
  await page.context().close()
})

test.each([
  ['ja', 1440, 900],
  ['en', 390, 844],
] as const)('the pages of the desk: %s at %d wide', async (lang, width, height) => {
  const page = await openReader({ width, height }, lang)
  const operator = await desk.browser('operator')
  await sql`insert into consent.relation (key, institution_number, since) values (${key}, ${CLINIC}, ${desk.clock.at}) on conflict do nothing`.execute(
    desk.db,
  )
  for (const [month, rate] of [
    ['2026-06', 38.5],
    ['2026-07', 41.25],
    ['2026-08', 47],
  ])
    await operator.post('/operator/card-use', { institutionNumber: CLINIC, month, rate })
  for (const [name, path] of [
    ['card-use', '/clinic/card-use'],
    ['card-use-paediatric', '/clinic/card-use?paediatric=1'],
    ['chart-numbers', `/desk/chart-numbers?patient=${key}`],
    ['waiting-none', '/desk/waiting'],
  ] as const) {
    await page.goto(`${origin}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`)
    await shot(page, `${name}-${width}-${lang}`)
    expect(await axeFindings(page, WCAG), name).toEqual([])
    expect(await widerThanScreen(page), name).toBeLessThanOrEqual(0)
  }
  const [name, value] = operator.cookie.split('=') as [string, string]
  const clerk = await page.context().cookies()
  await page.context().addCookies([{ name, value, url: origin }])
  await page.goto(`${origin}/operator/card-use?lang=${lang}`)
  await page.fill('#field-institutionNumber', CLINIC)
  await page.fill('#field-rate', '48.25')
  await page.keyboard.press('Enter')
  await page.locator('.banner').waitFor()
  await shot(page, `card-use-entry-${width}-${lang}`)
  expect(await axeFindings(page, WCAG)).toEqual([])
  await page.context().addCookies(clerk)
  await page.goto(`${origin}/desk/chart-numbers?lang=${lang}`)
  await page.fill(
    '#field-lines',
    '診察券番号,保険者番号,記号,番号,枝番,生年月日\nT-9,1130012,21700001,123,,1941-05-05\nT-10,1130012,21700001,999,,1941-05-05',
  )
  await page.click('form[action="/desk/chart-numbers/$import"] button')
  await page.locator('.banner').waitFor()
  await shot(page, `chart-import-${width}-${lang}`)
  expect(await axeFindings(page, WCAG)).toEqual([])
  await page.context().close()
})
