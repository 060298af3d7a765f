import type { DocumentClass } from '../kind.ts'

/** What a section may hold and whether it must be there. `card` counts sections of this code; `entries` its entries. */
export type SectionShape = { card: readonly [number, number]; entries?: readonly [number, number]; types: readonly string[] }

const many = Number.POSITIVE_INFINITY
const need = (types: readonly string[], entries?: readonly [number, number]): SectionShape => ({
  card: [1, 1],
  types,
  ...(entries ? { entries } : {}),
})
const may = (types: readonly string[], entries?: readonly [number, number]): SectionShape => ({
  card: [0, 1],
  types,
  ...(entries ? { entries } : {}),
})
const any = (types: readonly string[], entries?: readonly [number, number]): SectionShape => ({
  card: [0, many],
  types,
  ...(entries ? { entries } : {}),
})

const attachments = {
  '200': may(['DocumentReference'], [1, 1]),
  '210': any(['DocumentReference', 'Bundle'], [1, many]),
  '230': any(['DocumentReference', 'Bundle', 'Binary'], [1, many]),
}

/** Sections at the top of each document. @spec JP_Composition_* of JP-CLINS 1.5.2; eCheckupReport IG */
export const topSections: Record<DocumentClass, Record<string, SectionShape>> = {
  eReferral: {
    '910': need(['Organization', 'Practitioner'], [1, 3]),
    '920': need(['Organization', 'Practitioner'], [1, 3]),
    ...attachments,
    '220': any(['DocumentReference'], [0, 1]),
    '300': may([]),
  },
  eDischargeSummary: { ...attachments, '300': may([]) },
  eCheckup: Object.fromEntries(
    ['01011', '01012', '01021', '01022', '01031', '01032', '01910', '01920', '01990']
      .map((code): [string, SectionShape] => [code, may(['Observation', 'Coverage'], [1, many])])
      .concat([['01995', may(['DocumentReference', 'DiagnosticReport', 'Media'], [1, many])]]),
  ),
  ePCS: { '422': need(['CarePlan', 'Condition'], [2, many]) },
}

/** Sections inside 構造情報 (300). @spec JP_Composition_eReferral, JP_Composition_eDischargeSummary of JP-CLINS 1.5.2 */
export const structuredSections: Record<'eReferral' | 'eDischargeSummary', Record<string, SectionShape>> = {
  eReferral: {
    '950': need(['Encounter'], [0, 1]),
    '340': need(['Condition']),
    '360': need(['Condition']),
    '370': may(['Condition']),
    '510': may(['AllergyIntolerance']),
    '550': may(['FamilyMemberHistory']),
    '610': may(['Observation']),
    '520': may(['Observation']),
    '640': may(['Observation']),
    '530': may(['Immunization']),
    '730': may(['Procedure']),
    '740': may(['Procedure']),
    '720': may(['Procedure']),
    '430': may(['MedicationRequest']),
    '620': may(['Observation', 'ImagingStudy', 'DiagnosticReport']),
    '330': may(['DocumentReference']),
    '420': may(['CarePlan']),
    '810': may(['DeviceUseStatement']),
    '410': may(['Consent']),
    '830': may(['ResearchSubject']),
  },
  eDischargeSummary: {
    '322': need(['Encounter'], [1, 1]),
    '342': need(['Condition']),
    '352': need(['Condition']),
    '312': need(['Encounter'], [0, 1]),
    '362': need(['Condition']),
    '333': need(['DocumentReference'], [1, many]),
    '324': need(['Encounter'], [1, 1]),
    '344': need(['Condition'], [1, many]),
    '444': need(['MedicationRequest', 'Bundle']),
    '424': need(['CarePlan']),
    '510': may(['AllergyIntolerance']),
    '372': may(['Condition']),
    '432': may(['MedicationRequest', 'Bundle']),
    '642': may(['Observation']),
    '612': may(['Observation']),
    '552': may(['FamilyMemberHistory']),
    '614': may(['Observation']),
    '713': may(['Procedure']),
    '623': may(['Observation', 'ImagingStudy', 'DiagnosticReport']),
    '810': may(['DeviceUseStatement']),
    '530': may(['Immunization']),
    '410': may(['Consent']),
    '830': may(['ResearchSubject']),
  },
}

const common = ['Composition', 'Patient', 'Practitioner', 'Organization', 'Encounter']
const letter = [
  ...common,
  'Condition',
  'AllergyIntolerance',
  'FamilyMemberHistory',
  'Observation',
  'Immunization',
  'Procedure',
  'MedicationRequest',
  'DocumentReference',
  'CarePlan',
  'DeviceUseStatement',
  'Device',
  'ImagingStudy',
  'DiagnosticReport',
  'Consent',
  'ResearchSubject',
  'ResearchStudy',
  'RelatedPerson',
  'Bundle',
]

/** Entries of each document: how many at least, which types at all, how many of some types. @spec JP_Bundle_* of JP-CLINS 1.5.2; eCheckupReport IG */
export const entryShapes: Record<
  DocumentClass,
  { least: number; types: readonly string[]; counts: Record<string, readonly [number, number]> }
> = {
  eReferral: { least: 5, types: letter, counts: { Composition: [1, 1], Organization: [2, 4], Practitioner: [1, many] } },
  eDischargeSummary: {
    least: 6,
    types: [...letter, 'Location'],
    counts: { Composition: [1, 1], Organization: [1, many], Practitioner: [1, many], Encounter: [1, 1], Condition: [1, many] },
  },
  eCheckup: {
    least: 5,
    types: [...common, 'PractitionerRole', 'Coverage', 'Observation', 'DiagnosticReport', 'Media', 'DocumentReference', 'Specimen'],
    counts: { Composition: [1, 1], Organization: [1, 4], Practitioner: [1, 2], Encounter: [1, 1], Coverage: [0, 2] },
  },
  ePCS: {
    least: 7,
    types: [...common, 'CarePlan', 'Condition'],
    counts: { Composition: [1, 1], Organization: [1, 1], Practitioner: [1, 1], Encounter: [1, 1], CarePlan: [1, 1], Condition: [1, many] },
  },
}

/** Fixed titles; the check-up report chooses its own. */
export const titles: Partial<Record<DocumentClass, string>> = {
  eReferral: '診療情報提供書',
  eDischargeSummary: '退院時サマリー',
  ePCS: '患者サマリー（療養計画書）',
}

export const checkupCategories = ['10', '40', '41', '42', '43', '44', '90']
export const checkupPrograms = ['000', '010', '020', '030', '040', '060', '090', '990']
export const checkupInterpretations = ['H', 'L', 'N', 'LX', 'HX']
