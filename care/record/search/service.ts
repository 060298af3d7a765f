import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { type Resource, resourceTypes } from '#packages/fhir'
import { sharedTypes } from '../ids.ts'
import { offers, requireOffered } from '../offered.ts'
import { withOwnNumbers } from '../own-number/service.ts'
import { allows as actorAllows, requireScope } from '../scopes.ts'
import { freshen } from './custom.ts'
import { findReindexes, findParameters } from './custom-store.ts'
import { type ConditionPlan, conditionPlans } from './explain.ts'
import { inCompartment, typesOfCompartment } from './compartments.ts'
import type { Condition, Hit, Page, Search } from './model.ts'
import { parseScoped, type Scope } from './search-query.ts'
import { type About, type Explained, explainSearch, runSearch } from './search-sql.ts'

export type Parts = {
  about: (ctx: Context) => About
  /** Notes what was shown, one entry for each person and rule. */
  note: (ctx: Context, rows: readonly Hit[], resource: string) => void
}

export type Found = { search: Search; page: Page }
type Asked = { query: URLSearchParams; strict: boolean }

/** Searches of one type, of several, and of compartments; each under the caller's predicate and the scopes of their token. */
export function searchService({ about, note }: Parts) {
  async function run(ctx: Context, scope: Scope, { query, strict }: Asked): Promise<Found> {
    await freshen(ctx.db)
    const search = prepared(ctx, scope, query, strict)
    const page = await runSearch(ctx, { ...about(ctx), readable: readableTypes(ctx) }, search)
    note(ctx, [...page.rows, ...page.included], `${search.type}?`)
    noteUnseen(ctx, search, page)
    const shown = await withOwnNumbers(ctx, [...page.rows, ...page.included])
    return { search, page: { ...page, rows: shown.slice(0, page.rows.length), included: shown.slice(page.rows.length) } }
  }

  return {
    /** A search of one type. @refuses type-unknown, scope-missing, search-unsupported, search-invalid, search-too-broad */
    searchType: (ctx: Context, type: string, asked: Asked): Promise<Found> => run(ctx, ofType(type), asked),

    /** A search of the types that `_type` names; without it, of every type that who asks may search. @refuses as `searchType` */
    searchTypes(ctx: Context, asked: Asked): Promise<Found> {
      const named = [...new Set((asked.query.get('_type') ?? '').split(',').filter((t) => t !== ''))]
      for (const type of named) requireOffered(type, 'search-type')
      return run(ctx, { path: '', types: named.length > 0 ? named : searchableTypes(ctx), within: [] }, asked)
    },

    /**
     * A search within the compartment of one resource.
     * @param type a resource type, or `*` for every type the compartment holds
     * @refuses not-found where there is no such compartment or it never holds the type
     */
    searchCompartment(ctx: Context, which: { name: string; id: string; type: string }, asked: Asked): Promise<Found> {
      const { name, id, type } = which
      const held = (typesOfCompartment(name) ?? refuse('not-found')).filter((t) => offers(t, 'search-type'))
      if (!/^[A-Za-z0-9.-]{1,64}$/.test(id) || (type !== '*' && !held.includes(type))) refuse('not-found')
      const named = (asked.query.get('_type') ?? '').split(',').filter((t) => t !== '')
      const all = held.filter((t) => allows(ctx, t, 's') && (named.length === 0 || named.includes(t)))
      const types = type === '*' ? all : [type]
      const inside = types.map((t): Condition => ({ kind: 'of-type', type: t, of: inCompartment(name, id, t)! }))
      const within: Condition = inside.length === 1 && inside[0]!.kind === 'of-type' ? inside[0]!.of : { kind: 'any', of: inside }
      return run(ctx, { path: `${name}/${id}/${type}`, types, within: [within] }, asked)
    },

    /** How far the index is for parameters that were added, and why others were not taken. */
    async reindexStatus(ctx: Context): Promise<Resource> {
      const [walks, parameters] = [await findReindexes(ctx.db), await findParameters(ctx.db)]
      const part = (name: string, value: object) => ({ name, ...value })
      const byId = new Map(parameters.map((p) => [p.id, p]))
      const progress = walks.map((w) =>
        part('task', {
          part: [
            part('name', { valueString: byId.get(w.key)?.code ?? w.task }),
            part('state', { valueCode: w.state }),
            part('done', { valueInteger: w.done }),
            part('estimate', { valueInteger: w.estimate }),
            ...(w.reason === '' ? [] : [part('reason', { valueString: w.reason })]),
          ],
        }),
      )
      const refused = parameters.filter((p) => p.state === 'refused')
      const said = refused.map((p) =>
        part('refused', { part: [part('name', { valueString: `SearchParameter/${p.id}` }), part('reason', { valueString: p.reason })] }),
      )
      const parameter = [...progress, ...said]
      return { resourceType: 'Parameters', ...(parameter.length > 0 ? { parameter } : {}) } as Resource
    },

    /** Which indexes a search would use, how each condition is met, and what the database expects it to cost. @refuses as `searchType` */
    async explainSearch(ctx: Context, type: string, query: URLSearchParams): Promise<Explained & { conditions: ConditionPlan[] }> {
      await freshen(ctx.db)
      const explained = await explainSearch(ctx, about(ctx), prepared(ctx, ofType(type), query, false))
      return { ...explained, conditions: conditionPlans(type, query, explained.steps) }
    },
  }
}

function ofType(type: string): Scope {
  requireOffered(type, 'search-type')
  return { path: type, types: [type], within: [] }
}

const allows = (ctx: Context, type: string, act: 'r' | 's'): boolean => actorAllows(ctx.actor, type, act)

/** Types that a search of everything looks through. @refuses scope-missing where the token covers none */
function searchableTypes(ctx: Context): readonly string[] {
  const offered = resourceTypes.filter((type) => offers(type, 'search-type'))
  if (allows(ctx, '*', 's')) return offered
  const types = offered.filter((type) => allows(ctx, type, 's'))
  if (types.length === 0) requireScope(ctx.actor, '*', 's')
  return types
}

/** Types that may be shown beside the matches: those the token covers; null where it covers all. */
export function readableTypes(ctx: Context): readonly string[] | null {
  // One look at the scopes answers for most callers; asking type by type costs more than the search.
  if (allows(ctx, '*', 'r')) return null
  return resourceTypes.filter((type) => allows(ctx, type, 'r'))
}

/** Reads a search; every type that a condition looks into must be covered by the token too. @refuses scope-missing */
function prepared(ctx: Context, scope: Scope, query: URLSearchParams, strict: boolean): Search {
  const search = parseScoped(scope, query, strict)
  for (const type of new Set([...search.types, ...search.conditions.flatMap(typesOf)])) requireScope(ctx.actor, type, 's')
  return search
}

/** Types that a condition looks into beside the ones searched. */
function typesOf(condition: Condition): string[] {
  switch (condition.kind) {
    case 'any':
    case 'all':
      return condition.of.flatMap(typesOf)
    case 'not':
    case 'of-type':
      return typesOf(condition.of)
    case 'chain':
    case 'same-key':
    case 'has':
      return [condition.type, ...condition.of.flatMap(typesOf)]
    case 'list':
      return ['List']
    default:
      return []
  }
}

/** Keys that a search asks for by name. */
const keysIn = (condition: Condition): readonly string[] =>
  condition.kind === 'key'
    ? condition.keys
    : condition.kind === 'any' || condition.kind === 'all'
      ? condition.of.flatMap(keysIn)
      : condition.kind === 'of-type'
        ? keysIn(condition.of)
        : []

/** A search that shows nothing of a person, or only a number, was a look too. */
function noteUnseen(ctx: Context, search: Search, page: Page): void {
  const seen = new Set([...page.rows, ...page.included].map((row) => row.key))
  const asked = new Set(search.conditions.flatMap(keysIn).filter((key) => !seen.has(key)))
  const resource = `${search.type}?`
  const shared = search.types.length > 0 && search.types.every((type) => sharedTypes.has(type))
  if (!shared) for (const key of asked) ctx.audit({ key, resource, count: page.total ?? 0 })
  if (page.rows.length === 0 && (asked.size === 0 || shared)) ctx.audit({ resource, count: page.total ?? 0 })
}
