import type { Db } from '#kernel/database'
import { replaceTotpSecret, totpSecretsAtRest } from './store/staff-secrets.ts'
import { isSealedNow, totpFromStore, totpToStore } from './totp-seal.ts'

/**
 * Seals what stands open, or under a key that was followed by another. Done at start, before anybody signs in; stops and goes on.
 * @returns how many were sealed, and how many no key here opens
 */
export async function sealStoredTotp(db: Db): Promise<{ sealed: number; unreadable: number }> {
  const done = { sealed: 0, unreadable: 0 }
  for (const { id, stored } of await totpSecretsAtRest(db)) {
    if (isSealedNow(id, stored)) continue
    const secret = totpFromStore(id, stored)
    if (secret === '') done.unreadable++
    else if (await replaceTotpSecret(db, { id, from: stored, to: totpToStore(id, secret) })) done.sealed++
  }
  return done
}
