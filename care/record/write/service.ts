import type { ConsentService } from '#care/consent'
import type { PersonService } from '#care/person'
import { type Context, institutionOf } from '#kernel/context'
import { ulid } from '#kernel/id'
import { refuse } from '#kernel/refusal'
import { isResourceType, type Resource } from '#packages/fhir'
import { keyOfId, newResourceId } from '../ids.ts'
import type { Seen } from '../model.ts'
import { requireWhole } from '../projection.ts'
import * as store from '../store.ts'
import { draftOf, type Place } from './draft.ts'
import { requireSound, requireWritable } from './judge.ts'
import { ownerOf, type PlaceOf } from './owner.ts'
import { type IfMatch, requireMet } from './preconditions.ts'
import { enterPatient, requireOwnMemberIds } from './patient.ts'
import { isNarrowed, requireWithin } from '../scopes.ts'
import { flush, type WriteSet, type Written, writeSet } from './write-set.ts'

type Parts = {
  consent: ConsentService
  person: PersonService
  find: (ctx: Context, type: string, id: string, lock?: boolean) => Promise<Seen | undefined>
}

/** What a writer states about the version it saw: `If-Match`, or `If-None-Match: *` for "only if it is not there". */
export type Precondition = { ifMatch?: IfMatch; onlyNew?: boolean }

/** What stands may be changed only where the token reaches it too. @refuses scope-missing */
export function requireOldWithin(ctx: Context, old: Seen, act: 'u' | 'd'): void {
  if (old.body !== '' && isNarrowed(ctx.actor, old.type, act)) requireWithin(ctx.actor, JSON.parse(old.body) as Resource, act)
}

const writtenOf = (row: store.WrittenRow): Written => ({
  type: row.type,
  id: row.id,
  version: row.version,
  lastUpdated: row.lastUpdated,
  body: row.body,
  created: row.version === 1,
})

/**
 * Writes of an institution's own resources. What another institution sent is never changed here.
 * With a `set` the write gathers there and the caller flushes; without, it goes out at once.
 */
export function writeService(parts: Parts) {
  const { consent, person } = parts

  async function settle<T>(ctx: Context, set: WriteSet | undefined, work: (into: WriteSet) => Promise<T>): Promise<T> {
    if (set) return work(set)
    const own = writeSet()
    const done = await work(own)
    await flush(ctx, own)
    return done
  }

  /** Where a new resource belongs, by the patient it names. @refuses patient-unknown */
  async function homeOf(ctx: Context, resource: Resource, set: WriteSet): Promise<{ key: string | null; of: Place['of'] }> {
    const owner = ownerOf(resource)
    if (owner.kind === 'shared' || owner.kind === 'institution') return { key: null, of: owner.kind }
    if (owner.kind !== 'person') return refuse('patient-unknown')
    const { key } = owner
    // A patient of this institution, or a key that only somebody who was told it can know. Writing to it opens nothing for reading.
    if (!set.keys.has(key) && !(await consent.related(ctx, [key])) && !(await person.findByKey(ctx, key))) refuse('patient-unknown')
    set.keys.add(key)
    return { key, of: 'person' }
  }

  async function lookUp(ctx: Context, set: WriteSet, type: string, id: string): Promise<Seen | undefined> {
    const name = `${type}/${id}`
    return set.known.has(name) ? set.known.get(name) : parts.find(ctx, type, id, true)
  }

  return {
    /**
     * Creates one resource under the caller's institution. A Patient enters the register of people; one whose member id
     * is known already is refused with the place where it stands.
     * @param about.assigned id chosen beforehand by a transaction
     * @refuses resource-invalid, patient-unknown, already-exists, not-permitted, scope-missing
     */
    create(ctx: Context, resource: Resource, about: { assigned?: string | undefined; set?: WriteSet } = {}): Promise<Written> {
      const { resourceType: type } = resource
      requireWritable(ctx.actor, type, 'c')
      requireWithin(ctx.actor, resource, 'c')
      requireSound(resource)
      return settle(ctx, about.set, async (set) => {
        if (type === 'Patient') {
          const key = await enterPatient(ctx, parts, resource)
          set.keys.add(key)
          set.fresh.push(draftOf(ctx, resource, { key, id: key, version: 1, of: 'person' }))
          return writtenOf(set.fresh.at(-1)!)
        }
        const { key, of } = await homeOf(ctx, resource, set)
        const id = about.assigned ?? (key === null ? ulid(ctx.now.getTime()) : newResourceId(key, ctx.now))
        // An id that tells another home than the resource's own is found by the register of chosen ids.
        if (key !== null && keyOfId(id) !== key) await store.claimClientId(ctx.db, type, id, key)
        const row = draftOf(ctx, resource, { key: key ?? keyOfId(id), id, version: 1, of })
        set.fresh.push(row)
        return writtenOf(row)
      })
    },

    /**
     * Replaces a resource of the caller's institution, or creates it under an id the client chose.
     * @refuses not-permitted, version-conflict, already-exists, resource-invalid, patient-unknown
     */
    update(ctx: Context, resource: Resource, id: string, about: Precondition & { set?: WriteSet } = {}): Promise<Written> {
      const { resourceType: type } = resource
      requireWritable(ctx.actor, type, 'u')
      requireWithin(ctx.actor, resource, 'u')
      requireSound(resource)
      requireWhole(resource)
      return settle(ctx, about.set, async (set) => {
        const seen = await lookUp(ctx, set, type, id)
        const created = seen ? null : await this.createAs(ctx, resource, id, { ...about, set })
        if (created) return created
        // Somebody else's first version came in between: this one is the next, if it is the same institution's.
        const old = seen ?? (await parts.find(ctx, type, id, true)) ?? refuse('already-exists', { where: `${type}/${id}` })
        // What was deleted is not there: it may be brought back by who asks for a new one.
        if (about.onlyNew && !old.deleted) refuse('version-conflict', { version: String(old.version) })
        requireMet(about.ifMatch, old)
        if (old.source !== institutionOf(ctx.actor)) refuse('not-permitted')
        requireOldWithin(ctx, old, 'u')
        const { key, of } = await homeOf(ctx, resource, set)
        if ((key ?? old.id) !== old.key) refuse('not-permitted')
        if (type === 'Patient') await requireOwnMemberIds(ctx, parts, { key: old.key, resource })
        // What came with a submission stays part of it, so that the next one of its identifier replaces this version too.
        const row = { ...draftOf(ctx, resource, { key: old.key, id, version: old.version + 1, of }), depositId: old.depositId }
        set.next.push({ row, old })
        return writtenOf(row)
      })
    },

    /**
     * First version under a client's id; the id is claimed, so that two clients cannot both have it.
     * @returns null where somebody has it
     * @refuses version-conflict, patient-unknown
     */
    async createAs(ctx: Context, resource: Resource, id: string, about: Precondition & { set: WriteSet }): Promise<Written | null> {
      const { resourceType: type } = resource
      if (type === 'Patient') refuse('not-permitted')
      requireMet(about.ifMatch, null)
      const { key, of } = await homeOf(ctx, resource, about.set)
      const home = key ?? id
      if (!(await store.claimClientId(ctx.db, type, id, home))) return null
      // An id of the platform's own making may stand there, out of this caller's sight.
      if (await store.stands(ctx.db, { key: home, type, id })) return null
      const row = draftOf(ctx, resource, { key: home, id, version: 1, of })
      about.set.fresh.push(row)
      return writtenOf(row)
    },

    /** Deletes a resource of the caller's institution; its versions stay in history. A second delete changes nothing. @refuses not-found, not-permitted */
    remove(ctx: Context, type: string, id: string, about: { ifMatch?: IfMatch; set?: WriteSet } = {}): Promise<{ version: number }> {
      requireWritable(ctx.actor, type, 'd')
      return settle(ctx, about.set, async (set) => {
        const old = (await lookUp(ctx, set, type, id)) ?? refuse('not-found')
        requireMet(about.ifMatch, old)
        if (old.deleted) return { version: old.version }
        if (old.source !== institutionOf(ctx.actor)) refuse('not-permitted')
        requireOldWithin(ctx, old, 'd')
        set.gone.push(old)
        return { version: old.version + 1 }
      })
    },

    /**
     * An id for an entry of a transaction before it is written; null where it is not known yet whose it is.
     * @param placeOf where a reference to an entry leads
     */
    reserveId(ctx: Context, resource: Resource, placeOf: PlaceOf): string | null {
      if (resource.resourceType === 'Patient') return null
      const owner = ownerOf(resource, placeOf)
      if (owner.kind === 'person') return newResourceId(owner.key, ctx.now)
      return owner.kind === 'shared' || owner.kind === 'institution' ? ulid(ctx.now.getTime()) : null
    },

    /** Reads resources a transaction will change in one go, and holds them until its commit. */
    async readAhead(ctx: Context, set: WriteSet, which: readonly { type: string; id: string }[]): Promise<void> {
      const asked = which.filter(({ type }) => isResourceType(type))
      if (asked.length === 0) return
      const keys = await store.keysOfClientIds(ctx.db, asked)
      const at = asked.map(({ type, id }) => ({ type, id, key: keys.get(`${type}/${id}`) ?? keyOfId(id) }))
      for (const { type, id } of asked) set.known.set(`${type}/${id}`, undefined)
      for (const seen of await store.findResources(ctx, consent.visibleTo(ctx), consent.ruleOf(ctx), at))
        set.known.set(`${seen.type}/${seen.id}`, seen)
    },

    claimCondition: (ctx: Context, condition: string) => store.claimCondition(ctx.db, condition, ctx.now),
  }
}
