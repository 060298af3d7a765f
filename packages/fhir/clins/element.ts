import type { Json, JsonObject, Resource } from '../model.ts'

/** A place inside a resource: the value and the FHIRPath that names it. */
export type Node = { path: string; value: Json }

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

export const isResource = (value: unknown): value is Resource => isObject(value) && typeof value.resourceType === 'string'

/** An own element; never what the prototype offers under the same name. */
export const element = (value: Json | undefined, name: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined

/** A list element; anything else than a list reads as the one value, absence as none. */
export function listOf(value: Json | undefined): Json[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

/** The string, or undefined where the element is absent, empty or of another type. */
export const text = (value: Json | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** Follows element names from a value, entering lists: `values(patient, 'name', 'text')`. */
export function values(start: Json | undefined, ...names: string[]): Json[] {
  let found = listOf(start)
  for (const name of names)
    found = found.length === 1 ? listOf(element(found[0], name)) : found.flatMap((value) => listOf(element(value, name)))
  return found
}

export const texts = (start: Json | undefined, ...names: string[]): string[] =>
  values(start, ...names).filter((value) => typeof value === 'string')

export function firstText(start: Json | undefined, ...names: string[]): string | undefined {
  // Where no list stands on the way, which is nearly always, none is made.
  let at = start
  for (const name of names) {
    if (at === undefined || at === null) return undefined
    if (!isObject(at)) return text(texts(start, ...names)[0])
    at = element(at, name)
  }
  return isObject(at) || Array.isArray(at) ? text(texts(at)[0]) : text(at)
}

/** As `values`, keeping where each value was found. */
export function nodes(start: Node, ...names: string[]): Node[] {
  let found = [start]
  for (const name of names) found = found.flatMap((node) => children(node, name))
  return found
}

function children(node: Node, name: string): Node[] {
  const value = element(node.value, name)
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) return [{ path: `${node.path}.${name}`, value }]
  return value.map((item, index) => ({ path: `${node.path}.${name}[${index}]`, value: item }))
}

/** Every object and string below a place, in reading order; iterative, so depth costs no stack. */
export function walk(start: Node, visit: (node: Node, name: string, parent: Json | null) => void): void {
  const open: { node: Node; name: string; parent: Json | null }[] = [{ node: start, name: '', parent: null }]
  while (open.length > 0) {
    const { node, name, parent } = open.pop()!
    visit(node, name, parent)
    if (Array.isArray(node.value)) {
      for (let i = node.value.length - 1; i >= 0; i--)
        open.push({ node: { path: `${node.path}[${i}]`, value: node.value[i] ?? null }, name, parent })
    } else if (isObject(node.value)) {
      const names = Object.keys(node.value)
      for (let i = names.length - 1; i >= 0; i--) {
        const child = names[i] ?? ''
        open.push({ node: { path: `${node.path}.${child}`, value: node.value[child] ?? null }, name: child, parent: node.value })
      }
    }
  }
}

/** The extension with this url, or undefined. */
export const extension = (start: Json | undefined, url: string): Json | undefined =>
  values(start, 'extension').find((item) => element(item, 'url') === url)

/** Codings of a CodeableConcept as system and code pairs; absent parts are empty strings. */
export const codings = (concept: Json | undefined): { system: string; code: string; display: string }[] =>
  values(concept, 'coding').map((coding) => ({
    system: firstText(coding, 'system') ?? '',
    code: firstText(coding, 'code') ?? '',
    display: firstText(coding, 'display') ?? '',
  }))

/** Whether a resource claims a profile, whatever version stands after `|`. */
export const claims = (resource: Json | undefined, profile: string): boolean =>
  texts(resource, 'meta', 'profile').some((claimed) => claimed.split('|')[0] === profile)

/** Identifier values of a resource under one system. */
export const identifierValues = (resource: Json | undefined, system: string): string[] =>
  values(resource, 'identifier')
    .filter((identifier) => element(identifier, 'system') === system)
    .map((identifier) => firstText(identifier, 'value') ?? '')
