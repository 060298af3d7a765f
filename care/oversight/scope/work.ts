/** Works out reports piece by piece, so that one sees how far each is, and goes on where a process that was killed stopped. */
import { type Db, transact } from '#kernel/database'
import * as store from '../store/scope.ts'
import { filterOf, sliceOf } from './selector.ts'

/** Runs work in a transaction; @returns undefined where nothing was written, because another leads now */
export type Within = <T>(work: (db: Db) => Promise<T>) => Promise<T | undefined>

/** One step of one report: its beginning, a piece, or its end. @returns false where nothing is left to do */
export async function stepScope(scope: store.Scope, now: Date, within: Within): Promise<boolean> {
  const { id, selector, slices, done } = scope
  if (scope.state === 'waiting' || scope.fromAt === null) {
    const begun = await within(async (db) => {
      const from = selector.from === undefined ? await store.firstEntryAt(db) : new Date(selector.from)
      await store.beginScope(db, id, { now, from: from ?? scope.toAt })
      return true
    })
    return begun === true
  }
  if (done >= slices) return (await within((db) => store.endScope(db, id, now).then(() => false))) ?? false
  const piece = sliceOf({ from: scope.fromAt, to: scope.toAt }, done, slices)
  const counted = await within(async (db) => {
    await store.countSlice(db, { id, slice: done, filter: { ...filterOf(selector), ...piece } })
    return true
  })
  return counted === true
}

/** Works out one report to its end, by itself: for benches and tests. */
export async function finishScope(db: Db, id: string, now: Date): Promise<store.Scope> {
  for (;;) {
    const scope = await store.findScope(db, id)
    if (scope === undefined || scope.state === 'done' || scope.state === 'failed') return scope!
    await stepScope(scope, now, (work) => transact(db, work))
  }
}

/** The next step of whatever report is open. A report that breaks a step is tried thrice, then left for somebody to look at. */
export async function stepNext(db: Db, now: Date, within: Within): Promise<boolean> {
  const scope = await store.nextScope(db)
  if (scope === undefined) return false
  try {
    await stepScope(scope, now, within)
    return true
  } catch (error) {
    await store.noteTry(db, scope.id)
    throw error
  }
}
