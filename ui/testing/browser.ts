import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { buildAssets } from '../build-assets.mjs'

const ROOT = join(import.meta.dirname, '..', '..')
const ORIGIN = 'http://localhost:8080'
const TYPES: Record<string, string> = { css: 'text/css', js: 'text/javascript', woff2: 'font/woff2', svg: 'image/svg+xml' }

/** As strict as the platform's own, so that a page that needs more fails here. */
const POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:"

const ISLANDS = ['keyboard', 'countdown']

/** Style sheets, fonts and islands in a folder of their own, as the platform serves them. */
export async function buildStaticFiles(): Promise<string> {
  const dist = await mkdtemp(join(tmpdir(), 'enishi-ui-'))
  await buildAssets(ROOT, join(dist, 'assets'))
  await build({
    entryPoints: ISLANDS.map((name) => join(ROOT, 'ui', 'islands', `${name}.ts`)),
    outdir: join(dist, 'islands'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
  })
  return dist
}

/** Opens `html` under the platform's policy; nothing is asked of any network. */
export async function openDocument(browser: Browser, dist: string, html: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  await page.route('**/*', async (route) => {
    const { pathname } = new URL(route.request().url())
    if (!/^\/(assets|islands)\//.test(pathname)) {
      return route.fulfill({ contentType: 'text/html; charset=utf-8', headers: { 'content-security-policy': POLICY }, body: html })
    }
    const body = await readFile(join(dist, pathname)).catch(() => null)
    if (!body) return route.fulfill({ status: 404, body: '' })
    return route.fulfill({ contentType: TYPES[pathname.split('.').at(-1) ?? ''] ?? 'text/plain', body })
  })
  await page.goto(`${ORIGIN}/page`)
  await page.evaluate(() => document.fonts.ready)
  return page
}
