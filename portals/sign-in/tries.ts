import type { Context } from '#kernel/context'
import { Refusal, refuse, type RefusalCode } from '#kernel/refusal'
import type { RouteRequest } from '#kernel/route'
import { addressLock, noteAddressFailure } from './recovery/store.ts'

/** Refusals that may be guesses. */
const guesses: readonly RefusalCode[] = ['sign-in-failed', 'card-refused', 'passkey-refused', 'passkey-unknown', 'invitation-invalid']

/** The machine itself: a proxy in front that does not say who asked. One address for everybody would lock everybody out. */
const isThisMachine = (address: string) => /^(?:::1|127(?:\.\d+){3}|::ffff:127(?:\.\d+){3})?$/i.test(address)

/**
 * Counts failed proofs by network address, beside the count by name: it stops whoever tries one password on many names.
 * Call from a row that keeps what was written before a refusal.
 * @refuses too-many-tries after fifty within an hour
 */
export async function counted<T>(ctx: Context, { address = '' }: RouteRequest, work: () => Promise<T>): Promise<T> {
  if (isThisMachine(address)) return work()
  const minutes = await addressLock(ctx.db, ctx.now, address)
  if (minutes !== null) refuse('too-many-tries', { minutes: String(minutes) })
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refusal && guesses.includes(error.code)) await noteAddressFailure(ctx.db, ctx.now, address)
    throw error
  }
}
