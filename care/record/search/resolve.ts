/** What a search must know before it can be asked in one statement: targets of chains, entries of lists, codes of value sets. */
import { type RawBuilder, sql } from 'kysely'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { isObject, type Json, valueSetOf } from '#packages/fhir'
import { boundToken } from '../index-rows.ts'
import { plannedAnew, readsText, requireFew } from './bounds.ts'
import { innerSql, leavesFew, type Under, valuesMeeting } from './condition-sql.ts'
import type { Condition } from './model.ts'
import { keysMeant } from './own-numbers.ts'

/** Targets that one hop of a chain may lead to; a search that needs more is not one about somebody. */
const MAX_TARGETS = 2_000
const MAX_CODES = 1_000

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
      const of = await inner(ctx, condition, under)
      const ids = await findIds(
        ctx,
        sql`${plannedAnew(under.keys !== null || leavesFew(of))}select r.id from record.resource r where ${innerSql(condition.type, of, under)} limit ${MAX_TARGETS + 1}`,
      )
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
      return codes(ctx, condition, under)
    case 'own-number':
      return ownNumbers(ctx, condition, under)
    default:
      return condition
  }
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
  const starts = types.map((type) => `item=${type}/`)
  const ids = (rows[0]?.refs ?? []).flatMap((ref) => starts.flatMap((start) => (ref.startsWith(start) ? [ref.slice(start.length)] : [])))
  return ids.length === 0 ? { kind: 'never' } : { kind: 'id', ids }
}

type Codes = { codes: [system: string, code: string][]; systems: string[] }

/** A value set by its address or id: stored with its codes listed, or one that R4 itself binds. @refuses search-unsupported */
async function codes(ctx: Context, condition: Extract<Condition, { kind: 'value-set' }>, under: Under): Promise<Condition> {
  const { url, params, not } = condition
  const wanted: Condition = /^ValueSet\/[A-Za-z0-9.-]{1,64}$/.test(url)
    ? { kind: 'id', ids: [url.slice('ValueSet/'.length)] }
    : { kind: 'token', values: [boundToken(`url=${url}`)], not: false }
  const one: Under = { visible: under.visible, keys: null, types: ['ValueSet'] }
  const { rows } = await sql<{
    body: string
  }>`select r.body from record.resource r where ${innerSql('ValueSet', [wanted], one)} limit 1`.execute(ctx.db)
  const found = rows[0] ? codesOf(JSON.parse(rows[0].body) as Json) : builtIn(url)
  if (!found || found.codes.length > MAX_CODES)
    return refuse('search-unsupported', { param: `${not ? ':not-in' : ':in'} ${url}`.slice(0, 80) })
  const values = params.flatMap((param) => found.codes.map(([system, code]) => boundToken(`${param}=${system}|${code}`)))
  const prefixes = params.flatMap((param) => found.systems.map((system) => `${param}=${system}|`))
  return { kind: 'token', values, prefixes, not }
}

function builtIn(url: string): Codes | null {
  const row = valueSetOf(url)
  return row
    ? { codes: Object.entries(row).flatMap(([system, list]) => list.map((code): [string, string] => [system, code])), systems: [] }
    : null
}

const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [])
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

/** The codes a ValueSet lists; null where it asks for more than a list. */
function codesOf(valueSet: Json): Codes | null {
  if (!isObject(valueSet)) return null
  const expansion = isObject(valueSet.expansion) ? list(valueSet.expansion.contains).filter(isObject) : []
  if (expansion.length > 0) return { codes: expansion.map((c) => [text(c.system), text(c.code)]), systems: [] }
  const compose = isObject(valueSet.compose) ? valueSet.compose : {}
  const include = list(compose.include).filter(isObject)
  if (include.length === 0 || compose.exclude !== undefined || include.some((i) => i.filter !== undefined || i.valueSet !== undefined))
    return null
  const whole = include.filter((i) => i.concept === undefined)
  return {
    codes: include.flatMap((i) =>
      list(i.concept)
        .filter(isObject)
        .map((c): [string, string] => [text(i.system), text(c.code)]),
    ),
    systems: whole.map((i) => text(i.system)),
  }
}
