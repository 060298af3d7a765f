import { addYears, ageOn } from './calendar.ts'
import { allergiesOf, episodesOf, withFlags } from './disease/episodes.ts'
import type { Coverage, Person, Region, Subsidy } from './model.ts'
import { limitCertificateOf, limitFlagOf, type SubsidyKey, subsidyOf } from './people/coverage.ts'
import { facilities, insurers, staff } from './people/facilities.ts'
import { makeResidents, type Resident } from './people/people.ts'
import { type Random, randomFrom } from './random.ts'

/** What a region is made from. `until` is the last day of the records (a date in Japan), `years` how far they reach back. */
export type RegionInput = { seed: string; people?: number; facilities?: 10; until: string; years?: number }

function subsidiesOf(random: Random, person: Person, until: string): Subsidy[] {
  const age = ageOn(person.birthDate, until)
  const has = (disease: string): boolean => person.episodes.some((e) => e.disease === disease)
  const keys: SubsidyKey[] = []
  if (age < 18) keys.push('child')
  if (has('schizophrenia') || (has('depression') && random.chance(0.4)) || (has('epilepsy') && random.chance(0.4))) keys.push('psychiatric')
  if (has('rheumatoid') && random.chance(0.15)) keys.push('intractable')
  if (random.chance(0.01)) keys.push('disability')
  return keys.map((key, i) => subsidyOf(key, person.n * 10 + i, until))
}

/** Certificates and subsidies that follow from what the person has. */
function entitled(random: Random, person: Person, income: number, until: string): Coverage {
  const age = ageOn(person.birthDate, until)
  const serious = person.episodes.length >= 4
  const dialysis = person.episodes.some((e) => e.disease === 'ckd') && random.chance(0.12)
  const validFrom = addYears(until, -1)
  const high = ['A01', 'A02'].includes(limitFlagOf(age, income))
  return {
    ...person.coverage,
    ...(serious && random.chance(0.35) ? { limitCertificate: limitCertificateOf(age, income, until) } : {}),
    ...(dialysis
      ? { specificDisease: { category: '1' as const, selfPayYen: high ? 20_000 : 10_000, validFrom, validUntil: addYears(until, 5) } }
      : {}),
    subsidies: subsidiesOf(random, person, until),
  }
}

function personOf(random: Random, resident: Resident, window: { from: string; until: string }): Person {
  const { income, ...rest } = resident
  const episodes = episodesOf(random.fork('ill'), resident, window)
  const allergies = allergiesOf(random.fork('allergy'), resident, episodes, window)
  const person: Person = { ...rest, episodes, allergies }
  return { ...person, coverage: entitled(random.fork('entitled'), person, income, window.until) }
}

/**
 * A region of invented people: the same input gives the same people, facilities and illnesses on every machine.
 * Nothing is read from outside; the clock is `until`.
 */
export function makeRegion(input: RegionInput): Region {
  const window = { from: addYears(input.until, -(input.years ?? 2)), until: input.until }
  const random = randomFrom(`region/${input.seed}`)
  const residents = makeResidents(random.fork('people'), input.people ?? 300, window)
  const people = residents.map((resident) => personOf(random.fork(`person/${resident.n}`), resident, window))
  return { seed: input.seed, ...window, facilities, staff, insurers, people: withFlags(people) }
}
