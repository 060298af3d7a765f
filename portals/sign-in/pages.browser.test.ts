/** Pages around sign-in that appear only with a provider, several places of work, a new card or ending keys: to axe, and as pictures. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { insertClient, insertFacilities } from '#care/person'
import { openBrowser } from '../../tests/harness/browser.ts'
import { HOSPITAL, openServed, type Served } from '../../tests/harness/served.ts'
import { axeFindings } from '../../ui/testing/axe.ts'
import { buildStaticFiles, openDocument } from '../../ui/testing/browser.ts'
import { insertTicket } from './first/store.ts'
import { outsideClient } from './outside/client.ts'
import { linkOutside } from './outside/store.ts'
import { waywardProvider } from './outside/wayward-provider.fixture.ts'
import { aDoctor, anApp, appSide, type browser as jarOf, register, someone, start } from './provider/launch.fixture.ts'
import { issueStaffInvitation } from './recovery/service.ts'
import { widerThanScreen } from '../../ui/testing/drawn.ts'

const SCREENS = { phone: { width: 390, height: 844 }, desk: { width: 1440, height: 900 } }
/** Where pictures go; nowhere unless asked for. */
const PICTURES = process.env.ENISHI_PICTURES
const OTHER = '1310000027'

let served: Served
let provider: Awaited<ReturnType<typeof waywardProvider>>
let chromium: Browser
let dist: string
/** A page by its name: its address, and the cookies it is asked with. */
let pages: Record<string, { path: string; cookie: string }>

beforeAll(async () => {
  provider = await waywardProvider()
  const named = { name: { ja: '北海道東部広域連合 職員共通ID', en: 'Eastern Hokkaido Union Staff ID' } }
  const citizen = outsideClient(await provider.settings())
  served = await openServed({ outside: { citizen, staff: outsideClient(await provider.settings({ audience: 'staff', ...named })) } })
  await insertFacilities(served.db, [
    {
      institutionNumber: OTHER,
      name: '独立行政法人 地域医療機能推進機構 乙第二診療所',
      nameEn: 'Otsu Second Clinic',
      kind: 'clinic',
      prefecture: '13',
    },
  ])
  const [doctor, person] = [await aDoctor(served), await someone(served)]
  await sql`insert into person.assignment (id, staff_id, institution_number, role, department, valid_from)
    values (${`also-${doctor.id}`}, ${doctor.id}, ${OTHER}, 'physician', '内科', '1900-01-01')`.execute(served.db)
  for (const key of [person.key, await served.enter('長谷川 エリザベス・アレクサンドラ・マリア')])
    await sql`insert into consent.relation (key, institution_number, since) values (${key}, ${HOSPITAL}, now())`.execute(served.db)
  await register(served, anApp('round', { forCitizens: false, forStaff: true, name: '回診アプリ', nameEn: 'Rounds' }))
  const jwk = (kid: string) => ({ ...generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' }), kid })
  await register(served, anApp('server', { kind: 'confidential', authMethod: 'private_key_jwt', jwks: { keys: [jwk('a-1'), jwk('a-2')] } }))
  const side = await appSide(served, 'round')
  const picker = await doctor.browser.open((await start(served, side, { scope: 'openid launch/patient patient/*.rs' })).url.href)
  await linkOutside(served.db, new Date(), { issuer: provider.origin, subject: 'someone', kind: 'citizen', holderId: person.id, by: 'x' })
  await linkOutside(served.db, new Date(), { issuer: provider.origin, subject: 'E-1042', kind: 'staff', holderId: doctor.id, by: 'x' })
  await insertClient(served.db, {
    clientId: 'emr',
    institutionNumber: HOSPITAL,
    name: '電子カルテ',
    jwks: { keys: [jwk('2025'), jwk('2026')] },
    scopes: ['system/*.cruds'],
  })
  await sql`update person.client_key set valid_until = now() + interval '20 days' where kid = '2025'`.execute(served.db)
  const ticket = await insertTicket(served.db, new Date(), { serial: 'new', issuer: 'issuer' })
  const token = await issueStaffInvitation({ db: served.db, now: new Date() }, { staffId: doctor.id, by: 'x' })
  const cookieOf = (jar: ReturnType<typeof jarOf>['jar']) => [...jar].map(([name, { value }]) => `${name}=${value}`).join('; ')
  const [mine, theirs, operator] = [cookieOf(person.browser.jar), cookieOf(doctor.browser.jar), await served.operator()]
  pages = {
    'sign-in-card': { path: '/sign-in/card', cookie: '' },
    'sign-in-staff': { path: '/sign-in/staff', cookie: '' },
    'sign-in-invitation': { path: `/sign-in/invitation/${token}`, cookie: '' },
    'not-linked': { path: '/sign-in/outside/staff/back?state=x&here=1', cookie: '' },
    bounced: { path: '/sign-in/outside/staff/back?state=x', cookie: '' },
    'links-citizen': { path: '/me/security/outside', cookie: mine },
    'security-citizen': { path: '/me/security', cookie: mine },
    'links-staff': { path: '/clinic/account/outside', cookie: theirs },
    'account-staff': { path: '/clinic/account', cookie: theirs },
    again: { path: '/sign-in/again?next=/clinic/account', cookie: theirs },
    workplace: { path: '/sign-in/workplace', cookie: theirs },
    picker: { path: new URL(picker.at).pathname, cookie: theirs },
    'picker-nobody': { path: `${new URL(picker.at).pathname}?q=nobody`, cookie: theirs },
    register: { path: '/sign-in/register', cookie: `enishi_first=${ticket}` },
    'keys-client': { path: '/operator/clients/emr', cookie: operator },
    'keys-app': { path: '/operator/apps/server', cookie: operator },
    'operator-links': { path: `/operator/staff/${doctor.id}/outside`, cookie: operator },
    'operator-staff': { path: `/operator/staff/${doctor.id}`, cookie: operator },
  }
  dist = await buildStaticFiles()
  chromium = await openBrowser()
  if (PICTURES) await mkdir(PICTURES, { recursive: true })
}, 120_000)

afterAll(async () => {
  await chromium?.close()
  await served?.close()
  await provider?.close()
  if (dist) await rm(dist, { recursive: true })
})

const ALL = (['ja', 'en'] as const).flatMap((lang) => (['phone', 'desk'] as const).map((screen) => ({ lang, screen })))
/** Each language and each width once; all four where pictures are wanted. */
const LOOKS = PICTURES ? ALL : ALL.filter(({ lang, screen }) => (lang === 'ja') === (screen === 'phone'))

describe('pages around sign-in', () => {
  test.each(LOOKS)(
    '$lang on a $screen: nothing for axe to find, nothing wider than the screen, one heading of the first order',
    async ({ lang, screen }) => {
      for (const [name, { path, cookie }] of Object.entries(pages)) {
        const url = new URL(path, served.origin)
        url.searchParams.set('lang', lang)
        const answer = await fetch(url, { headers: { accept: 'text/html', cookie }, redirect: 'manual' })
        expect([name, answer.status], name).toEqual([name, name === 'not-linked' ? 409 : 200])
        const page = await openDocument(chromium, dist, await answer.text(), { viewport: SCREENS[screen], bypassCSP: true })
        if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}-${lang}-${screen}.png`), fullPage: true })
        for (const details of await page.locator('details').all()) await details.evaluate((element) => element.setAttribute('open', ''))
        expect(await axeFindings(page), name).toEqual([])
        expect(await page.locator('h1').count(), name).toBe(1)
        expect(await widerThanScreen(page), name).toBeLessThanOrEqual(0)
        await page.context().close()
      }
    },
    180_000,
  )

  test('the picker is used without a mouse: search, then the button of the first patient', async () => {
    const { path, cookie } = pages.picker!
    const html = await (await fetch(`${served.origin}${path}`, { headers: { accept: 'text/html', cookie } })).text()
    const page = await openDocument(chromium, dist, html, { viewport: SCREENS.desk })
    await page.locator('input[name="q"]').focus()
    const names: string[] = []
    for (let n = 0; n < 3; n++) {
      await page.keyboard.press('Tab')
      names.push(await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? ''))
    }
    expect(names[0]).toBe('さがす')
    expect(
      names.slice(1).every((name) => name.startsWith('この患者で進む：')),
      names.join(' | '),
    ).toBe(true)
    await page.context().close()
  }, 60_000)
})
