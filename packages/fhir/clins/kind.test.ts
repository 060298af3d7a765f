import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json, Resource } from '../model.ts'
import { allergenSystems, codeSystems, eCSProfile, labSystems } from './canonicals.ts'
import { addresseeOf, itemsOf, personOf, referTo, senderOf } from './extract.ts'
import * as fixtures from './fixtures.ts'
import {
  bundleClass,
  bundleIdentifier,
  compositionOf,
  departmentOf,
  flagsOf,
  informationKind,
  institutionNumberOf,
  localPatientId,
  memberIdOf,
  patientName,
} from './kind.ts'

const observation = (...systems: string[]): Resource => ({
  resourceType: 'Observation',
  code: { coding: systems.map((system) => ({ system, code: '1' })) },
})
const laboratory = { category: [{ coding: [{ code: 'laboratory' }] }] }
const checkupComposition = compositionOf(fixtures.checkup())
const letterComposition = compositionOf(fixtures.referral())

describe('kind of information', () => {
  const rows: [string, Resource, string | null][] = [
    ['a diagnosis', { resourceType: 'Condition' }, 'diagnosis'],
    ['a drug allergy', { resourceType: 'AllergyIntolerance', category: ['medication'] }, 'drug-allergy'],
    ['a food allergy', { resourceType: 'AllergyIntolerance', category: ['food'] }, 'other-allergy'],
    [
      'an allergy without category',
      { resourceType: 'AllergyIntolerance', code: { coding: [{ system: allergenSystems.drug }] } },
      'other-allergy',
    ],
    ['an infection test', observation(labSystems.local, labSystems.infection10), 'infection'],
    ['an infection test in JLAC11', observation(labSystems.infection11), 'infection'],
    ['a laboratory result', observation(labSystems.local, labSystems.core10), 'test-result'],
    ['HBs antigen by name only', { ...observation(labSystems.local), code: { text: 'HBs抗原' }, ...laboratory }, 'test-result'],
    [
      'a laboratory result by profile',
      { resourceType: 'Observation', meta: { profile: [`${eCSProfile('Observation_LabResult')}|1`] } },
      'test-result',
    ],
    ['a finding outside any document', { resourceType: 'Observation' }, null],
    ['a prescription', { resourceType: 'MedicationRequest' }, 'prescription'],
    ['a check-up report', fixtures.checkup(), 'check-up'],
    ['a referral', fixtures.referral(), 'letter'],
    ['a discharge summary', fixtures.dischargeSummary(), 'letter'],
    ['a patient care summary', fixtures.carePlan(), 'diagnosis'],
    ['a patient', { resourceType: 'Patient' }, null],
  ]
  test.each(rows)('%s', (_what, resource, kind) => expect(informationKind(resource)).toBe(kind))

  test('inside a check-up report every Observation is the check-up', () => {
    expect(informationKind(observation(labSystems.infection10), checkupComposition)).toBe('check-up')
    expect(informationKind({ resourceType: 'Observation' }, letterComposition)).toBe('letter')
    expect(informationKind(observation(labSystems.core10), letterComposition)).toBe('test-result')
  })

  test('a care summary that names an addressee is a letter', () => {
    const composition = structuredClone(compositionOf(fixtures.carePlan())!)
    const sections = composition.section as Json[]
    sections.push({ code: { coding: [{ system: codeSystems.documentSection, code: '910' }] } })
    expect(informationKind(composition)).toBe('letter')
  })
})

describe('what a Bundle is', () => {
  test.each([
    ['five-items', fixtures.conditionBundle],
    ['eReferral', fixtures.referral],
    ['eDischargeSummary', fixtures.dischargeSummary],
    ['eCheckup', fixtures.checkup],
    ['ePCS', fixtures.carePlan],
  ])('%s, by profile and, without one, by content', (kind, make) => {
    expect(bundleClass(make())).toBe(kind)
    expect(
      bundleClass({ ...make(), meta: { tag: make().type === 'collection' ? [{ system: codeSystems.bundleResourceType }] : [] } }),
    ).toBe(kind)
  })

  test('a transaction or a stray resource is none', () => {
    expect(bundleClass({ resourceType: 'Bundle', type: 'transaction' })).toBeNull()
    expect(bundleClass({ resourceType: 'Patient' })).toBeNull()
  })
})

test('facts are read where they stand', () => {
  const { patient, fullUrl, items } = itemsOf(fixtures.conditionBundle())
  expect(patientName(patient)).toEqual({ kanji: '山川 花子', kana: 'ヤマカワ ハナコ' })
  expect(memberIdOf(patient)?.folded).toBe('06990001:12:3456:01')
  expect(localPatientId(patient)).toEqual({ institutionNumber: '1310000019', value: '0000123' })
  expect(bundleIdentifier(fixtures.conditionBundle())).toMatchObject({ institutionNumber: '1310000019', year: '2025', localId: 'cond-1' })
  const first = items[0]!.resource
  expect(institutionNumberOf(first)).toBe('1310000019')
  expect(departmentOf(first)).toEqual({ code: '01', text: '内科' })
  expect(referTo(first, fullUrl!, 'Patient/p1').subject).toEqual({ reference: 'Patient/p1' })
})

describe('items of a submission', () => {
  test('flags and dates come along', () => {
    const { items, deletesAll } = itemsOf(fixtures.laboratoryBundle())
    expect(items.map(({ kind, flags, clinicalDate }) => ({ kind, lts: flags.longTermStorage, clinicalDate }))).toEqual([
      { kind: 'test-result', lts: false, clinicalDate: '2025-03-03T09:10:00+09:00' },
      { kind: 'infection', lts: true, clinicalDate: '2025-03-03T09:10:00+09:00' },
    ])
    expect(deletesAll).toBe(false)
  })

  test('a Patient alone deletes all', () => expect(itemsOf(fixtures.validBundles.empty!()).deletesAll).toBe(true))

  test('a letter gives up its diagnoses, allergies, results and prescriptions, and stays whole itself', () => {
    const kinds = itemsOf(fixtures.referral()).items.map((item) => item.kind)
    expect(kinds.toSorted()).toEqual(['diagnosis', 'diagnosis', 'drug-allergy', 'letter', 'prescription', 'test-result'])
    expect(itemsOf(fixtures.referral()).items.at(-1)?.resource.resourceType).toBe('Bundle')
  })

  test('nothing extracted still refers into the Bundle, but to the patient', () => {
    for (const make of [fixtures.referral, fixtures.dischargeSummary, fixtures.checkup, fixtures.carePlan]) {
      const { items, fullUrl } = itemsOf(make())
      for (const { resource } of items.slice(0, -1)) {
        const left = JSON.stringify(resource).match(/urn:uuid:[0-9a-f-]+/g) ?? []
        expect(new Set(left)).toEqual(new Set([fullUrl]))
      }
    }
  })

  test('a visit a letter refers to is taken along', () => {
    const bundle = fixtures.referral()
    const entries = bundle.entry as { fullUrl: string; resource: Resource }[]
    const visit = entries.find((entry) => entry.resource.resourceType === 'Encounter')!
    const allergy = entries.find((entry) => entry.resource.resourceType === 'AllergyIntolerance')!
    allergy.resource.encounter = { reference: visit.fullUrl }
    const extracted = itemsOf(bundle).items.find((item) => item.kind === 'drug-allergy')!.resource
    const id = visit.fullUrl.slice('urn:uuid:'.length)
    expect(extracted.encounter).toEqual({ reference: `#${id}` })
    expect(extracted.contained).toMatchObject([{ resourceType: 'Encounter', id }])
  })

  test('a letter about an untold diagnosis is itself untold', () => {
    const bundle = fixtures.referral()
    expect(itemsOf(bundle).items.at(-1)?.flags.uninformed).toBe(false)
    const condition = (bundle.entry as { resource: Resource }[]).find((entry) => entry.resource.resourceType === 'Condition')!.resource
    condition.meta = { tag: [{ system: codeSystems.indication, code: 'UNINFORMED' }] }
    expect(flagsOf(condition).uninformed).toBe(true)
    expect(itemsOf(bundle).items.at(-1)?.flags.uninformed).toBe(true)
  })

  test('addressee, sender, person', () => {
    expect(addresseeOf(fixtures.referral())).toEqual({ institutionNumber: '1310000027', name: 'さくら内科クリニック' })
    expect(addresseeOf(fixtures.carePlan())).toBeNull()
    expect(senderOf(fixtures.checkup())).toBe('1310000019')
    expect(senderOf({ ...fixtures.checkup(), identifier: {} })).toBe('1310000019')
    expect(personOf(fixtures.checkup())?.value).toBe(fixtures.patient.memberId)
  })

  test('any JSON gives items or none, never an exception', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const bundle = { resourceType: 'Bundle', type: 'collection', entry: value } as Resource
        itemsOf(bundle)
        addresseeOf(bundle)
        senderOf(bundle)
        personOf(bundle)
      }),
    )
  })
})
