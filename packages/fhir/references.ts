/** Literal references: what a Reference names, read from its text alone. @spec http://hl7.org/fhir/R4/references.html#literal */
import type { Json } from './model.ts'
import { isResourceType } from './shapes.ts'

/** `type` and `id` where the text names them, with or without a fragment; `absolute` when it has a scheme and host; `query` for a conditional reference; `version` where one is named. */
export type ReferenceTarget = { type: string; id?: string; version?: string; absolute?: boolean; query?: boolean }

const literal =
  /^(https?:\/\/\S{1,4000}\/)?([A-Z][A-Za-z]{1,40})\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?(?:#\S{1,200})?$/
const conditional = /^([A-Z][A-Za-z]{1,40})\?./

/** Resource type and id that the text of a literal reference names; null for fragments, URNs and anything else. */
export function parseReference(reference: string): ReferenceTarget | null {
  const match = literal.exec(reference)
  if (match) {
    const [, absolute, type, id, version] = match
    return isResourceType(type!) ? { type: type!, id: id!, ...(version ? { version } : {}), ...(absolute ? { absolute: true } : {}) } : null
  }
  const type = conditional.exec(reference)?.[1]
  return type !== undefined && isResourceType(type) ? { type, query: true } : null
}

/** Resource type a Reference names, by its literal text or else its `type`; undefined where neither says. A resource itself counts as its own type. */
export function referenceType(value: Json): string | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined
  if (typeof value.reference === 'string') {
    const type = parseReference(value.reference)?.type
    if (type) return type
  }
  if (typeof value.resourceType === 'string') return value.resourceType
  return typeof value.type === 'string' ? value.type : undefined
}

/** Texts of all members of these names at any depth, each once: `reference` finds every literal reference that a resource makes. */
export function textsNamed(value: Json, names: ReadonlySet<string>): string[] {
  const found = new Set<string>()
  const open: Json[] = [value]
  while (open.length > 0) {
    const next = open.pop()!
    // One by one: a list may be longer than a call takes arguments.
    if (Array.isArray(next)) for (const one of next) open.push(one)
    else if (next !== null && typeof next === 'object')
      for (const [name, child] of Object.entries(next)) {
        if (typeof child !== 'string') open.push(child)
        else if (names.has(name)) found.add(child)
      }
  }
  return [...found]
}
