/** What the operator's front page counts in the audit log. */
import { sql } from 'kysely'
import type { Db } from '#kernel/database'

export type RefusalCount = { code: string; action: string; count: number; last: Date }

/** Refusals since an instant by code and act, most frequent first; of one institution, or of all. */
export async function countRefusals(
  db: Db,
  about: { since: Date; institutionNumber: string | null; limit: number },
): Promise<RefusalCount[]> {
  const { rows } = await sql<RefusalCount>`
    select outcome as code, action, count(*)::int as count, max(at) as last from kernel.audit
    where outcome <> 'success' and at > ${about.since}
      and (${about.institutionNumber}::text is null or institution_number = ${about.institutionNumber})
    group by outcome, action order by count(*) desc, outcome, action limit ${about.limit}`.execute(db)
  return rows
}

/** Hashes of the sign-in names that wait after failed tries; the register of staff knows whose they are. */
export async function lockedHashes(db: Db, now: Date): Promise<string[]> {
  const { rows } = await sql<{ subject: string }>`select subject from kernel.sign_in_failure
    where locked_until > ${now} order by locked_until desc limit 500`.execute(db)
  return rows.map(({ subject }) => subject)
}
