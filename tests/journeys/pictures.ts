/** The README's pictures, taken of the demo region: `ENISHI_PICTURES=1 npx vitest run tests/journeys/every-page.test.ts`. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { drawn } from '../../ui/testing/drawn.ts'
import { eldest, facilityOf, staffOf } from './facts.ts'
import type { Demo, DemoPerson, DemoStaff } from './region.ts'
import { cardNumber, DESK, openScreen, PHONE, type Screen, signInAsStaff, signInByCard } from './screen.ts'

const folder = join(import.meta.dirname, '../../docs/images')

/** Takes them of the eldest person, whose record was submitted, agreed to and looked at before. */
export async function takePictures(browser: Browser, demo: Demo): Promise<void> {
  await mkdir(folder, { recursive: true })
  const clinic = facilityOf(demo, 'clinic')
  const person = eldest(demo)[0]!
  await chart(await openScreen(browser, demo, { viewport: DESK, lang: 'ja' }), { person, physician: staffOf(demo, 'physician', clinic) })
  await reader(await openScreen(browser, demo, { viewport: DESK, lang: 'ja' }), { demo, person, clerk: staffOf(demo, 'clerk', clinic) })
  await phone(await openScreen(browser, demo, { viewport: PHONE, lang: 'ja' }), { demo, person })
}

async function take({ page, close }: Screen, name: string, { last = true, fullPage = false } = {}): Promise<void> {
  await drawn(page)
  await page.screenshot({ path: join(folder, name), fullPage })
  if (last) await close()
}

async function chart(screen: Screen, { person, physician }: { person: DemoPerson; physician: DemoStaff }): Promise<void> {
  await signInAsStaff(screen.page, physician)
  await screen.page.waitForURL('**/clinic')
  await screen.page.goto(`/clinic/patients/${person.patientId}`)
  await take(screen, 'chart.png')
}

async function reader(screen: Screen, { demo, person, clerk }: { demo: Demo; person: DemoPerson; clerk: DemoStaff }): Promise<void> {
  const { page } = screen
  await page.goto('/reader')
  await signInAsStaff(page, clerk)
  await page.locator('#field-card option').nth(1).waitFor({ state: 'attached' })
  await page.selectOption('#field-card', cardNumber(demo, person))
  await page.click('[data-reader-panel="card"] button[type="submit"]')
  await page.click('[data-reader-panel="way"] [data-reader-act="pin"]')
  for (const digit of person.card.pin) await page.click(`[data-reader-digit="${digit}"]`)
  await page.click('[data-reader-panel="pin"] button[type="submit"]')
  await page.locator('[data-reader-panel="choose"]').waitFor()
  await take(screen, 'reader.png', { fullPage: true })
}

async function phone(screen: Screen, { demo, person }: { demo: Demo; person: DemoPerson }): Promise<void> {
  await signInByCard(screen.page, demo, person)
  await screen.page.waitForURL('**/me')
  await screen.page.goto('/me/record')
  await take(screen, 'record-phone.png', { last: false })
  await screen.page.goto('/me/access-log')
  await take(screen, 'access-log-phone.png')
}
