import { accountsOf, personService } from '#care/person'
import { consentService } from '#care/consent'
import { type CardVerifier, eligibilityService } from '#care/eligibility'
import { recordService } from '#care/record'

export type Services = ReturnType<typeof services>

/** The floor plan in code: services built in order of need. */
export function services({ cards, demo }: { cards: CardVerifier; demo: boolean }) {
  const consent = consentService()
  const person = personService({ totpOnce: !demo, anyClientUnbound: demo })
  const eligibility = eligibilityService({ consent, person, cards })
  const record = recordService({ consent, person })
  return { accounts: accountsOf({ anyClientUnbound: demo }), consent, person, eligibility, record, cards }
}
