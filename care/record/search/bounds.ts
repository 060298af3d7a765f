import { sql } from 'kysely'
import type { Context } from '#kernel/context'
import { refuse } from '#kernel/refusal'
import type { Sql } from './compare-sql.ts'
import type { Condition } from './model.ts'

/** Resources whose stored text one search may read through. */
export const SCAN_CAP = 5_000

/** Is the condition answered from stored text, which no index holds? */
export const readsText = (c: Condition): boolean =>
  c.kind === 'text' || c.kind === 'narrative' || c.kind === 'content' || c.kind === 'near' || ('of' in c && [c.of].flat().some(readsText))

/**
 * Before a search whose plan depends on what it asks for: a name that one person has, or a code that all have. It goes out unnamed, so that
 * the database plans it for its values; within one person's shard, and among the few that a number leaves, one plan serves all.
 */
export const plannedAnew = (known: boolean): Sql => (known ? sql`` : sql`/* planned for its values */ `)

/** @refuses search-too-broad where reading through the texts would take longer than anybody waits */
export async function requireFew(ctx: Context, where: Sql): Promise<void> {
  const counted = sql<{
    n: number
  }>`${plannedAnew(false)}select count(*) as n from (select 1 from record.resource r where ${where} limit ${SCAN_CAP + 1}) c`
  const { rows } = await counted.execute(ctx.db)
  if (rows[0]!.n > SCAN_CAP) refuse('search-too-broad', { param: '_content, _text, :text', limit: String(SCAN_CAP) })
}
