/**
 * Protection at the one place where every answer comes from: the stored text of the person's Patient, of the people around them, and of what
 * contains either, all versions, is replaced by one without address and phone, and the whole text is kept aside until the protection ends.
 * Reads, searches, history, export and notifications then have nothing to leave out. Documents stay as signed: who is shown them, the rule
 * table says.
 */
import { sql } from 'kysely'
import type { Context } from '#kernel/context'
import { type Db, later } from '#kernel/database'
import { jsonOf, type Resource } from '#packages/fhir'
import { indexRows } from '../index-rows.ts'
import { markGone } from '../narrowing/store.ts'
import { dropIndex, insertIndex } from '../search/index-store.ts'
import type { WrittenRow } from '../store.ts'
import { contactTypes, hasContact, mayTell, textWithoutContact } from './rules.ts'

type Stored = { key: string; type: string; id: string; version: number; body: string }

const listed = (rows: readonly Stored[]) =>
  sql`jsonb_to_recordset(${JSON.stringify(
    rows.map(({ key, type, id, version, body }) => ({ key, type, id, version, body })),
  )}::jsonb) as w(key text, type text, id text, version int, body text)`

async function keepAside(db: Db, whole: readonly Stored[]): Promise<void> {
  if (whole.length === 0) return
  await later(
    db,
    sql`insert into record.hidden_contact (key, type, id, version, body) select * from ${listed(whole)} on conflict do nothing`,
  )
}

const parsed = (body: string) => jsonOf(body) as Resource

/** Puts another text in the place of stored versions, and what the current ones are found by. */
async function replace(db: Db, rows: readonly Stored[]): Promise<void> {
  if (rows.length === 0) return
  await sql`update record.version v set body = w.body from ${listed(rows)}
    where v.key = w.key and v.type = w.type and v.id = w.id and v.version = w.version`.execute(db)
  const { rows: current } = await sql<Stored>`update record.resource r set body = w.body from ${listed(rows)}
    where r.key = w.key and r.type = w.type and r.id = w.id and r.version = w.version and not r.deleted
    returning r.key, r.type, r.id, r.version, r.body`.execute(db)
  const indexed = current.map((row) => ({ ...row, index: indexRows(parsed(row.body), row.type === 'Patient' ? null : row.key) }))
  await dropIndex(db, indexed)
  await insertIndex(db, indexed)
  for (const { key, type, id, index } of indexed)
    await sql`update record.resource set tokens = ${index.tokens}::text[], refs = ${index.refs}::text[], sort_at = ${index.sortAt}::timestamptz
      where key = ${key} and type = ${type} and id = ${id}`.execute(db)
}

/** Hides address and phone of the Patients of these keys, in every version, from now on and in what is written later. */
export async function hideContact(ctx: Pick<Context, 'db' | 'now'>, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return
  const { db, now } = ctx
  await sql`insert into record.hidden_key (key, since) select k, ${now}::timestamptz from unnest(${[...keys]}::text[]) k on conflict do nothing`.execute(
    db,
  )
  const telling = sql`key = any(${[...keys]}::text[]) and (type = any(${[...contactTypes]}::text[])
    or (type <> 'Bundle' and body like '%"contained"%' and body ~ ${`"resourceType":"(${contactTypes.join('|')})"`}))`
  const { rows } = await sql<Stored>`
    select key, type, id, version, body from record.resource where ${telling} and not deleted
    union all select key, type, id, version, body from record.version where ${telling} and body <> ''`.execute(db)
  await markGone(db, [...keys.map((key) => ({ key, type: 'Patient' })), ...rows])
  const open = rows.filter((row) => hasContact(parsed(row.body)))
  await keepAside(db, open)
  await replace(
    db,
    open.map((row) => ({ ...row, body: textWithoutContact(row.body) })),
  )
}

/** Shows address and phone again, as they were stored. */
export async function showContact(ctx: Pick<Context, 'db'>, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return
  await sql`delete from record.hidden_key where key = any(${[...keys]}::text[])`.execute(ctx.db)
  const { rows } = await sql<Stored>`delete from record.hidden_contact where key = any(${[...keys]}::text[])
    returning key, type, id, version, body`.execute(ctx.db)
  await replace(ctx.db, rows)
}

/** Rows about to be written, those of protected people without where they live. */
export async function withheldIn(db: Db, rows: readonly WrittenRow[]): Promise<WrittenRow[]> {
  const telling = new Set(rows.filter(mayTell))
  if (telling.size === 0) return [...rows]
  const hidden = await hiddenAmong(
    db,
    [...telling].map((row) => row.key),
  )
  if (hidden.size === 0) return [...rows]
  const isHidden = (row: WrittenRow) => telling.has(row) && hidden.has(row.key) && hasContact(parsed(row.body))
  await keepAside(db, rows.filter(isHidden))
  return rows.map((row) => {
    if (!isHidden(row)) return row
    const body = textWithoutContact(row.body)
    return { ...row, body, index: indexRows(parsed(body), row.type === 'Patient' ? null : row.key) }
  })
}

/** Which of the keys have address and phone hidden. */
export async function hiddenAmong(db: Db, keys: readonly string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set()
  const { rows } = await sql<{ key: string }>`select key from record.hidden_key where key = any(${[...keys]}::text[])`.execute(db)
  return new Set(rows.map((r) => r.key))
}

/** Keys whose address and phone are hidden. */
export async function hiddenKeys(db: Db): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`select key from record.hidden_key order by key`.execute(db)
  return rows.map((r) => r.key)
}
