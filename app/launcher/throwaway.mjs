// @ts-check
/**
 * A PostgreSQL for tests that gives up durability for speed. Called as a program, it prints the address of the one
 * server shared by test runs of this checkout, starting it if need be; with the argument `running` nothing is started,
 * and `stop` stops it.
 */
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { take } from './lock.mjs'
import { root, shortName } from './places.mjs'
import { orphanOn, startPostgres, stopOrphan } from './postgres.mjs'
import { explain } from './sentences.mjs'

const folder = join(tmpdir(), `enishi-tests-${process.getuid?.() ?? 0}-${shortName(root)}`)
const dataFolder = join(folder, 'pg')
const urlFile = join(folder, 'url')

/** The data may lie elsewhere, behind a link. */
function isRunning() {
  return existsSync(urlFile) && existsSync(dataFolder) && orphanOn(realpathSync(dataFolder)) !== 0
}

/** The address of the shared server. */
export async function sharedServer() {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const lock = await waitFor(join(folder, 'lock'))
  try {
    if (isRunning()) return readFileSync(urlFile, 'utf8')
    rmSync(dataFolder, { recursive: true, force: true })
    const server = await startPostgres({ home: folder, durable: false, stays: true })
    writeFileSync(urlFile, server.url)
    return server.url
  } finally {
    lock.release()
  }
}

/** @param {string} file */
async function waitFor(file) {
  for (;;) {
    const taken = take(file)
    if ('release' in taken) return taken
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    if (process.argv[2] === 'stop') await stopOrphan(realpathSync(dataFolder))
    else if (process.argv[2] === 'running') process.stdout.write(isRunning() ? readFileSync(urlFile) : '')
    else process.stdout.write(`${await sharedServer()}\n`)
  } catch (error) {
    process.exitCode = explain(error)
  }
}
