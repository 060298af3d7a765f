import { sql } from 'kysely'
import type { CopyValue } from '#kernel/copy-in'
import { copyInto } from '#kernel/copy-rows'
import type { Db } from '#kernel/database'
import type { Designation, Hit, Release, Term } from './model.ts'

type ReleaseRow = {
  id: number
  system: string
  valid_from: string
  title_ja: string
  title_en: string
  layout: string
  file: string
  digest: string
  terms: number
  note: string
  loaded_at: Date
}

const toRelease = ({ valid_from, title_ja, title_en, loaded_at, ...rest }: ReleaseRow): Release => ({
  ...rest,
  validFrom: valid_from,
  title: { ja: title_ja, en: title_en },
  loadedAt: loaded_at,
})

/** Counts every change of the masters: who holds something made of them looks here first. */
export async function generation(db: Db): Promise<number> {
  const { rows } = await sql<{ value: number }>`select value from terminology.generation where name = 'masters'`.execute(db)
  return rows[0]?.value ?? 0
}

/** The next number; whoever else changes the masters waits until this transaction ends. A fresh database holds no row of it. */
export async function nextGeneration(db: Db): Promise<number> {
  const { rows } = await sql<{ value: number }>`insert into terminology.generation as g (name, value) values ('masters', 1)
    on conflict (name) do update set value = g.value + 1 returning value`.execute(db)
  return rows[0]!.value
}

/** Every release, by system and date. */
export async function findReleases(db: Db, system?: string): Promise<Release[]> {
  const { rows } =
    await sql<ReleaseRow>`select id, system, to_char(valid_from, 'YYYY-MM-DD') as valid_from, title_ja, title_en, layout, file, digest,
      terms, note, loaded_at
    from terminology.release where ${system === undefined ? sql`true` : sql`system = ${system}`} order by system, valid_from`.execute(db)
  return rows.map(toRelease)
}

export async function insertRelease(db: Db, r: Release): Promise<void> {
  await sql`insert into terminology.release (id, system, valid_from, title_ja, title_en, layout, file, digest, terms, note, loaded_at)
    values (${r.id}, ${r.system}, ${r.validFrom}, ${r.title.ja}, ${r.title.en}, ${r.layout}, ${r.file}, ${r.digest}, ${r.terms}, ${r.note}, ${r.loadedAt})`.execute(
    db,
  )
}

/** Takes releases away with everything in them. @returns how many terms went */
export async function deleteReleases(db: Db, ids: readonly number[]): Promise<number> {
  const list = sql`any(${[...ids]}::int[])`
  await sql`delete from terminology.term where release = ${list}`.execute(db)
  const { numAffectedRows } = await sql`delete from terminology.concept where release = ${list}`.execute(db)
  await sql`delete from terminology.release where id = ${list}`.execute(db)
  return Number(numAffectedRows ?? 0n)
}

export type Placed = Term & { position: number; words: readonly (readonly [text: string, grams: readonly string[]])[] }

const listOrNull = (value: object, isEmpty: boolean): string | null => (isEmpty ? null : JSON.stringify(value))

/** Takes terms of a release in, within the caller's transaction, and waits until they are there. */
export async function copyTerms(db: Db, release: number, terms: readonly Placed[]): Promise<void> {
  const concepts = terms.map((t): CopyValue[] => [
    release,
    t.code,
    t.display,
    t.kana,
    listOrNull(t.others, t.others.length === 0),
    t.parent,
    t.validFrom,
    t.validTo,
    t.status,
    listOrNull(t.properties, Object.keys(t.properties).length === 0),
    t.position,
  ])
  const columns = ['release', 'code', 'display', 'kana', 'others', 'parent', 'valid_from', 'valid_to', 'status', 'properties', 'position']
  await copyInto(db, 'terminology.concept', { columns, rows: concepts })
  const words = terms.flatMap((t) =>
    t.words.map(([text, grams]): CopyValue[] => [release, text, t.code, grams.map((gram) => `${release}${gram}`)]),
  )
  await copyInto(db, 'terminology.term', { columns: ['release', 'text', 'code', 'grams'], rows: words })
  // A COPY is sent without waiting; this answer comes after it, so that no more than one batch is ever on its way.
  await sql`select 1`.execute(db)
}

/** Room to sort index entries in while a master is loaded. */
export const roomForLoading = (db: Db): Promise<unknown> => sql`select set_config('work_mem', '64MB', true)`.execute(db)

/** Puts waiting index entries in their places and counts anew, so that the first search is as quick as the next. Outside a transaction. */
export async function settle(db: Db): Promise<void> {
  await sql`vacuum (analyze) terminology.term`.execute(db)
  await sql`vacuum (analyze) terminology.concept`.execute(db)
}

type ConceptRow = {
  release: number
  code: string
  display: string
  kana: string | null
  others: Designation[] | null
  parent: string | null
  valid_from: string | null
  valid_to: string | null
  status: Term['status']
  properties: Record<string, string> | null
}

const conceptColumns = sql`c.release, c.code, c.display, c.kana, c.others, c.parent, to_char(c.valid_from, 'YYYY-MM-DD') as valid_from,
  to_char(c.valid_to, 'YYYY-MM-DD') as valid_to, c.status, c.properties`

const toTerm = ({ release, valid_from, valid_to, others, properties, ...rest }: ConceptRow): Term & { release: number } => ({
  ...rest,
  release,
  others: others ?? [],
  properties: properties ?? {},
  validFrom: valid_from,
  validTo: valid_to,
})

/** Codes of releases as they stand there. */
export async function findConcepts(db: Db, releases: readonly number[], codes: readonly string[]): Promise<(Term & { release: number })[]> {
  const { rows } = await sql<ConceptRow>`select ${conceptColumns} from terminology.concept c
    where c.release = any(${[...releases]}::int[]) and c.code = any(${[...codes]}::text[]) order by c.release, c.code`.execute(db)
  return rows.map(toTerm)
}

/** The codes directly under one. */
export async function findChildren(db: Db, release: number, parent: string, most: number): Promise<Term[]> {
  const { rows } = await sql<ConceptRow>`select ${conceptColumns} from terminology.concept c
    where c.release = ${release} and c.parent = ${parent} order by c.position limit ${most}`.execute(db)
  return rows.map(toTerm)
}

export type CompactRow = {
  code: string
  display: string
  parent: string | null
  valid_from: number | null
  valid_to: number | null
  retired: boolean
  position: number
}

/** A release in the order of its codes, so many at a time; days are counted from 1970. */
export async function* compactRows(db: Db, release: number, many = 20_000): AsyncGenerator<CompactRow[]> {
  let after: string | null = null
  for (;;) {
    const { rows }: { rows: CompactRow[] } =
      await sql<CompactRow>`select code, display, parent, valid_from - date '1970-01-01' as valid_from,
        valid_to - date '1970-01-01' as valid_to, status <> 'active' as retired, position
      from terminology.concept where release = ${release} and ${after === null ? sql`true` : sql`code > ${after}`}
      order by code limit ${many}`.execute(db)
    if (rows.length > 0) yield rows
    if (rows.length < many) return
    after = rows.at(-1)!.code
  }
}

export type Candidate = Omit<Hit, 'system' | 'rank' | 'found'> & { text: string }

/** Everything a release holds, in its own order, a page at a time. */
export async function pageOf(db: Db, release: number, { offset, count }: { offset: number; count: number }): Promise<Term[]> {
  const { rows } = await sql<ConceptRow>`select ${conceptColumns} from terminology.concept c where c.release = ${release}
    order by c.position, c.code limit ${count} offset ${offset}`.execute(db)
  return rows.map(toTerm)
}
