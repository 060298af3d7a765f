import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { randomFrom } from '#packages/synthetic'
import { pause, platformAt, until } from './platform.ts'
import { parentOf, type Power, powered, treeOf } from './power.ts'
import { type FaultResult, type FaultRun, lineOf } from './result.ts'
import { partiesOf, type Scene } from './scene.ts'
import { settleTraffic, startTraffic, type Traffic } from './traffic.ts'

const SIZE_MB = 900
const WRITERS = 8

type Cut = { acked: number; lost: number; dup: number; auditMissing: number; wrong: string[] }

/** F2: power is cut. Its control is a database that does not wait for the disk. */
export async function f2(run: FaultRun): Promise<FaultResult> {
  const real = await onPower((power) => attempt({ ...run, name: 'real' }, power, run.quick ? 2 : 10))
  const control = await onPower((power) => withoutFsync({ ...run, name: 'control' }, power))
  const clean = real.lost + real.dup + real.auditMissing + real.wrong.length === 0
  return {
    line: lineOf('F2', { cuts: run.quick ? 2 : 10, acked: real.acked, lost: real.lost, dup: real.dup, audit_missing: real.auditMissing }),
    control: lineOf('F2 control', { lost: control.lost }),
    passed: clean && real.acked > 0 && control.lost > 0,
    wrong: [
      ...real.wrong,
      ...(control.lost === 0 ? ['a database that does not wait for the disk lost nothing: this test sees no loss'] : []),
    ],
  }
}

async function onPower<T>(work: (power: Power) => Promise<T>): Promise<T> {
  const power = await powered(SIZE_MB)
  try {
    return await work(power)
  } finally {
    await power.close()
  }
}

type About = FaultRun & { name: string }

/** Writers work for a while; then everything stands still, only what is on the disk is kept, and the platform starts from that. */
async function attempt(about: About, power: Power, cuts: number): Promise<Cut> {
  const random = randomFrom(about.seed).fork(about.name)
  const platform = await platformAt({ root: about.root, home: join(power.folder, 'home') })
  const all: Pick<Traffic, 'acked' | 'sent'> = { acked: new Map(), sent: new Set() }
  const wrong: string[] = []
  try {
    await platform.start()
    for (let n = 0; n < cuts; n++) {
      about.stopping.throwIfAborted()
      const scene: Scene = { run: about, platform, parties: await partiesOf(platform), random: random.fork(`cut ${n}`) }
      const traffic = startTraffic(scene, { writers: WRITERS, readers: 1 })
      await until(() => traffic.acked.size > 20, 30_000)
      await pause(random.whole(0, 2_500))
      const launcher = parentOf(platform.primaryPid())
      let acked = 0
      power.cut(
        () => [...treeOf(launcher), ...treeOf(platform.postmasterPid())],
        () => {
          for (const [value, id] of traffic.acked) all.acked.set(value, id)
          for (const value of traffic.sent) all.sent.add(value)
          acked = traffic.acked.size
        },
      )
      await traffic.stop()
      for (const value of traffic.sent) all.sent.add(value)
      await platform.ended()
      const from = performance.now()
      await platform.start()
      about.tell(`${n + 1}/${cuts}: ${acked} acknowledged before the cut; ready again after ${Math.round(performance.now() - from)} ms`)
    }
    const scene: Scene = { run: about, platform, parties: await partiesOf(platform), random }
    return { ...(await settleTraffic(scene, all)), wrong }
  } finally {
    await platform.stop()
  }
}

/** The same once, on a database started as for tests, which says "written" before it is. */
async function withoutFsync(about: About, power: Power): Promise<Cut> {
  const random = randomFrom(about.seed).fork(about.name)
  const database = join(power.folder, 'database')
  const env = { DATABASE_URL: startCareless(about.root, database) }
  const platform = await platformAt({ root: about.root, home: join(power.folder, 'home'), env })
  const careless = { ...platform, postmasterPid: () => postmasterIn(database) }
  try {
    await platform.start()
    const scene: Scene = { run: about, platform: careless, parties: await partiesOf(platform), random }
    const traffic = startTraffic(scene, { writers: WRITERS, readers: 1 })
    await until(() => traffic.acked.size > 50, 30_000)
    const acked = new Map<string, string>()
    const launcher = parentOf(platform.primaryPid())
    power.cut(
      () => [...treeOf(launcher), ...treeOf(careless.postmasterPid())],
      () => {
        for (const [value, id] of traffic.acked) acked.set(value, id)
      },
    )
    await traffic.stop()
    await platform.ended()
    try {
      startCareless(about.root, database)
      await platform.start()
    } catch {
      about.tell(`the control's database does not even start again; all ${acked.size} are lost`)
      return { acked: acked.size, lost: acked.size, dup: 0, auditMissing: 0, wrong: [] }
    }
    const settled = await settleTraffic({ ...scene, parties: await partiesOf(platform) }, { acked, sent: traffic.sent }).catch(() => ({
      acked: acked.size,
      lost: acked.size,
      dup: 0,
      auditMissing: 0,
    }))
    return { ...settled, wrong: [] }
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
