/**
 * Whether two resources of one institution tell the same: what a person keeps back must not come back because it was sent once more.
 * Pure. In doubt they do: who asked for one to be closed is served better by two than by none.
 */
import { clinicalDate, element, firstText, identifierSystems, type Json, type Resource, values } from '#packages/fhir'

type Known = { identifiers: ReadonlySet<string>; codes: ReadonlySet<string>; text: string; on: string | null }

/** Facts that are dated by their day: what time is written differs from letter to letter. */
const byDay: ReadonlySet<string> = new Set(['Condition', 'AllergyIntolerance', 'MedicationRequest'])

function knownBy(resource: Resource): Known {
  const coded = resource.code ?? resource.medicationCodeableConcept ?? null
  const date = clinicalDate(resource)
  return {
    identifiers: named(values(resource, 'identifier').filter(isOwn(resource)), 'value'),
    codes: named(values(coded, 'coding').filter(isCoded), 'code'),
    text: firstText(coded, 'text') ?? '',
    on: date !== null && byDay.has(resource.resourceType) ? date.slice(0, 10) : date,
  }
}

/** An identifier of this resource and no other: a prescription's number stands on each of its drugs, and so does a place within it. */
const isOwn =
  ({ resourceType }: Resource) =>
  (identifier: Json): boolean =>
    resourceType === 'Bundle' || element(identifier, 'system') === identifierSystems.resourceInstance

/** Nines stand for what has no code, and are alike for all of that. @spec JP-CLINS, uncoded items */
const isCoded = (coding: Json): boolean => !/^0*9{3,}$/.test(firstText(coding, 'code') ?? '')

/** `system|value` of those that have a value. */
function named(list: readonly Json[], name: 'value' | 'code'): Set<string> {
  const pairs = list.flatMap((one) => {
    const value = element(one, name)
    return typeof value === 'string' && value !== '' ? [`${firstText(one, 'system') ?? ''}|${value}`] : []
  })
  return new Set(pairs)
}

const meet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => [...a].some((one) => b.has(one))

/** By an identifier of theirs, or by what was found and when. */
export function tellTheSame(a: Resource, b: Resource): boolean {
  if (a.resourceType !== b.resourceType) return false
  const [one, other] = [knownBy(a), knownBy(b)]
  if (meet(one.identifiers, other.identifiers)) return true
  const bothCoded = one.codes.size > 0 && other.codes.size > 0
  const sameText = one.text === other.text
  const same = bothCoded ? meet(one.codes, other.codes) && (sameText || one.text === '' || other.text === '') : sameText && one.text !== ''
  return same && one.on === other.on
}
