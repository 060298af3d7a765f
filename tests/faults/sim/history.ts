import { scheduler, type Scheduler } from './scheduler.ts'
import { simulatedStore, type Store } from './store.ts'
import { type Asked, leaderProcess, type Planted, type Web, webProcess } from './region.ts'

const CLIENTS = 5
const EACH = 4
/** Virtual time of one history; clients have finished long before. */
const WHOLE_MS = 180_000

type Told = { asked: Asked; status: number; body: string; at: number }

/** Everything one seed brought about, and what of it must not be. */
export type History = { breaks: string[]; requests: number; answered: number; crashes: number; epochs: number; commits: number }

/** Runs one seed: clients, web processes that die, leaders that stand still, a network that loses and repeats. */
export async function simulate(seed: string, planted: Planted = 'none'): Promise<History> {
  const sim = scheduler(seed)
  const store = simulatedStore(sim)
  const weather = { breaks: sim.random.pick([0, 0.005, 0.03]), earlyCommit: planted === 'answer-before-commit' }
  const breaks: string[] = []
  const told: Told[] = []
  const state = { finished: 0, crashes: 0, requests: 0 }
  const stale = () => void breaks.push('an answer was read before its question')
  const web = () => webProcess({ sim, store, weather, planted, stale })
  const webs = [web(), web()]
  const stopped = () => state.finished === CLIENTS && sim.now() > Date.UTC(2026, 10, 22) + 60_000
  for (const name of ['one', 'two']) void leaderProcess({ sim, store, weather, planted, name, stopped })
  void crash({ sim, store, webs, web, state })
  for (let n = 0; n < CLIENTS; n++) void client({ n, sim, store, webs, told, breaks, state })
  await sim.run(WHOLE_MS)
  if (state.finished < CLIENTS) breaks.push(`${CLIENTS - state.finished} clients still wait`)
  breaks.push(...judge(store, told))
  const epoch = store.committed.get('leader/platform')?.epoch
  return {
    breaks,
    requests: state.requests,
    answered: told.length,
    crashes: state.crashes,
    epochs: Number(epoch ?? 0),
    commits: store.log.length,
  }
}

type State = { finished: number; crashes: number; requests: number }

/** A process dies: its requests get no answer, its transactions roll back, another takes its place. */
async function crash(about: { sim: Scheduler; store: Store; webs: Web[]; web: () => Web; state: State }): Promise<void> {
  const { sim, store, webs } = about
  const times = sim.random.whole(0, 2)
  for (let n = 0; n < times; n++) {
    await sim.pause(sim.random.whole(10, 600))
    const place = sim.random.whole(0, webs.length - 1)
    const { process } = webs[place]!
    process.alive = false
    // The server notices the dead peer a little later.
    sim.later(sim.random.whole(1, 300), () => {
      for (const session of process.sessions) store.end(session)
    })
    about.state.crashes++
    webs[place] = about.web()
  }
}

type Client = { n: number; sim: Scheduler; store: Store; webs: Web[]; told: Told[]; breaks: string[]; state: State }

async function client(about: Client): Promise<void> {
  const { n, sim } = about
  for (let i = 0; i < EACH; i++) {
    const kind = sim.random.pick(['create', 'create', 'create-if-none', 'create-if-none', 'look'] as const)
    const asked: Asked =
      kind === 'create'
        ? { kind, name: `own-${n}-${i}`, idempotencyKey: `key-${n}-${i}` }
        : { kind, name: `shared-${sim.random.whole(0, 1)}` }
    for (let tries = 0; tries < 8; tries++) {
      const status = await send(about, asked)
      if (status > 0 && status !== 503) break
      // Without a key a repetition may make a second thing: that is the client's own affair, unless a condition forbids it.
      await sim.pause(sim.random.whole(1, 200))
    }
    await sim.pause(sim.random.whole(0, 120))
  }
  about.state.finished++
}

/** One request over the network; sometimes lost on the way, on the way back, or delivered twice. @returns status, 0 without an answer */
function send(about: Client, asked: Asked): Promise<number> {
  const { sim, state } = about
  return new Promise((done) => {
    const giveUp = sim.later(3_000, () => done(0))
    if (sim.random.chance(0.03)) return
    const copies = sim.random.chance(0.05) && asked.kind !== 'look' ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      state.requests++
      void arrive(about, asked).then((status) => {
        if (sim.random.chance(0.03)) return
        giveUp()
        done(status)
      })
    }
  })
}

async function arrive({ sim, store, webs, told, breaks }: Client, asked: Asked): Promise<number> {
  await sim.pause(sim.random.whole(1, 30))
  const { process, ask } = sim.random.pick(webs)
  const outcome = await ask(asked).catch((error: unknown) => {
    breaks.push(`a fault: ${String(error)}`)
    throw error
  })
  if (!process.alive) return new Promise(() => undefined)
  const [status, body] =
    'answer' in outcome ? [outcome.answer.status ?? 200, outcome.answer.text ?? JSON.stringify(outcome.answer.json)] : [503, '']
  if (status < 300) told.push({ asked, status, body, at: sim.now() })
  if (status < 300 && !hasAudit(store, outcome.requestId)) breaks.push(`${asked.kind} was answered before its audit entry was durable`)
  await sim.pause(sim.random.whole(1, 30))
  return status
}

const rowsOf = (store: Store, table: string) => [...store.committed].filter(([name]) => name.startsWith(`${table}/`)).map(([, row]) => row)

const hasAudit = (store: Store, requestId: string) =>
  rowsOf(store, 'audit').some((a) => a.request_id === requestId && a.outcome === 'success')

/** What must hold once everything is quiet. */
function judge(store: Store, told: readonly Told[]): string[] {
  const wrong: string[] = []
  const things = rowsOf(store, 'thing') as { id: string; name: string }[]
  const audits = rowsOf(store, 'audit')
  const messages = rowsOf(store, 'outbox') as { id: string; payload: { thing: string } }[]
  for (const [name, same] of Map.groupBy(things, (t) => t.name)) if (same.length > 1) wrong.push(`${name} was made ${same.length} times`)
  for (const { asked, body } of told) {
    if (asked.kind === 'look') continue
    const { id } = JSON.parse(body) as { id: string }
    if (!things.some((t) => t.id === id && t.name === asked.name)) wrong.push(`${asked.name} was acknowledged as ${id} and is not there`)
  }
  for (const thing of things) {
    if (messages.filter((m) => m.payload.thing === thing.id).length !== 1) wrong.push(`${thing.id} has not one message`)
    if (!audits.some((a) => a.resource === `Thing/${thing.id}` && a.rule === '')) wrong.push(`${thing.id} has no audit entry of its making`)
  }
  for (const m of messages)
    if (!things.some((t) => t.id === m.payload.thing)) wrong.push(`a message about ${m.payload.thing}, which is not there`)
  return [...wrong, ...judgeLeaders(store)]
}

/** Epochs of what leaders committed only grow, and no message is delivered twice. */
function judgeLeaders(store: Store): string[] {
  const wrong: string[] = []
  const delivered = store.log
    .filter(({ name }) => name.startsWith('delivered/'))
    .map(({ row }) => row as { message: string; epoch: number })
  for (const [n, { epoch }] of delivered.entries())
    if (n > 0 && epoch < delivered[n - 1]!.epoch) wrong.push(`epoch ${epoch} wrote after epoch ${delivered[n - 1]!.epoch}`)
  for (const [message, times] of Map.groupBy(delivered, (d) => d.message))
    if (times.length > 1) wrong.push(`message ${message.slice(-4)} was delivered ${times.length} times`)
  return wrong
}
