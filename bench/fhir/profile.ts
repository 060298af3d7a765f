/** Where one worker's time goes under one work: functions by their own time, and the share of garbage collection. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { round, say } from '../measure.ts'
import { type Timing, underLoad } from './passes.ts'
import type { Work } from './works.ts'

type Node = { id: number; callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number } }
type CpuProfile = { nodes: Node[]; samples: number[]; timeDeltas: number[]; startTime: number }

const TOP = 45

/** One worker alone, so that its profile holds the whole work. */
export async function profile(database: string, work: Work, timing: Timing): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'enishi-profile-'))
  try {
    const side = await underLoad(database, {
      ...timing,
      workers: 1,
      nodeArgs: ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=500'],
    })
    const pass = await side.pass(work).finally(() => side.stop())
    const profiles = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile)
    const busiest = profiles.map((p) => selfTimes(p, pass)).toSorted((a, b) => b.busyMs - a.busyMs)[0]
    say(
      `${work.name}: ${pass.rate}/s through one worker (profiled, so slower than otherwise), ${round(pass.serverCpuMsPerOp, 3)} ms of processor time each`,
    )
    if (busiest) sayTimes(busiest)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Times = { busyMs: number; idleMs: number; byPlace: Map<string, number>; byPackage: Map<string, number> }

/** Own time of every function while the clock of the pass ran. */
function selfTimes({ nodes, samples, timeDeltas, startTime }: CpuProfile, { from, until }: { from: number; until: number }): Times {
  const times: Times = { busyMs: 0, idleMs: 0, byPlace: new Map(), byPackage: new Map() }
  const frames = new Map(nodes.map((n) => [n.id, n.callFrame]))
  let at = startTime
  samples.forEach((id, n) => {
    const took = timeDeltas[n]!
    at += took
    if (at < from || at > until) return
    const frame = frames.get(id)!
    if (frame.functionName === '(idle)') times.idleMs += took / 1000
    else {
      times.busyMs += took / 1000
      const { place, owner } = placeOf(frame)
      times.byPlace.set(place, (times.byPlace.get(place) ?? 0) + took / 1000)
      times.byPackage.set(owner, (times.byPackage.get(owner) ?? 0) + took / 1000)
    }
  })
  return times
}

function sayTimes({ busyMs, idleMs, byPlace, byPackage }: Times): void {
  const share = (ms: number) => `${((ms / busyMs) * 100).toFixed(1).padStart(5)}%`
  say(
    `busy ${Math.round(busyMs)} ms, idle ${Math.round(idleMs)} ms; garbage collection ${share(byPlace.get('(garbage collector)') ?? 0)} of the busy time`,
  )
  const sorted = (map: Map<string, number>) => [...map].toSorted((a, b) => b[1] - a[1])
  say('\nby room or package')
  for (const [name, ms] of sorted(byPackage).slice(0, 20)) say(`${share(ms)} ${name}`)
  say('\nby function, own time')
  for (const [name, ms] of sorted(byPlace).slice(0, TOP)) say(`${share(ms)} ${name}`)
}

const maps = new Map<string, SourceMap | null>()

/** The source map of a bundle, where there is one. */
function mapOf(file: string): SourceMap | null {
  const known = maps.get(file)
  if (known !== undefined) return known
  let map: SourceMap | null = null
  try {
    map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')) as SourceMapPayload)
  } catch {
    map = null
  }
  maps.set(file, map)
  return map
}

function placeOf({ functionName, url, lineNumber, columnNumber }: Node['callFrame']): { place: string; owner: string } {
  const name = functionName || '(anonymous)'
  if (!url.startsWith('file:')) return { place: url ? `${name} ${url}:${lineNumber + 1}` : name, owner: url ? url.split('/')[0]! : name }
  const file = fileURLToPath(url)
  const entry = mapOf(file)?.findEntry(lineNumber, columnNumber)
  const found =
    entry && 'originalSource' in entry
      ? { file: join(file, '..', entry.originalSource), line: entry.originalLine }
      : { file, line: lineNumber }
  const path = relative(process.env.ENISHI_ROOT ?? '.', found.file)
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]
  return { place: `${name} ${path}:${found.line + 1}`, owner: inPackage ?? path.split('/').slice(0, 2).join('/') }
}
