import { sql } from 'kysely'
import type { Db } from './database.ts'

/**
 * Takes away what entries say about erased people, where the log's own time is over. Leaf, place and commitment stay, so that the log
 * proves as before that something stood there, and no longer what.
 * @param about.before entries from before this instant
 * @returns how many were emptied
 */
export async function blankEntries(db: Db, about: { keys: readonly string[]; before: Date }): Promise<number> {
  const { numAffectedRows } = await sql`update kernel.audit set actor_id = '', actor_name = '', actor_role = '', institution_number = '',
      institution_name = '', purpose = '', action = '', outcome = '', resource = '', kinds = '{}', count = 0, consent_id = '', rule = '',
      law = '', request_id = '', via = '', salt = ''
    where key = any(${[...about.keys]}::text[]) and at < ${about.before} and leaf_index is not null and salt <> ''`.execute(db)
  return Number(numAffectedRows ?? 0n)
}
