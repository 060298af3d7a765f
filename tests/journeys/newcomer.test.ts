/** The journeys of somebody new: a first minute in a browser, and a vendor's first submission. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeFiveItemBundle } from '#packages/fhir'
import { call, type Reply, systemToken } from '../../app/tour/client.ts'
import { openBrowser } from '../harness/browser.ts'
import { eldest, facilityOf } from './facts.ts'
import { type Demo, openRegion, type Region } from './region.ts'
import { openScreen, PHONE, type Screen, signInByCard } from './screen.ts'

let region: Region
let browser: Browser
let demo: Demo
let screen: Screen
const page = () => screen.page
const heading = () => page().locator('h1').textContent()

beforeAll(async () => {
  region = await openRegion()
  demo = region.demo
  browser = await openBrowser()
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await region?.close()
})

describe('A newcomer', () => {
  test('reads the front page, changes to English, signs in and out again', async () => {
    await givenSomebodyAtTheFrontPage()
    await thenItSaysInOneSentenceWhatThisIs()
    await whenTheyChangeToEnglish()
    await thenThePageIsEnglish()
    await whenTheySignIn()
    await thenTheirPageIsEnglishToo()
    await whenTheySignOut()
    await thenTheirPageIsClosed()
    expect(screen.complaints()).toEqual([])
    await screen.close()
  }, 30_000)

  test('who follows a broken link is told so in their language, with the way on', async () => {
    await givenSomebodyAtTheFrontPage()
    for (const { lang, title, way } of [
      { lang: 'ja', title: '見つかりません', way: 'はじめの画面へ' },
      { lang: 'en', title: 'not found', way: 'To the first page' },
    ]) {
      const answer = await page().goto(`/no/such/page?lang=${lang}`)
      expect(answer?.status()).toBe(404)
      expect(await page().locator('html').getAttribute('lang')).toBe(lang)
      expect((await page().locator('main').textContent())?.toLowerCase()).toContain(title)
      await page().getByRole('link', { name: way }).click()
      await page().waitForURL(`${demo.baseUrl}/`)
    }
    await screen.close()
  }, 30_000)

  test('whose session ended elsewhere signs in again and comes to the page they asked for', async () => {
    const she = eldest(demo)[3]!
    await givenSomebodyAtTheFrontPage()
    await signInByCard(page(), demo, she)
    await page().waitForURL('**/me')
    await whenTheSessionEndsElsewhere()
    await page().goto('/me/access-log?kind=diagnosis')
    expect(page().url()).toContain('/sign-in?next=')
    await signInByCard(page(), demo, she)
    await page().waitForURL('**/me/access-log?kind=diagnosis')
    expect(await heading()).toBe('誰が見たか')
    await screen.close()
  }, 30_000)
})

describe('A vendor', () => {
  test('submits a wrong Bundle, reads what is wrong and where, corrects it, and is accepted', async () => {
    const token = await givenATokenByPrivateKey()
    const wrong = await whenABundleIsSubmitted(token, withoutAName(condition()))
    expect(wrong.status).toBe(422)
    const issues = wrong.body.issue as { severity: string; expression?: string[]; details: { text: string; coding: { code: string }[] } }[]
    const issue = issues.find((one) => one.severity === 'error')!
    expect(issue.expression?.[0]).toContain('code')
    expect(issue.details.coding[0]?.code).toMatch(/^[A-Za-z0-9.-]+$/)
    expect(issue.details.text).toMatch(/[ぁ-ん]/)
    const right = await whenABundleIsSubmitted(token, condition())
    expect(right.status, right.text.slice(0, 300)).toBe(201)
  })

  test('without a token gets nowhere, and is told how to get one', async () => {
    const answer = await whenABundleIsSubmitted('not-a-token', condition())
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toContain('Bearer')
  })
})

async function givenSomebodyAtTheFrontPage() {
  screen = await openScreen(browser, demo, { viewport: PHONE, lang: 'ja' })
  await page().goto('/')
}

async function thenItSaysInOneSentenceWhatThisIs() {
  expect(await heading()).toBe('あなたの記録を、あなたの同意で届ける')
  expect(await page().locator('.demo-notice').isVisible()).toBe(true)
}

async function whenTheyChangeToEnglish() {
  await page().getByRole('link', { name: 'English' }).click()
}

async function thenThePageIsEnglish() {
  await page().locator('html[lang=en]').waitFor()
  expect(await heading()).toBe('Your records, shared when you agree')
}

async function whenTheySignIn() {
  await page().getByRole('link', { name: 'Sign in', exact: true }).click()
  await signInByCard(page(), demo, eldest(demo)[3]!)
  await page().waitForURL('**/me')
}

async function thenTheirPageIsEnglishToo() {
  expect(await page().getByRole('heading', { name: 'Who looked lately' }).isVisible()).toBe(true)
}

async function whenTheySignOut() {
  await page().getByRole('button', { name: 'Sign out' }).click()
  await page().waitForURL(`${demo.baseUrl}/`)
}

async function thenTheirPageIsClosed() {
  await page().goto('/me')
  expect(page().url()).toContain('/sign-in')
}

async function whenTheSessionEndsElsewhere() {
  const cookie = (await screen.context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  const answer = await call(`${demo.baseUrl}/sign-out`, { json: {}, cookie })
  expect(answer.status).toBe(200)
}

const givenATokenByPrivateKey = () => systemToken(demo, facilityOf(demo, 'hospital'))

const whenABundleIsSubmitted = (token: string, bundle: object): Promise<Reply> =>
  call(`${demo.fhirBase}/$submit`, { text: JSON.stringify(bundle), type: 'application/fhir+json', token })

/** One diagnosis about a person of the region. */
function condition() {
  const hospital = facilityOf(demo, 'hospital')
  const [person] = eldest(demo)
  const [family = '', given = ''] = person!.name.split(' ')
  const now = new Date(Date.now() + 9 * 3600_000).toISOString().replace('Z', '+09:00')
  return makeFiveItemBundle({
    type: 'Condition',
    sender: {
      institutionNumber: hospital.institutionNumber,
      name: hospital.name,
      department: { code: '01', name: '内科' },
      doctor: { id: 'D1', family: '旅野', given: '案内', familyKana: 'タビノ', givenKana: 'アナイ' },
    },
    patient: {
      memberId: person!.memberId,
      family,
      given,
      familyKana: 'デモ',
      givenKana: 'デモ',
      gender: 'unknown',
      birthDate: person!.birthDate,
      address: { state: '東京都', city: '千代田区', line: '1-1' },
    },
    year: Number(now.slice(0, 4)),
    at: now,
    localId: 'vendor-1',
    items: [
      { type: 'Condition', id: 'V-1', code: { keyNumber: '20064049', display: '十二指腸潰瘍' }, onset: now.slice(0, 10), principal: true },
    ],
  })
}

/** A slip that vendors make: the code of the diagnosis is missing. */
function withoutAName(bundle: object): object {
  const copy = structuredClone(bundle) as { entry: { resource: Record<string, unknown> }[] }
  for (const { resource } of copy.entry) if (resource.resourceType === 'Condition') delete resource.code
  return copy
}
