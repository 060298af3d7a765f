import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isLinearizable, type Operation, type Read, register, type Said, type Swap } from './linearizable.ts'

type Op = Operation<Read | Swap, Said>
const never = Number.POSITIVE_INFINITY
const read = (from: number, to: number, version: number, value: number): Op => ({
  from,
  to,
  input: { kind: 'read' },
  output: { version, value },
})
const swap = (from: number, to: number, expected: number, value: number, output?: Said): Op => ({
  from,
  to,
  input: { kind: 'swap', expected, value },
  output: output ?? { version: expected + 1 },
})
const lostSwap = (from: number, expected: number, value: number): Op => ({
  from,
  to: never,
  input: { kind: 'swap', expected, value },
  output: undefined,
})
const model = register({ version: 1, value: 0 })

describe('one register under If-Match', () => {
  test.each<[string, Op[], boolean]>([
    ['nothing happened', [], true],
    ['a write, then a read of it', [swap(0, 1, 1, 7), read(2, 3, 2, 7)], true],
    ['a read of what was before, after the write was answered', [swap(0, 1, 1, 7), read(2, 3, 1, 0)], false],
    ['a read beside the write may see either', [swap(0, 9, 1, 7), read(1, 2, 1, 0), read(3, 4, 2, 7)], true],
    ['but not first the new and then the old', [swap(0, 9, 1, 7), read(1, 2, 2, 7), read(3, 4, 1, 0)], false],
    ['two writes over the same version', [swap(0, 5, 1, 7), swap(1, 6, 1, 8)], false],
    ['one of them refused', [swap(0, 5, 1, 7), swap(1, 6, 1, 8, 'refused')], true],
    ['refused though nobody else wrote', [swap(0, 1, 1, 7, 'refused')], false],
    ['an unanswered write that happened later', [lostSwap(0, 1, 7), read(1, 2, 1, 0), read(5, 6, 2, 7)], true],
    ['an unanswered write that never happened', [lostSwap(0, 1, 7), read(1, 2, 1, 0), swap(3, 4, 1, 8), read(5, 6, 2, 8)], true],
    ['an unanswered write that happened and went away again', [lostSwap(0, 1, 7), read(1, 2, 2, 7), read(3, 4, 1, 0)], false],
    ['a lost update', [swap(0, 1, 1, 7), swap(2, 3, 2, 8), read(4, 5, 2, 7)], false],
  ])('%s', (_, history, expected) => {
    expect(isLinearizable(model, history)).toBe(expected)
  })
})

/** Runs operations on a real register one after another, and lets each answer take until some later moment. */
function honest(steps: readonly { write: boolean; stale: boolean; wait: number; lag: number; lost: boolean }[]): Op[] {
  let state = { version: 1, value: 0 }
  return steps.map((s, n) => {
    const at = 10 * n
    const [from, to] = [at - s.lag, s.lost ? never : at + s.wait]
    if (!s.write) return { from, to, input: { kind: 'read' }, output: s.lost ? undefined : { ...state } }
    const expected = s.stale ? state.version - 1 : state.version
    const holds = expected === state.version
    if (holds) state = { version: state.version + 1, value: n + 1 }
    return {
      from,
      to,
      input: { kind: 'swap', expected, value: n + 1 },
      output: s.lost ? undefined : holds ? { version: state.version } : 'refused',
    }
  })
}

const steps = fc.array(
  fc.record({
    write: fc.boolean(),
    stale: fc.boolean(),
    wait: fc.integer({ min: 0, max: 60 }),
    lag: fc.integer({ min: 0, max: 60 }),
    lost: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  }),
  { maxLength: 60 },
)

test('every history that one register really ran is found linearizable', () => {
  fc.assert(
    fc.property(steps, (all) => isLinearizable(model, honest(all))),
    { numRuns: 300 },
  )
})

test('a read of an older version than one already answered is always found', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const history = honest(all)
      const end = 10 * all.length + 1_000
      const newest = Math.max(1, ...history.map((o) => (o.to < never && typeof o.output === 'object' ? o.output.version : 1)))
      fc.pre(newest > 1)
      return !isLinearizable(model, [...history, read(end, end + 1, newest - 1, -1)])
    }),
    { numRuns: 300 },
  )
})
