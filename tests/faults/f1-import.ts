import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { type Kill, victims } from './kills.ts'
import { pause, until } from './platform.ts'
import { type FaultResult, type FaultRun, lineOf } from './result.ts'
import { onPlatform, type Scene } from './scene.ts'

/** Lines of the import and what is killed while it runs, in an order drawn for each run. */
const full = { lines: 120_000, kills: { leader: 8, backend: 6, postmaster: 4, 'everyone-but-primary': 2, primary: 2 } }
const quick = { lines: 16_000, kills: { leader: 1, backend: 1, postmaster: 1 } }
/** The control is found out by its first few. */
const control = { lines: 8_000, kills: { leader: 2 }, forgets: true }
type Size = { lines: number; kills: Partial<Record<Kill, number>>; forgets?: boolean }

const PEOPLE = 40
const WAIT_MS = 120_000
const NAME = 'F1b'

/**
 * F1b: kill -9 of leader and database in the middle of a bulk import, which goes on by itself and ends with every line there once. In its
 * control the place reached is lost with the leader, as if it were noted apart from the lines: what stands already comes a second time.
 */
export async function f1Import(run: FaultRun): Promise<FaultResult> {
  const real = await onPlatform(run, { name: 'f1b' }, (scene) => attempt(scene, run.quick ? quick : full))
  const loose = await onPlatform(run, { name: 'f1b-control' }, (scene) => attempt(scene, control))
  const { wrong, ...figures } = real
  const seen = loose.lost + loose.dup
  return {
    line: lineOf(NAME, figures),
    control: lineOf(`${NAME} control`, { wrong_lines: seen }),
    passed: figures.lost + figures.dup + figures.audit_missing + wrong.length === 0 && figures.kills > 0 && seen > 0,
    wrong: [...wrong, ...(seen === 0 ? ['the control took every line once: this test cannot see one that is lost or doubled'] : [])],
  }
}

type Job = { id: string; state: string; done: number; refused: number }

async function attempt(scene: Scene, { lines, kills, forgets }: Size) {
  const { platform, parties, random, run } = scene
  const { hospital, patient } = parties[0]!
  const facility = platform.demo().facilities.find((f) => ['hospital', 'clinic'].includes(f.kind))!
  await writeLines(join(platform.home, 'import', facility.institutionNumber), { lines, patient })
  const accepted = await hospital.ask('$import', { method: 'POST', body: JSON.stringify(request) })
  const status = accepted.headers.get('content-location')
  if (accepted.status !== 202 || status === null)
    throw new Error(`the import was not taken on: ${accepted.status} ${await accepted.text()}`)
  const id = status.split('/').at(-1)!
  const plan = random.shuffle(Object.entries(kills).flatMap(([kill, times]) => Array.from({ length: times }, () => kill as Kill)))
  let [killed, reached] = [0, 0]
  for (const kill of plan) {
    run.stopping.throwIfAborted()
    // Whoever forgets has something to forget: people come first, and are known by their ids again.
    const before = await progressed(scene, id, forgets ? reached + PEOPLE : 0)
    if (before?.state !== 'running') break
    await pause(random.whole(0, 200))
    const found = await victims(kill, platform, random)
    await inTheMiddle(scene)
    for (const pid of found) process.kill(pid, 'SIGKILL')
    killed++
    if (forgets) await asked(scene, 'update bulk.job set cursor = null where id = $1', [id])
    if (kill === 'primary') {
      await platform.ended()
      await platform.start()
    }
    // It goes on by itself: more is taken in than had been.
    const after = await progressed(scene, id, before.done)
    if (!after) throw new Error(`the import stood still after the ${kill} was killed:\n${platform.said()}`)
    reached = after.done
    run.tell(`${killed}/${plan.length} killed ${kill} at line ${before.done}; goes on at ${after.done} (${after.state})`)
  }
  return settle(scene, { id, lines, killed, status })
}

/** The job once it has more than so many lines, or has ended; undefined where it stands still. */
async function progressed(scene: Scene, id: string, done: number): Promise<Job | undefined> {
  let job: Job | undefined
  const moved = async () => {
    scene.platform.mustRun()
    job = await jobOf(scene, id).catch(() => undefined)
    return job !== undefined && (job.done > done || !['queued', 'running'].includes(job.state))
  }
  return (await until(moved, WAIT_MS)) ? job : undefined
}

const JOB = 'select id, state, done::int, refused::int from bulk.job where id = $1'
const jobOf = async (scene: Scene, id: string): Promise<Job | undefined> => (await askedOnce<Job>(scene, JOB, [id]))[0]

/** Waits, not long, until the leader is between the first rows of a batch and its last. */
async function inTheMiddle({ platform }: Scene): Promise<void> {
  const client = new pg.Client({ connectionString: platform.databaseUrl() })
  client.on('error', () => undefined)
  try {
    await client.connect()
    // `until` looks too seldom for this.
    for (const end = performance.now() + MIDDLE_MS; performance.now() < end; ) if ((await client.query(UNDER_WAY)).rows.length > 0) break
  } catch {
    // The database may be on its way back: any moment will do.
  } finally {
    await client.end().catch(() => undefined)
  }
}

const MIDDLE_MS = 3_000
const UNDER_WAY = `select 1 from pg_stat_activity where application_name = 'enishi-leader' and query like 'copy "record"."date_value"%'`

/** Asks the database, again where it is on its way back. */
async function asked<T>(scene: Scene, text: string, values: readonly unknown[]): Promise<T[]> {
  for (const end = performance.now() + 20_000; ; await pause(200)) {
    const found = await askedOnce<T>(scene, text, values).catch((error: unknown) => {
      if (performance.now() > end) throw error
    })
    if (found) return found
  }
}

async function askedOnce<T>({ platform }: Scene, text: string, values: readonly unknown[]): Promise<T[]> {
  const client = new pg.Client({ connectionString: platform.databaseUrl() })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return (await client.query(text, [...values])).rows as T[]
  } finally {
    await client.end().catch(() => undefined)
  }
}

const request = {
  resourceType: 'Parameters',
  parameter: ['Patient', 'Condition'].map((type) => ({
    name: 'input',
    part: [
      { name: 'type', valueCode: type },
      { name: 'url', valueUrl: `${NAME}-${type}.ndjson` },
    ],
  })),
}

const SYSTEM = 'urn:enishi:fault-test'

/** People of another system, and lines about them and about a known one: every second with an id of its own. */
async function writeLines(folder: string, { lines, patient }: { lines: number; patient: string }): Promise<void> {
  await mkdir(folder, { recursive: true })
  const person = (n: number) => ({ resourceType: 'Patient', id: `f1b-person-${n}`, name: [{ text: `縁 ${n}子` }], birthDate: '1960-01-02' })
  const line = (n: number) => ({
    resourceType: 'Condition',
    ...(n % 2 === 0 ? {} : { id: `f1b-${n}` }),
    identifier: [{ system: SYSTEM, value: String(n) }],
    code: { text: `病名 ${n}` },
    subject: { reference: `Patient/${n % 3 === 0 ? patient : `f1b-person-${n % PEOPLE}`}` },
    recordedDate: '2026-04-01',
  })
  await written(join(folder, `${NAME}-Patient.ndjson`), PEOPLE, person)
  await written(join(folder, `${NAME}-Condition.ndjson`), lines, line)
}

async function written(path: string, count: number, make: (n: number) => object): Promise<void> {
  const file = await open(path, 'w')
  for (let n = 0; n < count; n += 1_000) {
    const some = Array.from({ length: Math.min(1_000, count - n) }, (_, at) => `${JSON.stringify(make(n + at))}\n`)
    await file.write(some.join(''))
  }
  await file.close()
}

type Settling = { id: string; lines: number; killed: number; status: string }

/** The end: what the client is told, and what stands in the database. */
async function settle(scene: Scene, { id, lines, killed, status }: Settling) {
  const wrong: string[] = []
  const ended = async () => !['queued', 'running'].includes((await jobOf(scene, id).catch(() => undefined))?.state ?? 'running')
  // However slow the machine: it goes on as long as more lines are taken in.
  for (let done = -1; !(await until(ended, WAIT_MS)); ) {
    const now = (await jobOf(scene, id).catch(() => undefined))?.done ?? done
    if (now > done) done = now
    else {
      wrong.push('the import did not end')
      break
    }
  }
  const [job] = await asked<Job>(scene, JOB, [id])
  const all = lines + PEOPLE
  if (job?.state !== 'completed' || job.done !== all || job.refused !== 0)
    wrong.push(`the job says ${job?.state}, ${job?.done} taken in and ${job?.refused} refused, of ${all}`)
  const told = await scene.parties[0]!.hospital.ask(status, { headers: { accept: 'application/json' } })
  const manifest = (await told.json()) as { extension?: { resources?: number } }
  if (told.status !== 200 || manifest.extension?.resources !== all)
    wrong.push(`the client is told ${told.status} ${JSON.stringify(manifest)}`)
  // The server has just come back and knows nothing of what is there: its guess would be a loop in a loop.
  await asked(scene, 'analyze record.resource, record.date_value', [])
  const [found] = await asked<{ rows: number; different: number; changed: number; found: number; persons: number; noted: number }>(
    scene,
    `with own as materialized (select key, type, id, version, tokens, body::jsonb #>> '{identifier,0,value}' as n from record.resource
       where type = 'Condition' and not deleted and tokens @> array['identifier=*|' || (body::jsonb #>> '{identifier,0,value}')]
         and body::jsonb #>> '{identifier,0,system}' = $1)
     select count(*)::int as rows, count(distinct n)::int as different, count(*) filter (where version > 1)::int as changed,
       (select count(*)::int from record.date_value d join own using (key, type, id) where d.param = 'recorded-date') as found,
       (select count(*)::int from person.person where name ~ '^縁 \\d+子$') as persons,
       (select coalesce(sum(count), 0)::int from kernel.audit where request_id = $2 and action = 'record.create') as noted
     from own`,
    [SYSTEM, id],
  )
  if (found!.found !== found!.rows) wrong.push(`${found!.rows} lines, but ${found!.found} are found by their date`)
  const dup = found!.rows - found!.different + found!.changed + Math.max(0, found!.persons - PEOPLE)
  const lost = lines - found!.different + Math.max(0, PEOPLE - found!.persons)
  return { lines: all, kills: killed, lost, dup, audit_missing: Math.max(0, all - found!.noted), wrong }
}
