import type { Context } from '#kernel/context'
import { ulid } from '#kernel/id'
import { refuse } from '#kernel/refusal'
import { decides, type Door } from './deciding.ts'
import { noteEvent } from './history.ts'
import type { Closure } from './model.ts'
import * as store from './store/closure.ts'

/**
 * What a person may close: everything for treatment (opt-out), one institution, or one item. `alike`: what tells the same as the item and is
 * closed and opened with it.
 */
export type Closing =
  | { what: 'everything' }
  | { what: 'institution'; institutionNumber: string }
  | { what: 'item'; type: string; id: string; alike?: readonly { type: string; id: string }[] }

export const whatIsClosed = (c: Pick<Closure, 'institutionNumber' | 'type'>): Closing['what'] =>
  c.type !== '' ? 'item' : c.institutionNumber !== '' ? 'institution' : 'everything'

const SAME = /^[A-Za-z]{2,64}$/
const FHIR_ID = /^[A-Za-z0-9.-]{1,64}$/

/**
 * What a wish to close would become.
 * @refuses input-invalid
 */
export function closureOf(about: Closing & { absolute: boolean }, now: Date): Omit<Closure, 'key'> {
  if (about.what === 'item' && !(SAME.test(about.type) && FHIR_ID.test(about.id))) refuse('input-invalid', { what: 'item' })
  return {
    closureId: ulid(now.getTime()),
    // An absolute one speaks of every purpose; the usual one of treatment, and leaves what is vital open.
    purpose: about.absolute ? '' : 'TREAT',
    institutionNumber: about.what === 'institution' ? about.institutionNumber : '',
    type: about.what === 'item' ? about.type : '',
    id: about.what === 'item' ? about.id : '',
    absolute: about.absolute,
    since: now,
    endedAt: null,
    ...(about.what === 'item' && about.alike && about.alike.length > 0 ? { alike: about.alike } : {}),
  }
}

/** Closures as the person made them: each with what was closed with it. */
function acts(closures: readonly Closure[]): Closure[] {
  const beside = Map.groupBy(
    closures.filter((c) => c.closureId.includes('.')),
    (c) => c.closureId.split('.', 1)[0]!,
  )
  const firsts = closures.filter((c) => !c.closureId.includes('.'))
  return firsts.map((c) => {
    const alike = (beside.get(c.closureId) ?? []).map(({ type, id }) => ({ type, id }))
    return alike.length === 0 ? c : { ...c, alike }
  })
}

/** Closing and opening again: at once, without a reason, as often as the person likes. */
export const closing = {
  /** What the person closed, the newest first, each once. */
  list: async (ctx: Context, keys: readonly string[]): Promise<Closure[]> => acts(await store.findClosures(ctx.db, keys)),

  /** Items that are kept back under a key. */
  keptBack: (ctx: Context, key: string) => store.findKeptBack(ctx.db, key),

  /** Keeps back what follows items that are kept back: nobody opened them. */
  carryOver: async (ctx: Context, keys: readonly string[], followers: readonly store.Followers[]): Promise<void> => {
    if (followers.length > 0) await store.followClosures(ctx.db, keys, followers, () => ulid(ctx.now.getTime()))
  },

  /**
   * Closes for treatment by others, from the next query on. What an institution registered itself and letters to it stay visible there.
   * @param about.absolute also where life is at stake
   * @refuses not-permitted, input-invalid, already-exists
   */
  async close(ctx: Context, about: Closing & { absolute: boolean }, door: Door = 'portal'): Promise<Closure> {
    const keys = decides(ctx.actor, door)
    const closure = closureOf(about, ctx.now)
    const same = (c: Closure) =>
      c.endedAt === null &&
      c.absolute === closure.absolute &&
      c.institutionNumber === closure.institutionNumber &&
      c.type === closure.type &&
      c.id === closure.id
    if ((await store.findClosures(ctx.db, keys)).some(same)) refuse('already-exists', { where: '/me/consents/closing' })
    await store.insertClosure(ctx.db, keys, closure)
    await noteEvent(ctx, { what: 'closed', closure: { ...closure, key: keys[0]! }, door, key: keys[0]! })
    ctx.audit({ action: 'consent.close', key: keys[0]!, consentId: closure.closureId, resource: `Consent/${closure.closureId}` })
    ctx.tell({ topic: 'consent.closed', key: keys[0]!, payload: { consentId: closure.closureId } })
    return { ...closure, key: keys[0]! }
  },

  /** Opens again. @refuses not-permitted, not-found where it is open already too */
  async reopen(ctx: Context, id: string, door: Door = 'portal'): Promise<void> {
    const keys = decides(ctx.actor, door)
    // One telling alone is not opened: the others say the same.
    const closure = id.includes('.') ? undefined : (await store.findClosures(ctx.db, keys)).find((c) => c.closureId === id)
    if (!closure) refuse('not-found')
    if ((await store.endClosure(ctx.db, { keys, id, at: ctx.now })) === 0) refuse('not-found')
    await noteEvent(ctx, { what: 'reopened', closure, door, key: keys[0]! })
    ctx.audit({ action: 'consent.reopen', key: keys[0]!, consentId: id, resource: `Consent/${id}` })
    ctx.tell({ topic: 'consent.reopened', key: keys[0]!, payload: { consentId: id } })
  },
}
