import type { Sex } from '../model.ts'
import type { Random } from '../random.ts'
import { agesByQuota } from './pyramid.ts'

/** A place in a household: age and sex are known, name and insurance come later. `twinOf` is an index within the household. */
export type Seat = { age: number; sex: Sex; role: 'head' | 'spouse' | 'child'; twinOf?: number; twin?: true }
export type Household = { members: Seat[] }

/** Adults of a register pair up: roughly six of ten between 25 and 84, the partner's age close to the woman's plus two. */
function pairUp(random: Random, adults: { age: number; sex: Sex }[]): Household[] {
  const men = adults.filter((adult) => adult.sex === 'male').sort((a, b) => a.age - b.age)
  const women = random.shuffle(adults.filter((adult) => adult.sex === 'female'))
  const households: Household[] = []
  for (const woman of women) {
    const wanted = woman.age + random.normal(2, 2.5)
    const marries = woman.age >= 25 && random.chance(woman.age < 30 ? 0.35 : woman.age < 80 ? 0.66 : 0.35)
    const best = marries ? closest(men, wanted) : -1
    if (best < 0) households.push({ members: [{ ...woman, role: 'head' }] })
    else {
      const [man] = men.splice(best, 1)
      households.push({
        members: [
          { ...man!, role: 'head' },
          { ...woman, role: 'spouse' },
        ],
      })
    }
  }
  for (const man of men) households.push({ members: [{ ...man, role: 'head' }] })
  return households
}

function closest(men: { age: number }[], wanted: number): number {
  let best = -1
  for (let i = 0; i < men.length; i++) {
    const gap = Math.abs(men[i]!.age - wanted)
    if (men[i]!.age >= 22 && gap < 9 && (best < 0 || gap < Math.abs(men[best]!.age - wanted))) best = i
  }
  return best
}

/** The mother, if the household has one, otherwise the head. */
const parentOf = (household: Household): Seat =>
  household.members.find((m) => m.sex === 'female' && m.role !== 'child') ?? household.members[0]!

function mayHave(household: Household, age: number): boolean {
  const gap = parentOf(household).age - age
  return gap >= 20 && gap <= 42 && household.members.length < 5
}

/** Children go to couples first, then to single parents; a child with no parent of fitting age gets the least unfitting adult. */
function placeChildren(random: Random, households: Household[], children: { age: number; sex: Sex }[]): void {
  for (const child of random.shuffle(children)) {
    const couples = households.filter((h) => h.members[1]?.role === 'spouse' && mayHave(h, child.age))
    const singles = households.filter((h) => h.members[1]?.role !== 'spouse' && h.members[0]!.sex === 'female' && mayHave(h, child.age))
    const adults = households.filter((h) => parentOf(h).age >= child.age + 18 && parentOf(h).age < 60)
    const pool = couples.length > 0 && random.chance(0.9) ? couples : singles.length > 0 ? singles : couples.length > 0 ? couples : adults
    random.pick(pool.length > 0 ? pool : households).members.push({ ...child, role: 'child' })
  }
}

/** Makes two children of different households one pair of twins by giving the second the first's household and age. */
function makeTwins(households: Household[]): void {
  for (const household of households) {
    const children = household.members.filter((m) => m.role === 'child' && m.age < 20)
    const [first, second] = children
    if (!first || !second || Math.abs(first.age - second.age) > 2) continue
    second.age = first.age
    second.twinOf = household.members.indexOf(first)
    first.twin = true
    second.twin = true
    return
  }
}

/** Households of a region whose ages and sexes follow the pyramid, with one pair of twins where children allow it. */
export function makeHouseholds(random: Random, people: number): Household[] {
  const all = agesByQuota(random, people)
  const households = pairUp(
    random,
    all.filter((p) => p.age >= 20),
  )
  placeChildren(
    random,
    households,
    all.filter((p) => p.age < 20),
  )
  makeTwins(households)
  return random.shuffle(households)
}
