import type { ConsentService, Item } from '#care/consent'
import type { Person, PersonService } from '#care/person'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { isResourceType, type Resource } from '#packages/fhir'
import { consentDoor } from './consents/door.ts'
import { withheldIn } from './contact/store.ts'
import { depositService } from './deposit.ts'
import { currentVersions, standingIn } from './earlier/store.ts'
import { boundsOf, type HistoryPage, type HistoryQuery, listedIn } from './history/query.ts'
import { countVersions, findVersions } from './history/store.ts'
import { indexRows } from './index-rows.ts'
import { keyOfId, sharedTypes } from './ids.ts'
import { requireOffered } from './offered.ts'
import type { Seen } from './model.ts'
import { operationService } from './operation/service.ts'
import { patientResource } from './patient.ts'
import { withOwnNumbers } from './own-number/service.ts'
import type { Hit } from './search/model.ts'
import { parseSearch } from './search/search-query.ts'
import { type About, runSearch, TOTAL_CAP } from './search/search-sql.ts'
import { type Found, searchService } from './search/service.ts'
import { requireScope } from './scopes.ts'
import { scopeSql } from './store/scopes.ts'
import { type Sight, sightOf } from './store/sight.ts'
import * as store from './store.ts'
import { patch, type Patching } from './write/patch.ts'
import { writeService } from './write/service.ts'
import { tellingsOf } from './told/hiding.ts'
import type { Written } from './write/write-set.ts'

export type RecordService = ReturnType<typeof recordService>

/** A person's chart as one reader may see it: rows newest first, with the rule behind each. */
export type Chart = { rows: Seen[]; cut: boolean }

const CHART_LIMIT = 5_000
const MARKS_LIMIT = 50_000

/** The record: submissions in, single resources, search and history out. Every read passes consent's predicate in the query. */
export function recordService({ consent, person }: { consent: ConsentService; person: PersonService }) {
  /**
   * What the caller may see: consent's predicate, and what the scopes of an app or a system leave of it; with `keys`, of rows that have
   * one of these. Searches look for what may be searched (`s`) and show beside their matches what may be read.
   */
  const sight = (ctx: Context, act: 'r' | 's', keys: readonly string[] | null = null): Sight =>
    sightOf(ctx, { consent, keys, scoped: scopeSql(ctx.actor, act) })
  const about = (ctx: Context, keys?: readonly string[]) => sight(ctx, 'r', keys)
  const searching = (ctx: Context): About => ({
    sight: (keys) => sight(ctx, 's', keys),
    atHand: { of: (keys) => consent.atHand.of(ctx, keys), hold: (facts) => consent.atHand.hold(ctx, facts) },
    beside: () => sight(ctx, 'r'),
  })

  /** The key a resource lives under: told by its id, or looked up where a client chose the id. */
  async function locate(ctx: Context, type: string, id: string): Promise<string> {
    requireType(type)
    return (await store.keyOfClientId(ctx.db, type, id)) ?? keyOfId(id)
  }

  async function find(ctx: Context, type: string, id: string, lock = false): Promise<Seen | undefined> {
    requireType(type)
    // Who changes something is held to the scopes of writing, on what stood and on what will.
    const { visible, rule } = lock ? { visible: consent.visibleTo(ctx), rule: consent.ruleOf(ctx) } : about(ctx)
    const direct = await store.findResource(ctx, visible, rule, { key: keyOfId(id), type, id, lock })
    if (direct) return direct
    const key = await store.keyOfClientId(ctx.db, type, id)
    return key === undefined ? undefined : store.findResource(ctx, visible, rule, { key, type, id, lock })
  }

  /** The register's demographic record of a person, as the Patient everyone refers to. */
  async function ensurePatient(ctx: Context, key: string, of: Person): Promise<void> {
    const memberIds = await person.memberIds(ctx, of.id)
    const body = patientResource(of, { key, memberIds: memberIds.map((m) => m.asSent), at: ctx.now })
    const rows = await withheldIn(ctx.db, [
      {
        key,
        type: 'Patient',
        id: key,
        version: 1,
        lastUpdated: ctx.now,
        deleted: false,
        kind: 'patient',
        source: '',
        depositId: null,
        uninformed: false,
        undelivered: false,
        longTerm: true,
        addressee: null,
        registeredAt: ctx.now,
        clinicalAt: null,
        body: JSON.stringify(body),
        index: indexRows(body, null),
      },
    ])
    await store.insertNew(ctx.db, rows)
    ctx.tell({ topic: 'record.written', key, payload: { written: [{ type: 'Patient', id: key, version: 1 }], removed: [] } })
  }

  /**
   * One resource by id.
   * @refuses not-found also where it exists but the caller may not see it; gone
   */
  async function read(ctx: Context, type: string, id: string): Promise<Seen> {
    requireScope(ctx.actor, type, 'r')
    requireOffered(type, 'read')
    const found = (await find(ctx, type, id)) ?? refuse('not-found', askedKey(type, id))
    if (found.deleted) refuse('gone')
    note(ctx, [found], `${type}/${id}`)
    return numbered(ctx, found)
  }

  const found = async (ctx: Context, type: string, id: string, lock?: boolean): Promise<Seen | undefined> => {
    const seen = await find(ctx, type, id, lock)
    return seen && numbered(ctx, seen)
  }

  /** A Patient with the number that the reader's own institution gave it. */
  const numbered = async (ctx: Context, seen: Seen): Promise<Seen> => (await withOwnNumbers(ctx, [seen]))[0]!

  const searches = searchService({ about: searching, note })
  const writes = writeService({ consent, person, find })

  return {
    ...depositService({ consent, person, ensurePatient }),
    ...writes,
    /** Changes a resource in parts. @refuses as `patch` in write/patch.ts */
    patch: (ctx: Context, asked: Patching): Promise<Written> =>
      patch(ctx, { find: found, update: (...args) => writes.update(...args) }, asked),
    ...searches,
    ...operationService({ about, note, read, search: searches.searchType, update: (...args) => writes.update(...args) }),
    ensurePatient,

    /** Consents of sharing, as FHIR. */
    consents: consentDoor({ consent, person }),

    /** The caller's predicate over alias `r` (with the columns of a stored resource) for walks over the record. */
    sight: (ctx: Context) => about(ctx),

    read,

    /** One version of a resource. @refuses not-found, gone */
    async version(ctx: Context, type: string, id: string, version: number): Promise<Seen> {
      requireScope(ctx.actor, type, 'r')
      requireOffered(type, 'vread')
      const one = { key: await locate(ctx, type, id), id, version }
      const [seen] = await findVersions(ctx, about(ctx), { type, one, limit: 1 })
      if (!seen) return refuse('not-found', askedKey(type, id))
      note(ctx, [seen], `${type}/${id}/_history/${version}`)
      return seen.deleted ? refuse('gone') : numbered(ctx, seen)
    },

    /**
     * Versions that the caller may see, newest first: of one resource, of a type, or of everything. One more than a page, where there is more.
     * @refuses not-found where one resource was asked for and no version of it is shown
     */
    async history(ctx: Context, of: { type?: string; id?: string }, query: HistoryQuery): Promise<HistoryPage> {
      const { type, id } = of
      requireScope(ctx.actor, type ?? '*', 'r')
      if (type !== undefined) requireOffered(type, id === undefined ? 'history-type' : 'history-instance')
      const one = type === undefined || id === undefined ? undefined : { key: await locate(ctx, type, id), id }
      const listed = query.list === null ? undefined : listedIn(JSON.parse((await read(ctx, 'List', query.list)).body) as Resource)
      const wanted = { ...(type === undefined ? {} : { type }), ...(one ? { one } : {}), ...boundsOf(query, listed) }
      const bounded = query.since || query.during || query.after || listed
      const resource = `${type ?? ''}${id === undefined ? '' : `/${id}`}/_history`
      if (query.onlyCount) {
        const total = await countVersions(ctx, about(ctx), { ...wanted, limit: TOTAL_CAP })
        if (one && total === 0 && !bounded) refuse('not-found', askedKey(type!, id!))
        ctx.audit({ ...(one ? askedKey(type!, id!) : {}), resource, count: total })
        return { rows: [], total }
      }
      const rows = await findVersions(ctx, about(ctx), { ...wanted, limit: query.count + 1 })
      if (one && rows.length === 0 && !bounded) refuse('not-found', askedKey(type!, id!))
      const shown = rows.slice(0, query.count)
      note(ctx, shown, resource)
      if (shown.length === 0) ctx.audit({ resource: `${type ?? ''}/_history`, count: 0 })
      return { rows: await withOwnNumbers(ctx, rows), total: null }
    },

    /** A search of one type. @refuses type-unknown, search-unsupported, search-invalid */
    search: (ctx: Context, type: string, query: URLSearchParams, strict: boolean): Promise<Found> =>
      searches.searchType(ctx, type, { query, strict }),

    /**
     * Which of these resources, as they stand now, a search of the caller would show. Nothing of them is handed out, so nothing is noted.
     * @param query refused where it holds a parameter that nobody here knows: one passed over would choose more than was asked for
     * @refuses type-unknown, scope-missing, search-unsupported, search-invalid
     */
    async matching(ctx: Context, type: string, query: URLSearchParams, which: readonly { key: string; id: string }[]): Promise<Hit[]> {
      requireType(type)
      requireScope(ctx.actor, type, 's')
      const search = parseSearch(type, query, true)
      if (which.length === 0) return []
      const [keys, ids] = [[...new Set(which.map((w) => w.key))], which.map((w) => w.id)]
      const conditions = [...search.conditions, { kind: 'key' as const, keys }, { kind: 'id' as const, ids }]
      return (await runSearch(ctx, searching(ctx), { ...search, conditions, count: which.length })).rows
    },

    /** Versions of resources as they stand; says nothing of what is in them. */
    versionsNow: (ctx: Context, type: string, which: readonly { key: string; id: string }[]): Promise<Map<string, number>> =>
      currentVersions(ctx.db, type, which),

    /**
     * Whether a search of the caller would show a version that was replaced since, were it the current one, to whom both may be shown.
     * Only inside a transaction; nothing is handed out, so nothing is noted.
     */
    async matchingThen(
      ctx: Context,
      type: string,
      query: URLSearchParams,
      then: { key: string; id: string; version: number },
    ): Promise<boolean> {
      const [seen] = await findVersions(ctx, about(ctx), { type, one: then, limit: 1 })
      if (!seen || seen.deleted) return false
      const index = indexRows(JSON.parse(seen.body) as Resource, seen.kind === 'shared' ? null : seen.key)
      return standingIn(ctx.db, { ...seen, index }, async () => (await this.matching(ctx, type, query, [then])).length > 0)
    },

    /**
     * The person's items and documents in one list, each under the rule that shows it. Notes one audit entry a rule, consent and key,
     * and one for the person where nothing is shown: an empty chart was looked at too.
     */
    async chart(ctx: Context, keys: readonly string[]): Promise<Chart> {
      const rows = await store.findChart(ctx, about(ctx, keys), keys, CHART_LIMIT + 1)
      const shown = rows.slice(0, CHART_LIMIT)
      note(ctx, shown, 'chart')
      if (shown.length === 0 && keys.length > 0) ctx.audit({ key: keys[0]!, resource: 'chart', count: 0 })
      return { rows: shown, cut: rows.length > CHART_LIMIT }
    },

    /** What the rule table reads of the person's items: types, kinds, senders and marks. Nothing of what is in them is handed out. */
    marks: (ctx: Context, keys: readonly string[]): Promise<Item[]> => store.findMarks(ctx, about(ctx, keys), keys, MARKS_LIMIT),

    /** What tells the same as an item of the person, and the documents it came in. Nothing of what is in them is handed out. */
    tellingsOf,

    /** One item or document of the person by its id. @refuses not-found also where it exists but the caller may not see it */
    async chartItem(ctx: Context, keys: readonly string[], id: string): Promise<Seen> {
      const { visible, rule } = about(ctx)
      const found = (await store.findChartItem(ctx, visible, rule, { keys, id })) ?? refuse('not-found', { key: keys[0] ?? '' })
      note(ctx, [found], `${found.type}/${id}`)
      return found
    },
  }
}

/** One audit entry for each person, rule and consent among what is shown, so that everybody sees who looked at theirs. */
function note(ctx: Context, rows: readonly Hit[], resource: string): void {
  for (const seen of alike(rows)) {
    const [first] = seen
    ctx.audit({
      ...(first.kind === 'shared' ? {} : { key: first.key }),
      rule: first.rule,
      consentId: first.consentId,
      resource,
      count: seen.length,
      kinds: [...new Set(seen.map((s) => s.kind))].sort(),
    })
  }
}

type Some = [Hit, ...Hit[]]
const areAlike = (a: Hit, b: Hit): boolean =>
  a.rule === b.rule && a.consentId === b.consentId && (a.kind === 'shared' ? b.kind === 'shared' : b.kind !== 'shared' && a.key === b.key)

/** Rows by person, rule and consent. Rows that follow each other mostly are alike. */
function alike(rows: readonly Hit[]): Iterable<Some> {
  const groups = new Map<string, Some>()
  let same: Some | undefined
  for (const row of rows) {
    if (same === undefined || !areAlike(same[0], row)) {
      const name = `${row.kind === 'shared' ? '' : row.key} ${row.rule} ${row.consentId}`
      const known = groups.get(name)
      same = known ?? [row]
      if (known === undefined) {
        groups.set(name, same)
        continue
      }
    }
    same.push(row)
  }
  return groups.values()
}

/** Whose record a refused read asked for, as far as the id says. */
const askedKey = (type: string, id: string): Record<string, string> =>
  type === 'Patient' || (id.includes('.') && !sharedTypes.has(type)) ? { key: keyOfId(id).slice(0, 64) } : {}

/** @refuses type-unknown */
function requireType(type: string): void {
  if (!isResourceType(type)) refuse('type-unknown', { type: type.slice(0, 60) })
}
