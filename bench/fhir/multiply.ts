/**
 * Many people out of few: every row that belongs to a person is copied for another, with the person's key, id and member
 * number exchanged wherever they stand. Knows no table by name, so it follows the schema.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#kernel/database'
import { newKey, ulid } from '#kernel/id'
import { memberNumber } from './data.ts'

const SCHEMAS = ['record', 'person', 'consent']
/** From so many copies on it is quicker to make the indexes afterwards. */
const MANY = 5_000
/** People whose rows are put in order together, in memory. */
const AT_ONCE = 2_000

type Column = { name: string; type: string }
type Table = { schema: string; name: string; columns: Column[] }

/** @param people how many shall stand in the end, those that stand already included */
export async function multiply(db: Db, people: number): Promise<void> {
  const { rows: found } = await sql<{ n: number }>`select n from public.bench_person order by n`.execute(db)
  const templates = found.map((r) => r.n)
  if (people <= templates.length) return
  for (let from = templates.length + 1; from <= people; from += 10_000) {
    const copies = Array.from({ length: Math.min(10_000, people - from + 1) }, (_, i) => ({
      n: from + i,
      template: templates[(from + i) % templates.length],
      key: newKey(),
      person_id: ulid(),
      member: memberNumber(from + i),
    }))
    await sql`insert into public.bench_person select c.n, c.template, c.key, c.person_id, c.member, replace(t.member_id, t.member, c.member)
      from jsonb_to_recordset(${JSON.stringify(copies)}::jsonb) as c(n int, template int, key text, person_id text, member text)
        join public.bench_person t on t.n = c.template`.execute(db)
  }
  await sql`set work_mem = '128MB'`.execute(db)
  await sql`create temp table person_of as select * from public.bench_person where n = template`.execute(db)
  await sql`create temp table copy_of as select c.*, t.key as old_key, t.person_id as old_person_id, t.member as old_member
    from public.bench_person c join person_of t on t.n = c.template where c.n <> c.template`.execute(db)
  await sql`analyze person_of, copy_of`.execute(db)
  const many = people - templates.length >= MANY
  for (const table of await tablesOf(db)) {
    const indexes = many ? await takeIndexes(db, table) : []
    await copyTable(db, table, people)
    for (const definition of indexes) await sql.raw(definition).execute(db)
  }
  await sql`drop table person_of, copy_of`.execute(db)
  await sql`reset work_mem`.execute(db)
}

async function tablesOf(db: Db): Promise<Table[]> {
  const { rows } = await sql<Table>`
    select n.nspname as schema, c.relname as name,
      jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where n.nspname = any(${SCHEMAS}) and c.relkind in ('r', 'p') and not c.relispartition group by 1, 2 order by 1, 2`.execute(db)
  return rows
}

/** Takes away the indexes that are no keys and says how to make them again. */
async function takeIndexes(db: Db, { schema, name }: Table): Promise<string[]> {
  const { rows } = await sql<{ index: string; definition: string }>`
    select i.indexrelid::regclass::text as index, pg_get_indexdef(i.indexrelid) as definition from pg_index i
    where i.indrelid = ${`${schema}.${name}`}::regclass and not i.indisunique
      and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid)`.execute(db)
  for (const { index } of rows) await sql.raw(`drop index ${index}`).execute(db)
  return rows.map((r) => r.definition)
}

const isText = ({ type }: Column) => ['text', 'text[]', 'jsonb', 'character varying'].includes(type)

/** Copies lie as their originals do: what one transaction wrote stands together, and no row where only a hash would put it. */
async function copyTable(db: Db, table: Table, people: number): Promise<void> {
  const owner = await ownerColumn(db, table)
  if (!owner) return
  const from = sql.table(`${table.schema}.${table.name}`)
  const columns = sql.join(table.columns.map((c) => sql.ref(c.name)))
  const values: RawBuilder<unknown>[] = []
  for (const column of table.columns) values.push((await carries(db, table, column)) ? exchanged(column) : sql`t.${sql.ref(column.name)}`)
  const originals = sql`(select *, ctid as place from ${from})`
  for (let first = 1; first <= people; first += AT_ONCE)
    await sql`insert into ${from} (${columns}) select ${sql.join(values)} from copy_of c
      join ${originals} t on t.${sql.ref(owner.column)} = c.${sql.ref(owner.by)}
      where c.n between ${first} and ${first + AT_ONCE - 1} order by c.n, t.place`.execute(db)
}

/** The column that says whose a row is, and what it holds: the key or the person's id. */
async function ownerColumn(db: Db, table: Table): Promise<{ column: string; by: 'old_key' | 'old_person_id' } | null> {
  const from = sql.table(`${table.schema}.${table.name}`)
  const named = [...table.columns].sort((a, b) => Number(b.name === 'key') - Number(a.name === 'key'))
  for (const column of named.filter((c) => c.type === 'text')) {
    for (const [by, of] of [
      ['old_key', 'key'],
      ['old_person_id', 'person_id'],
    ] as const) {
      const { rows } = await sql`select 1 from ${from} t join person_of p on t.${sql.ref(column.name)} = p.${sql.ref(of)} limit 1`.execute(
        db,
      )
      if (rows.length > 0) return { column: column.name, by }
    }
  }
  return null
}

/** Whether a column names people somewhere in its text. */
async function carries(db: Db, table: Table, column: Column): Promise<boolean> {
  if (!isText(column)) return false
  const from = sql.table(`${table.schema}.${table.name}`)
  const { rows } = await sql`select 1 from person_of p, ${from} t where p.n <= 3
    and t.${sql.ref(column.name)}::text ~ concat_ws('|', p.key, p.person_id, p.member) limit 1`.execute(db)
  return rows.length > 0
}

function exchanged(column: Column): RawBuilder<unknown> {
  const text = sql`replace(replace(replace(t.${sql.ref(column.name)}::text, c.old_key, c.key), c.old_person_id, c.person_id), c.old_member, c.member)`
  return sql`${text}::${sql.raw(column.type)}`
}
