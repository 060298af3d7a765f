/** Names the sharing service gives to its profiles, code systems, identifiers and extensions. Facts only; no behaviour. */

const clins = 'http://jpfhir.jp/fhir/clins'
const eCS = 'http://jpfhir.jp/fhir/eCS'
const core = 'http://jpfhir.jp/fhir/core'
const mhlw = 'http://jpfhir.jp/fhir/core/mhlw'
const terminology = 'http://terminology.hl7.org/CodeSystem'

/** Bundle profiles of the service. @spec JP-CLINS 1.5.2, StructureDefinition/JP_Bundle_* */
export const bundleProfiles = {
  fiveItems: `${clins}/StructureDefinition/JP_Bundle_CLINS`,
  eReferral: `${clins}/StructureDefinition/JP_Bundle_eReferral`,
  eDischargeSummary: `${clins}/StructureDefinition/JP_Bundle_eDischargeSummary`,
  eCheckup: `${clins}/StructureDefinition/JP_Bundle_eCheckupGeneral`,
  ePCS: `${clins}/StructureDefinition/JP_Bundle_ePCS`,
} as const

/** Bundle profiles of the document guides themselves: same documents, written before or beside the service. @spec eReferral, eDischargeSummary, eCheckupReport IGs */
export const ownBundleProfiles = {
  eReferral: 'http://jpfhir.jp/fhir/eReferral/StructureDefinition/JP_Bundle_eReferral',
  eDischargeSummary: 'http://jpfhir.jp/fhir/eDischargeSummary/StructureDefinition/JP_Bundle_eDischargeSummary',
  eCheckup: 'http://jpfhir.jp/fhir/eCheckup/StructureDefinition/JP_Bundle_eCheckupGeneral',
} as const

/** Composition profiles. @spec JP-CLINS 1.5.2; eCheckupReport IG */
export const compositionProfiles = {
  eReferral: 'http://jpfhir.jp/fhir/eReferral/StructureDefinition/JP_Composition_eReferral',
  eDischargeSummary: 'http://jpfhir.jp/fhir/eDischargeSummary/StructureDefinition/JP_Composition_eDischargeSummary',
  eCheckup: 'http://jpfhir.jp/fhir/eCheckup/StructureDefinition/JP_Composition_eCheckupGeneral',
  ePCS: 'http://jpfhir.jp/fhir/ePCS/StructureDefinition/JP_Composition_ePCS',
} as const

/** Profile of one element of the record, e.g. `eCSProfile('Patient')`. @spec JP-CLINS 1.5.2, JP_X_eCS */
export const eCSProfile = (name: string) => `${eCS}/StructureDefinition/JP_${name}_eCS`

/** Profiles of the check-up report, e.g. `eCheckupProfile('Observation')`. @spec eCheckupReport IG */
export const eCheckupProfile = (name: string) => `http://jpfhir.jp/fhir/eCheckup/StructureDefinition/JP_${name}_eCheckupGeneral`

/** JP Core profile, claimed by contained resources. @spec JP Core 1.1.2 */
export const coreProfile = (name: string) => `${core}/StructureDefinition/JP_${name}`

/** Extensions. @spec JP-CLINS 1.5.2; FHIR R4 */
export const extensions = {
  institutionNumber: `${clins}/Extension/StructureDefinition/JP_eCS_InstitutionNumber`,
  department: `${eCS}/Extension/StructureDefinition/JP_eCS_Department`,
  diagnosisType: `${eCS}/Extension/StructureDefinition/JP_eCS_DiagnosisType`,
  nameRepresentation: 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation',
  documentVersion: 'http://hl7.org/fhir/StructureDefinition/composition-clinicaldocument-versionNumber',
  periodOfUse: `${core}/Extension/StructureDefinition/JP_MedicationDosage_PeriodOfUse`,
  usageDuration: `${core}/Extension/StructureDefinition/JP_MedicationDosage_UsageDuration`,
  insuredSymbol: `${core}/Extension/StructureDefinition/JP_Coverage_InsuredPersonSymbol`,
  insuredNumber: `${core}/Extension/StructureDefinition/JP_Coverage_InsuredPersonNumber`,
  insuredBranch: `${core}/Extension/StructureDefinition/JP_Coverage_InsuredPersonSubNumber`,
} as const

/** Identifier systems; those ending in `Prefix` are followed by the 10-digit institution number. @spec JP-CLINS 1.5.2, identifiers */
export const identifierSystems = {
  memberId: `${clins}/Idsystem/JP_Insurance_memberID`,
  publicPayerId: `${clins}/Idsystem/JP_PublicPayer_memberID`,
  patientLocalPrefix: 'urn:oid:1.2.392.100495.20.3.51.',
  doctorLocalPrefix: 'urn:oid:1.2.392.100495.20.3.41.',
  institution: `${core}/IdSystem/insurance-medical-institution-no`,
  bundle: `${clins}/bundle-identifier`,
  documentInstance: `${core}/IdSystem/documentInstance-identifier`,
  resourceInstance: `${core}/IdSystem/resourceInstance-identifier`,
  /** Number of the Rp (a group of drugs taken alike) in a prescription, and place of the drug in it. */
  rpGroup: `${core}/mhlw/IdSystem/Medication-RPGroupNumber`,
  orderInRp: `${core}/mhlw/IdSystem/MedicationAdministrationIndex`,
  insurer: 'urn:oid:1.2.392.100495.20.3.61',
} as const

/** Code systems of tags, sections and documents. @spec JP-CLINS 1.5.2; eCheckupReport IG */
export const codeSystems = {
  bundleResourceType: `${clins}/CodeSystem/BundleResourceType_CS`,
  indication: `${clins}/CodeSystem/JP_ehrshrs_indication`,
  documentType: 'http://jpfhir.jp/fhir/Common/CodeSystem/doc-typecodes',
  documentSubtype: 'http://jpfhir.jp/fhir/Common/CodeSystem/doc-subtypecodes',
  documentSection: `${clins}/CodeSystem/document-section`,
  checkupCategory: 'http://jpfhir.jp/fhir/eCheckup/CodeSystem/checkup-report-category',
  checkupSection: 'http://jpfhir.jp/fhir/eCheckup/CodeSystem/section-code',
  checkupProgram: 'urn:oid:1.2.392.200119.6.1002',
  checkupItem: 'urn:oid:1.2.392.200119.6.1005',
  checkupEncounter: 'http://jpfhir.jp/fhir/eCheckup/CodeSystem/encounter-category',
  department: 'http://jami.jp/SS-MIX2/CodeSystem/ClinicalDepartment',
  diagnosisType: `${terminology}/ex-diagnosistype`,
  conditionClinical: `${terminology}/condition-clinical`,
  conditionVerification: `${terminology}/condition-ver-status`,
  conditionCategory: `${terminology}/condition-category`,
  allergyClinical: `${terminology}/allergyintolerance-clinical`,
  allergyVerification: `${terminology}/allergyintolerance-verification`,
  observationCategory: `${core}/CodeSystem/JP_SimpleObservationCategory_CS`,
  interpretation: `${terminology}/v3-ObservationInterpretation`,
  encounterClass: `${terminology}/v3-ActCode`,
  organizationType: `${terminology}/organization-type`,
  carePlanCategory: 'http://jpfhir.jp/fhir/CarePlan/CodeSystem/category',
  ucum: 'http://unitsofmeasure.org',
} as const

/** Disease codes; the key number is the exchange key. @spec JP-CLINS 1.5.2, JP_Condition_eCS */
export const diseaseSystems = {
  keyNumber: 'http://medis.or.jp/CodeSystem/master-disease-keyNumber',
  exchange: 'http://medis.or.jp/CodeSystem/master-disease-exCode',
  icd10: `${mhlw}/CodeSystem/ICD10-2013-full`,
  claim: `${mhlw}/CodeSystem/masterB-disease`,
} as const

/** J-FAGY allergen codes. @spec J-FAGY; JP-CLINS 1.5.2, JP_AllergyIntolerance_eCS */
export const allergenSystems = {
  drug: `${core}/CodeSystem/YCM/JP_JfagyMedicationAllergen_CS`,
  genericDrug: `${core}/CodeSystem/GCM/JP_JfagyMedicationAllergen_CS`,
  food: `${core}/CodeSystem/JP_JfagyFoodAllergen_CS`,
  other: `${core}/CodeSystem/JP_JfagyNonFoodNonMedicationAllergen_CS`,
} as const

/** Laboratory codes; whether a result is an infection test is decided by these alone. @spec JP-CLINS 1.5.2, JP_Observation_LabResult_eCS */
export const labSystems = {
  local: `${clins}/CodeSystem/JP_CLINS_ObsLabResult_LocalCode_CS`,
  core10: `${clins}/CodeSystem/JLAC10/JP_CLINS_ObsLabResult_CoreLabo_CS`,
  core11: `${clins}/CodeSystem/JLAC11/JP_CLINS_ObsLabResult_CoreLabo_CS`,
  infection10: `${clins}/CodeSystem/JLAC10/JP_CLINS_ObsLabResult_InfectionLabo_CS`,
  infection11: `${clins}/CodeSystem/JLAC11/JP_CLINS_ObsLabResult_InfectionLabo_CS`,
  jlac10: 'http://medis.or.jp/CodeSystem/master-JLAC10-17digits',
  uncoded: `${clins}/CodeSystem/JP_CLINS_ObsLabResult_Uncoded_CS`,
} as const

/** Drug and usage codes, and the OIDs that stood for them until 2024-09. @spec JP-CLINS 1.5.2, JP_MedicationRequest_eCS */
export const drugSystems = {
  yj: 'http://capstandard.jp/iyaku.info/CodeSystem/YJ-code',
  yjOid: 'urn:oid:1.2.392.100495.20.1.73',
  generic: `${mhlw}/CodeSystem/MedicationGeneralOrderCode`,
  genericOid: 'urn:oid:1.2.392.100495.20.1.81',
  noCode: `${eCS}/CodeSystem/MedicationCodeNocoded_CS`,
  usage: `${mhlw}/CodeSystem/MedicationUsage_ePrescription`,
  usageDummy: `${clins}/CodeSystem/JP_CLINS_MedicationUsage_Uncoded_CS`,
  strengthType: `${mhlw}/CodeSystem/MedicationIngredientStrengthStrengthType`,
  unit: `${mhlw}/CodeSystem/MedicationUnitMERIT9Code`,
} as const

/** 10 digits: prefecture 2, fee table 1 (1 medical, 3 dental), institution 7. @spec JP-CLINS 1.5.2, R1021 */
export const institutionNumberPattern = /^[0-4][0-9][1-3][0-9]{7}$/

/** `institution^year^local id`. @spec JP-CLINS 1.5.2, R02152 */
export const bundleIdentifierPattern = /^([0-4][0-9][1-3][0-9]{7})\^(20[2-3][0-9])\^([A-Za-z0-9-]{1,36})$/
