import type { Seen } from '../model.ts'
import { type AllergyItem, type DiagnosisItem, presentAllergy, presentDiagnosis } from './diagnosis.ts'
import { type DocumentItem, presentDocument } from './document.ts'
import { type NameOf, type Presented, presented, resourceOf, wordsOf } from './origin.ts'
import { type PrescriptionItem, presentPrescription } from './prescription.ts'
import { presentLab, type ResultItem } from './result.ts'
import { dateAt } from './origin.ts'

/** A resource outside the six items, shown by its name alone. */
export type OtherItem = Presented & { is: 'other'; name: string | null }

/** One thing on a chart; `is` tells which. */
export type ChartItem = DiagnosisItem | AllergyItem | ResultItem | PrescriptionItem | DocumentItem | OtherItem

/** A stored row as something to show. Never throws, whatever the row holds. */
export function present(seen: Seen, nameOf: NameOf): ChartItem {
  switch (seen.type) {
    case 'Condition':
      return presentDiagnosis(seen, nameOf)
    case 'AllergyIntolerance':
      return presentAllergy(seen, nameOf)
    case 'Observation':
      return presentLab(seen, nameOf)
    case 'MedicationRequest':
      return presentPrescription(seen, nameOf)
    case 'Bundle':
    case 'Composition':
      return presentDocument(seen, nameOf)
    default:
      return presentOther(seen, nameOf)
  }
}

function presentOther(seen: Seen, nameOf: NameOf): OtherItem {
  const resource = resourceOf(seen)
  const on = dateAt(
    resource,
    'effectiveDateTime',
    'performedDateTime',
    'occurrenceDateTime',
    'period.start',
    'date',
    'issued',
    'recordedDate',
  )
  return { is: 'other', ...presented(seen, resource, { nameOf, on }), name: wordsOf(resource.code) ?? wordsOf(resource.type) }
}
