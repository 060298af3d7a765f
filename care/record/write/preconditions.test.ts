import { expect, test } from 'vitest'
import { type IfMatch, isMet, readIfMatch } from './preconditions.ts'

const standing = (version: number, deleted = false) => ({ version, deleted })

test.each<[string, IfMatch | undefined]>([
  ['W/"3"', [3]],
  ['"3"', [3]],
  [' * ', '*'],
  ['W/"1", "2"', [1, 2]],
  ['W/"9999999999999"', []],
  ['W/"abc"', []],
  ['W/"0"', []],
  ['3', undefined],
  ['', undefined],
  ['W/"1",', undefined],
])('If-Match: %s is read as %o', (text, expected) => {
  expect(readIfMatch(text)).toEqual(expected)
})

test.each<[IfMatch, ReturnType<typeof standing> | null, boolean]>([
  [null, null, true],
  [null, standing(1), true],
  [1, standing(1), true],
  [1, standing(2), false],
  [[1, 2], standing(2), true],
  [[], standing(2), false],
  [[1], null, false],
  ['*', standing(7), true],
  ['*', standing(7, true), false],
  ['*', null, false],
])('%o before %o: %s', (ifMatch, stands, expected) => {
  expect(isMet(ifMatch, stands)).toBe(expected)
})
