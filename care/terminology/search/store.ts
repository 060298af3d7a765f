/** The statements of the search: each asks one index for few rows, and the ranking is done on those. */
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Candidate } from '../store.ts'

const columns = sql`c.release, c.code, c.display, c.kana, to_char(c.valid_to, 'YYYY-MM-DD') as "validTo", c.status`

const run = async (query: RawBuilder<Candidate>, db: Db): Promise<Candidate[]> => (await query.execute(db)).rows

/** Codes that begin with what was typed, as typed. */
export const byCode = (db: Db, releases: readonly number[], { code, most }: { code: string; most: number }): Promise<Candidate[]> =>
  run(
    sql<Candidate>`select f.* from unnest(${[...releases]}::int[]) as r(id) cross join lateral (
      select ${columns}, c.code as text from terminology.concept c
      where c.release = r.id and c.code >= ${code} and c.code < ${`${code}\u{10ffff}`} order by c.code limit ${most}) f`,
    db,
  )

/** Names that begin with the folded words, the shortest first. */
export function byPrefix(db: Db, releases: readonly number[], { word, most }: { word: string; most: number }): Promise<Candidate[]> {
  const characters = [...word]
  const head = characters.length === 1 ? sql`left(t.text, 1) = ${word}` : sql`left(t.text, 2) = ${characters.slice(0, 2).join('')}`
  const rest = characters.length <= 2 ? sql`true` : sql`t.text >= ${word} and t.text < ${`${word}\u{10ffff}`}`
  return run(
    sql<Candidate>`select ${columns}, f.text from unnest(${[...releases]}::int[]) as r(id) cross join lateral (
      select t.release, t.code, t.text from terminology.term t
      where t.release = r.id and ${head} and ${rest} order by char_length(t.text), t.text limit ${most}) f
      join terminology.concept c on c.release = f.release and c.code = f.code`,
    db,
  )
}

/** Names that hold every word somewhere. Each release has postings of its own, so each is asked by itself. */
export function byPart(
  db: Db,
  releases: readonly number[],
  about: { words: readonly string[]; grams: readonly string[]; most: number },
): Promise<Candidate[]> {
  const holds = sql.join(
    about.words.map((word) => sql`position(${word} in t.text) > 0`),
    sql` and `,
  )
  const each = releases.map(
    (id) => sql`(select t.release, t.code, t.text from terminology.term t
      where t.release = ${id} and t.grams @> ${about.grams.map((gram) => `${id}${gram}`)}::text[] and ${holds} limit ${about.most})`,
  )
  return run(
    sql<Candidate>`select ${columns}, f.text from (${sql.join(each, sql` union all `)}) f
      join terminology.concept c on c.release = f.release and c.code = f.code`,
    db,
  )
}
