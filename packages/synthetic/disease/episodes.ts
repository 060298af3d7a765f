import { addDays, ageOn, daysBetween, later } from '../calendar.ts'
import type { AllergyRecord, Department, Episode, Person } from '../model.ts'
import { type DepartmentKey, departments, facilities } from '../people/facilities.ts'
import type { Resident } from '../people/people.ts'
import type { Random } from '../random.ts'
import { allergens } from './allergens.ts'
import { type Disease, diseases, percentAt } from './diseases.ts'
import { drugByKey } from './drugs.ts'

type Window = { from: string; until: string }

const numberOf = (kind: string, index = 0): string => facilities.filter((f) => f.kind === kind)[index]!.institutionNumber
const hospital = numberOf('hospital')
const heartClinic = numberOf('clinic', 0)
const childrenClinic = numberOf('clinic', 1)
const boneClinic = numberOf('clinic', 2)
const dentalClinic = numberOf('dental-clinic')

type Place = { institutionNumber: string; department: Department }

/** Where this person goes with this kind of disease: children to the children's clinic, serious cases to the hospital. */
function placeOf(random: Random, disease: Disease, age: number): Place {
  const at = (institutionNumber: string, key: DepartmentKey): Place => ({ institutionNumber, department: departments[key] })
  const { department } = disease
  if (department === 'dental') return at(dentalClinic, 'dental')
  if (age < 15 && ['internal', 'respiratory', 'gastro', 'cardiology'].includes(department)) return at(childrenClinic, 'paediatrics')
  if (department === 'ent' || department === 'dermatology') return at(childrenClinic, department)
  if (department === 'ophthalmology') return at(boneClinic, 'ophthalmology')
  if (department === 'orthopaedics') return random.chance(0.8) ? at(boneClinic, 'orthopaedics') : at(hospital, 'orthopaedics')
  if (disease.serious) return at(hospital, department)
  if (department === 'cardiology') return random.chance(0.75) ? at(heartClinic, 'cardiology') : at(hospital, 'cardiology')
  if (department === 'internal') return random.chance(0.75) ? at(heartClinic, 'internal') : at(hospital, 'internal')
  if (['respiratory', 'gastro'].includes(department) && random.chance(0.55)) return at(heartClinic, 'internal')
  return at(hospital, department)
}

/** One place for each department a person visits: people keep their doctor. */
function placesOf(random: Random, resident: Resident, until: string): (disease: Disease) => Place {
  const chosen = new Map<string, Place>()
  const age = ageOn(resident.birthDate, until)
  return (disease) => {
    const key = `${disease.department}/${disease.serious}`
    const place = chosen.get(key) ?? placeOf(random, disease, age)
    chosen.set(key, place)
    return place
  }
}

type Draft = Pick<Episode, 'onsetOn' | 'endedOn' | 'seenFrom'>

/** Most people had their chronic disease before the window; about one in seven falls ill within it. */
function chronicDraft(random: Random, window: Window, birthDate: string): Draft {
  const within = random.chance(0.15)
  const days = within ? -random.whole(20, daysBetween(window.from, window.until) - 30) : random.whole(30, 4400)
  const onsetOn = later(addDays(window.from, -days), addDays(birthDate, 60))
  return { onsetOn, endedOn: null, seenFrom: later(onsetOn, addDays(window.from, random.whole(1, 75))) }
}

function acuteDraft(random: Random, disease: Disease, window: Window, birthDate: string): Draft {
  const earliest = later(window.from, addDays(birthDate, 20))
  let onsetOn = addDays(earliest, random.whole(3, Math.max(4, daysBetween(earliest, window.until) - 6)))
  if (disease.key === 'influenza') onsetOn = inWinter(random, onsetOn, earliest, window)
  const end = addDays(onsetOn, Math.max(3, Math.round(disease.days * (0.7 + random.next() * 0.7))))
  return { onsetOn, endedOn: end < window.until ? end : null, seenFrom: addDays(onsetOn, random.whole(0, 2)) }
}

/** The nearest day between December and March that the window holds. */
function inWinter(random: Random, date: string, earliest: string, window: Window): string {
  const month = Number(date.slice(5, 7))
  if (month === 12 || month <= 3) return date
  const year = Number(date.slice(0, 4))
  const winter = addDays(`${year}-12-05`, random.whole(0, 100))
  const before = addDays(winter, -365)
  const found = [winter, before].find((day) => day >= earliest && day <= addDays(window.until, -6))
  return found ?? date
}

function pregnancyDraft(random: Random, window: Window): Draft {
  const onsetOn = addDays(window.from, random.whole(-150, daysBetween(window.from, window.until) - 70))
  const birth = addDays(onsetOn, 280 - random.whole(0, 18))
  return { onsetOn, endedOn: birth < window.until ? birth : null, seenFrom: later(window.from, addDays(onsetOn, random.whole(40, 65))) }
}

function draftOf(random: Random, disease: Disease, window: Window, birthDate: string): Draft {
  if (disease.course === 'acute') return acuteDraft(random, disease, window, birthDate)
  if (disease.course === 'pregnancy') return pregnancyDraft(random, window)
  return chronicDraft(random, window, birthDate)
}

function treatedFrom(random: Random, disease: Disease, draft: Draft, birthDate: string): string | null {
  const start = disease.course === 'chronic' ? addDays(draft.onsetOn, random.whole(0, 45)) : draft.seenFrom
  const usable = disease.drugs.some((key) => drugByKey(key).fromAge <= ageOn(birthDate, start))
  return usable || disease.serious ? start : null
}

/** Everything this person is ill with in the window, oldest first. */
export function episodesOf(random: Random, resident: Resident, window: Window): Episode[] {
  const place = placesOf(random.fork('place'), resident, window.until)
  const age = ageOn(resident.birthDate, window.until)
  const found: Episode[] = []
  if (daysBetween(resident.birthDate, window.until) < 90) return []
  for (const disease of diseases) {
    const draw = random.fork(disease.key)
    if (!draw.chance(percentAt(disease, resident.sex, age) / 100)) continue
    const draft = draftOf(draw, disease, window, resident.birthDate)
    if (disease.course === 'pregnancy' && (ageOn(resident.birthDate, draft.onsetOn) < 18 || ageOn(resident.birthDate, draft.onsetOn) > 45))
      continue
    found.push({
      id: `C${resident.n}-${diseases.indexOf(disease) + 1}`,
      disease: disease.key,
      ...place(disease),
      ...draft,
      treatedFrom: treatedFrom(draw, disease, draft, resident.birthDate),
      suspected: disease.key === 'ulcer' && draw.chance(0.25),
      flags: [],
    })
  }
  return found.sort((a, b) => (a.onsetOn < b.onsetOn ? -1 : 1))
}

/** About one person in five has an allergy on record; whoever has pollinosis reacts to cedar. */
export function allergiesOf(random: Random, resident: Resident, episodes: readonly Episode[], window: Window): AllergyRecord[] {
  const age = ageOn(resident.birthDate, window.until)
  const seen = episodes.filter((e) => e.institutionNumber !== dentalClinic)
  const first = seen[0]
  if (!first) return []
  const pollen = seen.find((e) => e.disease === 'hayfever')
  const keys = new Set<string>(pollen && random.chance(0.5) ? ['cedar'] : [])
  if (random.chance(age < 10 ? 0.2 : 0.17)) {
    const pool = allergens.filter((a) => (age < 10 ? a.kind === 'food' : a.kind !== 'food' || random.chance(0.6)) && a.key !== 'cedar')
    keys.add(random.weighted(pool, (a) => a.weight).key)
    if (random.chance(0.3)) keys.add(random.weighted(pool, (a) => a.weight).key)
  }
  return [...keys].map((allergen, i) => {
    const at = allergen === 'cedar' ? pollen! : first
    const recordedOn = later(at.seenFrom, addDays(window.from, random.whole(2, 420)))
    return {
      id: `A${resident.n}-${i + 1}`,
      allergen,
      institutionNumber: at.institutionNumber,
      department: at.department,
      recordedOn: recordedOn > window.until ? at.seenFrom : recordedOn,
      longTermStorage: random.chance(0.08),
    }
  })
}

/** Not told, not passed on, kept long: a few each, chosen over the whole region so that every demo has them. */
export function withFlags(people: readonly Person[]): Person[] {
  const budget = {
    UNINFORMED: Math.max(2, people.length / 120),
    UNDELIVERED: Math.max(2, people.length / 150),
    LTS: Math.max(4, people.length / 50),
  }
  const wishes: Record<string, readonly (keyof typeof budget)[]> = {
    lungcancer: ['UNINFORMED'],
    stomachcancer: ['UNINFORMED', 'LTS'],
    dementia: ['UNINFORMED'],
    coloncancer: ['LTS'],
    breastcancer: ['LTS'],
    schizophrenia: ['UNDELIVERED'],
    depression: ['UNDELIVERED'],
    hepatitisb: ['LTS'],
    hepatitisc: ['LTS'],
    rheumatoid: ['LTS'],
    fibrillation: ['LTS'],
  }
  const flagsFor = (episode: Episode): Episode['flags'] =>
    (wishes[episode.disease] ?? []).filter((flag) => {
      if (budget[flag] < 1) return false
      budget[flag]--
      return true
    })
  return people.map((person) => ({ ...person, episodes: person.episodes.map((e) => ({ ...e, flags: flagsFor(e) })) }))
}
