import { codings, diseaseSystems, element, extension, extensions, firstText, texts, values } from '#packages/fhir'
import type { Seen } from '../model.ts'
import { codeOf, dateAt, type NameOf, type Presented, presented, resourceOf, wordsOf } from './origin.ts'

/** 傷病名. `status` is the FHIR clinical status, null where the sender gave none. */
export type DiagnosisItem = Presented & {
  is: 'diagnosis'
  name: string | null
  code: string | null
  status: string | null
  /** Still acted on: active, recurring or of no stated status, and not refuted. */
  current: boolean
  /** 疑い病名 */
  suspected: boolean
  /** 主病名 */
  principal: boolean
  onset: string | null
  abatement: string | null
  icd10: string | null
}

const over = new Set(['inactive', 'remission', 'resolved'])
const unsure = new Set(['unconfirmed', 'provisional', 'differential'])
const wrong = new Set(['refuted', 'entered-in-error'])

export function presentDiagnosis(seen: Seen, nameOf: NameOf): DiagnosisItem {
  const resource = resourceOf(seen)
  const code = element(resource, 'code')
  const status = codeOf(element(resource, 'clinicalStatus'))
  const verification = codeOf(element(resource, 'verificationStatus')) ?? ''
  const onset = dateAt(resource, 'onsetDateTime', 'onsetPeriod.start')
  const type = element(extension(resource, extensions.diagnosisType), 'valueCodeableConcept')
  return {
    is: 'diagnosis',
    ...presented(seen, resource, { nameOf, on: onset ?? dateAt(resource, 'recordedDate') }),
    name: wordsOf(code),
    code: codeOf(code),
    status,
    current: !over.has(status ?? '') && !wrong.has(verification),
    suspected: unsure.has(verification),
    principal: codeOf(type) === 'principal',
    onset: onset ?? firstText(resource, 'onsetString') ?? null,
    abatement: dateAt(resource, 'abatementDateTime', 'abatementPeriod.end', 'abatementString'),
    icd10: codings(code).find((c) => c.system === diseaseSystems.icd10)?.code || null,
  }
}

/** 薬剤・その他のアレルギー. `category` as sent: medication, food, environment, biologic; null where none. */
export type AllergyItem = Presented & {
  is: 'allergy'
  name: string | null
  category: string | null
  /** high, low, unable-to-assess; null where none. */
  criticality: string | null
  current: boolean
  reactions: string[]
  note: string | null
}

export function presentAllergy(seen: Seen, nameOf: NameOf): AllergyItem {
  const resource = resourceOf(seen)
  const status = codeOf(element(resource, 'clinicalStatus')) ?? ''
  const verification = codeOf(element(resource, 'verificationStatus')) ?? ''
  const reactions = values(resource, 'reaction', 'manifestation').map(wordsOf)
  return {
    is: 'allergy',
    ...presented(seen, resource, { nameOf, on: dateAt(resource, 'onsetDateTime', 'onsetPeriod.start', 'recordedDate') }),
    name: wordsOf(element(resource, 'code')),
    category: texts(resource, 'category')[0] ?? null,
    criticality: firstText(resource, 'criticality') ?? null,
    current: !over.has(status) && !wrong.has(verification),
    reactions: [...new Set(reactions.filter((one) => one !== null))],
    note: texts(resource, 'note', 'text').join('\n').trim() || null,
  }
}
