import { expect, test } from 'vitest'
import { newKey, ulid } from './id.ts'

test('ids of one process sort in the order they were made, even within a millisecond', () => {
  const ids = Array.from({ length: 10_000 }, () => ulid())
  expect([...ids].sort()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
})

test('a clock that jumps back does not break the order', () => {
  const later = ulid(Date.now() + 60_000)
  expect(ulid(Date.now()) > later).toBe(true)
})

test('a key is short enough for `<key>.<ulid>` to stay a FHIR id', () => {
  for (let i = 0; i < 100; i++) expect(`${newKey()}.${ulid()}`).toMatch(/^[A-Za-z0-9.-]{1,64}$/)
})
