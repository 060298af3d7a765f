/** People and laboratory results for the FHIR bench: names from the synthetic register, results drawn from a seed. */
import { eCSProfile, identifierSystems, type Json, type Resource } from '#packages/fhir'
import { makeRegister, type Random, randomFrom, type RegisterRow } from '#packages/synthetic'

/** Everyday tests of a clinic: JLAC10, LOINC, name, unit, mean, deviation, reference range. */
const tests = [
  ['3D046000001906202', '4548-4', 'HbA1c (NGSP)', '%', 5.8, 0.7, 4.9, 6.0],
  ['3D010000002327101', '2345-7', 'グルコース', 'mg/dL', 104, 22, 73, 109],
  ['3C015000002327101', '2160-0', 'クレアチニン', 'mg/dL', 0.81, 0.22, 0.46, 1.07],
  ['3F015000002327101', '2571-8', '中性脂肪', 'mg/dL', 118, 55, 30, 149],
  ['3F077000002327101', '13457-7', 'LDLコレステロール', 'mg/dL', 121, 29, 65, 139],
  ['3B035000002327201', '1920-8', 'AST (GOT)', 'U/L', 24, 9, 13, 30],
  ['3B045000002327201', '1742-6', 'ALT (GPT)', 'U/L', 23, 13, 7, 42],
  ['2A030000001930101', '718-7', 'ヘモグロビン', 'g/dL', 13.9, 1.4, 11.6, 16.8],
] as const

/** The test whose course is asked for by `search-sort-10`: one of every visit. */
export const courseLoinc = tests[0][1]
export const TESTS_A_VISIT = 7

/** Digits that stand for one person in every member id, so that a copy of the person can be given its own. */
export const memberNumber = (n: number): string => String(50_000_000 + n)

export type BenchPerson = { n: number; member: string; memberId: string; patient: Resource; entries: (patient: string) => Entry[] }
export type Entry = { fullUrl: string; resource: Resource }

/** So many people, each with `visits` visits of seven results, one diagnosis, and the Patient itself. */
export function* benchPeople(count: number, visits: number): Generator<BenchPerson> {
  for (const row of makeRegister({ seed: 'bench-fhir', count })) {
    const member = memberNumber(row.n)
    const random = randomFrom(`bench-fhir/${row.n}`)
    const memberId = `${row.insurerNumber}:${row.symbol}:${member}:${row.branch}`
    yield {
      n: row.n,
      member,
      memberId,
      patient: patientOf(row, memberId),
      entries: (patient) => recordOf(random.fork('record'), patient, visits),
    }
  }
}

function patientOf(row: RegisterRow, memberId: string): Resource {
  const name = (use: 'IDE' | 'SYL', family: string, given: string): Json => ({
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation', valueCode: use }],
    use: 'official',
    text: `${family} ${given}`,
    family,
    given: [given],
  })
  return {
    resourceType: 'Patient',
    meta: { profile: [eCSProfile('Patient')] },
    identifier: [{ system: identifierSystems.memberId, value: memberId }],
    active: true,
    name: [name('IDE', row.family, row.given), name('SYL', row.familyKana, row.givenKana)],
    gender: row.sex,
    birthDate: row.birthDate,
    address: [{ text: `縁県縁市${row.n}丁目`, postalCode: row.postalCode, country: 'JP' }],
  }
}

const dayOf = (visit: number, random: Random): string => {
  const at = new Date(Date.UTC(2026, 9 - visit, random.whole(1, 28), random.whole(0, 8), random.whole(0, 59)))
  return `${new Date(at.getTime() + 9 * 3_600_000).toISOString().slice(0, 19)}+09:00`
}

function recordOf(random: Random, patient: string, visits: number): Entry[] {
  const entries: Entry[] = [entry(random, conditionOf(patient))]
  for (let visit = 0; visit < visits; visit++)
    entries.push(...visitOf(random, { patient, at: dayOf(visit, random), results: TESTS_A_VISIT }))
  return entries
}

const entry = (random: Random, resource: Resource): Entry => ({ fullUrl: `urn:uuid:${random.uuid()}`, resource })

/** One visit: the Encounter, and so many results that point at it. */
export function visitOf(random: Random, about: { patient: string; at: string; results: number }): Entry[] {
  const encounter = entry(random, {
    resourceType: 'Encounter',
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB', display: 'ambulatory' },
    subject: { reference: about.patient },
    period: { start: about.at },
  })
  const results = Array.from({ length: about.results }, (_, i) =>
    entry(random, observationOf(random, { ...about, encounter: encounter.fullUrl, test: i % tests.length })),
  )
  return [encounter, ...results]
}

/** One laboratory result. */
export function observationOf(random: Random, about: { patient: string; at: string; encounter?: string; test: number }): Resource {
  const [jlac10, loinc, name, unit, mean, deviation, low, high] = tests[about.test]!
  const value = Math.max(0, Math.round(random.normal(mean, deviation) * 10) / 10)
  const quantity = (n: number): Json => ({ value: n, unit, system: 'http://unitsofmeasure.org', code: unit })
  const flag = value < low ? 'L' : value > high ? 'H' : 'N'
  return {
    resourceType: 'Observation',
    meta: { profile: ['http://jpfhir.jp/fhir/core/StructureDefinition/JP_Observation_LabResult'] },
    identifier: [{ system: 'urn:oid:1.2.392.100495.20.3.81', value: random.uuid() }],
    status: 'final',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory', display: 'Laboratory' }] },
    ],
    code: {
      coding: [
        { system: 'urn:oid:1.2.392.200119.4.504', code: jlac10, display: name },
        { system: 'http://loinc.org', code: loinc },
      ],
      text: name,
    },
    subject: { reference: about.patient },
    ...(about.encounter ? { encounter: { reference: about.encounter } } : {}),
    effectiveDateTime: about.at,
    issued: about.at,
    performer: [{ display: '計測診療所 検査室' }],
    valueQuantity: quantity(value),
    interpretation: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code: flag }] }],
    referenceRange: [{ low: quantity(low), high: quantity(high) }],
  }
}

const conditionOf = (patient: string): Resource => ({
  resourceType: 'Condition',
  clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] },
  code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'E11.9' }], text: '2型糖尿病' },
  subject: { reference: patient },
  onsetDateTime: '2019-04-01',
})

/** A transaction of 20: one visit with nineteen results that point at it. */
export function transactionOf(random: Random, patient: string): string {
  return bundleOf(visitOf(random, { patient, at: dayOf(0, random), results: 19 }))
}

export function createOf(random: Random, patient: string): string {
  return JSON.stringify(observationOf(random, { patient, at: dayOf(0, random), test: random.whole(0, tests.length - 1) }))
}

export const bundleOf = (entries: readonly Entry[]): string =>
  JSON.stringify({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: entries.map((e) => ({ ...e, request: { method: 'POST', url: e.resource.resourceType } })),
  })
