/** What a caller may see, as parts of a query over alias `r`. */
import { type RawBuilder, sql } from 'kysely'
import { type ConsentService, isTold } from '#care/consent'
import type { Context } from '#kernel/context'
import { bothSql } from './scopes.ts'

/** Where the rows of a query come from, the condition under which they are seen, and the receipt of each. */
export type Sight = { from: RawBuilder<unknown>; visible: RawBuilder<boolean>; rule: RawBuilder<string> }

type Asked = {
  consent: Pick<ConsentService, 'visibleTo' | 'ruleOf' | 'toldOf'>
  /** Keys whose rows alone the query reads; null where it reads anybody's. */
  keys: readonly string[] | null
  scoped: RawBuilder<boolean> | null
}

const rows = sql`record.resource r`
const toldRule = sql<string>`told.rule`

/** Consent's predicate and receipt, with what scopes leave of them. Of rows of known keys the receipt is told beside each row, and is the predicate. */
export function sightOf(ctx: Context, { consent, keys, scoped }: Asked): Sight {
  const visible = consent.visibleTo(ctx, keys)
  if (keys === null || visible !== isTold) return { from: rows, visible: bothSql(visible, scoped), rule: consent.ruleOf(ctx) }
  return { from: sql`${rows} cross join ${consent.toldOf(ctx, keys)}`, visible: bothSql(visible, scoped), rule: toldRule }
}
