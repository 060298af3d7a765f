import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { galleryPage } from './index.ts'
import { openBrowser } from '../tests/harness/browser.ts'
import { axeFindings } from './testing/axe.ts'
import { buildStaticFiles, openDocument } from './testing/browser.ts'
import { widerThanScreen } from './testing/drawn.ts'

const PHONE = { width: 390, height: 844 }
const DESK = { width: 1440, height: 900 }
let browser: Browser
let dist: string

beforeAll(async () => {
  dist = await buildStaticFiles()
  browser = await openBrowser()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  if (dist) await rm(dist, { recursive: true })
})

const LOOKS = (['ja', 'en'] as const).flatMap((lang) =>
  (['light', 'dark'] as const).flatMap((colorScheme) =>
    (
      [
        ['staff', DESK],
        ['citizen', PHONE],
        ['kiosk', DESK],
        ['public', { width: 320, height: 640 }],
      ] as const
    ).map(([audience, viewport]) => ({ lang, colorScheme, audience, viewport })),
  ),
)

describe('the gallery of parts', () => {
  test.each(LOOKS)(
    '$lang $audience $colorScheme at $viewport.width: nothing for axe to find, nothing wider than the screen',
    async ({ lang, audience, ...context }) => {
      // axe is injected, which the policy would refuse; the policy has a test of its own.
      const page = await openDocument(browser, dist, galleryPage(lang, audience), { ...context, bypassCSP: true })
      for (const details of await page.locator('details').all()) await details.evaluate((element) => element.setAttribute('open', ''))
      expect(await axeFindings(page)).toEqual([])
      expect(await widerThanScreen(page)).toBeLessThanOrEqual(0)
      await page.context().close()
    },
    60_000,
  )

  test('axe is awake: pale grey words are found', async () => {
    const page = await openDocument(browser, dist, galleryPage('ja'), { viewport: DESK, bypassCSP: true })
    await page.addStyleTag({ content: ':root { --ink: #bbb !important }' })
    expect((await axeFindings(page)).some((found) => found.startsWith('color-contrast'))).toBe(true)
    await page.context().close()
  }, 60_000)

  test('the page lives under the strict policy: nothing refused, nothing asked of another host', async () => {
    const page = await openDocument(browser, dist, galleryPage('ja'), { viewport: DESK })
    const said: string[] = []
    page.on('console', (message) => said.push(message.text()))
    page.on('requestfailed', (request) => said.push(request.url()))
    page.on('request', (request) => {
      if (!request.url().startsWith('http://localhost:8080/')) said.push(request.url())
    })
    await page.reload()
    await page.evaluate(() => document.fonts.ready)
    expect(said).toEqual([])
    expect(await page.evaluate(() => document.fonts.check('700 1rem "Noto Sans JP Variable"', '縁'))).toBe(true)
    await page.context().close()
  }, 60_000)
})

describe('islands', () => {
  test('each is smaller than 6 KB', async () => {
    for (const name of ['keyboard', 'countdown']) expect((await stat(join(dist, 'islands', `${name}.js`))).size).toBeLessThan(6 * 1024)
  })

  test('`/` goes to the search, `?` lists the keys with their names, and single keys can be switched off', async () => {
    const page = await openDocument(browser, dist, galleryPage('ja'), { viewport: DESK })
    await page.keyboard.press('/')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('patient')
    await page.keyboard.type('?p')
    expect(await page.locator('dialog').count(), 'keys typed into a field stay text').toBe(0)

    await page.locator('h1').click()
    await page.keyboard.press('?')
    expect(await page.locator('dialog dl').textContent()).toContain('処方')
    await page.locator('dialog input').check()
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('p')
    // The list opens only after the key before it was dealt with.
    await page.keyboard.press('?')
    await page.locator('dialog[open]').waitFor()
    expect(await page.evaluate(() => location.hash)).not.toBe('#prescribe')

    await page.locator('dialog input').uncheck()
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('p')
    await page.waitForURL('**#prescribe')
    await page.context().close()
  }, 60_000)

  test('a screen nobody touches warns, empties itself and leaves; a touch begins anew', async () => {
    const html = galleryPage('ja', 'kiosk').replace('</head>', '<script type="module" src="/islands/countdown.js"></script></head>')
    const page = await openDocument(browser, dist, html, { viewport: DESK })
    await page.clock.install()
    await page.reload()
    await page.clock.runFor(50_000)
    expect(await page.locator('[data-countdown-left]').textContent()).toBe('あと10秒')
    await page.keyboard.press('Shift')
    await page.clock.runFor(1_000)
    expect(await page.locator('[data-countdown-left]').textContent()).toBe('')
    await page.clock.runFor(60_000)
    await page.waitForURL('http://localhost:8080/')
    await page.context().close()
  }, 60_000)
})
