import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import { accounts } from '#care/person'
import { lead } from '#kernel/leader'
import { handOut } from '#kernel/outbox'
import { type Outbound, outbound, parseAllowedHosts } from '#kernel/outbound'
import type { Resource } from '#packages/fhir'
import type { Caller, Heard } from '../../tests/harness/caller.ts'
import { BASE, careMigrations, HOSPITAL, openPlatform, type Platform } from '../../tests/harness/platform.ts'
import { subscriptionMigrations, subscriptionRoutes, type SubscriptionService, subscriptionService } from './index.ts'

export type Call = { method: string; path: string; headers: IncomingHttpHeaders; body: string }
export type Hook = { url: string; calls: Call[]; answer: (call: Call) => number | Promise<number>; close(): Promise<void> }

/** A subscriber's own server: keeps what it hears and answers as the test says; 0 means not at all. */
export async function openHook(): Promise<Hook> {
  const hook: Hook = { url: '', calls: [], answer: () => 200, close: async () => undefined }
  const server: Server = createServer((req, res) => {
    const pieces: Buffer[] = []
    req.on('data', (piece: Buffer) => pieces.push(piece))
    req.on('end', async () => {
      const call = { method: req.method!, path: req.url!, headers: req.headers, body: Buffer.concat(pieces).toString() }
      hook.calls.push(call)
      const status = await hook.answer(call)
      if (status > 0) res.writeHead(status).end()
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  hook.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  hook.close = async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }
  return hook
}

export const localHooks = (): Outbound => outbound(parseAllowedHosts('127.0.0.1:*+private+http'))

export type Scene = Awaited<ReturnType<typeof openScene>>

/** The platform with subscriptions, and a leader that the test starts, stops and steps. */
export async function openScene(hooks: Outbound = localHooks()) {
  const held: { service?: SubscriptionService; again?: () => SubscriptionService } = {}
  const platform: Platform = await openPlatform({
    rows: ({ services }) => {
      held.again = () =>
        subscriptionService({
          record: services.record,
          accounts,
          base: BASE,
          outbound: hooks,
          chance: () => 0,
        })
      held.service = held.again()
      return subscriptionRoutes(held.service)
    },
    migrations: [...careMigrations, ...subscriptionMigrations],
    template: 'subscription',
  })
  let running: SubscriptionService = held.service!
  let holder = 'leader-1'
  let going = 0

  const epoch = async () => (await lead(platform.db, holder))!.epoch
  /** Hands the outbox over, once. */
  const feed = async () => handOut(platform.db, { epoch: await epoch(), now: platform.clock.now(), takers: [running.feed] })
  /** Delivers what is due, once, and waits for it. */
  const deliver = async () => (await running.worker.deliverDue({ db: platform.db, epoch: await epoch(), now: platform.clock.now })).settled

  return {
    platform,
    feed,
    deliver,
    step: async () => {
      await feed()
      await deliver()
    },
    epoch,
    /** Another process takes the lead, knowing nothing of what the first one held in memory. */
    async restart() {
      holder = `${holder}+`
      await sql`update kernel.leader set beat_at = 'epoch'`.execute(platform.db)
      running = held.again!()
    },
    /** A leader that works by itself. */
    start() {
      const mine = ++going
      const turn = async () => {
        await feed()
        await running.worker.deliverDue({ db: platform.db, epoch: await epoch(), now: platform.clock.now })
      }
      const loop = async () => {
        for (; going === mine; await new Promise((r) => setTimeout(r, 50))) await turn().catch(() => undefined)
      }
      void loop()
    },
    stop: () => {
      going++
    },
    close: () => {
      going++
      return platform.close()
    },
  }
}

const BACKPORT = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition'

/** An order in R4's own form. */
export const byCriteria = (criteria: string, channel: object): Resource => ({
  resourceType: 'Subscription',
  status: 'requested',
  reason: '検査結果の取り込み',
  criteria,
  channel: { type: 'rest-hook', ...channel } as never,
})

/** An order in the form of the backport. */
export const byTopic = (
  type: string,
  about: { channel: object; filter?: string; content?: string; maxCount?: number; heartbeat?: number },
): Resource => {
  const extension = [
    ...(about.maxCount ? [{ url: `${BACKPORT}/backport-max-count`, valuePositiveInt: about.maxCount }] : []),
    ...(about.heartbeat ? [{ url: `${BACKPORT}/backport-heartbeat-period`, valueUnsignedInt: about.heartbeat }] : []),
  ]
  return {
    resourceType: 'Subscription',
    status: 'requested',
    reason: '検査結果の取り込み',
    criteria: `${BASE}/SubscriptionTopic/${type}`,
    ...(about.filter ? { _criteria: { extension: [{ url: `${BACKPORT}/backport-filter-criteria`, valueString: about.filter }] } } : {}),
    channel: {
      type: 'rest-hook',
      payload: 'application/fhir+json',
      _payload: { extension: [{ url: `${BACKPORT}/backport-payload-content`, valueCode: about.content ?? 'full-resource' }] },
      ...(extension.length > 0 ? { extension } : {}),
      ...about.channel,
    } as never,
  }
}

export const pressure = (key: string, more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '85354-9' }], text: '血圧' },
  subject: { reference: `Patient/${key}` },
  ...more,
})

/** Sends an order and expects it to be taken. */
export async function order(caller: Caller, subscription: Resource): Promise<string> {
  const answer = await caller.post('/fhir/R4/Subscription', subscription)
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.body.id!
}

type Part = { name: string; valueString?: string; valueCode?: string; valueReference?: { reference: string }; part?: Part[] }

/** What a notification Bundle says of itself. */
export function said(text: string) {
  const bundle = JSON.parse(text) as {
    type: string
    entry: { fullUrl: string; resource?: { parameter?: Part[]; id?: string }; request: { method: string } }[]
  }
  const parameters = bundle.entry[0]!.resource!.parameter!
  const value = (name: string) => parameters.find((p) => p.name === name)
  const events = parameters.filter((p) => p.name === 'notification-event').map((p) => p.part!)
  return {
    bundleType: bundle.type,
    type: value('type')?.valueCode,
    status: value('status')?.valueCode,
    since: Number(value('events-since-subscription-start')?.valueString),
    numbers: events.map((e) => Number(e.find((p) => p.name === 'event-number')!.valueString)),
    focus: events.map((e) => e.find((p) => p.name === 'focus')?.valueReference?.reference),
    entries: bundle.entry.slice(1).map((e) => ({ method: e.request.method, url: e.fullUrl, id: e.resource?.id })),
  }
}

export const stateOf = async (caller: Caller, id: string): Promise<{ status?: string; error?: string; heard: Heard }> => {
  const heard = await caller.get(`/fhir/R4/Subscription/${id}`)
  return { status: heard.body.status as string, error: heard.body.error as string, heard }
}

/** Waits until something holds, at most half a minute. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`never came: ${what}`)
    await new Promise((r) => setTimeout(r, 20))
  }
}

export { HOSPITAL }
