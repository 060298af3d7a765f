import { sql } from 'kysely'
import { type Db, later, transact } from './database.ts'

/**
 * One leader among the platform's processes, known by an epoch that only grows. A leader that was stopped and woke
 * again holds an old epoch, and whatever it tries to write under that is refused by `underEpoch`.
 */
export type Leadership = { epoch: number }

const STALE_SECONDS = 5

/** Takes or keeps the lead. @returns the epoch, or null while another process leads */
export async function lead(db: Db, holder: string): Promise<Leadership | null> {
  const { rows } = await sql<{ epoch: number }>`
    insert into kernel.leader as l (name, epoch, holder, beat_at) values ('platform', 1, ${holder}, clock_timestamp())
    on conflict (name) do update set beat_at = clock_timestamp(), holder = excluded.holder, epoch = case when l.holder = excluded.holder then l.epoch else l.epoch + 1 end
      where l.holder = excluded.holder or l.beat_at < clock_timestamp() - make_interval(secs => ${STALE_SECONDS})
    returning epoch`.execute(db)
  return rows[0] ? { epoch: rows[0].epoch } : null
}

/** Gives the lead back, so that the next process need not wait. */
export async function resign(db: Db, holder: string): Promise<void> {
  await sql`update kernel.leader set beat_at = 'epoch' where holder = ${holder}`.execute(db)
}

/**
 * Runs work in a transaction that holds only as long as the epoch is the current one.
 * @returns undefined where the lead was lost; nothing is written then
 */
export async function underEpoch<T>(db: Db, epoch: number, work: (trx: Db) => Promise<T>): Promise<T | undefined> {
  return underEpochLate(db, epoch, async (trx, holds) => ((await holds()) ? work(trx) : undefined))
}

/**
 * As `underEpoch`, for work of some length: it asks itself whether the epoch holds, before it ends. Held from the beginning, one transaction
 * after another, the lead's row could not be taken by the leader's own beat.
 * @param work takes itself back where the epoch does not hold
 */
export async function underEpochLate<T>(db: Db, epoch: number, work: (trx: Db, holds: () => Promise<boolean>) => Promise<T>): Promise<T> {
  return transact(db, async (trx) => {
    // A leader that stops in here holds the row that its successor must take: the database ends such a transaction.
    await later(trx, sql`set local idle_in_transaction_session_timeout = ${sql.lit(`${STALE_SECONDS * 2}s`)}`)
    return work(trx, async () => {
      const { rows } = await sql`select 1 from kernel.leader where name = 'platform' and epoch = ${epoch} for share`.execute(trx)
      return rows.length > 0
    })
  })
}
