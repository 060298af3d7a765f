/** A real browser finds a script that the policy forbids, does not run it, and says so. */
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { httpServer, type HttpDeps } from '#kernel/http'
import type { Row } from '#kernel/route'
import { openBrowser } from '../tests/harness/browser.ts'
import { cspReportRow } from './csp-reports.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
}, 60_000)
afterAll(() => browser?.close())

test('an inline script is not run, and counted by the page it was on', async () => {
  const noted: string[] = []
  const counts = { note: (what: string, about: string) => void noted.push(`${what}: ${about}`), flush: async () => [] }
  const text = '<!doctype html><title>x</title><script>document.title = "ran"</script>'
  const about = {
    kind: 'read',
    method: 'GET',
    who: ['public'],
    why: ['HOPERAT'],
    audit: 'none',
    law: '法',
    summary: { ja: '試し', en: 'Try' },
  }
  const page = { ...about, path: '/p/:id', handle: async () => ({ text, headers: { 'content-type': 'text/html' } }) } as unknown as Row
  const rows: Row[] = [page, cspReportRow({ surface: () => rows, baseUrl: 'http://localhost', counts })]
  const app = httpServer(rows, {
    ...{ db: {}, clock: { now: () => new Date(0) }, accounts: {}, mint: {}, batch: { durable: async () => undefined } },
    ...{ log: pino({ level: 'silent' }), refusalPage: () => '', secure: false, counts },
  } as unknown as HttpDeps)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const tab = await browser.newPage()
  await tab.goto(`http://127.0.0.1:${port}/p/somebody`)
  expect(await tab.title()).toBe('x')
  await vi.waitFor(() => expect(noted).toEqual(['csp-violation: script-src-elem inline /p/:id']), { timeout: 10_000 })
  await tab.close()
  await app.close()
})
