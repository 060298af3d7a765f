import pg from 'pg'

/** One statement as the driver takes it. */
export type Statement = { text: string; values: unknown[]; name?: string }

/** A connection that many callers share: statements follow each other on the wire without waiting for answers. */
type Lane = { client: pg.Client; waiting: number; since: number; gone: boolean }

type Corked = { connection: { stream: { cork(): void; uncork(): void } } }
const corked = new WeakSet<object>()

/** Statements begun in one turn of the event loop leave in one packet: a write to the socket costs as much as everything else about them. */
export function sendTogether(client: pg.Client | pg.PoolClient): void {
  const { stream } = (client as unknown as Corked).connection
  if (corked.has(stream)) return
  corked.add(stream)
  stream.cork()
  setImmediate(() => {
    corked.delete(stream)
    stream.uncork()
  })
}

/** A lane whose oldest statement has run this long is busy with something slow; others go past it. */
const SLOW_MS = 5
/** Statements in flight on one lane before the next lane is opened. */
const DEEP = 8

export type Lanes = { query(statement: Statement): Promise<pg.QueryResult>; end(): Promise<void> }

/**
 * Single statements over a few shared connections. Sharing halves the cost of a short read on both sides, because one packet
 * carries many statements and one wake-up serves them; a slow statement only ever holds up what is on its own lane.
 */
export function lanes(config: pg.ClientConfig, most: number): Lanes {
  const open: Lane[] = []
  const closed = new Set<Promise<unknown>>()
  let ended = false

  const leave = (lane: Lane) => {
    lane.gone = true
    const at = open.indexOf(lane)
    if (at >= 0) open.splice(at, 1)
  }

  const add = (): Lane => {
    const pipelined: pg.ClientConfig & { pipeline: true } = { ...config, pipeline: true }
    const lane: Lane = { client: new pg.Client(pipelined), waiting: 0, since: 0, gone: false }
    open.push(lane)
    // Statements in flight fail by themselves; the event must not end the process.
    lane.client.on('error', () => leave(lane))
    lane.client.on('end', () => leave(lane))
    return lane
  }

  // The fullest lane that still moves, so that statements share packets; then an idle one, a new one, the least full.
  const pick = (): Lane => {
    const now = performance.now()
    let moving: Lane | undefined
    let least: Lane | undefined
    for (const lane of open) {
      const moves = lane.waiting === 0 || (lane.waiting < DEEP && now - lane.since < SLOW_MS)
      if (moves && (!moving || lane.waiting > moving.waiting)) moving = lane
      if (!least || lane.waiting < least.waiting) least = lane
    }
    return moving ?? (open.length < most ? add() : (least ?? add()))
  }

  return {
    async query(statement) {
      if (ended) throw new Error('the database was closed')
      const lane = pick()
      if (lane.waiting++ === 0) lane.since = performance.now()
      try {
        if (!connected.has(lane.client)) await connect(lane)
        sendTogether(lane.client)
        return await lane.client.query(statement)
      } finally {
        lane.waiting--
        lane.since = performance.now()
      }
    },
    async end() {
      ended = true
      for (const lane of open.splice(0)) closed.add(lane.client.end().catch(() => undefined))
      await Promise.all(closed)
    },
  }

  async function connect(lane: Lane): Promise<void> {
    const started = connecting.get(lane.client) ?? lane.client.connect()
    connecting.set(lane.client, started)
    try {
      await started
      connected.add(lane.client)
    } catch (error) {
      leave(lane)
      throw error
    }
  }
}

const connecting = new WeakMap<pg.Client, Promise<unknown>>()
const connected = new WeakSet<pg.Client>()
