import { join } from 'node:path'
import pg from 'pg'
import { randomFrom } from '#packages/synthetic'
import { pause, type Platform, platformAt, until } from './platform.ts'
import { type Power, powered, treeOf } from './power.ts'
import type { FaultRun } from './result.ts'
import { partiesOf, type Scene } from './scene.ts'

/** Enough that the platform never runs short of room, whose reserve is 256 MB; the file has no more than was written. */
const SIZE_MB = 1_500
const ENOUGH_MS = 60_000

/** Something that goes on while power may go. */
export type Going = {
  /** Whether so much was done that a cut means something. */
  enough: () => boolean
  /** Called while everything stands still: what was acknowledged up to here must be there again. */
  frozen: () => void
  /** Ends it, after the cut. */
  stop: () => Promise<void>
  /** Processes that lose their power with the platform's. */
  pids?: () => number[]
}

export type Plan<T> = {
  name: string
  cuts: number
  /** Program in the platform's place; see `platformAt`. */
  entry?: string
  /** Most milliseconds between "enough" and the cut. */
  waitMs?: number
  /** Before the first cut. */
  first?: (scene: Scene) => Promise<void>
  begin: (scene: Scene, n: number) => Promise<Going>
  /** After each new start. */
  back?: (scene: Scene, n: number) => Promise<void>
  end: (scene: Scene) => Promise<T>
}

/** Runs a plan on a file system whose power can be cut, each cut on what the one before left. */
export async function throughCuts<T>(run: FaultRun, plan: Plan<T>): Promise<T> {
  const power = await powered(SIZE_MB)
  try {
    return await onDisk(run, plan, power)
  } finally {
    await power.close()
  }
}

async function onDisk<T>(run: FaultRun, plan: Plan<T>, power: Power): Promise<T> {
  const { name, cuts, entry } = plan
  const random = randomFrom(run.seed).fork(name)
  const platform = await platformAt({ root: run.root, home: join(power.folder, 'home'), ...(entry === undefined ? {} : { entry }) })
  const sceneNow = async (what: string): Promise<Scene> => ({
    run,
    platform,
    parties: await partiesOf(platform),
    random: random.fork(what),
  })
  try {
    await platform.start()
    await plan.first?.(await sceneNow('first'))
    for (let n = 0; n < cuts; n++) {
      run.stopping.throwIfAborted()
      const scene = await sceneNow(`cut ${n}`)
      const going = await plan.begin(scene, n)
      if (!(await until(going.enough, ENOUGH_MS))) throw new Error(`${name}: nothing was done that a cut could hit:\n${platform.said()}`)
      await pause(scene.random.whole(0, plan.waitMs ?? 2_500))
      cutPower(power, platform, going)
      await going.stop()
      await platform.ended()
      const from = performance.now()
      await platform.start()
      run.tell(`${name} ${n + 1}/${cuts}: ready again after ${Math.round(performance.now() - from)} ms`)
      await plan.back?.(scene, n)
    }
    return await plan.end(await sceneNow('end'))
  } finally {
    await platform.stop()
  }
}

/** Power goes for the launcher, all that it started, the server, and whoever else works on that disk. */
export function cutPower(power: Power, platform: Platform, { frozen, pids }: Pick<Going, 'frozen' | 'pids'>): void {
  const all = () => [platform.launcherPid(), platform.postmasterPid(), ...(pids?.() ?? [])].flatMap(treeOf)
  power.cut(all, frozen)
}

/**
 * Lets every session of the platform answer before its commit is on the disk, and the server write what it has every ten seconds rather than
 * five times in one, so that a cut always finds something: what a control needs. Holds from the next start on.
 */
export async function commitsWithoutDisk(platform: Platform): Promise<void> {
  await onDatabase(platform, async (client) => {
    await client.query('alter role enishi set synchronous_commit = off')
    await client.query(`alter system set wal_writer_delay = '10s'`)
  })
  await platform.stop()
  await platform.start()
}

export async function onDatabase<T>(platform: Platform, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: platform.socketUrl() })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}
