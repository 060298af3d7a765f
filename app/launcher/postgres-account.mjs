// @ts-check
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { shortName } from './places.mjs'
import { say, stop } from './sentences.mjs'

/**
 * As whom PostgreSQL runs. It refuses root, so as root one of three ways is taken, the first that works:
 * `uid` a number of its own; `namespace` a user namespace in which root is not root (for folders closed to others);
 * `system` programs and data under /var/lib/enishi. `plain` is everyone else.
 * @typedef {object} Account
 * @property {'plain' | 'uid' | 'namespace' | 'system'} way
 * @property {string} native folder of PostgreSQL's programs
 * @property {string} dataFolder where the data really lies
 * @property {{ uid: number, gid: number }} owner of the data and the socket folder
 * @property {(program: string, args: string[]) => [string, string[]]} command how to call a program
 * @property {{ uid?: number, gid?: number }} spawnAs
 * @property {{ uid: number, gid: number }} founder as whom the cluster is made: initdb insists on a number that has a name
 */

/** @typedef {{ native: string, home: string, dataFolder: string, libraries?: string | undefined }} Wish */

const systemFolder = '/var/lib/enishi'
const ownNumber = 58_243

/**
 * Chooses the account and makes the folders reachable for it.
 * `ENISHI_POSTGRES_WAY` forces a way (tests, unusual systems).
 * @refuses no-way-as-root
 * @param {Wish} wish
 * @returns {Account}
 */
export function chooseAccount(wish) {
  if (process.getuid?.() !== 0) return plain(wish)
  const forced = process.env.ENISHI_POSTGRES_WAY
  const ways = Object.entries({ uid: ownUid, namespace: userNamespace, system: underSystemFolder }).filter(
    ([name]) => !forced || name === forced,
  )
  for (const [, way] of ways) {
    const account = way(wish)
    if (account) return account
  }
  throw stop('no-way-as-root', { tried: ways.map(([name]) => name).join(', ') })
}

/**
 * Someone who is not root runs it as themselves; a number without a name (usual in containers) borrows one.
 * @param {Wish} wish
 * @returns {Account}
 */
function plain(wish) {
  const owner = { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 }
  const dataFolder = reallyAt(wish.dataFolder)
  const nameless = process.platform === 'linux' && spawnSync('id', ['-un'], { stdio: 'ignore' }).status === 1
  /** @type {Account} */
  const account = { way: 'plain', native: wish.native, dataFolder, owner, founder: owner, command: direct, spawnAs: {} }
  return nameless ? { ...account, way: 'namespace', command: inNamespace } : account
}

/** @param {string} program @param {string[]} args @returns {[string, string[]]} */
function direct(program, args) {
  return [program, args]
}

/** @param {string} program @param {string[]} args @returns {[string, string[]]} */
function inNamespace(program, args) {
  const { uid } = named()
  return ['unshare', ['--user', `--map-user=${uid}`, `--map-group=${uid}`, '--', program, ...args]]
}

/** @returns {{ name: string, uid: number }[]} */
function passwd() {
  const lines = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8').split('\n') : []
  return lines.map((line) => line.split(':')).flatMap(([name, , uid]) => (name && uid ? [{ name, uid: Number(uid) }] : []))
}

/** A number that has a name and is not root. */
function named() {
  const others = passwd().filter(({ uid }) => uid !== 0)
  return others.find(({ name }) => name === 'nobody') ?? others[0] ?? { name: '', uid: 65_534 }
}

/** @param {{ uid: number, gid: number }} owner */
function founderFor(owner) {
  return passwd().some(({ uid }) => uid === owner.uid) ? owner : { uid: named().uid, gid: owner.gid }
}

/** @param {Wish} wish @returns {Account | null} */
function ownUid(wish) {
  const dataFolder = reallyAt(wish.dataFolder)
  const owner = servant(wish.home)
  const before = statSync(wish.home)
  // Root alone may enter the home folder; the group is one that nobody else belongs to.
  if (before.uid === 0 && (before.mode & 0o001) === 0 && !letGroupPass(wish.home, owner.gid)) return null
  /** @type {Account} */
  const account = { way: 'uid', native: wish.native, dataFolder, owner, founder: founderFor(owner), command: direct, spawnAs: owner }
  if (canReach(account, wish)) return account
  if (before.uid === 0) {
    chownSync(wish.home, before.uid, before.gid)
    chmodSync(wish.home, before.mode & 0o7777)
  }
  return null
}

/** @param {Wish} wish @returns {Account | null} */
function userNamespace(wish) {
  const owner = { uid: 0, gid: 0 }
  /** @type {Account} */
  const account = {
    way: 'namespace',
    native: wish.native,
    dataFolder: reallyAt(wish.dataFolder),
    owner,
    founder: owner,
    command: inNamespace,
    spawnAs: {},
  }
  return canReach(account, wish) ? account : null
}

/** @param {Wish} wish @returns {Account | null} */
function underSystemFolder(wish) {
  const owner = servant('/')
  const place = join(systemFolder, shortName(wish.dataFolder))
  try {
    mkdirSync(place, { recursive: true, mode: 0o711 })
    chmodSync(systemFolder, 0o711)
    chmodSync(place, 0o711)
    const native = copyPrograms(wish.native, place)
    const dataFolder = moveData(wish.dataFolder, join(place, 'pg'), owner)
    /** @type {Account} */
    const account = { way: 'system', native, dataFolder, owner, founder: founderFor(owner), command: direct, spawnAs: owner }
    return canReach(account, { ...wish, home: place }) ? account : null
  } catch {
    return null
  }
}

/**
 * The number PostgreSQL runs under: the person who owns the home folder, or one that nobody on this machine has.
 * @param {string} home
 */
function servant(home) {
  const { uid, gid } = statSync(home)
  if (uid !== 0) return { uid, gid }
  const taken = new Set(passwd().map((entry) => entry.uid))
  let number = ownNumber
  while (taken.has(number)) number++
  return { uid: number, gid: number }
}

/** @param {string} home @param {number} gid */
function letGroupPass(home, gid) {
  try {
    chownSync(home, 0, gid)
    chmodSync(home, 0o710)
    return true
  } catch {
    return false
  }
}

/**
 * Tried for real rather than worked out from modes: access lists, mounts and namespaces have their say too.
 * @param {Account} account
 * @param {Wish} wish
 */
function canReach(account, wish) {
  const [program, args] = account.command('/bin/sh', [
    '-c',
    'cd "$2" && exec "$1" --version',
    'sh',
    join(account.native, 'bin/postgres'),
    dirname(account.dataFolder),
  ])
  const probe = spawnSync(program, args, { ...account.spawnAs, cwd: '/', env: postgresEnvironment(wish.libraries), stdio: 'ignore' })
  return probe.status === 0
}

/**
 * @param {string} [libraries]
 * @returns {NodeJS.ProcessEnv}
 */
export function postgresEnvironment(libraries) {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', ...(libraries ? { LD_LIBRARY_PATH: libraries } : {}) }
}

/** @param {string} dataFolder the data may live elsewhere, behind a link, since a start by the system way */
function reallyAt(dataFolder) {
  return existsSync(dataFolder) ? realpathSync(dataFolder) : join(realpathSync(dirname(dataFolder)), 'pg')
}

/** @param {string} native @param {string} place */
function copyPrograms(native, place) {
  const copy = join(place, 'native')
  const version = join(place, 'native.version')
  const wanted = readFileSync(join(native, '../package.json'))
  if (existsSync(version) && readFileSync(version).equals(wanted)) return copy
  rmSync(copy, { recursive: true, force: true })
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  cpSync(join(native, '../package.json'), version)
  return copy
}

/**
 * Data that lay in the home folder moves to the system folder; a link remains in its place.
 * @param {string} from
 * @param {string} to
 * @param {{ uid: number, gid: number }} owner
 */
function moveData(from, to, owner) {
  const found = lstatSync(from, { throwIfNoEntry: false })
  if (found?.isDirectory()) {
    rmSync(`${to}.new`, { recursive: true, force: true })
    cpSync(from, `${to}.new`, { recursive: true, verbatimSymlinks: true })
    renameSync(`${to}.new`, to)
    renameSync(from, `${from}.moved`)
    symlinkSync(to, from)
    rmSync(`${from}.moved`, { recursive: true, force: true })
  } else if (!found) {
    // Someone removed the home folder: its data shall not come back by itself, nor be thrown away unasked.
    if (existsSync(to)) setAside(to)
    symlinkSync(to, from)
  }
  chownSync(dirname(to), owner.uid, owner.gid)
  return to
}

/** @param {string} folder */
function setAside(folder) {
  const aside = `${folder}.before-${Date.now()}`
  renameSync(folder, aside)
  say(`以前のデータは ${aside} に残してあります`, `data of an earlier home folder is kept in ${aside}`)
}

/**
 * Gives a folder and all in it to the account; does nothing if the folder is its own already (the top is given last).
 * @param {string} folder
 * @param {{ uid: number, gid: number }} owner
 */
export function giveTo(folder, owner) {
  if (process.getuid?.() !== 0 || !existsSync(folder) || statSync(folder).uid === owner.uid) return
  giveInside(folder, owner)
  chownSync(folder, owner.uid, owner.gid)
}

/** @param {string} folder @param {{ uid: number, gid: number }} owner */
function giveInside(folder, owner) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) giveInside(path, owner)
    if (!entry.isSymbolicLink()) chownSync(path, owner.uid, owner.gid)
  }
}
