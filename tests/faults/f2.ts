import type { Random } from '#packages/synthetic'
import { checkAuditTree } from './audit-tree.ts'
import { hospital } from './hospital.ts'
import type { AckList, Submission } from './ledger.ts'
import { pause, until } from './platform.ts'
import { answersEarly, withoutFsync, withoutWaiting } from './f2-controls.ts'
import { type Going, onDatabase, throughCuts } from './power-cuts.ts'
import { judgeReading } from './public-surface.ts'
import { type FaultResult, type FaultRun, lineOf } from './result.ts'
import type { Scene } from './scene.ts'
import { settleTraffic, startTraffic } from './traffic.ts'
import { verify } from './verify.ts'
import { startWriters } from './writers.ts'

const CUTS = { quick: 2, full: 10 }
const WRITERS = 4

/** What was acknowledged, and shown, before the cuts. */
type Told = {
  acked: Map<string, string>
  sent: Set<string>
  bundles: Map<string, Submission>
  ackedBundles: Set<string>
  /** Roots of the log as whoever watches it was shown them, by the size of the tree. */
  roots: Map<number, string>
}

/**
 * F2: power is cut while resources, Bundles and checkpoints of the log are written. Its controls: a database that does not wait for the disk,
 * one that answers before its commit is there, and a platform that does.
 */
export async function f2(run: FaultRun): Promise<FaultResult> {
  const cuts = run.quick ? CUTS.quick : CUTS.full
  const real = await attempt(run, cuts)
  const controls = [await withoutFsync(run), await withoutWaiting(run), await answersEarly(run)] as const
  const [fsync, later, early] = controls
  const { wrong, ...figures } = real
  const seen = [
    ...(fsync === 0 ? ['a database that does not wait for the disk lost nothing: this test sees no loss'] : []),
    ...(later === 0 ? ['a database that answers before its commit is on the disk lost nothing'] : []),
    ...(early === 0 ? ['a platform that answers before the commit lost nothing'] : []),
  ]
  const clean = figures.lost + figures.dup + figures.partial_bundles + figures.audit_missing + figures.forks + wrong.length === 0
  return {
    line: lineOf('F2', { cuts, ...figures }),
    control: lineOf('F2 control', { lost: fsync, lost_without_waiting: later, lost_by_early_answers: early }),
    passed: clean && figures.acked > 0 && figures.bundles > 0 && figures.checkpoints > 0 && seen.length === 0,
    wrong: [...wrong, ...seen],
  }
}

function attempt(run: FaultRun, cuts: number) {
  const told: Told = { acked: new Map(), sent: new Set(), bundles: new Map(), ackedBundles: new Set(), roots: new Map() }
  return throughCuts(run, {
    name: 'F2',
    cuts,
    begin: (scene, n) => begin(scene, told, n),
    end: (scene) => settle(scene, told),
  })
}

async function begin(scene: Scene, told: Told, n: number): Promise<Going> {
  const { platform, random } = scene
  const traffic = startTraffic(scene, { writers: WRITERS, readers: 1 })
  const acks = rememberedAcks()
  const demo = platform.demo()
  const senders = demo.facilities.filter((f) => ['hospital', 'clinic'].includes(f.kind)).map((f) => hospital(f, demo))
  const up = () => isUp(platform.baseUrl)
  const job = (w: number, own: Random) => ({
    ...{ n: w, run: `p${n}${Math.floor(own.next() * 36 ** 4).toString(36)}`, hospital: senders[w % senders.length]! },
    ...{ people: demo.people.filter((p) => /^\d{8}:/.test(p.memberId)), acks, up, random: own, drainMs: 100 },
  })
  const writers = startWriters(Array.from({ length: WRITERS }, (_, w) => job(w, random.fork(`writer ${w}`))))
  const witness = watchLog(platform.baseUrl)
  return {
    enough: () => traffic.acked.size > 12 && acks.known.size > 8 && witness.roots.size > 1,
    frozen() {
      for (const [value, id] of traffic.acked) told.acked.set(value, id)
      for (const name of acks.known) told.ackedBundles.add(name)
      for (const [size, root] of witness.roots) told.roots.set(size, root)
    },
    async stop() {
      await Promise.all([traffic.stop(), writers.stop(), witness.stop()])
      for (const value of traffic.sent) told.sent.add(value)
      for (const [name, submission] of writers.sent) told.bundles.set(name, submission)
    },
  }
}

const isUp = (baseUrl: string) =>
  fetch(`${baseUrl}/health`, { signal: AbortSignal.timeout(2_000) })
    .then((r) => r.ok)
    .catch(() => false)

function rememberedAcks(): AckList & { known: Set<string> } {
  const known = new Set<string>()
  return { known, add: async (name) => void known.add(name), names: async () => known, close: async () => undefined }
}

type Shown = { checkpoint?: { size: number; root: string } }

/** Asks again and again for the newest checkpoint, as a witness does. */
function watchLog(baseUrl: string) {
  const roots = new Map<number, string>()
  let stopping = false
  const watching = (async () => {
    while (!stopping) {
      const shown = await fetch(`${baseUrl}/log/checkpoint`, { signal: AbortSignal.timeout(5_000) })
        .then(async (r) => (r.ok ? ((await r.json()) as Shown) : {}))
        .catch((): Shown => ({}))
      if (shown.checkpoint) roots.set(Number(shown.checkpoint.size), shown.checkpoint.root)
      await pause(100)
    }
  })()
  return {
    roots,
    async stop() {
      stopping = true
      await watching
    },
  }
}

async function settle(scene: Scene, told: Told) {
  const { platform } = scene
  const single = await settleTraffic(scene, told)
  const read = judgeReading(await itemsOf(scene), told.bundles, told.ackedBundles)
  return onDatabase(platform, async (client) => {
    const drained = await until(
      async () => (await client.query('select 1 from kernel.audit where leaf_index is null')).rows.length === 0,
      60_000,
    )
    const stored = await verify(client, told.bundles, told.ackedBundles)
    const tree = await checkAuditTree(client, platform.home)
    const { rows } = await client.query<{ size: string; root: Buffer }>('select size, root from kernel.audit_checkpoint')
    const now = new Map(rows.map(({ size, root }) => [Number(size), root]))
    const forks = [...told.roots].filter(([size, root]) => now.get(size)?.toString('base64') !== root).length
    return {
      acked: single.acked,
      bundles: stored.acked,
      lost: single.lost + Math.max(stored.lost, read.lost),
      dup: single.dup + stored.dup,
      partial_bundles: Math.max(stored.partialBundles, read.partialBundles),
      audit_missing: single.auditMissing + stored.auditMissing,
      checkpoints: told.roots.size,
      forks,
      wrong: [...stored.wrong, ...tree.wrong, ...(drained ? [] : ['the audit lag did not drain'])],
    }
  })
}

async function itemsOf({ platform }: Scene): Promise<string[]> {
  const demo = platform.demo()
  const found: string[] = []
  for (const facility of demo.facilities.filter((f) => ['hospital', 'clinic'].includes(f.kind)).slice(0, WRITERS)) {
    const own = hospital(facility, demo)
    for (const type of ['Condition', 'Observation'])
      for (const { identifier } of await own.readAll(type)) {
        const value = identifier?.find((i) => i.value?.startsWith('F1-'))?.value
        if (value !== undefined) found.push(value)
      }
  }
  return found
}
