import { type Random, randomFrom } from '#packages/synthetic'

/** Virtual time: nothing waits for real. Everything that happens is an event, and one seed gives one order of events. */
export type Scheduler = {
  random: Random
  /** Milliseconds of virtual time. */
  now(): number
  pause(ms: number): Promise<void>
  /** Calls back later, unless cancelled by the function returned. */
  later(ms: number, work: () => void): () => void
  /** Runs events until there are none, or until virtual time passes `untilMs`. */
  run(untilMs: number): Promise<void>
}

type Event = { at: number; order: number; work: (() => void) | null }

/** 2026-11-22T00:00:00Z, so that instants look like instants. */
const BEGIN = Date.UTC(2026, 10, 22)

export function scheduler(seed: string): Scheduler {
  const random = randomFrom(seed)
  const heap: Event[] = []
  let now = BEGIN
  let order = 0
  const later = (ms: number, work: () => void) => {
    const event: Event = { at: now + ms, order: order++, work }
    push(heap, event)
    return () => {
      event.work = null
    }
  }
  return {
    random,
    now: () => now,
    later,
    pause: (ms) => new Promise((done) => void later(ms, done)),
    async run(untilMs) {
      const end = BEGIN + untilMs
      await settle()
      for (let event = pop(heap); event !== undefined && event.at <= end; event = pop(heap)) {
        if (event.work === null) continue
        now = event.at
        event.work()
        await settle()
      }
    },
  }
}

/** What a turn of the event loop makes ready runs before the next event: code under test may use setImmediate, never timers. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((done) => setImmediate(done))
}

const before = (a: Event, b: Event) => a.at < b.at || (a.at === b.at && a.order < b.order)

function push(heap: Event[], event: Event): void {
  let at = heap.length
  heap.push(event)
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (before(heap[parent]!, event)) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = event
}

function pop(heap: Event[]): Event | undefined {
  const top = heap[0]
  const last = heap.pop()
  if (top === undefined || last === undefined || heap.length === 0) return top
  let at = 0
  for (;;) {
    const left = 2 * at + 1
    if (left >= heap.length) break
    const child = left + 1 < heap.length && before(heap[left + 1]!, heap[left]!) ? left + 1 : left
    if (before(last, heap[child]!)) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = last
  return top
}
