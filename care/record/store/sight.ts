/** What a caller may see, as parts of a query over alias `r`. */
import { type RawBuilder, sql } from 'kysely'
import { type ConsentService, isTold, type KnownFacts } from '#care/consent'
import type { Context } from '#kernel/context'
import { bothSql } from './scopes.ts'

/** Where rows come from, and the condition under which they are seen. */
type Rows = { from: RawBuilder<unknown>; visible: RawBuilder<boolean> }

/** Where the rows of a query come from, the condition under which they are seen, and the receipt of each. */
export type Sight = Rows & {
  rule: RawBuilder<string>
  /**
   * The first rows that are seen of a query that has an order, names the receipt `rule` once, in its result, and ends with its order.
   * @param page `types`: those that it reads alone, null for any; `known`: facts at hand, which end the query where they hold no longer
   */
  first: <T>(ordered: (rows: Rows) => RawBuilder<T>, page: Page) => RawBuilder<T>
}
type Page = { limit: number; types: readonly string[] | null; known: KnownFacts | null }

type Asked = {
  consent: Pick<ConsentService, 'visibleTo' | 'ruleOf' | 'toldOf' | 'whileKnown'>
  /** Keys whose rows alone the query reads; null where it reads anybody's. */
  keys: readonly string[] | null
  scoped: RawBuilder<boolean> | null
}

const rows = sql`record.resource r`
const toldRule = sql<string>`told.rule`

/** Consent's predicate and receipt, with what scopes leave of them. Of rows of known keys the receipt is told beside each row, and is the predicate. */
export function sightOf(ctx: Context, { consent, keys, scoped }: Asked): Sight {
  const shown = consent.visibleTo(ctx, keys)
  const visible = bothSql(shown, scoped)
  if (keys === null || shown !== isTold) {
    const seen = { from: rows, visible }
    return { ...seen, rule: consent.ruleOf(ctx), first: (ordered, { limit }) => sql`${ordered(seen)} limit ${limit}` }
  }
  const beside = (told: RawBuilder<unknown>) => sql`${rows} cross join ${told}`
  const all = ({ types, known }: Page) => ({
    from: beside(consent.toldOf(ctx, keys, { once: true, types, known })),
    visible: known === null ? (scoped ?? sql<boolean>`true`) : bothSql(consent.whileKnown(known), scoped),
  })
  return {
    // Pages say it in their own way (`first`): made for those alone who ask.
    get from() {
      return beside(consent.toldOf(ctx, keys))
    },
    visible,
    rule: toldRule,
    first: (ordered, page) => withReceipt(ordered(all(page)), page.limit),
  }
}

/**
 * The first rows that have a receipt, in their order. `offset 0` keeps the planner from working the receipt out twice; it does not keep it
 * from stopping after as many rows. A second `order by` around it would: of people with many rows it then sorted whole bodies.
 */
const withReceipt = <T>(ordered: RawBuilder<T>, limit: number): RawBuilder<T> =>
  sql<T>`select r.* from (${ordered} offset 0) r where r.rule is not null limit ${limit}`
