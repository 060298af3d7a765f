/** A letter is signed at the hospital that wrote it, and read at the clinic it was written to. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, staffSession } from '../../app/tour/client.ts'
import { openBrowser } from '../harness/browser.ts'
import { eldest, facilityOf, staffOf, submittedToday } from './facts.ts'
import { type Demo, type DemoPerson, openRegion, type Region } from './region.ts'
import { DESK, openScreen, PHONE, type Screen, signInAsStaff } from './screen.ts'

const SHOTS = process.env.ENISHI_SHOTS
let region: Region
let browser: Browser
let demo: Demo
let screen: Screen
let she: DemoPerson
const page = () => screen.page

beforeAll(async () => {
  region = await openRegion()
  demo = region.demo
  browser = await openBrowser()
  she = eldest(demo)[0]!
  if (SHOTS) await mkdir(SHOTS, { recursive: true })
  await submittedToday(demo, { by: facilityOf(demo, 'hospital'), to: facilityOf(demo, 'clinic'), person: she })
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await region?.close()
})

describe('A physician of the hospital', () => {
  test('signs the letter with her card’s PIN, and the clinic reads who signed it', async () => {
    await givenThePhysicianOpenedTheLetter('hospital')
    await thenTheLetterSays('この文書に電子署名はありません。')
    await whenSheGoesToSignIt()
    await thenThePageShowsTheWholeLetter()
    await whenSheEnters('000000')
    await thenThePageSays('署名用の暗証番号が違います')
    await whenSheEnters('135790')
    await thenTheLetterSays('署名は正しい')
    await shot('letter-signed')
    await screen.close()
    await givenThePhysicianOpenedTheLetter('clinic')
    await thenTheLetterSays('署名は正しい')
    expect(await page().locator('a[href$="/sign"]').count(), 'only the hospital signs its letter').toBe(0)
    expect(screen.complaints()).toEqual([])
    await screen.close()
  }, 60_000)
})

describe('The administrator of the hospital', () => {
  test('sees her certificate, ends it as lost, and nobody signs with it any more', async () => {
    await givenTheAdministratorOpenedHerCertificates()
    await thenThePageSays('使えます')
    await shot('certificates')
    await whenTheyEndItAs('revoked')
    await thenThePageSays('失効した')
    await screen.close()
    await givenThePhysicianOpenedTheLetter('hospital', { letter: 1 })
    await whenSheGoesToSignIt()
    await thenThePageSays('署名用の証明書が、あなたの名前で登録されていません')
    await screen.close()
  }, 60_000)
})

/** The letters of the person, as the clinic may see them: the newest first. */
async function lettersSeenBy(kind: 'hospital' | 'clinic'): Promise<string[]> {
  const staff = staffOf(demo, 'physician', facilityOf(demo, kind))
  const cookie = await staffSession(demo, staff)
  const { body } = await call(`${demo.baseUrl}/clinic/patients/${she.patientId}`, { cookie })
  const hospital = facilityOf(demo, 'hospital').institutionNumber
  const items = (body.items as Record<string, { id: string; is: string; institutionNumber: string }[]>).letter ?? []
  return items.filter((one) => one.is === 'document' && one.institutionNumber === hospital).map((one) => one.id)
}

async function givenThePhysicianOpenedTheLetter(kind: 'hospital' | 'clinic', { letter = 0 } = {}): Promise<void> {
  // The second time any other letter will do, or the same one under another physician.
  const letters = await lettersSeenBy(kind)
  const id = letters[Math.min(letter, letters.length - 1)]!
  screen = await openScreen(browser, demo)
  await signInAsStaff(page(), staffOf(demo, 'physician', facilityOf(demo, kind)))
  await page().waitForURL('**/clinic')
  await page().goto(`/clinic/patients/${she.patientId}/documents/${id}${letter > 0 && letters.length === 1 ? '/sign' : ''}`)
}

const thenTheLetterSays = (text: string) => page().getByText(text).first().waitFor()
const thenThePageSays = thenTheLetterSays

async function whenSheGoesToSignIt(): Promise<void> {
  const link = page().locator('a[href$="/sign"]')
  if ((await link.count()) > 0) await link.click()
  await page().waitForURL('**/sign')
}

async function thenThePageShowsTheWholeLetter(): Promise<void> {
  await page().getByRole('heading', { level: 1, name: '文書に電子署名する' }).waitFor()
  expect(await page().locator('main section').count()).toBeGreaterThan(2)
  await shot('letter-to-sign')
}

async function whenSheEnters(pin: string): Promise<void> {
  await page().fill('#field-pin', pin)
  await page().getByRole('button', { name: '内容を確かめたので署名する' }).click()
}

async function givenTheAdministratorOpenedHerCertificates(): Promise<void> {
  const hospital = facilityOf(demo, 'hospital')
  screen = await openScreen(browser, demo)
  await signInAsStaff(page(), staffOf(demo, 'administrator', hospital))
  await page().waitForURL('**/operator')
  const { loginName } = staffOf(demo, 'physician', hospital)
  await page().goto(`/operator/facilities/${hospital.institutionNumber}?find=${loginName}`)
  const links = page().locator('a[href^="/operator/staff/"]')
  const hrefs = await links.evaluateAll((all) => all.map((a) => a.getAttribute('href')!))
  for (const href of hrefs) {
    await page().goto(href)
    if ((await page().getByText(loginName, { exact: true }).count()) > 0) break
  }
  await page().getByRole('link', { name: '署名用の証明書（HPKI）' }).click()
}

async function whenTheyEndItAs(because: string): Promise<void> {
  await page().locator('summary', { hasText: '証明書の使用を終了する' }).click()
  await page().selectOption('#field-because', because)
  await page().getByRole('button', { name: 'すぐに終了する' }).click()
}

/** Pictures, where they are asked for: at a desk and on a phone. */
async function shot(name: string): Promise<void> {
  if (!SHOTS) return
  for (const [width, viewport] of [
    ['desk', DESK],
    ['phone', PHONE],
  ] as const) {
    await page().setViewportSize(viewport)
    await page().screenshot({ path: join(SHOTS, `${name}-${width}.png`), fullPage: true })
  }
  await page().setViewportSize(DESK)
}
