import { join } from 'node:path'
import { pause, until } from './platform.ts'
import { type FaultResult, type FaultRun, lineOf, quantile } from './result.ts'
import { onPlatform, type Scene } from './scene.ts'
import { openSlowClients } from './slow-clients.ts'
import { type Sample, startTraffic } from './traffic.ts'

const MOST = 2

/** Short timeouts for the small run, and none at all for the control, which the checking interval would not close either. */
const short = {
  connectionTimeout: 3_000,
  keepAliveTimeout: 3_000,
  requestTimeout: 3_000,
  http: { headersTimeout: 3_000, connectionsCheckingInterval: 500 },
}
const none = { connectionTimeout: 0, keepAliveTimeout: 0, requestTimeout: 0, http: { headersTimeout: 0, connectionsCheckingInterval: 500 } }

/** F7: slow clients hold connections while good ones work. The control is a server without timeouts: it holds them for good. */
export async function f7(run: FaultRun): Promise<FaultResult> {
  const slow = run.quick ? 300 : 2_000
  const windowMs = run.quick ? 3_000 : 15_000
  const entry = join(run.root, 'tests/faults/loose-server.ts')
  const quickly = { entry, env: { FAULT_SERVER: JSON.stringify(short) } }
  const shed = run.quick ? 15_000 : 150_000
  const real = await onPlatform(run, { name: 'f7', ...(run.quick ? quickly : {}) }, (scene) => attempt(scene, { slow, windowMs, shed }))
  const env = { FAULT_SERVER: JSON.stringify(none) }
  const control = await onPlatform(run, { name: 'f7-control', entry, env }, (scene) =>
    attempt(scene, { slow: 100, windowMs: 1_000, shed: 15_000 }),
  )
  const ratio = real.during / Math.max(real.baseline, 1)
  // A window of three seconds beside other work says nothing about a tail: the small run judges that clients are shed and answered.
  const isQuick = run.quick || ratio < MOST
  return {
    line: lineOf('F7', {
      slow,
      held: real.held,
      failed: real.failed,
      baseline_p99_ms: Math.round(real.baseline),
      p99_ms: Math.round(real.during),
      ratio: ratio.toFixed(2),
    }),
    control: lineOf('F7 control', { held: control.held }),
    passed: real.held === 0 && real.failed === 0 && isQuick && control.held > 0,
    wrong: [
      ...(ratio >= MOST ? [`good clients' p99 grew ${ratio.toFixed(2)} times${run.quick ? ' (not judged in a small run)' : ''}`] : []),
      ...(control.held === 0 ? ['the control shed its slow clients: this test cannot see a missing timeout'] : []),
    ],
  }
}

/** @returns p99 of good clients in ms without and with slow ones beside them, slow connections still held, good requests that failed */
async function attempt(scene: Scene, about: { slow: number; windowMs: number; shed: number }) {
  const { run, platform } = scene
  const traffic = startTraffic(scene, { writers: 2, readers: 4, restMs: 5 })
  try {
    await pause(2_000)
    const calm = performance.now()
    await pause(about.windowMs)
    const slow = await openSlowClients(platform.baseUrl, about.slow)
    try {
      // Opening them is work of another kind; what counts is that they are there.
      await pause(run.quick ? 1_000 : 5_000)
      const opened = performance.now()
      run.tell(`${slow.held()} of ${about.slow} slow clients hold a connection, ${slow.refused()} were refused`)
      await pause(about.windowMs)
      const crowded = performance.now()
      await until(async () => {
        await pause(1_000)
        return slow.held() === 0
      }, about.shed)
      run.tell(`${slow.held()} are held after ${Math.round((performance.now() - opened) / 1_000)} s`)
      const between = (from: number, to: number) => p99(traffic.samples.filter((s) => s.from >= from && s.to <= to))
      return {
        baseline: between(calm, calm + about.windowMs),
        during: between(opened, crowded),
        held: slow.held(),
        failed: traffic.samples.filter((s) => s.status === 0 || s.status >= 500).length,
      }
    } finally {
      slow.end()
    }
  } finally {
    await traffic.stop()
  }
}

/** The middle of the p99 of one-second pieces, because a machine that pauses once says nothing about clients. */
function p99(samples: readonly Sample[]): number {
  const pieces = Map.groupBy(samples, (s) => Math.floor(s.from / 1_000))
  return quantile(
    [...pieces.values()].map((piece) =>
      quantile(
        piece.map((s) => s.to - s.from),
        0.99,
      ),
    ),
    0.5,
  )
}
