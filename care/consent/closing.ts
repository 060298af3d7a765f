import type { Actor, Context } from '#kernel/context'
import { ulid } from '#kernel/id'
import { refuse } from '#kernel/refusal'
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

/** The person, or whoever the law puts in their place; a relative whom they let in looks, and decides nothing. */
function decides(actor: Actor): readonly string[] {
  if (actor.kind !== 'citizen' || actor.app !== undefined) return refuse('not-permitted')
  const { actsFor } = actor
  return actsFor === undefined || actsFor.basis === 'parent' || actsFor.basis === 'guardian' ? actor.keys : refuse('not-permitted')
}

/** Closing and opening again: at once, without a reason, as often as the person likes. */
export const closing = {
  list: (ctx: Context, keys: readonly string[]): Promise<Closure[]> => store.findClosures(ctx.db, keys),

  /**
   * Closes for treatment by others, from the next query on. What an institution registered itself and letters to it stay visible there.
   * @param about.absolute also where life is at stake
   * @refuses not-permitted, input-invalid, already-exists
   */
  async close(ctx: Context, about: Closing & { absolute: boolean }): Promise<Closure> {
    const keys = decides(ctx.actor)
    if (about.what === 'item' && !(SAME.test(about.type) && FHIR_ID.test(about.id))) refuse('input-invalid', { what: 'item' })
    const closure: Omit<Closure, 'key'> = {
      closureId: ulid(ctx.now.getTime()),
      // An absolute one speaks of every purpose; the usual one of treatment, and leaves what is vital open.
      purpose: about.absolute ? '' : 'TREAT',
      institutionNumber: about.what === 'institution' ? about.institutionNumber : '',
      type: about.what === 'item' ? about.type : '',
      id: about.what === 'item' ? about.id : '',
      absolute: about.absolute,
      since: ctx.now,
      endedAt: null,
    }
    const same = (c: Closure) =>
      c.endedAt === null &&
      c.absolute === closure.absolute &&
      c.institutionNumber === closure.institutionNumber &&
      c.type === closure.type &&
      c.id === closure.id
    if ((await store.findClosures(ctx.db, keys)).some(same)) refuse('already-exists', { where: '/me/consents/closing' })
    await store.insertClosure(ctx.db, keys, closure)
    ctx.audit({ action: 'consent.close', key: keys[0]!, consentId: closure.closureId, resource: `Consent/${closure.closureId}` })
    ctx.tell({ topic: 'consent.closed', key: keys[0]!, payload: { consentId: closure.closureId } })
    return { ...closure, key: keys[0]! }
  },

  /** Opens again. @refuses not-permitted, not-found */
  async reopen(ctx: Context, id: string): Promise<void> {
    const keys = decides(ctx.actor)
    if ((await store.endClosure(ctx.db, { keys, id, at: ctx.now })) === 0) refuse('not-found')
    ctx.audit({ action: 'consent.reopen', key: keys[0]!, consentId: id, resource: `Consent/${id}` })
    ctx.tell({ topic: 'consent.reopened', key: keys[0]!, payload: { consentId: id } })
  },
}
