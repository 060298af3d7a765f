import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type Random, randomFrom } from '#packages/synthetic'
import { checkAuditTree } from './audit-tree.ts'
import { type Hospital, hospital } from './hospital.ts'
import { killOnce, killPlan } from './kills.ts'
import { ackList } from './ledger.ts'
import { type Platform, platformAt, until } from './platform.ts'
import { judgeReading } from './public-surface.ts'
import type { FaultResult, FaultRun } from './result.ts'
import { NEWCOMER, type Verdict, verify } from './verify.ts'
import { startWriters, type Wrote, WRITERS } from './writers.ts'

const full = { application: 50, database: 20 }
const quick = { application: 3, database: 2 }
const controlKills = { quick: 4, full: 10 }

/** F1: kill -9 of application and database in the middle of Bundles, and the control that acknowledges before COMMIT. */
export async function f1(run: FaultRun): Promise<FaultResult> {
  if (process.platform !== 'linux')
    throw new Error('F1 はプロセスを /proc で探すため、Linux で実行してください。 / F1 finds processes in /proc; run it on Linux.')
  const home = await mkdtemp(join(tmpdir(), 'enishi-faults-'))
  try {
    const random = randomFrom(run.seed)
    const real = await attempt({ ...run, name: 'real', home, random: random.fork('real') })
    const entry = join(run.root, 'tests/faults/early-commit.ts')
    const control = await attempt({ ...run, name: 'control', home, random: random.fork('control'), entry })
    const clean = real.lost + real.dup + real.partialBundles + real.auditMissing === 0
    const wrong = [...real.wrong, ...(control.lost === 0 ? ['the control lost nothing: this test cannot see a loss'] : [])]
    return {
      line: `F1 acked=${real.acked} lost=${real.lost} dup=${real.dup} partial_bundles=${real.partialBundles} audit_missing=${real.auditMissing}`,
      control: `F1 control lost=${control.lost}`,
      passed: clean && real.acked > 0 && wrong.length === 0,
      wrong,
    }
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  }
}

type Attempt = FaultRun & { name: 'real' | 'control'; home: string; random: Random; entry?: string }

async function attempt(about: Attempt): Promise<Verdict> {
  const { name, home, root, random, tell, entry } = about
  const platform = await platformAt({ root, home, ...(entry === undefined ? {} : { entry }) })
  const stop = () => void platform.stop().catch(() => undefined)
  about.stopping.addEventListener('abort', stop)
  const acks = await ackList(join(home, `acknowledged-${name}`))
  try {
    await platform.start()
    const { hospitals, people, up } = outside(platform, name)
    const run = `${name[0]}${Math.floor(random.next() * 36 ** 5).toString(36)}`
    const writers = startWriters(
      Array.from({ length: WRITERS }, (_, n) => ({
        n,
        run,
        hospital: hospitals[n % hospitals.length]!,
        people,
        acks,
        up,
        random: random.fork(`writer-${n}`),
      })),
    )
    try {
      await (name === 'real' ? killAll(about, platform, writers) : killWorkers(about, platform, writers))
    } finally {
      await writers.stop()
    }
    for (const refused of writers.refused.slice(0, 3)) tell(`refused: ${refused}`)
    return await settle({ platform, hospitals, writers, acked: await acks.names(), tell })
  } finally {
    about.stopping.removeEventListener('abort', stop)
    await acks.close()
    await platform.stop()
  }
}

/** Who stands outside: the demo's institutions, its people, and four whom the platform has never seen. */
function outside(platform: Platform, name: string) {
  const demo = platform.demo()
  const newcomers = [1, 2, 3, 4].map((n) => ({ memberId: `${NEWCOMER}${name}:${n}:`, name: `新入 ${n}子`, birthDate: `198${n}-04-0${n}` }))
  const known = demo.people.filter((p) => /^\d{8}:/.test(p.memberId))
  return {
    // Pharmacies and dental clinics send other things.
    hospitals: demo.facilities.filter((f) => ['hospital', 'clinic'].includes(f.kind)).map((f) => hospital(f, demo)),
    people: [...known, ...newcomers],
    up: () =>
      fetch(`${platform.baseUrl}/health`, { signal: AbortSignal.timeout(5_000) })
        .then((r) => r.ok)
        .catch(() => false),
  }
}

async function killAll(about: Attempt, platform: Platform, wrote: Wrote): Promise<void> {
  const plan = killPlan(about.random.fork('kills'), about.quick ? quick : full)
  for (const [n, kill] of plan.entries()) {
    about.stopping.throwIfAborted()
    const { inFlight, backMs } = await killOnce(kill, { platform, wrote, random: about.random, pauseMs: 200 })
    about.tell(
      `${n + 1}/${plan.length} killed ${kill} with ${inFlight} requests under way; acknowledged again after ${Math.round(backMs)} ms (${wrote.acknowledged()} so far)`,
    )
  }
}

/** The control needs only enough kills to be caught: each right after an acknowledgement, while its commit is still owed. */
async function killWorkers(about: Attempt, platform: Platform, wrote: Wrote): Promise<void> {
  const times = about.quick ? controlKills.quick : controlKills.full
  for (let n = 0; n < times; n++) {
    about.stopping.throwIfAborted()
    await killOnce('all-web-workers', { platform, wrote, random: about.random, pauseMs: 0 })
    about.tell(`control ${n + 1}/${times} killed all-web-workers`)
  }
}

const DRAIN_MS = 60_000

/** Everything is quiet now: read it back as institutions do, wait for the audit tree, then look into the database. */
async function settle(about: {
  platform: Platform
  hospitals: readonly Hospital[]
  writers: Wrote
  acked: ReadonlySet<string>
  tell: (line: string) => void
}): Promise<Verdict> {
  const { platform, hospitals, writers, acked, tell } = about
  const read = judgeReading(await readEverything(hospitals), writers.sent, acked)
  const drained = await until(() => auditLag(platform.baseUrl).then((n) => n === 0), DRAIN_MS)
  const client = new pg.Client({ connectionString: platform.databaseUrl() })
  await client.connect()
  try {
    const stored = await verify(client, writers.sent, acked)
    const tree = await checkAuditTree(client, platform.home)
    tell(
      `${writers.sent.size} sent, ${stored.acked} acknowledged, ${stored.ambiguous} without an answer (${stored.ambiguousStored} of them stored), audit tree of ${tree.leaves} leaves`,
    )
    const wrong = [...stored.wrong, ...tree.wrong, ...writers.refused.slice(0, 5), ...(drained ? [] : ['the audit lag did not drain'])]
    return {
      ...stored,
      lost: Math.max(stored.lost, read.lost),
      partialBundles: Math.max(stored.partialBundles, read.partialBundles),
      wrong,
    }
  } finally {
    await client.end()
  }
}

async function readEverything(hospitals: readonly Hospital[]): Promise<string[]> {
  const found: string[] = []
  for (const one of new Set(hospitals.slice(0, WRITERS))) {
    for (const type of ['Condition', 'Observation']) {
      const own = (await one.readAll(type)).map((r) => r.identifier?.find((i) => i.value?.startsWith('F1-'))?.value)
      found.push(...own.filter((value) => value !== undefined))
    }
  }
  return found
}

async function auditLag(baseUrl: string): Promise<number> {
  const health = (await (await fetch(`${baseUrl}/health`)).json()) as { auditLag: { rows: number } }
  return health.auditLag.rows
}
