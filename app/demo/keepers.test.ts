import { expect, test } from 'vitest'
import { makeRegion } from '#packages/synthetic'
import { demoStaff } from './keepers.ts'

const region = makeRegion({ seed: 'test', people: 12, facilities: 10, until: '2026-11-22', years: 1 })

test('one member of staff has two places of work, and stands last, so that an earlier region keeps everybody else’s secrets', () => {
  const staff = demoStaff(region)
  const two = staff.filter((s) => s.alsoAt !== undefined)
  expect(two).toHaveLength(1)
  expect(staff.at(-1)).toBe(two[0])
  expect(two[0]!.alsoAt).not.toBe(two[0]!.institutionNumber)
  expect(region.facilities.map((f) => f.institutionNumber)).toEqual(expect.arrayContaining([two[0]!.alsoAt, two[0]!.institutionNumber]))
  expect(new Set(staff.map((s) => s.loginName)).size).toBe(staff.length)
})
