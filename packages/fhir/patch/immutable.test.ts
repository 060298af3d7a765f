/** What a change must not touch. One row: what changed, what is reported. */
import { expect, test } from 'vitest'
import type { Resource } from '../model.ts'
import { changedImmutable } from './immutable.ts'

const before: Resource = {
  resourceType: 'Observation',
  id: 'o1',
  meta: { versionId: '3', lastUpdated: '2026-11-01T00:00:00Z', security: [{ code: 'R' }], tag: [{ code: 't' }] },
  status: 'final',
  subject: { reference: 'Patient/p1', display: '縁 花子' },
}

test.each<[string, Partial<Resource>, string[]]>([
  ['nothing', {}, []],
  ['the status', { status: 'amended' }, []],
  ['a tag', { meta: { ...(before.meta as object), tag: [] } }, []],
  ['the display of the subject', { subject: { reference: 'Patient/p1' } }, []],
  ['the type', { resourceType: 'Condition' }, ['resourceType']],
  ['the id', { id: 'o2' }, ['id']],
  ['the subject', { subject: { reference: 'Patient/p2' } }, ['subject']],
  ['the subject’s identifier', { subject: { reference: 'Patient/p1', identifier: { value: '1' } } }, ['subject']],
  ['a patient where there was none', { patient: { reference: 'Patient/p2' } }, ['patient']],
  ['the security label', { meta: { ...(before.meta as object), security: [] } }, ['meta.security']],
  ['everything in meta', { meta: {} }, ['meta.versionId', 'meta.lastUpdated', 'meta.security']],
])('%s', (_name, change, reported) => {
  expect(changedImmutable(before, { ...before, ...change } as Resource)).toEqual(reported)
})

test('the order of properties is no change', () => {
  expect(changedImmutable(before, { ...before, subject: { display: 'x', reference: 'Patient/p1' } })).toEqual([])
})

test.each([
  ['Coverage', 'beneficiary'],
  ['Task', 'for'],
])('%s.%s says whose record it is', (resourceType, element) => {
  expect(
    changedImmutable({ resourceType, [element]: { reference: 'Patient/p1' } }, { resourceType, [element]: { reference: 'Patient/p2' } }),
  ).toEqual([element])
})
