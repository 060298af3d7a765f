import { sql } from 'kysely'
import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import type { Seen } from '../model.ts'
import { COLUMNS, type Row, toSeen } from '../store.ts'
import type { Sight } from '../store/sight.ts'

export type EverythingQuery = {
  keys: readonly string[]
  types: readonly string[] | null
  /** Types the caller's token covers; null for all. */
  readable: readonly string[] | null
  /** Changed at this instant or later. */
  since: Date | null
  /** Care given in this span; what states no date of care is left in. */
  from: Date | null
  to: Date | null
  after: { type: string; id: string } | null
  limit: number
}

const none = sql`true`

/** A person's resources that the caller may see: the Patient first, then by type and id. */
export async function findEverything(ctx: Pick<Context, 'db'>, { from, visible, rule }: Sight, q: EverythingQuery): Promise<Seen[]> {
  // A blank sorts before every type.
  const rank = sql`case when r.type = 'Patient' then '' else r.type end`
  const { rows } = await sql<Row>`select ${COLUMNS}, ${rule} as rule from ${from}
    where r.key = any(${[...q.keys]}::text[]) and not r.deleted and ${visible}
      and ${q.types === null ? none : sql`r.type = any(${[...q.types]}::text[])`}
      and ${q.readable === null ? none : sql`r.type = any(${[...q.readable]}::text[])`}
      and ${q.since === null ? none : sql`r.last_updated >= ${q.since}`}
      and ${q.from === null ? none : sql`(r.clinical_at is null or r.clinical_at >= ${q.from})`}
      and ${q.to === null ? none : sql`(r.clinical_at is null or r.clinical_at < ${q.to})`}
      and ${q.after === null ? none : sql`(${rank}, r.id) > (${q.after.type}, ${q.after.id})`}
    order by ${rank}, r.id limit ${q.limit}`.execute(ctx.db)
  return rows.map(toSeen)
}

/** Registers (institutions, staff, medicines) that resources refer to. */
export async function findShared(
  ctx: Pick<Context, 'db'>,
  { visible, rule }: Sight,
  which: readonly { type: string; id: string }[],
): Promise<Seen[]> {
  if (which.length === 0) return []
  const { rows } = await sql<Row>`select ${COLUMNS}, ${rule} as rule from record.resource r
    join jsonb_to_recordset(${JSON.stringify(which)}::jsonb) as w(type text, id text) on r.key = w.id and r.type = w.type and r.id = w.id
    where not r.deleted and r.kind = 'shared' and ${visible} order by r.type, r.id`.execute(ctx.db)
  return rows.map(toSeen)
}

const MOST_LABELS = 1_000

/** Profiles, tags and security labels in use among what the caller may see, as entries of the token index. */
export async function findLabels(ctx: Pick<Context, 'db'>, { visible }: Sight, types: readonly string[] | null): Promise<string[]> {
  const { rows } = await sql<{
    label: string
  }>`select distinct l.label from record.resource r cross join lateral unnest(r.tokens) as l(label)
    where not r.deleted and ${types === null ? none : sql`r.type = any(${[...types]}::text[])`}
      and l.label ~ '^_(tag|security)=[^*]' and l.label !~ '[|][*]$' and ${visible} order by 1 limit ${MOST_LABELS}`.execute(ctx.db)
  return rows.map((r) => r.label)
}

/** When the youngest of a person's resources was registered; null where there is none. */
export async function youngest(db: Db, key: string): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`select max(registered_at) as at from record.resource where key = ${key}`.execute(db)
  return rows[0]?.at ?? null
}
