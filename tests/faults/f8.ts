import { connect } from 'node:net'
import { limit, openFiles } from './limits.ts'
import { pause, until } from './platform.ts'
import { type FaultResult, type FaultRun, lineOf } from './result.ts'
import { led, onPlatform, type Scene } from './scene.ts'
import { settleTraffic, startTraffic } from './traffic.ts'

/** Files a process may open beyond those it has, when the limit comes. */
const SPARE = 24
const CONNECTIONS = 400
const RECOVERY_MS = 10_000

/** F8: the platform's processes reach their limit of open files. The control has a limit that nobody reaches: nothing is refused. */
export async function f8(run: FaultRun): Promise<FaultResult> {
  const real = await onPlatform(run, { name: 'f8' }, (scene) => attempt(scene, SPARE))
  const control = await onPlatform(run, { name: 'f8-control' }, (scene) => attempt(scene, 10_000))
  const missed = control.refused === 0 ? 1 : 0
  const bad = real.lost + real.dup + real.wrongAnswers + real.exits
  return {
    line: lineOf('F8', {
      acked: real.acked,
      lost: real.lost,
      dup: real.dup,
      refused: real.refused,
      wrong_answers: real.wrongAnswers,
      exits: real.exits,
      recovered: real.recovered,
    }),
    control: lineOf('F8 control', { missed }),
    passed: bad === 0 && real.refused > 0 && real.recovered === 'yes' && missed > 0,
    wrong: [
      ...(real.refused === 0 ? ['nobody was refused: the limit was not reached'] : []),
      ...(missed === 0 ? ['the control refused somebody under a limit that nobody reaches'] : []),
    ],
  }
}

async function attempt(scene: Scene, spare: number) {
  const { platform, run } = scene
  await led(platform)
  const processes = () => [platform.primaryPid(), ...platform.pidsOf('web'), ...platform.pidsOf('leader')]
  const before = processes()
  const traffic = startTraffic(scene, { writers: 4, readers: 4, restMs: 5 })
  await pause(1_000)
  const serving = [platform.primaryPid(), ...platform.pidsOf('web')]
  const limits = serving.map((pid) => [pid, limit(pid, 'nofile', openFiles(pid) + spare)] as const)
  const crowd = await hold(platform.baseUrl, run.quick ? CONNECTIONS / 2 : CONNECTIONS)
  run.tell(`${crowd.answered()} of the crowd were answered, ${crowd.refused()} were not`)
  const { refused } = crowd
  await pause(run.quick ? 2_000 : 10_000)
  const refusedThen = refused()
  crowd.end()
  for (const [pid, soft] of limits)
    if (platform.postmasterPid() > 0 && isAlive(pid)) limit(pid, 'nofile', soft === 'unlimited' ? 'unlimited' : Number(soft))
  const freed = performance.now()
  const recovered = await until(
    () => traffic.samples.filter((s) => s.from > freed && s.status >= 200 && s.status < 300).length > 20,
    RECOVERY_MS,
  )
  await pause(500)
  const late = performance.now()
  await pause(1_000)
  await traffic.stop()
  const failedLate = traffic.samples.filter((s) => s.from > late && (s.status === 0 || s.status >= 500)).length
  const settled = await settleTraffic(scene, traffic)
  return {
    ...settled,
    refused: refusedThen + traffic.samples.filter((s) => s.status === 0 || s.status === 503).length,
    wrongAnswers: traffic.samples.filter((s) => s.status >= 500 && (s.status !== 503 || !s.outcome)).length + settled.auditMissing,
    exits: processes().join() === before.join() ? 0 : 1,
    recovered: recovered && failedLate === 0 ? 'yes' : 'no',
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Connections that ask once each and stay. */
async function hold(baseUrl: string, count: number) {
  const { hostname, port, host } = new URL(baseUrl)
  let answered = 0
  const sockets = Array.from({ length: count }, () => {
    const socket = connect({ host: hostname, port: Number(port) })
    socket.on('error', () => undefined)
    socket.once('connect', () => socket.write(`GET /health HTTP/1.1\r\nHost: ${host}\r\n\r\n`))
    socket.once('data', (chunk) => {
      if (chunk.toString('latin1').startsWith('HTTP/1.1 200')) answered++
    })
    return socket
  })
  await pause(3_000)
  return {
    answered: () => answered,
    refused: () => count - answered,
    end: () => {
      for (const socket of sockets) socket.destroy()
    },
  }
}
