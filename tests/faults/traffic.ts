import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { pause } from './platform.ts'
import type { Party, Scene } from './scene.ts'

/** One request: when it began and ended (ms of the monotonic clock), its status, or 0 where no answer came. */
export type Sample = { kind: 'write' | 'read'; from: number; to: number; status: number; outcome: boolean }

/** Requests that run until they are stopped. `acked` maps an identifier to the id that a 201 named. */
export type Traffic = {
  samples: Sample[]
  acked: Map<string, string>
  sent: Set<string>
  stop(): Promise<void>
}

export const SYSTEM = 'urn:enishi:fault-test'

/** A resource that nobody but these tests writes, known again by its identifier. */
export const observation = (patient: string, value: string, number = 1): Record<string, unknown> => ({
  resourceType: 'Observation',
  status: 'final',
  identifier: [{ system: SYSTEM, value }],
  code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }], text: '脈拍' },
  subject: { reference: `Patient/${patient}` },
  effectiveDateTime: '2026-11-20T10:00:00+09:00',
  valueQuantity: { value: number, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
})

/** Whether a body is an OperationOutcome that names its rule and says what to do. */
export function isOutcome(text: string): boolean {
  try {
    const body = JSON.parse(text) as {
      resourceType?: string
      issue?: { code?: string; details?: { text?: string }; diagnostics?: string }[]
    }
    const [issue] = body.issue ?? []
    return body.resourceType === 'OperationOutcome' && Boolean(issue?.code) && Boolean(issue?.details?.text ?? issue?.diagnostics)
  } catch {
    return false
  }
}

/** Writers create resources one after another and note each acknowledgement after it arrived; readers read and search. */
export function startTraffic(scene: Scene, about: { writers: number; readers: number; restMs?: number; noteBytes?: number }): Traffic {
  const samples: Sample[] = []
  const acked = new Map<string, string>()
  const sent = new Set<string>()
  const state = { stopping: false }
  const mark = scene.random.whole(0, 1e9).toString(36)
  const party = (n: number): Party => scene.parties[n % scene.parties.length]!
  const loop = async (work: (n: number) => Promise<void>) => {
    for (let n = 0; !state.stopping; n++) {
      await work(n)
      await pause(about.restMs ?? 0)
    }
  }
  const ask = async (
    kind: Sample['kind'],
    send: () => Promise<Response>,
  ): Promise<{ status: number; text: string; response?: Response }> => {
    const from = performance.now()
    try {
      const response = await send()
      const text = await response.text()
      const outcome = response.status >= 400 && isOutcome(text)
      samples.push({ kind, from, to: performance.now(), status: response.status, outcome })
      return { status: response.status, text, response }
    } catch {
      samples.push({ kind, from, to: performance.now(), status: 0, outcome: false })
      return { status: 0, text: '' }
    }
  }
  const write = async (w: number, n: number) => {
    const { hospital, patient } = party(w)
    const value = `${mark}-${w}-${n}`
    sent.add(value)
    const note = about.noteBytes === undefined ? {} : { note: [{ text: randomBytes(about.noteBytes / 2).toString('hex') }] }
    const body = JSON.stringify({ ...observation(patient, value), ...note })
    const { status, response } = await ask('write', () => hospital.ask('Observation', { method: 'POST', body }))
    const id = /Observation\/([^/]+)/.exec(response?.headers.get('location') ?? '')?.[1]
    if (status === 201 && id !== undefined) acked.set(value, id)
  }
  const read = async (r: number, n: number) => {
    const { hospital, patient } = party(r)
    const path = n % 2 === 0 ? `Patient/${patient}` : `Observation?subject=Patient/${patient}&_count=5`
    await ask('read', () => hospital.ask(path))
  }
  const loops = [
    ...Array.from({ length: about.writers }, (_, w) => loop((n) => write(w, n))),
    ...Array.from({ length: about.readers }, (_, r) => loop((n) => read(r, n))),
  ]
  return {
    samples,
    acked,
    sent,
    async stop() {
      state.stopping = true
      await Promise.all(loops)
    },
  }
}

/** What was acknowledged and what is there, read back through the API and, for the audit, in the database. */
export async function settleTraffic(scene: Scene, traffic: Pick<Traffic, 'acked' | 'sent'>) {
  const found = new Map<string, string[]>()
  for (const { hospital } of scene.parties) {
    for (const seen of await hospital.readAll('Observation')) {
      const value = seen.identifier?.find((i) => i.system === SYSTEM)?.value
      if (value !== undefined) found.set(value, [...(found.get(value) ?? []), seen.id ?? ''])
    }
  }
  const mine = [...traffic.sent].map((value) => new Set(found.get(value) ?? []))
  const lost = [...traffic.acked].filter(([value, id]) => !found.get(value)?.includes(id)).length
  return {
    acked: traffic.acked.size,
    lost,
    dup: mine.filter((ids) => ids.size > 1).length,
    auditMissing: await unaudited(scene, traffic.acked),
  }
}

async function unaudited(scene: Scene, acked: ReadonlyMap<string, string>): Promise<number> {
  const client = new pg.Client({ connectionString: scene.platform.databaseUrl() })
  await client.connect()
  try {
    const wanted = [...acked.values()].map((id) => `Observation/${id}`)
    const { rows } = await client.query<{ n: number }>(
      `select count(*)::int as n from unnest($1::text[]) w(resource) where not exists
        (select 1 from kernel.audit a where a.resource = w.resource and a.outcome = 'success' and a.action = 'record.create')`,
      [wanted],
    )
    return rows[0]?.n ?? 0
  } finally {
    await client.end()
  }
}
