import { HOSPITAL } from '../harness/platform.ts'
import { canariesIn } from './canary.ts'
import { requestsOf } from './requests.ts'
import type { Attack, AttackRun, Tried } from './result.ts'
import { type Sent, SHOWN, sweep } from './sweep.ts'
import { openWorld, type World } from './world.ts'

const BASE = '/fhir/R4'
const accepts = ['text/html', 'application/fhir+json', 'application/fhir+xml', '*/*', 'application/octet-stream', 'image/svg+xml']

/** The files of the victim: where they stand, and every form in which somebody may want them. */
function files({ victim }: World): Sent[] {
  const places = victim.resources.filter((r) => /^(Binary|DocumentReference|Media|Communication)\//.test(r))
  const get = (url: string, headers: Record<string, string> = {}): Sent => ({ method: 'GET', url: `${BASE}/${url}`, headers })
  const claims = [{}, { 'x-security-context': `Patient/${victim.key}` }, { range: 'bytes=0-40' }, { 'if-none-match': 'W/"1"' }]
  return [
    ...places.flatMap((place) => [
      ...accepts.flatMap((accept) => claims.map((claim) => get(place, { accept, ...claim }))),
      get(`${place}?_format=json&_elements=data,content`),
      get(`${place}/_history/1`, { accept: 'text/html' }),
      get(`${place}/data`),
      get(`${place}/$graphql?query=${encodeURIComponent('{ id contentType data }')}`),
    ]),
    ...['Binary', 'DocumentReference', 'Media'].flatMap((type) => [
      get(type),
      get(`${type}?_count=500&_summary=false`),
      get(`${type}?contenttype=text/html&patient=Patient/${victim.key}`),
      get(`${type}/_history`),
    ]),
    ...places.map((place): Sent => {
      const entry = [{ request: { method: 'GET', url: place } }]
      return { method: 'POST', url: BASE, payload: { resourceType: 'Bundle', type: 'batch', entry } }
    }),
    get(`DocumentReference/$docref?patient=${victim.key}`),
  ]
}

/** Somebody writes a file of their own and says that it belongs to the victim, or takes over the victim's. */
async function takeOver(world: World, result: Tried): Promise<void> {
  const binary = world.victim.resources.find((r) => r.startsWith('Binary/'))
  if (binary === undefined) {
    result.leaks.push('the victim has no file: nothing was tried')
    return
  }
  const id = binary.split('/')[1]!
  for (const attacker of world.attackers.filter((a) => a.name.includes('system') && !a.name.startsWith('the hospital'))) {
    const mine = { resourceType: 'Binary', id, contentType: 'text/plain', data: 'eA==' }
    for (const securityContext of [undefined, { reference: `Patient/${world.other.key}` }, { reference: `Patient/${world.victim.key}` }]) {
      const heard = await attacker.caller.put(`${BASE}/${binary}`, { ...mine, ...(securityContext ? { securityContext } : {}) })
      result.tried++
      if (heard.status < 400) result.leaks.push(`${attacker.name}: took over ${binary} → ${heard.status}`)
      if (heard.status >= 500) result.leaks.push(`${attacker.name}: PUT ${binary} → ${heard.status}`)
    }
  }
  const hospital = await world.platform.system(HOSPITAL)
  const kept = await hospital.get(`${BASE}/${binary}`)
  result.tried++
  if (canariesIn(kept.text).length === 0) result.leaks.push(`the hospital no longer reads its own ${binary} (${kept.status})`)
}

async function attack(world: World, { quick, mutated, random }: AttackRun & { mutated: boolean }): Promise<Tried> {
  const result: Tried = { tried: 0, leaks: [] }
  const ofRows = world.rows
    .filter((row) => /file|download|document|attachment|:type\/:id$/i.test(row.path) && row.method === 'GET')
    .flatMap((row) => requestsOf(row, world, random.fork(row.path), quick ? 12 : 60))
  await sweep(world.attackers, [...files(world), ...ofRows], result, mutated ? SHOWN : Number.POSITIVE_INFINITY)
  if (!mutated) await takeOver(world, result)
  return result
}

/** A6: files, fetched where they lie. */
export const a6: Attack = {
  what: 'Binary fetched directly in every form, security contexts claimed or replaced, attachments of documents, every row that hands out a file',
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
