/** Somebody who cannot speak: the emergency department opens their record, they are told, two auditors look at it. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../harness/browser.ts'
import { eldest, facilityOf, staffOf } from './facts.ts'
import { type Demo, type DemoPerson, openRegion, type Region } from './region.ts'
import { DESK, openScreen, PHONE, type Screen, signInAsStaff, signInByCard } from './screen.ts'

/** Where pictures go; nowhere unless asked for. */
const SHOTS = process.env.ENISHI_SHOTS

let region: Region
let browser: Browser
let demo: Demo
let she: DemoPerson

beforeAll(async () => {
  region = await openRegion()
  demo = region.demo
  browser = await openBrowser()
  she = eldest(demo)[1]!
  if (SHOTS) await mkdir(SHOTS, { recursive: true })
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await region?.close()
})

/** The page as it stands, on a desk and on a phone, in both languages; only where pictures are asked for. */
async function picture(page: Page, name: string): Promise<void> {
  if (!SHOTS) return
  for (const [width, size] of [
    ['desk', DESK],
    ['phone', PHONE],
  ] as const) {
    await page.setViewportSize(size)
    await page.screenshot({ path: join(SHOTS, `${name}-${width}.png`), fullPage: true })
  }
  await page.setViewportSize(DESK)
}

async function staffScreen(login: string, home: string): Promise<Screen> {
  const screen = await openScreen(browser, demo)
  await signInAsStaff(screen.page, demo.staff.find((one) => one.loginName === login)!)
  await screen.page.waitForURL(home)
  return screen
}

async function judge(login: string, address: string): Promise<string> {
  const screen = await staffScreen(login, '**/audit')
  const { page } = screen
  await page.goto('/operator/emergencies')
  await picture(page, `queue-${login}`)
  await page.goto(address)
  expect(await page.locator('main').innerText()).toContain('意識がない')
  await picture(page, `case-${login}`)
  await page.check('#field-verdict-justified')
  await page.click('main form button.button-primary')
  await page.waitForURL('**/operator/emergencies?done=*')
  const told = await page.locator('.banner').first().innerText()
  expect(screen.complaints()).toEqual([])
  await screen.close()
  return told
}

test('found, opened, seen, told, ended, and judged by two', async () => {
  const her = await openScreen(browser, demo)
  await signInByCard(her.page, demo, she)
  await her.page.waitForURL('**/me')

  const physician = staffOf(demo, 'physician', facilityOf(demo, 'clinic'))
  const screen = await staffScreen(physician.loginName, '**/clinic')
  const { page } = screen
  await page.click('a[href="/clinic/emergency"]')
  await picture(page, 'home')
  await page.fill('#field-birthDate', she.birthDate)
  await page.fill('#field-name', she.name)
  await page.click('main form button:has-text("さがす")')
  await picture(page, 'found')
  await page.click('text=この人です')
  await picture(page, 'open')
  await page.click('button:has-text("開く（本人に知らせる）")')
  expect(screen.complaints().filter((one) => !one.includes('422'))).toEqual([])
  await picture(page, 'open-refused')
  expect(await page.locator('.error-summary').innerText()).toContain('理由')
  await page.check('#field-reason-unconscious')
  await page.check('#field-because-no-response')
  await page.fill('#field-note', 'JCS300、持ち物から氏名が分かった')
  const opened = Date.now()
  await page.click('button:has-text("開く（本人に知らせる）")')
  await page.waitForURL(/\/clinic\/emergency\/[0-9a-z]{26}$/)
  const address = new URL(page.url()).pathname
  expect(await page.locator('.consent-emergency').innerText()).toContain('意識がない')
  expect(await page.locator('main').innerText()).toContain('ここにない情報があるかもしれません')
  await picture(page, 'chart')
  await page.goto(`${address}?lang=en`)
  await picture(page, 'chart-en')
  await page.goto('/clinic/emergency?lang=en')
  await picture(page, 'home-running-en')
  await page.goto(`${address}?lang=ja`)

  await expect
    .poll(async () => (await her.page.goto('/me/access-log')) && (await her.page.locator('main').innerText()), { timeout: 30_000 })
    .toContain('救急の診療')
  await expect
    .poll(async () => (await her.page.goto('/me/notices')) && (await her.page.locator('main').innerText()), { timeout: 30_000 })
    .toContain('緊急のため')
  expect(Date.now() - opened).toBeLessThan(60_000)
  await picture(her.page, 'notice')
  await her.page.goto('/me/access-log')
  await picture(her.page, 'access-log')
  await her.page.click('a[href="/me/emergencies"]')
  await her.page.waitForURL('**/me/emergencies')
  expect(await her.page.locator('main').innerText()).toContain('意識がない')
  await picture(her.page, 'mine')
  await her.close()

  await page.click('button:has-text("必要がなくなったので終える")')
  await page.waitForURL('**/clinic/emergency')
  const over = await page.goto(address)
  expect(over?.status()).toBe(403)
  await picture(page, 'over')
  await screen.close()

  const review = `/operator/emergencies/${address.split('/').at(-1)}`
  expect(await judge('auditor', review)).toContain('もう1人')
  expect(await judge('auditor2', review)).toContain('正当')
}, 120_000)

test('two clinicians: one asks, the other agrees on their own device', async () => {
  const facility = facilityOf(demo, 'hospital')
  const physician = staffOf(demo, 'physician', facility)
  const nurse = staffOf(demo, 'nurse', facility)
  const screen = await staffScreen(physician.loginName, '**/clinic')
  const { page } = screen
  const openNext = async (person: DemoPerson) => {
    await page.goto('/clinic/emergency')
    await page.fill('#field-birthDate', person.birthDate)
    await page.fill('#field-name', person.name)
    await page.click('main form button:has-text("さがす")')
    await page.click('text=この人です')
    await page.check('#field-reason-life-at-stake')
    await page.check('#field-because-no-time')
    await page.fill('#field-note', '多数の傷病者の搬送')
  }
  // After three within the hour a second clinician must agree.
  for (const person of eldest(demo).slice(2, 5)) {
    await openNext(person)
    await page.click('button:has-text("開く（本人に知らせる）")')
    await page.waitForURL(/\/clinic\/emergency\/[0-9a-z]{26}$/)
  }
  await openNext(eldest(demo)[5]!)
  await picture(page, 'open-second')
  await page.click('button:has-text("同僚に同意を頼む")')
  await page.waitForURL('**/clinic/emergency/requests/*')
  await picture(page, 'request-waiting')
  const other = await staffScreen(nurse.loginName, '**/clinic')
  await other.page.goto('/clinic/emergency')
  await picture(other.page, 'home-asked')
  await other.page.click('a[href^="/clinic/emergency/requests/"]')
  await picture(other.page, 'request-answer')
  await other.page.click('button:has-text("同意する")')
  await other.page.waitForURL('**/clinic/emergency')
  await other.close()
  await page.reload()
  await picture(page, 'request-agreed')
  await page.click('button:has-text("この人の記録を開く")')
  await page.waitForURL(/\/clinic\/emergency\/[0-9a-z]{26}$/)
  await screen.close()
}, 120_000)
