import type { ManyService } from '#care/record'
import type { Db } from '#kernel/database'
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
  const ownId = (r: Resource): string => (typeof r.id === 'string' ? r.id : '')
  const isUnknown = (r: Resource) => r.resourceType === 'Patient' && !keys.has(ownId(r)) && !ours.has(ownId(r))
  const people = lines.filter(({ resource }) => isUnknown(resource))
  const entered = await many.enterPatients(
    ctx,
    people.map(({ resource }) => resource),
  )
  const outcomes = new Map(people.map(({ line }, n) => [line, entered[n]!]))
  const made: { institution: string; id: string; key: string }[] = []
  const refused: { line: number; outcome: object }[] = []
  const fresh = new Set<string>()
  const kept: Line[] = []
  for (const item of lines) {
    const { resource, line } = item
    const own = ownId(resource)
    const outcome = outcomes.get(line)
    if (resource.resourceType !== 'Patient') kept.push(item)
    else if (outcome === undefined) kept.push({ line, resource: { ...resource, id: keys.get(own) ?? own } })
    else if (outcome instanceof Refusal) refused.push({ line, outcome: refusalOutcome(outcome) })
    else {
      if (own !== '') made.push({ institution, id: own, key: outcome.key })
      if (!outcome.entered) continue
      // A person whom somebody else entered keeps the Patient that everybody refers to.
      fresh.add(outcome.key)
      kept.push({ line, resource: { ...resource, id: outcome.key } })
    }
  }
  for (const { id, key } of made) keys.set(id, key)
  await store.insertAliases(ctx.db, made)
  return {
    ready: kept.map(({ line, resource }) => ({ line, resource: keys.size === 0 ? resource : renamed(resource, keys) })),
    refused,
    fresh,
  }
}

/** Where the institution's own ids lead, as far as was asked. */
export type Aliases = { keys: ReadonlyMap<string, string>; asked: ReadonlySet<string> }

const written = /"Patient\/([A-Za-z0-9.-]{1,64})"/g

/** Looks up ahead every id of a Patient that lines speak of, as far as their text shows it. */
export async function aliasesIn(db: Db, institution: string, lines: readonly Buffer[]): Promise<Aliases> {
  const asked = new Set<string>()
  for (const line of lines) for (const [, id] of line.toString('latin1').matchAll(written)) asked.add(id!)
  return { asked, keys: await store.findAliases(db, institution, [...asked]) }
}

/**
 * The resource with its references to Patients under our keys, as far as they are known ahead.
 * @returns also the ids that are nobody's alias: each must be the key of a person of ours. Undefined where an id was not asked about
 */
export function pointed(resource: Resource, { keys, asked }: Aliases): { resource: Resource; unknown: string[] } | undefined {
  const ids = new Set<string>()
  patientIds(resource, ids)
  const unknown: string[] = []
  for (const id of ids)
    if (!asked.has(id)) return undefined
    else if (!keys.has(id)) unknown.push(id)
  return { resource: keys.size === 0 ? resource : renamed(resource, keys), unknown }
}

const reference = /^Patient\/([A-Za-z0-9.-]{1,64})$/

function patientIds(value: Json, into: Set<string>): void {
  if (Array.isArray(value)) for (const one of value) patientIds(one, into)
  else if (isObject(value))
    for (const name in value) {
      const inner = value[name]!
      if (typeof inner === 'object') patientIds(inner, into)
      else if (name === 'reference' && typeof inner === 'string' && inner.startsWith('Patient/')) {
        const id = reference.exec(inner)?.[1]
        if (id !== undefined) into.add(id)
      }
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
  return isObject(value) ? (renamedObject(value, keys) as Json as T) : value
}

function pointedTo(value: Json, keys: ReadonlyMap<string, string>): Json {
  const id = typeof value === 'string' && value.startsWith('Patient/') ? reference.exec(value)?.[1] : undefined
  const key = id === undefined ? undefined : keys.get(id)
  return key === undefined ? value : `Patient/${key}`
}

type JsonObject = { [name: string]: Json }

function renamedObject(value: JsonObject, keys: ReadonlyMap<string, string>): JsonObject {
  let copy: JsonObject | undefined
  for (const name in value) {
    const inner = value[name]!
    const now = typeof inner === 'object' ? inner && renamed(inner, keys) : name === 'reference' ? pointedTo(inner, keys) : inner
    if (now === inner) continue
    copy ??= sameNumbers(value, { ...value })
    copy[name] = now
  }
  return copy ?? value
}
