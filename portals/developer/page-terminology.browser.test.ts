/** The page of standard codes in a real browser: nothing loaded, searching as one types, a code through its editions, without script. */
import { readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { terminologyMigrations, terminologyRoutes, terminologyService } from '#care/terminology'
import { insertStaff } from '#care/person'
import { startSession } from '#kernel/identity'
import { findLayout } from '../../care/terminology/layouts/index.ts'
import { dropMaster, loadMaster } from '../../care/terminology/load.ts'
import { folder, masters, written } from '../../care/terminology/masters.fixture.ts'
import { openBrowser } from '../../tests/harness/browser.ts'
import { careMigrations, CLINIC, openPlatform, type Platform } from '../../tests/harness/platform.ts'
import { axeFindings, WCAG } from '../../ui/testing/axe.ts'
import { buildStaticFiles } from '../../ui/testing/browser.ts'
import { terminologyPages } from './terminology-routes.tsx'
import { widerThanScreen } from '../../ui/testing/drawn.ts'

const TYPES: Record<string, string> = { css: 'text/css', js: 'text/javascript', woff2: 'font/woff2', svg: 'image/svg+xml' }
const KEY = 'http://medis.or.jp/CodeSystem/master-disease-keyNumber'
const into = folder()
let platform: Platform
let browser: Browser
let dist: string
let origin: string
let cookie: string

const load = (validFrom: string, rename = '試験性糖尿病') =>
  loadMaster(platform.db, {
    path: written(
      into,
      `nmain-${validFrom}.txt`,
      masters['medis-disease'].map((l) => l.replace('試験性糖尿病', rename)),
    ),
    layout: findLayout('medis-disease')!,
    validFrom,
    now: platform.clock.at,
    note: '試験用',
  })

beforeAll(async () => {
  platform = await openPlatform({
    migrations: [...careMigrations, ...terminologyMigrations],
    template: 'care-terminology',
    rows: ({ services }) => {
      const terminology = terminologyService({ record: services.record })
      const pageOf: Parameters<typeof terminologyPages>[1] = ({ lang, actor }, { url }) => ({
        lang,
        actor,
        path: url,
        demo: false,
        base: 'http://localhost/fhir/R4',
      })
      return [...terminologyRoutes(terminology), ...terminologyPages(terminology, pageOf)]
    },
  })
  dist = await buildStaticFiles()
  await build({
    entryPoints: ['term-search', 'query', 'keyboard'].map((name) => join(import.meta.dirname, `../../ui/islands/${name}.ts`)),
    outdir: join(dist, 'islands'),
    bundle: true,
    format: 'esm',
    logLevel: 'silent',
  })
  for (const place of ['assets', 'islands'])
    platform.app.get(`/${place}/*`, async (request, reply) => {
      const path = `${place}/${(request.params as { '*': string })['*']}`
      return reply.header('content-type', TYPES[path.split('.').at(-1) ?? ''] ?? 'text/plain').send(await readFile(join(dist, path)))
    })
  await insertStaff(platform.db, {
    id: 'engineer',
    loginName: 'engineer',
    name: '青山 春樹',
    role: 'nurse',
    institutionNumber: CLINIC,
    passwordHash: '',
    totpSecret: '',
  })
  cookie = await startSession(platform.db, platform.clock.at, { kind: 'staff', id: 'engineer', provenBy: 'passkey' })
  await platform.app.listen({ port: 0, host: '127.0.0.1' })
  origin = `http://localhost:${(platform.app.server.address() as AddressInfo).port}`
  browser = await openBrowser()
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await platform?.close()
  if (dist) await rm(dist, { recursive: true, force: true })
})

async function screen({
  script = true,
  lang = 'ja',
  width = 1440,
}: {
  script?: boolean
  lang?: 'ja' | 'en'
  width?: number
} = {}): Promise<{ context: BrowserContext; page: Page; complaints: string[] }> {
  const context = await browser.newContext({ baseURL: origin, javaScriptEnabled: script, viewport: { width, height: 844 } })
  await context.addCookies([
    { name: 'enishi_session', value: cookie, url: origin },
    { name: 'enishi_lang', value: lang, url: origin },
  ])
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
  page.on('pageerror', (error) => void complaints.push(error.message))
  return { context, page, complaints }
}

describe('Standard codes', () => {
  test('with nothing loaded: how to load, and what FHIR brings itself', async () => {
    const { page, context } = await screen({ lang: 'en' })
    await page.goto('/developer/terminology?find=administrative-gender')
    const text = (await page.locator('main').textContent()) ?? ''
    expect(text).toMatch(/No master has been loaded yet.*terminology load FILE/s)
    expect(text).toMatch(/http:\/\/hl7\.org\/fhir\/ValueSet\/administrative-gender/)
    expect(await page.locator('[data-term-search]').count()).toBe(0)
    await context.close()
  })

  test('as one types, by keyboard alone: arrows, Escape, Enter, then the code in its editions', async () => {
    await load('2026-01-01')
    await load('2026-06-01', '試験型糖尿病')
    const { page, context, complaints } = await screen()
    await page.goto('/developer/terminology')
    const field = page.locator('[data-term-search] input[type=search]')
    await field.focus()
    await page.keyboard.type('ﾄｳﾆｮｳ')
    const list = page.getByRole('listbox')
    await list.waitFor()
    expect(await field.getAttribute('aria-expanded')).toBe('true')
    await page.keyboard.press('Escape')
    await list.waitFor({ state: 'hidden' })
    await page.keyboard.press('ArrowDown')
    await list.waitFor()
    await page.keyboard.press('ArrowDown')
    const active = await field.getAttribute('aria-activedescendant')
    expect(await page.locator(`[id="${active}"]`).getAttribute('aria-selected')).toBe('true')
    expect(await page.locator(`[id="${active}"]`).textContent()).toMatch(/試験型糖尿病.*90000001/)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/developer/terminology?system=*')
    const detail = (await page.locator('#code').textContent()) ?? ''
    expect(detail).toMatch(/試験型糖尿病.*シケンセイトウニョウビョウ.*試験糖尿病/s)
    expect(detail).toMatch(/版ごとの名称.*試験性糖尿病.*試験型糖尿病/s)
    expect(await page.locator('#masters').textContent()).toMatch(/今日有効.*試験用/s)
    expect(complaints).toEqual([])
    await context.close()
  })

  test('a click chooses too; the list is emptied with the field', async () => {
    const { page, context } = await screen()
    await page.goto('/developer/terminology')
    const field = page.locator('[data-term-search] input[type=search]')
    await field.fill('高血圧')
    await page.locator('[data-term-search] [role=option]').first().click()
    await page.waitForURL(/code=90000002/)
    await page.locator('[data-term-search] input[type=search]').fill('高')
    await page.locator('[data-term-search] input[type=search]').fill('')
    await page.waitForFunction(() => document.querySelector<HTMLElement>('[role=listbox]')?.hidden === true)
    await context.close()
  })

  test('without script it is a form with a list of results', async () => {
    const { page, context } = await screen({ script: false })
    await page.goto('/developer/terminology')
    await page.fill('[data-term-search] input[type=search]', '試験')
    await page.getByRole('button', { name: '探す' }).click()
    const rows = page.locator('#hits tbody tr')
    await rows.nth(2).waitFor()
    await page.locator('#hits a', { hasText: '試験性高血圧症' }).first().click()
    expect(await page.locator('#code h2').textContent()).toBe('試験性高血圧症')
    await context.close()
  })

  test.each([
    ['ja', 390],
    ['en', 1440],
  ] as const)('looked at by axe in %s at %i, with the list open', async (lang, width) => {
    const { page, context } = await screen({ lang, width })
    await page.goto(`/developer/terminology?q=${encodeURIComponent('試験')}&system=${encodeURIComponent(KEY)}&code=90000001`)
    await page.locator('[data-term-search] input[type=search]').fill('試験')
    await page.getByRole('listbox').waitFor()
    expect(await axeFindings(page, WCAG)).toEqual([])
    expect(await widerThanScreen(page)).toBeLessThanOrEqual(0)
    const shots = process.env.ENISHI_SHOTS
    if (shots) await page.screenshot({ path: join(shots, `terminology-${lang}-${width}.png`), fullPage: true })
    await context.close()
  })

  test('a master that is taken away is gone from the page at once', async () => {
    await dropMaster(platform.db, { system: KEY })
    const { page, context } = await screen()
    await page.goto(`/developer/terminology?q=${encodeURIComponent('試験')}&system=${encodeURIComponent(KEY)}`)
    expect(await page.locator('#hits').textContent()).toMatch(/見つかりませんでした/)
    await context.close()
  })
})
