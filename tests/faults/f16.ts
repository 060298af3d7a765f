import { sql } from 'kysely'
import { lead } from '#kernel/leader'
import { canariesIn, canary } from '../attacks/canary.ts'
import { openWorld, type World } from '../attacks/world.ts'
import { drugAllergy } from '../harness/bundles.ts'
import type { Caller, Heard } from '../harness/caller.ts'
import { CLINIC } from '../harness/platform.ts'
import { type FaultResult, type FaultRun, lineOf } from './result.ts'
import { onTestServer } from './test-server.ts'

/** One way to the allergy that the person let the clinic see. */
type Door = { name: string; ask: () => Promise<Heard>; shows: (text: string) => boolean }
type Seen = { rounds: number; reads: number; shown: number; afterAck: string[]; blind: string[] }

const IN_FLIGHT = 32
const READS = { quick: 3_000, full: 100_000 }

/** F16: consent is withdrawn while many read. Its control keeps answers for a second. */
export async function f16(run: FaultRun): Promise<FaultResult> {
  return onTestServer(run.root, async () => {
    const real = await attempt(run, { wanted: run.quick ? READS.quick : READS.full, cached: false })
    const control = await attempt(run, { wanted: run.quick ? 600 : 5_000, cached: true })
    const wrong = [
      ...real.afterAck.slice(0, 10).map((what) => `shown after the withdrawal was acknowledged: ${what}`),
      ...real.blind.map((door) => `never showed what was consented to: ${door}`),
      ...(control.afterAck.length === 0 ? ['answers kept for a second were not found out'] : []),
    ]
    return {
      line: lineOf('F16', {
        reads: real.reads,
        shown: real.shown,
        revocations: real.rounds,
        doors: DOORS,
        reads_after_revoke_ack: real.afterAck.length,
      }),
      control: lineOf('F16 control', { reads_after_revoke_ack: control.afterAck.length }),
      passed: wrong.length === 0,
      wrong,
    }
  })
}

const DOORS = 8
/** As the chart names it. */
const SUBSTANCE = drugAllergy.code.text ?? drugAllergy.code.display

async function attempt(run: FaultRun, { wanted, cached }: { wanted: number; cached: boolean }): Promise<Seen> {
  const world = await openWorld({ blind: false })
  const seen: Seen = { rounds: 0, reads: 0, shown: 0, afterAck: [], blind: [] }
  const shownBy = new Set<string>()
  try {
    const { platform, victim } = world
    const person = await platform.citizen(victim)
    const system = await platform.system(CLINIC)
    const physician = await platform.staff('physician', CLINIC)
    while (seen.reads < wanted) {
      run.stopping.throwIfAborted()
      const given = await platform.consent(victim.key, CLINIC, { 'drug-allergy': true })
      const files = await exported(world, system)
      const all = doors(world, { system, physician, files }).map((door) => (cached ? keeping(door) : door))
      if (all.length !== DOORS) throw new Error(`${all.length} doors instead of ${DOORS}`)
      await round(person, given.id, all, { seen, shownBy, most: Math.ceil(wanted / 20) })
      seen.rounds++
    }
    if (!cached)
      seen.blind = doors(world, { system, physician, files: [''] })
        .map((d) => d.name)
        .filter((name) => !shownBy.has(name))
    return seen
  } finally {
    await world.close()
  }
}

/** Readers at every door, a withdrawal in their middle: whoever asks after its answer must be shown nothing. */
async function round(
  person: Caller,
  consentId: string,
  all: readonly Door[],
  { seen, shownBy, most }: { seen: Seen; shownBy: Set<string>; most: number },
): Promise<void> {
  let acknowledged = false
  let asked = 0
  let askedAfter = 0
  const reader = async (n: number) => {
    for (let turn = n; askedAfter < most / 2; turn++) {
      const door = all[turn % all.length]!
      const after = acknowledged
      asked++
      if (after) askedAfter++
      const heard = await door.ask()
      seen.reads++
      const shows = door.shows(heard.text)
      if (shows) {
        seen.shown++
        shownBy.add(door.name)
        if (after) seen.afterAck.push(`${door.name} → ${heard.status}`)
      }
    }
  }
  const readers = Array.from({ length: IN_FLIGHT }, (_, n) => reader(n))
  while (asked < most / 2) await new Promise((done) => setImmediate(done))
  const ended = await person.post(`/me/consents/${consentId}/withdraw`, '', { 'content-type': 'application/x-www-form-urlencoded' })
  if (ended.status >= 400) throw new Error(`the withdrawal was refused: ${ended.status} ${ended.text.slice(0, 200)}`)
  acknowledged = true
  await Promise.all(readers)
}

function doors({ victim }: World, { system, physician, files }: { system: Caller; physician: Caller; files: readonly string[] }): Door[] {
  const [file = ''] = files
  const allergy = victim.resources.filter((r) => r.startsWith('AllergyIntolerance/'))
  const graphql = JSON.stringify({ query: `{ AllergyIntoleranceList(patient: "Patient/${victim.key}") { id identifier { value } } }` })
  const batch = { resourceType: 'Bundle', type: 'batch', entry: allergy.map((url) => ({ request: { method: 'GET', url } })) }
  const all: Omit<Door, 'shows'>[] = [
    { name: 'read', ask: () => firstThatShows(allergy.map((place) => () => system.get(`/fhir/R4/${place}`))) },
    { name: 'search', ask: () => system.get(`/fhir/R4/AllergyIntolerance?patient=Patient/${victim.key}`) },
    { name: 'history', ask: () => system.get('/fhir/R4/AllergyIntolerance/_history') },
    { name: '$everything', ask: () => system.get(`/fhir/R4/Patient/${victim.key}/$everything`) },
    { name: 'GraphQL', ask: () => system.post('/fhir/R4/$graphql', graphql, { 'content-type': 'application/json' }) },
    { name: 'batch', ask: () => system.post('/fhir/R4', batch) },
    { name: 'chart', ask: () => physician.get(`/clinic/patients/${victim.key}`, { accept: 'text/html' }) },
    { name: 'export file', ask: () => system.get(file) },
  ]
  // The chart names what somebody cannot take, not the number that the resource carries.
  const shows = (name: string) => (text: string) =>
    name === 'chart' ? text.includes(SUBSTANCE) : canariesIn(text).includes(canary('allergy'))
  return all.map((door) => ({ ...door, shows: shows(door.name) }))
}

async function firstThatShows(asks: readonly (() => Promise<Heard>)[]): Promise<Heard> {
  let last: Heard | undefined
  for (const ask of asks) {
    last = await ask()
    if (canariesIn(last.text).includes(canary('allergy'))) return last
  }
  return last!
}

/** Addresses of the files of an export that the clinic made while it was allowed to. */
async function exported({ platform, services }: World, clinic: Caller): Promise<string[]> {
  const started = await clinic.get('/fhir/R4/$export?_type=AllergyIntolerance', {
    accept: 'application/fhir+json',
    prefer: 'respond-async',
  })
  const status = (started.headers['content-location'] ?? '').replace('http://localhost', '')
  for (let tries = 0; tries < 20; tries++) {
    await sql`update kernel.leader set beat_at = 'epoch'`.execute(platform.db)
    const lease = await lead(platform.db, `f16-${Math.random()}`)
    await services.bulk.work({ db: platform.db, epoch: lease!.epoch, now: () => platform.clock.at })
    platform.clock.forward(2_000)
    const heard = await clinic.get(status, { accept: 'application/json' })
    if (heard.status === 200) return ((heard.body.output ?? []) as { url: string }[]).map(({ url }) => url.replace('http://localhost', ''))
  }
  throw new Error(`the export at ${status} did not end`)
}

/** A door of the product made wrong: it keeps its answer for a second. */
function keeping({ ask, ...door }: Door): Door {
  let kept: { at: number; heard: Promise<Heard> } | undefined
  return {
    ...door,
    async ask() {
      await new Promise((done) => setImmediate(done))
      if (kept === undefined || performance.now() - kept.at > 1_000) kept = { at: performance.now(), heard: ask() }
      return kept.heard
    },
  }
}
