import pg from 'pg'
import type { Migration } from '#kernel/migrate'

/** A table of ours, with the columns a copy of it carries (generated ones make themselves). */
export type Table = { schema: string; name: string; columns: string[] }
export type Sequence = { schema: string; name: string; value: string; isCalled: boolean }

/** Schemas our migrations create; the kernel's is made by the migration runner itself. */
export function ownSchemas(migrations: readonly Migration[]): string[] {
  const made = migrations.flatMap((m) => [...m.sql.matchAll(/\bcreate schema (?:if not exists )?([a-z_]+)/gi)].map((found) => found[1]!))
  return [...new Set(['kernel', ...made])].sort()
}

/** Our tables, those that others refer to first. */
export async function tablesOf(client: pg.ClientBase, schemas: readonly string[]): Promise<Table[]> {
  const { rows } = await client.query<Table & { needs: string[] }>(
    `select n.nspname as schema, c.relname as name,
       array(select attname::text from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '' order by attnum) as columns,
       array(select fn.nspname || '.' || fc.relname from pg_constraint k join pg_class fc on fc.oid = k.confrelid join pg_namespace fn on fn.oid = fc.relnamespace
         where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as needs
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = any($1) and c.relkind in ('r', 'p') and not c.relispartition order by n.nspname, c.relname`,
    [schemas],
  )
  const sorted: Table[] = []
  const done = new Set<string>()
  const place = (row: (typeof rows)[number], path: readonly string[]) => {
    const full = nameOf(row)
    if (done.has(full) || path.includes(full)) return
    for (const other of rows) if (row.needs.includes(nameOf(other))) place(other, [...path, full])
    done.add(full)
    sorted.push({ schema: row.schema, name: row.name, columns: row.columns })
  }
  for (const row of rows) place(row, [])
  return sorted
}

export async function sequencesOf(client: pg.ClientBase, schemas: readonly string[]): Promise<Sequence[]> {
  const { rows } = await client.query<{ schema: string; name: string; value: string | null; start: string }>(
    `select schemaname as schema, sequencename as name, last_value::text as value, start_value::text as start
     from pg_sequences where schemaname = any($1) order by 1, 2`,
    [schemas],
  )
  return rows.map((r) => ({ schema: r.schema, name: r.name, value: r.value ?? r.start, isCalled: r.value !== null }))
}

export const nameOf = (of: { schema: string; name: string }): string => `${of.schema}.${of.name}`
export const quoted = (of: { schema: string; name: string }): string => `${pg.escapeIdentifier(of.schema)}.${pg.escapeIdentifier(of.name)}`
const columnsOf = (table: Table): string => table.columns.map((c) => pg.escapeIdentifier(c)).join(', ')

export const copyOutText = (table: Table): string => `copy (select ${columnsOf(table)} from ${quoted(table)}) to stdout`
export const copyInText = (table: Table): string => `copy ${quoted(table)} (${columnsOf(table)}) from stdin`

/**
 * A connection whose COPY text is the same on every server, and that no time limit ends half-way.
 * @param url kept out of any message, because it may carry a password
 */
export async function copyClient(url: string, applicationName: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: applicationName, connectionTimeoutMillis: 10_000 })
  // A connection that breaks fails the query that waits on it; without a listener it would end the process.
  client.on('error', () => undefined)
  await client.connect()
  await client.query(
    `set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'iso_8601';
     set bytea_output = 'hex'; set extra_float_digits = 3; set client_encoding = 'UTF8'; set standard_conforming_strings = on`,
  )
  return client
}
