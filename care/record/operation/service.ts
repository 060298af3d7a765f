import { type Context, institutionOf } from '#kernel/context'
import { ulid } from '#kernel/id'
import { refuse } from '#kernel/refusal'
import { isObject, type Json, type JsonObject, jsonOf, type Resource } from '#packages/fhir'
import { keyOfId } from '../ids.ts'
import type { Seen } from '../model.ts'
import { withOwnNumbers } from '../own-number/service.ts'
import type { Hit } from '../search/model.ts'
import { encodeCursor } from '../search/search-query.ts'
import { type Found, readableTypes } from '../search/service.ts'
import { requireWritable } from '../write/judge.ts'
import type { Precondition } from '../write/service.ts'
import type { WriteSet, Written } from '../write/write-set.ts'
import { type Everything, sharedReferences } from './everything.ts'
import { lastOfEach } from './lastn.ts'
import { metaOf, relabelled } from './meta.ts'
import { eraseBases, whyNotErase } from './purge.ts'
import { erase } from '../store/erase.ts'
import type { Sight } from '../store/sight.ts'
import * as store from './store.ts'

type Parts = {
  about: (ctx: Context, keys?: readonly string[]) => Sight
  note: (ctx: Context, rows: readonly Seen[], resource: string) => void
  read: (ctx: Context, type: string, id: string) => Promise<Seen>
  search: (ctx: Context, type: string, asked: { query: URLSearchParams; strict: boolean }) => Promise<Found>
  update: (ctx: Context, resource: Resource, id: string, about: Precondition & { set?: WriteSet }) => Promise<Written>
}

const MAX_LAST = 100
/** Pages of 1,000 that the newest are looked for in. */
const MAX_PAGES = 100

const newestFirst = (a: Hit, b: Hit): number => (b.clinicalAt?.getTime() ?? -Infinity) - (a.clinicalAt?.getTime() ?? -Infinity) || 0

/** The same members with the same values, in whatever order. */
const sameMembers = (a: Json | undefined, b: Json | undefined): boolean =>
  isObject(a) &&
  isObject(b) &&
  Object.keys(a).length === Object.keys(b).length &&
  Object.keys(a).every((k) => JSON.stringify(a[k]) === JSON.stringify(b[k]))

/** Operations on the record beyond reading, writing and searching. */
export function operationService({ about, note, read, search, update }: Parts) {
  return {
    /**
     * Everything of a person that the caller may see, a page at a time, and the registers it refers to.
     * @spec FHIR R4 Patient $everything
     * @refuses not-found where the caller may not even see the Patient
     */
    async everything(ctx: Context, id: string, asked: Everything): Promise<{ rows: Seen[]; shared: Seen[] }> {
      const readable = readableTypes(ctx)
      const keys = [keyOfId(id)]
      const rows = await store.findEverything(ctx, about(ctx, keys), { ...asked, keys, readable, limit: asked.count + 1 })
      // A filter that leaves nothing is answered with nothing; a person out of the caller's sight is not found.
      if (rows.length === 0 && asked.after === null) await read(ctx, 'Patient', id)
      const page = rows.slice(0, asked.count)
      const wanted = sharedReferences(page, asked.types).filter(({ type }) => readable === null || readable.includes(type))
      const shared = await store.findShared(ctx, about(ctx), wanted)
      note(ctx, [...page, ...shared], `Patient/${id}/$everything`)
      return { rows: await withOwnNumbers(ctx, rows), shared }
    },

    /**
     * The newest Observations of each kind among those a search finds.
     * @spec FHIR R4 Observation $lastn: a patient, and a category or a code
     * @refuses search-invalid, search-unsupported
     */
    async lastn(ctx: Context, query: URLSearchParams, strict: boolean): Promise<Found> {
      const max = query.get('max') ?? '1'
      if (!/^\d{1,3}$/.test(max) || Number(max) < 1 || Number(max) > MAX_LAST)
        refuse('search-invalid', { param: 'max', value: max.slice(0, 80) })
      const names = [...query.keys()].map((name) => name.split(/[:.]/)[0]!)
      if (!names.includes('patient') && !names.includes('subject')) refuse('input-invalid', { what: '$lastn?patient=' })
      if (!['category', 'code', 'combo-code', 'component-code'].some((name) => names.includes(name)))
        refuse('input-invalid', { what: '$lastn?category= | code=' })
      const asked = new URLSearchParams([...query].filter(([name]) => !['max', '_count', '_sort', '_cursor'].includes(name)))
      asked.set('_sort', '-date')
      asked.set('_count', '1000')
      const first = await search(ctx, 'Observation', { query: asked, strict })
      let rows = lastOfEach(first.page.rows, Number(max))
      // Whatever was measured seldom stands behind thousands of what is measured all the time.
      for (let { next } = first.page, pages = 1; next !== null && pages < MAX_PAGES; pages++) {
        asked.set('_cursor', encodeCursor(next))
        const { page } = await search(ctx, 'Observation', { query: asked, strict })
        rows = lastOfEach([...rows, ...page.rows].toSorted(newestFirst), Number(max))
        next = page.next
        if (next !== null && pages + 1 === MAX_PAGES) refuse('search-too-broad', { param: '$lastn', limit: String(MAX_PAGES * 1_000) })
      }
      return { search: { ...first.search, used: [...query] }, page: { ...first.page, rows, included: [], next: null, total: rows.length } }
    },

    /** Profiles, tags and security labels: of one resource, or in use in a type or everywhere. */
    async meta(ctx: Context, of: { type?: string; id?: string }): Promise<JsonObject> {
      if (of.type !== undefined && of.id !== undefined) {
        const seen = await read(ctx, of.type, of.id)
        return (JSON.parse(seen.body) as Resource).meta as JsonObject
      }
      const types = of.type === undefined ? readableTypes(ctx) : [of.type]
      ctx.audit({ resource: `${of.type ?? ''}/$meta` })
      return metaOf(await store.findLabels(ctx, about(ctx), types))
    },

    /**
     * Adds labels to a resource of the caller's institution, or takes them away, in a new version: what a label hid or showed, and when,
     * stays in the history. Labels that stand already, or do not, change nothing.
     * @refuses as `update`
     */
    async relabel(ctx: Context, which: { type: string; id: string; labels: JsonObject; act: 'add' | 'delete' }): Promise<JsonObject> {
      const seen = await read(ctx, which.type, which.id)
      const before = jsonOf(seen.body) as Resource
      const next = relabelled(before, which.labels, which.act)
      requireWritable(ctx.actor, which.type, 'u')
      if (seen.source === institutionOf(ctx.actor) && sameMembers(before.meta, next.meta)) return before.meta as JsonObject
      const written = await update(ctx, next, which.id, { ifMatch: seen.version })
      return (JSON.parse(written.body) as Resource).meta as JsonObject
    },

    /**
     * Erases a person's record for good: every version, everything it is found by, the submissions as received. The log of who looked
     * stays, and so does the order to erase, so that a restored backup is erased again.
     * @refuses not-permitted, retention-running, input-invalid
     */
    async purge(ctx: Context, id: string, order: { basis: string; reason: string }): Promise<{ erased: number }> {
      if (ctx.actor.kind !== 'staff' || ctx.actor.role !== 'operator') return refuse('not-permitted')
      const key = keyOfId(id)
      const why = whyNotErase({ basis: order.basis, youngest: await store.youngest(ctx.db, key), now: ctx.now })
      if (why === 'input-invalid') refuse(why, { what: `basis: ${eraseBases.join(' | ')}` })
      if (why) refuse(why)
      if (order.reason.trim().length < 5) refuse('input-invalid', { what: 'reason' })
      const erased = await erase(ctx.db, { key, id: ulid(ctx.now.getTime()), at: ctx.now, by: ctx.actor.id, ...order })
      if (erased === 0) refuse('not-found', { key })
      ctx.audit({ key, count: erased, rule: order.basis, resource: `Patient/${id}/$purge` })
      ctx.tell({ topic: 'record.erased', key, payload: { basis: order.basis } })
      return { erased }
    },
  }
}
