import { gather } from '#kernel/gather'
import { type AuditBatch, auditBatch, insertAudit } from '#kernel/audit'
import { type Db, transact } from '#kernel/database'
import { lead, resign, underEpoch } from '#kernel/leader'
import type { Answer, WriteRow, ReadRow } from '#kernel/route'
import { type Outcome, serve, type ServeDeps } from '#kernel/serve'
import { sql } from 'kysely'
import { type Process, simulatedDatabase, type Weather } from './driver.ts'
import type { Scheduler } from './scheduler.ts'
import type { Store } from './store.ts'

/** A mistake put in on purpose, for the control. */
export type Planted =
  | 'none'
  | 'answer-before-audit'
  | 'leader-without-fence'
  | 'search-without-lock'
  | 'answer-before-commit'
  | 'stale-gathering'

export const plantedBugs: readonly Planted[] = [
  'answer-before-audit',
  'leader-without-fence',
  'search-without-lock',
  'answer-before-commit',
  'stale-gathering',
]

/** A web process: the kernel's own `serve`, audit batch and gathering, over a simulated database. */
export type Web = { process: Process; ask: (request: Asked) => Promise<Outcome> }
export type Asked = { kind: 'create' | 'create-if-none' | 'look'; name: string; idempotencyKey?: string }

const common = { who: ['system'], why: ['TREAT'], law: 'x', summary: { ja: '試し', en: 'Try' }, path: '/sim' } as const

type Made = { id: string; name: string }

async function create(db: Db, name: string, id: string): Promise<Made> {
  await sql`insert into sim.thing (id, name) values (${id}, ${name})`.execute(db)
  return { id, name }
}

let ids = 0

function rowsOf(planted: Planted): Record<Asked['kind'], WriteRow | ReadRow> {
  const told = (made: Made): Answer => ({ status: 201, json: made })
  return {
    create: {
      ...common,
      kind: 'write',
      method: 'POST',
      audit: 'sim.create',
      handle: async (ctx, request) => {
        const made = await create(ctx.db, String(request.params.name), `t${ids++}`)
        ctx.audit({ key: 'k', resource: `Thing/${made.id}` })
        ctx.tell({ topic: 'sim.made', key: 'k', payload: { thing: made.id } })
        return told(made)
      },
    },
    'create-if-none': {
      ...common,
      kind: 'write',
      method: 'POST',
      audit: 'sim.create',
      handle: async (ctx, request) => {
        const name = String(request.params.name)
        if (planted !== 'search-without-lock') await sql`select pg_advisory_xact_lock(${name})`.execute(ctx.db)
        const { rows } = await sql<Made>`select id, name from sim.thing where name = ${name}`.execute(ctx.db)
        if (rows[0]) {
          ctx.audit({ key: 'k', resource: `Thing/${rows[0].id}`, rule: 'there' })
          return { status: 200, json: { id: rows[0].id, name } }
        }
        const made = await create(ctx.db, name, `t${ids++}`)
        ctx.audit({ key: 'k', resource: `Thing/${made.id}` })
        ctx.tell({ topic: 'sim.made', key: 'k', payload: { thing: made.id } })
        return told(made)
      },
    },
    look: {
      ...common,
      kind: 'read',
      method: 'GET',
      audit: 'sim.look',
      handle: async (ctx, request) => {
        const { rows } = await sql<Made>`select id, name from sim.thing where name = ${String(request.params.name)}`.execute(ctx.db)
        ctx.audit({ key: 'k', resource: 'Thing?', count: rows.length })
        return { json: { found: rows.map((r) => r.id) } }
      },
    },
  }
}

type Account = { id: string; read_at: number }

/** One web process on the store. What it gathers must have been read after it was asked for; `stale` counts what was not. */
export function webProcess(about: { sim: Scheduler; store: Store; weather: Weather; planted: Planted; stale: () => void }): Web {
  const { sim, planted } = about
  const process: Process = { alive: true, sessions: new Set() }
  const db = simulatedDatabase({ ...about, process })
  const auditDb = simulatedDatabase({ ...about, process })
  const rows = rowsOf(planted)
  const account = gather<string, Account>(async (on, asked) => {
    const { rows: found } = await sql<Account>`select id, read_at from sim.account where id = any(${[...asked]})`.execute(on)
    return found
  })
  let remembered: Account | undefined
  const accounts: ServeDeps['accounts'] = {
    citizen: async () => undefined,
    staff: async () => undefined,
    app: async () => undefined,
    async system(on, clientId) {
      const asked = sim.now()
      if (planted !== 'stale-gathering' || remembered === undefined) remembered = await account(on, clientId)
      if (remembered.id !== clientId || remembered.read_at < asked) about.stale()
      return { kind: 'system', id: clientId, institutionNumber: '1', institutionName: 'x', name: 'x', scopes: [] }
    },
  }
  const real = auditBatch((entries) => insertAudit(auditDb, entries))
  const hasty: AuditBatch = {
    durable: async (entries) => {
      void real.durable(entries).catch(() => undefined)
    },
  }
  const deps = {
    db,
    accounts,
    clock: { now: () => new Date(sim.now()) },
    mint: {
      issue: async () => '',
      read: async () => ({ clientId: 'c', scopes: [], tokenId: 't', until: new Date(sim.now() + 1e6), binding: null, onBehalfOf: null }),
    },
    batch: planted === 'answer-before-audit' ? hasty : real,
  } as unknown as ServeDeps
  return {
    process,
    ask: ({ kind, name, idempotencyKey }) =>
      serve(
        rows[kind],
        {
          method: kind === 'look' ? 'GET' : 'POST',
          params: { name },
          query: new URLSearchParams(),
          headers: { authorization: 'Bearer x', ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }) },
          body: { name },
          url: '/sim',
        },
        deps,
      ),
  }
}

/** A process that leads when it may: delivers open messages under its epoch, and sometimes stands still in the middle. */
export async function leaderProcess(about: {
  sim: Scheduler
  store: Store
  weather: Weather
  planted: Planted
  name: string
  stopped: () => boolean
}): Promise<void> {
  const { sim, name, planted } = about
  const process: Process = { alive: true, sessions: new Set() }
  const db = simulatedDatabase({ ...about, process })
  const stall = () => sim.pause(sim.random.chance(0.08) ? sim.random.whole(4_000, 15_000) : sim.random.whole(1, 20))
  const fenced = planted === 'leader-without-fence' ? plain : underEpoch
  while (!about.stopped()) {
    try {
      const lease = await lead(db, name)
      if (lease) {
        await stall()
        await fenced(db, lease.epoch, async (trx) => {
          const { rows } = await sql<{ id: string }>`select id from sim.undelivered`.execute(trx)
          await stall()
          for (const { id } of rows) await sql`insert into sim.delivered (message, epoch) values (${id}, ${lease.epoch})`.execute(trx)
        })
      }
      if (sim.random.chance(0.03)) await resign(db, name)
    } catch {
      // Lost connections and lost leads: the next round asks again.
    }
    await sim.pause(sim.random.whole(200, 1_200))
  }
}

const plain = (db: Db, _epoch: number, work: (trx: Db) => Promise<void>): Promise<void> => transact(db, work)
