/** What every item on a chart says about itself, whatever its kind. Pure, and tolerant: anything a sender ever sent must be shown. */
import type { ItemKind } from '#care/consent'
import { codings, departmentOf, element, firstText, isObject, type Json, patientName, type Resource, values } from '#packages/fhir'
import type { Seen } from '../model.ts'

/** Name of an institution by its number, as the register knows it; undefined where it does not. */
export type NameOf = (institutionNumber: string) => string | undefined

/** Where a fact comes from. `institutionName` falls back to what the sender wrote, then to the number. */
export type Origin = {
  institutionNumber: string
  institutionName: string
  department: string | null
  doctor: string | null
}

export type Presented = {
  id: string
  type: string
  kind: ItemKind
  /** Date of the fact as sent (FHIR date or dateTime, possibly only a year); null where the sender gave none. */
  on: string | null
  registeredAt: Date
  origin: Origin
  /** 未告知: only ever true for readers at institutions; the person's own rows never carry it. */
  uninformed: boolean
  longTerm: boolean
  /** Rule that showed it. */
  rule: string
  /** Older tellings of the same fact, newest first; see `toldOnce`. */
  also: { id: string; registeredAt: Date }[]
}

/** The stored text as a resource; an empty one of its type where it cannot be read. */
export function resourceOf(seen: Pick<Seen, 'body' | 'type'>): Resource {
  try {
    const parsed: unknown = JSON.parse(seen.body)
    if (isObject(parsed)) return { ...parsed, resourceType: seen.type }
  } catch {
    // Shown without content rather than hiding the rest of the chart.
  }
  return { resourceType: seen.type }
}

export function presented(seen: Seen, resource: Resource, about: { nameOf: NameOf; on: string | null }): Presented {
  return {
    id: seen.id,
    type: seen.type,
    kind: seen.kind,
    on: about.on,
    registeredAt: seen.registeredAt,
    origin: originOf(resource, seen.source, about.nameOf),
    uninformed: seen.uninformed,
    longTerm: seen.longTerm,
    rule: seen.rule,
    also: [],
  }
}

function originOf(resource: Resource, source: string, nameOf: NameOf): Origin {
  const contained = values(resource, 'contained')
  const of = (type: string) => contained.find((one) => element(one, 'resourceType') === type)
  const organization = firstText(of('Organization'), 'name')
  const doctor = of('Practitioner')
  const name = doctor === undefined ? null : patientName(doctor)
  return {
    institutionNumber: source,
    institutionName: nameOf(source) ?? organization ?? source,
    department: departmentOf(resource)?.text || null,
    doctor: name?.kanji ?? name?.kana ?? firstText(doctor, 'name', 'text') ?? null,
  }
}

/** The words of a concept: as typed, else the name of its first code that has one, else a code; null where it says nothing. */
export function wordsOf(concept: Json | undefined): string | null {
  const coded = codings(concept)
  return (
    firstText(concept, 'text')?.trim() || coded.find((c) => c.display !== '')?.display || coded.find((c) => c.code !== '')?.code || null
  )
}

/** Code of the first coding, or null. */
export const codeOf = (concept: Json | undefined): string | null => codings(concept).find((c) => c.code !== '')?.code ?? null

/** The first finite number below the names, or null. */
export function numberAt(start: Json | undefined, ...names: string[]): number | null {
  const found = values(start, ...names).find((value) => typeof value === 'number' && Number.isFinite(value))
  return typeof found === 'number' ? found : null
}

/** The first of several date elements that carries text. */
export function dateAt(resource: Resource, ...names: string[]): string | null {
  for (const name of names) {
    const found = firstText(resource, ...name.split('.'))
    if (found !== undefined) return found
  }
  return null
}
