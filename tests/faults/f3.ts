import { join } from 'node:path'
import { pause, until } from './platform.ts'
import { type FaultResult, type FaultRun, lineOf } from './result.ts'
import { onPlatform, type Scene } from './scene.ts'
import { smallDisk, type SmallDisk } from './small-disk.ts'
import { type Sample, settleTraffic, startTraffic } from './traffic.ts'

const SIZE_MB = 480
const FULL_MS = 60_000
const RECOVERY_MS = 30_000

/** F3: the disk under the data folder fills while it is written to, and is freed again. The control's disk never fills. */
export async function f3(run: FaultRun): Promise<FaultResult> {
  const real = await onSmallDisk(run, 'f3', (scene, disk) => attempt(scene, { disk, rounds: run.quick ? 1 : 3, fills: true }))
  const control = await onSmallDisk(run, 'f3-control', (scene, disk) => attempt(scene, { disk, rounds: 1, fills: false }))
  const missed = control.full === 0 ? 1 : 0
  const bad = real.lost + real.dup + real.auditMissing + real.bare + real.exits + real.wrong.length
  return {
    line: lineOf('F3', {
      acked: real.acked,
      lost: real.lost,
      dup: real.dup,
      full_answers: real.full,
      reads_while_full: real.readsWhileFull,
      without_outcome: real.bare,
      exits: real.exits,
      recovered_ms: Math.round(real.recoveredMs),
    }),
    control: lineOf('F3 control', { missed }),
    passed: bad === 0 && real.full > 0 && real.readsWhileFull > 0 && real.recoveredMs < RECOVERY_MS && missed > 0,
    wrong: [
      ...real.wrong,
      ...(real.full === 0 ? ['nobody was told that the disk is full'] : []),
      ...(real.readsWhileFull === 0 ? ['nothing was read while the disk was full'] : []),
      ...(missed === 0 ? ['the control filled a disk that has room'] : []),
    ],
  }
}

async function onSmallDisk<T>(run: FaultRun, name: string, work: (scene: Scene, disk: SmallDisk) => Promise<T>): Promise<T> {
  const disk = await smallDisk(SIZE_MB)
  try {
    return await onPlatform(run, { name, home: join(disk.folder, 'home') }, (scene) => work(scene, disk))
  } finally {
    await disk.close()
  }
}

const saysFull = (s: Sample) => s.status === 507 || s.status === 503

async function attempt(scene: Scene, { disk, rounds, fills }: { disk: SmallDisk; rounds: number; fills: boolean }) {
  const { run, platform } = scene
  const processes = () => [platform.primaryPid(), ...platform.pidsOf('web')].join(' ')
  const before = processes()
  const traffic = startTraffic(scene, { writers: 6, readers: 4, restMs: 5, noteBytes: 60_000 })
  const sum = { full: 0, readsWhileFull: 0, bare: 0, recoveredMs: 0, exits: 0, wrong: [] as string[] }
  try {
    for (let n = 0; n < rounds; n++) {
      run.stopping.throwIfAborted()
      platform.mustRun()
      await pause(1_500)
      const from = performance.now()
      if (fills) disk.fill(4)
      const since = () => traffic.samples.filter((s) => s.from > from)
      const isFull = () => since().filter((s) => s.kind === 'write' && saysFull(s)).length > 20
      await until(() => isFull() || !fills, FULL_MS)
      await pause(fills ? 4_000 : 1_000)
      const full = since()
      const firstFull = Math.min(...full.filter(saysFull).map((s) => s.to))
      sum.full += full.filter((s) => s.kind === 'write' && saysFull(s)).length
      sum.readsWhileFull += full.filter((s) => s.kind === 'read' && s.status === 200 && s.from > firstFull).length
      const freed = performance.now()
      disk.free()
      const again = () => traffic.samples.find((s) => s.kind === 'write' && s.status === 201 && s.from > freed)
      await until(() => again() !== undefined, RECOVERY_MS)
      sum.recoveredMs = Math.max(sum.recoveredMs, (again()?.to ?? Number.POSITIVE_INFINITY) - freed)
      const counted = Map.groupBy(full, (s) => `${s.kind} ${s.status}`)
      run.tell(
        `${n + 1}/${rounds}: ${[...counted].map(([k, v]) => `${k}: ${v.length}`).join(', ')}; written again after ${Math.round(sum.recoveredMs)} ms`,
      )
    }
  } finally {
    await traffic.stop()
  }
  sum.bare = traffic.samples.filter((s) => s.status === 0 || (s.status >= 500 && (!s.outcome || !saysFull(s)))).length
  sum.exits = processes() === before ? 0 : 1
  return { ...sum, ...(await settleTraffic(scene, traffic)) }
}
