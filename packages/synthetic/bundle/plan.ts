import { addDays, ageOn, daysBetween, openDay } from '../calendar.ts'
import { diseaseByKey } from '../disease/diseases.ts'
import { panels } from '../disease/labs.ts'
import type { Episode, Person, SubmissionKind } from '../model.ts'
import { type Random, randomFrom } from '../random.ts'

/** What an institution will send about a person: planned first, built later, so that all can be sorted by time. */
export type Plan = {
  kind: SubmissionKind
  person: Person
  institutionNumber: string
  /** Day of the visit. */
  on: string
  /** Seconds after midnight of `on`; the next day's count on from 86,400. */
  second: number
  /** Laboratory tests of a report. */
  labs?: readonly string[]
  /** Infection tests of a report. */
  infection?: boolean
  /** The illness a document is about. */
  about?: Episode
  addressee?: string
  messy?: Mess
  serial: number
}

/** Faults put in on purpose. The last three must be refused by the submission rules. */
export const messes = {
  'wrong-unit': 'unit text of another test',
  'no-range': 'reference range missing',
  late: 'submitted weeks late',
  duplicate: 'the same submission sent twice',
  'odd-text': 'diagnosis typed with a remark and an odd abbreviation',
  'no-member-id': 'member ID missing (R1012)',
  'half-width-kana': 'name with half-width katakana (prose rule)',
  'no-local-code': 'laboratory result without its local code (R6021)',
} as const
export type Mess = keyof typeof messes

type Window = { from: string; until: string }
type Draft = Omit<Plan, 'person' | 'serial'>

const hospital = '1318814790'
const heartClinic = '1319900025'
const dental = '1339900053'

const isChronic = (episode: Episode): boolean => diseaseByKey(episode.disease).course === 'chronic'
const activeOn = (episode: Episode, date: string): boolean =>
  episode.seenFrom <= date && (episode.endedOn === null || date <= episode.endedOn)
/** A letter is read by the person: what they have not been told, or what is not passed on, is no subject of one. */
const mayBeTold = (episode: Episode): boolean => episode.flags.every((flag) => flag === 'LTS')
const inWindow = (date: string, window: Window): boolean => date >= window.from && date <= window.until

/** Days on which the institution's list of diagnoses changed: first seen, ended. */
function conditionPlans(random: Random, episodes: readonly Episode[], window: Window): Draft[] {
  const days = new Set<string>()
  for (const episode of episodes) {
    days.add(openDay(episode.seenFrom))
    if (episode.endedOn !== null) days.add(openDay(addDays(episode.endedOn, 1)))
  }
  const institutionNumber = episodes[0]!.institutionNumber
  return [...days]
    .filter((on) => inWindow(on, window))
    .map((on) => ({ kind: 'Condition', institutionNumber, on, second: 61_200 + random.whole(0, 9000) }))
}

/** Tests due on a day: the panels of what the person has, infection tests and rare ones last, at most ten. */
function labsDue(episodes: readonly Episode[], date: string): string[] {
  const due = new Set<string>()
  for (const episode of episodes) {
    const { panel } = diseaseByKey(episode.disease)
    if (panel !== null && activeOn(episode, date)) for (const lab of panels[panel]) due.add(lab)
  }
  return [...due].slice(0, 10)
}

function labPlans(random: Random, person: Person, episodes: readonly Episode[], window: Window): Draft[] {
  const watched = episodes.filter((e) => diseaseByKey(e.disease).panel !== null)
  const first = watched.map((e) => e.seenFrom).sort()[0]
  if (first === undefined) return []
  const chronic = watched.filter((e) => isChronic(e) || e.disease === 'pregnancy')
  const every = chronic.length === 0 ? 0 : Math.max(56, Math.min(...chronic.map((e) => diseaseByKey(e.disease).days)) * 1.6)
  const days = new Set<string>()
  for (const episode of watched) days.add(openDay(episode.seenFrom))
  if (every > 0)
    for (let on = first; on <= window.until; on = addDays(on, Math.round(every * (0.8 + random.next() * 0.45)))) days.add(openDay(on))
  const institutionNumber = episodes[0]!.institutionNumber
  return [...days].flatMap((on): Draft[] => {
    const labs = labsDue(watched, on).filter((lab) => lab !== 'egfr' || ageOn(person.birthDate, on) >= 18)
    if (labs.length === 0 || !inWindow(on, window)) return []
    return [{ kind: 'Observation', institutionNumber, on, second: 46_800 + random.whole(0, 30_000), labs }]
  })
}

/** Infection tests: at the first pregnancy visit, before serious treatment, and for those with chronic hepatitis. */
function infectionPlans(random: Random, person: Person, window: Window): Draft[] {
  const cause = person.episodes.find(
    (e) =>
      e.institutionNumber === hospital &&
      (['pregnancy', 'hepatitisb', 'hepatitisc'].includes(e.disease) || diseaseByKey(e.disease).serious),
  )
  if (!cause || !random.chance(0.7)) return []
  const on = openDay(addDays(cause.seenFrom, random.whole(0, 12)))
  return inWindow(on, window)
    ? [{ kind: 'Observation', institutionNumber: hospital, on, second: 50_000 + random.whole(0, 20_000), infection: true }]
    : []
}

function allergyPlans(random: Random, person: Person, window: Window): Draft[] {
  const days = new Map(person.allergies.map((a) => [`${a.institutionNumber}/${a.recordedOn}`, a]))
  return [...days.values()]
    .filter((a) => inWindow(a.recordedOn, window))
    .map((a) => ({
      kind: 'AllergyIntolerance',
      institutionNumber: a.institutionNumber,
      on: openDay(a.recordedOn),
      second: 61_200 + random.whole(0, 9000),
    }))
}

/** Yearly check-up: six of ten from 40 to 74, fewer later. */
function checkupPlans(random: Random, person: Person, window: Window): Draft[] {
  const plans: Draft[] = []
  const goes = random.chance(ageOn(person.birthDate, window.until) >= 75 ? 0.3 : 0.66)
  const base = addDays(window.from, random.whole(5, 330))
  for (let on = base; goes && on <= window.until; on = addDays(on, 365)) {
    const age = ageOn(person.birthDate, on)
    if (age < 40 || !random.chance(0.92)) continue
    const day = openDay(addDays(on, random.whole(-4, 4)))
    const institutionNumber = person.n % 3 === 0 ? hospital : heartClinic
    if (inWindow(day, window))
      plans.push({ kind: 'eCheckup', institutionNumber, on: day, second: 86_400 * random.whole(4, 14) + 52_000 + random.whole(0, 9000) })
  }
  return plans
}

/** Letters: the clinic sends a person to the hospital, the hospital sends them back. */
function referralPlans(random: Random, person: Person, window: Window): Draft[] {
  const medical = person.episodes.filter((e) => e.institutionNumber !== dental && mayBeTold(e))
  const serious = medical.find((e) => e.institutionNumber === hospital && diseaseByKey(e.disease).serious)
  const atClinic = medical.filter((e) => e.institutionNumber !== hospital && isChronic(e))
  const plans: Draft[] = []
  const from = atClinic[0]
  const letter = (institutionNumber: string, addressee: string, on: string, about: Episode): Draft => ({
    kind: 'eReferral',
    institutionNumber,
    addressee,
    on: openDay(on),
    about,
    second: 43_000 + random.whole(0, 20_000),
  })
  if (from && serious) plans.push(letter(from.institutionNumber, hospital, addDays(serious.seenFrom, -random.whole(2, 12)), from))
  else if (from && random.chance(atClinic.length >= 2 ? 0.75 : 0.3))
    plans.push(letter(from.institutionNumber, hospital, addDays(from.seenFrom, random.whole(20, 500)), from))
  if (serious && random.chance(0.6))
    plans.push(letter(hospital, from?.institutionNumber ?? heartClinic, addDays(serious.seenFrom, random.whole(60, 400)), serious))
  return plans.filter((plan) => inWindow(plan.on, window) && plan.on > plan.about!.seenFrom)
}

function stayPlans(random: Random, person: Person, window: Window): Draft[] {
  return person.episodes.flatMap((about): Draft[] => {
    const disease = diseaseByKey(about.disease)
    const birth = about.disease === 'pregnancy' && about.endedOn !== null
    const likely = birth ? 1 : disease.serious || about.disease === 'fracture' ? 0.45 : 0
    if (about.institutionNumber !== hospital || !mayBeTold(about) || !random.chance(likely)) return []
    const on = openDay(birth ? addDays(about.endedOn!, 6) : addDays(about.seenFrom, random.whole(8, 40)))
    return inWindow(on, window)
      ? [{ kind: 'eDischargeSummary', institutionNumber: hospital, on, about, second: 50_000 + random.whole(0, 15_000) }]
      : []
  })
}

/** 療養計画書 for lifestyle diseases at the clinic, about once a year. */
function carePlanPlans(random: Random, person: Person, window: Window): Draft[] {
  const about = person.episodes.find(
    (e) => ['hypertension', 'diabetes', 'dyslipidaemia'].includes(e.disease) && e.institutionNumber === heartClinic,
  )
  if (!about || !random.chance(0.55)) return []
  const plans: Draft[] = []
  for (let on = addDays(about.seenFrom, random.whole(5, 120)); on <= window.until; on = addDays(on, random.whole(340, 390)))
    if (inWindow(openDay(on), window))
      plans.push({ kind: 'ePCS', institutionNumber: heartClinic, on: openDay(on), about, second: 55_000 + random.whole(0, 9000) })
  return plans
}

/** Everything about one person, in no order. */
function plansOf(seed: string, person: Person, window: Window): Draft[] {
  const random = randomFrom(`${seed}/plan/${person.n}`)
  const institutions = [...new Set(person.episodes.map((e) => e.institutionNumber))]
  const perInstitution = institutions.flatMap((institution) => {
    const episodes = person.episodes.filter((e) => e.institutionNumber === institution)
    return [
      ...conditionPlans(random.fork(`c/${institution}`), episodes, window),
      ...labPlans(random.fork(`l/${institution}`), person, episodes, window),
    ]
  })
  const others = { infectionPlans, allergyPlans, checkupPlans, referralPlans, stayPlans, carePlanPlans }
  return [...perInstitution, ...Object.entries(others).flatMap(([name, plan]) => plan(random.fork(name), person, window))]
}

/** Lists that replace each other are never late: an old one would silently undo a newer. */
const messesFor = (kind: SubmissionKind): readonly Mess[] => {
  if (kind === 'Observation') return ['wrong-unit', 'no-range', 'late', 'duplicate', 'no-local-code', 'no-member-id']
  if (kind === 'Condition') return ['odd-text', 'duplicate', 'half-width-kana', 'no-member-id']
  return kind === 'AllergyIntolerance' ? ['duplicate', 'half-width-kana'] : ['late']
}

/** Two of a hundred get a fault, each sort in turn; a duplicate is a second plan an hour later. */
function messMaker(random: Random): (plan: Draft) => Draft[] {
  const made: Partial<Record<SubmissionKind, number>> = {}
  return (plan) => {
    if (!random.chance(0.02)) return [plan]
    const turn = made[plan.kind] ?? 0
    made[plan.kind] = turn + 1
    const choices = messesFor(plan.kind)
    const messy = choices[turn % choices.length]!
    if (messy === 'late') return [{ ...plan, messy, second: plan.second + 86_400 * random.whole(15, 60) }]
    return messy === 'duplicate' ? [plan, { ...plan, messy, second: plan.second + 3600 }] : [{ ...plan, messy }]
  }
}

/** Day and second at which a plan is sent. */
export function sentAt(plan: Pick<Plan, 'on' | 'second'>): { date: string; second: number } {
  return { date: addDays(plan.on, Math.floor(plan.second / 86_400)), second: plan.second % 86_400 }
}

const timeOf = (plan: Plan): number => daysBetween('2000-01-01', plan.on) * 86_400 + plan.second

/** All submissions of the region, planned and sorted by the time they are sent; none after the last day. */
export function planAll(seed: string, people: readonly Person[], window: Window): Plan[] {
  const withMess = messMaker(randomFrom(`${seed}/messy`))
  const plans = people.flatMap((person) =>
    plansOf(seed, person, window)
      .flatMap(withMess)
      .map((draft, serial): Plan => ({ ...draft, person, serial })),
  )
  return plans
    .filter((plan) => sentAt(plan).date <= window.until)
    .sort((a, b) => timeOf(a) - timeOf(b) || a.person.n - b.person.n || a.serial - b.serial)
}
