import { addDays, addYears, ageOn, daysBetween } from '../calendar.ts'
import type { Coverage, InsurerKind, Person, PersonName, Sex, Trait } from '../model.ts'
import type { Random } from '../random.ts'
import { type CoverageInput, coverageOf, lastDayBefore75, type Scheme, schemeOf } from './coverage.ts'
import { addressOf, districts } from './facilities.ts'
import { foreignNames, givenNamesOf } from './given-names.ts'
import { type Household, makeHouseholds, type Seat } from './households.ts'
import { type Surname, surnames } from './surnames.ts'

/** A person before anything has happened to them. */
export type Resident = Omit<Person, 'episodes' | 'allergies'> & { income: number }

/** A day of birth that gives this age on the last day of the records. */
function birthDateFor(random: Random, age: number, until: string): string {
  const youngest = addYears(until, -age)
  const oldest = addDays(addYears(until, -age - 1), 1)
  return addDays(oldest, random.whole(0, daysBetween(oldest, youngest)))
}

const rare = /[髙﨑𠮷邊邉齋濵德]/u

function nameOf(random: Random, surname: Surname, sex: Sex, birthDate: string, taken: Set<string>): PersonName {
  const pool = givenNamesOf(sex, Number(birthDate.slice(0, 4)))
  let given = random.pick(pool)
  for (let tries = 0; taken.has(given.kanji) && tries < 8; tries++) given = random.pick(pool)
  taken.add(given.kanji)
  return { family: surname.kanji, given: given.kanji, familyKana: surname.kana, givenKana: given.kana }
}

/** What all members of a household share. */
type Home = {
  index: number
  surname: Surname
  scheme: Scheme
  earlier: Scheme | null
  own: Scheme | null
  income: number
  from: string
  until: string
}

/** Whose head is about to turn 75 is with the municipality: employees' dependants would lose their cover on that day. */
function mainKind(random: Random, age: number): InsurerKind {
  if (age >= 73) return 'national'
  if (age >= 65) return random.chance(0.78) ? 'national' : 'association'
  return random.weighted<[InsurerKind, number]>(
    [
      ['association', 46],
      ['union', 28],
      ['mutual-aid', 8],
      ['national', 18],
    ],
    (row) => row[1],
  )[0]
}

/** One household in fourteen changes insurer within the window: a new employer, or leaving one. */
function homeOf(random: Random, household: Household, index: number, window: { from: string; until: string }): Home {
  const head = household.members[0]!
  const start = addDays(window.from, -random.whole(200, 3000))
  const scheme = schemeOf(random, mainKind(random, head.age), index * 4, start)
  const home: Home = {
    index,
    surname: random.weighted(surnames, (s) => s.weight),
    scheme,
    earlier: null,
    own: null,
    income: random.next(),
    ...window,
  }
  if (head.age >= 22 && head.age < 65 && random.chance(0.09)) {
    const changedOn = addDays(window.from, random.whole(60, daysBetween(window.from, window.until) - 60))
    const kind: InsurerKind = scheme.insurer.kind === 'national' ? 'association' : 'national'
    home.earlier = { ...schemeOf(random, kind, index * 4 + 1, start), until: addDays(changedOn, -1) }
    home.scheme = { ...scheme, from: changedOn }
  }
  const spouse = household.members.find((member) => member.role === 'spouse')
  const works = spouse !== undefined && spouse.age < 65 && home.scheme.insurer.kind !== 'national' && random.chance(0.5)
  if (works) home.own = schemeOf(random, 'association', index * 4 + 2, start)
  return home
}

function coverages(random: Random, home: Home, seat: Seat, place: { birthDate: string; branch: string; serial: number }): Coverage[] {
  const { birthDate, branch, serial } = place
  const base = { birthDate, income: home.income, until: home.until }
  const own = seat.role === 'spouse' && home.own !== null
  const self = own || seat.role === 'head' || home.scheme.insurer.kind === 'national'
  const input = (scheme: Scheme): CoverageInput => ({
    ...base,
    scheme,
    branch: own ? '01' : branch,
    personalFamily: self ? 'self' : 'family',
  })
  const usual = own ? [home.own!] : home.earlier ? [home.scheme, home.earlier] : [home.scheme]
  const turned75 = addYears(birthDate, 75)
  if (turned75 > home.until) return usual.filter((s) => s.until === null || s.until >= birthDate).map((s) => coverageOf(input(s)))
  const elderly = schemeOf(random, 'late-elderly', serial, turned75)
  const late = coverageOf({ ...base, scheme: elderly, branch: '', personalFamily: 'self' })
  if (turned75 <= home.from) return [late]
  return [late, coverageOf(input({ ...usual[0]!, until: lastDayBefore75(birthDate) }))]
}

function traitsOf(name: PersonName, seat: Seat, periods: Coverage[], birthDate: string): Trait[] {
  const traits: Trait[] = []
  if (rare.test(name.family)) traits.push('rare-kanji')
  if ([...name.family].length >= 4 && !/[A-Z]/.test(name.family)) traits.push('long-name')
  if (/[A-Z]/.test(name.family)) traits.push('foreign-resident')
  if (seat.twin) traits.push('twin')
  if (periods.length > 1)
    traits.push(
      periods[0]!.insurerKind === 'late-elderly' && ageOn(birthDate, periods[0]!.validFrom) === 75 ? 'turned-75' : 'insurer-changed',
    )
  return traits
}

function residentsOf(random: Random, household: Household, home: Home, firstN: number): Resident[] {
  const address = addressOf(random.whole(0, districts.length - 1), `${random.whole(1, 6)}-${random.whole(1, 28)}-${random.whole(1, 40)}`)
  const taken = new Set<string>()
  const foreign = household.members.length === 1 && household.members[0]!.age < 70 && random.chance(0.09)
  const births: string[] = []
  return household.members.map((seat, i) => {
    const twin = seat.twinOf === undefined ? undefined : births[seat.twinOf]
    const birthDate = twin ?? birthDateFor(random, seat.age, home.until)
    births.push(birthDate)
    const name =
      (foreign && random.pick(foreignNames.filter((f) => f.sex === seat.sex))) || nameOf(random, home.surname, seat.sex, birthDate, taken)
    const { family, given, familyKana, givenKana } = name
    const n = firstN + i
    const periods = coverages(random, home, seat, { birthDate, branch: `0${i + 1}`, serial: n })
    const phone = `0${random.pick([7, 8, 9])}0-0${random.whole(100, 999)}-${String(random.whole(0, 9999)).padStart(4, '0')}`
    return {
      n,
      household: home.index,
      name: { family, given, familyKana, givenKana },
      birthDate,
      sex: seat.sex,
      address,
      phone,
      coverage: periods[0]!,
      earlierCoverages: periods.slice(1),
      traits: traitsOf({ family, given, familyKana, givenKana }, seat, periods, birthDate),
      income: home.income,
    }
  })
}

/** The rare surnames a small region would hardly draw: one household each gets them, so that every demo shows them. */
const mustAppear = ['髙橋', '山﨑', '𠮷田', '勅使河原', '左衛門三郎']

/**
 * Two people of different households with the same name, reading, sex and birth date: only insurance and address tell them apart.
 * Taken from people who live alone, so that no family gets a stranger's surname; where the region has no such two, nothing is done.
 */
function makeNamesakes(residents: Resident[]): void {
  const sizes = new Map<number, number>()
  for (const { household } of residents) sizes.set(household, (sizes.get(household) ?? 0) + 1)
  const alone = residents.filter((r) => sizes.get(r.household) === 1 && r.traits.length === 0 && r.birthDate > '1960')
  for (const first of alone) {
    const second = alone.find((r) => r !== first && r.sex === first.sex && Math.abs(daysBetween(r.birthDate, first.birthDate)) < 500)
    if (!second) continue
    Object.assign(second, { name: first.name, birthDate: first.birthDate })
    first.traits = ['same-name']
    second.traits = ['same-name']
    return
  }
}

/** People of the region in households, with names, addresses and insurance, numbered from 1. */
export function makeResidents(random: Random, people: number, window: { from: string; until: string }): Resident[] {
  const residents: Resident[] = []
  makeHouseholds(random, people).forEach((household, index) => {
    const home = homeOf(random, household, index, window)
    const wanted = mustAppear[index]
    if (wanted) home.surname = surnames.find((s) => s.kanji === wanted) ?? home.surname
    residents.push(...residentsOf(random, household, home, residents.length + 1))
  })
  makeNamesakes(residents)
  return residents
}

/** The coverage valid on a date, or the oldest known where the date lies before all of them. */
export function coverageOn(person: Pick<Person, 'coverage' | 'earlierCoverages'>, date: string): Coverage {
  const all = [person.coverage, ...person.earlierCoverages]
  return all.find((c) => c.validFrom <= date) ?? all[all.length - 1]!
}
