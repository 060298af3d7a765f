import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BreachFacts, breachDuties, breachReportItems, breachTriggers } from './breach.ts'
import { bodyKinds } from './model.ts'

const none: BreachFacts = {
  persons: 0,
  specialCare: false,
  financialRisk: false,
  wrongfulPurpose: false,
  strongEncryption: false,
  keyTaken: false,
  pseudonymised: false,
  recoveredUnseen: false,
}
const on = new Date('2026-11-20T01:00:00Z')

describe('is a breach reportable, and until when', () => {
  test.each<[string, Partial<BreachFacts>, 'private' | 'public', string[], string | null]>([
    ['one person’s record', { persons: 1, specialCare: true }, 'private', ['B1'], '2026-12-20'],
    [
      'one person’s record, by an attack: 60 days',
      { persons: 1, specialCare: true, wrongfulPurpose: true },
      'private',
      ['B1', 'B3'],
      '2027-01-19',
    ],
    ['cards of one person', { persons: 1, financialRisk: true }, 'private', ['B2'], '2026-12-20'],
    ['1,000 names only', { persons: 1000 }, 'private', [], null],
    ['1,001 names only', { persons: 1001 }, 'private', ['B4'], '2026-12-20'],
    ['100 names of a public body', { persons: 100 }, 'public', [], null],
    ['101 names of a public body', { persons: 101 }, 'public', ['B5'], '2026-12-20'],
    ['101 names of a private body', { persons: 101 }, 'private', [], null],
    ['nobody', { specialCare: true, wrongfulPurpose: true }, 'private', [], null],
    ['encrypted, key safe', { persons: 9, specialCare: true, strongEncryption: true }, 'private', ['B1'], null],
    ['encrypted, key taken', { persons: 9, specialCare: true, strongEncryption: true, keyTaken: true }, 'private', ['B1'], '2026-12-20'],
    ['pseudonymised', { persons: 9, specialCare: true, pseudonymised: true }, 'private', ['B1'], null],
    ['got back unseen', { persons: 9, specialCare: true, recoveredUnseen: true }, 'private', ['B1'], null],
    ['reported by the client', { persons: 9, specialCare: true, clientReports: true }, 'private', ['B1'], null],
  ])('%s', (_, facts, body, triggers, final) => {
    const duties = breachDuties({ ...none, ...facts }, on, body)
    expect(duties.triggers.map((t) => t.id)).toEqual(triggers)
    expect(duties.reportable).toBe(final !== null)
    expect(duties.deadlines?.final ?? null).toBe(final)
    if (final !== null) expect([duties.deadlines!.preliminaryAim, duties.deadlines!.preliminary]).toEqual(['2026-11-23', '2026-11-25'])
  })

  test('days count from the day in Japan, and the law of that day holds', () => {
    const facts = { ...none, persons: 1, specialCare: true }
    expect(breachDuties(facts, new Date('2026-11-20T15:00:00Z'), 'private').deadlines?.final).toBe('2026-12-21')
    expect(breachDuties(facts, new Date('2022-03-31T14:59:59Z'), 'private').reportable).toBe(false)
    expect(breachDuties({ ...none, persons: 101 }, new Date('2023-03-31T14:59:59Z'), 'public').reportable).toBe(false)
  })

  test('nine items, none twice', () => expect(new Set(breachReportItems.map((i) => i.id)).size).toBe(9))

  test('what makes it worse never makes it less reportable, nor its final day earlier where an attacker comes in', () => {
    const facts = fc.record({
      persons: fc.nat(2000),
      specialCare: fc.boolean(),
      financialRisk: fc.boolean(),
      wrongfulPurpose: fc.boolean(),
      strongEncryption: fc.boolean(),
      keyTaken: fc.boolean(),
      pseudonymised: fc.boolean(),
      recoveredUnseen: fc.boolean(),
    })
    fc.assert(
      fc.property(facts, fc.constantFrom(...bodyKinds), (f, body) => {
        if (!breachDuties(f, on, body).reportable) return
        for (const worse of [
          { persons: f.persons + 1 },
          { specialCare: true },
          { financialRisk: true },
          { wrongfulPurpose: true },
          { keyTaken: true },
        ])
          expect(breachDuties({ ...f, ...worse }, on, body).reportable).toBe(true)
      }),
    )
  })

  test('control: without the row of 1,001 persons, nothing else makes a list of names reportable', () => {
    const facts = { ...none, persons: 1001 }
    const rest = breachTriggers.filter((t) => t.id !== 'B4').map((t) => t.id)
    expect(breachDuties(facts, on, 'private').triggers.some((t) => rest.includes(t.id))).toBe(false)
  })
})
