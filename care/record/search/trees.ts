/** Places in a tree of resources that name the one above them. @spec FHIR R4 search, :above and :below for references */
import { sql } from 'kysely'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import { innerSql, type Under } from './condition-sql.ts'
import type { Condition } from './model.ts'
import { referenceParameters, targetsOf } from './parameters.ts'

const MAX_PLACES = 2_000
const MAX_LEVELS = 30

/** The parameter by which resources of a type name the one of the same type above them (`Location.partOf`); undefined where they form no tree. */
export const upwards = (type: string): string | undefined =>
  referenceParameters(type).find(({ code, ...p }) => /^part-?of$/.test(code) && targetsOf({ code, ...p }).includes(type))?.code

/** References to a resource, and to all below or above it, as far as the caller sees them. @refuses search-too-broad */
export async function placesInTree(ctx: Context, condition: Extract<Condition, { kind: 'tree' }>, under: Under): Promise<Condition> {
  const { param, type, id, way } = condition
  const up = upwards(type)!
  const known = new Set([id])
  let level = [id]
  for (let n = 0; n < MAX_LEVELS && level.length > 0; n++) {
    const next = await (way === 'below' ? below : above)(ctx, { type, up, ids: level }, under)
    level = next.filter((one) => !known.has(one))
    for (const one of level) known.add(one)
    if (known.size > MAX_PLACES) refuse('search-too-broad', { param: `${param}:${way}`, limit: String(MAX_PLACES) })
  }
  return { kind: 'ref', values: [...known].map((one) => `${param}=${type}/${one}`) }
}

type Level = { type: string; up: string; ids: readonly string[] }

async function below(ctx: Context, { type, up, ids }: Level, under: Under): Promise<string[]> {
  const of: Condition[] = [{ kind: 'ref', values: ids.map((id) => `${up}=${type}/${id}`) }]
  const { rows } = await sql<{ id: string }>`select r.id from record.resource r
    where ${innerSql(type, of, { ...under, few: false })} limit ${MAX_PLACES + 1}`.execute(ctx.db)
  return rows.map((row) => row.id)
}

async function above(ctx: Context, { type, up, ids }: Level, under: Under): Promise<string[]> {
  const start = `${up}=${type}/`
  const { rows } = await sql<{ id: string }>`select distinct substr(t.v, ${start.length + 1}::int) as id from record.resource r
    cross join lateral unnest(r.refs) t(v)
    where ${innerSql(type, [{ kind: 'id', ids: [...ids] }], { ...under, few: false, types: [type] })} and starts_with(t.v, ${start}) limit ${MAX_PLACES + 1}`.execute(
    ctx.db,
  )
  return rows.map((row) => row.id)
}
