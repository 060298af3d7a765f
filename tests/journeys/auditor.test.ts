/** An auditor’s day: the log, a finding, what a sign-in touched, and a drill from knowing to its end. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call } from '../../app/tour/client.ts'
import { openBrowser } from '../harness/browser.ts'
import { facilityOf, staffOf } from './facts.ts'
import { openRegion, type Region } from './region.ts'
import { DESK, openScreen, type Screen, signInAsStaff } from './screen.ts'

let region: Region
let browser: Browser
let auditor: Screen
let page: Page

beforeAll(async () => {
  region = await openRegion()
  browser = await openBrowser()
  auditor = await openScreen(browser, region.demo, { viewport: DESK, lang: 'ja' })
  page = auditor.page
  await signInAsStaff(page, region.demo.staff.find((s) => s.loginName === 'auditor')!)
  await page.waitForURL('**/audit')
}, 180_000)

afterAll(async () => {
  await auditor?.close()
  await browser?.close()
  await region?.close()
})

const heading = () => page.locator('h1').innerText()
const main = () => page.locator('main').innerText()
/** What a page says once it is asked for again. */
const reloaded = async () => {
  await page.reload()
  return main()
}
const nothingWrong = () => expect(auditor.complaints()).toEqual([])

test('given an auditor signs in, they see what waits for them', async () => {
  expect(await heading()).toBe('今日見るもの')
  expect(await main()).toContain('判断した割合')
  nothingWrong()
})

test('when a doctor has looked at charts, the auditor finds it in the log, and nothing of the record itself', async () => {
  const doctor = await openScreen(browser, region.demo, { viewport: DESK, lang: 'ja' })
  await signInAsStaff(doctor.page, staffOf(region.demo, 'physician', facilityOf(region.demo, 'clinic')))
  await doctor.page.waitForURL('**/clinic')
  await doctor.close()
  await page.goto('/audit/events')
  await page.selectOption('#field-action', 'R')
  await page.click('main button.button-primary')
  expect(await main()).toMatch(/医師 ・/)
  await page.click('main table a >> nth=0')
  await page.waitForURL('**/audit/events/*')
  expect(await heading()).toBe('記録1件')
  expect(await main()).toContain('受付番号')
  nothingWrong()
})

test('then asks what that sign-in touched, and watches the report being worked out', async () => {
  await page.goto('/audit/scope')
  await page.click('main button.button-primary')
  expect(await main(), 'without a condition the form comes back').toContain('少なくとも一つの条件')
  await page.fill('#field-from', '2020-01-01')
  await page.click('main button.button-primary')
  await page.waitForURL('**/audit/scope/*')
  await expect.poll(reloaded, { timeout: 30_000, interval: 500 }).toContain('触れられた人')
  expect(await main()).toContain('人の一覧を受け取る')
  auditor.complaints()
})

test('then runs a drill: contains, reports, tells, reports finally, closes; nobody is told in earnest', async () => {
  await page.click('text=漏えい等として登録する')
  await page.fill('#field-title', '秋の訓練')
  await page.check('#field-drill-yes')
  await page.click('main button.button-primary')
  await page.waitForURL(/audit\/breaches\/[0-9a-z]{26}$/)
  expect(await main()).toContain('これは訓練です')
  expect(await main()).toContain('役所への報告と、本人への通知が必要です')
  const home = page.url()
  await expect.poll(reloaded, { timeout: 30_000, interval: 500 }).toContain('下書きする')
  await page.click('text=この範囲から、空いている報告の項目を下書きする')
  await page.waitForURL(home)
  const step = async (title: string) => {
    await page.goto(home)
    await page.fill('#field-note', '訓練の記録')
    await page.click(`main form[action*="/steps/"] button`)
    await page.waitForURL(home)
    expect(await page.locator('main .lead, main header, body').first().textContent()).toContain(title)
  }
  await step('止めた')
  await step('速報を出した')
  await page.goto(home)
  for (const id of ['cause', 'secondary-harm', 'action', 'publication', 'prevention', 'other']) await page.fill(`#field-item-${id}`, 'なし')
  await page.click('main form[action$="/items"] button')
  await page.waitForURL(home)
  await step('本人に知らせた')
  await step('確報を出した')
  await step('終わった')
  await page.goto(`${home}/report/final`)
  expect(await main()).toContain('【訓練】個人データの漏えい等報告（確報）案')
  await page.goto(`${home}/letters`)
  expect(await main()).toContain('様')
  auditor.complaints()
})

test('the CapabilityStatement says what the log offers, and no more', async () => {
  const { body } = await call(`${region.baseUrl}/fhir/R4/metadata`)
  const [rest] = body.rest as {
    resource: { type: string; interaction: { code: string }[]; versioning: string; searchParam: { name: string }[] }[]
  }[]
  const found = rest!.resource.find((r) => r.type === 'AuditEvent')!
  expect(found.interaction.map((i) => i.code).sort()).toEqual(['read', 'search-type'])
  expect(found.versioning).toBe('no-version')
  expect(found.searchParam.map((p) => p.name)).toEqual(
    expect.arrayContaining(['date', 'patient', 'agent', 'entity', 'action', 'outcome', 'purpose', 'altid']),
  )
})

test('a doctor is not let in', async () => {
  const doctor = await openScreen(browser, region.demo, { viewport: DESK, lang: 'ja' })
  await signInAsStaff(doctor.page, staffOf(region.demo, 'physician', facilityOf(region.demo, 'clinic')))
  await doctor.page.waitForURL('**/clinic')
  for (const path of ['/audit', '/audit/events', '/audit/findings', '/audit/scope', '/audit/breaches'])
    expect((await doctor.page.goto(path))?.status(), path).toBe(403)
  await doctor.close()
})
