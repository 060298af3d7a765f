/** The person's journeys: sign in by card, read one's record, see who looked, take a consent back. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../harness/browser.ts'
import { agreed, eldest, facilityOf, lookedAtTheChart, staffOf, submittedToday } from './facts.ts'
import { type Demo, type DemoPerson, openRegion, type Region } from './region.ts'
import { cardNumber, openScreen, PHONE, type Screen, signInByCard } from './screen.ts'

let region: Region
let browser: Browser
let demo: Demo
let she: DemoPerson
let screen: Screen
const page = () => screen.page
const main = () => page().locator('main')

beforeAll(async () => {
  region = await openRegion()
  demo = region.demo
  she = eldest(demo)[0]!
  browser = await openBrowser()
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await region?.close()
})

describe('A person with her card, on her phone', () => {
  test('signs in, sees her record and who looked, and takes a consent back', async () => {
    await givenTheHospitalSubmittedARecordToday()
    await givenTheClinicsPhysicianLookedWithHerConsent()
    await givenAPhone()
    await whenSheSignsInWithHerCard()
    await thenHerHomeTellsWhatIsNew()
    await thenHerRecordShowsTodaysResultWithItsRangeAndSource()
    await thenNothingUntoldIsOnAnyOfHerPages()
    await thenSheReadsWhoLookedAndWhy()
    await whenSheTakesTheConsentBack()
    await thenNobodySeesHerRecordAnyMore()
    await thenThePhoneHadNothingToComplainOf()
  }, 60_000)

  test('is told after three wrong PINs that the card is locked, and where to have it opened', async () => {
    await givenAPhone()
    for (const left of ['あと2回', 'あと1回']) {
      await whenSheTypesAWrongPin()
      await thenSheIsTold(left)
    }
    await whenSheTypesAWrongPin()
    await thenSheIsTold('ロックされています。お住まいの市区町村の窓口で')
    await whenSheTypesTheRightPin()
    await thenSheIsTold('ロックされています')
    await thenSheIsStillOutside()
    await screen.close()
  }, 30_000)

  test('signs in with nothing but a keyboard', async () => {
    await givenAPhone()
    await page().goto('/sign-in')
    await whenSheTabsTo('#field-card')
    await page().keyboard.type(she.name.slice(0, 1))
    for (let i = 0; (await page().inputValue('#field-card')) !== cardNumber(demo, she) && i < 30; i++)
      await page().keyboard.press('ArrowDown')
    await page().waitForFunction(() => document.querySelector<HTMLInputElement>('#field-pin')?.value.length === 4)
    await whenSheTabsTo('form[action="/sign-in/card"] .button-primary')
    await page().keyboard.press('Enter')
    await page().waitForURL('**/me')
    await whenSheTabsTo('a[href="#main"]')
    await page().keyboard.press('Enter')
    await page().waitForFunction(() => document.activeElement?.id === 'main')
    await screen.close()
  }, 30_000)
})

async function givenTheHospitalSubmittedARecordToday() {
  await submittedToday(demo, { by: facilityOf(demo, 'hospital'), to: facilityOf(demo, 'clinic'), person: she })
}

async function givenTheClinicsPhysicianLookedWithHerConsent() {
  const clinic = facilityOf(demo, 'clinic')
  await agreed(demo, { at: clinic, person: she, refusing: ['infection'] })
  await lookedAtTheChart(demo, { staff: staffOf(demo, 'physician', clinic), person: she })
}

async function givenAPhone() {
  screen = await openScreen(browser, demo, { viewport: PHONE })
}

async function whenSheSignsInWithHerCard() {
  await page().goto('/')
  await page().getByRole('link', { name: 'サインインする' }).click()
  await signInByCard(page(), demo, she)
  await page().waitForURL('**/me')
}

async function whenSheTypesAWrongPin() {
  await page()
    .locator('[data-card-alert]')
    .evaluateAll(([box]) => box?.replaceChildren())
  await signInByCard(page(), demo, she, she.card.pin === '0000' ? '9999' : '0000')
}

async function whenSheTypesTheRightPin() {
  await page()
    .locator('[data-card-alert]')
    .evaluate((box) => box.replaceChildren())
  await signInByCard(page(), demo, she)
}

async function thenSheIsTold(words: string) {
  const alert = page().getByRole('alert').filter({ hasText: words })
  await alert.waitFor()
  expect(await alert.isVisible()).toBe(true)
}

async function thenSheIsStillOutside() {
  expect((await page().goto('/me'))?.url()).toContain('/sign-in')
}

async function whenSheTabsTo(selector: string) {
  for (let i = 0; i < 40; i++) {
    if (await page().evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return
    await page().keyboard.press('Tab')
  }
  throw new Error(`no way by Tab to ${selector}`)
}

async function thenHerHomeTellsWhatIsNew() {
  expect(await page().locator('h1').textContent()).toContain(she.name)
  expect(await main().textContent()).toMatch(/新しい記録が\d+件届きました/)
}

async function thenHerRecordShowsTodaysResultWithItsRangeAndSource() {
  await page().goto('/me/record?kind=test-result')
  const potassium = page().locator('tr').filter({ hasText: 'カリウム' }).filter({ hasText: '5.6' }).first()
  const text = (await potassium.textContent()) ?? ''
  for (const shown of ['mmol/L', '3.6', '4.8', facilityOf(demo, 'hospital').name]) expect(text).toContain(shown)
}

async function thenNothingUntoldIsOnAnyOfHerPages() {
  for (const path of ['/me', '/me/record', '/me/record?kind=diagnosis', '/me/access-log']) {
    await page().goto(path)
    expect(await main().textContent(), path).not.toMatch(/未告知|精査中の病変/)
  }
}

async function thenSheReadsWhoLookedAndWhy() {
  await page().goto('/me/access-log')
  const clinic = facilityOf(demo, 'clinic')
  const line = page().locator('.access-line').filter({ hasText: clinic.name }).filter({ hasText: '医師が診療のために' }).first()
  await line.locator('summary').click()
  expect(await line.textContent()).toContain('同意')
}

async function whenSheTakesTheConsentBack() {
  await page().goto('/me/consents')
  await page()
    .getByRole('link', { name: `${facilityOf(demo, 'clinic').name}への同意を取り消す` })
    .click()
  await page().getByRole('button', { name: '同意を取り消す' }).click()
  await page().waitForURL('**/me/consents?withdrawn=1')
}

async function thenNobodySeesHerRecordAnyMore() {
  const text = await main().textContent()
  expect(text).toContain('同意を取り消しました')
  expect(text).toContain('受付で答えた同意は、いまはありません')
}

async function thenThePhoneHadNothingToComplainOf() {
  expect(screen.complaints()).toEqual([])
  await screen.close()
}
