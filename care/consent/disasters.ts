import type { Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { refuse } from '#kernel/refusal'
import * as store from './store/disaster.ts'

export type { Disaster } from './store/disaster.ts'
type Asking = { db: Db }

/**
 * Where disaster access is open: the facts that the rule `disaster` reads. Who may open it, and how many must agree, `care/emergency`
 * decides; it holds from the next query on, and ends by itself.
 */
export const disasters = {
  async open(
    ctx: Pick<Context, 'db' | 'now'>,
    d: Omit<store.Disaster, 'endedAt' | 'institutions' | 'since'>,
    institutions: readonly string[],
  ): Promise<void> {
    await store.insertDisaster(ctx.db, { ...d, since: ctx.now })
    await store.putInstitutions(ctx.db, { id: d.id, since: ctx.now, until: d.until }, institutions)
  },

  /** Moves the end, and opens the institutions that came into the area since. @refuses disaster-not-open */
  async extend(ctx: Pick<Context, 'db' | 'now'>, d: { id: string; until: Date }, institutions: readonly string[]): Promise<void> {
    if (!(await store.prolong(ctx.db, { ...d, now: ctx.now }))) refuse('disaster-not-open')
    await store.putInstitutions(ctx.db, { ...d, since: ctx.now }, institutions)
  },

  /** Ends it at once. @refuses disaster-not-open */
  async close(ctx: Pick<Context, 'db' | 'now'>, id: string): Promise<void> {
    if (!(await store.endDisaster(ctx.db, { id, at: ctx.now }))) refuse('disaster-not-open')
  },

  find: (ctx: Asking, id: string): Promise<store.Disaster | undefined> => store.findDisaster(ctx.db, id),
  list: (ctx: Asking, limit = 100): Promise<store.Disaster[]> => store.listDisasters(ctx.db, limit),
  openAt: (ctx: Asking & { now: Date }, institutionNumber: string): Promise<store.Disaster[]> =>
    store.openAt(ctx.db, { institutionNumber, now: ctx.now }),
  institutions: (ctx: Asking, id: string): Promise<string[]> => store.institutionsOf(ctx.db, id),
  /** Whose record leaves the platform for nobody's sake: absolutely closed, wholly or to some institution. */
  closedWholly: (ctx: Asking, keys: readonly string[]): Promise<Set<string>> => store.closedWholly(ctx.db, keys),
  patientsAmong: (ctx: Asking, keys: readonly string[], institutions: readonly string[]): Promise<Set<string>> =>
    store.patientsAmong(ctx.db, keys, institutions),
}
