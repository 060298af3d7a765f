import { planAll } from './bundle/plan.ts'
import { medicationsOn } from './bundle/inputs.ts'
import { allergenByKey } from './disease/allergens.ts'
import type { Person, Region } from './model.ts'

/** How much of the record a person can show: kinds of submissions, institutions, marks, allergies, drugs in letters. */
function worth(region: Region, person: Person): number {
  if (person.episodes.length < 4) return 0
  const plans = planAll(region.seed, [person], region)
  const reports = plans.filter((plan) => plan.kind === 'Observation')
  const kinds = new Set(plans.map((plan) => plan.kind)).size
  const institutions = new Set(plans.map((plan) => plan.institutionNumber)).size
  const marks = new Set(person.episodes.flatMap((e) => e.flags))
  const drugAllergy = person.allergies.some((a) => allergenByKey(a.allergen).kind === 'medication')
  const letters = plans.filter((plan) => plan.kind === 'eReferral')
  const prescribed = letters.some((plan) => medicationsOn(person, plan.institutionNumber, plan.on).length > 0)
  const infection = reports.some((plan) => plan.infection)
  return (
    kinds * 3 +
    Math.min(institutions, 4) * 2 +
    Math.min(reports.length, 12) / 2 +
    (marks.has('UNINFORMED') ? 8 : 0) +
    (drugAllergy ? 6 : 0) +
    (prescribed ? 6 : 0) +
    (infection ? 4 : 0)
  )
}

/** The people with most to show, best first: for tours, screens and journeys that want a full record. */
export function showcase(region: Region, count = 5): Person[] {
  return region.people
    .map((person) => ({ person, value: worth(region, person) }))
    .sort((a, b) => b.value - a.value || a.person.n - b.person.n)
    .slice(0, count)
    .map(({ person }) => person)
}
