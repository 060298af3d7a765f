import { sql } from 'kysely'
import type { Context } from '#kernel/context'
import { resourceTypes } from '#packages/fhir'
import { keyOfId } from '../ids.ts'
import { and, or, type Sql } from './compare-sql.ts'
import { conditionSql, type Under } from './condition-sql.ts'
import { addressedSql, addressingSql } from './include-canonical.ts'
import { withVersionsNamed } from './include-versions.ts'
import { followed, pointing } from './includes.ts'
import { HIT_COLUMNS, type HitRow, toHit } from './hit.ts'
import type { Hit, Include, Search } from './model.ts'
import { ownerParameters } from './parameters.ts'
import type { About } from './search-sql.ts'

/** Resources shown beside the matches of one page, and rounds of `:iterate`. */
export const MAX_INCLUDED = 1_000
const MAX_ROUNDS = 10

type Found = Hit & { refs: readonly string[] }
type Matches = { search: Search; rows: readonly Hit[]; refs: readonly (readonly string[])[] }

/** What the includes of a search show beside its matches, each under the caller's predicate, each once. */
export async function findIncluded(
  ctx: Context,
  about: About,
  { search, rows, refs }: Matches,
): Promise<{ included: Hit[]; cut: boolean }> {
  if (search.includes.length === 0 || rows.length === 0) return { included: [], cut: false }
  const name = (r: Hit) => `${r.type}/${r.id}/${r.version}`
  const known = new Set(rows.map(name))
  const out: Found[] = []
  let from: Found[] = rows.map((r, n) => ({ ...r, refs: refs[n] ?? [] }))
  for (let round = 0; round < MAX_ROUNDS && from.length > 0; round++) {
    const includes = round === 0 ? search.includes : search.includes.filter((i) => i.iterate)
    const room = MAX_INCLUDED - out.length
    const found = (await step(ctx, about, { includes, from, room: room + known.size })).filter((r) => !known.has(name(r)))
    if (found.length > room) return { included: [...out, ...found.slice(0, room)], cut: true }
    for (const r of found) known.add(name(r))
    out.push(...found)
    from = found
  }
  const further = from.length === 0 ? [] : search.includes.filter((i) => i.iterate)
  const more = further.length === 0 ? [] : await step(ctx, about, { includes: further, from, room: known.size })
  return { included: out, cut: more.some((r) => !known.has(name(r))) }
}

type Step = { includes: readonly Include[]; from: readonly Found[]; room: number }

async function step(ctx: Context, about: About, { includes, from, room }: Step): Promise<Found[]> {
  const forward = forwardSql(
    includes.filter((i) => !i.reverse),
    from,
  )
  const reverse = includes.filter((i) => i.reverse).flatMap((i) => [...reverseSql(i, from, about), ...addressingSql(i, from)])
  const addressed = addressedSql(
    includes.filter((i) => !i.reverse),
    from,
  )
  const wanted = [...(forward ? [forward] : []), ...addressed, ...reverse]
  if (wanted.length === 0) return []
  const readable = about.readable ? sql` and r.type = any(${about.readable}::text[])` : sql``
  const { from: seen, visible, rule } = about.beside()
  const { rows } = await sql<HitRow & { refs: string[] }>`select ${HIT_COLUMNS}, r.refs, ${rule} as rule from ${seen}
    where not r.deleted and ${visible}${readable} and ${or(wanted)} order by r.type, r.id limit ${room + 1}`.execute(ctx.db)
  return withVersionsNamed(ctx, about, { includes, from, found: rows.map((row) => ({ ...toHit(row), refs: row.refs })) })
}

/** Resources that those found refer to. Their shard is told by their id, is the one of who refers to them, or stands in the look-up. */
function forwardSql(includes: readonly Include[], from: readonly Found[]): Sql | null {
  const targets = new Map<string, { type: string; id: string }>()
  const keys = new Set<string>()
  for (const resource of from)
    for (const start of includes.flatMap((i) => followed(i, resource.type)))
      for (const ref of resource.refs)
        if (ref.startsWith(start)) {
          const [type = '', id = ''] = ref.slice(ref.indexOf('=') + 1).split('/')
          targets.set(`${type}/${id}`, { type, id })
          for (const key of [resource.key, id, keyOfId(id)]) keys.add(key)
        }
  if (targets.size === 0) return null
  const list = [...targets.values()]
  const [types, ids] = [list.map((t) => t.type), list.map((t) => t.id)]
  return sql`(r.key = any(${[...keys]}::text[] || array(select c.key from record.client_id c where (c.type, c.id) in (select * from unnest(${types}::text[], ${ids}::text[]))))
    and (r.type, r.id) in (select * from unnest(${types}::text[], ${ids}::text[])))`
}

/** Resources that refer to those found. */
function reverseSql(include: Include, from: readonly Found[], about: About): Sql[] {
  const byType = Map.groupBy(from, (r) => r.type)
  return [...byType].flatMap(([target, resources]) => {
    const sources = pointing(include, target, resourceTypes)
    if (sources.length === 0) return []
    const types = [...new Set(sources.map((s) => s.type))]
    const params = [...new Set(sources.flatMap((s) => s.params))]
    const values = params.flatMap((param) => resources.map((r) => `${param}=${target}/${r.id}`))
    // All of one patient's resources of a type point at that patient: their shard says so.
    const owned = target === 'Patient' ? sources.filter((s) => s.params.some((p) => ownerParameters(s.type).has(p))).map((s) => s.type) : []
    const under: Under = { visible: () => about.beside().visible, keys: null, types }
    const byOwner =
      owned.length === 0 ? [] : [sql`(r.key = any(${resources.map((r) => r.key)}::text[]) and r.type = any(${owned}::text[]))`]
    // References from within the shard of their target are found in that shard, the others in the index of all.
    const shards = [...new Set(resources.map((r) => r.key))]
    const byReference = or([
      conditionSql({ kind: 'token', values, not: false }, under),
      sql`(r.key = any(${shards}::text[]) and r.refs && ${values}::text[])`,
    ])
    return [or([...byOwner, and([sql`r.type = any(${types}::text[])`, byReference])])]
  })
}
