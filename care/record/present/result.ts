import { codings, element, firstText, type Json, labSystems, type Resource, texts, values } from '#packages/fhir'
import type { Seen } from '../model.ts'
import { codeOf, dateAt, type NameOf, numberAt, type Presented, presented, resourceOf, wordsOf } from './origin.ts'

/** Bounds the laboratory calls usual, both included; `text` where it is given in words. */
export type Reference = { low?: number; high?: number; text?: string }
export type ResultMark = 'high' | 'low' | 'abnormal' | 'within' | null

/** A laboratory result or a result of a check-up. */
export type ResultItem = Presented & {
  is: 'result'
  name: string | null
  /** As text for the eye, comparator included ('<0.3', '陰性'); null where nothing was measured. */
  value: string | null
  /** The value as a number, for courses; null where it is none. */
  number: number | null
  unit: string | null
  reference: Reference | null
  /** The laboratory's own mark, else the comparison with the range; null where nothing can be said. */
  mark: ResultMark
  outOfRange: 'high' | 'low' | null
  /** Why there is no value: the code of the FHIR data-absent-reason, or its words. */
  absent: string | null
  specimen: string | null
  /** FHIR status: `preliminary`, `final`, `corrected`, `entered-in-error`, ...; null where none. */
  status: string | null
  note: string | null
  /** Category of a check-up result: body-measurement, vital-signs, laboratory, exam, survey, social-history; null where none. */
  category: string | null
  /** Results with the same key are measurements of one thing and may stand on one line. */
  courseKey: string
}

/** A laboratory result, or an infection test. */
export function presentLab(seen: Seen, nameOf: NameOf): ResultItem {
  const resource = resourceOf(seen)
  const status = firstText(resource, 'status') ?? null
  const measured = status === 'entered-in-error' || status === 'cancelled' ? nothing : measuredOf(resource)
  const reference = referenceOf(resource)
  const name = nameOfResult(resource)
  const mark = markOf(resource, measured, reference)
  return {
    is: 'result',
    ...presented(seen, resource, {
      nameOf,
      on: dateAt(resource, 'effectiveDateTime', 'effectiveInstant', 'effectivePeriod.start', 'issued'),
    }),
    name,
    value: measured.value,
    number: measured.number,
    unit: measured.unit,
    reference,
    mark,
    outOfRange: mark === 'high' || mark === 'low' ? mark : null,
    absent:
      measured.value === null ? (codeOf(element(resource, 'dataAbsentReason')) ?? wordsOf(element(resource, 'dataAbsentReason'))) : null,
    specimen: specimenOf(resource),
    status,
    note: texts(resource, 'note', 'text').join('\n').trim() || null,
    category:
      values(resource, 'category')
        .map(codeOf)
        .find((code) => code !== null) ?? null,
    courseKey: `${codeKey(resource, seen.source, name)}|${measured.unit ?? ''}`,
  }
}

/** A result of a check-up: the same shape, of kind `check-up`. */
export const presentCheckup = presentLab

/** Words before codes: '99999999999999999' is the code of everything that has none. */
function nameOfResult(resource: Resource): string | null {
  const code = element(resource, 'code')
  const named = codings(code).filter((c) => c.system !== labSystems.uncoded)
  return (
    firstText(code, 'text')?.trim() ||
    named.find((c) => c.display !== '')?.display ||
    named.find((c) => c.code !== '')?.code ||
    wordsOf(code)
  )
}

type Measured = { value: string | null; number: number | null; unit: string | null; comparator: string }
const nothing: Measured = { value: null, number: null, unit: null, comparator: '' }
const inWords = (value: string | null | undefined): Measured => ({ ...nothing, value: value?.trim() || null })

function measuredOf(resource: Json): Measured {
  const quantity = element(resource, 'valueQuantity')
  if (quantity !== undefined) return quantityOf(quantity)
  const words = firstText(resource, 'valueString') ?? wordsOf(element(resource, 'valueCodeableConcept'))
  if (words !== null) return inWords(words)
  const plain = values(resource, 'valueInteger').concat(values(resource, 'valueBoolean'))[0]
  if (typeof plain === 'number') return { ...nothing, value: String(plain), number: plain }
  if (typeof plain === 'boolean') return inWords(plain ? '＋' : '－')
  const span = element(resource, 'valueRange')
  if (span !== undefined) return inWords(joined([quantityText(element(span, 'low')), quantityText(element(span, 'high'))], '〜'))
  const ratio = element(resource, 'valueRatio')
  if (ratio !== undefined)
    return inWords(joined([quantityText(element(ratio, 'numerator')), quantityText(element(ratio, 'denominator'))], ':'))
  const moment = firstText(resource, 'valueDateTime') ?? firstText(resource, 'valueTime') ?? firstText(resource, 'valuePeriod', 'start')
  return moment === undefined ? componentsOf(resource) : inWords(moment)
}

function quantityOf(quantity: Json): Measured {
  const number = numberAt(quantity, 'value')
  const comparator = firstText(quantity, 'comparator') ?? ''
  const unit = firstText(quantity, 'unit') ?? firstText(quantity, 'code') ?? null
  return { value: number === null ? null : `${comparator}${number}`, number: comparator === '' ? number : null, unit, comparator }
}

function quantityText(quantity: Json | undefined): string {
  const { value, unit } = quantity === undefined ? nothing : quantityOf(quantity)
  return value === null ? '' : `${value}${unit === null ? '' : ` ${unit}`}`
}

const joined = (parts: readonly string[], by: string) => (parts.some((part) => part !== '') ? parts.join(by) : null)

/** Several values under one name, such as the two of a blood pressure. */
function componentsOf(resource: Json): Measured {
  const parts = values(resource, 'component').flatMap((component) => {
    const { value, unit } = measuredOf({
      ...(typeof component === 'object' && component !== null && !Array.isArray(component) ? component : {}),
      component: null,
    })
    return value === null ? [] : [`${wordsOf(element(component, 'code')) ?? ''} ${value}${unit === null ? '' : ` ${unit}`}`.trim()]
  })
  return inWords(joined(parts, '、'))
}

function referenceOf(resource: Resource): Reference | null {
  const ranges = values(resource, 'referenceRange')
  // The range called normal wins where a laboratory sends several (therapeutic, critical).
  const range = ranges.find((one) => codeOf(element(one, 'type')) === 'normal') ?? ranges[0]
  const low = numberAt(range, 'low', 'value')
  const high = numberAt(range, 'high', 'value')
  const words = firstText(range, 'text')?.trim()
  const read = low === null && high === null && words ? boundsIn(words) : {}
  const found = { ...read, ...(low === null ? {} : { low }), ...(high === null ? {} : { high }), ...(words ? { text: words } : {}) }
  return Object.keys(found).length === 0 ? null : found
}

/** '70-109', '70〜109' written in words is a range all the same. */
function boundsIn(words: string): Reference {
  const match = /^\s*(\d+(?:\.\d+)?)\s*[-–~〜～]\s*(\d+(?:\.\d+)?)(?![\d.])/.exec(words.normalize('NFKC'))
  return match ? { low: Number(match[1]), high: Number(match[2]) } : {}
}

const interpretations: Record<string, ResultMark> = {
  H: 'high',
  HH: 'high',
  HU: 'high',
  HX: 'high',
  '>': 'high',
  L: 'low',
  LL: 'low',
  LU: 'low',
  LX: 'low',
  '<': 'low',
  A: 'abnormal',
  AA: 'abnormal',
  POS: 'abnormal',
  N: 'within',
  NEG: 'within',
}

function markOf(resource: Resource, measured: Measured, reference: Reference | null): ResultMark {
  if (measured.value === null) return null
  for (const coding of values(resource, 'interpretation').flatMap(codings)) {
    const mark = Object.hasOwn(interpretations, coding.code) ? interpretations[coding.code] : undefined
    if (mark) return mark
  }
  return compared(measured, reference)
}

/** Where a value stands to its range. '<0.3' says low only if all of it is below, and nothing where it may be either. */
function compared({ value, number, comparator }: Measured, reference: Reference | null): ResultMark {
  const { low, high } = reference ?? {}
  if (low === undefined && high === undefined) return null
  if (low !== undefined && high !== undefined && low > high) return null
  const at = number ?? (comparator === '' ? Number.NaN : Number((value ?? '').slice(comparator.length)))
  if (!Number.isFinite(at)) return null
  const below = comparator.startsWith('<')
  const above = comparator.startsWith('>')
  if (low !== undefined && !above && (below ? at <= low : at < low)) return 'low'
  if (high !== undefined && !below && (above ? at >= high : at > high)) return 'high'
  if (below && (low !== undefined || at > high!)) return null
  if (above && (high !== undefined || at < low!)) return null
  return 'within'
}

function specimenOf(resource: Resource): string | null {
  const reference = firstText(resource, 'specimen', 'reference') ?? ''
  const contained = values(resource, 'contained').find((one) => `#${firstText(one, 'id') ?? ''}` === reference)
  return firstText(resource, 'specimen', 'display') ?? wordsOf(element(contained, 'type'))
}

const standardSystems: readonly string[] = [
  labSystems.core10,
  labSystems.core11,
  labSystems.infection10,
  labSystems.infection11,
  labSystems.jlac10,
]

/**
 * What was measured: the JLAC10 code without method and result form (analyte, identification, specimen: 12 digits), so that
 * a course runs on where a laboratory changes its method; else the standard code; else the institution's own.
 */
function codeKey(resource: Resource, source: string, name: string | null): string {
  const coded = codings(element(resource, 'code'))
  const standard = coded.find((c) => standardSystems.includes(c.system) && c.code !== '')
  if (standard) return /^[0-9A-Z]{17}$/.test(standard.code) ? standard.code.slice(0, 12) : `${standard.system}|${standard.code}`
  const own = coded.find((c) => c.system !== labSystems.uncoded && c.code !== '')
  return own ? `${own.system === labSystems.local ? source : own.system}|${own.code}` : `${source}|${name ?? ''}`
}
