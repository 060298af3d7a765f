/** Systems known by rules. */
import { expect, test } from 'vitest'
import { makeTerminology } from './index.ts'

const terminology = makeTerminology({})
const rows: [system: string, code: string, result: 'in' | 'out' | 'unknown'][] = [
  ['http://unitsofmeasure.org', 'mg/dL', 'in'],
  ['http://unitsofmeasure.org', '10*3/uL', 'in'],
  ['http://unitsofmeasure.org', 'mm[Hg]', 'in'],
  ['http://unitsofmeasure.org', 'kg/m2', 'in'],
  ['http://unitsofmeasure.org', '{tablet}', 'in'],
  ['http://unitsofmeasure.org', '{score}/min', 'in'],
  ['http://unitsofmeasure.org', '1', 'in'],
  ['http://unitsofmeasure.org', '%', 'in'],
  ['http://unitsofmeasure.org', '[CCID_50]', 'unknown'],
  ['http://unitsofmeasure.org', 'mg/dl.', 'out'],
  ['http://unitsofmeasure.org', '錠', 'out'],
  ['http://unitsofmeasure.org', 'tablets', 'out'],
  ['http://unitsofmeasure.org', 'mg / dL', 'out'],
  ['urn:ietf:bcp:47', 'ja', 'in'],
  ['urn:ietf:bcp:47', 'ja-JP', 'in'],
  ['urn:ietf:bcp:47', 'zh-Hant-TW', 'in'],
  ['urn:ietf:bcp:47', 'de-CH-1996', 'in'],
  ['urn:ietf:bcp:47', 'x-own', 'in'],
  ['urn:ietf:bcp:47', 'japanese language', 'out'],
  ['urn:ietf:bcp:47', 'ja_JP', 'out'],
  ['urn:ietf:bcp:47', 'j', 'out'],
  ['urn:ietf:bcp:13', 'application/pdf', 'in'],
  ['urn:ietf:bcp:13', 'text/plain; charset=utf-8', 'in'],
  ['urn:ietf:bcp:13', 'application/fhir+json', 'in'],
  ['urn:ietf:bcp:13', 'pdf', 'out'],
  ['urn:ietf:bcp:13', 'paper/sheet', 'out'],
  ['urn:iso:std:iso:3166', 'JP', 'in'],
  ['urn:iso:std:iso:3166', 'JPN', 'in'],
  ['urn:iso:std:iso:3166', '392', 'in'],
  ['urn:iso:std:iso:3166', 'jp', 'out'],
  ['urn:iso:std:iso:3166', 'XX', 'out'],
  ['urn:iso:std:iso:3166:-2', 'JP-13', 'unknown'],
  ['urn:iso:std:iso:3166:-2', 'XX-13', 'out'],
  ['urn:iso:std:iso:4217', 'JPY', 'in'],
  ['urn:iso:std:iso:4217', 'YEN', 'out'],
  ['http://loinc.org', '2160-0', 'unknown'],
  ['http://loinc.org', '718-7', 'unknown'],
  ['http://loinc.org', '2160-1', 'out'],
  ['http://loinc.org', 'creatinine', 'out'],
  ['http://loinc.org', 'LA33-6', 'unknown'],
  ['http://snomed.info/sct', '22298006', 'unknown'],
  ['http://snomed.info/sct', '22298007', 'out'],
  ['http://snomed.info/sct', '900000000000207008', 'unknown'],
  ['http://snomed.info/sct', '751000119104017', 'out'],
]

test.each(rows)('%s %s: %s', (system, code, result) => {
  const known = { in: 'known', out: 'unknown-code', unknown: 'unknown' }[result]
  expect(terminology.codeIn({ system, code }).result).toBe(known)
})

test.each([
  ['http://hl7.org/fhir/ValueSet/iso3166-1-3', 'JPN', 'in'],
  ['http://hl7.org/fhir/ValueSet/iso3166-1-3', 'JP', 'out'],
  ['http://hl7.org/fhir/ValueSet/iso3166-1-N', '392', 'in'],
  ['http://hl7.org/fhir/ValueSet/iso3166-1-2', 'JP', 'in'],
  ['http://hl7.org/fhir/ValueSet/all-distance-units', 'cm', 'in'],
  ['http://hl7.org/fhir/ValueSet/all-distance-units', 'kg', 'out'],
  ['http://hl7.org/fhir/ValueSet/all-time-units', 'min', 'in'],
  ['http://hl7.org/fhir/ValueSet/mimetypes', 'image/png', 'in'],
  ['http://hl7.org/fhir/ValueSet/currencies', 'JPY', 'in'],
  ['http://hl7.org/fhir/ValueSet/languages', 'ja', 'in'],
  ['http://snomed.info/sct?fhir_vs', '22298006', 'unknown'],
  ['http://snomed.info/sct?fhir_vs', '22298007', 'out'],
  ['http://snomed.info/sct?fhir_vs=isa/404684003', '22298006', 'unknown'],
  ['http://loinc.org/vs', '2160-1', 'out'],
  ['http://hl7.org/fhir/administrative-gender?fhir_vs', 'male', 'in'],
  ['http://hl7.org/fhir/ValueSet/all-languages', 'tlh', 'in'],
])('%s %s: %s', (valueSet, code, result) => expect(terminology.memberOf(valueSet, { code }).result).toBe(result))
