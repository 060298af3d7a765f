import { join } from 'node:path'
import pg from 'pg'
import { pause, until } from './platform.ts'
import { type FaultResult, type FaultRun, lineOf } from './result.ts'
import { led, onPlatform, type Scene } from './scene.ts'
import { type Sample, settleTraffic, startTraffic } from './traffic.ts'

const FIRST_MS = 5_000
const WAIT_MS = 60_000
const CONTROL_WAIT_MS = 8_000

/** One restart: when the server was told to end, and when it took connections again. */
type Restart = { down: number; back: number }
/** What clients saw of it: failed requests that no restart excuses, and how late the first answer was; Infinity where none came. */
type Seen = { outside: number; inside: number; firstMs: number }

/** F4: the database is restarted under load. Its control is a platform that never connects again. */
export async function f4(run: FaultRun): Promise<FaultResult> {
  const real = await onPlatform(run, { name: 'f4' }, (scene) => attempt(scene, run.quick ? 2 : 8, WAIT_MS))
  const entry = join(run.root, 'tests/faults/no-reconnect.ts')
  const control = await onPlatform(run, { name: 'f4-control', entry }, (scene) => attempt(scene, 1, CONTROL_WAIT_MS))
  const { firstMs, wrong, ...figures } = real
  const passed = figures.lost + figures.dup + figures.errorsOutside + figures.exits + wrong.length === 0 && firstMs < FIRST_MS
  const late = control.firstMs >= FIRST_MS ? 1 : 0
  return {
    line: lineOf('F4', {
      acked: figures.acked,
      lost: figures.lost,
      dup: figures.dup,
      restarts: figures.restarts,
      errors_inside: figures.errorsInside,
      errors_outside: figures.errorsOutside,
      first_ms: Math.round(firstMs),
      exits: figures.exits,
    }),
    control: lineOf('F4 control', { late }),
    passed: passed && figures.acked > 0 && late > 0,
    wrong: [...wrong, ...(late === 0 ? ['the control answered again: this test cannot see a missing reconnect'] : [])],
  }
}

async function attempt(scene: Scene, times: number, waitMs: number) {
  const { platform, run } = scene
  await led(platform)
  const traffic = startTraffic(scene, { writers: 6, readers: 4 })
  const processes = () => [platform.primaryPid(), ...platform.pidsOf('web'), ...platform.pidsOf('leader')].join(' ')
  const before = processes()
  const seen: Seen[] = []
  const wrong: string[] = []
  try {
    for (let n = 0; n < times; n++) {
      run.stopping.throwIfAborted()
      await pause(1_500)
      const restart = await restartDatabase(scene, n % 2 === 0 ? 'SIGINT' : 'SIGQUIT')
      await until(() => traffic.samples.some((s) => isAnswer(s) && s.from > restart.back), waitMs)
      await pause(1_000)
      const one = judgeRestart(traffic.samples, restart)
      seen.push(one)
      run.tell(
        `${n + 1}/${times}: away for ${Math.round(restart.back - restart.down)} ms, ${one.inside} failed inside, first answer after ${Math.round(one.firstMs)} ms`,
      )
    }
  } finally {
    await traffic.stop()
  }
  const bare = traffic.samples.filter((s) => s.status >= 500 && !s.outcome).length
  if (bare > 0 && times > 1) wrong.push(`${bare} answers of 5xx say nothing`)
  const settled = times > 1 ? await settleTraffic(scene, traffic) : { acked: traffic.acked.size, lost: 0, dup: 0, auditMissing: 0 }
  const after = processes()
  if (after !== before) wrong.push(`processes were ${before} and are ${after}:\n${platform.said()}`)
  if (settled.auditMissing > 0) wrong.push(`${settled.auditMissing} acknowledged without an audit entry`)
  return {
    ...settled,
    restarts: times,
    errorsInside: seen.reduce((sum, s) => sum + s.inside, 0),
    errorsOutside: seen.reduce((sum, s) => sum + s.outside, 0),
    firstMs: Math.max(...seen.map((s) => s.firstMs)),
    exits: after === before ? 0 : 1,
    wrong,
  }
}

const isAnswer = (s: Sample) => s.status >= 200 && s.status < 500

/**
 * Failed requests against one restart; pure. A request that failed is excused where it was under way while the database was
 * away, or where it began before the first request that was answered again.
 */
export function judgeRestart(samples: readonly Sample[], { down, back }: Restart): Seen {
  const answered = samples.filter((s) => isAnswer(s) && s.from >= back).map((s) => s.to)
  const first = Math.min(...answered)
  const failed = samples.filter((s) => !isAnswer(s))
  const excused = failed.filter((s) => s.to >= down && s.from <= Math.max(back, first))
  // Other restarts of the same run judge what came long before and after.
  const near = failed.filter((s) => s.to >= down - 1_000 && s.from <= back + 10_000)
  return { inside: excused.length, outside: near.filter((s) => !excused.includes(s)).length, firstMs: first - back }
}

async function restartDatabase({ platform }: Scene, signal: 'SIGINT' | 'SIGQUIT'): Promise<Restart> {
  const old = platform.postmasterPid()
  const down = performance.now()
  process.kill(old, signal)
  const isBack = async () => {
    const pid = platform.postmasterPid()
    return pid > 0 && pid !== old && takesConnections(platform.databaseUrl())
  }
  if (!(await until(isBack, WAIT_MS))) throw new Error(`the database did not come back:\n${platform.said()}`)
  return { down, back: performance.now() }
}

async function takesConnections(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}
