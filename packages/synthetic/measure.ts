import { ageOn } from './calendar.ts'
import { diseases, percentAt } from './disease/diseases.ts'
import type { Region, Sex } from './model.ts'
import { pyramid, pyramidTotal } from './people/pyramid.ts'

export type BandMeasure = { from: number; sex: Sex; people: number; percent: number; expectedPercent: number }
export type DiseaseMeasure = { key: string; people: number; percent: number; expectedPercent: number }

/** Figures about a region beside what its tables ask for. Percentages are of all people. */
export type RegionMeasure = {
  people: number
  households: number
  bands: readonly BandMeasure[]
  diseases: readonly DiseaseMeasure[]
  episodes: number
  peopleWithRecords: number
  peopleWithAllergy: number
  insurerChanges: number
  flags: Readonly<Record<'LTS' | 'UNINFORMED' | 'UNDELIVERED', number>>
  insurers: Readonly<Record<string, number>>
}

const percent = (part: number, whole: number): number => (whole === 0 ? 0 : (100 * part) / whole)

function bandsOf(region: Region): BandMeasure[] {
  const ages = region.people.map((p) => ({ sex: p.sex, age: ageOn(p.birthDate, region.until) }))
  return pyramid.flatMap((band, i) =>
    (['male', 'female'] as const).map((sex): BandMeasure => {
      const next = pyramid[i + 1]?.from ?? 200
      const people = ages.filter((one) => one.sex === sex && one.age >= band.from && one.age < next).length
      return { from: band.from, sex, people, percent: percent(people, ages.length), expectedPercent: percent(band[sex], pyramidTotal) }
    }),
  )
}

function diseasesOf(region: Region): DiseaseMeasure[] {
  return diseases.map((disease) => {
    const people = region.people.filter((p) => p.episodes.some((e) => e.disease === disease.key)).length
    const expected = region.people.reduce((sum, p) => sum + percentAt(disease, p.sex, ageOn(p.birthDate, region.until)), 0)
    return { key: disease.key, people, percent: percent(people, region.people.length), expectedPercent: expected / region.people.length }
  })
}

/** Counts a region: its pyramid, its illnesses, its insurance. */
export function measureRegion(region: Region): RegionMeasure {
  const { people } = region
  const episodes = people.flatMap((p) => p.episodes)
  const flagged = (flag: 'LTS' | 'UNINFORMED' | 'UNDELIVERED'): number => episodes.filter((e) => e.flags.includes(flag)).length
  const insurers: Record<string, number> = {}
  for (const { coverage } of people) insurers[coverage.insurerKind] = (insurers[coverage.insurerKind] ?? 0) + 1
  return {
    people: people.length,
    households: new Set(people.map((p) => p.household)).size,
    bands: bandsOf(region),
    diseases: diseasesOf(region),
    episodes: episodes.length,
    peopleWithRecords: people.filter((p) => p.episodes.length > 0).length,
    peopleWithAllergy: people.filter((p) => p.allergies.length > 0).length,
    insurerChanges: people.filter((p) => p.earlierCoverages.length > 0).length,
    flags: { LTS: flagged('LTS'), UNINFORMED: flagged('UNINFORMED'), UNDELIVERED: flagged('UNDELIVERED') },
    insurers,
  }
}
