import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import { lead } from '#kernel/leader'
import { handOut } from '#kernel/outbox'
import { fiveItems, drugAllergy, hypertension, potassium } from '../harness/bundles.ts'
import type { Caller, Heard } from '../harness/caller.ts'
import { CLINIC, HOSPITAL, STRANGER } from '../harness/platform.ts'
import { leaked } from './a1.ts'
import { canariesIn, canary } from './canary.ts'
import type { Attack, Tried } from './result.ts'
import { openWorld, type World } from './world.ts'

const BACKPORT = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition'
const TYPES = ['Observation', 'Condition', 'AllergyIntolerance', 'Patient', 'Procedure', 'Encounter', 'MedicationRequest']

type Ears = { url: string; heard: () => string[]; forget: () => void; close: () => Promise<void> }

/** A subscriber's server that keeps every word it is told: address, headers and body. */
async function openEars(): Promise<Ears> {
  let heard: string[] = []
  const server: Server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      heard.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)} ${Buffer.concat(pieces).toString('utf8')}`)
      response.writeHead(200).end()
    })
  })
  await new Promise<void>((ready) => void server.listen(0, '127.0.0.1', ready))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    heard: () => heard,
    forget: () => {
      heard = []
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

/** Every form an order can take for a type. */
function orders(type: string, key: string, endpoint: string): object[] {
  const plain = (criteria: string, payload?: string) => ({
    resourceType: 'Subscription',
    status: 'requested',
    reason: 'x',
    criteria,
    channel: { type: 'rest-hook', endpoint, ...(payload ? { payload } : {}) },
  })
  const topic = (content: string) => ({
    resourceType: 'Subscription',
    status: 'requested',
    reason: 'x',
    criteria: `http://localhost/fhir/R4/SubscriptionTopic/${type}`,
    channel: {
      type: 'rest-hook',
      endpoint,
      payload: 'application/fhir+json',
      _payload: { extension: [{ url: `${BACKPORT}/backport-payload-content`, valueCode: content }] },
    },
  })
  const about = type === 'Patient' ? `_id=${key}` : type === 'AllergyIntolerance' ? `patient=Patient/${key}` : `subject=Patient/${key}`
  return [
    plain(`${type}?${about}`, 'application/fhir+json'),
    plain(`${type}?${about}`),
    plain(`${type}?_lastUpdated=gt2020-01-01`, 'application/fhir+xml'),
    plain(type, 'application/fhir+json'),
    topic('full-resource'),
    topic('id-only'),
    topic('empty'),
  ]
}

/** Addresses that no order may make the platform call. */
const places = [
  'http://169.254.169.254/latest/meta-data',
  'http://[::1]:5432/',
  'http://localhost:8080/',
  'http://10.0.0.1/',
  'file:///etc/passwd',
  'https://allowed.example@127.0.0.1/',
  'gopher://127.0.0.1/',
  'http://0xa9fea9fe/',
  'http://10.1/',
  'http://127.0.0.1.nip.io/',
]

function delivering(world: World) {
  const { platform, services } = world
  const epoch = async () => {
    await sql`update kernel.leader set beat_at = 'epoch'`.execute(platform.db)
    return (await lead(platform.db, `attack-${Math.random()}`))!.epoch
  }
  return async () => {
    for (let turn = 0; turn < 3; turn++) {
      await handOut(platform.db, { epoch: await epoch(), now: platform.clock.now(), takers: [services.subscription.feed] })
      await (await services.subscription.worker.deliverDue({ db: platform.db, epoch: await epoch(), now: platform.clock.now })).settled
      platform.clock.forward(1_000)
    }
  }
}

/** The hospital writes something new about the victim, in every type. */
async function write(world: World, hospital: Caller, n: number): Promise<void> {
  const subject = { reference: `Patient/${world.victim.key}` }
  const about = {
    memberId: world.victim.memberId!,
    patient: {
      family: canary('person'),
      given: '花子',
      familyKana: 'ヒガイ',
      givenKana: 'ハナコ',
      gender: 'female' as const,
      birthDate: '1958-04-12',
    },
  }
  await hospital.submit(fiveItems({ ...about, localId: `n-${n}-1` }, [{ ...potassium, id: canary('labs') }]))
  await hospital.submit(fiveItems({ ...about, localId: `n-${n}-2` }, [{ ...hypertension, id: canary('disease') }]))
  await hospital.submit(fiveItems({ ...about, localId: `n-${n}-3` }, [{ ...drugAllergy, id: canary('allergy') }]))
  for (const [resourceType, more] of [
    ['Observation', { status: 'final', code: { text: canary('own', 'Observation') } }],
    ['Procedure', { status: 'completed', code: { text: canary('own', 'Procedure') } }],
    ['Condition', { code: { text: canary('own', 'Condition') } }],
  ] as const)
    await hospital.post(`/fhir/R4/${resourceType}`, { resourceType, subject, ...more })
}

type Subscriber = { name: string; caller: Caller; may: (found: string) => boolean; mayKnow: boolean }

async function subscribeAll(world: World, who: Subscriber, ears: Ears, result: Tried): Promise<string[]> {
  const ids: string[] = []
  for (const type of TYPES) {
    for (const order of orders(type, world.victim.key, ears.url)) {
      const heard = await who.caller.post('/fhir/R4/Subscription', order)
      result.tried++
      if (heard.status >= 500) result.leaks.push(`${who.name}: an order on ${type} → ${heard.status}`)
      const found = leaked(who, heard)
      if (found.length > 0) result.leaks.push(`${who.name}: an order on ${type} shows ${found.join(', ')}`)
      if (heard.body.id !== undefined && heard.status === 201) ids.push(heard.body.id)
    }
  }
  return ids
}

function listen(world: World, who: Subscriber, ears: Ears, when: string, result: Tried): void {
  for (const call of ears.heard()) {
    result.tried++
    const found = canariesIn(call).filter((one) => !who.may(one))
    if (found.length > 0) result.leaks.push(`${who.name} was told ${found.join(', ')} ${when}`)
    if (!who.mayKnow && (call.includes(world.victim.key) || canariesIn(call).length > 0))
      result.leaks.push(`${who.name} was told that something was written ${when}: ${call.slice(0, 160)}`)
  }
  ears.forget()
}

async function attack(world: World): Promise<Tried> {
  const { platform, victim } = world
  const result: Tried = { tried: 0, leaks: [] }
  const deliver = delivering(world)
  const hospital = await platform.system(HOSPITAL)
  const ears: Ears[] = []
  const hear = async () => {
    const one = await openEars()
    ears.push(one)
    return one
  }
  try {
    const allergy = (found: string) => [canary('allergy'), canary('person')].includes(found)
    const subscribers: (Subscriber & { ears: Ears; ids: string[] })[] = []
    for (const who of [
      { name: 'a stranger’s system', caller: await platform.system(STRANGER), may: () => false, mayKnow: false },
      { name: 'the clinic’s system', caller: await platform.system(CLINIC), may: allergy, mayKnow: true },
      {
        name: 'the hospital’s system, Observation alone',
        caller: await platform.system(HOSPITAL, ['system/Observation.rs', 'system/Subscription.cruds']),
        may: (f: string) => f === canary('labs') || f === canary('own', 'observation'),
        mayKnow: true,
      },
    ]) {
      const own = await hear()
      subscribers.push({ ...who, ears: own, ids: await subscribeAll(world, who, own, result) })
    }
    await deliver()
    for (const who of subscribers) listen(world, who, who.ears, 'at the start', result)
    await write(world, hospital, 1)
    await deliver()
    const clinic = subscribers[1]!
    if (!clinic.ears.heard().some((call) => canariesIn(call).includes(canary('allergy')) || call.includes(victim.key)))
      result.leaks.push('the clinic was told nothing of what it may see: nothing was tried')
    for (const who of subscribers) listen(world, who, who.ears, 'when the hospital wrote', result)

    // Consent ends between the writing and the delivery.
    await write(world, hospital, 2)
    await platform.consent(victim.key, CLINIC, { 'drug-allergy': false })
    await deliver()
    const onlyPerson = (found: string) => found === canary('person')
    for (const who of subscribers)
      listen(world, who === clinic ? { ...who, may: onlyPerson } : who, who.ears, 'after consent ended', result)
    await write(world, hospital, 3)
    await deliver()
    for (const who of subscribers)
      listen(world, who === clinic ? { ...who, may: onlyPerson } : who, who.ears, 'when the hospital wrote after consent ended', result)

    await others(world, subscribers, result)
    await elsewhere(hospital, result)
    return result
  } finally {
    for (const one of ears) await one.close()
  }
}

/** What another client ordered: to read, to turn to another address, to end. */
async function others(world: World, subscribers: readonly (Subscriber & { ids: string[]; ears: Ears })[], result: Tried): Promise<void> {
  const hospital = await world.platform.system(HOSPITAL)
  const order = (await hospital.post('/fhir/R4/Subscription', orders('Observation', world.victim.key, 'http://127.0.0.1:1/hook')[0]!)).body
  // Orders belong to the institution, so its other systems may see to them; nobody else may.
  const strangers = subscribers.filter((s) => !s.name.startsWith('the hospital'))
  for (const { name, caller, ears } of [...strangers, { name: 'nobody', caller: world.platform.public(), ears: subscribers[0]!.ears }]) {
    const there = `/fhir/R4/Subscription/${order.id}`
    const stolen = { ...order, channel: { ...(order.channel as object), endpoint: ears.url } }
    const tries: [string, () => Promise<Heard>][] = [
      ['read', () => caller.get(there)],
      ['turn', () => caller.put(there, stolen)],
      ['end', () => caller.remove(there)],
      ['ask how it stands', () => caller.get(`${there}/$status`)],
      ['ask for its events', () => caller.get(`${there}/$events?eventsSinceNumber=1`)],
      ['get a token for its line', () => caller.get(`${there}/$get-ws-binding-token`)],
    ]
    for (const [what, send] of tries) {
      const heard = await send()
      result.tried++
      if (heard.status < 400 || heard.status >= 500) result.leaks.push(`${name}: ${what} another's subscription → ${heard.status}`)
    }
    const all = await caller.get('/fhir/R4/Subscription')
    result.tried++
    if (all.text.includes(String(order.id))) result.leaks.push(`${name}: finds another's subscription`)
  }
}

async function elsewhere(hospital: Caller, result: Tried): Promise<void> {
  for (const endpoint of places) {
    const heard = await hospital.post('/fhir/R4/Subscription', orders('Observation', 'x', endpoint)[3]!)
    result.tried++
    if (heard.status === 201 && heard.body.status !== 'error' && heard.body.status !== 'off')
      result.leaks.push(`an order to ${endpoint} was taken`)
    if (heard.status >= 500) result.leaks.push(`an order to ${endpoint} → ${heard.status}`)
  }
  const injected = { ...(orders('Observation', 'x', 'http://127.0.0.1:1/hook')[0] as { channel: object }) }
  const heard = await hospital.post('/fhir/R4/Subscription', {
    ...injected,
    channel: { ...injected.channel, header: ['X-A: b\r\nX-Evil: c', 'Host: other', 'Content-Length: 0'] },
  })
  result.tried++
  if (heard.status === 201) result.leaks.push('headers with a line break were taken')
}

/** A7: orders that would carry records out. */
export const a7: Attack = {
  what: 'subscriptions as a way out: criteria on others’ records, narrow tokens, consent that ends before delivery, others’ orders, inner addresses',
  control: 'the consent predicate is always true',
  async run({ mutated }) {
    const world = await openWorld({ blind: mutated })
    try {
      return await attack(world)
    } finally {
      await world.close()
    }
  },
}
