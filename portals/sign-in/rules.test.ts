import { expect, test } from 'vitest'
import { isForStaff, safeNext } from './rules.ts'

const UID = 'aAbB0123456789_-xyzXYZ'
test.each([
  [`/oauth/interaction/${UID}`, true],
  [`/oauth/interaction/${UID}?x=1`, false],
  [`/oauth/interaction/${UID}/`, false],
  ['/oauth/interaction/', false],
  ['/oauth/interaction/short', false],
  [`/oauth/interaction/${UID}/../../authorize`, false],
  [`/oauth/interaction/%2e%2e/authorize`, false],
  [`/oauth/authorize/${UID}`, false],
  ['/oauth/authorize?client_id=x', false],
  ['/oauth/end-session', false],
  [`//thief.example/oauth/interaction/${UID}`, false],
  [`https://thief.example/oauth/interaction/${UID}`, false],
  [`/\\thief.example/oauth/interaction/${UID}`, false],
])('after sign-in, %s: %s', (next, leads) => {
  expect(safeNext(next, '/me')).toBe(leads ? next : '/me')
})

test.each([
  ['/clinic/patients/1', true],
  ['/audit', true],
  ['/audit/breaches?x=1', true],
  ['/developer/query?q=Patient', true],
  ['/operator', true],
  ['/me', false],
  ['/me/audit', false],
  ['/auditor', false],
  ['', false],
])('%s is for people at work: %s', (path, is) => {
  expect(isForStaff(path)).toBe(is)
})
