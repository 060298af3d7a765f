import type { Db } from '#kernel/database'
import { spreadClosures } from './store/closure.ts'
import { spreadWhatHolds, takeBack, type Together } from './store/spread.ts'

/**
 * What the keys of one person share. Whoever links people, or parts them again, says so here in the same transaction.
 */
export const together = {
  /** What stands closed, goes on or runs under one key does so under all. */
  async join(db: Db, about: Together): Promise<void> {
    // What the person keeps closed under one key must not come open under another.
    await spreadClosures(db, about.keys)
    await spreadWhatHolds(db, about)
  },

  /** @param about.since when they were linked. What was closed stays so under each key, until its person opens it. */
  part: (db: Db, about: Together & { since: Date }): Promise<void> => takeBack(db, about),
}
