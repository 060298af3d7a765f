// @ts-check
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './places.mjs'

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/**
 * A check that is one question with one answer: types, lint.
 * @param {string} name
 * @param {string} node
 * @param {string[]} args the program and its arguments
 * @returns {Count}
 */
export function check(name, node, args) {
  process.stdout.write(`\n== ${name}\n`)
  const { status } = spawnSync(node, args, { cwd: root, stdio: 'inherit' })
  return status === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
}

/**
 * Runs test files and counts; a file that could not even be loaded counts as one failure.
 * @param {{ name: string, node: string, files: string[], env: Record<string, string> }} run no files means all
 * @returns {Count}
 */
export function vitest({ name, node, files, env }) {
  process.stdout.write(`\n== ${name}\n`)
  const report = join(tmpdir(), `enishi-report-${process.pid}.json`)
  const args = [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...files,
  ]
  const { status } = spawnSync(node, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 }
  /** @type {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number, testResults: { status: string, assertionResults: { status: string }[] }[] }} */
  const told = JSON.parse(readFileSync(report, 'utf8'))
  rmSync(report)
  const unloaded = told.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((one) => one.status === 'failed'),
  ).length
  const failed = told.numFailedTests + unloaded
  // An error outside every test (an unhandled rejection) fails the run without failing a test.
  return {
    passed: told.numPassedTests,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: told.numPendingTests + told.numTodoTests,
  }
}

/** Test files that use a database. */
export function databaseTests() {
  return testFiles(root, '').filter((file) => /testDatabase|harness\/database/.test(readFileSync(join(root, file), 'utf8')))
}

/** @param {string} folder @param {string} prefix @returns {string[]} */
function testFiles(folder, prefix) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules' || entry.name === 'dist') return []
    const path = `${prefix}${entry.name}`
    if (entry.isDirectory()) return testFiles(join(folder, entry.name), `${path}/`)
    return /\.test\.tsx?$/.test(entry.name) ? [path] : []
  })
}
