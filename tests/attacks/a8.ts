import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Caller, Heard } from '../harness/caller.ts'
import { HOSPITAL } from '../harness/platform.ts'
import { heavyRequests, type Heavy } from './heavy.ts'
import type { Attack, Tried } from './result.ts'
import { openWorld, type World } from './world.ts'

/** Nobody else is served for longer than this because of one request (ms). */
const HELD_MS = 1_500
/** A small request is answered or refused in this time, a giant one in that (ms). */
const WHOLE_MS = 10_000
const GIANT_MS = 90_000

type Cost = { heard: Heard; heldMs: number; wholeMs: number }

/** Sends one request to the server in this process, and sees how long it kept the event loop from everybody else. */
async function weigh(caller: Caller, heavy: Heavy): Promise<Cost> {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  await new Promise((done) => setTimeout(done, 20))
  delay.enable()
  const spent = process.threadCpuUsage()
  const from = performance.now()
  const heard = await caller.send(heavy.method, heavy.url, heavy.payload, { 'content-type': heavy.type ?? 'application/fhir+json' })
  const wholeMs = performance.now() - from
  await new Promise((done) => setTimeout(done, 20))
  delay.disable()
  const { user, system } = process.threadCpuUsage(spent)
  // On a busy machine a pause says more about the machine than about the request: nothing is held for longer than it was worked on.
  return { heard, heldMs: Math.min(delay.max / 1e6, (user + system) / 1000), wholeMs }
}

function judge(heavy: Heavy, { heard, heldMs, wholeMs }: Cost): string[] {
  return [
    ...(heldMs > HELD_MS ? [`${heavy.name} → ${heard.status}: held the event loop for ${Math.round(heldMs)} ms`] : []),
    ...(wholeMs > (heavy.giant ? GIANT_MS : WHOLE_MS) ? [`${heavy.name} → ${heard.status}: took ${Math.round(wholeMs)} ms`] : []),
    ...(heard.status >= 500 && heard.status !== 503 ? [`${heavy.name} → ${heard.status}: ${heard.text.slice(0, 160)}`] : []),
  ]
}

async function attack(world: World, tell: (line: string) => void): Promise<Tried> {
  const result: Tried = { tried: 0, leaks: [] }
  const caller = await world.platform.system(HOSPITAL)
  const { key } = world.victim
  const id = world.victim.resources.find((r) => r.startsWith('Observation/'))?.split('/')[1] ?? 'x'
  for (const heavy of heavyRequests()) {
    const filled = {
      ...heavy,
      url: heavy.url.replace('ID', id),
      ...(heavy.payload === undefined ? {} : { payload: heavy.payload.replaceAll('KEY', key) }),
    }
    let cost = await weigh(caller, filled)
    // A busy machine pauses everybody now and then; what is heavy by itself is heavy again.
    for (let tries = 0; tries < 3 && judge(filled, cost).length > 0 && cost.heard.status < 500; tries++) {
      const again = await weigh(caller, filled)
      if (again.heldMs < cost.heldMs) cost = again
    }
    result.tried++
    result.leaks.push(...judge(filled, cost))
    if (cost.heldMs > 300 || cost.wholeMs > 3_000)
      tell(`${heavy.name} → ${cost.heard.status}: held ${Math.round(cost.heldMs)} ms, whole ${Math.round(cost.wholeMs)} ms`)
  }
  const after = await caller.get('/fhir/R4/metadata')
  if (after.status !== 200) result.leaks.push(`afterwards the server answers ${after.status}`)
  return result
}

/** The product made wrong: a search that gives what it is sent to the language's own regular expressions. */
function backtracking(world: World): void {
  const row = world.rows.find((r) => r.method === 'GET' && r.path === '/fhir/R4/:type')!
  Object.assign(row, {
    handle: async (_: unknown, { query }: { query: URLSearchParams }) => {
      const found = [...query.values()].some(
        (value) => value.length < 100 && /^\^?\(/.test(value) && new RegExp(value).test(`${'a'.repeat(29)}!`),
      )
      return { fhir: JSON.stringify({ resourceType: 'Bundle', type: 'searchset', total: found ? 1 : 0 }) }
    },
  })
}

/** A8: small requests that make the server work. */
export const a8: Attack = {
  what: `requests that cost much: patterns, expressions, deep and giant bodies, chains, counts; none holds the event loop for ${HELD_MS} ms`,
  control: 'a search that gives values to a backtracking engine',
  async run({ mutated, tell }) {
    const world = await openWorld({ blind: false })
    try {
      if (mutated) {
        backtracking(world)
        const caller = await world.platform.system(HOSPITAL)
        const evil = heavyRequests().filter((h) => h.name.startsWith('a pattern'))
        const leaks: string[] = []
        for (const heavy of evil.slice(0, 2)) leaks.push(...judge(heavy, await weigh(caller, heavy)))
        return { tried: 2, leaks }
      }
      return await attack(world, tell)
    } finally {
      await world.close()
    }
  },
}
