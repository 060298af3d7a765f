/**
 * References that say what to look for (`Patient?identifier=…`). In a transaction or batch each is looked up and replaced by what it finds;
 * anywhere else nobody would look, and a search nobody makes must not be stored as if it led somewhere.
 * @spec FHIR R4 http, conditional references
 */
import { type Finding, isObject, isResourceType, type Json, type Resource, textsNamed } from '#packages/fhir'
import { isOwnAddress } from '../own-address.ts'

const SEARCH = /^([A-Z][A-Za-z]{1,40})\?/
const NAMES: ReadonlySet<string> = new Set(['reference'])

/** What a conditional reference looks for, `Type?criteria`, also where it names this server in full; null for any other reference. */
export function searchIn(reference: string): { type: string; search: string } | null {
  const cut = reference.indexOf('?')
  if (cut < 0) return null
  const search = isOwnAddress(reference) ? reference.slice(reference.lastIndexOf('/', cut) + 1) : reference
  const type = SEARCH.exec(search)?.[1]
  return type !== undefined && isResourceType(type) ? { type, search } : null
}

export const isConditional = (reference: string): boolean => searchIn(reference) !== null

/** Conditional references of a resource that is written by itself, each with its place. A Bundle that is kept as it is keeps its own. */
export const conditionalReferences = (resource: Resource): Finding[] =>
  resource.resourceType === 'Bundle' ? [] : conditionalReferencesWithin(resource)

/** Conditional references anywhere in a resource, also of a Bundle that is taken apart. */
export function conditionalReferencesWithin(resource: Resource): Finding[] {
  if (!textsNamed(resource, NAMES).some(isConditional)) return []
  const findings: Finding[] = []
  const walk = (part: Json, path: string): void => {
    if (Array.isArray(part)) for (const [at, one] of part.entries()) walk(one, `${path}[${at}]`)
    if (!isObject(part)) return
    if (typeof part.reference === 'string' && isConditional(part.reference)) findings.push(notHere(`${path}.reference`, part.reference))
    for (const [name, child] of Object.entries(part)) if (typeof child === 'object' && child !== null) walk(child, `${path}.${name}`)
  }
  walk(resource, resource.resourceType)
  return findings
}

const notHere = (path: string, reference: string): Finding => ({
  severity: 'error',
  code: 'business-rule',
  path,
  ruleId: 'reference/conditional',
  ja: `参照「${reference.slice(0, 120)}」は検索条件です。検索条件での参照は、transaction の Bundle（POST /fhir/R4）の中で使ってください。1件だけ送るときは、先に検索し、見つかった Patient/123 のような参照を書いてください。`,
  en: `The reference “${reference.slice(0, 120)}” is a search. Use it within a transaction Bundle (POST /fhir/R4); to send one resource, search first and write the reference you find, such as Patient/123.`,
})
