/** What a search must know before it can be asked in one statement: targets of chains, entries of lists, codes of value sets, places in a tree. */
import { type RawBuilder, sql } from 'kysely'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { sharedTypes } from '../ids.ts'
import { boundToken } from '../index-rows.ts'
import { plannedAnew, readsText, requireFew } from './bounds.ts'
import { innerSql, leavesFew, type Under, valuesMeeting } from './condition-sql.ts'
import type { Condition } from './model.ts'
import { keysMeant } from './own-numbers.ts'
import { conceptCodes, valueSetCodes } from './terms.ts'
import { placesInTree } from './trees.ts'

/** Targets that one hop of a chain may lead to; a search that needs more is not one about somebody. */
const MAX_TARGETS = 2_000

/** The conditions with everything found that stands outside the resources themselves. Each look-up carries the caller's predicate. */
export async function resolved(ctx: Context, conditions: readonly Condition[], under: Under): Promise<Condition[]> {
  const out: Condition[] = []
  for (const condition of conditions) out.push(await resolveOne(ctx, condition, under))
  return out
}

async function resolveOne(ctx: Context, condition: Condition, under: Under): Promise<Condition> {
  switch (condition.kind) {
    case 'any':
    case 'all':
      return { ...condition, of: await resolved(ctx, condition.of, under) }
    case 'not':
    case 'of-type':
      return { ...condition, of: await resolveOne(ctx, condition.of, under) }
    case 'same-key':
    case 'has':
      return { ...condition, of: await inner(ctx, condition, under) }
    case 'chain': {
      if (condition.canonical) return addressed(ctx, condition, under)
      const of = await inner(ctx, condition, under)
      const ids = await findIds(
        ctx,
        sql`${plannedAnew(under.keys !== null || leavesFew(of))}select r.id from record.resource r where ${innerSql(condition.type, of, under)} limit ${MAX_TARGETS + 1}`,
      )
      if (under.keys !== null && !sharedTypes.has(condition.type)) ids.push(...(await elsewhere(ctx, { ...condition, of }, under)))
      if (ids.length > MAX_TARGETS) refuse('search-too-broad', { param: condition.param, limit: String(MAX_TARGETS) })
      return ids.length === 0 ? { kind: 'never' } : { kind: 'ref', values: ids.map((id) => `${condition.param}=${condition.type}/${id}`) }
    }
    case 'date':
    case 'number':
    case 'string':
      return named(ctx, condition, under)
    case 'list':
      return listed(ctx, condition, under)
    case 'value-set':
      return valueSetCodes(ctx, condition, under)
    case 'concept':
      return conceptCodes(ctx, condition)
    case 'tree':
      return placesInTree(ctx, condition, under)
    case 'own-number':
      return ownNumbers(ctx, condition, under)
    default:
      return condition
  }
}

/** Targets of a chain outside the shards that the search is narrowed to: those alone that resources within these refer to. */
async function elsewhere(ctx: Context, { param, type, of }: Extract<Condition, { kind: 'chain' }>, under: Under): Promise<string[]> {
  const start = `${param}=${type}/`
  const ofTypes = under.types.length === 0 ? sql`true` : sql`r.type = any(${under.types}::text[])`
  const named = await findIds(
    ctx,
    sql`select distinct substr(f.v, ${start.length + 1}::int) as id from record.resource r cross join lateral unnest(r.tokens) f(v)
      where r.key = any(${under.keys}::text[]) and ${ofTypes} and not r.deleted and ${under.visible()} and starts_with(f.v, ${start})
      limit ${MAX_TARGETS + 1}`,
  )
  if (named.length === 0 || named.length > MAX_TARGETS) return named
  const which: Condition[] = [{ kind: 'id', ids: named }, ...of]
  return findIds(
    ctx,
    sql`${plannedAnew(false)}select r.id from record.resource r where ${innerSql(type, which, { ...under, keys: null })} limit ${MAX_TARGETS + 1}`,
  )
}

/** Resources that name by their address (a canonical) those that meet the conditions. */
async function addressed(ctx: Context, condition: Extract<Condition, { kind: 'chain' }>, under: Under): Promise<Condition> {
  const of = await inner(ctx, condition, under)
  const { rows } = await sql<{ url: string }>`${plannedAnew(leavesFew(of))}select distinct substr(t.v, 5) as url from record.resource r
    cross join lateral unnest(r.tokens) t(v) where ${innerSql(condition.type, of, under)} and starts_with(t.v, 'url=') limit ${MAX_TARGETS + 1}`.execute(
    ctx.db,
  )
  if (rows.length > MAX_TARGETS) refuse('search-too-broad', { param: condition.param, limit: String(MAX_TARGETS) })
  return rows.length === 0
    ? { kind: 'never' }
    : { kind: 'token', values: rows.map(({ url }) => boundToken(`${condition.param}=${url}`)), not: false }
}

/** The conditions of a hop, found first themselves. What reads stored texts there is bounded like anywhere else. */
async function inner(ctx: Context, { type, of }: { type: string; of: Condition[] }, under: Under): Promise<Condition[]> {
  const found = await resolved(ctx, of, { ...under, types: [type], few: leavesFew(of) })
  const others = found.filter((c) => !readsText(c))
  if (others.length < found.length && under.keys === null) await requireFew(ctx, innerSql(type, others, under))
  return found
}

/** Values so few name the resources themselves; more are compared one resource at a time. */
const MAX_NAMED = 500

type Value = Extract<Condition, { kind: 'date' } | { kind: 'number' } | { kind: 'string' }>

/** Comparisons that the order of an index answers. */
const inOrder = (condition: Value): boolean =>
  condition.kind === 'string'
    ? ['starts', 'whole', 'exact'].includes(condition.how)
    : condition.values.every((v) => v.prefix !== 'ne' && v.prefix !== 'ap')

/**
 * Where everybody's resources are searched, a name or a measured value that few have leads to them at once. The database would rather walk
 * all resources in order, because it cannot know how many values of one table belong to those that another condition leaves.
 */
async function named(ctx: Context, condition: Value, under: Under): Promise<Condition> {
  const [type, ...more] = under.types
  if (under.keys !== null || under.few || type === undefined || more.length > 0 || !inOrder(condition)) return condition
  const query = sql<{
    key: string
    id: string
  }>`${plannedAnew(false)}select q.key, q.id ${valuesMeeting(condition, type)} limit ${MAX_NAMED + 1}`
  const { rows } = await query.execute(ctx.db)
  if (rows.length > MAX_NAMED) return condition
  return rows.length === 0
    ? { kind: 'never' }
    : { kind: 'rows', keys: [...new Set(rows.map((r) => r.key))], ids: [...new Set(rows.map((r) => r.id))] }
}

async function findIds(ctx: Context, query: RawBuilder<unknown>): Promise<string[]> {
  const { rows } = await (query as RawBuilder<{ id: string }>).execute(ctx.db)
  return rows.map((row) => row.id)
}

/** Numbers of the asker's own institution lead to people; what is looked for beside them is found first too, so that both are one list. */
async function ownNumbers(ctx: Context, condition: Extract<Condition, { kind: 'own-number' }>, under: Under): Promise<Condition> {
  const { or } = condition
  const keys = await keysMeant(ctx, condition)
  if (keys.length === 0) return or ?? { kind: 'never' }
  const beside =
    or === null
      ? []
      : await findIds(
          ctx,
          sql`${plannedAnew(under.keys !== null || leavesFew([or]))}select r.id from record.resource r where ${innerSql('Patient', [or], under)} limit ${MAX_TARGETS}`,
        )
  const all = [...new Set([...keys, ...beside])]
  return { kind: 'rows', keys: all, ids: all }
}

/** The entries of a List the caller may see. */
async function listed(ctx: Context, { id, types }: Extract<Condition, { kind: 'list' }>, under: Under): Promise<Condition> {
  const one: Under = { visible: under.visible, keys: null, types: ['List'] }
  const { rows } = await sql<{
    refs: string[]
  }>`select r.refs from record.resource r where ${innerSql('List', [{ kind: 'id', ids: [id] }], one)}`.execute(ctx.db)
  const of = types.flatMap((type): { type: string; of: Condition }[] => {
    const start = `item=${type}/`
    const ids = (rows[0]?.refs ?? []).flatMap((ref) => (ref.startsWith(start) ? [ref.slice(start.length)] : []))
    return ids.length === 0 ? [] : [{ type, of: { kind: 'id', ids } }]
  })
  if (of.length === 0) return { kind: 'never' }
  if (types.length === 1) return of[0]!.of
  // An id may stand under two types; the list names one of them.
  return { kind: 'any', of: of.map((one) => ({ kind: 'of-type' as const, ...one })) }
}
