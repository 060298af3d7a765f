/** The journeys of an app: let in by a person, started from a chart, and ended. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../harness/browser.ts'
import { agreed, eldest, facilityOf, staffOf, submittedToday } from './facts.ts'
import { type Demo, type DemoPerson, openRegion, type Region } from './region.ts'
import { openScreen, PHONE, type Screen, signInAsStaff, signInByCard } from './screen.ts'

let region: Region
let browser: Browser
let demo: Demo
let she: DemoPerson
let screen: Screen
const page = () => screen.page
const main = () => page().locator('main')
const part = (name: string) => page().locator(`[data-demo-part="${name}"]`)
const button = (name: string) => page().getByRole('button', { name, exact: true })

beforeAll(async () => {
  region = await openRegion()
  demo = region.demo
  she = eldest(demo)[0]!
  browser = await openBrowser()
  const [by, to] = [facilityOf(demo, 'hospital'), facilityOf(demo, 'clinic')]
  await submittedToday(demo, { by, to, person: she })
  await agreed(demo, { at: to, person: she })
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await region?.close()
})

describe('A person who came new', () => {
  test('lets the example app see her medicines, sees that it does, and ends it', async () => {
    await givenSheIsSignedIn()
    await whenSheOpensTheExampleFromHerConnectedApps()
    await whenSheConnectsIt()
    await thenSheIsAskedInPlainWordsWhatItMaySee()
    await whenSheTakesOutHerTestResultsAndLetsItIn()
    await thenTheAppShowsHerNameAndMedicinesButNoResults()
    await thenHerConnectedAppsSayWhatItMaySee()
    await whenSheEndsIt()
    await thenTheAppSeesNothingMore()
    await thenHerLogTellsOfTheApp()
    await screen.close()
  }, 150_000)

  test('says no, and the app is told so', async () => {
    await givenSheIsSignedIn()
    await page().goto('/demo/app')
    await whenSheConnectsIt()
    await button('見せない').click()
    await page().getByText('見せないことになりました').waitFor()
    expect(await main().locator('[data-demo-record]').isVisible()).toBe(false)
    await screen.close()
  }, 150_000)

  test('does all of it by keyboard alone', async () => {
    await givenSheIsSignedIn()
    await page().goto('/demo/app')
    await page().locator('[data-demo-connect]:enabled').focus()
    await page().keyboard.press('Enter')
    await page()
      .getByRole('heading', { level: 1, name: /記録を見せますか/ })
      .waitFor()
    await tabTo('あなたが使っていないときも見る')
    await page().keyboard.press('Space')
    await tabTo('見せる')
    await page().keyboard.press('Enter')
    await page().getByText('読みました。').waitFor()
    await page().goto('/me/apps')
    const [connected] = await main().locator('article.card').allInnerTexts()
    expect(connected).toContain('つながっています')
    expect(connected).not.toContain('あなたが使っていないときも見る')
    await screen.close()
  }, 150_000)
})

describe('A physician', () => {
  test('starts the app from the chart, and it begins with that patient', async () => {
    const clinic = facilityOf(demo, 'clinic')
    screen = await openScreen(browser, demo)
    page().setDefaultTimeout(30_000)
    await signInAsStaff(page(), staffOf(demo, 'physician', clinic))
    await page().waitForURL('**/clinic')
    await page().goto(`/clinic/patients/${she.patientId}`)
    await page()
      .getByText(/^アプリで開く/)
      .click()
    await page().getByRole('button', { name: 'お薬と検査の手帳（例）で開く' }).click()
    await page()
      .getByRole('heading', { level: 1, name: /患者の記録を見せますか/ })
      .waitFor()
    expect(await main().innerText()).toContain(she.name)
    await button('見せる').click()
    await page().getByText('読みました。').waitFor()
    expect(await part('patient').innerText()).toContain(she.name.replace(' ', ''.padEnd(1)))
    await page().goto('/clinic/account/apps')
    expect(await main().innerText()).toContain(she.name)
    await screen.close()
  }, 150_000)
})

async function givenSheIsSignedIn() {
  screen = await openScreen(browser, demo, { viewport: PHONE })
  page().setDefaultTimeout(30_000)
  await signInByCard(page(), demo, she)
  await page().waitForURL('**/me')
}

async function whenSheOpensTheExampleFromHerConnectedApps() {
  await page().goto('/me/apps')
  expect(await main().innerText()).toContain('つながっているアプリはありません')
  await page().getByRole('link', { name: '例のアプリを開く' }).click()
  expect(await main().innerText()).toContain('認められた製品ではありません')
}

const whenSheConnectsIt = () => page().locator('[data-demo-connect]:enabled').click()

async function thenSheIsAskedInPlainWordsWhatItMaySee() {
  await page()
    .getByRole('heading', { level: 1, name: /記録を見せますか/ })
    .waitFor()
  const text = await main().innerText()
  for (const words of [
    'お薬',
    '処方された薬',
    '検体検査だけ',
    'あなたが使っていないときも見る',
    'つながっているアプリ',
    '認められた製品ではありません',
  ])
    expect(text).toContain(words)
  expect(text).not.toMatch(/patient\/|offline_access/)
}

async function whenSheTakesOutHerTestResultsAndLetsItIn() {
  await page().getByLabel('検査結果', { exact: true }).uncheck()
  await button('見せる').click()
}

async function thenTheAppShowsHerNameAndMedicinesButNoResults() {
  await page().getByText('読みました。').waitFor()
  // No code stays in the address.
  await page().waitForURL((url) => url.search === '')
  expect(await part('patient').innerText()).toContain(she.name.split(' ')[0]!)
  expect(await part('medicines').innerText()).toMatch(/20\d\d-\d\d-\d\d|記録はありません/)
  expect(await part('results').innerText()).toBe('見せないことになっています。')
  await button('もう一度読む').click()
  await page().getByText('読みました。').waitFor()
}

async function thenHerConnectedAppsSayWhatItMaySee() {
  await page()
    .getByRole('link', { name: /このアプリをやめさせる/ })
    .click()
  const text = await main().innerText()
  expect(text).toContain('お薬と検査の手帳（例）')
  expect(text).toContain('処方された薬')
  expect(text).not.toContain('検体検査')
}

async function whenSheEndsIt() {
  await page()
    .getByRole('link', { name: /やめさせる/ })
    .click()
  expect(await main().innerText()).toContain('やめさせると変わること')
  await button('やめさせる').click()
  await page().getByText('やめさせました。このアプリには、いまから何も見えません。').waitFor()
}

async function thenTheAppSeesNothingMore() {
  await page().goto('/demo/app')
  await page().getByText('もう見られません').waitFor()
  expect(await main().locator('[data-demo-record]').isVisible()).toBe(false)
}

async function thenHerLogTellsOfTheApp() {
  await page().goto('/me/access-log')
  const text = (await main().textContent()) ?? ''
  expect(text).toContain('アプリをやめさせました')
  expect(text).toContain('アプリ「お薬と検査の手帳（例）」があなたの記録を見ました')
}

/** Goes on with the tab key until what has this label has the focus. */
async function tabTo(label: string) {
  for (let n = 0; n < 80; n++) {
    await page().keyboard.press('Tab')
    const name = await page().evaluate(() => {
      const at = document.activeElement
      return at instanceof HTMLInputElement ? (at.labels?.[0]?.textContent ?? '') : (at?.textContent ?? '')
    })
    if (name.trim() === label) return
  }
  throw new Error(`${label} is not reached by keyboard`)
}
