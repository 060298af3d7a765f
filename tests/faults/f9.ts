import { request } from 'node:http'
import { join } from 'node:path'
import { forgetPeak, limit, memory } from './limits.ts'
import { pause, until } from './platform.ts'
import { type FaultResult, type FaultRun, lineOf } from './result.ts'
import { onPlatform, type Scene } from './scene.ts'
import { isOutcome, settleTraffic, startTraffic } from './traffic.ts'

const MB = 1024 * 1024
const BODY = 100 * MB
/** Sixteen bodies of 100 MB at a time may not make the platform grow by more than this. */
const GROWTH_MB = 250
const RESTART_MS = 10_000

/** F9: bodies far over the limit, then a memory cap that ends the process. The control takes the limit of bodies away. */
export async function f9(run: FaultRun): Promise<FaultResult> {
  const real = await onPlatform(run, { name: 'f9' }, async (scene) => ({ ...(await oversized(scene, 16)), ...(await capped(scene)) }))
  const entry = join(run.root, 'tests/faults/loose-server.ts')
  const env = { FAULT_SERVER: JSON.stringify({ bodyLimit: 1024 * MB }) }
  const control = await onPlatform(run, { name: 'f9-control', entry, env }, (scene) => oversized(scene, 8))
  const buffered = Math.max(0, control.grownMb - GROWTH_MB)
  const bad = real.lost + real.dup + real.auditMissing + real.sent - real.refused
  return {
    line: lineOf('F9', {
      oversized: real.sent,
      refused: real.refused,
      grown_mb: real.grownMb,
      ended: real.ended,
      acked: real.acked,
      lost: real.lost,
      dup: real.dup,
      restart_ms: Math.round(real.restartMs),
    }),
    control: lineOf('F9 control', { over_mb: buffered }),
    passed: bad === 0 && real.grownMb < GROWTH_MB && real.ended > 0 && real.restartMs < RESTART_MS && buffered > 0,
    wrong: [
      ...(real.ended === 0 ? ['no process reached its cap'] : []),
      ...(buffered === 0 ? ['the control did not grow: this test cannot see a body kept in memory'] : []),
    ],
  }
}

/** Half of the bodies say how long they are, half do not. @returns bodies sent and refused, and growth of the workers together in MB */
async function oversized({ platform, parties, run }: Scene, count: number) {
  const workers = platform.pidsOf('web')
  const before = workers.reduce((sum, pid) => sum + memory(pid, 'VmRSS'), 0)
  for (const pid of workers) forgetPeak(pid)
  const token = await parties[0]!.hospital.token()
  const answers = await Promise.all(
    Array.from({ length: count }, (_, n) => sendLong({ baseUrl: platform.baseUrl, token, chunked: n % 2 === 1 })),
  )
  const peak = workers.reduce((sum, pid) => sum + memory(pid, 'VmHWM'), 0)
  run.tell(`100 MB bodies: ${answers.join(' ')}`)
  return { sent: count, refused: answers.filter((a) => a === 'refused' || a === 'cut').length, grownMb: Math.round((peak - before) / MB) }
}

/** `refused` is a 413 with its OperationOutcome; `cut` a connection the platform closed without waiting for the rest. */
function sendLong({ baseUrl, token, chunked }: { baseUrl: string; token: string; chunked: boolean }): Promise<string> {
  return new Promise((done) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/fhir+json',
      ...(chunked ? {} : { 'content-length': BODY }),
    }
    const sending = request(`${baseUrl}/fhir/R4/Observation`, { method: 'POST', headers, agent: false })
    sending.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (piece: string) => {
        text += piece
      })
      response.on('close', () => {
        done(response.statusCode === 413 && isOutcome(text) ? 'refused' : `${response.statusCode}`)
        sending.destroy()
      })
    })
    sending.on('error', () => done('cut'))
    const piece = Buffer.alloc(MB, 32)
    let left = BODY / MB
    const write = () => {
      while (left > 0 && !sending.destroyed) {
        left--
        if (!sending.write(piece)) return void sending.once('drain', write)
      }
      sending.end()
    }
    write()
  })
}

/** A web worker after the other is allowed no more memory than it has, until it ends; writers go on all the time. */
async function capped(scene: Scene) {
  const { platform, run } = scene
  const traffic = startTraffic(scene, { writers: 6, readers: 4 })
  let ended = 0
  let restartMs = 0
  try {
    for (const round of run.quick ? [1] : [1, 2, 3]) {
      await pause(1_500)
      const workers = platform.pidsOf('web')
      for (const pid of workers) limit(pid, 'data', memory(pid, 'VmData'))
      const isOver = () => workers.every((pid) => memory(pid, 'VmData') === 0)
      const pressed = await until(async () => {
        // Nobody waits for a leak: what the processes have already is taken from them, a little at a time.
        for (const pid of workers) squeeze(pid)
        await pause(100)
        return isOver()
      }, 60_000)
      if (!pressed) break
      ended += workers.length
      const over = performance.now()
      const acknowledged = () => traffic.samples.find((s) => s.kind === 'write' && s.status === 201 && s.from > over)
      await until(() => acknowledged() !== undefined, 60_000)
      const took = (acknowledged()?.to ?? Number.POSITIVE_INFINITY) - over
      restartMs = Math.max(restartMs, took)
      run.tell(`${round}: ${workers.length} workers ended at their cap; acknowledged again after ${Math.round(took)} ms`)
    }
  } finally {
    await traffic.stop()
  }
  return { ended, restartMs, ...(await settleTraffic(scene, traffic)) }
}

function squeeze(pid: number): void {
  const now = memory(pid, 'VmData')
  if (now === 0) return
  try {
    limit(pid, 'data', Math.floor(now * 0.9))
  } catch {
    // It ended in this moment.
  }
}
