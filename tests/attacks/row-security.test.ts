import { type RawBuilder, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSession } from '#kernel/identity'
import { type Random, randomFrom } from '#packages/synthetic'
import { callerOf, type Caller } from '../harness/caller.ts'
import { CLINIC, DAY_MS, HOSPITAL, STRANGER } from '../harness/platform.ts'
import { canariesIn } from './canary.ts'
import { shape } from './a3.ts'
import { openRowSecurity, predicateOf, type RowSecurity } from './row-security.ts'
import { INSURER, openWorld, type World } from './world.ts'

const ROUNDS = process.env.ENISHI_TEST_FULL ? 12 : 1
const kinds = ['diagnosis', 'drug-allergy', 'infection', 'lab', 'prescription', 'other', 'letter', 'patient']
const institutions = [HOSPITAL, CLINIC, STRANGER, INSURER]

let world: World
let security: RowSecurity
beforeAll(async () => {
  world = await openWorld({ blind: false })
  security = await openRowSecurity(world)
}, 60_000)
afterAll(async () => {
  await security?.close()
  await world?.close()
})

/** Somebody who asks both: the product as it is, and the one that the database's policies hold. */
type Pair = { name: string; as: Caller; by: Caller }

async function pairs(): Promise<Pair[]> {
  const { platform, victim, other } = world
  const with_ = (name: string, proof: Record<string, string>): Pair => ({
    name,
    as: callerOf(platform.app, proof),
    by: callerOf(security.app, proof),
  })
  const bearer = async (name: string, institution: string, scopes?: string[]) =>
    with_(name, { authorization: `Bearer ${await platform.token(institution, scopes)}` })
  const citizen = async (name: string, id: string) =>
    with_(name, {
      cookie: `enishi_session=${await startSession(platform.db, platform.clock.at, { kind: 'citizen', id, provenBy: 'card' })}`,
    })
  return [
    ...(await Promise.all(institutions.map((one) => bearer(`system of ${one}`, one)))),
    await bearer('the hospital’s system, Observation alone', HOSPITAL, ['system/Observation.rs']),
    await citizen('the person', victim.personId),
    await citizen('another citizen', other.personId),
  ]
}

/** Facts that nobody would think of: grants, closures and relations of every state, between everybody. */
async function draw(random: Random): Promise<void> {
  const { platform, victim, other } = world
  const { db, clock } = platform
  await sql`delete from consent.grant_fact`.execute(db)
  await sql`delete from consent.closure`.execute(db)
  await sql`delete from consent.relation where institution_number <> ${HOSPITAL}`.execute(db)
  const at = () => new Date(clock.at.getTime() + random.whole(-40, 40) * (DAY_MS / 10))
  for (let n = 0; n < 16; n++) {
    const key = random.pick([victim.key, victim.key, other.key])
    const ended = random.chance(0.3) ? at() : null
    await sql`insert into consent.grant_fact (key, consent_id, kind, institution_number, purpose, given_at, until, withdrawn_at)
      values (${key}, ${`g${n}`}, ${random.pick(kinds)}, ${random.pick(institutions)}, ${random.pick(['TREAT', 'TREAT', 'HPAYMT'])}, ${at()}, ${at()}, ${ended})`.execute(
      db,
    )
  }
  for (let n = 0; n < 4; n++) {
    const item = random.pick(victim.resources).split('/') as [string, string]
    const [type, id] = random.chance(0.6) ? item : ['', '']
    await sql`insert into consent.closure (key, id, purpose, institution_number, resource_type, resource_id, absolute, since, ended_at)
      values (${victim.key}, ${`c${n}`}, ${random.pick(['TREAT', ''])}, ${random.pick(['', ...institutions])}, ${type}, ${id}, ${random.chance(0.5)}, ${at()}, ${random.chance(0.4) ? at() : null})`.execute(
      db,
    )
  }
  // Written past the service, which gives facts another version itself.
  await sql`delete from consent.fact_version`.execute(db)
  await sql`insert into consent.fact_version select key, institution_number, gen_random_uuid() from (select distinct key, institution_number from consent.grant_fact) k`.execute(
    db,
  )
  for (const institution of institutions)
    if (random.chance(0.5))
      await sql`insert into consent.relation values (${victim.key}, ${institution}, ${clock.at}) on conflict do nothing`.execute(db)
}

/** Every way to read and to search. */
function doors({ victim }: World): string[] {
  const types = [...new Set(victim.resources.map((r) => r.split('/')[0]!))]
  return [
    ...victim.resources.flatMap((place) => [place, `${place}/_history`, `${place}/_history/1`]),
    ...types.flatMap((type) => [type, `${type}?_summary=count`, `${type}?patient=Patient/${victim.key}&_sort=_id`, `${type}?_include=*&_revinclude=*`, `${type}/_history`]), // biome-ignore format: ways
    `Patient/${victim.key}/$everything?_count=500`,
    'Patient?_has:Observation:subject:status=final',
    'Patient?_has:AllergyIntolerance:patient:_id:missing=false&_summary=count',
    '_history?_count=200',
    `Observation/$lastn?patient=Patient/${victim.key}`,
  ].map((door) => `/fhir/R4/${door}`)
}

/** Doors at which the two answer otherwise; and how many answers held something of the victim's. */
async function compare(
  pair: Pair,
  predicate: (own: RawBuilder<boolean>) => RawBuilder<boolean>,
): Promise<{ unlike: string[]; held: number }> {
  const own = await predicateOf(world, () => pair.as.get('/fhir/R4/Observation'))
  await security.let(predicate(own))
  const unlike: string[] = []
  let held = 0
  for (const door of doors(world)) {
    const [one, other] = [await pair.as.get(door), await pair.by.get(door)]
    if (canariesIn(one.text).length > 0) held++
    if (shape(one, '\0') !== shape(other, '\0'))
      unlike.push(
        `${pair.name}: ${door} → ${one.status} ${one.text.length} and ${other.status} ${other.text.length} ${other.text.slice(0, 200)}`,
      )
  }
  return { unlike, held }
}

test('what the database lets through by policies is what the queries let through, at every door, whatever the facts', async () => {
  const random = randomFrom('rows')
  const unlike: string[] = []
  let held = 0
  for (let round = 0; round < ROUNDS; round++) {
    await draw(random.fork(`round ${round}`))
    for (const pair of await pairs()) {
      const found = await compare(pair, (own) => own)
      unlike.push(...found.unlike)
      held += found.held
    }
  }
  expect(unlike).toEqual([])
  expect(held, 'somebody saw something').toBeGreaterThan(10)
}, 400_000)

test('the control: a policy that lets everything through is found out', async () => {
  const stranger = (await pairs()).find((pair) => pair.name === `system of ${STRANGER}`)!
  const { unlike } = await compare(stranger, () => sql<boolean>`true`)
  expect(unlike.length).toBeGreaterThan(10)
}, 60_000)
