import { sql } from 'kysely'
import type { Db } from '#kernel/database'

/** An entry of the register. `running`: it holds at the instant asked for. `reviewOn`: day in Japan. */
export type RegisteredBasis = {
  id: string
  institutionNumber: string
  institutionName: string
  purpose: string
  statute: string
  kinds: string[]
  because: string
  decidedBy: string
  reviewOn: string
  since: Date
  until: Date
  endedAt: Date | null
  running: boolean
}

/** Uses of a basis in a month of Japan ('YYYY-MM'). */
export type BasisUse = { id: string; month: string; uses: number; persons: number }

export async function findBases(db: Db, now: Date): Promise<RegisteredBasis[]> {
  const { rows } = await sql<RegisteredBasis>`
    select id, institution_number as "institutionNumber", institution_name as "institutionName", purpose, clause as statute, kinds, because,
      decided_by as "decidedBy", review_on as "reviewOn", since, until, ended_at as "endedAt",
      (since <= ${now} and until > ${now} and ended_at is null) as running
    from consent.legal_basis order by running desc, since desc, id desc limit 1000`.execute(db)
  return rows
}

export async function insertBasis(
  db: Db,
  b: Omit<RegisteredBasis, 'running' | 'endedAt' | 'kinds' | 'until'> & { kinds: readonly string[]; until: Date },
): Promise<void> {
  await sql`insert into consent.legal_basis (id, institution_number, institution_name, purpose, kinds, clause, because, decided_by, review_on, since, until)
    values (${b.id}, ${b.institutionNumber}, ${b.institutionName}, ${b.purpose}, ${[...b.kinds]}, ${b.statute}, ${b.because}, ${b.decidedBy},
      ${b.reviewOn}, ${b.since}, ${b.until})`.execute(db)
}

/** @returns 0 where it had ended */
export async function endBasis(db: Db, id: string, at: Date): Promise<number> {
  const { numAffectedRows } = await sql`update consent.legal_basis set ended_at = ${at} where id = ${id} and ended_at is null`.execute(db)
  return Number(numAffectedRows ?? 0)
}

/** Read from the log itself; only what came from institutions of the register since the first entry is looked at. */
export async function usesByMonth(db: Db): Promise<BasisUse[]> {
  const { rows: known } = await sql<{
    id: string
    number: string
    since: Date
  }>`select id, institution_number as number, since from consent.legal_basis`.execute(db)
  if (known.length === 0) return []
  const since = new Date(Math.min(...known.map((one) => one.since.getTime())))
  const { rows } = await sql<BasisUse>`
    select a.consent_id as id, to_char(a.at at time zone 'Asia/Tokyo', 'YYYY-MM') as month, count(*)::int as uses, count(distinct a.key)::int as persons
    from kernel.audit a where a.rule = 'legal-basis' and a.outcome = 'success' and a.key <> '' and a.at >= ${since}
      and a.institution_number = any(${known.map((one) => one.number)}::text[]) and a.consent_id = any(${known.map((one) => one.id)}::text[])
    group by 1, 2 order by 2 desc, 1`.execute(db)
  return rows
}
