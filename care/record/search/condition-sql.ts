import { type RawBuilder, sql } from 'kysely'
import { keyOfId, sharedTypes } from '../ids.ts'
import { boundText } from '../index-rows.ts'
import { and, compareDates, compareInstant, compareNumber, foldedSql, likeEscaped, looseSql, or, type Sql } from './compare-sql.ts'
import type { Condition, PartSearch, StringHow } from './model.ts'

/** What every condition is read under. */
export type Under = {
  /** The caller's predicate over alias `r`, for resources found on the way. */
  visible: () => RawBuilder<boolean>
  /** Keys the search is narrowed to, or null. */
  keys: readonly string[] | null
  /** Another condition leaves so few that each of them is compared, whatever other indexes there are. */
  few?: boolean
  types: readonly string[]
}

type Of<K extends Condition['kind']> = Extract<Condition, { kind: K }>

const oneOf = (column: Sql, values: readonly string[]): Sql =>
  values.length === 1 ? sql`${column} = ${values[0]}` : sql`${column} = any(${values}::text[])`

/** A condition over alias `r` of record.resource. Every subquery names its own `r` and carries the caller's predicate. */
export function conditionSql(condition: Condition, under: Under): Sql {
  const keyed = under.keys !== null || under.few === true
  switch (condition.kind) {
    case 'id':
      return idSql(condition.ids, under)
    case 'key':
      return oneOf(sql`r.key`, condition.keys)
    case 'rows':
      return sql`(r.key = any(${condition.keys}::text[]) and r.id = any(${condition.ids}::text[]))`
    case 'token':
      return condition.rare && under.few && under.keys === null ? rareSql(condition.values) : tokenSql(condition, keyed)
    case 'ref':
      return refSql(condition.values, under)
    case 'updated':
      return or(condition.values.map((v) => compareInstant(sql`r.last_updated`, v)))
    case 'date':
    case 'number':
    case 'string':
      return valueSql(tableOf[condition.kind], condition.params, { compare: compareValue(condition), keyed })
    case 'custom-token':
      return customTokenSql(condition, keyed)
    case 'missing':
      return missingSql(condition)
    case 'composite':
      return compositeSql(condition, keyed)
    case 'any':
      return or(condition.of.map((c) => conditionSql(c, under)))
    case 'all':
      return and(condition.of.map((c) => conditionSql(c, under)))
    case 'not':
      return sql`not coalesce(${conditionSql(condition.of, under)}, false)`
    case 'of-type':
      return sql`(r.type = ${condition.type} and ${conditionSql(condition.of, { ...under, types: [condition.type] })})`
    case 'same-key':
      return sql`r.key in (select r.key from record.resource r where ${innerSql(condition.type, condition.of, under)})`
    case 'has':
      return hasSql(condition, under)
    case 'text':
    case 'narrative':
    case 'content':
      return bodyTextSql(condition)
    case 'near':
      return nearSql(condition)
    case 'never':
      return sql`false`
    case 'chain':
    case 'list':
    case 'value-set':
    case 'concept':
    case 'tree':
    case 'own-number':
      throw new Error(`a ${condition.kind} is found before the search`)
  }
}

/** Live resources of a type that the caller may see and that meet the conditions; within the same keys where the search is narrowed to some. */
export function innerSql(type: string, of: readonly Condition[], under: Under): Sql {
  const keys = under.keys !== null && !sharedTypes.has(type) ? [oneOf(sql`r.key`, under.keys)] : []
  const inner = { ...under, types: [type], keys: keys.length > 0 ? under.keys : null, few: leavesFew(of) }
  const ofType = comparedOnly(sql`r.type = ${type}`, inner.few && inner.keys === null)
  return and([ofType, sql`not r.deleted`, ...keys, under.visible(), ...of.map((c) => conditionSql(c, inner))])
}

/** An id tells its shard; where a client chose it, the look-up does. */
function idSql(ids: readonly string[], { keys, types }: Under): Sql {
  const wanted = sql`r.id = any(${ids}::text[])`
  if (keys !== null) return wanted
  const own = [...new Set(ids.flatMap((id) => [id, keyOfId(id)]))]
  const type = types.length === 0 ? sql`true` : sql`c.type = any(${types}::text[])`
  return sql`(r.key = any(${own}::text[] || array(select c.key from record.client_id c where ${type} and c.id = any(${ids}::text[]))) and ${wanted})`
}

/**
 * Entries of an array column. Within one person's shard the index of all is of no use: it would be read for everybody's entries to find
 * a few rows, so the comparison is put in a form that no index answers.
 */
const overlap = (column: Sql, values: readonly string[], keyed: boolean): Sql => comparedOnly(sql`${column} && ${values}::text[]`, keyed)

/** A comparison in a form that no index answers, where asked for: read beside a better index, another costs more than it spares. */
export const comparedOnly = (comparison: Sql, only: boolean): Sql => (only ? sql`(${comparison}) is true` : comparison)

/** Whether one of conditions that all must hold leaves few resources of everybody's, whatever it asks for. */
export const leavesFew = (conditions: readonly Condition[]): boolean =>
  conditions.some((c) => (c.kind === 'own-number' ? c.or === null || leavesFew([c.or]) : c.kind === 'token' && c.rare === true))

/**
 * Entries that few resources carry. The values stand where the planner does not look, so that one plan serves all: weighing each value
 * against the statistics of everybody's entries took longer than finding it. Said three times, they are taken to be as rare as they are.
 */
function rareSql(values: readonly string[]): Sql {
  const found = sql`r.tokens && (select ${values}::text[])`
  return sql`(${found} and (${found}) is true and (${found}) is not false)`
}

/** Entries are looked up in the index; beginnings only compared, so they narrow what other conditions found. */
function tokenSql({ values, prefixes = [], not }: Of<'token'>, keyed: boolean): Sql {
  const entries = values.length === 0 ? [] : [overlap(sql`r.tokens`, values, keyed)]
  const begins =
    prefixes.length === 0
      ? []
      : [sql`exists (select 1 from unnest(r.tokens) t(v) where ${or(prefixes.map((p) => sql`starts_with(t.v, ${p})`))})`]
  const found = or([...entries, ...begins])
  return not ? sql`not (${found})` : found
}

/** References within a shard are found there; those across shards in the index of all. */
function refSql(values: readonly string[], { keys, few = false }: Under): Sql {
  if (keys !== null) return overlap(sql`r.refs`, values, true)
  const inShard = values.filter((v) => /=Patient\/|\./.test(v))
  if (inShard.length === 0) return overlap(sql`r.tokens`, values, few)
  const home = [...new Set(inShard.map((v) => keyOfId(v.slice(v.lastIndexOf('/') + 1))))]
  return sql`(${overlap(sql`r.tokens`, values, few)} or (r.key = any(${home}::text[]) and ${overlap(sql`r.refs`, inShard, true)}))`
}

const tables = { string_value: sql`record.string_value`, date_value: sql`record.date_value`, number_value: sql`record.number_value` }

/**
 * A value among those of a resource. Within one person's shard each resource is asked for its own values: `offset 0` keeps a plan made for
 * any values from reading everybody's instead.
 */
const valueSql = (table: keyof typeof tables, params: readonly string[], { compare, keyed }: { compare: Sql; keyed: boolean }): Sql =>
  sql`exists (select 1 from ${tables[table]} q where q.key = r.key and q.type = r.type and q.id = r.id and ${oneOf(sql`q.param`, params)} and ${compare}${keyed ? sql` offset 0` : sql``})`

const tableOf = { date: 'date_value', number: 'number_value', string: 'string_value' } as const

/** A value over alias `q`, whichever of the searched ones it is. */
export function compareValue(condition: Extract<Condition, { kind: 'date' } | { kind: 'number' } | { kind: 'string' }>): Sql {
  if (condition.kind === 'date') return or(condition.values.map((v) => compareDates(sql`q.lo`, sql`q.hi`, v)))
  if (condition.kind === 'number') return or(condition.values.map(compareNumber))
  return or(condition.values.map((v) => compareString(v, condition.how)))
}

/** Values of a type that meet a condition, by themselves: where they are few, they name the resources. */
export const valuesMeeting = (condition: Parameters<typeof compareValue>[0], type: string): Sql =>
  sql`from ${tables[tableOf[condition.kind]]} q where q.type = ${type} and ${oneOf(sql`q.param`, condition.params)} and ${compareValue(condition)}`

function compareString(value: string, how: StringHow): Sql {
  switch (how) {
    case 'exact':
      return sql`(q.value = ${boundText(value)} and q.raw = ${value})`
    case 'starts':
      return sql`q.value like ${`${likeEscaped(value)}%`}`
    case 'whole':
      return sql`q.value = ${value}`
    case 'ends':
      return sql`q.value like ${`%${likeEscaped(value)}`}`
    case 'contains':
      return sql`q.value like ${`%${likeEscaped(value)}%`}`
    case 'loose':
      return sql`starts_with(${looseSql(sql`q.value`)}, ${looseSql(sql`${value}::text`)})`
    case 'loose-contains':
      return sql`strpos(${looseSql(sql`q.value`)}, ${looseSql(sql`${value}::text`)}) > 0`
  }
}

function customTokenSql({ param, values, prefixes, not }: Of<'custom-token'>, keyed: boolean): Sql {
  const compare = or([sql`q.raw = any(${values}::text[])`, ...prefixes.map((p) => sql`starts_with(q.raw, ${p})`)])
  const found = valueSql('string_value', [param], { compare, keyed })
  return not ? sql`not ${found}` : found
}

function missingSql({ params, missing }: Of<'missing'>): Sql {
  const begins = (column: Sql) =>
    sql`exists (select 1 from unnest(${column}) t(v) where ${or(params.flatMap((p) => [sql`starts_with(t.v, ${`${p}=`})`, sql`starts_with(t.v, ${`${p}:identifier=`})`]))})`
  const inTable = (table: Sql) =>
    sql`exists (select 1 from ${table} q where q.key = r.key and q.type = r.type and q.id = r.id and ${oneOf(sql`q.param`, params)})`
  const present = or([begins(sql`r.tokens`), begins(sql`r.refs`), ...[...Object.values(tables), sql`record.composite_value`].map(inTable)])
  return missing ? sql`not ${present}` : present
}

function compositeSql({ param, values }: Of<'composite'>, keyed: boolean): Sql {
  const entries = values.flatMap((v) => v.entries)
  // The elements are read only where the resource carries the code at all, which the index of all tells.
  const carried = entries.length > 0 && values.every((v) => v.entries.length > 0) ? [overlap(sql`r.tokens`, entries, keyed)] : []
  const met = or(values.map(({ parts }) => and(parts.map(partSql))))
  return and([
    ...carried,
    sql`exists (select 1 from record.composite_value c where c.key = r.key and c.type = r.type and c.id = r.id and c.param = ${param} and ${met})`,
  ])
}

function partSql(part: PartSearch, n: number): Sql {
  const of = (name: string) => sql`(c.parts -> ${n}::int -> ${name}::text)`
  switch (part.kind) {
    case 'token':
      return sql`exists (select 1 from jsonb_array_elements_text(${of('tokens')}) t(v) where ${or([sql`t.v = any(${part.entries}::text[])`, ...part.prefixes.map((p) => sql`starts_with(t.v, ${p})`)])})`
    case 'reference':
      return sql`exists (select 1 from jsonb_array_elements_text(${of('refs')}) t(v)
        where t.v = any(${part.refs}::text[]) or split_part(t.v, '/', 2) = any(${part.ids}::text[]))`
    case 'string':
      return sql`exists (select 1 from jsonb_to_recordset(${of('strings')}) as q(value text) where q.value like ${`${likeEscaped(part.value)}%`})`
    case 'date':
      return sql`exists (select 1 from jsonb_to_recordset(${of('dates')}) as q(lo timestamptz, hi timestamptz) where ${compareDates(sql`q.lo`, sql`q.hi`, part.value)})`
    case 'number':
      return sql`exists (select 1 from jsonb_to_recordset(${of('numbers')}) as q(lo float8, hi float8, system text, code text, unit text, clo float8, chi float8, cunit text)
        where ${compareNumber(part.value)})`
  }
}

/** A reverse condition: by the shared key where the reference says whose a resource is, else by the references themselves. */
function hasSql({ type, param, of, target, owner, canonical }: Of<'has'>, under: Under): Sql {
  if (canonical) {
    const start = `${param}=`
    const named = sql`select 'url=' || substr(f.v, ${start.length + 1}::int) from record.resource r cross join lateral unnest(r.tokens) f(v)
      where ${innerSql(type, of, { ...under, keys: null })} and starts_with(f.v, ${start})`
    return sql`(r.tokens && array(${named}))`
  }
  if (owner) return sql`r.key in (select r.key from record.resource r where ${innerSql(type, of, under)})`
  const start = `${param}=${target}/`
  const id = sql`substr(f.v, ${start.length + 1}::int)`
  const ownKey = sharedTypes.has(target) || target === 'Patient'
  const from = (column: Sql, within: Under) =>
    sql`from record.resource r cross join lateral unnest(${column}) f(v) where ${innerSql(type, of, within)} and starts_with(f.v, ${start})`
  const everywhere = { ...under, keys: null }
  if (ownKey) {
    // The key of a shared resource is its own id, and that of a patient too.
    const all = from(sql`r.refs`, everywhere)
    return sql`r.id in (select ${id} ${all}) and r.key in (select ${id} ${all})`
  }
  // What refers from another shard stands in the index of all; where its target lives, the target's id tells or the look-up does.
  const home = sql`coalesce((select c.key from record.client_id c where c.type = ${target} and c.id = ${id}), split_part(${id}, '.', 1))`
  const asked =
    under.keys === null
      ? sql`true`
      : sql`r.tokens && array(select ${start}::text || o.id from record.resource o where ${oneOf(sql`o.key`, under.keys)} and o.type = ${target} and not o.deleted)`
  return sql`(r.key, r.id) in (select r.key, ${id} ${from(sql`r.refs`, under)}
    union all select ${home}, ${id} ${from(sql`r.tokens`, everywhere)} and ${asked})`
}

const body = sql`nullif(r.body, '')::jsonb`
const found = (text: Sql, values: readonly string[]): Sql => or(values.map((v) => sql`strpos(${foldedSql(text)}, ${v}) > 0`))

/** Written characters for those that XHTML has names for; the ampersand last, or what follows one would be read twice. */
const NAMED = [
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&apos;', "'"],
  ['&#39;', "'"],
  ['&#160;', ' '],
  ['&nbsp;', ' '],
  ['&amp;', '&'],
] as const

const withoutMarkup = (div: Sql): Sql =>
  NAMED.reduce((text, [name, sign]) => sql`replace(${text}, ${name}, ${sign})`, sql`regexp_replace(${div}, '<[^>]*>', ' ', 'g')`)

function bodyTextSql(condition: Extract<Condition, { kind: 'text' } | { kind: 'narrative' | 'content' }>): Sql {
  if (condition.kind === 'narrative') return found(withoutMarkup(sql`coalesce(${body} #>> '{text,div}', '')`), condition.values)
  // Every text of the resource, but not the names of its members.
  const paths =
    condition.kind !== 'text'
      ? ['strict $.** ? (@.type() == "string")']
      : condition.paths.map((p) => `lax $${p.map((name) => `."${name}"`).join('')}`)
  return or(
    paths.map(
      (p) =>
        sql`exists (select 1 from jsonb_path_query(${body}, ${p}::jsonpath) t(v) where ${found(sql`(t.v #>> '{}')`, condition.values)})`,
    ),
  )
}

/** Distance over the sphere, by the haversine. */
function nearSql({ latitude, longitude, metres }: Of<'near'>): Sql {
  const [north, east] = [sql`(${body} #>> '{position,latitude}')::float8`, sql`(${body} #>> '{position,longitude}')::float8`]
  const square = (angle: Sql) => sql`power(sin(radians(${angle}) / 2), 2)`
  const chord = sql`least(1, ${square(sql`${north} - ${latitude}::float8`)} + cos(radians(${latitude}::float8)) * cos(radians(${north})) * ${square(sql`${east} - ${longitude}::float8`)})`
  return sql`coalesce(2 * 6371008.8 * asin(sqrt(${chord})) <= ${metres}::float8, false)`
}
