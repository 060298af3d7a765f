import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { addYears, ageOn } from './calendar.ts'
import { diseases } from './disease/diseases.ts'
import { bundles, coverageOn, makeRegion, makeRegister, measureRegion, type Region } from './index.ts'
import { givenNameCount } from './people/given-names.ts'
import { surnames } from './people/surnames.ts'

const until = '2026-11-20'
const demo = makeRegion({ seed: 'demo', people: 300, until })
const large = makeRegion({ seed: 'large', people: 4000, until })

const hash = (region: Region): string => {
  const digest = createHash('sha256').update(JSON.stringify(region))
  for (const submission of bundles(region)) digest.update(JSON.stringify(submission))
  return digest.digest('hex')
}

describe('a region is made from its seed alone', () => {
  test('the same seed gives the same people and the same submissions, byte for byte', () => {
    const small = { seed: 'a', people: 60, until }
    expect(hash(makeRegion(small))).toBe(hash(makeRegion(small)))
  })

  test('another seed gives other people', () => {
    expect(hash(makeRegion({ seed: 'a', people: 60, until }))).not.toBe(hash(makeRegion({ seed: 'b', people: 60, until })))
  })

  test.each([1, 7, 60, 300, 1000])('%i people asked for are %i people made', (people) => {
    expect(makeRegion({ seed: 'count', people, until }).people.map((p) => p.n)).toEqual(Array.from({ length: people }, (_, i) => i + 1))
  })
})

describe('facilities', () => {
  test('ten of all seven kinds, the hospital first, a clinic second', () => {
    expect(demo.facilities).toHaveLength(10)
    expect(new Set(demo.facilities.map((f) => f.kind)).size).toBe(7)
    expect(demo.facilities[0]).toMatchObject({ institutionNumber: '1318814790', kind: 'hospital' })
    expect(demo.facilities[1]!.kind).toBe('clinic')
  })

  test('only hospitals, clinics and dental clinics carry a 保険医療機関番号', () => {
    for (const { kind, institutionNumber } of demo.facilities) {
      expect(institutionNumber).toMatch(/^[0-9]{10}$/)
      expect(/^[0-4][0-9][1-3][0-9]{7}$/.test(institutionNumber)).toBe(['hospital', 'clinic', 'dental-clinic'].includes(kind))
    }
  })

  test('every medical facility has a doctor, login names are unique', () => {
    const medical = demo.facilities.filter((f) => ['hospital', 'clinic', 'dental-clinic'].includes(f.kind))
    for (const { institutionNumber } of medical) {
      const roles = demo.staff.filter((s) => s.institutionNumber === institutionNumber).map((s) => s.role)
      expect(roles.length).toBeGreaterThanOrEqual(2)
      expect(roles.some((role) => role === 'physician' || role === 'dentist')).toBe(true)
    }
    expect(new Set(demo.staff.map((s) => s.loginName)).size).toBe(demo.staff.length)
  })
})

describe('people look like a population', () => {
  test.each([
    ['demo', demo, 0.35],
    ['large', large, 0.05],
  ])('the pyramid of the %s region holds within its rounding', (_name, region, tolerance) => {
    for (const band of measureRegion(region).bands) expect(Math.abs(band.percent - band.expectedPercent)).toBeLessThan(tolerance)
  })

  test('every disease is as frequent as its table says (four standard errors)', () => {
    for (const { key, percent, expectedPercent } of measureRegion(large).diseases) {
      const error = Math.sqrt((expectedPercent * (100 - expectedPercent)) / large.people.length)
      expect(Math.abs(percent - expectedPercent), key).toBeLessThan(4 * error + 0.1)
    }
  })

  test('control: a region without its diabetics would be noticed', () => {
    const cured = { ...large, people: large.people.map((p) => ({ ...p, episodes: p.episodes.filter((e) => e.disease !== 'diabetes') })) }
    const found = measureRegion(cured).diseases.find((d) => d.key === 'diabetes')!
    expect(found.expectedPercent - found.percent).toBeGreaterThan(4)
  })

  test('names come from lists long enough, rare characters and long names included', () => {
    expect(surnames.length).toBeGreaterThanOrEqual(120)
    expect(new Set(surnames.map((s) => s.kanji)).size).toBe(surnames.length)
    expect(givenNameCount).toBeGreaterThanOrEqual(200)
    const traits = new Set(demo.people.flatMap((p) => p.traits))
    for (const trait of ['rare-kanji', 'long-name', 'foreign-resident', 'twin', 'insurer-changed', 'turned-75', 'same-name'] as const)
      expect(traits, trait).toContain(trait)
  })

  test('twins share birth date and home', () => {
    const [first, second] = demo.people.filter((p) => p.traits.includes('twin'))
    expect(second).toMatchObject({ birthDate: first!.birthDate, household: first!.household })
  })

  test('namesakes share name and birth date but not the member ID', () => {
    const [first, second] = demo.people.filter((p) => p.traits.includes('same-name'))
    expect(second).toMatchObject({ name: first!.name, birthDate: first!.birthDate, sex: first!.sex })
    expect(second!.coverage.memberId).not.toBe(first!.coverage.memberId)
  })
})

describe('insurance', () => {
  const all = large.people.flatMap((p) => [p.coverage, ...p.earlierCoverages])

  test('no two people ever have the same member ID, and each has the form of the sharing service', () => {
    expect(new Set(all.map((c) => c.memberId)).size).toBe(all.length)
    for (const { memberId } of all) expect(memberId).toMatch(/^[0-9]{8}:[^:\s]*:[^:\s]*:(.{0}|[0-9][0-9])$/)
  })

  test('symbol and number are all half-width or all full-width', () => {
    for (const { symbol, number } of all) expect(`${symbol}${number}`).toMatch(/^([!-~]*|[^!-~]*)$/)
  })

  test('families share symbol and number and differ by branch', () => {
    const shared = large.people.filter((p) => p.coverage.personalFamily === 'family')
    expect(shared.length).toBeGreaterThan(300)
    for (const person of shared) {
      const key = person.coverage.memberId.replace(/..$/, '')
      expect(
        large.people.some(
          (p) =>
            p.household === person.household &&
            p.n !== person.n &&
            [p.coverage, ...p.earlierCoverages].some((c) => c.memberId.startsWith(key)),
        ),
      ).toBe(true)
    }
  })

  test('from the 75th birthday on everybody is with the late elderly scheme, before it nobody', () => {
    for (const { birthDate, coverage } of large.people) expect(coverage.insurerKind === 'late-elderly').toBe(ageOn(birthDate, until) >= 75)
  })

  test('periods follow each other without gap or overlap', () => {
    for (const person of large.people.filter((p) => p.earlierCoverages.length > 0)) {
      expect(person.coverage.validUntil).toBeNull()
      const [earlier] = person.earlierCoverages
      const lastDay = earlier!.validUntil!
      expect(lastDay < person.coverage.validFrom).toBe(true)
      expect(coverageOn(person, lastDay)).toBe(earlier)
      expect(coverageOn(person, until)).toBe(person.coverage)
    }
  })

  test.each([
    ['below 6', (age: number) => age < 6, [20]],
    ['6 to 69', (age: number) => age >= 6 && age < 70, [30]],
    ['70 to 74', (age: number) => age >= 70 && age < 75, [20, 30]],
    ['75 and over', (age: number) => age >= 75, [10, 20, 30]],
  ])('share %s', (_name, fits, allowed) => {
    const shares = large.people.filter((p) => fits(ageOn(p.birthDate, until))).map((p) => p.coverage.copayPercent as number)
    expect([...new Set(shares)].sort()).toEqual(allowed)
  })

  test('limit certificates carry a class of the right age table', () => {
    const held = large.people.filter((p) => p.coverage.limitCertificate)
    expect(held.length).toBeGreaterThan(20)
    for (const p of held)
      expect(p.coverage.limitCertificate!.classificationFlag).toMatch(ageOn(p.birthDate, until) >= 70 ? /^B(0[1-9]|10)$/ : /^A0[1-6]$/)
  })
})

describe('illness fits the person', () => {
  const pairs = large.people.flatMap((person) => person.episodes.map((episode) => ({ person, episode })))

  test('no pregnancy or breast cancer in men, no prostate in women', () => {
    for (const { person, episode } of pairs) {
      if (['pregnancy', 'breastcancer'].includes(episode.disease)) expect(person.sex).toBe('female')
      if (['prostate', 'prostatecancer'].includes(episode.disease)) expect(person.sex).toBe('male')
    }
  })

  test('pregnancies begin between 18 and 45', () => {
    for (const { person, episode } of pairs.filter((p) => p.episode.disease === 'pregnancy')) {
      const age = ageOn(person.birthDate, episode.onsetOn)
      expect(age >= 18 && age <= 45).toBe(true)
    }
  })

  test('nobody is ill before birth, treated before onset, or better before ill', () => {
    for (const { person, episode } of pairs) {
      expect(episode.onsetOn >= person.birthDate).toBe(true)
      if (episode.treatedFrom) expect(episode.treatedFrom >= episode.onsetOn).toBe(true)
      if (episode.endedOn) expect(episode.endedOn > episode.onsetOn && episode.endedOn <= until).toBe(true)
    }
  })

  test('flags are few and there: not told, not passed on, kept long', () => {
    const { flags } = measureRegion(demo)
    expect(flags.UNINFORMED).toBeGreaterThanOrEqual(1)
    expect(flags.UNDELIVERED).toBeGreaterThanOrEqual(1)
    expect(flags.LTS).toBeGreaterThanOrEqual(1)
    expect(flags.UNINFORMED + flags.UNDELIVERED).toBeLessThan(10)
  })

  test('invented key numbers can be told from public ones', () => {
    const published = ['20061593', '20058911', '20080427', '20064049', '20065011']
    for (const { keyNumber } of diseases) expect(keyNumber.startsWith('2999') || published.includes(keyNumber)).toBe(true)
    expect(new Set(diseases.map((d) => d.keyNumber)).size).toBe(diseases.length)
  })
})

describe('a register of any size', () => {
  test('rows have no member ID twice and follow the seed', () => {
    const rows = [...makeRegister({ seed: 'r', count: 20_000 })]
    expect(new Set(rows.map((r) => r.memberId)).size).toBe(rows.length)
    expect(rows.slice(0, 50)).toEqual([...makeRegister({ seed: 'r', count: 50 })])
    for (const row of rows.slice(0, 2000)) expect(row.birthDate <= until && row.birthDate > addYears(until, -110)).toBe(true)
  })
})
