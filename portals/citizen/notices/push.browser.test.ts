/** Subscribing a browser from the settings page, with a push service that is played: a test browser has none. */
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noticeService } from '#care/notice'
import { startSession } from '#kernel/identity'
import { parseAllowedHosts } from '#kernel/outbound'
import { signInMigrations } from '#portals/sign-in'
import { assetRow } from '../../../app/assets.ts'
import { browser as subscriber } from '../../../care/notice/push-service.fixture.ts'
import { openBrowser } from '../../../tests/harness/browser.ts'
import { careMigrations, openPlatform, type Platform } from '../../../tests/harness/platform.ts'
import { buildStaticFiles } from '../../../ui/testing/browser.ts'
import { citizenRoutes } from '../index.ts'

let platform: Platform
let browser: Browser
let base: string
let hanako: { key: string; personId: string }
const hers = subscriber()

beforeAll(async () => {
  const [dist, opened] = await Promise.all([buildStaticFiles(), openBrowser()])
  browser = opened
  const islands = join(import.meta.dirname, '..', '..', '..', 'ui', 'islands')
  await build({
    ...{ entryPoints: ['notice-push', 'notice-worker'].map((name) => join(islands, `${name}.ts`)), outdir: join(dist, 'islands') },
    ...{ bundle: true, minify: true, format: 'esm', target: 'es2022', logLevel: 'silent' },
  })
  platform = await openPlatform({
    migrations: [...careMigrations, ...signInMigrations],
    template: 'apps',
    rows: ({ services }) => {
      const notice = noticeService({ person: services.person, pushHosts: parseAllowedHosts('push.example.com') })
      return [...citizenRoutes({ ...services, notice, demo: false }), assetRow('assets', dist), assetRow('islands', dist)]
    },
  })
  await platform.app.listen({ port: 0, host: '127.0.0.1' })
  base = `http://localhost:${(platform.app.server.address() as AddressInfo).port}`
  hanako = await platform.enter()
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await platform?.close()
})

/** The page, in a browser whose push service gives out subscriptions at `host`. */
async function open(host: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: base, locale: 'ja-JP', permissions: ['notifications'] })
  const value = await startSession(platform.db, platform.clock.at, { kind: 'citizen', id: hanako.personId, provenBy: 'card' })
  await context.addCookies([{ name: 'enishi_session', value, url: base }])
  const page = await context.newPage()
  const played = { endpoint: `https://${host}/abc`, keys: { p256dh: hers.p256dh, auth: hers.auth } }
  await page.addInitScript((subscription) => {
    const made = { ...subscription, toJSON: () => subscription, unsubscribe: async () => true }
    Object.defineProperty(Notification, 'permission', { get: () => 'granted' })
    Notification.requestPermission = async () => 'granted'
    Object.assign(PushManager.prototype, {
      getSubscription: async () => null,
      subscribe: async (options: PushSubscriptionOptionsInit) => {
        Object.assign(window, { asked: options })
        return made
      },
    })
  }, played)
  await page.goto('/me/notices/settings')
  return page
}

test('a browser that wants to be told is asked for, subscribed with the platform’s key, and listed', async () => {
  const page = await open('push.example.com')
  await page.getByRole('button', { name: 'この端末に知らせる' }).click()
  await page.waitForURL(/said=subscribed/)
  expect(await page.textContent('main')).toContain('この端末に知らせるようにしました')
  const [channel] = await platform.services.notice.channels(platform, hanako.personId)
  expect(channel).toMatchObject({ kind: 'push', state: 'live', address: 'https://push.example.com/abc', keys: { p256dh: hers.p256dh } })
  expect(await page.textContent('table')).toContain('Chrome')
  await page.context().close()
}, 60_000)

test('a browser whose push service may not be called is told what to do, and nothing is kept', async () => {
  const page = await open('push.elsewhere.example')
  await page.getByRole('button', { name: 'この端末に知らせる' }).click()
  await page.getByText('登録できませんでした').waitFor()
  expect(await platform.services.notice.channels(platform, hanako.personId)).toHaveLength(1)
  await page.context().close()
}, 60_000)

test('the worker is served as a script of this site, and reaches for nothing', async () => {
  const answer = await fetch(`${base}/islands/notice-worker.js`)
  const text = await answer.text()
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8'])
  expect(text).toContain('/me/notices')
  expect(text, 'it imports, fetches and keeps nothing').not.toMatch(/\bimport\b|\bfetch\(|indexedDB|caches/)
})
