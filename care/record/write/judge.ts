import type { Actor } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { type Finding, hasError, isObject, isResourceType, type Json, type Resource, validateResource } from '#packages/fhir'
import { requireOffered } from '../offered.ts'
import { requireScope } from '../scopes.ts'
import { falseAttachments } from './attachments.ts'
import { conditionalReferences } from './conditional-reference.ts'

let check: (resource: Json) => Finding[] = validateResource

/**
 * Binds what every resource is judged with: base R4 and the packages of the operator. Called once, when a process starts; what it
 * judges with is the same for every caller, and tests that bind nothing judge by base R4.
 */
export const judgeWith = (checker: { validate: (resource: Json) => Finding[] }): void => {
  check = (resource) => checker.validate(resource)
}

/** What is wrong with a resource, by base R4 and the profiles it claims, and with the files in it. */
export const findingsIn = (resource: Json): Finding[] => [...check(resource), ...falseAttachments(resource)]

/** Resources found sound before their transaction opened; inside it nobody judges them again. */
const sound = new WeakSet<object>()

/** The resource keeps to FHIR R4 and to the profiles it claims, and its references lead somewhere. @refuses resource-invalid */
export function requireSound(resource: Resource): void {
  if (sound.has(resource)) return
  const findings = [...findingsIn(resource), ...conditionalReferences(resource)]
  if (hasError(findings)) refuse('resource-invalid', {}, findings)
  sound.add(resource)
}

/** Notes a resource that was judged as part of a Bundle. */
export const markSound = (resource: Resource): void => void sound.add(resource)

/** A copy of a sound resource with other references in it is as sound. */
export function asSoundAs(original: Resource, copy: Resource): Resource {
  if (sound.has(original)) sound.add(copy)
  return copy
}

const interactions = { c: 'create', u: 'update', d: 'delete' } as const

/** @refuses type-unknown, interaction-unsupported, not-permitted, scope-missing */
export function requireWritable(actor: Actor, type: string, act: 'c' | 'u' | 'd'): void {
  requireOffered(type, interactions[act])
  if (actor.kind !== 'system') refuse('not-permitted')
  requireScope(actor, type, act)
}

/** The body as a resource of the type its address names. @refuses resource-invalid */
export function requireResource(value: unknown, type: string): Resource {
  if (!isObject(value) || typeof value.resourceType !== 'string' || !isResourceType(value.resourceType))
    return refuse('resource-invalid', {}, [wrongType(type)])
  if (value.resourceType !== type) return refuse('resource-invalid', {}, [wrongType(type)])
  return value as Resource
}

const wrongType = (type: string) => ({
  severity: 'error',
  code: 'invalid',
  path: 'resourceType',
  ruleId: 'structure/resource-type',
  ja: `resourceType は ${type} でなければなりません。`,
  en: `resourceType must be ${type}.`,
})
