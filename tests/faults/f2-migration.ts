import { join } from 'node:path'
import { type Random, randomFrom } from '#packages/synthetic'
import { buildNextRelease, leavings, STEPS } from './next-release.ts'
import { pause, type Platform, platformAt, until } from './platform.ts'
import { type Power, powered } from './power.ts'
import { cutPower, onDatabase } from './power-cuts.ts'
import { type FaultResult, type FaultRun, lineOf } from './result.ts'
import { partiesOf, type Scene } from './scene.ts'
import { settleTraffic, startTraffic } from './traffic.ts'

const SIZE_MB = 900
const SIZES = { quick: { firsts: 1, cuts: 2 }, full: { firsts: 3, cuts: 4 } }
const STEP_MS = 120

type About = { run: FaultRun; power: Power; random: Random; entry: string }

/**
 * F2d: power is cut while a schema is migrated: during first starts, and while a next release walks the record of one that has been used.
 * Whoever starts it again must find it whole. Its control knows no transactions.
 */
export async function f2Migration(run: FaultRun): Promise<FaultResult> {
  const entry = await buildNextRelease(run.root)
  const { firsts, cuts } = run.quick ? SIZES.quick : SIZES.full
  const begun = await onPower(run, 'F2d first', entry, (about) => firstStarts(about, firsts))
  const real = await onPower(run, 'F2d', entry, (about) => releases(about, { cuts, entry }))
  const loose = join(run.root, 'tests/faults/no-transactions.ts')
  const control = await onPower(run, 'F2d control', entry, (about) => releases(about, { cuts: 4, entry: loose }))
  const wrong = [
    ...begun.wrong,
    ...real.wrong,
    ...(real.inside === 0 ? ['no cut fell into a migration: nothing was tried'] : []),
    ...(control.torn === 0 ? ['a migration without transactions stood whole after every cut: this test sees nothing'] : []),
  ]
  return {
    line: lineOf('F2d', {
      ...{ first_starts_cut: begun.cuts, first_missing: begun.missing, releases_cut: cuts, inside: real.inside, torn: real.torn },
      ...{ acked: real.acked, lost: real.lost, dup: real.dup },
    }),
    control: lineOf('F2d control', { torn: control.torn }),
    passed: wrong.length === 0 && begun.missing + real.torn + real.lost + real.dup === 0 && real.acked > 0,
    wrong,
  }
}

async function onPower<T>(run: FaultRun, name: string, entry: string, work: (about: About) => Promise<T>): Promise<T> {
  const power = await powered(SIZE_MB)
  try {
    return await work({ run, power, random: randomFrom(run.seed).fork(name), entry })
  } finally {
    await power.close()
  }
}

const platformOn = ({ run, power }: About, entry: string, release: number, home = 'home') =>
  platformAt({ root: run.root, home: join(power.folder, home), entry, env: { ENISHI_NEXT_RELEASE: String(release) } })

/** Begins a start and cuts power in its middle. @returns whether it had not been ready yet */
async function cutStart(about: About, platform: Platform, moment: () => Promise<void>): Promise<boolean> {
  const state = { ready: false }
  const starting = platform.start().then(
    () => {
      state.ready = true
    },
    () => undefined,
  )
  await moment()
  const wasReady = state.ready
  cutPower(about.power, platform, { frozen: () => undefined })
  await starting
  await platform.ended()
  return !wasReady
}

/** A new folder, over and over cut while it is made ready. In the end it must be as one that nobody disturbed. */
async function firstStarts(about: About, cuts: number) {
  const { run, random } = about
  const wrong: string[] = []
  const undisturbed = await platformOn(about, join(run.root, 'dist/app/main.js'), 0, 'undisturbed')
  const from = performance.now()
  await undisturbed.start()
  const took = performance.now() - from
  const expected = await schemaOf(undisturbed)
  await undisturbed.stop()
  const platform = await platformOn(about, join(run.root, 'dist/app/main.js'), 0)
  for (let n = 0; n < cuts; n++) {
    run.stopping.throwIfAborted()
    // Each goes on from where the one before was cut, and has less before it.
    const at = Math.round(took * (0.05 + 0.5 * random.next()))
    const inside = await cutStart(about, platform, () => pause(at))
    run.tell(`first start ${n + 1}/${cuts} cut after ${at} of ${Math.round(took)} ms${inside ? '' : ' (it was ready)'}`)
  }
  await platform.start().catch((error: unknown) => wrong.push(`does not start again: ${String(error).slice(0, 400)}`))
  const found = wrong.length > 0 ? new Set<string>() : await schemaOf(platform)
  const missing = [...expected].filter((one) => !found.has(one)).length + [...found].filter((one) => !expected.has(one)).length
  await platform.stop()
  return { cuts, missing, wrong }
}

/** Every step, column and index of ours, and how many people the demo region has. */
async function schemaOf(platform: Platform): Promise<Set<string>> {
  return onDatabase(platform, async (client) => {
    const { rows } = await client.query<{ what: string }>(
      `select 'step ' || id as what from kernel.migration
        union all select format('column %s.%s.%s %s', table_schema, table_name, column_name, data_type) from information_schema.columns
          where table_schema not in ('pg_catalog', 'information_schema')
        union all select indexdef from pg_indexes where schemaname not in ('pg_catalog', 'information_schema')
        union all select 'people ' || count(*) from person.person`,
    )
    return new Set(rows.map(({ what }) => what))
  })
}

/** A platform that has been used, and one release after another whose migration is cut. */
async function releases(about: About, { cuts, entry }: { cuts: number; entry: string }) {
  const { run, random } = about
  const old = await platformOn(about, about.entry, 0)
  await old.start()
  const scene = async (platform: Platform): Promise<Scene> => ({ run, platform, parties: await partiesOf(platform), random })
  const traffic = startTraffic(await scene(old), { writers: 6, readers: 0 })
  await until(() => traffic.acked.size > (run.quick ? 60 : 300), 60_000)
  await traffic.stop()
  await old.stop()
  const seen = { inside: 0, torn: 0, wrong: [] as string[] }
  for (let n = 1; n <= cuts; n++) {
    run.stopping.throwIfAborted()
    const next = await platformOn(about, entry, n)
    const inside = await cutStart(about, next, async () => {
      await until(() => isUnderWay(next, n), 60_000)
      await pause(random.whole(0, STEP_MS * STEPS))
    })
    if (inside) seen.inside++
    // What stood between the cut and the next start is seen by it: a step of which a part stands cannot be done again.
    const again = await next.start().then(
      () => true,
      () => false,
    )
    const torn = again ? await tornSteps(next, n) : 1
    seen.torn += torn
    run.tell(
      `release ${n}/${cuts}: cut ${inside ? 'inside' : 'after the start'}; ${again ? `ready again, ${torn} torn` : 'does not start again'}`,
    )
    if (again) await next.stop()
    else return { ...seen, acked: traffic.acked.size, lost: 0, dup: 0 }
  }
  const last = await platformOn(about, about.entry, cuts)
  await last.start()
  try {
    const { acked, lost, dup } = await settleTraffic(await scene(last), traffic)
    return { ...seen, acked, lost, dup }
  } finally {
    await last.stop()
  }
}

/** Whether the first step of a release is being done, or is done. */
async function isUnderWay(platform: Platform, release: number): Promise<boolean> {
  const begun = `select 1 from pg_stat_activity where query like '%next.next_${release}_1 %' and pid <> pg_backend_pid() and state = 'active'
    union all select 1 from kernel.migration where id like 'next.${release}.%'`
  return onDatabase(platform, async (client) => (await client.query(begun)).rows.length > 0).catch(() => false)
}

/** Steps of a release of which a part is there, or which are noted and not there. */
async function tornSteps(platform: Platform, release: number): Promise<number> {
  return onDatabase(platform, async (client) => {
    let torn = 0
    for (let n = 1; n <= STEPS; n++) {
      const { id, table, index } = leavings(release, n)
      const { rows } = await client.query<{ parts: number }>(
        `select (exists (select 1 from kernel.migration where id = $1))::int + (to_regclass($2) is not null)::int + (to_regclass($3) is not null)::int as parts`,
        [id, `next.${table}`, `record.${index}`],
      )
      if (rows[0]!.parts !== 3) torn++
    }
    return torn
  })
}
