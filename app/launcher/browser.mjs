// @ts-check
/**
 * The browser for page tests: unpacked once into a temporary folder, with the libraries it needs.
 * Called as a program (with Node.js 24), it prints `{ executable, environment, missing }`.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { take } from './lock.mjs'
import { root } from './places.mjs'

/** @typedef {{ executable: string, environment: Record<string, string>, missing: string[] }} Browser */

const packageFolder = join(root, 'node_modules/@sparticuz/chromium')

/** What Debian calls the packages that hold the libraries a headless Chromium may miss. @type {Record<string, string>} */
const debianPackages = {
  'libnss3.so': 'libnss3',
  'libnssutil3.so': 'libnss3',
  'libsmime3.so': 'libnss3',
  'libnspr4.so': 'libnspr4',
  'libplc4.so': 'libnspr4',
  'libplds4.so': 'libnspr4',
  'libexpat.so.1': 'libexpat1',
  'libuuid.so.1': 'libuuid1',
  'libfontconfig.so.1': 'libfontconfig1',
  'libfreetype.so.6': 'libfreetype6',
}

/** @param {string[]} libraries */
export function packagesFor(libraries) {
  return [...new Set(libraries.map((library) => debianPackages[library] ?? library))]
}

/**
 * ENISHI_CHROMIUM names another browser; else the one from npm. Where the system lacks a library, the copies that come
 * with the browser are used.
 * @returns {Promise<Browser>}
 */
export async function findBrowser() {
  const given = process.env.ENISHI_CHROMIUM
  if (given) return { executable: given, environment: {}, missing: missingLibraries(given, {}) }
  const folder = await unpacked()
  const executable = join(folder, 'chromium')
  const fonts = existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_PATH: join(folder, 'fonts') }
  const missing = missingLibraries(executable, {})
  if (missing.length === 0) return { executable, environment: fonts, missing }
  const environment = {
    ...fonts,
    LD_LIBRARY_PATH: [join(folder, 'al2023/lib'), process.env.LD_LIBRARY_PATH ?? ''].filter(Boolean).join(':'),
  }
  return { executable, environment, missing: missingLibraries(executable, environment) }
}

/** @param {string} executable @param {Record<string, string>} environment */
function missingLibraries(executable, environment) {
  const ldd = spawnSync('ldd', [executable], { encoding: 'utf8', env: { ...process.env, ...environment } })
  const lines = (ldd.stdout ?? '').split('\n').filter((line) => line.includes('not found'))
  return [...new Set(lines.map((line) => line.trim().split(' ')[0] ?? ''))].filter(Boolean)
}

/** Several test files may ask at once, so one unpacks while the others wait. */
async function unpacked() {
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'))
  const folder = join(tmpdir(), `enishi-browser-${process.getuid?.() ?? 0}-${version}`)
  const done = join(folder, 'done')
  if (existsSync(done)) return folder
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (;;) {
    const taken = take(join(folder, 'lock'))
    if ('release' in taken) {
      try {
        if (!existsSync(done)) await unpackInto(folder)
        writeFileSync(done, '')
        return folder
      } finally {
        taken.release()
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** The package unpacks into the temporary folder, whichever that is. @param {string} folder */
async function unpackInto(folder) {
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  try {
    const { inflate } = await import(pathToFileURL(join(packageFolder, 'build/index.js')).href)
    for (const archive of ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br'])
      await inflate(join(packageFolder, 'bin', archive))
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
}

/**
 * As root on Debian, installs the packages that hold the libraries.
 * @param {string[]} libraries
 */
export function installLibraries(libraries) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  const quiet = { stdio: /** @type {const} */ ('ignore'), env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  try {
    execFileSync('apt-get', ['update', '-qq'], quiet)
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packagesFor(libraries)], quiet)
  } catch {
    // Then they stay missing, which the caller says.
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${JSON.stringify(await findBrowser())}\n`)
