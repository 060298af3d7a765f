import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { tokensUsed, unknownNames } from './build-assets.mjs'
import { buildStaticFiles } from './testing/browser.ts'

test('only tokens that are used travel, with those they lean on', () => {
  const tokens = '--a: 1; --b: var(--a); --c: 2;'
  expect([...tokensUsed('p{margin:var(--b)}', tokens)]).toEqual([
    ['--b', 'var(--a)'],
    ['--a', '1'],
  ])
})

test('a misspelt name is found', () => {
  expect(unknownNames('p{color:var(--inc)}', ':root{--ink: #000}')).toEqual(['--inc'])
  expect(unknownNames('p{color:var(--ink)}', ':root{--ink: #000}')).toEqual([])
})

test('the style sheet is small, every font file it names is there, and nothing points elsewhere', async () => {
  const dist = await buildStaticFiles()
  onTestFinished(() => rm(dist, { recursive: true }))
  const assets = join(dist, 'assets')
  const css = await readFile(join(assets, 'enishi.css'), 'utf8')
  const fonts = await readFile(join(assets, 'fonts.css'), 'utf8')
  const files = new Set(await readdir(join(assets, 'fonts')))
  expect(css.length).toBeLessThan(40_000)
  expect(`${css}${fonts}`).not.toMatch(/https?:|@import/)
  const named = [...fonts.matchAll(/url\(\/assets\/fonts\/([^)]+)\)/g)].map(([, name]) => name ?? '')
  expect(named.length).toBeGreaterThan(100)
  expect(named.filter((name) => !files.has(name))).toEqual([])
  expect(fonts).not.toContain('url(./')
  expect([...files], 'the licence travels with the font').toContain('LICENSE')
})
