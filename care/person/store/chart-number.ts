/** What each institution calls its patients: 診察券番号, the local patient number of FHIR. One a person and institution. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'
import type { Migration } from '#kernel/migrate'

/** `written`: the Identifier as a system stated it, JSON; null where staff typed the number. */
export type ChartNumber = { institutionNumber: string; number: string; key: string; written?: string | null }

export const chartNumberMigrations: Migration[] = [
  {
    id: 'person/010-chart-numbers',
    sql: `
      create table person.chart_number (
        institution_number text not null, number text not null, key text not null, written text, entered_at timestamptz not null,
        entered_by text not null, primary key (institution_number, number), unique (institution_number, key));
    `,
  },
]

/** A chart number as an institution writes it: width folded, spaces gone; null where nothing sensible is left. */
export function chartNumberOf(typed: string): string | null {
  const number = typed.normalize('NFKC').replace(/\s/gu, '')
  return /^[\p{L}\p{N}][\p{L}\p{N}._/-]{0,31}$/u.test(number) ? number : null
}

export type NumberHere = { number: string; written: string | null }

/** Numbers of people at one institution, by key, with how a system wrote them. */
export async function numbersHere(db: Db, institutionNumber: string, keys: readonly string[]): Promise<Map<string, NumberHere>> {
  if (keys.length === 0) return new Map()
  const { rows } = await sql<NumberHere & { key: string }>`select key, number, written from person.chart_number
    where institution_number = ${institutionNumber} and key = any(${[...keys]}::text[])`.execute(db)
  return new Map(rows.map(({ key, number, written }) => [key, { number, written }]))
}

/** Numbers of people at one institution, by key. */
export async function chartNumbersOf(db: Db, institutionNumber: string, keys: readonly string[]): Promise<Map<string, string>> {
  return new Map([...(await numbersHere(db, institutionNumber, keys))].map(([key, { number }]) => [key, number]))
}

/** Who has which of these numbers at an institution: keys by number. */
export async function keysOfChartNumbers(db: Db, institutionNumber: string, numbers: readonly string[]): Promise<Map<string, string>> {
  if (numbers.length === 0) return new Map()
  const { rows } = await sql<{ key: string; number: string }>`select key, number from person.chart_number
    where institution_number = ${institutionNumber} and number = any(${[...numbers]}::text[])`.execute(db)
  return new Map(rows.map((r) => [r.number, r.key]))
}

/** Who has a number at an institution. */
export const keyOfChartNumber = async (db: Db, institutionNumber: string, number: string): Promise<string | undefined> =>
  (await keysOfChartNumbers(db, institutionNumber, [number])).get(number)

/** Keys of everybody with a number at an institution, up to a bound. */
export async function keysWithChartNumber(db: Db, institutionNumber: string, most: number): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`select key from person.chart_number
    where institution_number = ${institutionNumber} order by number limit ${most}`.execute(db)
  return rows.map((r) => r.key)
}

/** A number on its way to one person. `keys`: every key of theirs; under none of them another number of the institution stays. */
export type Given = ChartNumber & { keys: readonly string[] }

type Giving = { institutionNumber: string; given: readonly Omit<Given, 'institutionNumber'>[]; now: Date; by: string }

/**
 * Gives people numbers of one institution, each in place of the one they had there, in a few statements for any number of people.
 * @returns the numbers that are somebody else's, who keeps them
 */
export async function setChartNumbers(db: Db, { institutionNumber, given, now, by }: Giving): Promise<string[]> {
  const before = await keysOfChartNumbers(
    db,
    institutionNumber,
    given.map((g) => g.number),
  )
  const first = new Map<string, Giving['given'][number]>()
  for (const one of given) {
    const holder = first.get(one.number)?.key ?? before.get(one.number) ?? one.key
    if (one.keys.includes(holder)) first.set(one.number, one)
  }
  const list = JSON.stringify([...first.values()].map(({ number, key, keys, written = null }) => ({ number, key, keys, written })))
  const listed = sql`jsonb_to_recordset(${list}::jsonb) as g(number text, key text, keys text[], written text)`
  if (first.size > 0) {
    await sql`delete from person.chart_number n using ${listed}
      where n.institution_number = ${institutionNumber} and n.key = any(g.keys) and (n.number, n.key) <> (g.number, g.key)`.execute(db)
    await sql`insert into person.chart_number as n (institution_number, number, key, written, entered_at, entered_by)
      select ${institutionNumber}::text, g.number, g.key, g.written, ${now}::timestamptz, ${by}::text from ${listed}
      on conflict (institution_number, number) do update set written = coalesce(excluded.written, n.written)
      where n.key = excluded.key and coalesce(excluded.written, n.written) is distinct from n.written`.execute(db)
  }
  const holders = await keysOfChartNumbers(db, institutionNumber, [...first.keys()])
  return given.filter((g) => first.get(g.number)?.key !== g.key || holders.get(g.number) !== g.key).map((g) => g.number)
}

/**
 * Gives a person a number, in place of the one they had there under any of their keys.
 * @returns false where the number is somebody else's
 */
export async function setChartNumber(db: Db, { institutionNumber, now, by, ...one }: Given & { now: Date; by: string }): Promise<boolean> {
  return (await setChartNumbers(db, { institutionNumber, given: [one], now, by })).length === 0
}
