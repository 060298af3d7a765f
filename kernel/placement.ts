import { sql } from 'kysely'
import type { Db } from './database.ts'

/**
 * Where the rows of a table live once the platform has more than one node: spread by a column, copied to every node, or on the
 * coordinator alone. Tables that carry the patient key in their primary key need no word: they are spread by it, all alike, so that what
 * belongs to one person is always on one node.
 */
export type Placement = { by: string } | 'everywhere' | 'coordinator'
export type Placed = { where: Placement; because: string }

type Known = { name: string; hasKey: boolean; isPlaced: boolean }

/** Whether the database can spread tables over nodes. */
export async function hasCitus(db: Db): Promise<boolean> {
  const { rows } = await sql`select 1 from pg_extension where extname = 'citus'`.execute(db)
  return rows.length > 0
}

/** Tables of the platform's schemas, and which of them are spread already. */
async function tables(db: Db): Promise<Known[]> {
  const { rows } = await sql<Known>`select format('%s.%s', n.nspname, c.relname) as name,
      exists (select 1 from pg_constraint p join pg_attribute a on a.attrelid = p.conrelid and a.attnum = any (p.conkey)
        where p.conrelid = c.oid and p.contype = 'p' and a.attname = 'key') as "hasKey",
      exists (select 1 from pg_dist_partition d where d.logicalrelid = c.oid) as "isPlaced"
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^(pg_|information_schema|citus|columnar|public)' order by 1`.execute(
    db,
  )
  return rows
}

/** The one call that places a table, or null where it stays on the coordinator. All spread by patient key share their shards. */
export function placingCall(table: { name: string; hasKey: boolean }, placements: Readonly<Record<string, Placed>>): string[] | null {
  const stated = placements[table.name]?.where
  if (stated === 'coordinator') return null
  if (stated === 'everywhere') return ['create_reference_table', table.name]
  if (stated !== undefined) return ['create_distributed_table', table.name, stated.by, 'none']
  if (!table.hasKey) throw new Error(`${table.name}: neither the patient key nor a placement`)
  return ['create_distributed_table', table.name, 'key', table.name === FIRST ? 'default' : FIRST]
}

/** The table whose shards every other table of people stands beside. */
const FIRST = 'kernel.audit'

/**
 * Spreads the tables over the nodes, where the database has the extension for it; rows that are there already move along.
 * Runs after the schema's steps, as often as one likes.
 * @returns names of the tables that were placed now
 */
export async function place(db: Db, placements: Readonly<Record<string, Placed>>): Promise<string[]> {
  if (!(await hasCitus(db))) return []
  const open = (await tables(db)).filter((t) => !t.isPlaced)
  const done: string[] = []
  for (const table of [...open].sort((a, b) => Number(b.name === FIRST) - Number(a.name === FIRST))) {
    const call = placingCall(table, placements)
    if (call === null) continue
    const [act, name, column, beside] = call
    if (act === 'create_reference_table') await sql`select create_reference_table(${name}::regclass)`.execute(db)
    else await sql`select create_distributed_table(${name}::regclass, ${column}, colocate_with => ${beside})`.execute(db)
    done.push(table.name)
  }
  return done
}
