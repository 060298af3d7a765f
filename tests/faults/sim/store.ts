import type { Scheduler } from './scheduler.ts'

export type Fields = Readonly<Record<string, unknown>>
type Lock = { holders: Map<Session, 'share' | 'own'>; waiting: { session: Session; mode: 'share' | 'own'; go: () => void }[] }

/** One connection's transaction, or a single statement's. */
export type Session = {
  writes: Map<string, Fields | null>
  locks: Set<string>
  /** Ended by the server or by the death of its process: whatever it still asks for fails. */
  ended: boolean
  cancelIdle: () => void
  idleMs: number | null
}

export type Store = ReturnType<typeof simulatedStore>

/**
 * Rows with the parts of a database that concurrent programs rely on: read committed, row locks that wait, commit that is
 * whole or not at all, and the end of sessions that idle in a transaction.
 */
export function simulatedStore(sim: Scheduler) {
  const committed = new Map<string, Fields>()
  const locks = new Map<string, Lock>()
  /** Rows in the order of their commit, for what must only grow. */
  const log: { name: string; row: Fields }[] = []

  function release(session: Session): void {
    session.cancelIdle()
    for (const name of session.locks) {
      const lock = locks.get(name)!
      lock.holders.delete(session)
      lock.waiting = lock.waiting.filter((w) => w.session !== session)
      admit(lock)
      if (lock.holders.size === 0 && lock.waiting.length === 0) locks.delete(name)
    }
    session.locks.clear()
    session.writes.clear()
  }

  function admit(lock: Lock): void {
    for (let next = lock.waiting[0]; next !== undefined; next = lock.waiting[0]) {
      const others = [...lock.holders].filter(([holder]) => holder !== next.session)
      if (others.some(([, mode]) => mode === 'own' || next.mode === 'own')) return
      lock.waiting.shift()
      lock.holders.set(next.session, next.mode)
      next.go()
    }
  }

  return {
    committed,
    log,
    open: (): Session => ({ writes: new Map(), locks: new Set(), ended: false, cancelIdle: () => undefined, idleMs: null }),

    /** Waits until the lock is held; never returns for a session that ends while it waits. */
    lock: (session: Session, name: string, mode: 'share' | 'own' = 'own'): Promise<void> =>
      new Promise((go) => {
        const lock: Lock = locks.get(name) ?? { holders: new Map(), waiting: [] }
        locks.set(name, lock)
        session.locks.add(name)
        const held = lock.holders.get(session)
        if (held === 'own' || held === mode) return go()
        lock.waiting.push({ session, mode, go })
        admit(lock)
      }),

    read: (session: Session, name: string): Fields | undefined =>
      session.writes.has(name) ? (session.writes.get(name) ?? undefined) : committed.get(name),

    /** Rows whose names begin so, as this session sees them. */
    scan(session: Session, prefix: string): Fields[] {
      const names = new Set([...committed.keys(), ...session.writes.keys()].filter((name) => name.startsWith(prefix)))
      return [...names].flatMap((name): Fields[] => {
        const row = this.read(session, name)
        return row === undefined ? [] : [row]
      })
    },

    write: (session: Session, name: string, row: Fields | null) => void session.writes.set(name, row),

    commit(session: Session): void {
      for (const [name, row] of session.writes) {
        if (row === null) committed.delete(name)
        else {
          committed.set(name, row)
          log.push({ name, row })
        }
      }
      release(session)
    },

    rollback: release,

    /** The server ends the session: what it did is gone, what it held is free. */
    end(session: Session): void {
      session.ended = true
      release(session)
    },

    /** Counts the time between two statements of a transaction. */
    idle(session: Session): void {
      session.cancelIdle()
      if (session.idleMs !== null) session.cancelIdle = sim.later(session.idleMs, () => this.end(session))
    },
  }
}
