/** The clinic's journeys: the desk with the card reader, and the physician with the chart. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, citizenSession } from '../../app/tour/client.ts'
import { openBrowser } from '../harness/browser.ts'
import { agreed, eldest, facilityOf, staffOf, submittedToday } from './facts.ts'
import { type Demo, type DemoPerson, openRegion, type Region } from './region.ts'
import { cardNumber, DESK, openScreen, type Screen, signInAsStaff } from './screen.ts'

let region: Region
let browser: Browser
let demo: Demo
let screen: Screen
let clinic: Demo['facilities'][number]
const page = () => screen.page
const panel = (name: string) => page().locator(`[data-reader-panel="${name}"]`)

beforeAll(async () => {
  region = await openRegion()
  demo = region.demo
  clinic = facilityOf(demo, 'clinic')
  browser = await openBrowser()
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await region?.close()
})

describe('At the clinic’s desk', () => {
  test('a person shows her card, refuses one kind of information, and is received', async () => {
    const she = eldest(demo)[0]!
    await givenTheClerkOpenedTheReader()
    await whenThePersonPlacesHerCard(she)
    await thenTheScreenGreetsHer(she)
    await whenSheShowsEverythingBut('infection')
    await thenTheScreenSaysWhatSheShowsButNot('感染症')
    await whenSheFinishes()
    await thenNothingOfHerIsLeft(she)
    await thenTheClerkSeesHerAmongTheArrivals(she)
    expect(screen.complaints()).toEqual([])
    await screen.close()
  }, 60_000)

  test('a person who walks away leaves an empty screen behind', async () => {
    const he = eldest(demo)[1]!
    await givenTheClerkOpenedTheReader({ withAClockInOurHands: true })
    await whenThePersonPlacesHerCard(he)
    await thenTheScreenGreetsHer(he)
    await whenNobodyTouchesTheScreenFor(65)
    await thenTheScreenAsksWhetherSomebodyIsThere()
    await whenNobodyTouchesTheScreenFor(65)
    await thenNothingOfHerIsLeft(he)
    await screen.close()
  }, 60_000)
})

describe('The physician', () => {
  test('finds closed doors before consent, the whole record with it, and closed doors after it was taken back', async () => {
    const he = eldest(demo)[2]!
    await givenTheHospitalSubmittedARecordAbout(he)
    await givenThePhysicianSignedIn()
    await whenThePhysicianOpensTheChartOf(he)
    await thenDoorsAreClosedWithAReason()
    await givenTheConsentOf(he)
    await whenThePhysicianReloads()
    await thenItemsOfTheHospitalAreThereWithTheirSource()
    await thenPotassiumIsMarkedHigh()
    await thenACourseIsDrawn()
    await thenTheUntoldDiagnosisIsMarked()
    await whenThePersonTakesTheConsentBack(he)
    await whenThePhysicianReloads()
    await thenNothingOfTheHospitalIsShown()
    // Refusals are answers, and a browser notes each on its console.
    expect(screen.complaints().filter((line) => !/status of 403/.test(line))).toEqual([])
    await screen.close()
  }, 60_000)
})

async function givenTheClerkOpenedTheReader({ withAClockInOurHands = false } = {}) {
  screen = await openScreen(browser, demo, { viewport: DESK })
  if (withAClockInOurHands) await page().clock.install()
  await page().goto('/reader')
  await signInAsStaff(page(), staffOf(demo, 'clerk', clinic))
  await page().waitForURL('**/reader')
  await page().locator('#field-card option').nth(1).waitFor({ state: 'attached' })
}

async function whenThePersonPlacesHerCard(person: DemoPerson) {
  await page().selectOption('#field-card', cardNumber(demo, person))
  await panel('card').getByRole('button').click()
  await panel('way').locator('[data-reader-act="pin"]').click()
  for (const digit of person.card.pin) await panel('pin').locator(`[data-reader-digit="${digit}"]`).click()
  await panel('pin').getByRole('button', { name: 'すすむ' }).click()
  await panel('choose').waitFor()
}

async function thenTheScreenGreetsHer(person: DemoPerson) {
  expect(await page().locator('[data-reader-name]').textContent()).toContain(person.name)
  expect(await page().locator('[data-reader-cover]').textContent()).toContain('保険を確認しました')
}

async function whenSheShowsEverythingBut(refused: string) {
  await panel('choose').locator('[data-reader-act="some"]').click()
  for (const kind of ['diagnosis', 'drug-allergy', 'other-allergy', 'test-result', 'infection', 'prescription', 'check-up'])
    await panel(`kind-${kind}`)
      .locator(`[data-reader-act="${kind === refused ? 'kind-no' : 'kind-yes'}"]`)
      .click()
  await panel('done').waitFor()
}

async function thenTheScreenSaysWhatSheShowsButNot(refused: string) {
  const allowed = await page().locator('[data-reader-allowed] li').allTextContents()
  expect(allowed.length).toBeGreaterThanOrEqual(5)
  expect(allowed.some((name) => name.startsWith(refused))).toBe(false)
}

async function whenSheFinishes() {
  await panel('done').locator('[data-reader-act="finish"]').click()
}

async function whenNobodyTouchesTheScreenFor(seconds: number) {
  await page().clock.runFor(seconds * 1000)
}

async function thenTheScreenAsksWhetherSomebodyIsThere() {
  await panel('still').waitFor()
}

async function thenNothingOfHerIsLeft(person: DemoPerson) {
  await panel('card').waitFor()
  await page().waitForFunction((name) => !document.querySelector('[data-reader-name]')?.textContent?.includes(name), person.name)
  expect(await page().locator('[data-reader-name]').textContent()).toBe('')
  expect(await page().inputValue('#field-pin')).toBe('')
}

async function thenTheClerkSeesHerAmongTheArrivals(person: DemoPerson) {
  await page().goto('/clinic')
  const row = page().locator('main').getByText(person.name).first()
  await row.waitFor()
}

async function givenTheHospitalSubmittedARecordAbout(person: DemoPerson) {
  await submittedToday(demo, { by: facilityOf(demo, 'hospital'), to: facilityOf(demo, 'dental-clinic'), person })
}

async function givenThePhysicianSignedIn() {
  screen = await openScreen(browser, demo, { viewport: DESK })
  await signInAsStaff(page(), staffOf(demo, 'physician', clinic))
  await page().waitForURL('**/clinic')
}

async function whenThePhysicianOpensTheChartOf(person: DemoPerson) {
  await page().goto(`/clinic/patients/${person.patientId}`)
}

const whenThePhysicianReloads = () => page().reload()
const main = async () => (await page().locator('main').textContent()) ?? ''

async function thenDoorsAreClosedWithAReason() {
  expect(await main()).toMatch(/同意がないため、表示できません|まだ本人に尋ねていません/)
  await thenNothingOfTheHospitalIsShown()
}

async function givenTheConsentOf(person: DemoPerson) {
  await agreed(demo, { at: clinic, person })
}

async function thenItemsOfTheHospitalAreThereWithTheirSource() {
  for (const section of ['#diagnosis', '#drug-allergy', '#test-result', '#infection']) {
    const sources = await page().locator(`${section} tbody tr`).allTextContents()
    expect(
      sources.some((text) => text.includes(facilityOf(demo, 'hospital').name)),
      section,
    ).toBe(true)
  }
}

async function thenPotassiumIsMarkedHigh() {
  const row = page().locator('#test-result tr').filter({ hasText: 'カリウム' }).filter({ hasText: '5.6' }).first()
  expect(await row.textContent()).toMatch(/3\.6.*4\.8/)
  expect(await row.textContent()).toContain('高')
}

async function thenACourseIsDrawn() {
  expect(await page().locator('#test-result svg').count()).toBeGreaterThan(0)
}

async function thenTheUntoldDiagnosisIsMarked() {
  const row = page().locator('#diagnosis tr').filter({ hasText: '精査中の病変' }).first()
  expect(await row.textContent()).toContain('未告知')
}

async function whenThePersonTakesTheConsentBack(person: DemoPerson) {
  const cookie = await citizenSession(demo, person.card)
  const { body } = await call(`${demo.baseUrl}/me/consents`, { cookie })
  for (const { id, state } of body.consents as { id: string; state: string }[])
    if (state === 'active') await call(`${demo.baseUrl}/me/consents/${id}/withdraw`, { json: {}, cookie })
}

async function thenNothingOfTheHospitalIsShown() {
  const text = await main()
  expect(text).not.toContain('精査中の病変')
  expect(text).not.toContain('アモキシシリン')
  expect(
    await page()
      .locator('tbody tr')
      .filter({ hasText: facilityOf(demo, 'hospital').name })
      .count(),
  ).toBe(0)
}
