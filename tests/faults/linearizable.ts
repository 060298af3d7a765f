/**
 * A linearizability checker after Wing and Gong, with Lowe's memory of what was tried: is there one order of the
 * operations, each at some moment between its call and its answer, that a single machine could have run?
 */

/** One operation of a client. `to` is Infinity where no answer came: it may have happened at any later moment, or never. */
export type Operation<I, O> = { from: number; to: number; input: I; output: O | undefined }

export type Model<S, I, O> = {
  start: S
  /** The state after the operation, or null where this answer could not have come in this state. */
  step: (state: S, operation: Operation<I, O>) => S | null
  nameOf: (state: S) => string
}

/** States the search may visit before it gives up; real histories need about one for each operation. */
const MOST = 2_000_000

/** @returns whether such an order exists @throws where the search is too long to tell */
export function isLinearizable<S, I, O>(model: Model<S, I, O>, history: readonly Operation<I, O>[]): boolean {
  const all = [...history].sort((a, b) => a.from - b.from)
  const tried = new Set<string>()
  const open: { done: ReadonlySet<number>; first: number; state: S }[] = [{ done: new Set(), first: 0, state: model.start }]
  for (let visited = 0; open.length > 0; visited++) {
    if (visited > MOST) throw new Error(`no decision after ${MOST} states`)
    const { done, first, state } = open.pop()!
    const candidates = ready(all, done, first)
    if (candidates === null) return true
    for (const n of candidates) {
      const next = model.step(state, all[n]!)
      if (next === null) continue
      const step = advance(all, done, first, n)
      const name = `${step.first} ${[...step.done].sort((a, b) => a - b).join(',')} ${model.nameOf(next)}`
      if (tried.has(name)) continue
      tried.add(name)
      open.push({ ...step, state: next })
    }
  }
  return false
}

/** Operations that may come next: those called before any open one was answered. Null where all that were answered are placed. */
function ready<I, O>(all: readonly Operation<I, O>[], done: ReadonlySet<number>, first: number): number[] | null {
  const found: number[] = []
  let until = Number.POSITIVE_INFINITY
  let isOpen = false
  for (let n = first; n < all.length && all[n]!.from <= until; n++) {
    if (done.has(n)) continue
    const { to } = all[n]!
    found.push(n)
    until = Math.min(until, to)
    isOpen ||= to < Number.POSITIVE_INFINITY
  }
  if (!isOpen && !all.slice(first).some((o, i) => o.to < Number.POSITIVE_INFINITY && !done.has(first + i))) return null
  // The last one pushed is tried first: what was answered earliest, because that is nearly always the order.
  return found.filter((n) => all[n]!.from <= until).sort((a, b) => all[b]!.to - all[a]!.to)
}

/** The placed operations without the prefix in which all are placed. */
function advance<I, O>(all: readonly Operation<I, O>[], done: ReadonlySet<number>, first: number, n: number) {
  const next = new Set(done).add(n)
  let at = first
  while (at < all.length && next.delete(at)) at++
  return { done: next, first: at }
}

export type Read = { kind: 'read' }
/** A write that holds only where the version is still the one expected (`If-Match`). */
export type Swap = { kind: 'swap'; expected: number; value: number }
export type Version = { version: number; value: number }
/** What was read; the version a write made; `refused` for 412. */
export type Said = Version | { version: number } | 'refused'

/** One resource under If-Match. */
export const register = (start: Version): Model<Version, Read | Swap, Said> => ({
  start,
  nameOf: ({ version, value }) => `${version}=${value}`,
  step(state, { input, output }) {
    if (input.kind === 'read') {
      if (output === undefined) return state
      return typeof output === 'object' && 'value' in output && output.version === state.version && output.value === state.value
        ? state
        : null
    }
    const holds = input.expected === state.version
    if (output === 'refused') return holds ? null : state
    if (output !== undefined && (!holds || output.version !== state.version + 1)) return null
    // Without an answer it may have happened: here it does where it can; an order without it is tried as well.
    return holds ? { version: state.version + 1, value: input.value } : null
  },
})
