import { type Consent, isOpenEnded } from '#care/consent'

export type ConsentState = 'active' | 'withdrawn' | 'expired'

/** Where a consent stands at an instant. Withdrawn wins: the person ended it before its time did. */
export function stateOf(consent: Pick<Consent, 'until' | 'withdrawnAt'>, now: Date): ConsentState {
  if (consent.withdrawnAt !== null) return 'withdrawn'
  return consent.until <= now ? 'expired' : 'active'
}

/** A consent as the interface tells it; `openEnded`: it holds until it is withdrawn. */
export const consentJson = (consent: Consent, now: Date) => ({
  id: consent.id,
  basis: consent.basis,
  textVersion: consent.textVersion,
  openEnded: isOpenEnded(consent.until),
  institutionNumber: consent.institutionNumber,
  institutionName: consent.institutionName,
  kinds: consent.allowed,
  refused: consent.refused,
  givenAt: consent.givenAt.toISOString(),
  until: consent.until.toISOString(),
  withdrawnAt: consent.withdrawnAt?.toISOString() ?? null,
  state: stateOf(consent, now),
})
