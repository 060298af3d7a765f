import { sql } from 'kysely'
import { isHttpRow } from '#kernel/route'
import { randomFrom } from '#packages/synthetic'
import { canariesIn } from '../attacks/canary.ts'
import { type Asking, requestsOf } from '../attacks/requests.ts'
import { openWorld, type World } from '../attacks/world.ts'
import type { Caller } from '../harness/caller.ts'
import { HOSPITAL } from '../harness/platform.ts'
import { type FaultResult, type FaultRun, lineOf } from './result.ts'
import { onTestServer } from './test-server.ts'

type Seen = { rows: number; asked: number; withoutAudit: string[]; refused: number; notAgain: string[]; bare: number }

/**
 * F11: the audit log cannot be written. Every row that reads is asked by those who may, while every insert into the log fails in the
 * database itself. Its control is a batch that goes on without the log.
 */
export async function f11(run: FaultRun): Promise<FaultResult> {
  return onTestServer(run.root, async () => {
    const real = await attempt(run, false)
    const control = await attempt(run, true)
    const wrong = [
      ...real.withoutAudit.slice(0, 10).map((what) => `read without an audit entry: ${what}`),
      ...real.notAgain.slice(0, 10).map((what) => `not read again when the log was back: ${what}`),
      ...(real.bare > 0 ? [`${real.bare} refusals say nothing`] : []),
      ...(control.withoutAudit.length === 0 ? ['a platform that goes on without its log was not found out'] : []),
    ]
    return {
      line: lineOf('F11', {
        rows: real.rows,
        reads: real.asked,
        refused: real.refused,
        reads_without_audit: real.withoutAudit.length,
        recovered: real.notAgain.length === 0 ? 'yes' : 'no',
      }),
      control: lineOf('F11 control', { reads_without_audit: control.withoutAudit.length }),
      passed: wrong.length === 0 && real.asked > 0,
      wrong,
    }
  })
}

type Read = { name: string; caller: Caller; asking: Asking }

async function attempt(run: FaultRun, failsOpen: boolean): Promise<Seen> {
  const world = await openWorld({ blind: false })
  const { platform } = world
  if (failsOpen) {
    const { write } = platform.audit
    platform.audit.write = (entries) => write(entries).catch(() => undefined)
  }
  try {
    const reads = await personalReads(world, run)
    const seen: Seen = { rows: new Set(reads.map((r) => r.asking.row)).size, asked: 0, withoutAudit: [], refused: 0, notAgain: [], bare: 0 }
    await break_(world)
    for (const { name, caller, asking } of reads) {
      const heard = await caller.send(asking.method, asking.url, asking.payload, asking.headers)
      seen.asked++
      const shows = heard.status < 400 || canariesIn(heard.text).length > 0
      if (shows) seen.withoutAudit.push(`${name}: ${asking.method} ${asking.url} → ${heard.status}`)
      else seen.refused++
      if (!shows && heard.text === '') seen.bare++
    }
    await mend(world)
    if (!failsOpen)
      for (const { name, caller, asking } of reads.filter((_, n) => n % 5 === 0)) {
        const heard = await caller.send(asking.method, asking.url, asking.payload, asking.headers)
        if (heard.status >= 400) seen.notAgain.push(`${name}: ${asking.url} → ${heard.status}`)
      }
    return seen
  } finally {
    await world.close()
  }
}

/** What shows something of the victim to somebody who may see it, on every row that is audited: asked once while the log works. */
async function personalReads(world: World, run: FaultRun): Promise<Read[]> {
  const { platform, victim } = world
  const who: [string, Caller][] = [
    ['the person', await platform.citizen(victim)],
    ['the hospital’s system', await platform.system(HOSPITAL)],
    ['a physician of the hospital', await platform.staff('physician', HOSPITAL)],
    ['an operator', await platform.staff('operator', HOSPITAL)],
  ]
  const random = randomFrom(run.seed)
  const found: Read[] = []
  for (const row of platform.rows.filter(isHttpRow).filter((r) => r.method === 'GET' && r.audit !== 'none')) {
    const asked = requestsOf(row, world, random.fork(row.path), run.quick ? 3 : 20).filter(({ url }) => !/sign-out|\/$/.test(url))
    for (const [name, caller] of who) {
      for (const asking of asked) {
        const heard = await caller.send(asking.method, asking.url, asking.payload, asking.headers)
        if (heard.status === 200) found.push({ name, caller, asking })
      }
    }
  }
  for (const [name, caller] of who)
    for (const asking of posted(world)) {
      const heard = await caller.send(asking.method, asking.url, asking.payload, asking.headers)
      if (heard.status === 200 && canariesIn(heard.text).length > 0) found.push({ name, caller, asking })
    }
  run.tell(`${found.length} reads that are answered while the log works`)
  return found
}

/** Reads that are sent as a POST, of the record and of every row that is a read. */
function posted(world: World): Read['asking'][] {
  const { key, resources } = world.victim
  const row = world.platform.rows.filter(isHttpRow).find((r) => r.method === 'POST' && r.path === '/fhir/R4')!
  const post = (path: string, payload: object | string, type = 'application/fhir+json'): Asking => ({
    ...{ row: { ...row, path: `/fhir/R4/${path}` }, method: 'POST' as const, url: `/fhir/R4${path === '' ? '' : `/${path}`}` },
    ...{ payload, headers: { 'content-type': type, accept: 'application/json' } },
  })
  const types = [...new Set(resources.map((r) => r.split('/')[0]!))]
  const entry = resources.slice(0, 20).map((url) => ({ request: { method: 'GET', url } }))
  const graphql = JSON.stringify({ query: `{ ObservationList(patient: "Patient/${key}") { id code { text } valueString } }` })
  return [
    ...types.map((type) => post(`${type}/_search`, `patient=Patient/${key}`, 'application/x-www-form-urlencoded')),
    ...['batch', 'transaction'].map((type) => post('', { resourceType: 'Bundle', type, entry })),
    post('$graphql', graphql, 'application/json'),
    post(`Patient/${key}/$everything`, { resourceType: 'Parameters' }),
  ]
}

/** From here on the database refuses every new entry of the log. */
async function break_({ platform: { db } }: World): Promise<void> {
  await sql`create function kernel.no_audit() returns trigger language plpgsql as $$ begin raise exception 'the log is down'; end $$`.execute(
    db,
  )
  await sql`create trigger no_audit before insert on kernel.audit for each statement execute function kernel.no_audit()`.execute(db)
}

async function mend({ platform: { db } }: World): Promise<void> {
  await sql`drop trigger no_audit on kernel.audit`.execute(db)
}
