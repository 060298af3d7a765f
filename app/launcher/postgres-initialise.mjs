// @ts-check
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { needSpace, spaceOr } from './disk.mjs'
import { giveTo, postgresEnvironment } from './postgres-account.mjs'
import { stop } from './sentences.mjs'

/** An empty cluster takes about 45 MB; PostgreSQL's log of changes alone may grow to 1 GB. */
const initialMb = 300

/**
 * Makes an empty cluster with one database `enishi`, owned by `enishi`. It is built beside its place and renamed
 * into it when whole, so that a start that was cut off leaves nothing half-made.
 * @refuses disk-full, postgres-failed
 * @param {import('./postgres-account.mjs').Account} account
 * @param {{ major: number, libraries?: string | undefined, durable: boolean }} options
 */
export function initialise(account, { major, libraries, durable }) {
  if (existsSync(join(account.dataFolder, 'PG_VERSION'))) return
  needSpace(account.dataFolder, initialMb)
  const fresh = `${account.dataFolder}.new`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { mode: 0o700 })
  chmodSync(fresh, 0o700)
  giveTo(fresh, account.founder)
  const locale = major >= 17 ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : ['--locale=C.UTF-8']
  run(account, libraries, 'initdb', [
    ...['-D', fresh, '-U', 'enishi', '--auth=trust', '--encoding=UTF8', ...locale, '--data-checksums', '--no-instructions'],
    ...(durable ? [] : ['--no-sync']),
  ])
  const quick = ['-c', 'fsync=off', '-c', 'log_min_messages=warning']
  run(account, libraries, 'postgres', ['--single', '-D', fresh, ...(durable ? [] : quick), 'postgres'], 'CREATE DATABASE enishi\n')
  giveTo(fresh, account.owner)
  renameSync(fresh, account.dataFolder)
}

/**
 * @param {import('./postgres-account.mjs').Account} account
 * @param {string | undefined} libraries
 * @param {'initdb' | 'postgres'} name
 * @param {string[]} args
 * @param {string} [input]
 */
function run(account, libraries, name, args, input = '') {
  const [program, all] = account.command(join(account.native, 'bin', name), args)
  const founder = account.spawnAs.uid === undefined ? {} : account.founder
  const ran = spawnSync(program, all, { ...founder, cwd: '/', env: postgresEnvironment(libraries), input, encoding: 'utf8' })
  if (ran.status === 0) return
  const said = `${ran.error?.message ?? ''}${ran.stderr ?? ''}`.trim()
  const failed = stop('postgres-failed', { reason: `${name}: ${said.split('\n').at(-1)}`, log: account.dataFolder })
  throw /No space left/.test(said) ? spaceOr(new Error(said), account.dataFolder, initialMb) : failed
}
