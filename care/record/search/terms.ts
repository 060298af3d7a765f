/** Codes that a search means by a value set, or by a code with those above or below it. @spec FHIR R4 search, :in, :not-in, :above, :below */
import { sql } from 'kysely'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { isObject, type Json, type JsonObject, valueSetOf } from '#packages/fhir'
import { boundToken } from '../index-rows.ts'
import { innerSql, type Under } from './condition-sql.ts'
import type { Condition } from './model.ts'

/** Codes by system, and systems that are meant whole. */
export type Codes = { codes: readonly (readonly [system: string, code: string])[]; systems: readonly string[] }

/** What a search asks of terminology. Null: not known, or more than can be listed. */
export type Terms = {
  members: (ctx: Context, valueSet: string | JsonObject, limit: number) => Promise<Codes | null>
  /** A code with all below it, or above it. */
  related: (ctx: Context, of: { system: string; code: string; way: 'above' | 'below' }, limit: number) => Promise<readonly string[] | null>
}

const MAX_CODES = 1_000

let terms: Terms | null = null

/** Binds the terminology that searches ask. Called once, when a process starts; without it, what a value set lists itself is known, and what R4 binds. */
export const searchTermsWith = (bound: Terms | null): void => {
  terms = bound
}

type Of<K extends Condition['kind']> = Extract<Condition, { kind: K }>

/** A value set by its address or id: stored, or known to the terminology. @refuses search-unsupported */
export async function valueSetCodes(ctx: Context, { url, params, not }: Of<'value-set'>, under: Under): Promise<Condition> {
  const stored = await storedSet(ctx, url, under)
  const found = (stored ? codesOf(stored) : builtIn(url)) ?? (await terms?.members(ctx, stored ?? url, MAX_CODES)) ?? null
  if (!found || found.codes.length > MAX_CODES)
    return refuse('search-unsupported', { param: `${not ? ':not-in' : ':in'} ${url}`.slice(0, 80) })
  const values = params.flatMap((param) => found.codes.map(([system, code]) => boundToken(`${param}=${system}|${code}`)))
  const prefixes = params.flatMap((param) => found.systems.map((system) => `${param}=${system}|`))
  return { kind: 'token', values, prefixes, not }
}

/** A code with what stands above or below it in its system. @refuses search-unsupported where nobody here knows the system */
export async function conceptCodes(ctx: Context, { params, system, code, way }: Of<'concept'>): Promise<Condition> {
  const found = await terms?.related(ctx, { system, code, way }, MAX_CODES)
  if (!found || found.length > MAX_CODES) return refuse('search-unsupported', { param: `:${way} ${system}|${code}`.slice(0, 80) })
  return { kind: 'token', values: params.flatMap((param) => found.map((one) => boundToken(`${param}=${system}|${one}`))), not: false }
}

async function storedSet(ctx: Context, url: string, under: Under): Promise<JsonObject | null> {
  const [address = '', version] = url.split('|')
  const has = (token: string): Condition => ({ kind: 'token', values: [boundToken(token)], not: false })
  const wanted: Condition[] = /^ValueSet\/[A-Za-z0-9.-]{1,64}$/.test(url)
    ? [{ kind: 'id', ids: [url.slice('ValueSet/'.length)] }]
    : [has(`url=${address}`), ...(version ? [has(`version=*|${version}`)] : [])]
  const one: Under = { visible: under.visible, keys: null, types: ['ValueSet'] }
  const { rows } = await sql<{
    body: string
  }>`select r.body from record.resource r where ${innerSql('ValueSet', wanted, one)} order by r.last_updated desc limit 1`.execute(ctx.db)
  const read = rows[0] ? (JSON.parse(rows[0].body) as Json) : null
  return isObject(read) ? read : null
}

function builtIn(url: string): Codes | null {
  const row = valueSetOf(url)
  return row
    ? { codes: Object.entries(row).flatMap(([system, list]) => list.map((code): [string, string] => [system, code])), systems: [] }
    : null
}

const list = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

const expanded = (contains: readonly JsonObject[]): [string, string][] =>
  contains.flatMap((c) => [
    ...(text(c.code) === '' ? [] : [[text(c.system), text(c.code)] as [string, string]]),
    ...expanded(list(c.contains)),
  ])

/** The codes a ValueSet lists itself; null where it asks for more than a list. */
function codesOf(valueSet: JsonObject): Codes | null {
  const expansion = isObject(valueSet.expansion) ? list(valueSet.expansion.contains) : []
  if (expansion.length > 0) return { codes: expanded(expansion), systems: [] }
  const compose = isObject(valueSet.compose) ? valueSet.compose : {}
  const include = list(compose.include)
  if (include.length === 0 || compose.exclude !== undefined || include.some((i) => i.filter !== undefined || i.valueSet !== undefined))
    return null
  const whole = include.filter((i) => i.concept === undefined)
  return {
    codes: include.flatMap((i) => list(i.concept).map((c): [string, string] => [text(i.system), text(c.code)])),
    systems: whole.map((i) => text(i.system)),
  }
}
