import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../../../tests/harness/browser.ts'
import { axeFindings } from '../../../ui/testing/axe.ts'
import { buildStaticFiles, openDocument } from '../../../ui/testing/browser.ts'
import type { ConsentProps } from './model.ts'
import { consentPage } from './page.tsx'
import { widerThanScreen } from '../../../ui/testing/drawn.ts'

const PHONE = { width: 390, height: 844 }

const asked: ConsentProps = {
  interactionUid: 'u-1',
  picked: null,
  app: {
    clientId: 'a',
    name: 'からだ手帳',
    maker: '縁市ソフトウェア株式会社',
    logoText: 'か',
    homepage: 'https://app.example/',
  },
  by: 'citizen',
  scopes: ['openid', 'fhirUser', 'launch/patient', 'offline_access', 'patient/*.rs', 'patient/Observation.cruds'],
  forWhom: [
    { id: 'p1', name: '山川 花子', as: 'self' },
    { id: 'p2', name: '山川 一郎', as: 'parent' },
  ],
  previous: null,
  refreshDays: 90,
  error: null,
}

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

const open = (lang: 'ja' | 'en', options: object): Promise<Page> => {
  const actor = { kind: 'citizen', id: 'p1', keys: ['k'], name: '山川 花子' } as const
  return openDocument(browser, dist, consentPage({ lang, path: '/oauth/interaction/u-1', actor, demo: null }, asked), options)
}

test.each(['ja', 'en'] as const)('%s: nothing for axe to find, nothing wider than a phone', async (lang) => {
  for (const viewport of [PHONE, { width: 1440, height: 900 }]) {
    const page = await open(lang, { viewport, bypassCSP: true })
    expect(await axeFindings(page)).toEqual([])
    expect(await widerThanScreen(page)).toBeLessThanOrEqual(0)
    expect(await page.locator('h1').count()).toBe(1)
    if (process.env.ENISHI_SHOTS)
      await page.screenshot({ path: join(process.env.ENISHI_SHOTS, `consent-${lang}-${viewport.width}.png`), fullPage: true })
    await page.context().close()
  }
})

test('by keyboard and without script: a part is taken out, the rest is sent', async () => {
  const page = await open('ja', { viewport: PHONE, javaScriptEnabled: false })
  const sent = page.waitForRequest((request) => request.method() === 'POST')
  await page.locator('#field-for-p1').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  await page.getByRole('button', { name: '見せる', exact: true }).focus()
  await page.keyboard.press('Enter')
  const request = await sent
  const form = new URLSearchParams(request.postData() ?? '')
  expect(new URL(request.url()).pathname).toBe('/oauth/interaction/u-1')
  expect([form.get('decision'), form.get('for')]).toEqual(['allow', 'p2'])
  expect(form.getAll('part')).not.toContain('identity.read')
  expect(form.getAll('part')).toContain('medicines.read')
  await page.context().close()
})
