import type { RecordService } from '#care/record'
import type { Actor, Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import type { Accounts } from '#kernel/identity'
import { purposeOf } from '#kernel/proof'
import { Refusal } from '#kernel/refusal'
import type { Event, Subscription } from './model.ts'
import type { Shown } from './notification.ts'

/** Everything a notification rests on: the record and who may act. */
export type Sources = { record: RecordService; accounts: Accounts; base: string }

/**
 * The client that ordered, as the register knows it now: with those of its scopes that it still holds. Deliveries run under these
 * rights and no others. Undefined where the client has ended, changed its institution, or lost the purpose it ordered for.
 */
export async function actorOf(db: Db, accounts: Accounts, s: Subscription): Promise<Actor | undefined> {
  const actor = await accounts.system(db, s.clientId, { scopes: s.scopes, tokenBinding: 'no-token' })
  return actor?.institutionNumber === s.key && purposeOf(actor) === s.purpose ? actor : undefined
}

/** What of these events the caller may see now. An event of what is hidden by now stays without content. */
export function shownNow(ctx: Context, record: RecordService, events: readonly Event[]): Promise<Shown[]> {
  return Promise.all(
    events.map(async (event) => {
      try {
        const seen = await record.version(ctx, event.type, event.id, event.version)
        return { event, seen: { body: seen.body } }
      } catch (error) {
        const code = error instanceof Refusal ? error.code : ''
        if (code === 'gone') return { event, seen: { body: null } }
        if (code === 'not-found' || code === 'scope-missing') return { event, seen: null }
        throw error
      }
    }),
  )
}
