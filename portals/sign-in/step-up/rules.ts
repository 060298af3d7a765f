/** Which proofs may be asked for once more. Pure. */
import type { ProvenBy } from '#kernel/context'

/** Ways that each kind of person has in a browser, the strongest first. */
const waysOf = { citizen: ['card', 'passkey', 'outside'], staff: ['passkey', 'password-totp', 'outside'] } as const satisfies Record<
  string,
  readonly ProvenBy[]
>

export type Way = 'card' | 'passkey' | 'password-totp' | 'outside'

/** Ways to offer: those that the act takes and this kind of person has; all they have where nothing is said. */
export function waysAsked(kind: 'citizen' | 'staff', by: string | null): Way[] {
  const asked = (by ?? '').split(',').filter(Boolean)
  return waysOf[kind].filter((way) => asked.length === 0 || asked.includes(way))
}

/** Minutes that a proof lasts for changes of how somebody signs in. */
export const PROOF_MINUTES = 10

/** What a change of how somebody signs in demands. A letter from a counter stands in for the card that was lost. */
export const citizenStepUp: { by: readonly ProvenBy[]; withinMinutes: number } = { by: ['card', 'recovery'], withinMinutes: PROOF_MINUTES }
export const staffStepUp: { by: readonly ProvenBy[]; withinMinutes: number } = {
  by: ['passkey', 'password-totp', 'outside'],
  withinMinutes: PROOF_MINUTES,
}

/** Whether a session's last proof is enough at this moment; what a page asks before it shows a button that would be refused. */
export const isProven = (
  session: { provenBy: ProvenBy; provenAt: Date } | undefined,
  { by, withinMinutes }: { by: readonly ProvenBy[]; withinMinutes: number },
  now: Date,
): boolean => session !== undefined && by.includes(session.provenBy) && now.getTime() - session.provenAt.getTime() <= withinMinutes * 60_000

/** Where one proves it again, and comes back. */
export const againHref = (next: string, by: readonly ProvenBy[]): string =>
  `/sign-in/again?next=${encodeURIComponent(next)}&by=${encodeURIComponent(by.join(','))}`
