/** Terminology for one question: the operator's masters of the day, packages and R4 below it, what the caller brought and what is stored on top. */
import type { RecordService } from '#care/record'
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { dateInJapan } from '#kernel/japan'
import { type CodeSystemView, type Definitions, type JsonObject, makeTerminology, type Terminology } from '#packages/fhir'
import type { Hit, Release, Term } from './model.ts'
import { holdingOn } from './rules.ts'
import { searchTerms } from './search/search.ts'
import { type Asked, loadedMasters, type Masters } from './masters.ts'
import { findChildren, findConcepts, findReleases, pageOf } from './store.ts'
import { namedIn, storedFor, storedMaps } from './stored.ts'
import { type Compact, viewOf } from './views.ts'

export type TerminologyDeps = { record: Pick<RecordService, 'search' | 'read'>; definitions?: Definitions }
export type TerminologyService = ReturnType<typeof terminologyService>

/** A day of a question: what the caller names, or today in Japan. */
const dayFor = (ctx: Pick<Context, 'now'>, day?: string): string => day ?? dateInJapan(ctx.now)

export function terminologyService({ record, definitions }: TerminologyDeps) {
  const below = definitions ? makeTerminology({ definitions }) : makeTerminology({})
  const masters = loadedMasters()
  let bound: { masters: Masters; day: string; terminology: Terminology } | null = null

  /** The masters that hold on a day, over packages and R4: for whoever asks many times, the validator first of all. */
  async function terminologyOn(db: Db, day: string): Promise<Terminology> {
    const held = await masters.fresh(db)
    if (bound?.masters === held && bound.day === day) return bound.terminology
    const views = await viewsOn(held, day)
    const terminology = views.length === 0 ? below : makeTerminology({ masters: views, below })
    bound = { masters: held, day, terminology }
    return terminology
  }

  async function viewsOn(held: Masters, day: string): Promise<CodeSystemView[]> {
    const views: CodeSystemView[] = []
    for (const release of held.on(day)) views.push(viewOf(await held.compact(release), { release, day }))
    return views
  }

  /** What the question needs read whole: the codes it names, other editions, hits of its words. */
  async function overlays(db: Db, day: string, asked: Asked): Promise<CodeSystemView[]> {
    const held = await masters.fresh(db)
    const views: CodeSystemView[] = []
    for (const release of held.wanted(day, asked)) {
      const compact: Compact = await held.compact(release)
      const hits =
        asked.filter === undefined ? null : await searchTerms(db, { query: asked.filter, releases: [release], count: asked.most })
      // The engine looks for the words in the names it is given, so hits come with all of theirs.
      const codes = [...asked.codes, ...(hits ?? []).map((hit) => hit.code)]
      const terms = codes.length === 0 ? [] : await findConcepts(db, [release.id], codes)
      const whole = new Map(terms.map((term): [string, Term] => [term.code, term]))
      views.push(viewOf(compact, { release, day, whole, ...(hits ? { search: () => hits.map((hit) => hit.code) } : {}) }))
    }
    return views
  }

  return {
    terminologyOn,

    /** For today, by the clock of the request. */
    terminology: (ctx: Pick<Context, 'db' | 'now'>): Promise<Terminology> => terminologyOn(ctx.db, dayFor(ctx)),

    /** Everything one question may rest on. @param given resources that came with it */
    async forQuestion(
      ctx: Context,
      { given, asked, day }: { given: readonly JsonObject[]; asked: Asked; day?: string },
    ): Promise<Terminology> {
      const on = dayFor(ctx, day)
      const known = await terminologyOn(ctx.db, on)
      const stored = await storedFor(ctx, record, { named: asked.canonicals, given, known })
      const maps = asked.mapsOf === undefined ? [] : await storedMaps(ctx, record, asked.mapsOf)
      const rests = [...asked.canonicals, ...[...given, ...stored].flatMap(namedIn)]
      const canonicals = [...new Set([...rests, ...rests.flatMap((url) => systemsUnder(known, url))].map(systemOf))]
      const over = await overlays(ctx.db, on, { ...asked, canonicals })
      const resources = [...given, ...stored, ...maps]
      if (resources.length === 0 && over.length === 0) return known
      return makeTerminology({ resources, masters: over, below: known })
    },

    read: record.read,
    releases: (ctx: Pick<Context, 'db'>): Promise<Release[]> => findReleases(ctx.db),

    /** The releases in force on a day, of one system or all. */
    async inForce(ctx: Pick<Context, 'db' | 'now'>, { system, day }: { system?: string; day?: string } = {}): Promise<Release[]> {
      const held = await masters.fresh(ctx.db)
      return held.on(dayFor(ctx, day)).filter((r) => system === undefined || r.system === system)
    },

    /** What a person types, found in the masters of the day. */
    async search(
      ctx: Pick<Context, 'db' | 'now'>,
      about: { query: string; systems?: readonly string[]; day?: string; count: number; offset?: number },
    ): Promise<Hit[]> {
      const held = await masters.fresh(ctx.db)
      const releases = held
        .on(dayFor(ctx, about.day))
        .filter((r) => !about.systems || about.systems.length === 0 || about.systems.includes(r.system))
      return searchTerms(ctx.db, { query: about.query, releases, count: about.count, offset: about.offset ?? 0 })
    },

    /** A code in every edition of its system, oldest first, with the codes around it in the newest that holds on the day. */
    async code(ctx: Pick<Context, 'db' | 'now'>, { system, code, day }: { system: string; code: string; day?: string }) {
      const releases = await findReleases(ctx.db, system)
      const terms = await findConcepts(
        ctx.db,
        releases.map((r) => r.id),
        [code],
      )
      const editions = releases.flatMap((release) => {
        const term = terms.find((t) => t.release === release.id)
        return term ? [{ release, term }] : []
      })
      const current = holdingOn(
        editions.map((e) => ({ ...e, validFrom: e.release.validFrom })),
        dayFor(ctx, day),
      )
      const last = current ?? editions.at(-1) ?? null
      const above = last?.term.parent ? await findConcepts(ctx.db, [last.release.id], [last.term.parent]) : []
      const under = last ? await findChildren(ctx.db, last.release.id, code, 100) : []
      return { editions, current: last, parent: above[0] ?? null, children: under }
    },

    /** The first terms of an edition. */
    firstTerms: (ctx: Pick<Context, 'db'>, release: Release, count: number): Promise<Term[]> =>
      pageOf(ctx.db, release.id, { offset: 0, count }),

    /** Canonicals known beside the masters, for the TerminologyCapabilities. */
    known: below,
  }
}

/** The code system that an implicit value set is all of. */
const systemOf = (url: string): string => url.replace(/\?(?:fhir_vs|vs)$/, '')

/** Code systems that a value set of a package or of R4 draws on. */
function systemsUnder({ sources }: Pick<Terminology, 'sources'>, url: string, depth = 0): string[] {
  const set = depth > 5 ? undefined : sources.valueSet(url)
  return (set?.include ?? []).flatMap((part) => [
    ...(part.system === undefined ? [] : [part.system]),
    ...part.valueSets.flatMap((inner) => systemsUnder({ sources }, inner, depth + 1)),
  ])
}
