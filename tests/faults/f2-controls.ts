/** The controls of F2: platforms and databases that acknowledge what the disk does not have yet. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { randomFrom } from '#packages/synthetic'
import { platformAt, until } from './platform.ts'
import { type Power, powered, treeOf } from './power.ts'
import { commitsWithoutDisk, cutPower, type Going, throughCuts } from './power-cuts.ts'
import type { FaultRun } from './result.ts'
import { partiesOf, type Scene } from './scene.ts'
import { settleTraffic, startTraffic, type Traffic } from './traffic.ts'

const SIZE_MB = 900
const WRITERS = 8
/** A cut may fall into a moment in which nothing was owed. */
const CUTS = 3

/** What was acknowledged by a database that does not wait before it answers, and is not there. */
export const withoutWaiting = (run: FaultRun): Promise<number> =>
  lostBy(run, { name: 'F2 without waiting', first: (scene) => commitsWithoutDisk(scene.platform) })

/** The same of a platform that answers before its commit. */
export const answersEarly = (run: FaultRun): Promise<number> =>
  lostBy(run, { name: 'F2 early answers', entry: join(run.root, 'tests/faults/early-commit.ts') })

async function lostBy(run: FaultRun, about: { name: string; entry?: string; first?: (scene: Scene) => Promise<void> }): Promise<number> {
  const all: Pick<Traffic, 'acked' | 'sent'> = { acked: new Map(), sent: new Set() }
  return throughCuts(run, {
    ...about,
    cuts: CUTS,
    waitMs: 500,
    begin: async (scene): Promise<Going> => {
      const traffic = startTraffic(scene, { writers: WRITERS, readers: 0 })
      return {
        enough: () => traffic.acked.size > 20,
        frozen: () => {
          for (const [value, id] of traffic.acked) all.acked.set(value, id)
        },
        stop: async () => {
          await traffic.stop()
          for (const value of traffic.sent) all.sent.add(value)
        },
      }
    },
    end: async (scene) => (await settleTraffic(scene, all)).lost,
  })
}

/** A database started as for tests, which says "written" before it is. */
export async function withoutFsync(run: FaultRun): Promise<number> {
  const power = await powered(SIZE_MB)
  try {
    return await onCareless(run, power)
  } finally {
    await power.close()
  }
}

async function onCareless(run: FaultRun, power: Power): Promise<number> {
  const database = join(power.folder, 'database')
  const env = { DATABASE_URL: startCareless(run.root, database) }
  const platform = await platformAt({ root: run.root, home: join(power.folder, 'home'), env })
  const careless = { ...platform, postmasterPid: () => postmasterIn(database) }
  try {
    await platform.start()
    const scene: Scene = { run, platform: careless, parties: await partiesOf(platform), random: randomFrom(run.seed).fork('careless') }
    const traffic = startTraffic(scene, { writers: WRITERS, readers: 1 })
    await until(() => traffic.acked.size > 50, 30_000)
    const acked = new Map<string, string>()
    cutPower(power, careless, {
      frozen: () => {
        for (const [value, id] of traffic.acked) acked.set(value, id)
      },
    })
    await traffic.stop()
    await platform.ended()
    try {
      startCareless(run.root, database)
      await platform.start()
    } catch {
      run.tell(`the control's database does not even start again; all ${acked.size} are lost`)
      return acked.size
    }
    const again = await partiesOf(platform)
      .then((parties) => settleTraffic({ ...scene, parties }, { acked, sent: traffic.sent }))
      .catch(() => null)
    return again?.lost ?? acked.size
  } finally {
    await platform.stop().catch(() => undefined)
    for (const pid of treeOf(careless.postmasterPid())) process.kill(pid, 'SIGKILL')
  }
}

/** A server of the launcher's throwaway kind: fsync off. @returns its address */
function startCareless(root: string, home: string): string {
  const program = `import { mkdirSync } from 'node:fs'
    import { startPostgres } from ${JSON.stringify(join(root, 'app/launcher/postgres.mjs'))}
    mkdirSync(${JSON.stringify(home)}, { recursive: true, mode: 0o755 })
    const { url } = await startPostgres({ home: ${JSON.stringify(home)}, durable: false, stays: true })
    process.stdout.write(url, () => process.exit(0))`
  return execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  })
}

function postmasterIn(home: string): number {
  try {
    return Number(execFileSync('head', ['-1', join(home, 'pg/postmaster.pid')], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  } catch {
    return 0
  }
}
