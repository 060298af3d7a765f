// @ts-check
/** `npm test` (and `--full`): everything tests need, then types, lint and tests; the last line counts them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findBrowser, installLibraries, packagesFor } from './browser.mjs'
import { ensureBuilt } from './build.mjs'
import { check, databaseTests, vitest } from './checks.mjs'
import { ensureInstalled } from './install.mjs'
import { node24 } from './node24.mjs'
import { root } from './places.mjs'
import { startPostgres } from './postgres.mjs'
import { postgres15 } from './postgres15.mjs'
import { explain, say, stop } from './sentences.mjs'

/** @typedef {import('./checks.mjs').Count} Count */

const full = process.argv.includes('--full')

/** Throwaway servers that are up. @type {Set<() => Promise<void>>} */
const up = new Set()

/** @returns {Promise<Count[]>} */
async function test() {
  await ensureInstalled('everything')
  const node = node24()
  await ensureBuilt()
  const counts = [
    check('types', node, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.']),
    check('types of the launcher', node, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'app/launcher']),
    check('lint and format', node, [join(root, 'node_modules/@biomejs/biome/bin/biome'), 'check', '--diagnostic-level=error', '.']),
  ]
  await needBrowser()
  counts.push(await withServer('PostgreSQL 18', undefined, (url) => vitest({ name: 'tests', node, files: [], env: environment(url) })))
  if (full) counts.push(await onPostgres15(node))
  return counts
}

/** @param {string} url */
function environment(url) {
  return { ENISHI_TEST_DATABASE_URL: url, ...(full ? { ENISHI_TEST_FULL: '1' } : {}) }
}

/** @refuses browser-libraries-missing */
async function needBrowser() {
  const first = await findBrowser()
  if (first.missing.length > 0) installLibraries(first.missing)
  const { missing } = first.missing.length > 0 ? await findBrowser() : first
  if (missing.length > 0)
    throw stop('browser-libraries-missing', { libraries: missing.join(', '), packages: packagesFor(missing).join(' ') })
}

/** @param {string} node @returns {Promise<Count>} */
async function onPostgres15(node) {
  const binaries = postgres15()
  if (binaries) {
    return withServer('PostgreSQL 15', binaries, (url) =>
      vitest({ name: 'database tests, PostgreSQL 15', node, files: databaseTests(), env: environment(url) }),
    )
  }
  say('*** PostgreSQL 15 がないため、15 でのテストは省きました ***', '*** no PostgreSQL 15 here: its tests were SKIPPED ***')
  return { passed: 0, failed: 0, skipped: 1 }
}

/**
 * One server for one run of tests, thrown away after it.
 * @template T
 * @param {string} name
 * @param {import('./postgres-binaries.mjs').Binaries | undefined} binaries
 * @param {(url: string) => T} work
 * @returns {Promise<T>}
 */
async function withServer(name, binaries, work) {
  const home = mkdtempSync(join(tmpdir(), 'enishi-test-'))
  const server = await startPostgres({ home, durable: false, ...(binaries ? { binaries } : {}) })
  say(`${name} をテスト用に起動しました（fsync なし）`, `a throwaway ${name} is up (fsync off: for tests only)`)
  const close = async () => {
    up.delete(close)
    await server.stop()
    rmSync(home, { recursive: true, force: true })
  }
  up.add(close)
  try {
    return work(server.url)
  } finally {
    await close()
  }
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(signal, async () => {
    for (const close of up) await close()
    process.exit(130)
  })
}

/** @type {Count[]} */
let counts
try {
  counts = await test()
} catch (error) {
  explain(error)
  counts = [{ passed: 0, failed: 1, skipped: 0 }]
}
const sum = (/** @type {keyof Count} */ key) => counts.reduce((total, count) => total + count[key], 0)
process.stdout.write(`\n${sum('passed')} passed, ${sum('failed')} failed${sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : ''}\n`)
process.exit(sum('failed') === 0 ? 0 : 1)
