import { sql } from 'kysely'
import type { Caller, Heard } from '../harness/caller.ts'
import { fiveItems, hypertension } from '../harness/bundles.ts'
import { CLINIC, HOSPITAL, STRANGER } from '../harness/platform.ts'
import { identifierSystems } from '#packages/fhir'
import { leaked } from './a1.ts'
import { canariesIn } from './canary.ts'
import { recordOf, type Stored } from './fingerprint.ts'
import type { Attack, Tried } from './result.ts'
import { openWorld, type World } from './world.ts'

type Writer = { name: string; institution: string; caller: Caller }
type Body = { resourceType: string; id: string; [member: string]: unknown }

/** An institution that none of the writers is. */
const OTHERS = '1310000043'
const FORGED_AT = '1999-12-31T00:00:00.000Z'
const FORGED = {
  versionId: '77',
  lastUpdated: FORGED_AT,
  source: `urn:enishi:institution:${CLINIC}`,
  security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'U' }],
}

/** Every write that one institution's system can try on what is somebody's already. */
function forgeries(
  world: World,
  was: Stored,
): {
  what: string
  method: 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  url: string
  payload?: object | string
  headers?: Record<string, string>
}[] {
  const body = JSON.parse(was.body) as Body
  const { type, id } = was
  const there = `/fhir/R4/${type}/${id}`
  const mine = { reference: `Patient/${world.other.key}` }
  const moved = { ...body, ...('subject' in body ? { subject: mine } : { patient: mine }) }
  const patch = (what: string, ops: object[]) => ({
    what: `JSON Patch: ${what}`,
    method: 'PATCH' as const,
    url: there,
    payload: JSON.stringify(ops),
    headers: { 'content-type': 'application/json-patch+json' },
  })
  const about = 'subject' in body ? 'subject' : 'patient'
  const entry = (method: string, resource: object | undefined, url = `${type}/${id}`) => ({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ fullUrl: 'urn:uuid:0', ...(resource ? { resource } : {}), request: { method, url } }],
  })
  const asked = `${about}=Patient/${was.key}`
  return [
    { what: 'move to another person', method: 'PUT', url: there, payload: moved },
    { what: 'forge meta', method: 'PUT', url: there, payload: { ...body, meta: FORGED } },
    {
      what: 'forge meta in an older version',
      method: 'PUT',
      url: there,
      payload: { ...body, meta: FORGED },
      headers: { 'if-match': 'W/"77"' },
    },
    { what: 'another id in the body', method: 'PUT', url: there, payload: { ...body, id: 'other' } },
    { what: 'create under the id that stands', method: 'POST', url: `/fhir/R4/${type}`, payload: { ...body, meta: FORGED } },
    { what: 'delete', method: 'DELETE', url: there },
    { what: 'delete by condition', method: 'DELETE', url: `/fhir/R4/${type}?${asked}` },
    { what: 'update by condition', method: 'PUT', url: `/fhir/R4/${type}?${asked}`, payload: { ...moved, id: undefined } },
    {
      what: 'create if none exist',
      method: 'POST',
      url: `/fhir/R4/${type}`,
      payload: moved,
      headers: { 'if-none-exist': asked, prefer: 'return=representation' },
    },
    { what: 'move in a transaction', method: 'POST', url: '/fhir/R4', payload: entry('PUT', moved) },
    { what: 'delete in a transaction', method: 'POST', url: '/fhir/R4', payload: entry('DELETE', undefined) },
    {
      what: 'delete by condition in a batch',
      method: 'POST',
      url: '/fhir/R4',
      payload: { ...entry('DELETE', undefined, `${type}?${asked}`), type: 'batch' },
    },
    patch('the person', [{ op: 'replace', path: `/${about}/reference`, value: mine.reference }]),
    patch('the id', [{ op: 'replace', path: '/id', value: 'other' }]),
    patch('the type', [{ op: 'replace', path: '/resourceType', value: 'Basic' }]),
    patch('the version', [{ op: 'add', path: '/meta/versionId', value: '77' }]),
    patch('the instant', [{ op: 'add', path: '/meta/lastUpdated', value: FORGED_AT }]),
    patch('copy out', [{ op: 'copy', from: '', path: '/contained' }]),
    patch('__proto__', [{ op: 'add', path: '/__proto__/polluted', value: true }]),
    {
      what: 'FHIRPath Patch: the person',
      method: 'PATCH',
      url: there,
      payload: {
        resourceType: 'Parameters',
        parameter: [
          {
            name: 'operation',
            part: [
              { name: 'type', valueCode: 'replace' },
              { name: 'path', valueString: `${type}.${about}` },
              { name: 'value', valueReference: mine },
            ],
          },
        ],
      },
    },
    {
      what: 'take its labels away',
      method: 'POST',
      url: `${there}/$meta-delete`,
      payload: { resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: { security: FORGED.security } }] },
    },
    {
      what: 'forge its meta',
      method: 'POST',
      url: `${there}/$meta-add`,
      payload: { resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: FORGED }] },
    },
  ]
}

/** What is wrong about one resource after somebody wrote. */
function judge(writer: Writer, was: Stored, is: Stored | undefined): string[] {
  if (is === undefined) return ['is gone without a trace']
  if (was.source !== writer.institution) return is.sha === was.sha ? [] : ['was changed by somebody else']
  if (is.deleted) return is.version > was.version ? [] : ['was deleted without a version']
  const body = JSON.parse(is.body) as {
    id?: string
    meta?: { versionId?: string; lastUpdated?: string }
    subject?: { reference?: string }
    patient?: { reference?: string }
  }
  const person = (body.subject ?? body.patient)?.reference
  return [
    ...(is.key === was.key ? [] : ['was given to another person']),
    ...(is.source === was.source ? [] : ['was given another author']),
    ...(body.id === is.id ? [] : ['says another id']),
    ...(body.meta?.versionId === String(is.version) ? [] : ['says another version']),
    ...(body.meta?.lastUpdated === FORGED_AT ? ['says a forged instant'] : []),
    ...(person === undefined || person.endsWith(`Patient/${was.key}`) || was.type === 'Patient' ? [] : [`speaks of ${person}`]),
  ]
}

async function writeAll(world: World, writer: Writer, quick: boolean): Promise<Tried> {
  const result: Tried = { tried: 0, leaks: [] }
  const targets = [...(await recordOf(world.platform)).values()].filter((r) => r.key === world.victim.key && !r.deleted)
  for (const target of quick ? targets.slice(0, 4) : targets) {
    for (const { what, method, url, payload, headers } of forgeries(world, target)) {
      const before = await recordOf(world.platform)
      const heard = await writer.caller.send(method, url, payload, headers)
      result.tried++
      const after = await recordOf(world.platform)
      const say = (wrong: string) => result.leaks.push(`${writer.name}: ${what} on ${target.type} → ${heard.status}: ${wrong}`)
      if (heard.status >= 500) say(heard.text.slice(0, 150))
      if (writer.institution === STRANGER)
        for (const found of leaked({ may: () => false }, heard))
          if (!canariesIn(JSON.stringify(payload ?? '')).includes(found)) say(`shows ${found}`)
      for (const [name, was] of before)
        if (after.get(name)?.sha !== was.sha) for (const wrong of judge(writer, was, after.get(name))) say(`${name} ${wrong}`)
      for (const [name, made] of after)
        if (!before.has(name) && made.source !== writer.institution) say(`${name} was written in another's name`)
    }
  }
  return result
}

/** Kinds of resource that are evidence: nobody writes them by hand; and what is said in another institution's name. */
async function forgeEvidence(world: World, writer: Writer): Promise<Tried> {
  const result: Tried = { tried: 0, leaks: [] }
  const person = { reference: `Patient/${world.victim.key}` }
  const tryOne = async (what: string, send: () => Promise<Heard>) => {
    const before = await recordOf(world.platform)
    const heard = await send()
    result.tried++
    const made = [...(await recordOf(world.platform))].filter(([name]) => !before.has(name))
    if (heard.status < 300)
      result.leaks.push(`${writer.name}: ${what} was taken (${heard.status}): ${made.map(([name]) => name).join(', ')}`)
    if (heard.status >= 500) result.leaks.push(`${writer.name}: ${what} → ${heard.status}`)
  }
  const post = (resource: { resourceType: string } & Record<string, unknown>) => () =>
    writer.caller.post(`/fhir/R4/${resource.resourceType}`, resource)
  const target = [{ reference: world.victim.resources[0]! }]
  const coding = { system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }
  await tryOne(
    'AuditEvent',
    post({
      resourceType: 'AuditEvent',
      type: { code: 'rest' },
      recorded: FORGED_AT,
      agent: [{ requestor: true }],
      source: { observer: person },
    }),
  )
  await tryOne(
    'Consent',
    post({
      resourceType: 'Consent',
      status: 'active',
      scope: { coding: [coding] },
      category: [{ text: 'x' }],
      patient: person,
      policyRule: { text: 'x' },
    }),
  )
  await tryOne(
    'Provenance in another’s name',
    post({
      resourceType: 'Provenance',
      target,
      recorded: FORGED_AT,
      agent: [{ who: { identifier: { system: identifierSystems.institution, value: OTHERS } } }],
    }),
  )
  await tryOne('a submission in the hospital’s name', () =>
    writer.institution === HOSPITAL
      ? writer.caller.post('/fhir/R4/$submit', '{}')
      : writer.caller.submit(fiveItems({ memberId: world.victim.memberId!, institution: HOSPITAL, localId: 'v-1' }, [hypertension])),
  )
  // The answer to somebody else's request must not come back to whoever knows its key.
  const key = { 'idempotency-key': `shared-${world.victim.key}`, prefer: 'return=representation' }
  const note = { resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: person }
  const hospital = await world.platform.system(HOSPITAL)
  const first = await hospital.post('/fhir/R4/Observation', note, key)
  const again = await writer.caller.post('/fhir/R4/Observation', note, key)
  result.tried++
  if (writer.institution !== HOSPITAL && first.body.id !== undefined && again.body.id === first.body.id)
    result.leaks.push(`${writer.name}: another's Idempotency-Key gave its answer`)
  return result
}

/** The product made wrong: an update that believes what it is sent. */
function trusting(world: World): void {
  const row = world.rows.find((r) => r.method === 'PUT' && r.path === '/fhir/R4/:type/:id')!
  Object.assign(row, {
    handle: async (ctx: { db: typeof world.platform.db }, { params, body }: { params: Record<string, string>; body: unknown }) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      await sql`update record.resource set body = ${text}, version = version + 1 where type = ${params.type} and id = ${params.id}`.execute(
        ctx.db,
      )
      return { status: 200, fhir: text }
    },
  })
}

/** A12: the write side, by those who may write something and want to write something else. */
export const a12: Attack = {
  what: 'write side: moved subjects, forged meta, authors, evidence; PATCH and conditions on what is another’s',
  control: 'an update that believes what it is sent',
  async run({ quick, mutated }) {
    const world = await openWorld({ blind: false })
    try {
      if (mutated) trusting(world)
      const writers: Writer[] = []
      for (const [name, institution] of [
        ['a stranger', STRANGER],
        ['the clinic', CLINIC],
        ['the hospital', HOSPITAL],
      ] as const)
        writers.push({ name, institution, caller: await world.platform.system(institution) })
      const all: Tried[] = []
      for (const writer of writers) all.push(await forgeEvidence(world, writer), await writeAll(world, writer, quick || mutated))
      return { tried: all.reduce((sum, t) => sum + t.tried, 0), leaks: all.flatMap((t) => t.leaks) }
    } finally {
      await world.close()
    }
  },
}
