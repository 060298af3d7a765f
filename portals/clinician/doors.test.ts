import { describe, expect, test } from 'vitest'
import { askableKinds, type Consent, type Grant, OPEN_ENDED } from '#care/consent'
import type { InformationKind } from '#packages/fhir'
import { doorsOf, openKinds } from './doors.ts'

const now = new Date('2026-11-22T03:00:00Z')
const hours = (n: number) => new Date(now.getTime() + n * 3_600_000)

const answer = (change: Partial<Consent>): Consent => ({
  basis: 'visit',
  textVersion: 'visit/1',
  id: 'c1',
  key: 'k1',
  institutionNumber: '1310000027',
  institutionName: '',
  purpose: 'TREAT',
  givenAt: hours(-1),
  until: hours(23),
  withdrawnAt: null,
  allowed: [],
  refused: [],
  ...change,
})
const grant = (kind: InformationKind, change: Partial<Grant> = {}): Grant => ({
  basis: 'visit',
  consentId: 'c1',
  key: 'k1',
  institutionNumber: '1310000027',
  kind,
  purpose: 'TREAT',
  givenAt: hours(-1),
  until: hours(23),
  withdrawnAt: null,
  ...change,
})

describe('why a door is closed', () => {
  test.each<[string, Consent[], string]>([
    ['nobody asked', [], 'not-asked'],
    ['another kind was asked', [answer({ allowed: ['infection'] })], 'not-asked'],
    ['refused', [answer({ refused: ['diagnosis'] })], 'refused'],
    ['withdrawn', [answer({ allowed: ['diagnosis'], withdrawnAt: hours(-0.5) })], 'withdrawn'],
    ['ended', [answer({ allowed: ['diagnosis'], givenAt: hours(-25), until: hours(-1) })], 'expired'],
    ['ends this instant', [answer({ allowed: ['diagnosis'], givenAt: hours(-24), until: now })], 'expired'],
    ['ended, then refused', [answer({ refused: ['diagnosis'] }), answer({ allowed: ['diagnosis'], until: hours(-1) })], 'refused'],
    [
      'refused, then allowed and ended',
      [answer({ allowed: ['diagnosis'], until: hours(-1) }), answer({ refused: ['diagnosis'], givenAt: hours(-50) })],
      'expired',
    ],
  ])('%s', (_name, answers, code) => {
    const { open, closed } = doorsOf({ grants: [], answers, now })
    expect(open).toEqual([])
    const why = closed.find((door) => door.kind === 'diagnosis')!.why
    expect(why.code).toBe(code)
    for (const sentence of [why.ja, why.en]) expect(sentence.length).toBeGreaterThan(10)
  })

  test('every kind that can be asked is either open or closed, never missing', () => {
    const { open, closed } = doorsOf({ grants: [grant('diagnosis'), grant('prescription')], answers: [], now })
    expect(open.map((door) => door.kind)).toEqual(['diagnosis', 'prescription'])
    expect([...open, ...closed].map((door) => door.kind).sort()).toEqual([...askableKinds].sort())
  })

  test('of two keys the earlier end counts', () => {
    const grants = [grant('diagnosis'), grant('diagnosis', { key: 'k2', consentId: 'c2', until: hours(2) })]
    expect(doorsOf({ grants, answers: [], now }).open).toMatchObject([{ consentId: 'c2', until: hours(2).toISOString() }])
  })
})

test('a visit within a consent that goes on: the longer one counts, and one without an end is told as such', () => {
  const grants = [
    grant('diagnosis', { until: hours(2) }),
    grant('diagnosis', { basis: 'standing', consentId: 'c9', until: OPEN_ENDED }),
    grant('prescription', { until: hours(5) }),
  ]
  const { open } = doorsOf({ grants, answers: [], now })
  expect(open.map((door) => [door.kind, door.consentId, door.basis])).toEqual([
    ['diagnosis', 'c9', 'standing'],
    ['prescription', 'c1', 'visit'],
  ])
  expect(openKinds(grants)).toEqual({ kinds: ['diagnosis', 'prescription'], until: hours(5).toISOString() })
  // Of two keys the earlier end counts still.
  const two = [grant('diagnosis', { until: OPEN_ENDED, basis: 'standing' }), grant('diagnosis', { key: 'k2', until: hours(1) })]
  expect(doorsOf({ grants: two, answers: [], now }).open[0]).toMatchObject({ until: hours(1).toISOString(), basis: 'visit' })
})
