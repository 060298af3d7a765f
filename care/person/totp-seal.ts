/**
 * The secrets of one-time codes as the database keeps them. A copy of the database alone must not let anybody make codes, so they are
 * sealed under a key that stands outside of it, each bound to its member of staff.
 */
import { isSealed, type Sealer } from '#kernel/sealed'

let bound: Sealer | null = null

/** Binds the keys. Called once, when a process starts; tests that bind nothing keep secrets as they are. */
export const sealTotpWith = (sealer: Sealer | null): void => {
  bound = sealer
}

const owner = (staffId: string): string => `totp:${staffId}`

/** As it is written; '' stays '' (no code is set). */
export const totpToStore = (staffId: string, secret: string): string =>
  secret === '' || bound === null ? secret : bound.seal(secret, owner(staffId))

/** As it is used; '' where there is none, or where no key here opens it: codes are then wrong, passkeys go on. */
export function totpFromStore(staffId: string, stored: string): string {
  if (!isSealed(stored)) return stored
  return bound?.open(stored, owner(staffId)) ?? ''
}

const waiting = (subject: string): string => `totp-pending:${subject}`

/** A secret that waits for its first code, as it is written. It is nobody's yet, and opens nothing where it belongs to somebody. */
export const sealPending = (subject: string, secret: string): string => (bound === null ? secret : bound.seal(secret, waiting(subject)))

/** The waiting secret; undefined where no key here opens it. */
export const openPending = (subject: string, stored: string): string | undefined =>
  isSealed(stored) ? (bound?.open(stored, waiting(subject)) ?? undefined) : stored

/** Whether a stored secret is sealed as it would be today. */
export const isSealedNow = (staffId: string, stored: string): boolean =>
  bound === null || (bound.isCurrent(stored) && bound.open(stored, owner(staffId)) !== null)
