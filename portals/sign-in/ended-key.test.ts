import { expect, test } from 'vitest'
import { keyEnd, keysNow } from './ended-key.ts'

test('an end holds to the second', () => {
  const at = new Date('2026-11-22T03:00:00Z')
  const ends = { kid: 'a', exp: at.getTime() / 1000 }
  expect(keysNow([ends, { kid: 'b' }], new Date(at.getTime() - 1))).toHaveLength(2)
  expect(keysNow([ends, { kid: 'b' }], at)).toEqual([{ kid: 'b' }])
  expect([keyEnd(ends), keyEnd({ kid: 'b', exp: 'soon' })]).toEqual([at, null])
})
