import { expect, test } from 'vitest'
import type { Captured, Statement } from './capture.ts'
import { merged, newIds, prepare, type Query, queryOf } from './replay.ts'

const MADE = '01kap3c2h7v5m9x8q4r6t2w0yz'
const THERE = '01kap3c2h7v5m9x8q4r6t2w0aa'
const statement = (values: unknown[]): Statement => ({ text: 'insert', name: undefined, values, audit: false, rows: 1 })
const replayed = (captured: Captured): unknown[] => {
  const replay = prepare(captured)
  return queryOf(replay.statements[0]!, newIds(replay.ids)).values
}

test('a replay exchanges ids that the request made, the same one for the same, wherever they stand', () => {
  const [json, list] = replayed({ statements: [statement([`{"id":"k.${MADE}"}`, [MADE, 'x']])], fresh: [MADE] }) as [string, string[]]
  expect(json).not.toContain(MADE)
  expect(json).toBe(`{"id":"k.${list[0]}"}`)
  expect(list[1]).toBe('x')
})

test('ids that stood in the database already, and hashes, stay as they are', () => {
  const hash = `\\x${'0123456789abcdef'.repeat(4)}`
  expect(replayed({ statements: [statement([THERE, hash, 7, null])], fresh: [MADE] })).toEqual([THERE, hash, 7, null])
})

test('two replays never make the same id', () => {
  const captured = { statements: [statement([MADE])], fresh: [MADE] }
  expect(replayed(captured)).not.toEqual(replayed(captured))
})

test.each([
  ['JSON', ['[{"a":1}]'], ['[{"a":2}]'], ['[{"a":1},{"a":2}]']],
  [
    'arrays',
    [['a'], [1]],
    [['b'], [2]],
    [
      ['a', 'b'],
      [1, 2],
    ],
  ],
])('audit statements of several requests become one: %s', (_form, one, other, both) => {
  const query = (values: unknown[]): Query => ({ text: 'insert', values })
  expect(merged([query(one), query(other)]).values).toEqual(both)
})

test('a statement that cannot be shared is not passed over', () => {
  expect(() => merged([{ text: 'insert', values: ['one'] }])).toThrow()
})
