import type { Json, Resource } from '../model.ts'
import { isObject, sameJson } from './json-value.ts'

/** Elements that say whose record this is, beside `subject` and `patient`. */
const patientElements: Record<string, readonly string[]> = {
  Coverage: ['beneficiary'],
  ResearchSubject: ['individual'],
  Task: ['for'],
}

const at = (resource: Resource, path: string): Json | undefined =>
  path
    .split('.')
    .reduce<Json | undefined>((value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined), resource)

/** The text of a patient reference is what moves a record; its display may change. */
function owners(value: Json | undefined): Json {
  if (Array.isArray(value)) return value.map(owners)
  if (!isObject(value)) return value ?? null
  const { display: _display, ...rest } = value
  return rest
}

/**
 * Elements that a change must not touch and did: `resourceType`, `id`, `meta.versionId`, `meta.lastUpdated`, `meta.security`, and the references
 * that say whose record it is. The service decides which of them it refuses and which it sets again itself.
 */
export function changedImmutable(before: Resource, after: Resource): string[] {
  const plain = ['resourceType', 'id', 'meta.versionId', 'meta.lastUpdated', 'meta.security'].filter(
    (path) => !sameJson(at(before, path), at(after, path)),
  )
  const references = new Set(['subject', 'patient', ...(patientElements[before.resourceType] ?? [])])
  const moved = [...references].filter((path) => !sameJson(owners(at(before, path)), owners(at(after, path))))
  return [...plain, ...moved]
}
