import { type BulkDeps, bulkService } from '#care/bulk'
import { accountsOf, personService } from '#care/person'
import { consentService } from '#care/consent'
import { type CardVerifier, eligibilityService } from '#care/eligibility'
import { recordService } from '#care/record'

export type Services = ReturnType<typeof services>

/** The floor plan in code: services built in order of need. @param home data folder; bulk files stand below it */
export function services({ cards, demo, home = '.enishi' }: { cards: CardVerifier; demo: boolean; home?: string }) {
  const consent = consentService()
  const person = personService({ totpOnce: !demo, anyClientUnbound: demo })
  const eligibility = eligibilityService({ consent, person, cards })
  const record = recordService({ consent, person })
  const accounts = accountsOf({ anyClientUnbound: demo })
  // Background work holds no token: who the client is and what it may is asked of the register at each batch.
  const clients: BulkDeps['clients'] = (db, id, scopes) => accounts.system(db, id, { scopes, tokenBinding: 'no-token' })
  const bulk = bulkService({ home, clients, consent, person, record })
  return { accounts, consent, person, eligibility, record, bulk, cards }
}
