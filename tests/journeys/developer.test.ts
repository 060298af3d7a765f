/** The journey of who connects a system: from the front page to a query, its answer, what it refers to, and the index that served it. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, citizenSession, staffSession, systemToken } from '../../app/tour/client.ts'
import { openBrowser } from '../harness/browser.ts'
import { agreed, eldest, facilityOf, staffOf, submittedToday } from './facts.ts'
import { type Demo, type DemoPerson, openRegion, type Region } from './region.ts'
import { DESK, openScreen, PHONE, type Screen, signInAsStaff } from './screen.ts'

let region: Region
let browser: Browser
let demo: Demo
let screen: Screen
let clinic: Demo['facilities'][number]
let she: DemoPerson
const page = () => screen.page
const main = async () => (await page().locator('main').textContent()) ?? ''
const address = (query: string, rest = '') => `/developer/query?q=${encodeURIComponent(query)}${rest}`

beforeAll(async () => {
  region = await openRegion()
  demo = region.demo
  clinic = facilityOf(demo, 'clinic')
  she = eldest(demo)[0]!
  await submittedToday(demo, { by: facilityOf(demo, 'hospital'), to: clinic, person: she })
  await agreed(demo, { at: clinic, person: she })
  browser = await openBrowser()
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await region?.close()
})

describe('A vendor’s engineer', () => {
  test('finds the playground from the front page, runs an example, follows a reference, mends a slip', async () => {
    const looksBefore = await looksAtHer()
    await givenADesk()
    await whenTheyFollowTheWayFromTheFrontPage()
    await whenTheySignIn()
    await whenTheyChooseTheExample('1人の検査結果を新しい順に')
    await thenTheTableShowsPotassiumWithItsUnit()
    await thenTheyReadThatOnePersonsPartWasRead()
    await whenTheyFollowThePatient()
    await thenTheyReadTheResourceAsText()
    await whenTheyWriteAndPressCtrlEnter(`Observation?patint=${she.patientId}`)
    await thenTheyAreToldOfTheNameTheyMeant()
    await thenNothingWasComplainedOf()
    expect(await looksAtHer(), 'each look is in the log that she reads').toBeGreaterThan(looksBefore)
    await screen.close()
  }, 60_000)

  test('is told what is wrong in both languages, and gets no more than the interface would give them', async () => {
    await givenADesk()
    await signInAsStaff(page(), staffOf(demo, 'physician', clinic))
    await page().waitForURL('**/clinic')
    expect((await page().goto(address('Observaton?code=1')))?.status()).toBe(404)
    expect(await main()).toMatch(/「Observaton」はありません[\s\S]*There is no resource type/)
    await thenTheListIsThatOfTheInterface(`Observation?patient=${she.patientId}&_count=1000`)
    await thenNothingIsShownOf(eldest(demo)[4]!)
    await screen.close()
  }, 30_000)

  test('does the same on a phone without script', async () => {
    await givenADesk()
    await signInAsStaff(page(), staffOf(demo, 'physician', clinic))
    await page().waitForURL('**/clinic')
    const cookies = await screen.context.cookies()
    await screen.close()
    screen = await openScreen(browser, demo, { viewport: PHONE, lang: 'en', script: false })
    await screen.context.addCookies(cookies.filter(({ name }) => name !== 'enishi_lang'))
    await page().goto('/developer/query')
    await page().fill('#field-q', `Condition?patient=${she.patientId}&_total=accurate`)
    await page().getByRole('button', { name: 'Run' }).click()
    expect(await main()).toMatch(/Reads one person’s part alone/)
    await page().getByRole('link', { name: 'JSON', exact: true }).click()
    expect(await page().locator('#answer-json').textContent()).toContain('"resourceType": "Bundle"')
    expect(await page().locator('[data-copy]:visible').count(), 'nothing offers what needs script').toBe(0)
    await screen.close()
  }, 30_000)

  test('checks a file before anything is connected, and sees what to mend beside its lines', async () => {
    await givenADesk()
    await page().goto('/developer')
    await page().getByRole('navigation').getByRole('link', { name: 'ファイルを確かめる' }).click()
    await page().getByRole('link', { name: '誤りのある Bundle' }).click()
    await page().getByRole('button', { name: '確かめる' }).click()
    const source = page().getByRole('region', { name: '確かめた内容と指摘' })
    await source.waitFor()
    expect(await main()).toMatch(/不合格\s*直すところが\d+件あります/)
    const line = source.locator('.source-line').filter({ hasText: '"birthDate": "1951-02-30"' })
    expect(await line.textContent()).toContain('「1951-02-30」は暦にない日です')
    await whenTheyDropAFile('patient.xml', '<Patient xmlns="http://hl7.org/fhir"><active value="perhaps"/></Patient>')
    await page().getByRole('button', { name: '確かめる' }).click()
    await source.filter({ hasText: 'perhaps' }).waitFor()
    expect(await main()).toMatch(/読み方\s*XML, Patient/)
    await thenNothingWasComplainedOf()
    await screen.close()
  }, 30_000)

  test('checks a file without script too, and is told what to do with one that is too large', async () => {
    screen = await openScreen(browser, demo, { viewport: PHONE, lang: 'en', script: false })
    await page().goto('/developer/check')
    await page().fill('#field-text', '{"resourceType": "Patient", "gender": "lady"}')
    await page().getByRole('button', { name: 'Check', exact: true }).click()
    expect(await main()).toMatch(/Not valid[\s\S]*'lady' is not a valid code/)
    const large = new URLSearchParams({ text: ' '.repeat(2_000_001) })
    const answer = await fetch(`${demo.baseUrl}/developer/check`, { method: 'POST', body: large, headers: { origin: demo.baseUrl } })
    expect([answer.status, (await answer.text()).includes('npm run enishi -- validate')]).toEqual([413, true])
    await screen.close()
  }, 30_000)

  test('who may not read clinical records is not let in', async () => {
    const cookie = await staffSession(demo, staffOf(demo, 'clerk', clinic))
    expect((await call(`${demo.baseUrl}/developer/query`, { cookie })).status).toBe(403)
    const token = await systemToken(demo, clinic)
    expect((await call(`${demo.baseUrl}/developer/query`, { token })).status).toBe(403)
  })
})

async function givenADesk() {
  screen = await openScreen(browser, demo, { viewport: DESK, lang: 'ja' })
}

async function whenTheyFollowTheWayFromTheFrontPage() {
  await page().goto('/')
  await page().getByRole('link', { name: 'システムをつなぐ方', exact: true }).click()
  await page().waitForURL('**/developer')
  await page().getByRole('main').getByRole('link', { name: '検索を試す' }).click()
  await page().waitForURL('**/sign-in?next=*')
}

async function whenTheySignIn() {
  await signInAsStaff(page(), staffOf(demo, 'physician', clinic))
  await page().waitForURL('**/developer/query')
}

async function whenTheyDropAFile(name: string, text: string) {
  await page().evaluate(
    ([name, text]) => {
      const files = new DataTransfer()
      files.items.add(new File([text!], name!))
      document.querySelector('[data-drop]')!.dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }))
    },
    [name, text],
  )
  await page().getByText(`${name} を読み込みました。`).waitFor()
}

async function whenTheyChooseTheExample(name: string) {
  await page().getByRole('link', { name }).click()
  await page().locator('#answer table').first().waitFor()
}

async function thenTheTableShowsPotassiumWithItsUnit() {
  const row = page().locator('#answer tr').filter({ hasText: 'カリウム' }).filter({ hasText: '5.6' }).first()
  expect(await row.textContent()).toContain('mmol/L')
}

async function thenTheyReadThatOnePersonsPartWasRead() {
  const panel = (await page().locator('#explain').textContent()) ?? ''
  expect(panel).toContain('1人分の区画だけを読みます')
  expect(panel).toMatch(/resource_(by_date|pkey)/)
}

async function whenTheyFollowThePatient() {
  await page()
    .locator('#answer tbody a')
    .filter({ hasText: /^Patient\// })
    .first()
    .click()
  await page().waitForURL('**q=Patient/**')
}

async function thenTheyReadTheResourceAsText() {
  const text = (await page().locator('#answer-json').textContent()) ?? ''
  expect(JSON.parse(text)).toMatchObject({ resourceType: 'Patient' })
}

async function whenTheyWriteAndPressCtrlEnter(query: string) {
  await page().fill('#field-q', query)
  await page().press('#field-q', 'Control+Enter')
  await page().waitForURL('**patint**')
}

async function thenTheyAreToldOfTheNameTheyMeant() {
  expect(await main()).toContain('検索条件「patint」は無視しました')
  await page().locator('.banner').getByRole('link', { name: 'patient', exact: true }).click()
  await page().waitForURL('**draft=**')
  expect(await page().inputValue('#field-q')).toBe(`Observation?patient=${she.patientId}`)
}

async function thenNothingWasComplainedOf() {
  expect(screen.complaints()).toEqual([])
}

/** How often her own log says that the clinic's staff looked. */
async function looksAtHer(): Promise<number> {
  const cookie = await citizenSession(demo, she.card)
  const { body, text } = await call(`${demo.baseUrl}/me/access-log`, { cookie })
  const entries = Object.values(body).find(Array.isArray) as unknown[] | undefined
  return entries?.length ?? text.split(clinic.name).length
}

async function thenTheListIsThatOfTheInterface(query: string) {
  const cookie = await staffSession(demo, staffOf(demo, 'physician', clinic))
  const { body } = await call(`${demo.fhirBase}/${query}`, { cookie })
  const ids = (body.entry as { resource: { id: string } }[]).map(({ resource }) => resource.id)
  await page().goto(address(query))
  const shown = await page()
    .locator('#answer tbody th code')
    .evaluateAll((all) => all.map((one) => one.getAttribute('title')?.split('/')[1]))
  expect(ids.length).toBeGreaterThan(0)
  expect(shown).toEqual(ids)
}

async function thenNothingIsShownOf(person: DemoPerson) {
  const theirs = facilityOf(demo, 'hospital')
  await submittedToday(demo, { by: theirs, to: facilityOf(demo, 'dental-clinic'), person })
  await page().goto(address(`Observation?patient=${person.patientId}&_total=accurate`))
  // Not the whole page: it also says how many milliseconds it took, and may say 5.6.
  const shown = await page().locator('#answer').textContent()
  expect(shown).toContain('条件に合うものは見つかりませんでした')
  expect(await page().locator('#answer tbody tr').count()).toBe(0)
}
