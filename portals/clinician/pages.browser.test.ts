import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { axeFindings } from '../../ui/testing/axe.ts'
import { buildStaticFiles, openDocument } from '../../ui/testing/browser.ts'
import { openBrowser } from '../../tests/harness/browser.ts'
import { type Clinic, openClinic } from './clinic.fixture.ts'
import type { ChartView } from './model.ts'
import { depositRich } from './rich.fixture.ts'
import { widerThanScreen } from '../../ui/testing/drawn.ts'

const SCREENS = { phone: { width: 390, height: 844 }, desk: { width: 1440, height: 900 } }
/** Where pictures go; nowhere unless asked for. */
const PICTURES = process.env.ENISHI_PICTURES

let clinic: Clinic
let browser: Browser
let dist: string
let paths: Record<string, string>

beforeAll(async () => {
  clinic = await openClinic()
  const key = await depositRich(clinic)
  await clinic.agree(key, {
    diagnosis: true,
    'drug-allergy': true,
    'other-allergy': true,
    'test-result': true,
    prescription: true,
    'check-up': true,
    infection: false,
  })
  const bare = await clinic.items([
    { type: 'Condition', id: 'C-1', code: { keyNumber: '20061593', display: '高血圧症' }, onset: '2024-05-10' },
  ])
  await clinic.relate(bare)
  const { items } = (await clinic.get(`/clinic/patients/${key}`)).json<ChartView>()
  const chart = `/clinic/patients/${key}`
  paths = {
    arrivals: '/clinic',
    searched: '/clinic?q=%E9%95%B7',
    notFound: '/clinic?q=nobody',
    chart,
    closed: `/clinic/patients/${bare}`,
    labs: `${chart}/labs`,
    table: `${chart}/labs?view=table`,
    kind: `${chart}?kind=diagnosis`,
    item: `${chart}/items/${items['test-result'][0]!.id}`,
    letter: `${chart}/documents/${items.letter[0]!.id}`,
    checkup: `${chart}/documents/${items['check-up'].find((i) => i.is === 'document')!.id}`,
  }
  dist = await buildStaticFiles()
  browser = await openBrowser()
  if (PICTURES) await mkdir(PICTURES, { recursive: true })
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await clinic?.close()
  if (dist) await rm(dist, { recursive: true })
})

const ALL = (['ja', 'en'] as const).flatMap((lang) => (['phone', 'desk'] as const).map((screen) => ({ lang, screen })))
/** Each language and each width once; all four where pictures are wanted. */
const LOOKS = PICTURES ? ALL : ALL.filter(({ lang, screen }) => (lang === 'ja') === (screen === 'phone'))

describe('the pages of the clinic', () => {
  test.each(LOOKS)(
    '$lang on a $screen: nothing for axe to find, nothing wider than the screen',
    async ({ lang, screen }) => {
      for (const [name, path] of Object.entries(paths)) {
        const { status, body } = await clinic.get(path, { accept: 'text/html', lang })
        expect(status, name).toBe(200)
        const page = await openDocument(browser, dist, body, { viewport: SCREENS[screen], bypassCSP: true })
        for (const details of await page.locator('details').all()) await details.evaluate((element) => element.setAttribute('open', ''))
        expect(await axeFindings(page), name).toEqual([])
        expect(await widerThanScreen(page), name).toBeLessThanOrEqual(0)
        for (const details of await page.locator('details').all()) await details.evaluate((element) => element.removeAttribute('open'))
        if (PICTURES) {
          await page.screenshot({ path: join(PICTURES, `${name}-${lang}-${screen}.png`) })
          await page.screenshot({ path: join(PICTURES, `${name}-${lang}-${screen}-full.png`), fullPage: true })
        }
        await page.context().close()
      }
    },
    120_000,
  )

  test('`/` goes to the search, and digits open the patients of the list', async () => {
    const { body } = await clinic.get('/clinic', { accept: 'text/html' })
    const page = await openDocument(browser, dist, body, { viewport: SCREENS.desk })
    await page.keyboard.press('/')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('q')
    await page.locator('h1').click()
    await page.keyboard.press('1')
    await page.waitForURL(/\/clinic\/patients\//)
    await page.context().close()
  }, 60_000)
})
