import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../../tests/harness/browser.ts'
import { axeFindings, WCAG } from './axe.ts'

let browser: Browser
let server: Server
let origin: string

const page = (size: number) =>
  `<!doctype html><html lang="en"><title>t</title><link rel="stylesheet" href="/${size}.css"><main><button>a</button><button>b</button></main></html>`

beforeAll(async () => {
  browser = await openBrowser()
  server = createServer((request, response) => {
    const size = Number(request.url?.match(/\d+/)?.[0] ?? 0)
    if (!request.url?.endsWith('.css'))
      return response.setHeader('content-type', 'text/html').end(size ? page(size) : `<a href="/12">next</a><a href="/44">next</a>`)
    response.setHeader('content-type', 'text/css')
    setTimeout(() => response.end(`button { height: ${size}px; width: ${size}px; padding: 0; margin: 0; border: 0; display: block }`), 700)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  await browser.close()
  server.close()
})

test.each([
  [44, 'large enough', 0],
  [12, 'too small', 2],
] as const)('buttons of %d pixels are judged by their style sheet, however late it comes: %s', async (size, _, found) => {
  const tab = await browser.newPage()
  await tab.goto(origin)
  await tab.click(`a[href="/${size}"]`)
  await tab.locator('button').first().waitFor()
  expect((await axeFindings(tab, WCAG)).filter((line) => line.startsWith('target-size'))).toHaveLength(found)
  await tab.close()
})
