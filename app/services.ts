import { type BulkDeps, bulkService, type LineMaker } from '#care/bulk'
import { accountsOf, appAccessOf, personService } from '#care/person'
import { consentService } from '#care/consent'
import { type CardVerifier, eligibilityService } from '#care/eligibility'
import { type NoticeDeps, noticeService } from '#care/notice'
import { questionService } from '#care/question'
import { answersAt, recordService, searchTermsWith } from '#care/record'
import { signatureService, type SigningTools } from '#care/signature'
import { subscriptionService } from '#care/subscription'
import { termsForSearches, terminologyService } from '#care/terminology'
import { type Checker, type Definitions, type Terminology, validateResource } from '#packages/fhir'
import { extractService } from '#care/emergency'
import { erasureService } from '#care/erasure'
import { noOutbound, type Outbound } from '#kernel/outbound'
import type { Room } from '#kernel/room'
import { noSigning } from './signing.ts'
import { extractSigner } from './disaster/key.ts'
import { erasurePlan } from './erasure-plan.ts'
import { loadSecretKeys } from './secret-keys.ts'

export type Services = ReturnType<typeof services>

export type ServiceDeps = {
  cards: CardVerifier
  demo: boolean
  /** Data folder; bulk files stand below it. */
  home?: string
  baseUrl?: string
  /** Address of the TLS listener, where there is one: references below it lead here too. */
  tlsBase?: string | null
  /** How subscribers' hooks are called; not at all where it is absent. */
  hooks?: Outbound
  /** What resources are checked with; base R4 alone where it is absent. */
  checker?: Checking
  /** What signs for staff and judges it; nothing is signed where it is absent. */
  signing?: SigningTools
  /** How people are told outside the portal; in no way where it is absent. */
  notices?: Omit<NoticeDeps, 'person'>
  /** Makes lines of imports ready in a process of its own; this one does where it is absent. */
  maker?: LineMaker
  /** Whether there is room for what bulk jobs take; nobody looks where it is absent. */
  room?: Room
}

/** A checker, and which packages it rests on. */
export type Checking = Checker & {
  packages: readonly string[]
  /** What could not be used of the packages; the rest is. */
  problems: readonly { ja: string; en: string }[]
  /** Packages from which nothing could be loaded: whoever put them there would think them checked. */
  useless?: readonly { ja: string; en: string }[]
  /** What the packages define; R4 alone where it is absent. */
  definitions?: Definitions
  /** Judges codes by another terminology from now on: masters were loaded, or a day began. */
  answerFrom?: (terminology: Terminology) => void
}

const baseAlone: Checking = { validate: (resource) => validateResource(resource), packages: [], problems: [] }

/** Addresses under which the FHIR surface answers. */
export const basesOf = ({ baseUrl, tlsBase }: { baseUrl: string; tlsBase: string | null }): string[] =>
  [baseUrl, ...(tlsBase === null ? [] : [tlsBase])].map((address) => `${address}/fhir/R4`)

/** The floor plan in code: services built in order of need. */
export function services({
  cards,
  demo,
  home = '.enishi',
  baseUrl = 'http://localhost:8080',
  tlsBase = null,
  hooks = noOutbound,
  checker = baseAlone,
  signing = noSigning,
  notices = {},
  maker,
  room,
}: ServiceDeps) {
  const consent = consentService()
  const person = personService({ totpOnce: !demo, anyClientUnbound: demo })
  const eligibility = eligibilityService({ consent, person, cards })
  const record = recordService({ consent, person })
  const signature = signatureService(signing)
  const notice = noticeService({ person, ...notices })
  const question = questionService({ person })
  const erasure = erasureService({ consent, person, plan: erasurePlan })
  const accounts = accountsOf({ anyClientUnbound: demo, app: appAccessOf({ anyClientUnbound: demo }) })
  // Background work holds no token: who the client is and what it may is asked of the register at each batch.
  const clients: BulkDeps['clients'] = (db, id, scopes) => accounts.system(db, id, { scopes, tokenBinding: 'no-token' })
  const bulk = bulkService({ home, clients, consent, person, record, ...(maker ? { maker } : {}), ...(room ? { room } : {}) })
  const extracts = extractService({ person, record, home, signer: () => extractSigner(home), seal: () => loadSecretKeys(home) })
  const subscription = subscriptionService({ record, accounts, base: `${baseUrl}/fhir/R4`, outbound: hooks })
  const terminology = terminologyService({ record, ...(checker.definitions ? { definitions: checker.definitions } : {}) })
  searchTermsWith(termsForSearches(terminology))
  for (const base of basesOf({ baseUrl, tlsBase })) answersAt(base)
  return {
    accounts,
    consent,
    person,
    eligibility,
    record,
    signature,
    notice,
    question,
    erasure,
    bulk,
    extracts,
    subscription,
    terminology,
    cards,
    checker,
  }
}
