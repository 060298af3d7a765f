import { sql } from 'kysely'
import { type ItemKind, receiptOf } from '#care/consent'
import type { Context } from '#kernel/context'
import type { Sight } from './scan.ts'

/** What shows a resource now: its kind of information, the rule, and the fact that carries the rule ('' where none does). */
export type Showing = { kind: ItemKind; rule: string; consentId: string }

/**
 * What of these resources the caller may see at this moment, by their place in the list, and why.
 * @param about.deleted whether a deletion may be told too
 */
export async function stillVisible(
  ctx: Pick<Context, 'db'>,
  { visible, rule }: Sight,
  about: { type: string; which: readonly { key: string; id: string }[]; deleted: boolean },
): Promise<Map<number, Showing>> {
  const [keys, ids] = [about.which.map((w) => w.key), about.which.map((w) => w.id)]
  const { rows } = await sql<{ n: number; kind: ItemKind; rule: string | null }>`
    select w.n, r.kind, ${rule} as rule from unnest(${keys}::text[], ${ids}::text[]) with ordinality as w(key, id, n)
      join record.resource r on r.key = w.key and r.type = ${about.type} and r.id = w.id
    where ${about.deleted ? sql`true` : sql`not r.deleted`} and ${visible}`.execute(ctx.db)
  return new Map(rows.map(({ n, kind, rule: said }) => [n - 1, { kind, ...receiptOf(said) }]))
}
