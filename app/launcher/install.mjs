// @ts-check
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { freeMb, needSpace } from './disk.mjs'
import { root } from './places.mjs'
import { say, stop } from './sentences.mjs'

const stampFile = join(root, 'node_modules/.enishi-install.json')
const neededMb = 1_200

/** `run` is what the platform needs; `everything` adds what building and testing need, and so satisfies `run` too. @typedef {'run' | 'everything'} Extent */

/**
 * Installs what the lock file names, if it is not there already.
 * @refuses install-failed, npm-missing, disk-full
 * @param {Extent} extent
 * @returns {Promise<boolean>} whether something was installed
 */
export async function ensureInstalled(extent) {
  const lockText = readFileSync(join(root, 'package-lock.json'))
  const lock = createHash('sha256').update(lockText).digest('hex')
  if (stampCovers(lock, extent)) return false
  const found = installedByHand(lockText, extent)
  if (!found) {
    needSpace(root, neededMb)
    say(
      '必要な部品を入れています（初回と更新時のみ、1分ほど）…',
      'installing what is needed (first time and updates only, about a minute) ...',
    )
    await npmCi(extent)
  }
  writeStamp({ lock, everything: extent === 'everything' })
  return !found
}

/** @param {string} lock @param {Extent} extent */
function stampCovers(lock, extent) {
  if (!existsSync(stampFile)) return false
  const stamp = JSON.parse(readFileSync(stampFile, 'utf8'))
  return stamp.lock === lock && (extent === 'run' || stamp.everything === true)
}

/** A read-only checkout is fine as long as everything is installed. @param {object} stamp */
function writeStamp(stamp) {
  try {
    writeFileSync(stampFile, JSON.stringify(stamp))
  } catch (error) {
    if (!['EROFS', 'EACCES'].includes(/** @type {NodeJS.ErrnoException} */ (error).code ?? '')) throw error
  }
}

/**
 * Whether npm, called by someone else, already installed what the lock file names: npm keeps a list of what it installed.
 * @param {Buffer} lockText
 * @param {Extent} extent
 */
function installedByHand(lockText, extent) {
  const list = join(root, 'node_modules/.package-lock.json')
  if (!existsSync(list)) return false
  /** @type {Record<string, { version?: string, dev?: boolean, optional?: boolean, devOptional?: boolean, peer?: boolean }>} */
  const wanted = JSON.parse(lockText.toString('utf8')).packages
  /** @type {Record<string, { version?: string }>} */
  const there = JSON.parse(readFileSync(list, 'utf8')).packages
  return Object.entries(wanted).every(([path, { version, dev, optional, devOptional }]) => {
    if (path === '') return true
    const skippable = optional || devOptional || (dev && extent === 'run')
    return there[path] ? there[path].version === version : Boolean(skippable)
  })
}

/** @param {Extent} extent @returns {Promise<void>} */
function npmCi(extent) {
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...(extent === 'run' ? ['--omit=dev'] : ['--include=dev'])]
  const [program, before] = npm()
  // NODE_ENV=production in someone's shell must not leave out what tests need.
  const { NODE_ENV: _, ...env } = process.env
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...before, ...args], { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] })
    const waiting = setInterval(() => say('…入れています', '... still installing'), 20_000)
    child.on('error', () => reject(stop('npm-missing')))
    child.on('exit', (code) => (code === 0 ? resolve() : reject(whyFailed(code))))
    child.on('close', () => clearInterval(waiting))
  })
}

/** @param {number | null} code */
function whyFailed(code) {
  const free = freeMb(root)
  return free < 50
    ? stop('disk-full', { folder: root, freeMb: free, needMb: neededMb })
    : stop('install-failed', { code: code ?? 'signal' })
}

/** The npm that called us, or the one beside our Node, or the one on the path. @returns {[string, string[]]} */
function npm() {
  const { npm_execpath: caller, npm_node_execpath: node } = process.env
  if (caller?.endsWith('npm-cli.js') && existsSync(caller)) return [node && existsSync(node) ? node : process.execPath, [caller]]
  const beside = join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js')
  return existsSync(beside) ? [process.execPath, [beside]] : ['npm', []]
}
