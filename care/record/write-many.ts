import { setImmediate as turn } from 'node:timers/promises'
import type { ConsentService } from '#care/consent'
import type { PersonService } from '#care/person'
import { type Context, institutionOf } from '#kernel/context'
import { sqlState } from '#kernel/database'
import { ulid } from '#kernel/id'
import { Refusal, refuse } from '#kernel/refusal'
import { type Resource, textOf } from '#packages/fhir'
import { keyOfId, newResourceId } from './ids.ts'
import { stamped } from './drafts.ts'
import { requireWhole } from './projection.ts'
import type { Seen } from './model.ts'
import { canGo, type Going, type Ready, readyWriter, sendReady } from './ready.ts'
import { requireWithin } from './scopes.ts'
import * as store from './store.ts'
import { draftOf, type Place } from './write/draft.ts'
import { requireSound, requireWritable } from './write/judge.ts'
import { ownerOf } from './write/owner.ts'
import { requireOldWithin } from './write/service.ts'
import { withoutOwnNumbers } from './own-number/rules.ts'
import { keepOwnNumbers } from './own-number/service.ts'
import { enterPatients, requireOwnMemberIds, takenNumbers } from './write/patient.ts'
import { type Noted, noteRows, type Sent, sendRows, writeSet } from './write/write-set.ts'

type Parts = { consent: ConsentService; person: PersonService }

/** What came of one resource of many: written as a version, left as it stood, or refused. */
export type ManyResult =
  | { written: { type: string; id: string; version: number } }
  | { unchanged: { type: string; id: string } }
  | { refused: Refusal }

/** A resource on its way, with the id it asks for; null where the server gives one. */
type Item = { n: number; resource: Resource; id: string | null; of: Place['of']; key: string | null }

export type Many = {
  resources: readonly Resource[]
  /** `skip` leaves what stands already; `update` writes the next version where the content differs. */
  mode: 'update' | 'skip'
  /** Keys whose Patient was entered in this transaction and has no row yet. */
  fresh: ReadonlySet<string>
  /** First versions that were made ready beforehand and found free to go; written with the others, of other ids. */
  ready?: readonly Ready[]
}

/** Resources sent to the database together. */
const SLICE = 128

/** Runs a check for one resource: its refusal is its own and stops no other. */
async function orRefused<T>(work: () => T | Promise<T>): Promise<T | Refusal> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

/** What a line takes before anything is asked of the database. */
export const linesAlone = { judge, readyWriter }

export type ManyService = ReturnType<typeof manyService>

/** Writes of many resources at a time, by the rules of single writes. */
export function manyService(parts: Parts) {
  return {
    ...linesAlone,
    /** Enters Patients into the register, or says under which key their people stand already. */
    enterPatients: (ctx: Context, resources: readonly Resource[]) => enterPatients(ctx, parts, resources),
    write: (ctx: Context, about: Many) => writeMany(ctx, parts, about),
    canGo: (going: Going) => canGo(parts, going),
    /** Those among ids that are keys of ours. */
    keysAmong: async (ctx: Context, ids: readonly string[]): Promise<Set<string>> => {
      const keys = new Set((await parts.person.findByKeys(ctx, ids)).flatMap((p) => p.keys))
      return new Set(ids.filter((id) => keys.has(id)))
    },
  }
}

/**
 * Judges one resource by itself: type, scope, structure. To be called before the transaction opens, because it takes the longest.
 * @refuses type-unknown, not-permitted, scope-missing, resource-invalid
 */
function judge(ctx: Pick<Context, 'actor'>, resource: Resource): void {
  requireWritable(ctx.actor, resource.resourceType, typeof resource.id === 'string' ? 'u' : 'c')
  requireWithin(ctx.actor, resource, typeof resource.id === 'string' ? 'u' : 'c')
  requireSound(resource)
}

/**
 * Writes many resources of the caller's institution in the caller's transaction: one statement a table, by the same rules as single
 * writes. What is refused stops nothing else. Each id may come once.
 *
 */
async function writeMany(ctx: Context, parts: Parts, about: Many): Promise<ManyResult[]> {
  const results: ManyResult[] = []
  const ready = about.ready ?? []
  await sendReady(ctx, ready)
  const { items, refused } = await placed(ctx, parts, about.resources)
  for (const [n, refusal] of refused) results[n] = { refused: refusal }
  const known = await existing(ctx, parts, items)
  const taken = await takenNumbers(
    ctx,
    parts,
    items.map(({ resource }) => resource),
  )
  const numbered: store.WrittenRow[] = []
  const claimed = await claim(ctx, items, known, about.fresh)
  let set = writeSet()
  const sending: Promise<unknown>[] = []
  const sent: Noted[] = []
  const send = () => {
    const sendingSet = sendRows(ctx, set).then((rows) => void sent.push(shortened(rows)))
    set = writeSet()
    // Whoever waits for all of them hears of it.
    sendingSet.catch(() => undefined)
    sending.push(sendingSet)
  }
  for (const [n, item] of items.entries()) {
    // The database takes in what is ready while the rest is made ready.
    if (n > 0 && n % SLICE === 0) {
      send()
      await turn()
    }
    const old = item.id === null ? undefined : known.get(nameOf(item))
    const done = await orRefused(() => {
      if (taken.has(n)) throw taken.get(n)
      if (old) return next(ctx, parts, { item, old, mode: about.mode })
      const isClaimed = item.id === null || claimed.has(nameOf(item)) || about.fresh.has(item.id)
      return isClaimed ? first(ctx, item) : refuse('already-exists', { where: nameOf(item) })
    })
    if (done instanceof Refusal) results[item.n] = { refused: done }
    else if (done === null) {
      results[item.n] = { unchanged: { type: item.resource.resourceType, id: item.id! } }
      if (about.mode === 'update' && item.resource.resourceType === 'Patient') numbered.push(first(ctx, item))
    } else {
      if (old) set.next.push({ row: done, old })
      else set.fresh.push(done)
      results[item.n] = { written: { type: done.type, id: done.id, version: done.version } }
    }
  }
  send()
  // All have ended before the caller takes the transaction back: a statement sent after that would stand by itself.
  const failures = (await Promise.allSettled(sending)).flatMap((s): unknown[] => (s.status === 'rejected' ? [s.reason] : []))
  if (failures.length > 0) throw failures.find((error) => sqlState(error) !== '25P02') ?? failures[0]
  await keepOwnNumbers(ctx, numbered)
  const wasReady = ready.flatMap((group) => group.rows)
  noteRows(ctx, { fresh: [...wasReady, ...sent.flatMap((s) => s.fresh)], next: sent.flatMap((s) => s.next), gone: [] })
  return results
}

type Short = Noted['fresh'][number]
const short = ({ key, kind, type, id, version }: Short): Short => ({ key, kind, type, id, version })
/** Without bodies and index rows, which need not be kept once they are on their way. */
const shortened = ({ fresh, next }: Sent) => ({ fresh: fresh.map(short), next: next.map(short), gone: [] })

const nameOf = ({ resource, id }: Item): string => `${resource.resourceType}/${id}`

/** Whose each resource is; people are looked up together. */
async function placed(ctx: Context, { person }: Parts, resources: readonly Resource[]) {
  const owners = resources.map((resource) => ownerOf(resource))
  const named = [...new Set(owners.flatMap((o) => (o.kind === 'person' ? [o.key] : [])))]
  const known = new Set((await person.findByKeys(ctx, named)).flatMap((p) => p.keys))
  const items: Item[] = []
  const refused = new Map<number, Refusal>()
  for (const [n, resource] of resources.entries()) {
    const owner = owners[n]!
    const id = typeof resource.id === 'string' ? resource.id : null
    if (owner.kind === 'shared' || owner.kind === 'institution') items.push({ n, resource, id, of: owner.kind, key: id })
    else if (owner.kind === 'person' && known.has(owner.key)) items.push({ n, resource, id, of: 'person', key: owner.key })
    else refused.set(n, new Refusal('patient-unknown'))
  }
  return { items, refused }
}

/** Resources that stand already under the ids asked for, as far as the caller may see them; held until commit. */
async function existing(ctx: Context, { consent }: Parts, items: readonly Item[]): Promise<Map<string, Seen>> {
  const asked = items.flatMap(({ resource, id }) => (id === null ? [] : [{ type: resource.resourceType, id }]))
  const chosen = await store.keysOfClientIds(ctx.db, asked)
  const places = asked.flatMap(({ type, id }) => {
    const key = chosen.get(`${type}/${id}`)
    return [{ key: keyOfId(id), type, id }, ...(key === undefined || key === keyOfId(id) ? [] : [{ key, type, id }])]
  })
  const seen = places.length === 0 ? [] : await store.findResources(ctx, consent.visibleTo(ctx), consent.ruleOf(ctx), places)
  return new Map(seen.map((s) => [`${s.type}/${s.id}`, s]))
}

/** Ids that are the clients' choice are claimed together, so that no two clients have one. @returns those that are the caller's now */
function claim(ctx: Context, items: readonly Item[], known: ReadonlyMap<string, Seen>, fresh: ReadonlySet<string>): Promise<Set<string>> {
  const wanted = items.flatMap((item) => {
    const { resource, id, key } = item
    const isNew = id !== null && !known.has(nameOf(item)) && !fresh.has(id) && resource.resourceType !== 'Patient'
    return isNew ? [{ type: resource.resourceType, id, key: key ?? id }] : []
  })
  return store.claimClientIds(ctx.db, wanted)
}

function first(ctx: Context, { resource, id, key, of }: Item): store.WrittenRow {
  const given = id ?? (of === 'person' ? newResourceId(key!, ctx.now) : ulid(ctx.now.getTime()))
  return draftOf(ctx, resource, { key: key ?? given, id: given, version: 1, of })
}

/** The next version, or null where it would say the same again. @refuses not-permitted, input-invalid */
async function next(
  ctx: Context,
  parts: Parts,
  { item, old, mode }: { item: Item; old: Seen; mode: 'update' | 'skip' },
): Promise<store.WrittenRow | null> {
  if (mode === 'skip' && !old.deleted) return null
  if (old.source !== institutionOf(ctx.actor)) refuse('not-permitted')
  requireOldWithin(ctx, old, 'u')
  if (item.key !== old.key) refuse('not-permitted')
  const { resource } = item
  requireWhole(resource)
  const same = stamped(resource.resourceType === 'Patient' ? withoutOwnNumbers(resource) : resource, {
    id: old.id,
    version: old.version,
    at: old.lastUpdated,
  })
  if (!old.deleted && textOf(same) === old.body) return null
  if (resource.resourceType === 'Patient') await requireOwnMemberIds(ctx, parts, { key: old.key, resource })
  return { ...draftOf(ctx, resource, { key: old.key, id: old.id, version: old.version + 1, of: item.of }), depositId: old.depositId }
}
