import type { Context } from '#kernel/context'
import { withheldIn } from '../contact/store.ts'
import type { Seen } from '../model.ts'
import { keepOwnNumbers } from '../own-number/service.ts'
import * as store from '../store.ts'

/** What came of one write. */
export type Written = { type: string; id: string; version: number; lastUpdated: Date; body: string; created: boolean }

/**
 * The writes of one request on their way to the store. They gather here so that a transaction of many resources costs one statement
 * a table; `flush` sends them, and whoever must read what was written flushes first.
 */
export type WriteSet = {
  fresh: store.WrittenRow[]
  next: { row: store.WrittenRow; old: Seen }[]
  gone: Seen[]
  /** Patient keys that the caller was found to may write to. */
  keys: Set<string>
  /** Resources read ahead, by `Type/id`; undefined for those that are not there. */
  known: Map<string, Seen | undefined>
}

export const writeSet = (): WriteSet => ({ fresh: [], next: [], gone: [], keys: new Set(), known: new Map() })

const nameOf = (r: { type: string; id: string }) => `${r.type}/${r.id}`

/** Whether a resource is written by this set already; nothing may be written twice in one transaction. */
export const holds = (set: WriteSet, type: string, id: string): boolean =>
  set.fresh.some((r) => r.type === type && r.id === id) ||
  set.next.some(({ row }) => row.type === type && row.id === id) ||
  set.gone.some((r) => r.type === type && r.id === id)

/** What was sent and is not noted yet. */
export type Sent = { fresh: store.WrittenRow[]; next: store.WrittenRow[]; gone: Seen[] }

/** Sends what gathered. @refuses version-conflict, chart-number-taken */
export async function sendRows(ctx: Context, set: WriteSet): Promise<Sent> {
  const [next, gone] = [set.next.splice(0), set.gone.splice(0)]
  const fresh = await withheldIn(ctx.db, set.fresh.splice(0))
  const written = await withheldIn(
    ctx.db,
    next.map(({ row }) => row),
  )
  for (const row of written) set.known.delete(nameOf(row))
  for (const old of gone) set.known.delete(nameOf(old))
  if (gone.length > 0) {
    await store.archive(ctx.db, gone)
    await store.markDeleted(ctx.db, gone, ctx.now)
  }
  if (next.length > 0) {
    await store.archive(
      ctx.db,
      next.map(({ old }) => old),
    )
    await store.insertResources(ctx.db, written)
  }
  await store.insertNew(ctx.db, fresh)
  await keepOwnNumbers(ctx, [...fresh, ...written])
  return { fresh, next: written, gone }
}

/** As much of what was sent as notes and messages speak of. */
export type Noted = { [name in keyof Sent]: readonly (Place & { kind: string })[] }

/** Notes for the people concerned what was sent, and tells who waits for it. */
export function noteRows(ctx: Context, { fresh, next, gone }: Noted): void {
  note(ctx, 'record.create', fresh)
  note(ctx, 'record.update', next)
  note(ctx, 'record.delete', gone)
  tell(ctx, [...fresh, ...next], gone)
}

/** Sends what gathered, notes it for the people concerned and tells who waits for it. @refuses version-conflict */
export const flush = async (ctx: Context, set: WriteSet): Promise<void> => noteRows(ctx, await sendRows(ctx, set))

/** One audit entry a person and act: which resource where it is one, how many where they are more. */
function note(ctx: Context, action: string, rows: readonly { key: string; kind: string; type: string; id: string }[]): void {
  const groups = Map.groupBy(rows, (r) => (r.kind === 'shared' ? '' : r.key))
  for (const [key, of] of groups) {
    const [first] = of
    ctx.audit({
      action,
      ...(key === '' ? {} : { key }),
      kinds: [...new Set(of.map((r) => r.kind))].sort(),
      count: of.length,
      resource: of.length === 1 ? nameOf(first!) : [...new Set(of.map((r) => r.type))].sort().join(',').slice(0, 200),
    })
  }
}

/** One message a patient key: what was written and what went, each with its version. */
function tell(ctx: Context, written: readonly Place[], gone: readonly Place[]): void {
  const about = ({ type, id, version }: Place, next: number) => ({ type, id, version: version + next })
  const [writtenOf, goneOf] = [Map.groupBy(written, (r) => r.key), Map.groupBy(gone, (r) => r.key)]
  for (const key of new Set([...writtenOf.keys(), ...goneOf.keys()])) {
    const payload = {
      written: (writtenOf.get(key) ?? []).map((r) => about(r, 0)),
      removed: (goneOf.get(key) ?? []).map((r) => about(r, 1)),
    }
    ctx.tell({ topic: 'record.written', key, payload })
  }
}

type Place = { key: string; type: string; id: string; version: number }
