import { describe, expect, test } from 'vitest'
import { isProof, readSources } from '../house/sources.ts'
import type { Submission } from './ledger.ts'
import { LONG_MS, runSmall } from './run-small.fixture.ts'
import { judgeReading } from './public-surface.ts'
import { judge } from './verify.ts'

const submission = (name: string, entries = 2): Submission => {
  const [identifier = '', revision = ''] = name.split('#')
  const person = { memberId: '', name: '', birthDate: '' }
  return { name, identifier, revision: Number(revision), person, type: 'Condition', entries, sha256: `sha of ${name}`, text: '' }
}
const sent = (...all: Submission[]) => new Map(all.map((s) => [s.name, s]))
const stored = (name: string, change: object = {}) => ({
  key: 'k',
  id: name,
  value: `1310000019^2026^${name.split('#')[0]}`,
  sha256: `sha of ${name}`,
  claimed: true,
  rows: 2,
  live: 2,
  audited: true,
  told: true,
  ...change,
})
const none = { lost: 0, dup: 0, partialBundles: 0, auditMissing: 0 }

describe('what is stored, against what was acknowledged', () => {
  const one = sent(submission('a#1'))
  const acked = new Set(['a#1'])
  test.each([
    ['all is well', [stored('a#1')], {}],
    ['nothing is there', [], { lost: 1, auditMissing: 1 }],
    ['it is there twice', [stored('a#1'), stored('a#1', { id: 'again' })], { dup: 1 }],
    ['an item is missing', [stored('a#1', { rows: 1, live: 1 })], { partialBundles: 1 }],
    ['an item is dead', [stored('a#1', { live: 1 })], { partialBundles: 1 }],
    ['no audit entry', [stored('a#1', { audited: false })], { auditMissing: 1 }],
    ['something else holds', [stored('a#1', { claimed: false, live: 0 })], { lost: 1 }],
  ])('%s', (_, rows, found) => {
    expect(judge(rows, one, acked)).toMatchObject({ ...none, ...found })
  })

  test('an unclear answer may be stored or not, but never in part', () => {
    expect(judge([], one, new Set())).toMatchObject({ ...none, ambiguous: 1, ambiguousStored: 0 })
    expect(judge([stored('a#1')], one, new Set())).toMatchObject({ ...none, ambiguous: 1, ambiguousStored: 1 })
    expect(judge([stored('a#1', { rows: 1 })], one, new Set())).toMatchObject({ partialBundles: 1 })
  })

  test('a later revision takes the place of an earlier one whole, acknowledged or not', () => {
    const two = sent(submission('a#1'), submission('a#2', 3))
    const first = stored('a#1', { claimed: false, live: 0 })
    const second = stored('a#2', { rows: 3, live: 3 })
    expect(judge([first, second], two, acked)).toMatchObject(none)
    expect(judge([first, second], two, new Set(['a#1', 'a#2']))).toMatchObject(none)
    expect(judge([stored('a#1')], two, new Set(['a#1', 'a#2']))).toMatchObject({ lost: 1 })
    expect(judge([stored('a#1', { claimed: false }), second], two, acked), 'items of both live').toMatchObject({ partialBundles: 1 })
  })
})

test('what is read, against what was acknowledged', () => {
  const two = sent(submission('a#1'), submission('a#2', 3))
  const acked = new Set(['a#1'])
  expect(judgeReading(['a-1-0', 'a-1-1'], two, acked)).toEqual({ lost: 0, partialBundles: 0 })
  expect(judgeReading(['a-2-0', 'a-2-1', 'a-2-2'], two, acked)).toEqual({ lost: 0, partialBundles: 0 })
  expect(judgeReading([], two, acked)).toEqual({ lost: 1, partialBundles: 0 })
  expect(judgeReading(['a-1-0'], two, acked)).toEqual({ lost: 0, partialBundles: 1 })
  expect(judgeReading(['a-1-0', 'a-2-1', 'a-2-2'], two, acked)).toEqual({ lost: 0, partialBundles: 1 })
  expect(judgeReading(['a-1-0', 'a-1-1'], two, new Set(['a#2']))).toEqual({ lost: 1, partialBundles: 0 })
})

test('F1, small: nothing acknowledged is lost, and the control loses something', { timeout: LONG_MS }, () => {
  const [line, control] = runSmall('F1')
  expect(line).toMatch(/^F1 acked=[1-9]\d* lost=0 dup=0 partial_bundles=0 audit_missing=0$/)
  expect(control).toMatch(/^F1 control lost=[1-9]\d*$/)
})

test('the platform itself has no switch for faults', () => {
  const running = readSources().filter((s) => !isProof(s.path))
  const named = (text: string) => /early-commit|no-reconnect|loose-server|FAULT_SERVER|ENISHI_FAULT/.test(text)
  expect(running.filter((s) => named(s.text)).map((s) => s.path)).toEqual([])
  expect(named('if (process.env.ENISHI_FAULT) answer()'), 'the control').toBe(true)
})
