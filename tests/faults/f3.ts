import { join } from 'node:path'
import { pause, until } from './platform.ts'
import { type FaultResult, type FaultRun, lineOf } from './result.ts'
import { onPlatform, type Scene } from './scene.ts'
import { smallDisk, type SmallDisk } from './small-disk.ts'
import { type Sample, settleTraffic, startTraffic } from './traffic.ts'

const SIZE_MB = 480
const FULL_MS = 60_000
const RECOVERY_MS = 30_000
/** What the platform keeps free where it keeps anything, and what is left to it then: more than one segment of the database's journal. */
const RESERVE_MB = 48
const LEFT_MB = 28

type Course = { rounds: number; leaveMb?: number; reserveMb: number }

/**
 * F3: the disk under the data folder fills while it is written to, and is freed again: to the last block, where nothing is kept free, and
 * to what is kept free for readers and the log. The control's disk never fills.
 */
export async function f3(run: FaultRun): Promise<FaultResult> {
  const rounds = run.quick ? 1 : 3
  const full = await onSmallDisk(run, 'f3', { rounds, leaveMb: 4, reserveMb: 0 })
  const low = await onSmallDisk(run, 'f3-low', { rounds, leaveMb: LEFT_MB, reserveMb: RESERVE_MB })
  const control = await onSmallDisk(run, 'f3-control', { rounds: 1, reserveMb: RESERVE_MB })
  const missed = control.full === 0 ? 1 : 0
  const sum = (figure: 'acked' | 'lost' | 'dup' | 'auditMissing' | 'bare' | 'exits') => full[figure] + low[figure]
  const recoveredMs = Math.max(full.recoveredMs, low.recoveredMs)
  const wrong = [
    ...full.wrong,
    ...low.wrong,
    ...(full.full === 0 ? ['nobody was told that the disk is full'] : []),
    ...(low.full === 0 ? ['nobody was told that the disk is nearly full'] : []),
    ...(low.reads === 0 ? ['nothing was read while records were refused'] : []),
    ...(low.readsRefused > 0 ? [`${low.readsRefused} reads were refused although room was kept for them`] : []),
    ...(recoveredMs < RECOVERY_MS ? [] : ['nothing was written in time after the disk was freed']),
    ...(missed === 0 ? ['the control filled a disk that has room'] : []),
  ]
  const bad = sum('lost') + sum('dup') + sum('auditMissing') + sum('bare') + sum('exits')
  return {
    line: lineOf('F3', {
      acked: sum('acked'),
      lost: sum('lost'),
      dup: sum('dup'),
      full_answers: full.full,
      low_answers: low.full,
      reads_while_low: low.reads,
      reads_refused_while_low: low.readsRefused,
      without_outcome: sum('bare'),
      exits: sum('exits'),
      recovered_ms: Math.round(recoveredMs),
    }),
    control: lineOf('F3 control', { missed }),
    passed: bad === 0 && wrong.length === 0,
    wrong,
  }
}

async function onSmallDisk(run: FaultRun, name: string, course: Course) {
  const disk = await smallDisk(SIZE_MB)
  try {
    const env = { ENISHI_DISK_RESERVE_MB: String(course.reserveMb) }
    return await onPlatform(run, { name, env, home: join(disk.folder, 'home') }, (scene) => attempt(scene, disk, course))
  } finally {
    await disk.close()
  }
}

const saysFull = (s: Sample) => s.status === 507 || s.status === 503

async function attempt(scene: Scene, disk: SmallDisk, { rounds, leaveMb }: Course) {
  const { run, platform } = scene
  const processes = () => [platform.primaryPid(), ...platform.pidsOf('web')].join(' ')
  const before = processes()
  const traffic = startTraffic(scene, { writers: 6, readers: 4, restMs: 5, noteBytes: 60_000 })
  const fills = leaveMb !== undefined
  const sum = { full: 0, reads: 0, readsRefused: 0, bare: 0, recoveredMs: 0, exits: 0, wrong: [] as string[] }
  try {
    for (let n = 0; n < rounds; n++) {
      run.stopping.throwIfAborted()
      platform.mustRun()
      await pause(1_500)
      const from = performance.now()
      if (fills) disk.fill(leaveMb)
      const since = () => traffic.samples.filter((s) => s.from > from)
      const isFull = () => since().filter((s) => s.kind === 'write' && saysFull(s)).length > 20
      await until(() => isFull() || !fills, FULL_MS)
      await pause(fills ? 4_000 : 1_000)
      const full = since()
      const firstFull = Math.min(...full.filter(saysFull).map((s) => s.to))
      sum.full += full.filter((s) => s.kind === 'write' && saysFull(s)).length
      const reads = full.filter((s) => s.kind === 'read' && s.from > firstFull)
      sum.reads += reads.filter((s) => s.status === 200).length
      sum.readsRefused += reads.filter((s) => saysFull(s)).length
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
