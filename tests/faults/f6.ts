import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { openDatabase } from '#kernel/database'
import { tokenMint } from '#kernel/token'
import { openRingOf } from '../../app/secret-keys.ts'
import { until } from './platform.ts'
import { type FaultResult, type FaultRun, lineOf } from './result.ts'
import { onPlatform, type Scene } from './scene.ts'
import { settleTraffic, startTraffic } from './traffic.ts'

const HOUR = 3600_000
const DAY = 24 * HOUR
const shifts = [HOUR, -HOUR, 400 * DAY, -400 * DAY]
const nameOf = (ms: number) => `${ms < 0 ? '-' : '+'}${Math.abs(ms) < DAY ? `${Math.abs(ms) / HOUR} h` : `${Math.abs(ms) / DAY} days`}`

type Seen = {
  acked: number
  lost: number
  dup: number
  auditMissing: number
  backwards: number
  outside: number
  expiredTaken: number
  goodRefused: number
}
const none: Seen = { acked: 0, lost: 0, dup: 0, auditMissing: 0, backwards: 0, outside: 0, expiredTaken: 0, goodRefused: 0 }
const plus = (a: Seen, b: Seen): Seen => Object.fromEntries(Object.entries(a).map(([name, n]) => [name, n + b[name as keyof Seen]])) as Seen
const bad = (s: Seen) => s.lost + s.dup + s.auditMissing + s.backwards + s.outside + s.expiredTaken + s.goodRefused

/** F6: the clock of the application's host is wrong, by each shift in turn on the same data. Its control believes that clock. */
export async function f6(run: FaultRun): Promise<FaultResult> {
  const home = await mkdtemp(join(tmpdir(), 'enishi-faults-'))
  try {
    let real = none
    for (const shift of run.quick ? [shifts[3]!, shifts[2]!] : [...shifts, 0])
      real = plus(real, await at(run, { home, shift, believes: false }))
    const control = await at(run, { home: join(home, 'control'), shift: -400 * DAY, believes: true })
    const wrong =
      control.expiredTaken === 0 || control.outside === 0
        ? ['a platform that believes its host’s clock took nothing that had ended, and wrote no wrong instant: this test sees nothing']
        : []
    return {
      line: lineOf('F6', {
        shifts: run.quick ? 2 : shifts.length + 1,
        ...{ acked: real.acked, lost: real.lost, dup: real.dup, backwards: real.backwards, outside: real.outside },
        ...{ expired_taken: real.expiredTaken, good_refused: real.goodRefused },
      }),
      control: lineOf('F6 control', { wrong: bad(control), expired_taken: control.expiredTaken, outside: control.outside }),
      passed: bad(real) === 0 && real.acked > 0 && wrong.length === 0,
      wrong,
    }
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function at(run: FaultRun, { home, shift, believes }: { home: string; shift: number; believes: boolean }): Promise<Seen> {
  const entry = join(run.root, 'tests/faults/shifted-clock.ts')
  const env = { FAULT_SHIFT_MS: String(shift), ...(believes ? { FAULT_HOST_TIME: '1' } : {}) }
  // The control’s callers have the clock that it believes: otherwise it would let nobody in, and show nothing.
  const clockMs = believes ? shift : 0
  const seen = await onPlatform(run, { name: `f6 ${shift}`, entry, env, home, clockMs }, (scene) => attempt(scene))
  run.tell(`host clock ${nameOf(shift)}${believes ? ', believed' : ''}: ${JSON.stringify(seen)}`)
  return seen
}

async function attempt(scene: Scene): Promise<Seen> {
  const traffic = startTraffic(scene, { writers: 4, readers: 2 })
  const client = new pg.Client({ connectionString: scene.platform.databaseUrl() })
  await client.connect()
  try {
    const { rows: began } = await client.query<{ at: string }>('select clock_timestamp()::text as at')
    await until(() => traffic.acked.size > (scene.run.quick ? 40 : 200), 30_000)
    await traffic.stop()
    const tokens = await judgeTokens(scene)
    const consents = await judgeConsents(scene, client)
    const settled = await settleTraffic(scene, traffic)
    return {
      ...settled,
      backwards: await count(client, BACKWARDS, [began[0]!.at]),
      outside: await count(client, OUTSIDE),
      expiredTaken: tokens.taken + consents.taken,
      goodRefused: tokens.refused + consents.refused,
    }
  } finally {
    await traffic.stop()
    await client.end()
  }
}

const count = async (client: pg.Client, sql: string, values: string[] = []) => (await client.query<{ n: number }>(sql, values)).rows[0]!.n

/** Versions that are younger than the next, and entries of the log whose order contradicts their instants by more than a batch may. */
const BACKWARDS = `select ((select count(*) from record.version v join
    (select key, type, id, version, last_updated from record.version union all select key, type, id, version, last_updated from record.resource) n
    on n.key = v.key and n.type = v.type and n.id = v.id and n.version = v.version + 1 where n.last_updated < v.last_updated)
  + (select count(*) from (select at, lag(at) over (order by leaf_index) as before from kernel.audit
      where leaf_index is not null and at > $1::timestamptz) a
    where a.at < a.before - interval '1 minute'))::int as n`

/** Instants that never were: after the database's own time, or, of what this test wrote, long before it. */
const OUTSIDE = `select ((select count(*) from record.resource r where r.last_updated > clock_timestamp() + interval '1 second'
    or (r.body like '%urn:enishi:fault-test%' and r.last_updated < clock_timestamp() - interval '1 hour'))
  + (select count(*) from kernel.audit a where a.at > clock_timestamp() + interval '1 second'
    or (a.action = 'record.create' and a.at < clock_timestamp() - interval '1 hour')))::int as n`

/** Access tokens that have ended, begin in the future or hold, by the database's time. */
async function judgeTokens({ platform, parties }: Scene): Promise<{ taken: number; refused: number }> {
  const db = openDatabase({ url: platform.databaseUrl(), poolSize: 1, applicationName: 'f6' })
  try {
    await openRingOf(platform.home)
    const mint = await tokenMint(db)
    const demo = platform.demo()
    const [facility] = demo.facilities
    const result = { taken: 0, refused: 0 }
    const minutes = [-10, -6, 0]
    for (const past of minutes) {
      const token = await mint.issue(new Date(Date.now() + past * 60_000), {
        clientId: facility!.clientId,
        scopes: facility!.scope.split(' '),
      })
      const { status } = await fetch(`${demo.fhirBase}/Patient?_count=1`, { headers: { authorization: `Bearer ${token}` } })
      if (past < 0 && status !== 401) result.taken++
      if (past === 0 && status !== 200) result.refused++
    }
    const fresh = await parties[0]!.hospital.ask('Patient?_count=1')
    if (fresh.status !== 200) result.refused++
    return result
  } finally {
    await db.destroy()
  }
}

/** Consents at a reader of which one ended a minute ago and one holds for another minute, by the database's time. */
async function judgeConsents({ platform, parties }: Scene, client: pg.Client): Promise<{ taken: number; refused: number }> {
  const result = { taken: 0, refused: 0 }
  const asker = parties[1]!
  const institution = platform.demo().facilities.filter((f) => ['hospital', 'clinic'].includes(f.kind))[1]!.institutionNumber
  const made = await client.query<{ id: string; key: string }>(
    `select id, key from record.resource where type = 'Condition' and kind = 'diagnosis' and source <> $1 and addressee is null
      and not uninformed and not undelivered and not deleted order by id limit 1`,
    [institution],
  )
  const item = made.rows[0]
  if (item === undefined) throw new Error('there is no diagnosis of another institution to agree to')
  for (const [minutes, shown] of [
    [-1, false],
    [1, true],
    [-1, false],
  ] as const) {
    await client.query('delete from consent.grant_fact where key = $1 and institution_number = $2', [item.key, institution])
    await client.query(
      `insert into consent.grant_fact (key, consent_id, kind, institution_number, purpose, given_at, until)
        values ($1, 'f6', 'diagnosis', $2, 'TREAT', clock_timestamp() - interval '1 hour', clock_timestamp() + $3 * interval '1 minute')`,
      [item.key, institution, minutes],
    )
    const answer = await asker.hospital.ask(`Condition?_id=${item.id}`)
    const found = (await answer.text()).includes(`"${item.id}"`)
    if (found && !shown) result.taken++
    if (!found && shown) result.refused++
  }
  return result
}
