import { sql } from 'kysely'
import { closeness } from '#care/person'
import type { HttpRow } from '#kernel/route'
import type { Caller, Heard } from '../harness/caller.ts'
import { DAY_MS, HOSPITAL, STRANGER, systemActor } from '../harness/platform.ts'
import { canariesIn, canary } from './canary.ts'
import { removals } from './a20-guards.ts'
import { requestsOf } from './requests.ts'
import type { Attack, AttackRun, Tried } from './result.ts'
import { type Attacker, openWorld, type World } from './world.ts'

const OPEN = '/clinic/emergency/open'
const JSON_TYPE = { 'content-type': 'application/json', accept: 'application/json' }
const ground = { reason: 'unconscious', because: ['no-response', 'no-relative'], note: '呼びかけに答えない' }

/** Whatever runs for emergencies: found by its purpose, so that a new row is attacked from its first day. */
const emergencyRows = (world: World): HttpRow[] =>
  world.rows.filter((row) => row.why.includes('ETREAT') || /emergenc|disaster/.test(row.path))

const opened = async ({ platform: { db, clock } }: World, staffId?: string): Promise<number> => {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from consent.emergency where ended_at is null and until > ${clock.at} ${staffId === undefined ? sql`` : sql`and staff_id = ${staffId}`}`.execute(
    db,
  )
  return rows[0]!.n
}

const open = (caller: Caller, patient: string, about: object = ground): Promise<Heard> =>
  caller.post(OPEN, { patient, ...about }, JSON_TYPE)

type Scene = { world: World; result: Tried; judge: (what: string, heard: Heard, may?: (found: string) => boolean) => void }

function scene(world: World): Scene {
  const result: Tried = { tried: 0, leaks: [] }
  return {
    world,
    result,
    judge(what, heard, may = () => false) {
      result.tried++
      const found = canariesIn(heard.text).filter((one) => !may(one))
      if (found.length > 0) result.leaks.push(`${what} → ${heard.status} shows ${found.join(', ')}`)
      if (heard.status >= 500) result.leaks.push(`${what} → ${heard.status} ${heard.text.slice(0, 160)}`)
    },
  }
}

/** Nobody but a clinician opens anything, by whatever row, with whatever address and body. */
async function wrongPeople(all: Scene, { random, quick }: AttackRun): Promise<void> {
  const { world, judge } = all
  const who = [
    ...world.attackers.filter((a) => !/^(physician|pharmacist|the person$|the person’s app)/.test(a.name)),
    ...(await desks(world)),
  ]
  for (const { name, caller, may } of who) {
    for (const row of emergencyRows(world)) {
      for (const { method, url, payload, headers } of requestsOf(row, world, random.fork(`${name} ${row.path}`), quick ? 4 : 20))
        judge(`${name}: ${method} ${url}`, await caller.send(method, url, payload, headers), may)
    }
  }
  await wrongOpeners(all, who)
}

/** Staff of the victim's own hospital who treat nobody. */
const desks = ({ platform }: World): Promise<Attacker[]> =>
  Promise.all(
    (['operator', 'clerk', 'administrator', 'auditor'] as const).map(async (role) => ({
      name: role,
      caller: await platform.staff(role, HOSPITAL),
      may: (found: string) => found === canary('person'),
    })),
  )

async function wrongOpeners({ world, judge, result }: Scene, who: readonly Attacker[]): Promise<void> {
  for (const { name, caller, may } of who) {
    judge(`${name}: opens`, await open(caller, world.victim.key), may)
    result.tried++
    if ((await opened(world)) > 0) {
      result.leaks.push(`${name}: opened the victim’s record`)
      await endAll(world)
    }
  }
}

const endAll = async ({ platform }: World) =>
  void (await sql`update consent.emergency set ended_at = ${platform.clock.at} where ended_at is null`.execute(platform.db))

/** A clinician who has no ground, or one that is none. */
async function withoutGround({ world, judge, result }: Scene): Promise<void> {
  const doctor = await world.platform.staff('physician', STRANGER)
  const bad: object[] = [
    {},
    { ...ground, reason: '' },
    { ...ground, reason: 'curious' },
    { ...ground, because: [] },
    { ...ground, because: ['bored'] },
    { ...ground, note: '' },
    { ...ground, note: ' \u3000 ' },
    { ...ground, note: 'x'.repeat(5_000) },
    { ...ground, reason: '__proto__' },
    { ...ground, because: ['constructor'] },
  ]
  for (const about of bad) {
    judge(`no ground ${JSON.stringify(about).slice(0, 80)}`, await open(doctor, world.victim.key, about))
    result.tried++
    if ((await opened(world, doctor.id)) > 0) result.leaks.push(`opened with ${JSON.stringify(about).slice(0, 80)}`)
    await endAll(world)
  }
}

/** Themselves, their family, and somebody whom the curious look for: not by one alone. */
async function tooClose({ world, judge, result }: Scene): Promise<void> {
  const { platform } = world
  const mark = { name: `${canary('person')} 一郎`, nameKana: 'ヒガイ イチロウ', address: canary('person') }
  const own = await platform.enter({ ...mark, memberId: '06990001:77:9001:01' })
  const relative = await platform.enter({ ...mark, memberId: '06990001:77:9001:02' })
  const famous = await platform.enter({ ...mark, memberId: '06990001:77:9002:01' })
  const cases: [string, { key: string; personId: string }][] = [
    ['themselves', own],
    ['a relative', relative],
    ['somebody watched over', famous],
  ]
  await platform.as(systemActor(HOSPITAL), (ctx) => closeness.watch(ctx, { personId: famous.personId, kind: 'vip' }))
  for (const [what, { key }] of cases) {
    const doctor = await platform.staff('physician', STRANGER)
    await platform.as(systemActor(HOSPITAL), (ctx) => closeness.noteStaff(ctx, { staffId: doctor.id, personId: own.personId }))
    const heard = await open(doctor, key)
    judge(`opens ${what}`, heard, (found) => found === canary('person'))
    result.tried++
    if ((await opened(world, doctor.id)) > 0) result.leaks.push(`a clinician opened ${what} alone`)
    // Being one's own second.
    const request = /"requestId":"([^"]+)"/.exec(heard.text)?.[1]
    if (request !== undefined) {
      await doctor.post(`/clinic/emergency/requests/${request}`, { answer: 'yes' }, JSON_TYPE)
      await doctor.post(`/clinic/emergency/requests/${request}/open`, {}, JSON_TYPE)
      result.tried += 2
      if ((await opened(world, doctor.id)) > 0) result.leaks.push(`a clinician agreed with themselves about ${what}`)
    }
    await endAll(world)
  }
}

/** One after another, and at once. */
async function tooOften({ world, result }: Scene, { quick }: AttackRun): Promise<void> {
  const { platform } = world
  const [one, all] = [3, quick ? 8 : 24]
  const doctor = await platform.staff('physician', STRANGER)
  const people = await Promise.all(
    Array.from({ length: all }, (_, n) => platform.enter({ name: `急患 ${n}郎`, memberId: `06990001:77:${8000 + n}:01` })),
  )
  for (const { key } of people.slice(0, all / 2)) await open(doctor, key)
  await Promise.all(people.slice(all / 2).map(({ key }) => open(doctor, key)))
  result.tried += all
  const had = await opened(world, doctor.id)
  if (had === 0) result.leaks.push('nobody could open anything: nothing was tried')
  if (had > one) result.leaks.push(`one clinician opened ${had} records in an hour without a second`)
  await endAll(world)
  platform.clock.forward(2 * DAY_MS)
}

/** What an open emergency gives must not be had elsewhere: by another door, another person, another number, or later. */
async function beyond({ world, judge, result }: Scene): Promise<void> {
  const { platform, victim } = world
  const [doctor, colleague, clerk] = [
    await platform.staff('physician', STRANGER),
    await platform.staff('physician', STRANGER),
    await platform.staff('clerk', STRANGER),
  ]
  const heard = await open(doctor, victim.key)
  const id = /"id":"([^"]+)"/.exec(heard.text)?.[1]
  if (id === undefined) {
    result.leaks.push(`a good ground opened nothing (${heard.status} ${heard.text.slice(0, 200)}): nothing was tried`)
    return
  }
  const here = `/clinic/emergency/${id}`
  const never = [canary('closed'), canary('letter')]
  const inside = await doctor.get(here, { accept: 'application/json' })
  judge('the open chart', inside, (found) => !never.includes(found))
  if (canariesIn(inside.text).length === 0) result.leaks.push(`the open chart shows nothing (${inside.status}): nothing was tried`)
  const doors = [`/clinic/patients/${victim.key}`, `/fhir/R4/Patient/${victim.key}/$everything`, `/fhir/R4/Observation?patient=${victim.key}`, `/fhir/R4/AllergyIntolerance?_include=*`, `/fhir/R4/Patient/${victim.key}`] // biome-ignore format: a list
  for (const door of doors) judge(`by another door: ${door}`, await doctor.get(door))
  for (const [name, caller] of [
    ['a colleague', colleague],
    ['a clerk', clerk],
    ['nobody', platform.public()],
  ] as const) {
    judge(`${name}: ${here}`, await caller.get(here, { accept: 'application/json' }))
    judge(`${name} extends`, await caller.post(`${here}/extend`, { reason: 'still-treated' }, JSON_TYPE))
    judge(`${name} ends`, await caller.post(`${here}/end`, {}, JSON_TYPE))
  }
  result.tried++
  if ((await opened(world, doctor.id)) !== 1) result.leaks.push('somebody else ended an emergency that was not theirs')
  for (const n of [1, 2, 3])
    await doctor.post(`${here}/extend`, { reason: 'still-treated', until: '2099-01-01', hours: String(n * 100) }, JSON_TYPE)
  platform.clock.forward(DAY_MS / 3)
  judge('after its time', await doctor.get(here, { accept: 'application/json' }))
  for (const door of doors) judge(`after its time: ${door}`, await doctor.get(door))
}

/** Somebody who works at two places reads at one, and opens at the other within the same sign-in. */
async function chained({ world, judge, result }: Scene): Promise<void> {
  const { platform, victim } = world
  const doctor = await platform.staff('physician', STRANGER)
  const place = `${doctor.id}-elsewhere`
  await sql`insert into person.assignment (id, staff_id, institution_number, role, department, valid_from)
    values (${place}, ${doctor.id}, ${HOSPITAL}, 'physician', '', '1900-01-01')`.execute(platform.db)
  const actsFor = (id: string | null) => sql`update kernel.session set acts_for = ${id} where subject = ${doctor.id}`.execute(platform.db)
  await actsFor(place)
  const there = await doctor.get(`/clinic/patients/${victim.key}`)
  if (there.status !== 200) result.leaks.push(`the other workplace shows nothing (${there.status}): nothing was tried`)
  await actsFor(null)
  judge('opens after another workplace in the same sign-in', await open(doctor, victim.key))
  result.tried++
  if ((await opened(world, doctor.id)) > 0) result.leaks.push('a clinician opened what they had reached from another workplace')
  await endAll(world)
}

/** What each guard keeps out, tried with that guard gone. Every one must leak, or the attack is blind to it. */
async function withoutGuards(world: World, about: AttackRun): Promise<Tried> {
  const tries: { [guard in keyof typeof removals]: (all: Scene) => Promise<void> } = {
    anyRole: async (all) => wrongOpeners(all, await desks(world)),
    ground: withoutGround,
    ties: tooClose,
    chained,
    second: (all) => tooOften(all, about),
  }
  const sum: Tried = { tried: 0, leaks: [] }
  for (const [guard, remove] of Object.entries(removals)) {
    const all = scene(world)
    const putBack = remove(world)
    await tries[guard as keyof typeof removals](all).finally(putBack)
    world.platform.clock.forward(2 * DAY_MS)
    about.tell(`control without ${guard}: ${all.result.leaks.length} of ${all.result.tried}`)
    if (all.result.leaks.length === 0) return { tried: sum.tried, leaks: [] }
    sum.tried += all.result.tried
    sum.leaks.push(...all.result.leaks)
  }
  return sum
}

async function blind(): Promise<Tried> {
  const world = await openWorld({ blind: true })
  try {
    const all = scene(world)
    await beyond(all)
    return all.result
  } finally {
    await world.close()
  }
}

/** A20: emergencies that are none. */
export const a20: Attack = {
  what: 'break-glass: wrong roles, systems and apps on every emergency row, no ground, oneself, family, the famous, being one’s own second, many at once, another workplace in the same sign-in, other doors, others’ emergencies, after the end',
  control:
    'each guard taken away by itself (roles, ground, ties, one workplace a sign-in, the second clinician), and the consent predicate always true',
  async run(about) {
    const world = await openWorld({ blind: false })
    try {
      if (about.mutated) {
        const [seen, guards] = [await blind(), await withoutGuards(world, about)]
        const leaks = seen.leaks.length === 0 || guards.leaks.length === 0 ? [] : [...seen.leaks, ...guards.leaks]
        return { tried: seen.tried + guards.tried, leaks }
      }
      const all = scene(world)
      await beyond(all)
      world.platform.clock.forward(2 * DAY_MS)
      await wrongPeople(all, about)
      await withoutGround(all)
      await tooClose(all)
      await chained(all)
      await tooOften(all, about)
      return all.result
    } finally {
      await world.close()
    }
  },
}
