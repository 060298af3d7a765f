import type { Json, Resource } from '../../model.ts'
import {
  allergenSystems,
  codeSystems,
  diseaseSystems,
  drugSystems,
  eCSProfile,
  extensions,
  identifierSystems,
  labSystems,
} from '../canonicals.ts'
import type { AllergyInput, ConditionInput, ItemInput, LaboratoryInput, MedicationInput, SenderInput } from './input.ts'
import {
  coded,
  concept,
  containedDoctor,
  containedEncounter,
  departmentExtension,
  institutionExtension,
  meta,
  only,
  resourceId,
} from './person.ts'

/** Who sends an item, about whom (the patient's `fullUrl`), last changed when. */
export type ItemContext = { sender: SenderInput; patientUrl: string; at: string }

export function makeItem(item: ItemInput | MedicationInput, context: ItemContext): Resource {
  switch (item.type) {
    case 'Condition':
      return makeCondition(item, context)
    case 'AllergyIntolerance':
      return makeAllergy(item, context)
    case 'Observation':
      return makeLaboratory(item, context)
    case 'MedicationRequest':
      return makeMedication(item, context)
  }
}

const origin = ({ sender }: ItemContext): Json[] => [institutionExtension(sender.institutionNumber), departmentExtension(sender.department)]

export function makeCondition(item: ConditionInput, context: ItemContext): Resource {
  const status = item.clinicalStatus ?? (item.abatement === undefined ? 'active' : 'resolved')
  const main = { url: extensions.diagnosisType, valueCodeableConcept: concept(codeSystems.diagnosisType, 'principal', '主病名') }
  const { icd10 } = item.code
  return {
    resourceType: 'Condition',
    ...only({
      meta: meta(context.at, eCSProfile('Condition'), item.flags),
      contained: [containedEncounter(`${item.id}-visit`)],
      extension: item.principal ? [...origin(context), main] : origin(context),
      identifier: resourceId(item.id),
      clinicalStatus: concept(codeSystems.conditionClinical, status),
      verificationStatus: concept(codeSystems.conditionVerification, item.suspected ? 'unconfirmed' : 'confirmed'),
      category: [concept(codeSystems.conditionCategory, 'encounter-diagnosis')],
      code: {
        coding: [
          coded(diseaseSystems.keyNumber, item.code.keyNumber, item.code.display),
          ...(icd10 === undefined ? [] : [coded(diseaseSystems.icd10, icd10.code, icd10.display)]),
        ],
        text: item.code.text ?? item.code.display,
      },
      subject: { reference: context.patientUrl },
      encounter: { reference: '#encounter' },
      onsetDateTime: item.onset,
      abatementDateTime: item.abatement,
      recordedDate: item.recorded,
    }),
  }
}

/** Code system of a J-FAGY code, by its beginning. @spec J-FAGY */
export function allergenSystemOf(code: string): string {
  if (code.startsWith('GCM')) return allergenSystems.genericDrug
  if (code.startsWith('YCM') || code.startsWith('D9M')) return allergenSystems.drug
  return code.startsWith('J9F') || code.startsWith('D9F') ? allergenSystems.food : allergenSystems.other
}

export function makeAllergy(item: AllergyInput, context: ItemContext): Resource {
  return {
    resourceType: 'AllergyIntolerance',
    ...only({
      meta: meta(context.at, eCSProfile('AllergyIntolerance'), item.flags),
      extension: [institutionExtension(context.sender.institutionNumber)],
      identifier: resourceId(item.id),
      clinicalStatus: concept(codeSystems.allergyClinical, 'active'),
      verificationStatus: concept(codeSystems.allergyVerification, 'confirmed'),
      category: item.category === null ? undefined : [item.category],
      criticality: item.criticality ?? (item.category === 'medication' ? 'high' : undefined),
      code: { ...concept(allergenSystemOf(item.code.code), item.code.code, item.code.display), text: item.code.text ?? item.code.display },
      patient: { reference: context.patientUrl },
      onsetDateTime: item.onset,
      recordedDate: item.recorded,
      note: item.note === undefined ? undefined : [{ text: item.note }],
    }),
  }
}

const standardSystems = { core: labSystems.core10, infection: labSystems.infection10, jlac10: labSystems.jlac10 }

export function makeLaboratory(item: LaboratoryInput, context: ItemContext): Resource {
  const standard = item.standard
    ? coded(standardSystems[item.standard.list], item.standard.code, item.standard.display)
    : coded(labSystems.uncoded, '99999999999999999', '未標準化コード項目(JLAC)')
  return {
    resourceType: 'Observation',
    ...only({
      meta: meta(context.at, eCSProfile('Observation_LabResult'), item.flags),
      contained: [
        containedEncounter(`${item.id}-visit`),
        containedDoctor(context.sender),
        { resourceType: 'Specimen', id: 'specimen', type: { text: item.specimen } },
      ],
      extension: origin(context),
      identifier: resourceId(item.id),
      status: item.status ?? 'final',
      category: [concept(codeSystems.observationCategory, 'laboratory')],
      code: { coding: [coded(labSystems.local, item.local.code, item.local.display), standard], text: item.local.display },
      subject: { reference: context.patientUrl },
      encounter: { reference: '#encounter' },
      effectiveDateTime: item.taken,
      issued: item.issued,
      performer: [{ reference: '#doctor' }],
      ...resultOf(item),
      interpretation: item.interpretation && [concept(codeSystems.interpretation, item.interpretation)],
      specimen: { reference: '#specimen' },
      referenceRange: item.range && [rangeOf(item)],
    }),
  }
}

function resultOf({ value }: LaboratoryInput): Record<string, Json> {
  if ('absent' in value) return { dataAbsentReason: concept('http://terminology.hl7.org/CodeSystem/data-absent-reason', value.absent) }
  if ('text' in value) return { valueString: value.text }
  return { valueQuantity: quantity(value) }
}

const quantity = (value: { quantity: number; unit: string; ucum?: string }) =>
  only({
    value: value.quantity,
    unit: value.unit,
    system: value.ucum === undefined ? undefined : codeSystems.ucum,
    code: value.ucum,
  })

function rangeOf({ value, range }: LaboratoryInput): Json {
  const bound = (limit: number | undefined) =>
    limit === undefined || !('quantity' in value) ? undefined : quantity({ ...value, quantity: limit })
  return only({ low: bound(range?.low), high: bound(range?.high), text: range?.text })
}

export function makeMedication(item: MedicationInput, context: ItemContext): Resource {
  const { drug } = item
  const codes = [
    ...(drug.yj === undefined ? [] : [coded(drugSystems.yj, drug.yj, drug.display)]),
    ...(drug.generic === undefined ? [] : [coded(drugSystems.generic, drug.generic, drug.display)]),
  ]
  return {
    resourceType: 'MedicationRequest',
    meta: meta(context.at, eCSProfile('MedicationRequest')),
    contained: [containedEncounter(`${item.id}-visit`), containedDoctor(context.sender)],
    extension: origin(context),
    // one drug in a prescription of its own: the first of the first
    identifier: [
      { system: identifierSystems.rpGroup, value: '1' },
      { system: identifierSystems.orderInRp, value: '1' },
      ...resourceId(item.id),
    ],
    status: 'completed',
    intent: 'order',
    medicationCodeableConcept: {
      coding: codes.length > 0 ? codes : [coded(drugSystems.noCode, 'NOCODED', '標準コードなし')],
      text: drug.text ?? drug.display,
    },
    subject: { reference: context.patientUrl },
    encounter: { reference: '#encounter' },
    authoredOn: item.authored,
    requester: { reference: '#doctor' },
    dosageInstruction: [dosage(item)],
  }
}

function dosage({ usage, dose, days, start }: MedicationInput): Json {
  const unit = (value: number): Json => ({ value, unit: dose.unit, system: drugSystems.unit, code: dose.unitCode })
  const usageCode =
    usage.code === undefined
      ? coded(drugSystems.usageDummy, '0X0XXXXXXXXX0000', 'ダミー用法コード')
      : coded(drugSystems.usage, usage.code, usage.text)
  return {
    extension: [{ url: extensions.periodOfUse, valuePeriod: { start } }],
    text: `${usage.text} ${days}日分`,
    timing: {
      repeat: { boundsDuration: { value: days, unit: '日', system: codeSystems.ucum, code: 'd' } },
      code: { coding: [usageCode], text: usage.text },
    },
    doseAndRate: [
      {
        type: concept(drugSystems.strengthType, '1', '製剤量'),
        doseQuantity: unit(dose.value),
        rateRatio: { numerator: unit(dose.perDay), denominator: { value: 1, unit: '日', system: codeSystems.ucum, code: 'd' } },
      },
    ],
  }
}
