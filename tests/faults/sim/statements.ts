import type { Scheduler } from './scheduler.ts'
import type { Fields, Session, Store } from './store.ts'

type Answer = { rows: Fields[]; affected: number }
type About = { store: Store; session: Session; sim: Scheduler; values: readonly unknown[] }
type Statement = (about: About) => Promise<Answer> | Answer

const nothing = { rows: [], affected: 0 }
const found = (...rows: Fields[]): Answer => ({ rows, affected: rows.length })
const listIn = (values: readonly unknown[]): Fields[] =>
  JSON.parse(String(values.find((v) => typeof v === 'string' && v.startsWith('[')))) as Fields[]

async function claimKey({ store, session, values }: About): Promise<Answer> {
  const [actor, key, hash] = values
  const name = `idempotency/${actor}/${key}`
  await store.lock(session, name)
  if (store.read(session, name)) return nothing
  store.write(session, name, { actor, key, request_hash: hash, status: 0, headers: {}, body: '', keys: [] })
  return { rows: [], affected: 1 }
}

async function rememberAnswer({ store, session, values }: About): Promise<Answer> {
  const [status, headers, body, keys, actor, key] = values
  const name = `idempotency/${actor}/${key}`
  await store.lock(session, name)
  const row = store.read(session, name)
  if (!row) return nothing
  store.write(session, name, { ...row, status, headers: JSON.parse(String(headers)), body, keys })
  return { rows: [], affected: 1 }
}

async function takeLead({ store, session, sim, values }: About): Promise<Answer> {
  const holder = String(values.find((v) => typeof v === 'string'))
  const staleMs = Number(values.find((v) => typeof v === 'number')) * 1000
  await store.lock(session, 'leader/platform')
  const old = store.read(session, 'leader/platform') as { epoch: number; holder: string; beatAt: number } | undefined
  if (old && old.holder !== holder && old.beatAt >= sim.now() - staleMs) return nothing
  const epoch = old === undefined ? 1 : old.holder === holder ? old.epoch : old.epoch + 1
  store.write(session, 'leader/platform', { epoch, holder, beatAt: sim.now() })
  return found({ epoch })
}

async function resignLead({ store, session, values }: About): Promise<Answer> {
  await store.lock(session, 'leader/platform')
  const old = store.read(session, 'leader/platform')
  if (old?.holder !== values[0]) return nothing
  store.write(session, 'leader/platform', { ...old, beatAt: 0 })
  return { rows: [], affected: 1 }
}

async function holdEpoch({ store, session, values }: About): Promise<Answer> {
  await store.lock(session, 'leader/platform', 'share')
  return store.read(session, 'leader/platform')?.epoch === values[0] ? found({}) : nothing
}

function insertAll(table: string): Statement {
  return ({ store, session, values }) => {
    const rows = listIn(values)
    for (const row of rows) store.write(session, `${table}/${String(row.key)}/${String(row.id)}`, row)
    return { rows: [], affected: rows.length }
  }
}

/** What the kernel and this simulation ask for. A statement that nobody knows here is a fault of the simulation, and said so. */
const statements: readonly [RegExp, Statement][] = [
  [/^insert into kernel\.idempotency/, claimKey],
  [
    /^select .*from kernel\.idempotency/s,
    ({ store, session, values }) => found(...[store.read(session, `idempotency/${values[0]}/${values[1]}`)].filter((r) => r !== undefined)),
  ],
  [/^update kernel\.idempotency set status/, rememberAnswer],
  [
    /^delete from kernel\.idempotency where actor_id/,
    ({ store, session, values }) => {
      store.write(session, `idempotency/${values[0]}/${values[1]}`, null)
      return { rows: [], affected: 1 }
    },
  ],
  [/^insert into kernel\.audit /, insertAll('audit')],
  [/^insert into kernel\.outbox/, insertAll('outbox')],
  [/^insert into kernel\.leader/, takeLead],
  [/^update kernel\.leader set beat_at/, resignLead],
  [/^select 1 from kernel\.leader .*for share/s, holdEpoch],
  [
    /^set local idle_in_transaction_session_timeout = '(\d+)s'/,
    ({ session }) => {
      session.idleMs = 10_000
      return nothing
    },
  ],
  [
    /^select pg_advisory_xact_lock/,
    async ({ store, session, values }) => {
      await store.lock(session, `advisory/${String(values[0])}`)
      return found({})
    },
  ],
  [
    /^select .*from sim\.thing where name/,
    ({ store, session, values }) => found(...store.scan(session, 'thing/').filter((t) => t.name === values[0])),
  ],
  [
    /^insert into sim\.thing/,
    ({ store, session, values }) => {
      store.write(session, `thing/${values[0]}`, { id: values[0], name: values[1] })
      return { rows: [], affected: 1 }
    },
  ],
  [
    /^select .*from sim\.undelivered/,
    ({ store, session }) => found(...store.scan(session, 'outbox/').filter((m) => !store.read(session, `delivered/${String(m.id)}/1`))),
  ],
  [
    /^insert into sim\.delivered/,
    ({ store, session, values }) => {
      const [message, epoch] = values
      const again = store.read(session, `delivered/${message}/1`) ? 2 : 1
      store.write(session, `delivered/${message}/${again}`, { message, epoch, again })
      return { rows: [], affected: 1 }
    },
  ],
  [/^select .*from sim\.account/, ({ values, sim }) => found(...(values[0] as string[]).map((id) => ({ id, read_at: sim.now() })))],
]

export async function perform(query: { sql: string; parameters: readonly unknown[] }, about: Omit<About, 'values'>): Promise<Answer> {
  const text = query.sql.trim()
  const statement = statements.find(([pattern]) => pattern.test(text))?.[1]
  if (!statement) throw new Error(`the simulated database does not know: ${text.slice(0, 120)}`)
  return statement({ ...about, values: query.parameters })
}
