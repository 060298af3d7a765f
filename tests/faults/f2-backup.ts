import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openBackup, restoreDatabase, verifyFiles } from '../../app/backup/restore.ts'
import { migrations } from '../../app/migrations.ts'
import { pause } from './platform.ts'
import { type Going, onDatabase, throughCuts } from './power-cuts.ts'
import { type FaultResult, type FaultRun, lineOf } from './result.ts'
import type { Scene } from './scene.ts'
import { settleTraffic, startTraffic } from './traffic.ts'

const CUTS = { quick: 2, full: 4 }

type Told = {
  acked: Map<string, string>
  sent: Set<string>
  /** Names of backups of which the command said that they are made. */
  made: Set<string>
  /** Cuts that fell into the making of one. */
  inside: number
}

/** F2e: power is cut while a backup is made. What the command said is there is there whole; a half one never stands for one. */
export async function f2Backup(run: FaultRun): Promise<FaultResult> {
  const cuts = run.quick ? CUTS.quick : CUTS.full
  const real = await attempt(run, { name: 'F2e', cuts, unsynced: false })
  const control = await attempt(run, { name: 'F2e control', cuts: 2, unsynced: true })
  const wrong = [
    ...real.wrong,
    ...(real.inside === 0 ? ['no cut fell into a backup: nothing was tried'] : []),
    ...(control.broken === 0 ? ['backups that never reached the disk were not missed: this test sees nothing'] : []),
  ]
  const { wrong: _, ...figures } = real
  return {
    line: lineOf('F2e', { cuts, ...figures }),
    control: lineOf('F2e control', { broken: control.broken }),
    passed: wrong.length === 0 && real.lost + real.dup + real.broken + real.unrestored === 0 && real.backups > 0,
    wrong,
  }
}

function attempt(run: FaultRun, { name, cuts, unsynced }: { name: string; cuts: number; unsynced: boolean }) {
  const told: Told = { acked: new Map(), sent: new Set(), made: new Set(), inside: 0 }
  return throughCuts(run, {
    ...{ name, cuts },
    // The control is cut as soon as the command has said that it is done.
    waitMs: unsynced ? 100 : 500,
    begin: (scene) => begin(scene, told, unsynced),
    end: (scene) => settle(scene, told, unsynced),
  })
}

const folderOf = (home: string) => join(home, '../backups')

async function begin(scene: Scene, told: Told, unsynced: boolean): Promise<Going> {
  const { platform, run } = scene
  const traffic = startTraffic(scene, { writers: 4, readers: 1, restMs: 20 })
  const state = { stopping: false, child: null as ChildProcess | null }
  const made = new Set<string>()
  const backingUp = (async () => {
    while (!state.stopping) {
      const child = spawnBackup(run.root, platform.home, unsynced)
      state.child = child
      const said = await heard(child)
      const name = /([0-9]{8}T[0-9]{9}Z) \(/.exec(said)?.[1]
      if (child.exitCode === 0 && name) made.add(name)
      else if (!state.stopping) await pause(200)
    }
  })()
  const isWriting = () => existsSync(folderOf(platform.home)) && readdirSync(folderOf(platform.home)).some((name) => name.startsWith('.'))
  return {
    enough: () => traffic.acked.size > 10 && made.size > 0 && (unsynced || isWriting()),
    pids: () => [state.child?.pid ?? 0],
    frozen() {
      for (const [value, id] of traffic.acked) told.acked.set(value, id)
      for (const name of made) told.made.add(name)
      if (isWriting()) told.inside++
      state.stopping = true
    },
    async stop() {
      state.stopping = true
      await Promise.all([traffic.stop(), backingUp])
      for (const value of traffic.sent) told.sent.add(value)
    },
  }
}

function spawnBackup(root: string, home: string, unsynced: boolean): ChildProcess {
  const { NODE_OPTIONS: _, ...env } = process.env
  const loose = unsynced ? { NODE_OPTIONS: `--import ${pathToFileURL(join(root, 'tests/faults/no-sync.ts')).href}` } : {}
  return spawn(process.execPath, [join(root, 'app/launcher/run.mjs'), 'cli', 'backup', folderOf(home)], {
    cwd: root,
    env: { ...env, ...loose, ENISHI_HOME: home, ENISHI_BACKUP_DAYS: '30' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function heard(child: ChildProcess): Promise<string> {
  let said = ''
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')))
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')))
  await new Promise((done) => child.once('close', done))
  return said
}

async function settle(scene: Scene, told: Told, unsynced: boolean) {
  const { platform } = scene
  const { acked, lost, dup } = await settleTraffic(scene, told)
  const folders = await readdir(folderOf(platform.home)).catch((): string[] => [])
  const noted = await onDatabase(platform, (client) =>
    client.query<{ generation: string }>('select generation from erasure.generation where whole and ends_on is not null'),
  )
  // One that was begun is noted as not whole; a key without an end was only found lying there. Those that were made are noted with theirs.
  const whole = folders.filter((name) => !name.startsWith('.'))
  // Made, or noted as made, or bearing the name of one that is.
  const all = new Set([...told.made, ...noted.rows.map((row) => row.generation), ...whole])
  const wrong: string[] = []
  for (const name of all) {
    const why = await whyBroken(platform.home, name)
    if (why === null) continue
    const is = [
      told.made.has(name) ? 'made' : '',
      noted.rows.some((row) => row.generation === name) ? 'noted' : '',
      whole.includes(name) ? 'there' : 'not there',
    ]
    wrong.push(`backup ${name} (${is.filter(Boolean).join(', ')}): ${why}`)
  }
  const [newest] = [...told.made].sort().reverse()
  const restored = unsynced || newest === undefined ? 'yes' : await whyNotRestored(scene, newest)
  return {
    ...{ acked, lost, dup, backups: told.made.size, inside: told.inside, halves: folders.length - whole.length, broken: wrong.length },
    unrestored: restored === 'yes' ? 0 : 1,
    wrong: [...wrong, ...(restored === 'yes' ? [] : [restored])],
  }
}

async function whyBroken(home: string, name: string): Promise<string | null> {
  try {
    await verifyFiles(await openBackup({ folder: join(folderOf(home), name), home, migrations }))
    return null
  } catch (error) {
    return String(error).slice(0, 200)
  }
}

/** Restores one into a database beside the platform's. */
async function whyNotRestored({ platform }: Scene, name: string): Promise<string> {
  await onDatabase(platform, (client) => client.query('create database f2e'))
  const url = platform.socketUrl().replace('/enishi?', '/f2e?')
  try {
    const found = await openBackup({ folder: join(folderOf(platform.home), name), home: platform.home, migrations })
    const { leaves } = await restoreDatabase({ ...found, url, migrations, replace: true })
    return leaves > 0 ? 'yes' : `backup ${name} holds no log`
  } catch (error) {
    return `backup ${name} is not restored: ${String(error).slice(0, 200)}`
  }
}
