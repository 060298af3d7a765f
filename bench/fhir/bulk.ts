/** Bulk import and export through the public surface, beside COPY of the same rows. */
import type { ChildProcess } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { ask, startPart } from '../child.ts'
import { figure, round, say } from '../measure.ts'
import type { CopyOrder, FilesOrder, Read } from '../reader.ts'
import { importFloorSeconds } from './bulk-floor.ts'
import { type Answer, once, type Target } from './client.ts'
import { clientTls, tokenFor } from './credentials.ts'
import { importRequest, writeFiles } from './import-files.ts'
import type { Options } from './options.ts'
import { postmasterOf } from './passes.ts'
import { dropBulkFiles, familyCpuMs, startPlatform, watchMemory } from './platform.ts'
import { sayMemory } from './report.ts'
import { drop, emptyDatabase, keptDatabase, openNamed, urlOf } from './store.ts'

const SHARE_BAR = 0.5
const EXPORT_BAR = 50_000
const LONGEST_MS = 900_000

type Running = { database: string; target: Target; pid: number }

/** Processor time so far, in milliseconds: of the platform, of the database, and of whoever asks: this process and the reader. */
type Spent = { platform: number; database: number; own: number }
/** Without a platform where `pid` is 0. */
type Who = { database: string; pid: number; reader?: ChildProcess }

async function spentBy({ database, pid, reader }: Who): Promise<Spent> {
  const { user, system } = process.cpuUsage()
  const own = (user + system) / 1000 + (reader?.pid ? familyCpuMs(reader.pid) : 0)
  return { platform: pid && familyCpuMs(pid), database: familyCpuMs(await postmasterOf(database)), own }
}

const cpu = ({ platform, database, own }: Spent): number => round(platform + database + own, 1)

/** What one resource took since then, in microseconds: on a machine that others use too this says more than seconds. */
async function eachSince(from: Spent, { n, ...who }: Who & { n: number }): Promise<Spent> {
  const now = await spentBy(who)
  const each = (name: keyof Spent) => round(((now[name] - from[name]) / n) * 1000, 1)
  return { platform: each('platform'), database: each('database'), own: each('own') }
}

async function running<T>(database: string, name: string, work: (at: Running) => Promise<T>): Promise<T> {
  const from = new Date()
  const platform = await startPlatform({ url: urlOf(database), binding: 'mtls', workers: 2 })
  const memory = watchMemory(platform)
  try {
    await led(database, from)
    const done = await work({
      database,
      pid: platform.pid,
      target: { ...platform, binding: 'mtls', token: await tokenFor(database, 'mtls') },
    })
    sayMemory(memory.mostMb(), name)
    return done
  } finally {
    memory.stop()
    await platform.stop()
    dropBulkFiles()
  }
}

/** Waits for the process that carries jobs on: it begins beside those that listen, and its beginning is none of a job's time. */
async function led(database: string, since: Date): Promise<void> {
  const db = openNamed(database, 1)
  try {
    for (const until = performance.now() + LONGEST_MS; performance.now() < until; await pause(50)) {
      const { rows } = await sql`select 1 from kernel.leader where beat_at > ${since}`.execute(db)
      if (rows.length > 0) return
    }
    throw new Error('nobody leads')
  } finally {
    await db.destroy()
  }
}

/** Of a core, in what a platform does that nobody asks anything. */
const AT_REST = 0.06

/** Waits until the platform has caught up with what its data left it to do: people compared, notices sent, the log put in order. */
async function atRest(pid: number): Promise<void> {
  for (const until = performance.now() + LONGEST_MS; performance.now() < until; ) {
    const [spent, from] = [familyCpuMs(pid), performance.now()]
    await pause(2_000)
    if ((familyCpuMs(pid) - spent) / (performance.now() - from) < AT_REST) return
  }
  throw new Error('the platform does not come to rest')
}

/** A job carried to its end, or why there is none. */
type Done = { seconds: number; manifest: Manifest } | { skipped: string }
type Manifest = { output: { type: string; url: string; count: number }[]; error: unknown[]; extension?: { resources: number } }

async function job({ database, target }: Running, kickOff: Promise<Answer>): Promise<Done> {
  const from = performance.now()
  const accepted = await kickOff
  if (accepted.status === 404) return { skipped: 'the platform does not offer it' }
  const place = /content-location: (\S+)/i.exec(accepted.head)?.[1]
  if (accepted.status !== 202 || !place)
    throw new Error(`the job was not taken on: ${accepted.status} ${accepted.body.toString('utf8').slice(0, 500)}`)
  const path = new URL(place).pathname
  await ended(database, path.split('/').at(-1)!)
  const seconds = (performance.now() - from) / 1000
  const answer = await once({ ...target, token: await tokenFor(database, 'mtls') }, { method: 'GET', path })
  if (answer.status !== 200) throw new Error(`the job ended with ${answer.status}: ${answer.body.toString('utf8').slice(0, 500)}`)
  return { seconds, manifest: JSON.parse(answer.body.toString('utf8')) as Manifest }
}

/** Looks into the database, because a client may ask for the status only once a second. */
async function ended(database: string, id: string): Promise<void> {
  const db = openNamed(database, 1)
  try {
    for (const until = performance.now() + LONGEST_MS; performance.now() < until; await pause(25)) {
      const { rows } = await sql`select 1 from bulk.job where id = ${id} and ended_at is not null`.execute(db)
      if (rows.length > 0) return
    }
    throw new Error('the job did not end')
  } finally {
    await db.destroy()
  }
}

type Measured = { rate: number; floorRate: number; share: number }

/** The round in the middle by its share of its own floor: on a machine that others use too, one round alone says little. */
async function middleOf<T extends Measured>(rounds: number, round: () => Promise<T | null>): Promise<(T & { shares: number[] }) | null> {
  const all: T[] = []
  for (let n = 0; n < rounds; n++) {
    const one = await round()
    if (!one) return null
    all.push(one)
  }
  all.sort((a, b) => a.share - b.share)
  return { ...all[all.length >> 1]!, shares: all.map(({ share }) => share) }
}

const measured = (n: number, seconds: number, floorRate: number): Measured => {
  const rate = Math.round(n / seconds)
  return { rate, floorRate: Math.round(floorRate), share: round(rate / floorRate, 3) }
}
const spread = (shares: readonly number[]) => ({ shareLeast: Math.min(...shares), shareMost: Math.max(...shares) })
const ofRounds = (shares: readonly number[]): string =>
  shares.length > 1 ? `, the middle of ${shares.map((share) => `${Math.round(share * 100)}%`).join(', ')}` : ''

export async function measureExport({ bulk, fresh }: Options): Promise<void> {
  const database = await keptDatabase({ people: bulk.exported, visits: 10, templates: 50 }, fresh)
  const reader = await startPart('reader')
  const done = await middleOf(bulk.rounds, () => exportOnce(database, reader)).finally(() => reader.kill())
  if (!done) return
  const { n, made, fetched, rate, floorRate, share, shares, making, fetching, copying } = done
  say(`export: ${n} resources at ${rate}/s (${round(made)} s to make the files, ${round(fetched)} s to fetch them)`)
  say(
    `  floor (COPY of the same bodies): ${floorRate}/s; share ${Math.round(share * 100)}%${ofRounds(shares)} (bar: 50%, and ${EXPORT_BAR}/s)`,
  )
  say('  processor time of a resource, µs (platform, database, reader):')
  for (const [what, { platform, database, own }] of Object.entries({ making, fetching, floor: copying }))
    say(`    ${what}: ${platform}, ${database}, ${own}`)
  const rates = { madeRate: Math.round(n / made), fetchedRate: Math.round(n / fetched) }
  const spent = { makingCpuUs: cpu(making), fetchingCpuUs: cpu(fetching), floorCpuUs: cpu(copying) }
  figure({
    bench: 'fhir',
    name: 'export',
    rate,
    floorRate,
    share,
    shareBar: SHARE_BAR,
    rateBar: EXPORT_BAR,
    n,
    ...spread(shares),
    ...rates,
    ...spent,
  })
}

/** One export of everything, and its floor; null where the platform offers none. */
async function exportOnce(database: string, reader: ChildProcess) {
  const done = await running(database, 'export', async (at) => {
    const kickOff = () => once(at.target, { method: 'GET', path: '/fhir/R4/$export', headers: 'prefer: respond-async\r\n' })
    // The server has just started: the first brings its pages into memory, where the floor finds them too.
    const first = await job(at, kickOff())
    if ('skipped' in first) return first
    await atRest(at.pid)
    const who = { database, pid: at.pid, reader }
    const before = await spentBy(who)
    const made = await job(at, kickOff())
    if ('skipped' in made) return made
    const n = made.manifest.output.reduce((sum, file) => sum + file.count, 0)
    const making = await eachSince(before, { ...who, n })
    const token = await tokenFor(database, 'mtls')
    const between = await spentBy(who)
    const urls = made.manifest.output.map(({ url }) => url)
    const fetched = await ask<Read>(reader, fetchFiles(at.target, { token, urls }))
    if (fetched.count !== n) throw new Error(`${fetched.count} lines came of ${n}`)
    return { made: made.seconds, fetched: fetched.seconds, n, making, fetching: await eachSince(between, { ...who, n }) }
  })
  if ('skipped' in done) {
    say(`export: skipped, ${done.skipped}`)
    return null
  }
  const before = await spentBy({ database, pid: 0, reader })
  const floor = await ask<Read>(reader, { copy: urlOf(database) } satisfies CopyOrder)
  const copying = await eachSince(before, { database, pid: 0, reader, n: floor.count })
  return { ...done, copying, ...measured(done.n, done.made + done.fetched, floor.count / floor.seconds) }
}

/** All files of an export, fetched as a client would. */
function fetchFiles({ tlsPort, port }: Target, { token, urls }: { token: string; urls: readonly string[] }): FilesOrder {
  const headers = { authorization: `Bearer ${token}`, host: `localhost:${port}` }
  return { files: { port: tlsPort, paths: urls.map((url) => new URL(url).pathname), headers, tls: clientTls() } }
}

export async function measureImport({ bulk }: Options): Promise<void> {
  const sent = await writeFiles(bulk.imported)
  const done = await middleOf(bulk.rounds, () => importOnce(sent))
  if (!done) return
  const { seconds, rate, floorRate, share, shares, each } = done
  say(`import: ${sent.count} resources in ${round(seconds)} s, ${rate}/s`)
  say(`  processor time of a line, µs: platform ${each.platform}, database ${each.database}`)
  say(`  floor (COPY of the same rows into equal tables): ${floorRate}/s; share ${Math.round(share * 100)}%${ofRounds(shares)} (bar: 50%)`)
  const figures = { rate, floorRate, share, shareBar: SHARE_BAR, n: sent.count, ...spread(shares) }
  figure({ bench: 'fhir', name: 'import', ...figures, platformCpuUs: each.platform, databaseCpuUs: each.database })
}

/** One import into a database with nothing in it, and its floor; null where the platform offers none. */
async function importOnce(sent: { types: string[]; count: number }) {
  const database = await emptyDatabase()
  try {
    const done = await running(database, 'import', async (at) => {
      const before = await spentBy(at)
      const imported = await job(at, once(at.target, importRequest(sent.types)))
      return 'skipped' in imported ? imported : { ...imported, each: await eachSince(before, { database, pid: at.pid, n: sent.count }) }
    })
    if ('skipped' in done) {
      say(`import: skipped, ${done.skipped}`)
      return null
    }
    const taken = done.manifest.extension?.resources ?? 0
    if (taken !== sent.count)
      throw new Error(`only ${taken} of ${sent.count} lines were taken in: ${JSON.stringify(done.manifest).slice(0, 500)}`)
    return { ...done, ...measured(sent.count, done.seconds, sent.count / (await importFloorSeconds(database))) }
  } finally {
    await drop(database)
  }
}
