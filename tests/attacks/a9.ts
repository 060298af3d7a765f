import { sql } from 'kysely'
import { lead } from '#kernel/leader'
import type { Caller, Heard } from '../harness/caller.ts'
import { CLINIC, HOSPITAL, STRANGER } from '../harness/platform.ts'
import { leaked } from './a1.ts'
import { canariesIn, canary } from './canary.ts'
import type { Attack, Tried } from './result.ts'
import { openWorld, type World } from './world.ts'

const asynchronous = { accept: 'application/fhir+json', prefer: 'respond-async' }
const pathOf = (url: string) => url.replace('http://localhost', '')

type Manifest = { output?: { url: string }[]; deleted?: { url: string }[]; error?: { url: string }[] }

/** Bulk exports as the specification tells clients to do them. */
function exporting(world: World) {
  const { platform, services } = world
  let leaders = 0
  const work = async () => {
    await sql`update kernel.leader set beat_at = 'epoch'`.execute(platform.db)
    const lease = await lead(platform.db, `attack-${++leaders}`)
    await services.bulk.work({ db: platform.db, epoch: lease!.epoch, now: () => platform.clock.at })
  }
  return {
    start: (caller: Caller, path: string) => caller.get(`/fhir/R4/${path}`, asynchronous),
    /** Lets the leader work, and asks until it is done. @returns addresses of the status and of every file */
    async finish(caller: Caller, started: Heard): Promise<{ status: string; files: string[] }> {
      const status = pathOf(started.headers['content-location'] ?? '')
      for (let tries = 0; tries < 20; tries++) {
        await work()
        platform.clock.forward(2_000)
        const heard = await caller.get(status, { accept: 'application/json' })
        if (heard.status !== 200) continue
        const manifest = JSON.parse(heard.text) as Manifest
        return {
          status,
          files: [...(manifest.output ?? []), ...(manifest.deleted ?? []), ...(manifest.error ?? [])].map((f) => pathOf(f.url)),
        }
      }
      throw new Error(`the export at ${status} did not end`)
    },
  }
}

async function attack(world: World): Promise<Tried> {
  const { platform, victim } = world
  const result: Tried = { tried: 0, leaks: [] }
  const ask = exporting(world)
  const clients = {
    hospital: await platform.system(HOSPITAL),
    stranger: await platform.system(STRANGER),
    clinic: await platform.system(CLINIC),
    narrow: await platform.system(HOSPITAL, ['system/Observation.rs']),
  }
  const judge = (what: string, heard: Heard, may: (found: string) => boolean = () => false) => {
    result.tried++
    const found = leaked({ may }, heard)
    if (found.length > 0) result.leaks.push(`${what} → ${heard.status} shows ${found.join(', ')}`)
    if (heard.status >= 500) result.leaks.push(`${what} → ${heard.status}`)
  }
  const must = (what: string, heard: Heard, isRefused: boolean) => {
    judge(what, heard)
    if (!isRefused) result.leaks.push(`${what} → ${heard.status}: not refused`)
  }

  // Somebody else's person, Group and parameters.
  const group = await clients.hospital.post('/fhir/R4/Group', {
    resourceType: 'Group',
    type: 'person',
    actual: true,
    member: [{ entity: { reference: `Patient/${victim.key}` } }],
  })
  const mine = await clients.stranger.post('/fhir/R4/Group', {
    resourceType: 'Group',
    type: 'person',
    actual: true,
    member: [{ entity: { reference: `Patient/${victim.key}` } }],
  })
  const wanted = [
    `Patient/${victim.key}/$export`,
    `Group/${group.body.id}/$export`,
    `Group/${mine.body.id}/$export`,
    `Group/${victim.key}/$export`,
    '$export',
    'Patient/$export',
    `Patient/$export?patient=Patient/${victim.key}`,
    `$export?_typeFilter=${encodeURIComponent(`Observation?subject=Patient/${victim.key}`)}`,
    `$export?_type=Observation,Condition&_since=2000-01-01T00:00:00Z`,
    '$export?_elements=code',
  ]
  for (const path of wanted) {
    for (const [name, may] of [
      ['stranger', () => false],
      ['clinic', (found: string) => [canary('allergy'), canary('person')].includes(found)],
      ['narrow', (found: string) => found === canary('labs') || found === canary('own', 'observation')],
    ] as const) {
      const caller = clients[name]
      const started = await ask.start(caller, path)
      judge(`${name}: ${path}`, started, may)
      if (started.status !== 202) continue
      const { status, files } = await ask.finish(caller, started)
      for (const file of files) judge(`${name}: ${path}, ${file}`, await caller.get(file), may)
      await caller.remove(status)
    }
  }

  // Somebody else's status and files, with another token, another client of the same institution, and none.
  const started = await ask.start(clients.hospital, '$export')
  const { status, files } = await ask.finish(clients.hospital, started)
  if (files.length === 0) result.leaks.push('the hospital’s own export is empty: nothing was tried')
  const others: [string, Caller][] = [
    ['nobody', platform.public()],
    ['stranger', clients.stranger],
    ['clinic', clients.clinic],
    ['another client of the hospital', clients.narrow],
    ['the person', await platform.citizen(victim)],
    ['a physician of the hospital', await platform.staff('physician', HOSPITAL)],
  ]
  for (const [name, caller] of others) {
    for (const url of [
      status,
      ...files,
      ...files.map((f) => f.replace(/\d+\.[A-Z]/, (m) => `0${m}`)),
      `${status}/..%2f..%2fmanifest.json`,
    ]) {
      const heard = await caller.get(url)
      must(`${name}: ${url}`, heard, heard.status >= 400 && heard.status < 500)
    }
    const ended = await caller.remove(status)
    must(`${name}: DELETE ${status}`, ended, ended.status >= 400 && ended.status < 500)
  }

  // Consent withdrawn after the export was started, and after its files were written.
  for (const when of ['before the files are written', 'after the files are written']) {
    await platform.consent(victim.key, CLINIC, { 'drug-allergy': true })
    const begun = await ask.start(clients.clinic, '$export')
    const refuse = () => platform.consent(victim.key, CLINIC, { 'drug-allergy': false })
    if (when.startsWith('before')) await refuse()
    const done = await ask.finish(clients.clinic, begun)
    if (when.startsWith('after')) {
      const first = await Promise.all(done.files.map((file) => clients.clinic.get(file)))
      if (!first.some((heard) => canariesIn(heard.text).includes(canary('allergy'))))
        result.leaks.push('the consented export shows nothing: nothing was tried')
      await refuse()
    }
    for (const file of done.files)
      judge(`the clinic, consent withdrawn ${when}: ${file}`, await clients.clinic.get(file), (found) => found === canary('person'))
    await clients.clinic.remove(done.status)
  }
  return result
}

/** A9: exports of what is somebody else's. */
export const a9: Attack = {
  what: 'bulk export: somebody else’s person and Group, status and files of others, files without a token, consent withdrawn after the start',
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
