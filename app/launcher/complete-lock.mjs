// @ts-check
/**
 * Completes package-lock.json after `npm install`: where the registry in use lacks a package for another platform,
 * npm leaves it out of the lock file, and `npm ci` then refuses the lock file everywhere. Such packages are written in
 * by name, exact version and platform, as npm would have done (without the checksum, which only the package could tell).
 * Run it whenever dependencies change: `node app/launcher/complete-lock.mjs`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './places.mjs'

/** @typedef {{ version?: string, dev?: boolean, devOptional?: boolean, optional?: boolean, os?: string[], cpu?: string[], libc?: string[], optionalDependencies?: Record<string, string> }} Entry */

const systems = /(?:^|[-/])(android|darwin|linux|win32|freebsd|netbsd|openbsd|openharmony|sunos|aix)(?=-|$)/
const processors = /-(arm64|x64|ia32|arm|ppc64|riscv64|s390x|loong64|mips64el|wasm32)(?=-|$)/

/** @param {string} name @param {string} version @param {Entry} parent @returns {Entry} */
function entryFor(name, version, parent) {
  const os = systems.exec(name)?.[1]
  const cpu = processors.exec(name)?.[1]
  const libc = /musl/.test(name) ? 'musl' : os === 'linux' && /gnu/.test(name) ? 'glibc' : undefined
  return {
    version,
    ...(cpu ? { cpu: [cpu] } : {}),
    ...(parent.dev ? { dev: true } : {}),
    ...(libc ? { libc: [libc] } : {}),
    optional: true,
    ...(os ? { os: [os] } : {}),
  }
}

const file = join(root, 'package-lock.json')
const lock = JSON.parse(readFileSync(file, 'utf8'))
/** @type {Record<string, Entry>} */
const packages = lock.packages
const added = Object.entries(packages).flatMap(([path, parent]) =>
  Object.entries(parent.optionalDependencies ?? {}).flatMap(([name, version]) => {
    const there = packages[`node_modules/${name}`] ?? packages[`${path}/node_modules/${name}`]
    const known = systems.test(name) || processors.test(name)
    return there || !known || !/^\d/.test(version) ? [] : [/** @type {const} */ ([`node_modules/${name}`, entryFor(name, version, parent)])]
  }),
)
const all = [...Object.entries(packages), ...added].sort(([a], [b]) => (a < b ? -1 : 1))
lock.packages = Object.fromEntries(all)
if (added.length > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
process.stdout.write(`${added.length} added\n${added.map(([path]) => `  ${path}\n`).join('')}`)
