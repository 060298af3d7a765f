import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { BRIDGE_PORT } from '#adapters/mynumber-card'
import { bulkRoutes } from '#care/bulk'
import { routes as eligibilityRoutes } from '#care/eligibility'
import { consentCapability, recordRoutes } from '#care/record'
import { signatureRoutes } from '#care/signature'
import { subscriptionCapability, subscriptionRoutes } from '#care/subscription'
import { terminologyCapabilities, terminologyRoutes } from '#care/terminology'
import { validationRoutes } from '#care/validation'
import type { Row } from '#kernel/route'
import type { SecurityCounts } from '#kernel/security-counts'
import type { TokenMint } from '#kernel/token'
import { auditorRoutes } from '#portals/auditor'
import { citizenRoutes } from '#portals/citizen'
import { clinicianRoutes } from '#portals/clinician'
import { developerRoutes } from '#portals/developer'
import { legalBasisRows, operatorRoutes, questionDeskRows } from '#portals/operator'
import { publicRoutes, type PublicDeps } from '#portals/public'
import { type OutsideAudience, type OutsideClients, signInRoutes } from '#portals/sign-in'
import { assetRow } from './assets.ts'
import type { Config } from './config.ts'
import type { DemoDoor } from './demo/door.ts'
import { DEMO_SIGNING_PIN } from './demo/staff-authority.ts'
import { cspReportRow } from './csp-reports.ts'
import { healthRow } from './health.ts'
import { logRows } from './log/rows.ts'
import { openApiRow } from './openapi/document.ts'
import type { Services } from './services.ts'
import { APP_VERSION } from './version.ts'

export type RowDeps = {
  services: Services
  config: Pick<Config, 'baseUrl' | 'secure'> & {
    cardBridge?: boolean
    tlsBase?: string | null
    witnesses?: readonly KeyObject[]
    outsideClients?: OutsideClients
    /** What the operator says of themselves, and what may leave, for the page on the handling of data. */
    facts?: PublicDeps['facts']
    outsideOf?: PublicDeps['outside']
    counts?: SecurityCounts
    isKnownPassword?: (password: string) => boolean
  }
  mint: TokenMint
  demo: DemoDoor | null
  demoRows: readonly Row[]
}

/** The card-bridge on the machine of whoever looks at the reader's page. */
const BRIDGE = `http://127.0.0.1:${BRIDGE_PORT}`

/** The whole public surface, in one list. */
export function allRows({ services, config, mint, demo, demoRows }: RowDeps): Row[] {
  const about = { version: APP_VERSION, baseUrl: config.baseUrl }
  const base = `${config.baseUrl}/fhir/R4`
  const dist = join(import.meta.dirname, '..')
  const nameOf = (audience: OutsideAudience) => config.outsideClients?.[audience]?.settings.name ?? null
  const places = { baseUrl: config.baseUrl, tlsBase: config.tlsBase ?? null, demo: demo !== null }
  const rows: Row[] = [
    healthRow(APP_VERSION),
    cspReportRow({ surface: () => rows, baseUrl: config.baseUrl, counts: config.counts }),
    ...logRows(config.witnesses ?? []),
    openApiRow(() => rows, about),
    assetRow('assets', dist),
    assetRow('islands', dist),
    ...recordRoutes(services.record, {
      base,
      version: APP_VERSION,
      surface: () => rows,
      described: [subscriptionCapability(base).resource, consentCapability, { type: 'AuditEvent', versioning: 'no-version' }],
      terminology: (ctx) => terminologyCapabilities(services.terminology, ctx, { base, version: APP_VERSION }),
    }),
    ...signatureRoutes(services),
    ...bulkRoutes(services.bulk, { base }),
    ...subscriptionRoutes(services.subscription),
    ...terminologyRoutes(services.terminology),
    ...validationRoutes(services),
    ...eligibilityRoutes(services.eligibility, { demo: demo !== null, bridge: config.cardBridge ? BRIDGE : null }),
    ...signInRoutes({
      person: services.person,
      accounts: services.accounts,
      consent: services.consent,
      mint,
      cards: services.cards,
      ...config,
      ...(config.outsideClients ? { outside: config.outsideClients } : {}),
      demo,
    }),
    ...auditorRoutes({ base, demo: demo !== null, surface: () => rows }),
    ...citizenRoutes({ ...services, outside: nameOf('citizen'), baseUrl: config.baseUrl, demo: demo !== null }),
    ...clinicianRoutes({
      ...services,
      outside: nameOf('staff'),
      ...(demo ? { demoSigningPin: DEMO_SIGNING_PIN } : {}),
      demo: demo !== null,
      fhirBase: base,
      baseUrl: config.baseUrl,
    }),
    ...operatorRoutes({
      ...places,
      outside: config.outsideClients?.staff?.settings ?? null,
      person: services.person,
      signature: services.signature,
      erasure: services.erasure,
      extracts: services.extracts,
      demo: demo !== null,
    }),
    ...legalBasisRows({ consent: services.consent, person: services.person, demo: demo !== null }),
    ...publicRoutes({
      ...services,
      demo: demo !== null,
      surface: () => rows,
      facts: config.facts ?? null,
      outside: config.outsideOf ?? [],
      witnesses: config.witnesses?.length ?? 0,
    }),
    ...questionDeskRows({ question: services.question, demo: demo !== null }),
    ...developerRoutes({
      ...places,
      record: services.record,
      surface: () => rows,
      checker: services.checker,
      terminology: services.terminology,
    }),
    ...demoRows,
  ]
  return rows
}
