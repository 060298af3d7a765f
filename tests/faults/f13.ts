import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { checkAuditTree } from './audit-tree.ts'
import { pause, type Platform, platformAt, until } from './platform.ts'
import { type FaultResult, type FaultRun, lineOf } from './result.ts'
import { partiesOf, type Scene } from './scene.ts'
import { randomFrom } from '#packages/synthetic'
import { settleTraffic, startTraffic } from './traffic.ts'

/** A signed checkpoint as whoever watches the log keeps it. */
type Witnessed = { size: number; root: string }

/**
 * F13: the restore drill. A platform works, is backed up while it works, goes on, and is lost whole: data folder and database. Another is
 * restored from the backup. Its control is a restored database in which somebody has edited the log.
 */
export async function f13(run: FaultRun): Promise<FaultResult> {
  const base = await mkdtemp(join(tmpdir(), 'enishi-faults-'))
  try {
    const drilled = await drill(run, base)
    const wrong = [...drilled.wrong, ...(drilled.seenEdits === 0 ? ['an edited log passed for the one that was witnessed'] : [])]
    return {
      line: lineOf('F13', {
        acked: drilled.acked,
        lost_of_before: drilled.lost,
        rpo_s: drilled.rpo.toFixed(1),
        rto_s: drilled.rto.toFixed(1),
        leaves: drilled.leaves,
        root: drilled.sameRoot ? 'witnessed' : 'other',
      }),
      control: lineOf('F13 control', { edits_seen: drilled.seenEdits }),
      passed: wrong.length === 0 && drilled.lost === 0 && drilled.sameRoot,
      wrong,
    }
  } finally {
    await rm(base, { recursive: true, force: true, maxRetries: 5 })
  }
}

const enishi = (run: FaultRun, home: string, args: readonly string[]) =>
  execFileSync(process.execPath, [join(run.root, 'app/launcher/run.mjs'), 'cli', ...args], {
    cwd: run.root,
    encoding: 'utf8',
    env: { ...process.env, ENISHI_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })

async function drill(run: FaultRun, base: string) {
  const [first, second, backups] = [join(base, 'first'), join(base, 'second'), join(base, 'backups')]
  const platform = await platformAt({ root: run.root, home: first })
  try {
    return await lostAndRestored(run, platform, { first, second, backups })
  } finally {
    await platform.stop()
  }
}

type Places = { first: string; second: string; backups: string }

async function lostAndRestored(run: FaultRun, platform: Platform, { first, second, backups }: Places) {
  await platform.start()
  const scene: Scene = { run, platform, parties: await partiesOf(platform), random: randomFrom(run.seed).fork('f13') }
  const traffic = startTraffic(scene, { writers: 4, readers: 2 })
  await until(() => traffic.acked.size > (run.quick ? 40 : 400), 60_000)
  // What was acknowledged before the backup began must be in it.
  const before = new Map(traffic.acked)
  const began = performance.now()
  enishi(run, first, ['backup', backups])
  await pause(run.quick ? 1_000 : 5_000)
  const witnessed = await witness(platform)
  const lostAt = performance.now()
  await traffic.stop()
  await platform.stop()
  await rm(join(first, 'pg'), { recursive: true, force: true })
  return restored(run, { first, second, backups, before, witnessed, rpo: (lostAt - began) / 1000 })
}

type Lost = { first: string; second: string; backups: string; before: Map<string, string>; witnessed: Witnessed[]; rpo: number }

async function restored(run: FaultRun, { first, second, backups, before, witnessed, rpo }: Lost) {
  const [folder = ''] = await readdir(backups)
  const [key = ''] = (await readdir(join(first, 'backup-keys')).catch(() => [])).filter(
    (name) => name.includes(folder.slice(-8)) || name.endsWith('.key'),
  )
  const began = performance.now()
  enishi(run, second, ['restore', join(backups, folder), '--key', join(first, 'backup-keys', key), '--replace'])
  const platform = await platformAt({ root: run.root, home: second })
  await platform.start()
  const rto = (performance.now() - began) / 1000
  const client = new pg.Client({ connectionString: platform.databaseUrl() })
  await client.connect()
  try {
    const scene: Scene = { run, platform, parties: await partiesOf(platform), random: randomFrom(run.seed) }
    const settled = await settleTraffic(scene, { acked: before, sent: new Set(before.keys()) })
    await until(async () => (await checkAuditTree(client, second)).wrong.length === 0, 10_000)
    const tree = await checkAuditTree(client, second)
    const sameRoot = await sharesRoots(client, witnessed)
    await client.query(
      `update kernel.audit set actor_name = 'somebody else' where leaf_index = (select max(leaf_index) / 2 from kernel.audit)`,
    )
    const edited = await checkAuditTree(client, second)
    return {
      acked: before.size,
      lost: settled.lost + settled.auditMissing,
      rpo,
      rto,
      leaves: tree.leaves,
      sameRoot,
      wrong: tree.wrong,
      seenEdits: edited.wrong.length,
    }
  } finally {
    await client.end()
    await platform.stop()
  }
}

/** Every checkpoint that the log had signed up to now. */
async function witness(platform: Platform): Promise<Witnessed[]> {
  const client = new pg.Client({ connectionString: platform.databaseUrl() })
  await client.connect()
  try {
    const { rows } = await client.query<{ size: string; root: Buffer }>('select size, root from kernel.audit_checkpoint order by size')
    return rows.map(({ size, root }) => ({ size: Number(size), root: root.toString('hex') }))
  } finally {
    await client.end()
  }
}

/** Whether every checkpoint of the restored log that was witnessed has the witnessed root, and there is one. */
async function sharesRoots(client: pg.Client, witnessed: readonly Witnessed[]): Promise<boolean> {
  const known = new Map(witnessed.map(({ size, root }) => [size, root]))
  const { rows } = await client.query<{ size: string; root: Buffer }>('select size, root from kernel.audit_checkpoint')
  const shared = rows.filter((row) => known.has(Number(row.size)))
  return shared.length > 0 && shared.every((row) => known.get(Number(row.size)) === row.root.toString('hex'))
}
