/** A great disaster: an area is opened by two, a doctor in a shelter finds somebody who remembers little, and everybody sees that it was used. */
import { createPrivateKey } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openExtract, openLaptopLog } from '#care/emergency'
import { call, citizenSession, staffSession } from '../../app/tour/client.ts'
import { axeFindings, WCAG } from '../../ui/testing/axe.ts'
import { openBrowser } from '../harness/browser.ts'
import { askedSecond, foundInDisaster, openArea, opening } from './disaster-visits.ts'
import { eldest, facilityOf, staffOf } from './facts.ts'
import { type Demo, type DemoPerson, openRegion, type Region } from './region.ts'
import { DESK, openScreen, PHONE, type Screen, signInAsStaff } from './screen.ts'
import { drawn, widerThanScreen } from '../../ui/testing/drawn.ts'

const SHOTS = process.env.ENISHI_SHOTS

let region: Region
let demo: Demo
let browser: Browser
let person: DemoPerson

beforeAll(async () => {
  region = await openRegion()
  demo = region.demo
  browser = await openBrowser()
  person = eldest(demo)[0]!
  if (SHOTS) await mkdir(SHOTS, { recursive: true })
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await region?.close()
})

/** Looks at a page on a desk and on a phone. */
async function seen(page: Page, name: string): Promise<void> {
  for (const [width, size] of [
    ['desk', DESK],
    ['phone', PHONE],
  ] as const) {
    await page.setViewportSize(size)
    await drawn(page)
    if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}-${width}.png`), fullPage: true })
    expect(await widerThanScreen(page), `${name} ${width} is wider than the screen`).toBeLessThanOrEqual(0)
  }
  expect(await axeFindings(page, WCAG), name).toEqual([])
  await page.setViewportSize(DESK)
}

/** A form that comes back with what is wrong is told by its status, which browsers complain about. */
const unexpected = (screen: Screen) => screen.complaints().filter((one) => !/status of (?:400|422)/.test(one))

const as = async (role: string, lang: 'ja' | 'en' = 'ja'): Promise<Screen> => {
  const screen = await openScreen(browser, demo, { lang })
  const staff = role === 'physician' ? staffOf(demo, 'physician', facilityOf(demo, 'clinic')) : demo.staff.find((s) => s.role === role)!
  await signInAsStaff(screen.page, staff)
  await screen.page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
  return screen
}

test('an operator asks, an auditor confirms, and the clinic’s page says that it is open', async () => {
  const doctor = await as('physician')
  await doctor.page.goto('/clinic/disaster')
  expect(await doctor.page.textContent('main')).toContain('開かれていません')
  await seen(doctor.page, 'disaster-closed')
  const operator = await as('operator')
  await operator.page.goto('/operator/disaster')
  await seen(operator.page, 'disaster-list-empty')
  await operator.page.click('text=地域を開く')
  for (const [name, value] of Object.entries({ ...opening, areas: '輪島市' })) await operator.page.fill(`#field-${name}`, value)
  await operator.page.click('text=何が開くかを見る')
  expect(await operator.page.textContent('.error-summary')).toContain('輪島市')
  await seen(operator.page, 'disaster-new')
  await operator.page.fill('#field-areas', opening.areas)
  await operator.page.click('text=何が開くかを見る')
  expect(await operator.page.textContent('h1')).toBe('7の医療機関に開きます')
  await seen(operator.page, 'disaster-check')
  await operator.page.click('text=2人目の確認を求める')
  expect(await operator.page.textContent('main')).toContain('別の運用担当か監査担当')
  const request = new URL(operator.page.url()).pathname
  const auditor = await as('auditor')
  await auditor.page.goto(request)
  await seen(auditor.page, 'disaster-request')
  await auditor.page.click('button[value=yes]')
  await auditor.page.waitForURL('**/operator/disaster/*')
  await seen(auditor.page, 'disaster-view')
  await doctor.page.goto('/clinic')
  expect(await doctor.page.textContent('.banner')).toContain(opening.name)
  for (const screen of [doctor, operator, auditor]) {
    expect(unexpected(screen)).toEqual([])
    await screen.close()
  }
}, 120_000)

test('a doctor finds somebody by a name typed wrong and an age, makes sure, opens, and reads what keeps them safe', async () => {
  const doctor = await as('physician')
  const { page } = doctor
  await foundInDisaster(demo, await staffSession(demo, staffOf(demo, 'physician', facilityOf(demo, 'clinic'))), person)
  await page.goto('/clinic/disaster')
  await seen(page, 'disaster-search')
  await page.fill('#field-name', person.name.split(' ')[0]!)
  await page.click('main form[action="/clinic/disaster"] button')
  expect(await page.textContent('.error-summary')).toContain('手がかりが足りません')
  expect(await page.inputValue('#field-name')).toBe(person.name.split(' ')[0])
  await seen(page, 'disaster-too-little')
  await page.fill('#field-birth', person.birthDate.slice(0, 7))
  await page.click('main form[action="/clinic/disaster"] button')
  await page.waitForSelector('#found')
  await seen(page, 'disaster-found')
  await page.click('#found a.button >> nth=0')
  await page.waitForURL('**/people/*')
  await seen(page, 'disaster-confirm')
  await page.click('#field-agreed-oral')
  await page.click('button:has-text("この人の記録を開く")')
  await page.waitForURL('**/chart')
  expect(await page.textContent('h1')).toBe(person.name)
  for (const section of ['prescription', 'diagnosis', 'drug-allergy', 'test-result', 'check-up'])
    expect(await page.locator(`#${section}`).count()).toBe(1)
  await seen(page, 'disaster-chart')
  await page.goto(`${new URL(page.url()).pathname}?lang=en`)
  await seen(page, 'disaster-chart-en')
  expect(unexpected(doctor)).toEqual([])
  await doctor.close()
}, 120_000)

test('somebody watched over is opened by two, each in their own sign-in', async () => {
  const doctor = await as('physician')
  const clinic = facilityOf(demo, 'clinic')
  const request = await askedSecond(demo, await staffSession(demo, staffOf(demo, 'physician', clinic)))
  await doctor.page.goto('/clinic/disaster')
  expect(await doctor.page.textContent('main')).toContain('返事を待っています')
  await seen(doctor.page, 'disaster-waiting')
  await doctor.page.goto(`/clinic/disaster/requests/${request}`)
  await seen(doctor.page, 'disaster-second-mine')
  const nurse = await openScreen(browser, demo)
  await signInAsStaff(nurse.page, staffOf(demo, 'nurse', clinic))
  await nurse.page.waitForURL('**/clinic')
  await nurse.page.goto('/clinic/disaster')
  await nurse.page.click('text=2人目になってください')
  await seen(nurse.page, 'disaster-second-answer')
  await nurse.page.click('button[value=yes]')
  await nurse.page.waitForURL('**/clinic/disaster')
  await doctor.page.reload()
  await seen(doctor.page, 'disaster-second-agreed')
  await doctor.page.click('button:has-text("この人の記録を開く")')
  await doctor.page.waitForURL('**/chart')
  const auditor = await as('auditor')
  await auditor.page.goto('/operator/disaster/looks')
  expect(await auditor.page.textContent('main')).toContain('見守りの対象の人')
  await seen(auditor.page, 'disaster-looks')
  for (const screen of [doctor, nurse, auditor]) {
    expect(unexpected(screen)).toEqual([])
    await screen.close()
  }
}, 120_000)

test('an extract is made at the desk, opened with its passphrase, and the laptop’s log merged once', async () => {
  const operator = await as('operator')
  const { page } = operator
  page.setDefaultTimeout(30_000)
  await page.goto('/operator/disaster/offline')
  await page.click('text=持ち出しファイルを作る')
  await page.click('main form button.button-primary')
  expect(await page.textContent('.error-summary')).toContain('渡す相手')
  await seen(page, 'disaster-extract-new')
  await page.fill('#field-names', 'DMAT 1')
  await page.click('main form button.button-primary')
  const passphrase = (await page.textContent('main table code'))!.trim()
  await seen(page, 'disaster-extract-passphrase')
  await page.click('text=書き写しました')
  await seen(page, 'disaster-extract-progress')
  await expect
    .poll(async () => (await page.reload()) && (await page.textContent('main')), { timeout: 60_000, interval: 500 })
    .toContain('ファイルができました')
  await seen(page, 'disaster-extract-ready')
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('a[href$="/download"]')])
  const here = await mkdtemp(join(tmpdir(), 'enishi-laptop-'))
  const file = join(here, 'relief.enishi')
  await download.saveAs(file)
  const opening = await openExtract(file, { secret: { passphrase }, now: new Date() })
  const about = { extractId: opening.manifest.id, key: createPrivateKey(opening.about.logKeyPem), now: new Date() }
  const log = openLaptopLog({ ...about, path: `${file}.log`, expiresAt: new Date(opening.manifest.expiresAt) })
  const doctor = staffOf(demo, 'physician', facilityOf(demo, 'clinic'))
  const where = { institutionNumber: doctor.institutionNumber, institutionName: '' }
  const who = { name: '確認 太郎', licence: 'physician', licenceNumber: '1', loginName: doctor.loginName, ...where } as const
  log.note({ act: 'look', who, at: new Date(), keys: [person.patientId], agreed: 'oral', kinds: ['diagnosis'], count: 1 })
  log.close()
  await opening.close()
  const send = async () => {
    await page.goto('/operator/disaster/merge')
    await page.setInputFiles('#field-log', `${file}.log`)
    await page.setInputFiles('#field-head', `${file}.log.head`)
    await page.click('main form button.button-primary')
    await page.waitForSelector('text=次の端末へ')
    return page.textContent('h1')
  }
  await page.goto('/operator/disaster/merge')
  await page.click('main form button.button-primary')
  expect(await page.textContent('.error-summary')).toContain('.log')
  await seen(page, 'disaster-merge')
  expect(await send()).toBe('2行を取り込みました')
  await seen(page, 'disaster-merged')
  expect(await send()).toBe('新しい記録はありませんでした')
  await page.goto('/operator/disaster/offline')
  await seen(page, 'disaster-offline-list')
  expect(unexpected(operator)).toEqual([])
  await operator.close()
  await rm(here, { recursive: true })
}, 240_000)

test('the person sees it in their log; everybody sees the count; one closes it, and the next request is refused', async () => {
  const cookie = await citizenSession(demo, person.card)
  const log = await call(`${demo.baseUrl}/me/access-log`, { cookie, accept: 'text/html' })
  expect(log.text).toContain('災害')
  const nobody = await openScreen(browser, demo)
  await nobody.page.goto('/disaster')
  expect(await nobody.page.textContent('main')).toContain('10未満')
  await seen(nobody.page, 'disaster-count')
  await nobody.close()
  const operator = await as('operator')
  await operator.page.goto('/operator/disaster/offline')
  await seen(operator.page, 'disaster-offline')
  await operator.page.goto('/operator/disaster')
  await operator.page.click(`text=${opening.name}`)
  const close = operator.page.locator('form[action$="/close"]')
  await close.locator('input').fill('避難所が閉じられたため')
  await close.locator('button').click()
  await operator.page.waitForURL('**done=closed')
  await seen(operator.page, 'disaster-over')
  await operator.close()
  const doctor = await as('physician')
  await doctor.page.goto('/clinic/disaster')
  expect(await doctor.page.textContent('main')).toContain('開かれていません')
  await doctor.close()
  await openArea(demo)
}, 120_000)
