/** A mother looks after her child until the child comes of age; an operator settles a doubt and takes it back. In a browser, by hand. */
import { mkdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Actor } from '#kernel/context'
import { citizenRoutes } from '#portals/citizen'
import { operatorRoutes } from '#portals/operator'
import { assetRow } from '../../app/assets.ts'
import { migrations } from '../../app/migrations.ts'
import { startSession } from '../../kernel/identity.ts'
import { axeFindings, WCAG } from '../../ui/testing/axe.ts'
import { buildStaticFiles } from '../../ui/testing/browser.ts'
import { openBrowser } from '../harness/browser.ts'
import { HOSPITAL, openPlatform, type Platform, systemActor } from '../harness/platform.ts'
import { DESK, PHONE } from './screen.ts'
import { widerThanScreen } from '../../ui/testing/drawn.ts'

const SHOTS = process.env.ENISHI_SHOTS

let platform: Platform
let browser: Browser
let origin: string
let child: { key: string; personId: string }
let mother: { key: string; personId: string }

const operator: Actor = { kind: 'staff', id: 'op', role: 'operator', institutionNumber: HOSPITAL, institutionName: '', name: '相沢 縁' }
const citizen = (name: string, nameKana: string, birthDate: string) =>
  platform.enter({ name, nameKana, birthDate, address: '東京都千代田区緑町1-2-3', postalCode: '1000001' })

beforeAll(async () => {
  const dist = await buildStaticFiles()
  const about = { demo: true, baseUrl: 'http://localhost', tlsBase: null }
  platform = await openPlatform({
    migrations: [...migrations],
    template: 'people-journey',
    rows: ({ services }) => [
      ...citizenRoutes({ ...services, ...about }),
      ...operatorRoutes({ person: services.person, ...about }),
      assetRow('assets', dist),
      assetRow('islands', dist),
    ],
  })
  // Ten minutes before midnight in Japan; the child is born on the 23rd.
  platform.clock.at = new Date('2026-11-22T14:50:00Z')
  mother = await citizen('山川 美咲', 'ヤマカワ ミサキ', '1982-06-01')
  child = await citizen('山川 芽衣', 'ヤマカワ メイ', '2008-11-23')
  await platform.as(operator, (ctx) =>
    platform.services.person.proxies.enter(ctx, {
      ...{
        representedId: child.personId,
        proxyId: mother.personId,
        basis: 'parent',
        evidence: '戸籍',
        validFrom: '2020-01-01',
        until: null,
      },
    }),
  )
  const hospital = await platform.system(HOSPITAL)
  await platform.relate(child.key, HOSPITAL)
  const condition = { resourceType: 'Condition', subject: { reference: `Patient/${child.key}` }, code: { text: '気管支喘息' } }
  expect((await hospital.post('/fhir/R4/Condition', condition)).status).toBe(201)
  await platform.app.listen({ port: 0, host: '127.0.0.1' })
  origin = `http://localhost:${(platform.app.server.address() as AddressInfo).port}`
  browser = await openBrowser()
  if (SHOTS) await mkdir(SHOTS, { recursive: true })
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await platform?.close()
})

async function screen(subject: { kind: 'citizen' | 'staff'; id: string }, viewport: typeof PHONE, lang: 'ja' | 'en'): Promise<Page> {
  const token = await startSession(platform.db, platform.clock.at, {
    ...subject,
    provenBy: subject.kind === 'citizen' ? 'card' : 'passkey',
  })
  const context = await browser.newContext({ baseURL: origin, viewport, bypassCSP: true })
  await context.addCookies([
    { name: 'enishi_session', value: token, url: origin },
    { name: 'enishi_lang', value: lang, url: origin },
  ])
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  return page
}

/** Nothing wider than the screen, one heading, nothing for axe; a picture where asked for. */
async function lookedAt(page: Page, name: string): Promise<void> {
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true })
  expect(await page.locator('h1').count(), name).toBe(1)
  expect(await widerThanScreen(page), name).toBeLessThanOrEqual(0)
  expect(await axeFindings(page, WCAG), name).toEqual([])
}

test('the mother sees the child’s record until midnight, and her own alone after', async () => {
  const page = await screen({ kind: 'citizen', id: mother.personId }, PHONE, 'ja')
  await page.goto('/me/family')
  await lookedAt(page, 'family-ja-phone')
  await page.getByRole('button', { name: 'この人の代わりに見る' }).click()
  await page.waitForURL('**/me')
  await expect.poll(() => page.getByText('山川 芽衣さんの代わりに見ています').isVisible()).toBe(true)
  await page.goto('/me/record')
  expect(await page.getByText('気管支喘息').first().isVisible()).toBe(true)
  await lookedAt(page, 'acting-record-ja-phone')
  platform.clock.forward(11 * 60_000)
  await page.reload()
  expect(await page.getByText('代わりに見ています').count()).toBe(0)
  expect(await page.getByText('気管支喘息').count()).toBe(0)
  await page.goto('/me/family')
  expect(await page.getByRole('button', { name: 'この人の代わりに見る' }).count()).toBe(0)
  await page.context().close()
  const own = await screen({ kind: 'citizen', id: child.personId }, DESK, 'en')
  await own.goto('/me/access-log')
  expect(await own.getByText('山川 美咲, your parent,').first().isVisible()).toBe(true)
  await lookedAt(own, 'log-of-child-en-desk')
  await own.context().close()
}, 90_000)

test('the operator links two entries, sees what came of it, and takes it back', async () => {
  const stated = { memberId: '06990077:7:1:01', name: '斎藤 菊', nameKana: 'サイトウ キク', birthDate: '1948-04-12', sex: 'female' }
  const rest = { address: '東京都千代田区緑町1-2-3', postalCode: '1000001', phone: '' }
  const resolve = (more: object) =>
    platform.as(systemActor(HOSPITAL), (ctx) => platform.services.person.resolve(ctx, { ...stated, ...rest, ...more }, HOSPITAL))
  const one = await resolve({})
  const two = await resolve({ birthDate: '1948-04-21' })
  const { id } = await platform.staff('operator', HOSPITAL)
  const ownerOf = async (key: string) => (await platform.services.person.findByKey(platform, key))!.id
  for (const [lang, viewport] of [
    ['en', PHONE],
    ['ja', DESK],
  ] as const) {
    const page = await screen({ kind: 'staff', id }, viewport, lang)
    const name = `${lang}-${viewport === PHONE ? 'phone' : 'desk'}`
    await page.goto('/operator/people')
    await lookedAt(page, `people-${name}`)
    await page.goto(`/operator/people?name=${encodeURIComponent('齋藤')}&why=request`)
    await page.goto('/operator/people')
    await page.getByRole('link', { name: '斎藤 菊 / 斎藤 菊' }).first().click()
    await lookedAt(page, `case-${name}`)
    await page.getByRole('radio').first().check()
    await page.getByRole('button', { name: lang === 'ja' ? 'この内容で決める' : 'Decide' }).click()
    await page.waitForURL('**/operator/people?done=same')
    expect(await ownerOf(two.key)).toBe(one.personId)
    await lookedAt(page, `linked-${name}`)
    await page.locator('a[href*="/undo"]').first().click()
    await lookedAt(page, `undo-${name}`)
    await page.getByRole('textbox').last().fill('別人と分かった')
    await page.getByRole('button', { name: lang === 'ja' ? '取り消す' : 'Undo' }).click()
    await page.waitForURL('**/operator/people?done=undone')
    expect(await ownerOf(two.key)).toBe(two.personId)
    await page.goto(`/operator/people/${child.personId}?why=document`)
    await lookedAt(page, `person-${name}`)
    for (const entry of ['name', 'proxy', 'mark']) {
      await page.goto(`/operator/people/${child.personId}/enter/${entry}?why=document`)
      await lookedAt(page, `enter-${entry}-${name}`)
    }
    await page.context().close()
  }
}, 120_000)
