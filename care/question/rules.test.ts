import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Act, type Side, type State, states } from './model.ts'
import { dueIn, firstState, isOverdue, median, moveOf, movesOf, standsOn, transitions } from './rules.ts'

const day = '2026-11-22'
const q = (state: State, more: { since?: string; dueOn?: string | null } = {}) => ({
  state,
  since: new Date(`${more.since ?? day}T03:00:00Z`),
  dueOn: more.dueOn === undefined ? '2026-12-06' : more.dueOn,
})

describe('what may happen to a question', () => {
  test.each([
    ['waiting', 'institution', ['answer', 'forward']],
    ['waiting', 'person', ['withdraw']],
    ['waiting', 'auditor', []],
    ['answered', 'person', ['satisfied', 'unsatisfied']],
    ['answered', 'institution', []],
    ['answered', 'auditor', []],
    ['auditing', 'auditor', ['conclude']],
    ['auditing', 'person', ['withdraw']],
    ['auditing', 'institution', []],
    ['concluded', 'person', []],
    ['concluded', 'auditor', []],
    ['closed', 'person', []],
    ['closed', 'institution', []],
    ['closed', 'auditor', []],
  ] as const)('%s: %s may %j', (state, side, acts) => {
    expect(movesOf(q(state), { side, day })).toEqual(acts)
  })

  test('once the day to answer has passed, the person may go to the auditors', () => {
    expect(movesOf(q('waiting', { dueOn: '2026-11-21' }), { side: 'person', day })).toEqual(['escalate', 'withdraw'])
    expect(movesOf(q('waiting', { dueOn: day }), { side: 'person', day }), 'the control: on the last day not yet').toEqual(['withdraw'])
  })

  test('an answer that nobody objects to closes the question after thirty days', () => {
    expect(standsOn(q('answered', { since: '2026-10-23' }), day)).toBe('answered')
    expect(standsOn(q('answered', { since: '2026-10-22' }), day)).toBe('closed')
    expect(movesOf(q('answered', { since: '2026-10-22' }), { side: 'person', day })).toEqual([])
  })

  test('whatever is tried in whatever order: what is concluded or closed never moves, and each road ends there', () => {
    const acts = fc.array(
      fc.record({
        act: fc.constantFrom<Act>(...transitions.map((t) => t.act)),
        side: fc.constantFrom<Side>('person', 'institution', 'auditor'),
      }),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(acts, (tries) => {
        let state: State = 'waiting'
        const past = new Set<State>([state])
        for (const one of tries) {
          const found = moveOf(q(state, { dueOn: '2026-01-01' }), { ...one, day })
          if (found === null) continue
          expect(['concluded', 'closed']).not.toContain(state)
          expect(past.has(found.to), 'nothing comes back to where it was').toBe(false)
          past.add(found.to)
          state = found.to
        }
      }),
    )
    expect(states.filter((s) => !transitions.some((t) => t.from === s))).toEqual(['concluded', 'closed'])
  })
})

describe('who answers first, and until when', () => {
  test.each([
    ['1310000027', 'physician', 'waiting'],
    ['1310000027', '', 'waiting'],
    ['', 'parent', 'auditing'],
    ['1310000027', 'operator', 'auditing'],
    ['1310000027', 'auditor', 'auditing'],
  ])('institution %j, role %j: %s', (institutionNumber, actorRole, state) => {
    expect(firstState({ institutionNumber, actorRole })).toBe(state)
  })
  test.each([
    ['waiting', '2026-12-06'],
    ['auditing', '2026-12-06'],
    ['answered', null],
    ['concluded', null],
    ['closed', null],
  ] as const)('%s: %s', (state, due) => expect(dueIn(state, day)).toBe(due))
  test('a day is over when the next has begun', () => {
    expect([
      isOverdue(q('waiting', { dueOn: day }), day),
      isOverdue(q('waiting', { dueOn: '2026-11-21' }), day),
      isOverdue(q('closed', { dueOn: null }), day),
    ]).toEqual([false, true, false])
  })
})

test.each([
  [[], null],
  [[3], 3],
  [[5, 1], 3],
  [[9, 1, 2], 2],
])('the median of %j is %j', (values, expected) => expect(median(values)).toBe(expected))
