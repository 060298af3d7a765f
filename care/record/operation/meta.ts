import { refuse } from '#kernel/refusal'
import { isObject, type Json, type JsonObject, type Resource } from '#packages/fhir'

const lists = ['profile', 'tag', 'security'] as const
type Labels = Partial<Record<(typeof lists)[number], Json[]>>

const same = (a: Json, b: Json): boolean =>
  isObject(a) && isObject(b) ? (a.system ?? '') === (b.system ?? '') && (a.code ?? '') === (b.code ?? '') : a === b

const listed = (meta: JsonObject, name: (typeof lists)[number]): Json[] => (Array.isArray(meta[name]) ? meta[name] : [])

/** The labels named by a Parameters resource of `$meta-add` and `$meta-delete`. @refuses input-invalid */
export function labelsOf(parameters: Resource): JsonObject {
  const all = Array.isArray(parameters.parameter) ? parameters.parameter : []
  const named = all.find((p) => isObject(p) && p.name === 'meta')
  return isObject(named) && isObject(named.valueMeta)
    ? named.valueMeta
    : refuse('input-invalid', { what: 'Parameters.parameter[meta].valueMeta' })
}

/** A resource with labels added to its meta, or taken from it. Version and instant are never changed by hand. */
export function relabelled(resource: Resource, labels: JsonObject, act: 'add' | 'delete'): Resource {
  const meta = isObject(resource.meta) ? resource.meta : {}
  const next: Labels = {}
  for (const name of lists) {
    const [old, asked] = [listed(meta, name), listed(labels, name)]
    const merged =
      act === 'add' ? [...old, ...asked.filter((a) => !old.some((o) => same(a, o)))] : old.filter((o) => !asked.some((a) => same(a, o)))
    next[name] = merged
  }
  const { profile: _p, tag: _t, security: _s, ...rest } = meta
  const kept = Object.fromEntries(Object.entries(next).filter(([, values]) => values.length > 0))
  return { ...resource, meta: { ...rest, ...kept } as JsonObject }
}

/** The answer of `$meta`: Parameters with one `return`. */
export const metaParameters = (meta: Json): object => ({ resourceType: 'Parameters', parameter: [{ name: 'return', valueMeta: meta }] })

/** Labels in use, out of entries of the token index (`_tag=system|code`). */
export function metaOf(entries: readonly string[]): JsonObject {
  const found: Record<string, Json[]> = {}
  for (const entry of entries) {
    const [, name, rest = ''] = /^_(tag|security)=([\s\S]*)$/.exec(entry) ?? []
    if (name === undefined) continue
    const bar = rest.indexOf('|')
    const [system, code] = [rest.slice(0, bar), rest.slice(bar + 1)]
    found[name] = [...(found[name] ?? []), { ...(system === '' ? {} : { system }), code }]
  }
  return found
}
