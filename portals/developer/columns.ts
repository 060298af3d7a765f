/** Which columns a table of a resource type has, and what stands in them. Pure. */
import { isObject, type Json, type JsonObject } from '#packages/fhir'
import type { Words } from '#ui'
import { queryOf } from './query.ts'

/** What stands in a cell. `when`: a date or instant as written; `query`: what following it asks. */
export type CellValue = { text: string; unit?: string; note?: string; when?: string; query?: string }
export type ColumnOf = { key: string; header: Words; cell: (resource: JsonObject, base: string) => CellValue | null }

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const first = (value: Json | undefined): Json | undefined => (Array.isArray(value) ? value[0] : value)
const child = (value: Json | undefined, name: string): Json | undefined => (isObject(value) ? first(value[name]) : undefined)

/** The first member that is there. */
const anyOf = (resource: JsonObject, names: readonly string[]): Json | undefined =>
  names.map((name) => first(resource[name])).find((value) => value !== undefined)

/** The words of a coded value, with its code beside; a plain code as it is. */
function concept(value: Json | undefined): CellValue | null {
  if (typeof value === 'string') return { text: value }
  const coding = child(value, 'coding')
  const code = text(child(coding, 'code'))
  const words = text(child(value, 'text')) || text(child(coding, 'display')) || code
  return words === '' ? null : { text: words, ...(code !== '' && code !== words ? { note: code } : {}) }
}

function reference(value: Json | undefined, base: string): CellValue | null {
  const target = text(child(value, 'reference'))
  const identifier = text(child(child(value, 'identifier'), 'value'))
  const words = text(child(value, 'display')) || target || identifier
  if (words === '') return null
  const query = queryOf(target, base)
  return { text: words, ...(query === null ? {} : { query }), ...(words === identifier ? { note: 'identifier' } : {}) }
}

const number = (value: Json | undefined): string => (typeof value === 'number' ? String(value) : '')

function value(resource: JsonObject): CellValue | null {
  const quantity = resource.valueQuantity
  if (isObject(quantity)) {
    const shown = `${text(quantity.comparator)}${number(quantity.value)}`
    return shown === '' ? null : { text: shown, unit: text(quantity.unit) || text(quantity.code) }
  }
  const coded = concept(anyOf(resource, ['valueCodeableConcept', 'valueString', 'valueDateTime', 'valueTime']))
  if (coded) return coded
  const plain = anyOf(resource, ['valueInteger', 'valueBoolean'])
  return plain === undefined ? concept(resource.dataAbsentReason) : { text: String(plain) }
}

function personName(resource: JsonObject): CellValue | null {
  const names = Array.isArray(resource.name) ? resource.name : [resource.name]
  const written = names.map((name) => {
    const whole = text(child(name, 'text'))
    return whole || [text(child(name, 'family')), text(child(name, 'given'))].filter((part) => part !== '').join(' ')
  })
  const [shown = '', reading] = written.filter((name) => name !== '')
  return shown === '' ? null : { text: shown, ...(reading === undefined ? {} : { note: reading }) }
}

const at = (resource: JsonObject, names: readonly string[]): CellValue | null => {
  const found = anyOf(resource, names)
  const when = text(found) || text(child(found, 'start'))
  return when === '' ? null : { text: when, when }
}

const column = (key: string, ja: string, en: string, cell: ColumnOf['cell']): ColumnOf => ({ key, header: { ja, en }, cell })

const what = column('what', '内容', 'What', (r) =>
  concept(anyOf(r, ['code', 'medicationCodeableConcept', 'vaccineCode', 'type', 'category'])),
)
const named = column('name', '名称', 'Name', (r) => concept(anyOf(r, ['title', 'name'])))
const status = column('status', '状態', 'Status', (r) => concept(anyOf(r, ['clinicalStatus', 'status', 'active'])))
const subject = column('subject', '対象', 'Subject', (r, base) => reference(anyOf(r, ['subject', 'patient', 'beneficiary', 'for']), base))
const when = column('when', '日付', 'Date', (r) =>
  at(r, [
    ...['effectiveDateTime', 'effectivePeriod', 'performedDateTime', 'performedPeriod', 'occurrenceDateTime', 'onsetDateTime'],
    ...['authoredOn', 'date', 'recordedDate', 'period', 'issued', 'started', 'created', 'timestamp'],
  ]),
)
const updated = column('updated', '更新', 'Updated', (r) => {
  const last = text(child(r.meta, 'lastUpdated'))
  return last === '' ? null : { text: last, when: last }
})

const ofType: Record<string, readonly ColumnOf[]> = {
  Patient: [
    column('name', '氏名', 'Name', personName),
    column('born', '生年月日', 'Born', (r) => at(r, ['birthDate'])),
    column('gender', '性別', 'Gender', (r) => concept(r.gender)),
    column('identifier', '番号', 'Identifier', (r) => identifier(r)),
  ],
  Practitioner: [column('name', '氏名', 'Name', personName), column('identifier', '番号', 'Identifier', (r) => identifier(r))],
  Organization: [
    named,
    column('identifier', '番号', 'Identifier', (r) => identifier(r)),
    column('type', '種類', 'Type', (r) => concept(first(r.type))),
  ],
  Observation: [column('code', '項目', 'Code', (r) => concept(r.code)), column('value', '値', 'Value', value), when, status, subject],
  Condition: [
    column('code', '傷病名', 'Code', (r) => concept(r.code)),
    status,
    column('onset', '発症', 'Onset', (r) => at(r, ['onsetDateTime', 'onsetPeriod', 'recordedDate'])),
    subject,
  ],
  AllergyIntolerance: [
    column('code', '原因', 'Code', (r) => concept(r.code)),
    status,
    column('criticality', '重症度', 'Criticality', (r) => concept(r.criticality)),
    subject,
  ],
  MedicationRequest: [
    column('medication', '薬', 'Medication', (r, base) => concept(r.medicationCodeableConcept) ?? reference(r.medicationReference, base)),
    column('dosage', '用法', 'Dosage', (r) => concept(text(child(first(r.dosageInstruction), 'text')) || undefined)),
    when,
    status,
    subject,
  ],
  Composition: [named, what, when, status, subject],
  DocumentReference: [column('type', '種類', 'Type', (r) => concept(r.type)), when, status, subject],
}

function identifier(resource: JsonObject): CellValue | null {
  const found = first(resource.identifier)
  const shown = text(child(found, 'value'))
  return shown === '' ? null : { text: shown }
}

const generic = [named, what, when, status, subject]

/** Columns of these resources: those of their type, or those that any type may have; a column that nobody fills is left out. */
export function columnsFor(resources: readonly JsonObject[], base: string): ColumnOf[] {
  const types = new Set(resources.map((r) => text(r.resourceType)))
  const [only = ''] = types
  const chosen = types.size === 1 ? (ofType[only] ?? generic) : generic
  return (types.size > 1 ? chosen : [...chosen, updated]).filter((one) => resources.some((r) => one.cell(r, base) !== null))
}
