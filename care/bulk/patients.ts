import type { ManyService } from '#care/record'
import { type Context, institutionOf } from '#kernel/context'
import { Refusal, refusalOutcome, refuse } from '#kernel/refusal'
import { isObject, type Json, type Resource, sameNumbers } from '#packages/fhir'
import * as store from './store.ts'

type Line = { line: number; resource: Resource }

/**
 * Gives people their keys. A Patient of another system carries that system's id: it enters the register under a key of ours, the
 * institution's own id is remembered for it, and references to it are written over, in this import and in later ones.
 *
 * @returns what can be written, what was refused, and the keys that were made just now
 */
export async function resolvePatients(
  many: ManyService,
  ctx: Context,
  lines: readonly Line[],
): Promise<{ ready: Line[]; refused: { line: number; outcome: object }[]; fresh: Set<string> }> {
  const institution = institutionOf(ctx.actor) ?? refuse('not-permitted')
  const ids = new Set<string>()
  for (const { resource } of lines) {
    if (resource.resourceType === 'Patient' && typeof resource.id === 'string') ids.add(resource.id)
    patientIds(resource, ids)
  }
  const keys = await store.findAliases(ctx.db, institution, [...ids])
  const unknown = lines.flatMap(({ resource: r }) =>
    r.resourceType === 'Patient' && typeof r.id === 'string' && !keys.has(r.id) ? [r.id] : [],
  )
  const ours = await many.keysAmong(ctx, unknown)
  const made: { institution: string; id: string; key: string }[] = []
  const refused: { line: number; outcome: object }[] = []
  const fresh = new Set<string>()
  const kept: Line[] = []
  for (const item of lines) {
    const { resource, line } = item
    if (resource.resourceType !== 'Patient') {
      kept.push(item)
      continue
    }
    const own = typeof resource.id === 'string' ? resource.id : ''
    try {
      const known = keys.get(own)
      const entered = known === undefined && !ours.has(own) ? await many.enterOrFind(ctx, resource) : null
      const key = known ?? entered?.key ?? own
      if (entered?.entered) fresh.add(key)
      if (entered && own !== '') {
        keys.set(own, key)
        made.push({ institution, id: own, key })
      }
      // A person whom somebody else entered keeps the Patient that everybody refers to.
      if (entered === null || entered.entered) kept.push({ line, resource: { ...resource, id: key } })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refused.push({ line, outcome: refusalOutcome(error) })
    }
  }
  await store.insertAliases(ctx.db, made)
  return {
    ready: kept.map(({ line, resource }) => ({ line, resource: keys.size === 0 ? resource : renamed(resource, keys) })),
    refused,
    fresh,
  }
}

const reference = /^Patient\/([A-Za-z0-9.-]{1,64})$/

function patientIds(value: Json, into: Set<string>): void {
  if (Array.isArray(value)) for (const one of value) patientIds(one, into)
  else if (isObject(value))
    for (const [name, inner] of Object.entries(value)) {
      const id = name === 'reference' && typeof inner === 'string' ? reference.exec(inner)?.[1] : undefined
      if (id !== undefined) into.add(id)
      else if (typeof inner === 'object') patientIds(inner, into)
    }
}

/**
 * The resource with its references to Patients under our keys. Only what holds such a reference is made anew: the rest is shared, and with
 * it how its numbers were written.
 */
function renamed<T extends Json>(value: T, keys: ReadonlyMap<string, string>): T {
  if (Array.isArray(value)) {
    const items = value.map((item) => renamed(item, keys))
    return items.some((item, n) => item !== value[n]) ? (sameNumbers(value, items) as Json as T) : value
  }
  if (!isObject(value)) return value
  let copy: { [name: string]: Json } | undefined
  for (const [name, inner] of Object.entries(value)) {
    const key = name === 'reference' && typeof inner === 'string' ? keys.get(reference.exec(inner)?.[1] ?? '') : undefined
    const now = key === undefined ? (typeof inner === 'object' ? renamed(inner, keys) : inner) : `Patient/${key}`
    if (now === inner) continue
    copy ??= sameNumbers(value, { ...value })
    copy[name] = now
  }
  return (copy ?? value) as T
}
