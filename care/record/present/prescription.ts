import { element, extension, extensions, firstText, type Json, type Resource, texts, values } from '#packages/fhir'
import type { Seen } from '../model.ts'
import { codeOf, dateAt, type NameOf, numberAt, type Presented, presented, resourceOf, wordsOf } from './origin.ts'

/** 処方. Until prescriptions arrive by themselves they are taken out of letters and summaries: `fromDocument`. */
export type PrescriptionItem = Presented & {
  is: 'prescription'
  name: string | null
  code: string | null
  /** '1日1回朝食後 服用 28日分' as the prescriber wrote it, else the name of the usage. */
  usage: string | null
  /** '1錠', or null. */
  dose: string | null
  days: number | null
  start: string | null
  status: string | null
  fromDocument: boolean
}

export function presentPrescription(seen: Seen, nameOf: NameOf): PrescriptionItem {
  const resource = resourceOf(seen)
  const drug = drugOf(resource)
  const dosage = element(resource, 'dosageInstruction')
  const dosages = values(dosage)
  const usages = dosages.map((one) => firstText(one, 'text')?.trim() || wordsOf(element(element(one, 'timing'), 'code')))
  return {
    is: 'prescription',
    ...presented(seen, resource, { nameOf, on: dateAt(resource, 'authoredOn') }),
    ...drug,
    usage: usages.filter((one) => one !== null && one !== undefined).join('、') || null,
    dose: doseOf(dosages[0]),
    days: daysOf(resource),
    start:
      dosages.map((one) => firstText(extension(one, extensions.periodOfUse), 'valuePeriod', 'start')).find((one) => one !== undefined) ??
      null,
    status: firstText(resource, 'status') ?? null,
    fromDocument: seen.depositId !== null,
  }
}

/** The drug: as a concept, or as a contained Medication, which senders point at as `#id` or as `Medication/id`. */
function drugOf(resource: Resource): { name: string | null; code: string | null } {
  const concept = element(resource, 'medicationCodeableConcept')
  if (concept !== undefined) return { name: wordsOf(concept), code: codeOf(concept) }
  const reference = firstText(resource, 'medicationReference', 'reference') ?? ''
  const id = reference.replace(/^(?:#|.*\/)/, '')
  const medication = values(resource, 'contained').find((one) => id !== '' && firstText(one, 'id') === id)
  const code = element(medication, 'code')
  // A mixture of injections has no name of its own: it is what is in it.
  const parts = values(medication, 'ingredient', 'itemCodeableConcept').map(wordsOf)
  const mixture = parts.filter((part) => part !== null).join(' ＋ ')
  return { name: wordsOf(code) ?? (mixture || (firstText(resource, 'medicationReference', 'display') ?? null)), code: codeOf(code) }
}

function doseOf(dosage: Json | undefined): string | null {
  const quantity = values(dosage, 'doseAndRate', 'doseQuantity')[0]
  const value = numberAt(quantity, 'value')
  const unit = firstText(quantity, 'unit') ?? texts(quantity, 'code')[0] ?? ''
  return value === null ? null : `${value}${unit}`
}

function daysOf(resource: Resource): number | null {
  const bounds = values(resource, 'dosageInstruction', 'timing', 'repeat', 'boundsDuration')[0]
  const supply = element(element(resource, 'dispenseRequest'), 'expectedSupplyDuration')
  const inDays = [bounds, supply].find((one) => ['d', '日'].includes(firstText(one, 'code') ?? firstText(one, 'unit') ?? ''))
  return numberAt(inDays, 'value')
}
