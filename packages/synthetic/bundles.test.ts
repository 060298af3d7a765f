import { isRefused, validateResource, values, whyNotSubmit } from '#packages/fhir'
import { describe, expect, test } from 'vitest'
import { ageOn } from './calendar.ts'
import { labValue } from './disease/course.ts'
import { drugs } from './disease/drugs.ts'
import { labs } from './disease/labs.ts'
import { bundles, makeRegion, messes, randomFrom, showcase, type Submission } from './index.ts'

const until = '2026-11-20'
const region = makeRegion({ seed: 'demo', people: 300, until })
const all = [...bundles(region)]
const of = (submission: Submission, type: string) =>
  values(submission.bundle, 'entry', 'resource').filter((r) => values(r, 'resourceType')[0] === type)
const wholesome = all.filter((s) => s.mustRefuse !== true)

/** Two hundred, with every kind and every fault among them. */
function sample(): Submission[] {
  const picked = randomFrom('sample').shuffle(wholesome).slice(0, 150)
  const rare = wholesome.filter((s) => s.messy !== undefined || s.kind === 'eDischargeSummary' || s.kind === 'eReferral')
  return [...picked, ...rare.slice(0, 50)]
}

describe('what the institutions send', () => {
  test('two years of it: thousands of submissions, below 25,000 resources, in the order of time', () => {
    expect(all.length).toBeGreaterThan(2300)
    expect(all.length).toBeLessThan(4200)
    expect(all.reduce((sum, s) => sum + values(s.bundle, 'entry').length, 0)).toBeLessThan(25_000)
    expect(all.map((s) => s.submittedAt)).toEqual(all.map((s) => s.submittedAt).sort())
    expect(all[0]!.submittedAt >= region.from && all.at(-1)!.submittedAt.slice(0, 10) <= until).toBe(true)
  })

  test.each(['Condition', 'AllergyIntolerance', 'Observation', 'eReferral', 'eCheckup', 'ePCS', 'eDischargeSummary'] as const)(
    '%s is among them',
    (kind) => {
      expect(all.filter((s) => s.kind === kind).length).toBeGreaterThan(5)
    },
  )

  test('every lastUpdated has milliseconds and the zone of Japan', () => {
    for (const submission of all) {
      const stamps = [
        ...values(submission.bundle, 'meta', 'lastUpdated'),
        ...values(submission.bundle, 'entry', 'resource', 'meta', 'lastUpdated'),
      ]
      for (const stamp of stamps) expect(stamp).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}\+09:00$/)
    }
  })

  test('two in a hundred have a fault, of every sort', () => {
    const share = all.filter((s) => s.messy !== undefined).length / all.length
    expect(share).toBeGreaterThan(0.012)
    expect(share).toBeLessThan(0.03)
    expect([...new Set(all.flatMap((s) => s.messy ?? []))].sort()).toEqual(Object.values(messes).sort())
  })

  test('a laboratory report is one Bundle under an identifier of its own; only duplicates and updates repeat one', () => {
    const reports = all.filter((s) => s.kind === 'Observation' && s.messy !== messes.duplicate)
    expect(new Set(reports.map((s) => values(s.bundle, 'identifier', 'value')[0])).size).toBe(reports.length)
  })
})

describe('the submission rules and base R4', () => {
  const errorsOf = (s: Submission) => [...whyNotSubmit(s.bundle), ...validateResource(s.bundle)].filter((f) => f.severity === 'error')

  test('two hundred submissions without a deliberate breach have no error', () => {
    for (const submission of sample()) expect(errorsOf(submission), `${submission.kind} of person ${submission.personN}`).toEqual([])
  })

  test('every deliberate breach is refused', () => {
    const breaches = all.filter((s) => s.mustRefuse === true)
    expect(breaches.length).toBeGreaterThan(3)
    for (const { bundle, messy } of breaches) expect(isRefused(whyNotSubmit(bundle)), messy).toBe(true)
  })
})

describe('laboratory courses', () => {
  test('every value is one a living person can have', () => {
    const byCode = new Map(labs.map((lab) => [lab.localCode, lab]))
    for (const submission of all.filter((s) => s.kind === 'Observation'))
      for (const observation of of(submission, 'Observation')) {
        const value = values(observation, 'valueQuantity', 'value')[0]
        const lab = byCode.get(String(values(observation, 'code', 'coding', 'code')[0]))
        if (typeof value !== 'number' || !lab) continue
        expect(value >= lab.bounds.low && value <= lab.bounds.high, `${lab.key} ${value}`).toBe(true)
      }
  })

  test('far-out values are declared', () => {
    for (const submission of all.filter((s) => s.kind === 'Observation'))
      for (const observation of of(submission, 'Observation')) {
        const local = values(observation, 'code', 'coding', 'code')[0]
        const lab = labs.find((one) => one.localCode === local)
        const far = lab?.outlier !== undefined && values(observation, 'valueQuantity', 'value')[0] === lab.outlier
        if (far) expect(submission.outliers).toContain(values(observation, 'identifier', 'value')[0])
      }
  })

  test('HbA1c falls after treatment starts', () => {
    const treated = makeRegion({ seed: 'course', people: 2000, until }).people.flatMap((person) => {
      const episode = person.episodes.find(
        (e) => e.disease === 'diabetes' && e.treatedFrom !== null && e.onsetOn > '2025-01-01' && e.onsetOn < '2026-05-01',
      )
      return episode ? [{ person, episode }] : []
    })
    expect(treated.length).toBeGreaterThan(5)
    const mean = (on: (t: (typeof treated)[number]) => string) =>
      treated.reduce((sum, t) => sum + labValue('course', t.person, 'hba1c', on(t)).value, 0) / treated.length
    expect(mean((t) => t.episode.onsetOn) - mean(() => until)).toBeGreaterThan(0.8)
  })

  test('eGFR goes with creatinine of the same day', () => {
    for (const person of region.people.filter((p) => ageOn(p.birthDate, until) >= 18).slice(0, 100)) {
      const [cre, egfr] = [labValue('demo', person, 'cre', '2026-05-01'), labValue('demo', person, 'egfr', '2026-05-01')]
      if (!cre.outlier) expect(cre.value > 1.3 ? egfr.value < 60 : egfr.value > 25, `${cre.value} ${egfr.value}`).toBe(true)
    }
  })
})

describe('letters and prescriptions', () => {
  const prescribed = all.flatMap((s) => of(s, 'MedicationRequest').map((request) => ({ submission: s, request })))

  test('there are prescriptions to show, and no drug is given below its age', () => {
    expect(prescribed.length).toBeGreaterThan(80)
    for (const { submission, request } of prescribed) {
      const drug = drugs.find((d) => d.yj === values(request, 'medicationCodeableConcept', 'coding', 'code')[0])!
      const person = region.people[submission.personN - 1]!
      expect(ageOn(person.birthDate, submission.submittedAt.slice(0, 10)), drug.name).toBeGreaterThanOrEqual(drug.fromAge)
    }
  })

  test('a diagnosis marked 未告知 or 未提供 is in no document', () => {
    const hidden = new Set(region.people.flatMap((p) => p.episodes.filter((e) => e.flags.some((f) => f !== 'LTS')).map((e) => e.id)))
    expect(hidden.size).toBeGreaterThan(0)
    for (const submission of all.filter((s) => s.kind.startsWith('e')))
      for (const condition of of(submission, 'Condition'))
        expect(hidden).not.toContain(
          String(values(condition, 'identifier', 'value')[0])
            .split('-')
            .slice(0, 2)
            .join('-'),
        )
  })
})

describe('people to show', () => {
  test('the best of the demo region has laboratory courses, letters and more than one institution', () => {
    const best = showcase(region, 3)
    expect(best).toEqual(showcase(region, 3))
    for (const person of best) {
      const own = all.filter((s) => s.personN === person.n)
      expect(new Set(own.map((s) => s.institutionNumber)).size).toBeGreaterThan(1)
      expect(own.filter((s) => s.kind === 'Observation').length).toBeGreaterThan(3)
      expect(own.some((s) => s.kind === 'eReferral')).toBe(true)
    }
  })
})
