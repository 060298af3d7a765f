// @ts-check
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { say } from './sentences.mjs'

const native = '/usr/lib/postgresql/15'

/**
 * The oldest PostgreSQL we support, from the system; as root on Debian it is installed if missing. Null if there is none.
 * @returns {import('./postgres-binaries.mjs').Binaries | null}
 */
export function postgres15() {
  if (!existsSync(`${native}/bin/postgres`)) tryInstall()
  return existsSync(`${native}/bin/initdb`) ? { native, major: 15 } : null
}

function tryInstall() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  say('PostgreSQL 15 を入れています…', 'installing PostgreSQL 15 ...')
  const options = { stdio: /** @type {const} */ ('ignore'), env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  try {
    execFileSync('apt-get', ['update', '-qq'], options)
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'postgresql-15'], options)
  } catch {
    // Then there is none, which the caller says.
  }
}
