/** Every page of both portals as people see it: nothing for axe to find, nothing wider than the screen. ENISHI_PICTURES names a folder for pictures. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../../tests/harness/browser.ts'
import { axeFindings } from '../../ui/testing/axe.ts'
import { buildStaticFiles } from '../../ui/testing/browser.ts'
import { CLINIC, demo, type FrontDoor, openFrontDoor } from '../sign-in/front-door.fixture.ts'
import { checkupInput, conditionOf, labOf, openPortal, type Portal, submission } from './portal.fixture.ts'
import { widerThanScreen } from '../../ui/testing/drawn.ts'

const MEMBER = '06990001:12:3456:01'
const pictures = process.env.ENISHI_PICTURES
const whole = pictures !== undefined || process.env.ENISHI_TEST_FULL === '1'

let portal: Portal
let front: FrontDoor
let browser: Browser
let dist: string
let cookie: string
let emptyCookie: string
let consentId: string
let closureId: string
/** An item that was told twice. */
let told: string

const longest = 'ヘモグロビンA1c（NGSP値）／全血・ラテックス凝集比濁法'

beforeAll(async () => {
  ;[portal, front, dist, browser] = await Promise.all([
    openPortal(),
    openFrontDoor({ demo, totpOnce: false }),
    buildStaticFiles(),
    openBrowser(),
  ])
  if (pictures) await mkdir(pictures, { recursive: true })
  const person = await portal.citizen('勅使河原 慎之介', MEMBER)
  cookie = person.cookie
  emptyCookie = (await portal.citizen('新しい 人', '06990001:12:3456:09')).cookie
  await portal.submit(
    submission(MEMBER, [conditionOf('C-1', '高血圧症'), conditionOf('C-2', '２型糖尿病性腎症（第３期）・糖尿病性網膜症を伴うもの')]),
  )
  await portal.submit(submission(MEMBER, [conditionOf('C-3', '高血圧症')]))
  const record = await portal.app.inject({ url: '/me/record?kind=diagnosis', headers: { cookie, accept: 'text/html' } })
  told = /高血圧症[\s\S]*?closing\?item=Condition%2F([^"]+)"/.exec(record.body)![1]!
  for (const [i, name] of ['HbA1c', 'カリウム', longest, '尿酸'].entries()) {
    const course = Array.from({ length: 8 }, (_, n) =>
      labOf(`L-${i}-${n}`, name, Math.round((4 + ((n * 7 + i * 3) % 11) / 2.2) * 10) / 10, `2026-0${n + 1}-0${i + 1}`),
    )
    await portal.submit(submission(MEMBER, course))
  }
  const drug = {
    type: 'AllergyIntolerance',
    id: 'A-1',
    code: { code: 'GCM6131001F1ZZZ', display: 'アモキシシリンカプセル' },
    category: 'medication',
    criticality: 'high',
  } as const
  const food = { type: 'AllergyIntolerance', id: 'A-2', code: { code: 'J9FC11310000', display: 'さば' }, category: 'food' } as const
  await portal.submit(submission(MEMBER, [drug, food]))
  await portal.submit(checkupInput(MEMBER))
  const consent = await portal.consentTo(person.key, CLINIC, { diagnosis: true, 'test-result': true, prescription: true, infection: false })
  consentId = consent.id
  const given = await portal.app.inject({
    method: 'POST',
    url: '/me/consents/standing',
    headers: { cookie, accept: 'application/json' },
    payload: { institutionNumber: CLINIC, kinds: ['diagnosis', 'test-result'], until: null },
  })
  expect(given.statusCode, given.body).toBe(201)
  const closed = await portal.app.inject({
    method: 'POST',
    url: '/me/consents/closing',
    headers: { cookie, accept: 'application/json' },
    payload: { what: 'institution', institutionNumber: CLINIC, absolute: true },
  })
  closureId = closed.json().id
  await portal.look(person.key, { rules: ['own-institution', 'visit-consent'], kinds: ['diagnosis', 'test-result'], consentId })
  portal.minutesLater(5)
  await portal.look(person.key, { rules: [''], kinds: [], outcome: 'consent-missing' })
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await portal?.close()
  await front?.close()
})

type Place = { name: string; url: string; as: 'public' | 'person' | 'newcomer' }
const places = (): Place[] => [
  { name: 'front', url: '/', as: 'public' },
  { name: 'card', url: '/sign-in', as: 'public' },
  { name: 'staff', url: '/sign-in/staff', as: 'public' },
  { name: 'home', url: '/me', as: 'person' },
  { name: 'home-empty', url: '/me', as: 'newcomer' },
  { name: 'record', url: '/me/record', as: 'person' },
  { name: 'record-empty', url: '/me/record', as: 'newcomer' },
  { name: 'results', url: '/me/record?kind=test-result', as: 'person' },
  { name: 'diagnoses', url: '/me/record?kind=diagnosis', as: 'person' },
  { name: 'check-ups', url: '/me/record?kind=check-up', as: 'person' },
  { name: 'access-log', url: '/me/access-log', as: 'person' },
  { name: 'access-log-filtered', url: '/me/access-log?institution=9', as: 'person' },
  { name: 'consents', url: '/me/consents', as: 'person' },
  { name: 'withdraw', url: `/me/consents/${consentId}/withdraw`, as: 'person' },
  { name: 'closing', url: '/me/consents/closing', as: 'person' },
  { name: 'closing-check', url: `/me/consents/closing/check?what=item&type=Condition&id=${told}`, as: 'person' },
  { name: 'reopen', url: `/me/consents/closing/${closureId}/reopen`, as: 'person' },
  { name: 'consent-history', url: '/me/consents/history', as: 'person' },
  { name: 'profile', url: '/me/profile', as: 'person' },
]

async function htmlOf({ url, as }: Place, lang: string): Promise<string> {
  const app = as === 'public' ? front.app : portal.app
  const headers = { accept: 'text/html', ...(as === 'public' ? {} : { cookie: as === 'person' ? cookie : emptyCookie }) }
  const answer = await app.inject({ url: `${url}${url.includes('?') ? '&' : '?'}lang=${lang}`, headers })
  expect(answer.statusCode, url).toBe(200)
  return answer.body
}

const types: Record<string, string> = { css: 'text/css', js: 'text/javascript', woff2: 'font/woff2', svg: 'image/svg+xml' }

const looks = [
  { lang: 'ja', width: 390, height: 844, always: true },
  { lang: 'en', width: 1440, height: 900, always: true },
  { lang: 'en', width: 390, height: 844, always: false },
  { lang: 'ja', width: 1440, height: 900, always: false },
  { lang: 'ja', width: 320, height: 640, always: false },
].filter((look) => look.always || whole)

test.each(looks)(
  '$lang at $width x $height',
  async ({ lang, width, height }) => {
    const context = await browser.newContext({ viewport: { width, height }, bypassCSP: true })
    const page = await context.newPage()
    let html = ''
    await page.route('**/*', async (route) => {
      const { pathname } = new URL(route.request().url())
      if (!/^\/(assets|islands)\//.test(pathname)) return route.fulfill({ contentType: 'text/html; charset=utf-8', body: html })
      const body = await readFile(join(dist, pathname)).catch(() => null)
      return body
        ? route.fulfill({ contentType: types[pathname.split('.').at(-1) ?? ''] ?? 'text/plain', body })
        : route.fulfill({ status: 404, body: '' })
    })
    for (const place of places()) {
      html = await htmlOf(place, lang)
      await page.goto('http://localhost:8080/page')
      await page.evaluate(() => document.fonts.ready)
      if (pictures) await page.screenshot({ path: join(pictures, `${place.name}-${lang}-${width}.png`), fullPage: true })
      for (const details of await page.locator('details').all()) await details.evaluate((element) => element.setAttribute('open', ''))
      expect(await widerThanScreen(page), place.name).toBeLessThanOrEqual(0)
      expect(await axeFindings(page), place.name).toEqual([])
    }
    await context.close()
  },
  120_000,
)
