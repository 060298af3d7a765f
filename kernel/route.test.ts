import { expect, test } from 'vitest'
import { queryOf } from './route.ts'

test.each([
  ['/x', {}],
  ['/x?', {}],
  ['/x?a=1&b=2', { a: '1', b: '2' }],
  ['/Condition?code:text=why?&status=active', { 'code:text': 'why?', status: 'active' }],
])('%s: only the first question mark begins the parameters', (url, expected) => {
  expect(Object.fromEntries(queryOf(url))).toEqual(expected)
})
