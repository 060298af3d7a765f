/** What each institution calls its patients: 診察券番号. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'

export type ChartNumber = { institutionNumber: string; number: string; key: string }

/** Numbers of people at one institution, by key. */
export async function chartNumbersOf(db: Db, institutionNumber: string, keys: readonly string[]): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map()
  const { rows } = await sql<{ key: string; number: string }>`select key, number from eligibility.chart_number
    where institution_number = ${institutionNumber} and key = any(${[...keys]}::text[])`.execute(db)
  return new Map(rows.map((r) => [r.key, r.number]))
}

/** Who has a number at an institution. */
export async function keyOfChartNumber(db: Db, institutionNumber: string, number: string): Promise<string | undefined> {
  const { rows } = await sql<{ key: string }>`select key from eligibility.chart_number
    where institution_number = ${institutionNumber} and number = ${number}`.execute(db)
  return rows[0]?.key
}

/**
 * Gives a person a number, in place of the one they had there under any of their keys.
 * @returns false where the number is somebody else's
 */
export async function setChartNumber(db: Db, about: ChartNumber & { keys: readonly string[]; now: Date; by: string }): Promise<boolean> {
  const { institutionNumber, number, key, keys, now, by } = about
  const holder = await keyOfChartNumber(db, institutionNumber, number)
  if (holder !== undefined && !keys.includes(holder)) return false
  await sql`delete from eligibility.chart_number where institution_number = ${institutionNumber} and key = any(${[...keys]}::text[])`.execute(
    db,
  )
  const { numAffectedRows } = await sql`insert into eligibility.chart_number (institution_number, number, key, entered_at, entered_by)
    values (${institutionNumber}, ${number}, ${key}, ${now}, ${by}) on conflict (institution_number, number) do nothing`.execute(db)
  return numAffectedRows === 1n
}
