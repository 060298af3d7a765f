import type { Sentence } from '#kernel/language'
import type { SystemClient } from './model.ts'

/** `confidential` keeps a key on a server; `public` runs where anybody may read it (a browser, a phone) and proves nothing of itself. */
export type AppKind = 'confidential' | 'public'
export type AppAuthMethod = 'private_key_jwt' | 'tls_client_auth' | 'none'
export type AppGrantType = 'authorization_code' | 'refresh_token' | 'client_credentials'

/**
 * An app of the register (SMART App Launch). `scopes` is the most that it may ever be granted; `binding` what its tokens must be tied to
 * (`none` holds only for an app that reads its own person's record). `redirectUris` are compared letter by letter.
 */
export type AppClient = SystemClient & {
  kind: AppKind
  forCitizens: boolean
  forStaff: boolean
  redirectUris: string[]
  /** Where an EHR launch sends the browser; null where the app is only started on its own. */
  launchUrl: string | null
  nameEn: string
  /** Who makes the app, as people read it. */
  maker: string
  /** What the app does, in a sentence for people. */
  about: Sentence
  /** One or two letters shown as its sign; pictures of others are not loaded. */
  logoText: string
  homepageUrl: string | null
  privacyUrl: string | null
  authMethod: AppAuthMethod
  /** Whether its requests must be pushed (PAR) and never stand in a link. */
  parRequired: boolean
  grantTypes: AppGrantType[]
}
export type FoundApp = Required<AppClient> & { madeAt: Date; endedAt: Date | null }

/** Who allowed an app something. */
export type AppSubject = { kind: 'citizen' | 'staff'; id: string }
/**
 * What somebody allowed an app. `patientKey` names the record it was launched for: the person's own, that of somebody they represent, or
 * the patient a member of staff chose; null where none was.
 */
export type AppGrant = {
  id: string
  clientId: string
  subject: AppSubject
  scopes: readonly string[]
  patientKey: string | null
  /** Where a member of staff worked then (their assignment); null for people, and where they had chosen none. */
  workplace: string | null
  grantedAt: Date
  usedAt: Date
  until: Date
  endedAt: Date | null
  endedBy: string | null
}
