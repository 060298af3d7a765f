/** Every page of the platform, for everyone it is made for, on a phone and on a desk, in both languages. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { axeFindings, WCAG } from '../../ui/testing/axe.ts'
import { openBrowser } from '../harness/browser.ts'
import { call, citizenSession, staffSession } from '../../app/tour/client.ts'
import { askAddress, letExampleIn } from './app-launch.ts'
import { sharingVisits } from './sharing-visits.ts'
import { disasterVisits } from './disaster-visits.ts'
import { emergencyVisits } from './emergency-visits.ts'
import { erasureVisits } from './erasure-visits.ts'
import { agreed, eldest, facilityOf, lookedAtTheChart, staffOf, submittedToday } from './facts.ts'
import { noticeVisits } from './notice-visits.ts'
import { takePictures } from './pictures.ts'
import { type Demo, openRegion, type Region } from './region.ts'
import { auditorVisits } from './auditor-visits.ts'
import { registerVisits } from './register-visits.ts'
import { DESK, type Lang, openScreen, PHONE, type Screen, signInAsStaff, signInByCard } from './screen.ts'
import { widerThanScreen } from '../../ui/testing/drawn.ts'

/** Where pictures of every page go; nowhere unless asked for. */
const SHOTS = process.env.ENISHI_SHOTS

const sessions = ['nobody', 'citizen', 'physician', 'clerk', 'operator', 'auditor'] as const
type Who = (typeof sessions)[number]
/** `refused`: the page of a refusal, looked at like any other. */
type Visit = { name: string; row: string; path: string; as: Who; refused?: number }

let region: Region
let browser: Browser
let demo: Demo
let visits: Visit[]
/** Addresses that answer a GET, as the running platform publishes them. */
let answers: RegExp[]

beforeAll(async () => {
  region = await openRegion()
  demo = region.demo
  visits = await allVisits(demo)
  const { body } = await call(`${demo.baseUrl}/openapi.json`)
  answers = Object.entries(body.paths as Record<string, Record<string, unknown>>)
    .filter(([, methods]) => 'get' in methods)
    .map(([path]) => new RegExp(`^${path.replace(/[.$]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+')}$`))
  browser = await openBrowser()
  if (SHOTS) await mkdir(SHOTS, { recursive: true })
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await region?.close()
})

test('every row that answers with a page is visited here', async () => {
  const { body } = await call(`${demo.baseUrl}/openapi.json`)
  const paths = Object.entries(body.paths as Record<string, Record<string, unknown>>)
  const pages = paths.filter(([path, methods]) => 'get' in methods && !notAPage.test(path)).map(([path]) => path)
  expect(pages.length).toBeGreaterThan(10)
  const visited = new Set(visits.map((visit) => visit.row))
  expect(pages.filter((path) => !visited.has(path))).toEqual([])
})

/** Rows for programs. A new one that answers no page is added here; a new page is added to the visits. */
const notAPage =
  /^\/(?:fhir|\.well-known|oauth|demo|assets|islands|health|log\/|openapi\.json|statistics\.|terminology\/search|eligibility\/|reader\/sessions\/|me\/cards$|me\/access-log\/(?:proof\/|receipts\/\{requestId\}\/)?download|audit\/(?:events|scope\/\{id\})\/download|operator\/disaster\/extracts\/\{id\}\/download)/

test.each(['ja', 'en'] as const)(
  '%s: each page stands, stays within a phone and a desk, and asks nobody else',
  async (lang) => {
    const wrong: string[] = []
    await asEach({ lang, viewport: PHONE }, async (visit, screen) => {
      for (const finding of await findings(visit, screen, lang)) wrong.push(`${visit.name}: ${finding}`)
    })
    expect(wrong).toEqual([])
  },
  600_000,
)

if (process.env.ENISHI_PICTURES === '1') test('pictures for the README', () => takePictures(browser, demo), 60_000)

test('without script each page still has its heading and its forms', async () => {
  const wrong: string[] = []
  await asEach({ lang: 'ja', viewport: PHONE, script: false }, async (visit, { page }) => {
    const answer = await page.goto(visit.path)
    if (answer?.status() !== (visit.refused ?? 200)) wrong.push(`${visit.name}: ${answer?.status()}`)
    if ((await page.locator('h1').count()) !== 1) wrong.push(`${visit.name}: no single h1`)
    const dumb = await page.evaluate(
      () =>
        [...document.querySelectorAll('main form')].filter(
          (form) =>
            !form.querySelector('button')?.checkVisibility({ visibilityProperty: true }) && !form.closest('[hidden], details:not([open])'),
        ).length,
    )
    if (dumb > 0) wrong.push(`${visit.name}: ${dumb} forms without a button to see`)
  })
  expect(wrong).toEqual([])
}, 300_000)

test('the sweep finds what it looks for: a page that does everything wrong', async () => {
  const screen = await openScreen(browser, demo, { viewport: PHONE, lang: 'en' })
  await screen.page.route('**/broken', (route) =>
    route.fulfill({
      contentType: 'text/html; charset=utf-8',
      headers: { 'content-security-policy': "default-src 'self'" },
      body: `<html lang="ja"><title>x</title><main><h1>一</h1><h1>二</h1><pre>${'x'.repeat(2000)}</pre><a href="/no/such/page">y</a><script>1</script><img src="http://elsewhere.invalid/x.png"><button></button></main></html>`,
    }),
  )
  const found = (await findings({ name: 'broken', row: '', path: '/broken', as: 'nobody' }, screen, 'en')).join('\n')
  for (const kind of [/h1/, /lang/, /wider/, /console/, /axe/, /Japanese/, /nowhere/]) expect(found).toMatch(kind)
  await screen.close()
})

/** Where each is led after signing in. */
const homes = { citizen: '**/me', physician: '**/clinic', clerk: '**/clinic', operator: '**/operator', auditor: '**/audit' } as const

const operatorOf = (where: Demo) => where.staff.find((s) => s.role === 'operator')!

/** The right session for each visit; pages of one session are visited one after another. */
async function asEach(
  options: { lang: Lang; viewport: typeof PHONE; script?: boolean },
  look: (visit: Visit, screen: Screen) => Promise<void>,
) {
  for (const who of sessions) {
    const screen = await signedIn(who, options)
    for (const visit of visits.filter((one) => one.as === who)) await look(visit, screen)
    await screen.close()
  }
}

/** Signs in with script, as one must for a card, and goes on without it where asked. */
async function signedIn(who: Who, options: { lang: Lang; viewport: typeof PHONE; script?: boolean }): Promise<Screen> {
  const screen = await openScreen(browser, demo, { ...options, script: true })
  if (who === 'citizen') await signInByCard(screen.page, demo, eldest(demo)[0]!)
  if (who === 'physician' || who === 'clerk') await signInAsStaff(screen.page, staffOf(demo, who, facilityOf(demo, 'clinic')))
  if (who === 'operator') await signInAsStaff(screen.page, operatorOf(demo))
  if (who === 'auditor') await signInAsStaff(screen.page, demo.staff.find((s) => s.role === 'auditor')!)
  if (who !== 'nobody') await screen.page.waitForURL(homes[who])
  if (options.script !== false) return screen
  const cookies = await screen.context.cookies()
  await screen.close()
  const plain = await openScreen(browser, demo, options)
  await plain.context.addCookies(cookies)
  return plain
}

/** What is wrong with a page on a phone, with axe, and then on a desk: the server's answer is the same, so that it is asked for once. */
async function findings(visit: Visit, screen: Screen, lang: Lang): Promise<string[]> {
  const { page } = screen
  screen.complaints()
  const found: string[] = []
  const answer = await page.goto(visit.path, { waitUntil: 'load' })
  if (visit.name !== 'broken' && answer?.status() !== (visit.refused ?? 200)) found.push(`status ${answer?.status()}`)
  const headings = await page.locator('h1').count()
  if (headings !== 1) found.push(`${headings} h1`)
  if ((await page.locator('html').getAttribute('lang')) !== lang) found.push('html lang is not the language asked for')
  if (lang === 'en') found.push(...(await japaneseLeft(page)))
  found.push(...(await leadingNowhere(page)))
  found.push(...(await tooWide(page, 'a phone')))
  await pictured(page, `${visit.name}-${lang}-phone`)
  await page.setViewportSize(DESK)
  found.push(...(await tooWide(page, 'a desk')))
  await pictured(page, `${visit.name}-${lang}-desk`)
  await page.setViewportSize(PHONE)
  // What is folded away is judged too.
  await page.evaluate(() => {
    for (const folded of document.querySelectorAll('details')) folded.open = true
  })
  found.push(...(await axeFindings(page, WCAG)).map((line) => `axe ${line}`))
  found.push(...(await tooWide(page, 'a phone, once everything is unfolded')))
  found.push(...screen.complaints().filter((line) => visit.refused === undefined || !/status of \d+/.test(line)))
  return found
}

/** Links into the platform that no row answers. A page may always lead to itself: that of an address that is not there does, in the other language. */
async function leadingNowhere(page: Page): Promise<string[]> {
  const paths = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLAnchorElement>('a[href]')]
      .filter((a) => a.origin === location.origin && a.pathname !== location.pathname)
      .map((a) => a.pathname),
  )
  return [...new Set(paths)].filter((path) => !answers.some((one) => one.test(path))).map((path) => `leads nowhere: ${path}`)
}

const tooWide = async (page: Page, where: string): Promise<string[]> => {
  const over = await widerThanScreen(page)
  return over > 0 ? [`${over} px wider than ${where}`] : []
}

const pictured = async (page: Page, name: string): Promise<void> =>
  void (SHOTS && (await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true })))

/** Words of ours that were not put into English: outside of what is marked as Japanese and of names, which are data. */
async function japaneseLeft(page: Page): Promise<string[]> {
  const texts = await page.evaluate(() => {
    const own = [...document.querySelectorAll<HTMLElement>('h1, h2, h3, nav a, button, label, th, legend, summary, dt, .lead')]
    const said = own.flatMap((element) => {
      if (element.closest('body [lang="ja"], option')) return []
      const copy = element.cloneNode(true) as HTMLElement
      for (const data of copy.querySelectorAll('[lang="ja"], select, textarea')) data.remove()
      return [copy.textContent ?? '']
    })
    const labels = [...document.querySelectorAll('nav[aria-label], form[aria-label], table[aria-label]')]
    return [...said, ...labels.map((element) => element.getAttribute('aria-label') ?? '')].map((text) => text.replace(/\s+/g, ' ').trim())
  })
  const names = [...demo.people, ...demo.facilities].flatMap(({ name }) => [name, name.split(' ')[0]!]).concat('縁 Enishi')
  const left = texts.map((text) => names.reduce((rest, name) => rest.replaceAll(name, ''), text))
  return [...new Set(left.filter((text) => /[\u3041-\u30ff\u4e00-\u9fff]/.test(text)))].map(
    (text) => `Japanese left: ${text.slice(0, 100)}`,
  )
}

/** A person with a record of every kind, seen by a clinic, one kind refused; and one whom the clinic may not see. */
async function allVisits(where: Demo): Promise<Visit[]> {
  const [seen, unseen] = eldest(where)
  const [hospital, clinic] = [facilityOf(where, 'hospital'), facilityOf(where, 'clinic')]
  const physician = staffOf(where, 'physician', clinic)
  await submittedToday(where, { by: hospital, to: clinic, person: seen! })
  await agreed(where, { at: clinic, person: seen!, refusing: ['infection'] })
  await lookedAtTheChart(where, { staff: physician, person: seen! })
  const chart = `/clinic/patients/${seen!.patientId}`
  const { body } = await call(`${where.baseUrl}${chart}`, { cookie: await staffSession(where, physician) })
  const items = Object.values(body.items as Record<string, { id: string; is: string }[]>).flat()
  const idOf = (is: string) => items.find((item) => item.is === is)!.id
  const consents = (await consentsOf(where)).map(({ id }) => id)
  const apps = {
    hers: await letExampleIn(where, { cookie: await citizenSession(where, seen!.card), list: '/me/apps' }),
    theirs: await letExampleIn(where, {
      ...{ cookie: await staffSession(where, physician), list: '/clinic/account/apps' },
      patientId: seen!.patientId,
    }),
  }
  return [
    { name: 'front', row: '/', path: '/', as: 'nobody' },
    { name: 'sign-in', row: '/sign-in', path: '/sign-in', as: 'nobody' },
    { name: 'sign-in-card', row: '/sign-in/card', path: '/sign-in/card?next=%2Fme%2Frecord', as: 'nobody' },
    { name: 'sign-in-staff', row: '/sign-in/staff', path: '/sign-in/staff', as: 'nobody' },
    { name: 'sign-in-register', row: '/sign-in/register', path: '/sign-in/register', as: 'nobody' },
    { name: 'locked', row: '/sign-in/locked', path: '/sign-in/locked', as: 'nobody' },
    { name: 'invitation-code', row: '/sign-in/invitation', path: '/sign-in/invitation', as: 'nobody' },
    { name: 'invitation-invalid', row: '/sign-in/invitation/{token}', path: '/sign-in/invitation/nothing', as: 'nobody', refused: 410 },
    { name: 'not-found', row: '', path: '/no/such/page', as: 'nobody', refused: 404 },
    { name: 'developer', row: '/developer', path: '/developer', as: 'nobody' },
    { name: 'developer-check', row: '/developer/check', path: '/developer/check', as: 'nobody' },
    { name: 'developer-check-example', row: '/developer/check', path: '/developer/check?example=faults', as: 'nobody' },
    { name: 'developer-parameters', row: '/developer/parameters', path: '/developer/parameters?type=Observation', as: 'nobody' },
    { name: 'me', row: '/me', path: '/me', as: 'citizen' },
    { name: 'me-record', row: '/me/record', path: '/me/record', as: 'citizen' },
    { name: 'me-record-kind', row: '/me/record', path: '/me/record?kind=test-result', as: 'citizen' },
    { name: 'me-access-log', row: '/me/access-log', path: '/me/access-log', as: 'citizen' },
    { name: 'me-access-log-proof', row: '/me/access-log/proof', path: '/me/access-log/proof', as: 'citizen' },
    { name: 'me-closing', row: '/me/consents/closing', path: '/me/consents/closing?item=Condition/x', as: 'citizen' },
    { name: 'me-consents', row: '/me/consents', path: '/me/consents', as: 'citizen' },
    { name: 'me-withdraw', row: '/me/consents/{id}/withdraw', path: `/me/consents/${consents[0]}/withdraw`, as: 'citizen' },
    { name: 'me-profile', row: '/me/profile', path: '/me/profile', as: 'citizen' },
    ...(await peopleVisits(where)),
    ...(await noticeVisits(where)),
    ...(await registerVisits(where)),
    ...(await auditorVisits(where, { physician, seen: seen! })),
    ...(await erasureVisits(where)),
    ...(await emergencyVisits(where)),
    ...(await disasterVisits(where)),
    ...(await sharingVisits(where)),
    { name: 'me-apps', row: '/me/apps', path: '/me/apps', as: 'citizen' },
    { name: 'me-apps-end', row: '/me/apps/{id}/end', path: `/me/apps/${apps.hers}/end`, as: 'citizen' },
    { name: 'app-asks', row: '', path: askAddress(where, null), as: 'citizen' },
    { name: 'demo-app', row: '', path: '/demo/app', as: 'nobody' },
    { name: 'staff-apps', row: '/clinic/account/apps', path: '/clinic/account/apps', as: 'physician' },
    { name: 'staff-apps-end', row: '/clinic/account/apps/{id}/end', path: `/clinic/account/apps/${apps.theirs}/end`, as: 'physician' },
    { name: 'me-security', row: '/me/security', path: '/me/security', as: 'citizen' },
    { name: 'passkey-offer', row: '/sign-in/passkey/offer', path: '/sign-in/passkey/offer?next=%2Fme', as: 'citizen' },
    { name: 'again', row: '/sign-in/again', path: '/sign-in/again?next=%2Fme%2Fsecurity', as: 'citizen' },
    { name: 'me-not-permitted', row: '', path: '/clinic', as: 'citizen', refused: 403 },
    { name: 'clinic', row: '/clinic', path: '/clinic', as: 'physician' },
    { name: 'account', row: '/clinic/account', path: '/clinic/account', as: 'physician' },
    { name: 'account-code', row: '/clinic/account/code', path: '/clinic/account/code', as: 'physician' },
    { name: 'account-password', row: '/clinic/account/password', path: '/clinic/account/password', as: 'physician' },
    { name: 'workplace', row: '/sign-in/workplace', path: '/sign-in/workplace?next=%2Fclinic', as: 'physician' },
    { name: 'staff-again', row: '', path: '/sign-in/again?next=%2Fclinic', as: 'physician' },
    { name: 'clinic-search', row: '/clinic', path: `/clinic?q=${encodeURIComponent(seen!.name.split(' ')[0]!)}`, as: 'physician' },
    { name: 'chart', row: '/clinic/patients/{patientId}', path: chart, as: 'physician' },
    {
      name: 'chart-closed',
      row: '',
      path: `/clinic/patients/${unseen!.patientId}`,
      as: 'physician',
      refused: await statusOf(where, unseen!.patientId),
    },
    { name: 'chart-kind', row: '', path: `${chart}?kind=diagnosis`, as: 'physician' },
    { name: 'chart-labs', row: '/clinic/patients/{patientId}/labs', path: `${chart}/labs`, as: 'physician' },
    { name: 'chart-item', row: '/clinic/patients/{patientId}/items/{id}', path: `${chart}/items/${idOf('result')}`, as: 'physician' },
    {
      name: 'chart-document',
      row: '/clinic/patients/{patientId}/documents/{id}',
      path: `${chart}/documents/${idOf('document')}`,
      as: 'physician',
    },
    {
      name: 'document-sign',
      row: '/clinic/patients/{patientId}/documents/{id}/sign',
      path: `${chart}/documents/${idOf('document')}/sign`,
      as: 'physician',
      // Another institution's letter; the page itself is looked at in signing.test.ts.
      refused: 403,
    },
    ...developerVisits(seen!.patientId),
    { name: 'developer-terminology', row: '/developer/terminology', path: '/developer/terminology', as: 'physician' },
    { name: 'reader', row: '/reader', path: '/reader', as: 'clerk' },
    { name: 'desk', row: '/desk/eligibility', path: '/desk/eligibility', as: 'clerk' },
    { name: 'desk-waiting', row: '/desk/waiting', path: '/desk/waiting', as: 'clerk' },
    { name: 'desk-chart-numbers', row: '/desk/chart-numbers', path: `/desk/chart-numbers?patient=${seen!.patientId}`, as: 'clerk' },
    { name: 'card-use', row: '/clinic/card-use', path: '/clinic/card-use', as: 'clerk' },
    { name: 'clerk-clinic', row: '/clinic', path: '/clinic', as: 'clerk' },
    { name: 'clerk-not-permitted', row: '', path: chart, as: 'clerk', refused: 403 },
  ]
}

/** Proxies on both sides, and the register of people: the queue, a case, a decision to undo, one person and what may be entered. */
async function peopleVisits(where: Demo): Promise<Visit[]> {
  const [seen, other] = eldest(where)
  const proposal = { name: seen!.name, birthDate: seen!.birthDate, memberId: seen!.memberId }
  await call(`${where.baseUrl}/me/family/propose`, { json: proposal, cookie: await citizenSession(where, other!.card) })
  const family = await call(`${where.baseUrl}/me/family`, { cookie: await citizenSession(where, seen!.card) })
  const waiting = (family.body.representedBy as { id: string; waiting: boolean }[]).find((one) => one.waiting)!
  const cookie = await staffSession(where, operatorOf(where))
  const { body } = await call(`${where.baseUrl}/operator/people`, { cookie })
  const [first, second] = body.cases as { id: string }[]
  const made = await call(`${where.baseUrl}/operator/people/cases/${second!.id}`, {
    json: { decided: 'asked', reason: 'facility' },
    cookie,
  })
  const searched = `/operator/people?why=request&name=${encodeURIComponent(seen!.name.split(' ')[0]!)}`
  const found = (await call(`${where.baseUrl}${searched}`, { cookie })).body.found as { people: { personId: string }[] }
  const person = `/operator/people/${found.people[0]!.personId}`
  const visit = (name: string, row: string, path: string, as: Who = 'operator'): Visit => ({ name, row, path, as })
  return [
    visit('me-family', '/me/family', '/me/family', 'citizen'),
    visit('me-family-accept', '/me/family/{id}/accept', `/me/family/${waiting.id}/accept`, 'citizen'),
    visit('people', '/operator/people', '/operator/people'),
    visit('operator-card-use', '/operator/card-use', '/operator/card-use'),
    visit('people-found', '/operator/people', searched),
    visit('people-case', '/operator/people/cases/{id}', `/operator/people/cases/${first!.id}`),
    visit(
      'people-undo',
      '/operator/people/decisions/{key}/{id}/undo',
      `/operator/people/decisions/${String(made.body.key)}/${String(made.body.id)}/undo`,
    ),
    visit('person-sign-in', '/operator/people/{id}/sign-in', `${person}/sign-in`),
    visit('person', '/operator/people/{id}', `${person}?why=request`),
    visit('person-cards', '/operator/people/{id}/cards', `${person}/cards`),
    ...['name', 'sex', 'address', 'phone', 'proxy', 'mark'].map((entry) =>
      visit(`person-${entry}`, '/operator/people/{id}/enter/{entry}', `${person}/enter/${entry}?why=request`),
    ),
  ]
}

/** The playground in its states: nothing asked, table, text, beside the matches, versions, a warning, errors, nothing found. */
function developerVisits(patientId: string): Visit[] {
  const asked = (name: string, query: string, refused?: number): Visit => {
    const path = `/developer/query?q=${encodeURIComponent(query)}&explain=1${name === 'json' ? '&view=json' : ''}`
    return { name: `developer-query-${name}`, row: '/developer/query', path, as: 'physician', ...(refused ? { refused } : {}) }
  }
  return [
    { name: 'developer-query', row: '/developer/query', path: '/developer/query', as: 'physician' },
    asked('table', `Observation?patient=${patientId}&_sort=-date&_count=5`),
    asked('json', `Observation?patient=${patientId}&_sort=-date&_count=2`),
    asked('include', `Observation?patient=${patientId}&_count=3&_include=Observation:patient`),
    asked('everything', `Patient/${patientId}/$everything?_count=20`),
    asked('history', `Patient/${patientId}/_history`),
    asked('read', `Patient/${patientId}`),
    asked('text', 'Condition?code:text=高血圧&nmae=x'),
    asked('nothing', `Observation?patient=${patientId}&code=nothing`),
    asked('type-unknown', 'Observaton?code=1', 404),
    asked('other-server', 'https://example.com/Patient', 400),
    { name: 'developer-query-clerk', row: '', path: '/developer/query', as: 'clerk', refused: 403 },
  ]
}

async function consentsOf(where: Demo): Promise<{ id: string }[]> {
  const cookie = await citizenSession(where, eldest(where)[0]!.card)
  return (await call(`${where.baseUrl}/me/consents`, { cookie })).body.consents as { id: string }[]
}

/** Whether the clinic knows the person depends on the demo data; either way the page is looked at. */
async function statusOf(where: Demo, patientId: string): Promise<number> {
  const cookie = await staffSession(where, staffOf(where, 'physician', facilityOf(where, 'clinic')))
  return (await call(`${where.baseUrl}/clinic/patients/${patientId}`, { cookie })).status
}
