import type { Context } from '#kernel/context'
import { ulid } from '#kernel/id'
import { refuse } from '#kernel/refusal'
import { decides, type Door } from './deciding.ts'
import { noteEvent } from './history.ts'
import type { Closure } from './model.ts'
import * as store from './store/closure.ts'

/** What a person may close: everything for treatment (opt-out), one institution, or one item. */
export type Closing =
  | { what: 'everything' }
  | { what: 'institution'; institutionNumber: string }
  | { what: 'item'; type: string; id: string }

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
  }
}

/** Closing and opening again: at once, without a reason, as often as the person likes. */
export const closing = {
  list: (ctx: Context, keys: readonly string[]): Promise<Closure[]> => store.findClosures(ctx.db, keys),

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
    const closure = (await store.findClosures(ctx.db, keys)).find((c) => c.closureId === id)
    if ((await store.endClosure(ctx.db, { keys, id, at: ctx.now })) === 0) refuse('not-found')
    if (closure) await noteEvent(ctx, { what: 'reopened', closure, door, key: keys[0]! })
    ctx.audit({ action: 'consent.reopen', key: keys[0]!, consentId: id, resource: `Consent/${id}` })
    ctx.tell({ topic: 'consent.reopened', key: keys[0]!, payload: { consentId: id } })
  },
}
