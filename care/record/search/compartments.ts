/**
 * Compartments: which parameters tie a resource of each type to a patient, visit, practitioner, relative or device.
 * @spec HL7 FHIR R4 (4.0.1) CompartmentDefinition, https://hl7.org/fhir/R4/compartmentdefinition.html
 */
import type { Condition } from './model.ts'
import { findParameter } from './parameters.ts'
import { referenceCondition } from './references.ts'

/** `Type:param,param`; `{def}` is the resource that the compartment is named after. */
const tables: Record<string, string> = {
  Patient: `
    Account:subject AdverseEvent:subject AllergyIntolerance:patient,recorder,asserter Appointment:actor
    AppointmentResponse:actor AuditEvent:patient Basic:patient,author BodyStructure:patient CarePlan:patient,performer
    CareTeam:patient,participant ChargeItem:subject Claim:patient,payee ClaimResponse:patient ClinicalImpression:subject
    Communication:subject,sender,recipient CommunicationRequest:subject,sender,recipient,requester
    Composition:subject,author,attester Condition:patient,asserter Consent:patient
    Coverage:policy-holder,subscriber,beneficiary,payor CoverageEligibilityRequest:patient
    CoverageEligibilityResponse:patient DetectedIssue:patient DeviceRequest:subject,performer DeviceUseStatement:subject
    DiagnosticReport:subject DocumentManifest:subject,author,recipient DocumentReference:subject,author Encounter:subject
    EnrollmentRequest:subject EpisodeOfCare:patient ExplanationOfBenefit:patient,payee FamilyMemberHistory:patient
    Flag:patient Goal:patient Group:member ImagingStudy:patient Immunization:patient ImmunizationEvaluation:patient
    ImmunizationRecommendation:patient Invoice:subject,patient,recipient List:subject,source MeasureReport:patient
    Media:subject MedicationAdministration:patient,performer,subject MedicationDispense:subject,patient,receiver
    MedicationRequest:subject MedicationStatement:subject MolecularSequence:patient NutritionOrder:patient
    Observation:subject,performer Patient:{def},link Person:patient Procedure:patient,performer Provenance:patient
    QuestionnaireResponse:subject,author RelatedPerson:patient RequestGroup:subject,participant ResearchSubject:individual
    RiskAssessment:subject Schedule:actor ServiceRequest:subject,performer Specimen:subject SupplyDelivery:patient
    SupplyRequest:subject Task:patient,focus VisionPrescription:patient`,
  Encounter: `
    CarePlan:encounter CareTeam:encounter ChargeItem:context Claim:encounter ClinicalImpression:encounter
    Communication:encounter CommunicationRequest:encounter Composition:encounter Condition:encounter
    DeviceRequest:encounter DiagnosticReport:encounter DocumentManifest:related-ref DocumentReference:encounter
    Encounter:{def} ExplanationOfBenefit:encounter Media:encounter MedicationAdministration:context
    MedicationRequest:encounter NutritionOrder:encounter Observation:encounter Procedure:encounter
    QuestionnaireResponse:encounter RequestGroup:encounter ServiceRequest:encounter VisionPrescription:encounter`,
  Practitioner: `
    Account:subject AdverseEvent:recorder AllergyIntolerance:recorder,asserter Appointment:actor AppointmentResponse:actor
    AuditEvent:agent Basic:author CarePlan:performer CareTeam:participant ChargeItem:enterer,performer-actor
    Claim:enterer,provider,payee,care-team ClaimResponse:requestor ClinicalImpression:assessor
    Communication:sender,recipient CommunicationRequest:sender,recipient,requester Composition:subject,author,attester
    Condition:asserter CoverageEligibilityRequest:enterer,provider CoverageEligibilityResponse:requestor
    DetectedIssue:author DeviceRequest:requester,performer DiagnosticReport:performer
    DocumentManifest:subject,author,recipient DocumentReference:subject,author,authenticator
    Encounter:practitioner,participant EpisodeOfCare:care-manager ExplanationOfBenefit:enterer,provider,payee,care-team
    Flag:author Group:member Immunization:performer Invoice:participant Linkage:author List:source Media:subject,operator
    MedicationAdministration:performer MedicationDispense:performer,receiver MedicationRequest:requester
    MedicationStatement:source MessageHeader:receiver,author,responsible,enterer NutritionOrder:provider
    Observation:performer Patient:general-practitioner PaymentNotice:provider PaymentReconciliation:requestor
    Person:practitioner Practitioner:{def} PractitionerRole:practitioner Procedure:performer Provenance:agent
    QuestionnaireResponse:author,source RequestGroup:participant,author ResearchStudy:principalinvestigator
    RiskAssessment:performer Schedule:actor ServiceRequest:performer,requester Specimen:collector
    SupplyDelivery:supplier,receiver SupplyRequest:requester VisionPrescription:prescriber`,
  RelatedPerson: `
    AdverseEvent:recorder AllergyIntolerance:asserter Appointment:actor AppointmentResponse:actor Basic:author
    CarePlan:performer CareTeam:participant ChargeItem:enterer,performer-actor Claim:payee Communication:sender,recipient
    CommunicationRequest:sender,recipient,requester Composition:author Condition:asserter
    Coverage:policy-holder,subscriber,payor DocumentManifest:author,recipient DocumentReference:author
    Encounter:participant ExplanationOfBenefit:payee Invoice:recipient MedicationAdministration:performer
    MedicationStatement:source Observation:performer Patient:link Person:link Procedure:performer Provenance:agent
    QuestionnaireResponse:author,source RelatedPerson:{def} RequestGroup:participant Schedule:actor
    ServiceRequest:performer SupplyRequest:requester`,
  Device: `
    Account:subject Appointment:actor AppointmentResponse:actor AuditEvent:agent ChargeItem:enterer,performer-actor
    Claim:procedure-udi,item-udi,detail-udi,subdetail-udi Communication:sender,recipient
    CommunicationRequest:sender,recipient Composition:author DetectedIssue:author Device:{def}
    DeviceRequest:device,subject,requester,performer DeviceUseStatement:device DiagnosticReport:subject
    DocumentManifest:subject,author DocumentReference:subject,author
    ExplanationOfBenefit:procedure-udi,item-udi,detail-udi,subdetail-udi Flag:author Group:member Invoice:participant
    List:subject,source Media:subject MedicationAdministration:device MessageHeader:target Observation:subject,device
    Provenance:agent QuestionnaireResponse:author RequestGroup:author RiskAssessment:performer Schedule:actor
    ServiceRequest:performer,requester Specimen:subject SupplyRequest:requester`,
}

const SELF = '{def}'

const compartments = new Map(
  Object.entries(tables).map(([name, table]) => {
    const rows = table.trim().split(/\s+/)
    return [name, new Map(rows.map((row): [string, string[]] => [row.split(':')[0]!, row.split(':')[1]!.split(',')]))] as const
  }),
)

/** Types that a compartment may hold; undefined where there is no such compartment. */
export const typesOfCompartment = (name: string): readonly string[] | undefined => {
  const found = compartments.get(name)
  return found && [...found.keys()]
}

/** What a resource of the type must meet to be in the compartment of one resource; null where the compartment never holds the type. */
export function inCompartment(name: string, id: string, type: string): Condition | null {
  const params = compartments.get(name)?.get(type)
  if (!params) return null
  const of = params.flatMap((code): Condition[] => {
    if (code === SELF) return [{ kind: 'id', ids: [id] }]
    const known = findParameter(type, code)
    return known ? [referenceCondition(known, undefined, { name: code, values: [`${name}/${id}`] })] : []
  })
  return of.length === 1 ? of[0]! : { kind: 'any', of }
}
