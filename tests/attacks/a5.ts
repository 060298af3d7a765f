import { sql } from 'kysely'
import { HOSPITAL } from '../harness/platform.ts'
import { canary } from './canary.ts'
import { requestsOf } from './requests.ts'
import type { Attack, AttackRun, Tried } from './result.ts'
import { type Sent, SHOWN, sweep } from './sweep.ts'
import { openWorld, type World } from './world.ts'

const BASE = '/fhir/R4'

/** The hospital writes another version of its own, takes some back, and marks nothing new. */
async function makeVersions(world: World): Promise<void> {
  const hospital = await world.platform.system(HOSPITAL)
  const own = world.victim.resources.filter((r) => /^(Observation|Procedure|Condition|CarePlan|Communication)\//.test(r))
  for (const place of own) {
    const now = await hospital.get(`${BASE}/${place}`)
    if (now.status !== 200 || !now.text.includes('cnry0own')) continue
    await hospital.put(`${BASE}/${place}`, { ...now.body, language: 'ja' })
    if (/^(Communication|CarePlan)\//.test(place)) await hospital.remove(`${BASE}/${place}`)
  }
}

const conditions: Record<string, string>[] = [
  {},
  { 'if-none-match': 'W/"1"' },
  { 'if-modified-since': 'Sun, 01 Jan 2100 00:00:00 GMT' },
  { accept: 'application/fhir+xml' },
]

/** Every address under which a version may stand. */
async function versions(world: World): Promise<Sent[]> {
  const { rows } = await sql<{ type: string; id: string; version: number }>`
    select type, id, version from record.version where key = ${world.victim.key}
    union select type, id, version from record.resource where key = ${world.victim.key}`.execute(world.platform.db)
  const places = [...new Set(rows.map((r) => `${r.type}/${r.id}`))]
  const types = [...new Set(rows.map((r) => r.type))]
  const get = (url: string, headers: Record<string, string> = {}): Sent => ({ method: 'GET', url: `${BASE}/${url}`, headers })
  const batch = (urls: string[]): Sent => ({
    method: 'POST',
    url: BASE,
    payload: { resourceType: 'Bundle', type: 'batch', entry: urls.map((url) => ({ request: { method: 'GET', url } })) },
  })
  return [
    ...rows.flatMap((r) => conditions.map((headers) => get(`${r.type}/${r.id}/_history/${r.version}`, headers))),
    ...places.flatMap((place) => [
      get(`${place}/_history`),
      get(`${place}/_history?_since=2000-01-01`),
      get(`${place}/_history?_at=2026-11-22`),
      ...conditions.map((headers) => get(place, headers)),
    ]),
    ...types.flatMap((type) => [get(`${type}/_history`), get(`${type}/_history?_since=2000-01-01&_count=500`)]),
    ...['_history', '_history?_count=500', '_history?_since=2000-01-01', `Patient/${world.victim.key}/_history`].map((url) => get(url)),
    batch(places.flatMap((place) => [`${place}/_history`, `${place}/_history/1`]).slice(0, 60)),
    ...types.map((type) => get(`${type}?_lastUpdated=gt2000-01-01&_elements=meta&_summary=data`)),
  ]
}

/** Rows whose address names a version or a history, also new ones. */
const ofRows = (world: World, { random }: AttackRun): Sent[] =>
  world.rows.filter((row) => /history|:vid|:version/i.test(row.path)).flatMap((row) => requestsOf(row, world, random.fork(row.path), 40))

async function attack(world: World, about: AttackRun & { mutated: boolean }): Promise<Tried> {
  const result: Tried = { tried: 0, leaks: [] }
  await makeVersions(world)
  const all = [...(await versions(world)), ...ofRows(world, about)]
  const sent = about.quick ? about.random.shuffle(all).slice(0, 160) : all
  await sweep(world.attackers, sent, result, about.mutated ? SHOWN : Number.POSITIVE_INFINITY)
  // What was told once and is not now: the person who was shown it yesterday is not shown yesterday's version either.
  const person = world.attackers.find((a) => a.name === 'the person')!
  const seen = await person.caller.get(`${BASE}/Condition/_history?_count=500`)
  result.tried++
  if (seen.status !== 200 || !seen.text.includes(canary('disease')))
    result.leaks.push('the person sees no history of their own: nothing was tried')
  return result
}

/** A5: what was, and is not any more. */
export const a5: Attack = {
  what: 'histories, versions by number, conditional reads: of resources that are another’s, deleted, or were told once and are not now',
  control: 'the consent predicate is always true',
  async run(about) {
    const world = await openWorld({ blind: about.mutated })
    try {
      return await attack(world, about)
    } finally {
      await world.close()
    }
  },
}
