/** The reader's screen in a real browser: card, PIN, choice, done; and what an eye without a mouse finds there. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'
import { sql } from 'kysely'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../../tests/harness/browser.ts'
import { buildStaticFiles } from '../../ui/testing/browser.ts'
import { cover, type Desk, openDesk } from './desk.fixture.ts'
import type { CardVerifier } from './index.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const content = { certificatePem: 'card:browser', privateKeyPem, pin: '1234' }

/** As the real check: the signature must be the card's own over our challenge. */
const signed: CardVerifier = {
  async check({ signature, challenge }) {
    const good = verify('sha256', challenge, createPublicKey(createPrivateKey(privateKeyPem)), signature)
    return good ? { serial: 'browser', issuer: 'issuer' } : { refused: 'signature-invalid', ja: '応答が違います。', en: 'Wrong answer.' }
  },
}

const TYPES: Record<string, string> = { css: 'text/css', js: 'text/javascript', woff2: 'font/woff2', svg: 'image/svg+xml' }

let desk: Desk
let browser: Browser
let dist: string
let origin: string
let key: string

beforeAll(async () => {
  desk = await openDesk(signed)
  key = (await desk.enter({ birthDate: '1941-05-05', coverages: [cover] }, 'browser')).key
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
  desk.app.get('/demo/cards', async () => ({ cards: [{ n: 1, name: '山田 花子', birthDate: '1941-05-05' }] }))
  desk.app.get('/demo/cards/1', async () => content)
  await desk.app.listen({ port: 0, host: '127.0.0.1' })
  origin = `http://localhost:${(desk.app.server.address() as AddressInfo).port}`
  browser = await openBrowser()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await desk?.close()
  if (dist) await rm(dist, { recursive: true })
})

async function openReader(viewport: { width: number; height: number }, lang: 'ja' | 'en' = 'ja'): Promise<Page> {
  const context = await browser.newContext({ viewport })
  const [name, value] = (await desk.clerkCookie()).split('=') as [string, string]
  await context.addCookies([{ name, value, url: origin }])
  const page = await context.newPage()
  await page.goto(`${origin}/reader?lang=${lang}`)
  await page.locator('option[value="1"]').waitFor({ state: 'attached' })
  return page
}

async function placeCard(page: Page, pin: string): Promise<void> {
  await page.selectOption('#field-card', '1')
  await page.fill('#field-pin', pin)
  await page.keyboard.press('Enter')
}

/** Violations as 'rule: element'. The policy of the page refuses injected script, so axe is run past it. */
async function violations(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  await session.send('Runtime.evaluate', { expression: axe })
  const { result } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document, { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] } }).then((r) => r.violations.flatMap((v) => v.nodes.map((n) => v.id + ': ' + n.html.slice(0, 120))))`,
    awaitPromise: true,
    returnByValue: true,
  })
  return result.value as string[]
}

const shots = process.env.ENISHI_SHOTS
const shot = async (page: Page, name: string) =>
  void (shots && (await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })))

test.each([
  ['ja', 1440, 900],
  ['en', 390, 844],
] as const)('card, choice, done: %s at %d wide', async (lang, width, height) => {
  const page = await openReader({ width, height }, lang)
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  await shot(page, `reader-1-${lang}`)
  expect(await violations(page)).toEqual([])
  await placeCard(page, '9999')
  await page.locator('[data-reader-alert] .banner').waitFor()
  await shot(page, `reader-1-wrong-${lang}`)
  await placeCard(page, '1234')
  await page.locator('[data-reader-panel="choose"]').waitFor({ state: 'visible' })
  expect(await page.locator('[data-reader-name]').textContent()).toContain('山田 花子')
  await shot(page, `reader-2-${lang}`)
  expect(await violations(page)).toEqual([])
  await page.click('button[value="chosen"]')
  expect(await page.locator('[data-reader-alert] .banner').count()).toBe(1)
  await page.check('#field-kind-test-result')
  await page.click('button[value="chosen"]')
  await page.locator('[data-reader-panel="done"]').waitFor({ state: 'visible' })
  await shot(page, `reader-3-${lang}`)
  expect(await page.locator('[data-reader-allowed] li').count()).toBe(1)
  const live = await sql<{ kind: string }>`select kind from consent.grant_fact where key = ${key} and withdrawn_at is null`.execute(desk.db)
  expect(live.rows).toEqual([{ kind: 'test-result' }])
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  expect(faults).toEqual([])
  await page.context().close()
})

test('the desk’s form and its answer hold nothing for axe to find', async () => {
  const page = await openReader({ width: 1440, height: 900 })
  await page.goto(`${origin}/desk/eligibility`)
  await shot(page, 'desk-1')
  expect(await violations(page)).toEqual([])
  for (const [name, value] of Object.entries({ insurerNumber: '1130012', symbol: '21700001', number: '123', birthDate: '1941-05-05' }))
    await page.fill(`#field-${name}`, value)
  await page.keyboard.press('Enter')
  await page.locator('.banner').waitFor()
  await shot(page, 'desk-2')
  expect(await violations(page)).toEqual([])
  await page.context().close()
})
