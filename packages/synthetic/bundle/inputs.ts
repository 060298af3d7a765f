import type { AllergyInput, ConditionInput, LaboratoryInput, MedicationInput, PatientInput, SenderInput } from '#packages/fhir'
import { addDays, ageOn, instant } from '../calendar.ts'
import { allergenByKey } from '../disease/allergens.ts'
import { labValue } from '../disease/course.ts'
import { diseaseByKey } from '../disease/diseases.ts'
import { drugByKey, type Drug, unitNames, usages } from '../disease/drugs.ts'
import { infectionTests, type Lab } from '../disease/labs.ts'
import type { AllergyRecord, Department, Episode, Facility, Person, Staff } from '../model.ts'
import { facilities, staff } from '../people/facilities.ts'
import { coverageOn } from '../people/people.ts'
import { randomFrom } from '../random.ts'

export function facilityOf(institutionNumber: string): Facility {
  const facility = facilities.find((one) => one.institutionNumber === institutionNumber)
  if (!facility) throw new Error(`no facility ${institutionNumber} in the region`)
  return facility
}

function doctorOf(institutionNumber: string, department: Department): Staff {
  const here = staff.filter((one) => one.institutionNumber === institutionNumber && ['physician', 'dentist'].includes(one.role))
  return here.find((one) => one.departments.includes(department.code ?? '')) ?? here[0]!
}

/** The facility, department and doctor in charge. A dental department has no code: see `withoutEmptyCodes`. */
export function senderOf(institutionNumber: string, department?: Department): SenderInput {
  const facility = facilityOf(institutionNumber)
  const place = department ?? facility.departments[0]!
  const doctor = doctorOf(institutionNumber, place)
  const [family = '', given = ''] = doctor.name.split(' ')
  const [familyKana = '', givenKana = ''] = doctor.nameKana.split(' ')
  return {
    institutionNumber,
    name: facility.name,
    department: { code: place.code ?? '', name: place.name },
    doctor: { id: doctor.localId, family, given, familyKana, givenKana },
  }
}

/** The person as this institution knows them on a day: the insurance of that day, the institution's own chart number. */
export function patientOf(person: Person, institutionNumber: string, on: string): PatientInput {
  const { prefecture, city, line, postalCode } = person.address
  const chart = (person.n * 7919 + Number(institutionNumber.slice(-3)) * 13) % 9_999_991
  return {
    ...person.name,
    memberId: coverageOn(person, on).memberId,
    localId: String(chart).padStart(9, '0'),
    gender: person.sex,
    birthDate: person.birthDate,
    address: { state: prefecture, city, line, postalCode },
    phone: person.phone,
  }
}

/** A diagnosis as the list of a day shows it. */
export function conditionOf(episode: Episode, on: string, principal: boolean): ConditionInput {
  const disease = diseaseByKey(episode.disease)
  const ended = episode.endedOn !== null && episode.endedOn < on ? { abatement: episode.endedOn } : {}
  return {
    type: 'Condition',
    id: episode.id,
    code: { keyNumber: disease.keyNumber, display: disease.name, icd10: { code: disease.icd10, display: disease.name } },
    onset: episode.onsetOn,
    ...ended,
    suspected: episode.suspected,
    principal,
    recorded: episode.seenFrom,
    flags: {
      longTermStorage: episode.flags.includes('LTS'),
      uninformed: episode.flags.includes('UNINFORMED'),
      undelivered: episode.flags.includes('UNDELIVERED'),
    },
  }
}

/** What the institution knows on a day, the main disease marked: the one with most visits among those still there. */
export function conditionsOn(person: Person, institutionNumber: string, on: string): ConditionInput[] {
  const known = person.episodes.filter((e) => e.institutionNumber === institutionNumber && e.seenFrom <= on)
  const open = known.filter((e) => e.endedOn === null || e.endedOn >= on)
  const main = [...open].sort((a, b) => diseaseByKey(a.disease).days - diseaseByKey(b.disease).days)[0]
  return known.map((episode) => conditionOf(episode, on, episode === main))
}

export function allergyOf(record: AllergyRecord): AllergyInput {
  const allergen = allergenByKey(record.allergen)
  return {
    type: 'AllergyIntolerance',
    id: record.id,
    code: { code: allergen.code, display: allergen.display, text: allergen.text },
    category: allergen.kind,
    recorded: record.recordedOn,
    note: allergen.reaction,
    flags: { longTermStorage: record.longTermStorage },
  }
}

export const allergiesOn = (person: Person, institutionNumber: string, on: string): AllergyInput[] =>
  person.allergies.filter((a) => a.institutionNumber === institutionNumber && a.recordedOn <= on).map(allergyOf)

const specimens: Record<Lab['specimen'], string> = { serum: '血清', blood: '全血', urine: '尿', plasma: '血漿' }

/** UCUM code of the units that have one and are usual in Japan. */
const ucum: Record<string, string> = {
  '%': '%',
  'mg/dL': 'mg/dL',
  'g/dL': 'g/dL',
  'U/L': 'U/L',
  'mEq/L': 'meq/L',
  'pg/mL': 'pg/mL',
  '10^3/μL': '10*3/uL',
  '10^6/μL': '10*6/uL',
  'mL/min/1.73m2': 'mL/min/{1.73_m2}',
}

/** One report line, and whether its value is an outlier on purpose. */
export function laboratoryOf(
  seed: string,
  person: Person,
  lab: string,
  at: { on: string; second: number },
): { input: LaboratoryInput; outlier: boolean } {
  const result = labValue(seed, person, lab, at.on)
  const { name, list, code, display, localCode, unit, specimen } = result.lab
  const units = unit === '' ? { unit: '1' } : { unit, ...(ucum[unit] ? { ucum: ucum[unit] } : {}) }
  const taken = 30_600 + ((at.second * 7) % 9000)
  const input: LaboratoryInput = {
    type: 'Observation',
    id: `L${person.n}-${at.on.replaceAll('-', '')}-${localCode}`,
    local: { code: localCode, display: name },
    standard: { list: list === 'other' ? 'jlac10' : list, code, display },
    taken: instant(at.on, taken, 0),
    issued: instant(at.on, taken + 7200, 0),
    specimen: specimens[specimen],
    value: { quantity: result.value, ...units },
    range: result.range,
    interpretation: result.interpretation,
  }
  return { input, outlier: result.outlier }
}

const positive: Record<string, string> = { hepatitisb: 'hbsag', hepatitisc: 'hcvab' }

/** Infection tests: positive where the person has the hepatitis, and, rarely, an old syphilis antibody. */
export function infectionOf(seed: string, person: Person, at: { on: string; second: number }): LaboratoryInput[] {
  const found = new Set(person.episodes.map((e) => positive[e.disease]))
  const random = randomFrom(`${seed}/infection/${person.n}`)
  if (random.chance(0.03)) found.add('tpab')
  const tests = infectionTests.filter((test) => test.key !== 'hiv' || random.chance(0.3))
  return tests.map((test) => ({
    type: 'Observation',
    id: `I${person.n}-${at.on.replaceAll('-', '')}-${test.localCode}`,
    local: { code: test.localCode, display: test.name },
    standard: { list: 'infection', code: test.code, display: test.display },
    taken: instant(at.on, 33_000, 0),
    issued: instant(at.on, 45_000, 0),
    specimen: '血清',
    value: { text: found.has(test.key) ? '陽性' : '陰性' },
    range: { text: '陰性' },
    interpretation: found.has(test.key) ? 'A' : 'N',
    flags: { longTermStorage: found.has(test.key) && test.key !== 'tpab' },
  }))
}

export const medicationOf = (person: Person, drug: Drug, on: string): MedicationInput => {
  const usage = usages[drug.usage]
  return {
    type: 'MedicationRequest',
    id: `M${person.n}-${on.replaceAll('-', '')}-${drug.yj}`,
    drug: { yj: drug.yj, display: drug.name },
    authored: instant(on, 40_000, 0),
    start: on,
    days: drug.days,
    usage: { ...(usage.code === null ? {} : { code: usage.code }), text: usage.text },
    dose: { value: drug.dose, unit: unitNames[drug.unit], unitCode: drug.unit, perDay: drug.dose * usage.perDay },
  }
}

/** Drugs this institution has the person on: those of what it treats, at an age that takes them. */
export function medicationsOn(person: Person, institutionNumber: string, on: string): MedicationInput[] {
  const treated = person.episodes.filter((e) => {
    const open = e.endedOn === null || e.endedOn >= addDays(on, -14)
    return e.institutionNumber === institutionNumber && e.treatedFrom !== null && e.treatedFrom <= on && open
  })
  const keys = [...new Set(treated.flatMap((e) => diseaseByKey(e.disease).drugs))]
  return keys
    .map(drugByKey)
    .filter((drug) => ageOn(person.birthDate, on) >= drug.fromAge)
    .map((drug) => medicationOf(person, drug, on))
}
