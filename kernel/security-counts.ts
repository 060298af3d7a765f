/**
 * How often something happened that looks like an attempt, by day: numbers without anybody in them. Noted in memory and written every
 * few seconds, so that who asks too often does not make the database write as often.
 */
import { sql } from 'kysely'
import type { Db } from './database.ts'

/** `csp-violation`: a page tried what its policy forbids. `too-many-requests`: somebody was turned away for asking too often. */
export const securityEvents = ['csp-violation', 'too-many-requests'] as const
export type SecurityEvent = (typeof securityEvents)[number]

/** `about`: a row's path as it is written in the program, never an address that was asked for. */
export type SecurityCount = { day: string; what: SecurityEvent; about: string; count: number }
export type SecurityCounts = {
  note(what: SecurityEvent, about: string): void
  /** Writes what was noted. @returns what it wrote */
  flush(now: Date): Promise<Omit<SecurityCount, 'day'>[]>
}

export const nobodyCounts: SecurityCounts = { note: () => undefined, flush: async () => [] }

/** Different things noted between two writes; more would be somebody inventing them. */
const MOST = 500
const KEPT_DAYS = 90

export function securityCounts(db: Db): SecurityCounts {
  let noted = new Map<string, Omit<SecurityCount, 'day'>>()
  const note = (what: SecurityEvent, about: string, count = 1) => {
    const key = `${what} ${about}`
    const known = noted.get(key)
    if (known === undefined && noted.size >= MOST) return
    noted.set(key, { what, about, count: (known?.count ?? 0) + count })
  }
  return {
    note,
    async flush(now) {
      if (noted.size === 0) return []
      const rows = [...noted.values()]
      noted = new Map()
      try {
        await write(db, now, rows)
        return rows
      } catch (error) {
        for (const row of rows) note(row.what, row.about, row.count)
        throw error
      }
    },
  }
}

/** Days of Japan. */
const dayOf = (now: Date): string => new Date(now.getTime() + 9 * 3600_000).toISOString().slice(0, 10)

async function write(db: Db, now: Date, rows: readonly Omit<SecurityCount, 'day'>[]): Promise<void> {
  const column = (name: 'what' | 'about' | 'count') => rows.map((row) => row[name])
  await sql`insert into kernel.security_count as c (day, what, about, count)
    select ${dayOf(now)}::date, * from unnest(${column('what')}::text[], ${column('about')}::text[], ${column('count')}::bigint[])
    on conflict (day, what, about) do update set count = c.count + excluded.count`.execute(db)
  await sql`delete from kernel.security_count where day < ${dayOf(now)}::date - ${KEPT_DAYS}::int`.execute(db)
}

/** What was counted since a day, the newest and most frequent first. */
export async function readSecurityCounts(db: Db, since: Date, limit = 100): Promise<SecurityCount[]> {
  const { rows } = await sql<{ day: string; what: SecurityEvent; about: string; count: string }>`
    select day::text as day, what, about, count from kernel.security_count where day >= ${dayOf(since)}::date
    order by kernel.security_count.day desc, count desc, what, about limit ${limit}`.execute(db)
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}
