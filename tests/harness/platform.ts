/**
 * The platform in one process, for tests: real rows, services, accounts and tokens on a database of the test's own, with a clock
 * that is moved by hand and an audit writer that can be made to fail.
 */
import { Writable } from 'node:stream'
import { type RawBuilder, sql } from 'kysely'
import pino from 'pino'
import { consentMigrations, consentService } from '#care/consent'
import { type CardVerifier, eligibilityMigrations, eligibilityService, routes as eligibilityRoutes } from '#care/eligibility'
import {
  accountsOf,
  appAccessOf,
  type AppSubject,
  hashPassword,
  insertApp,
  insertAppGrant,
  insertClient,
  insertFacilities,
  insertStaff,
  type NewPerson,
  newTotpSecret,
  personMigrations,
  personService,
} from '#care/person'
import { noticeMigrations, noticeService } from '#care/notice'
import { questionMigrations, questionService } from '#care/question'
import { recordMigrations, recordRoutes, recordService } from '#care/record'
import type { AuditEntry, AuditEvent } from '#kernel/audit-event'
import { auditBatch, insertAudit } from '#kernel/audit'
import type { Actor, Context, Purpose, StaffRole } from '#kernel/context'
import { type Db, openDatabase } from '#kernel/database'
import { httpServer } from '#kernel/http'
import { startSession } from '#kernel/identity'
import { ulid } from '#kernel/id'
import { migrate } from '#kernel/migrate'
import { writeOutbox } from '#kernel/outbox'
import type { Row } from '#kernel/route'
import { kernelMigrations } from '#kernel/schema'
import { type TokenMint, tokenMint } from '#kernel/token'
import { testDatabase } from './database.ts'
import { anApp } from './app-entry.ts'
import { callerOf } from './caller.ts'

export { anApp }

export const careMigrations = [
  ...kernelMigrations,
  ...consentMigrations,
  ...personMigrations,
  ...eligibilityMigrations,
  ...recordMigrations,
  ...noticeMigrations,
  ...questionMigrations,
]

/** A hospital that sends, a clinic that asks, and a third that has nothing to do with either. */
export const HOSPITAL = '1310000019'
export const CLINIC = '1310000027'
export const STRANGER = '1310000035'
const institutions: Record<string, string> = { [HOSPITAL]: 'みどり総合病院', [CLINIC]: 'さくら内科クリニック', [STRANGER]: 'よその診療所' }

export const BASE = 'http://localhost/fhir/R4'
export const DAY_MS = 24 * 3600_000

/** A card is the text `card:SERIAL`; its signature is right when it repeats the challenge. */
export const trustingCards: CardVerifier = {
  async check({ certificatePem, signature, challenge }) {
    if (!Buffer.from(signature).equals(Buffer.from(challenge)))
      return { refused: 'signature-invalid', ja: '応答が違います。', en: 'Wrong answer.' }
    return { serial: certificatePem.slice('card:'.length), issuer: 'issuer' }
  },
}

/** Clients without a binding are let in, as in the demo. */
const accounts = accountsOf({ anyClientUnbound: true, app: appAccessOf({ anyClientUnbound: true }) })

export type PlatformServices = ReturnType<typeof careServices>
function careServices({ cards, totpOnce }: { cards: CardVerifier; totpOnce: boolean }) {
  const consent = consentService()
  const person = personService({ totpOnce })
  const told = { notice: noticeService({ person }), question: questionService({ person }) }
  return {
    consent,
    person,
    ...told,
    eligibility: eligibilityService({ consent, person, cards }),
    record: recordService({ consent, person }),
  }
}

export type PlatformOptions = {
  /** More rows, e.g. a portal's; the FHIR surface and the reader are always there. */
  rows?: (about: { services: PlatformServices; mint: TokenMint; db: Db }) => readonly Row[]
  cards?: CardVerifier
  totpOnce?: boolean
  poolSize?: number
  /** Steps beside those of care; give `template` a name of its own with them. */
  migrations?: typeof careMigrations
  template?: string
  /** Whether there is room for more records. */
  room?: () => boolean
  /** Parts of the large tables. */
  parts?: number
}

export type Platform = Awaited<ReturnType<typeof openPlatform>>

export async function openPlatform({ room = () => true, ...options }: PlatformOptions = {}) {
  const steps = options.migrations ?? careMigrations
  const database = await testDatabase(
    async (url) => {
      const db = openDatabase({ url, poolSize: 1, applicationName: 'template' })
      await migrate(db, steps, { parts: options.parts ?? 1 })
      await db.destroy()
    },
    options.template ?? `care${options.parts ?? ''}`,
  )
  const db = openDatabase({ url: database.url, poolSize: options.poolSize ?? 8, applicationName: 'test' })
  const auditDb = openDatabase({ url: database.url, poolSize: 1, applicationName: 'test-audit' })
  const clock = {
    at: new Date('2026-11-22T03:00:00.000Z'),
    now: () => clock.at,
    forward: (ms: number) => {
      clock.at = new Date(clock.at.getTime() + ms)
    },
  }
  const audit = {
    /** What stands in for the durable write of reads and refusals. */
    write: (entries: readonly AuditEntry[]): Promise<void> => insertAudit(auditDb, entries),
  }
  const logged: string[] = []
  const log = pino(
    { level: 'trace' },
    new Writable({
      write(chunk, _encoding, done) {
        logged.push(String(chunk))
        done()
      },
    }),
  )
  const services = careServices({ cards: options.cards ?? trustingCards, totpOnce: options.totpOnce ?? true })
  const mint = await tokenMint(db)
  const rows = [
    ...recordRoutes(services.record, { base: BASE, version: '0.0.0-test' }),
    ...eligibilityRoutes(services.eligibility),
    ...(options.rows?.({ services, mint, db }) ?? []),
  ]
  const deps = { db, clock, accounts, mint, log, secure: false, room, batch: auditBatch((entries) => audit.write(entries)) }
  const app = httpServer(rows, { ...deps, refusalPage: ({ refusal }) => `<p>${refusal.code}</p>` })
  await insertFacilities(
    db,
    Object.entries(institutions).map(([institutionNumber, name]) => ({
      institutionNumber,
      name,
      nameEn: name,
      kind: 'clinic' as const,
      prefecture: '13',
    })),
  )
  return { ...parties({ db, clock, services, mint, app }), app, db, url: database.url, clock, services, mint, rows, audit, logged, close }

  async function close(): Promise<void> {
    await app.close()
    await db.destroy()
    await auditDb.destroy()
    await database.drop()
  }
}

type Parts = { db: Db; clock: { at: Date }; services: PlatformServices; mint: TokenMint; app: ReturnType<typeof httpServer> }

/** Everybody who can ask the platform for something, and what tests look at behind it. */
function parties({ db, clock, services, mint, app }: Parts) {
  let number = 0
  const clients = new Set<string>()
  const cookieOf = async (kind: 'citizen' | 'staff', id: string) => ({
    cookie: `enishi_session=${await startSession(db, clock.at, { kind, id, provenBy: kind === 'citizen' ? 'card' : 'passkey' })}`,
  })

  /** A token of an institution's system; a client is registered for each set of scopes. */
  async function token(institutionNumber: string, scopes: readonly string[] = ['system/*.cruds']): Promise<string> {
    const clientId = `${institutionNumber} ${scopes.join(' ')}`
    if (!clients.has(clientId)) {
      clients.add(clientId)
      await insertClient(db, { clientId, institutionNumber, name: '電子カルテ', jwks: { keys: [] }, scopes: [...scopes], binding: 'none' })
    }
    return mint.issue(clock.at, { clientId, scopes })
  }

  return {
    token,
    public: () => callerOf(app, {}),
    system: async (institutionNumber: string, scopes?: readonly string[]) =>
      callerOf(app, { authorization: `Bearer ${await token(institutionNumber, scopes)}` }),
    /** An app that somebody let in, and with what it asks: one that proves nothing of itself, tied to nothing. */
    async appOf(subject: AppSubject, about: { scopes: readonly string[]; patient?: string | null; actsFor?: string | null }) {
      const { scopes, patient = null, actsFor = null } = about
      const [clientId, grantId] = [`app-${++number}`, `grant-${number}`]
      await insertApp(db, clock.at, anApp(clientId, scopes))
      const until = new Date(clock.at.getTime() + DAY_MS)
      await insertAppGrant(db, { id: grantId, clientId, subject, scopes, patientKey: patient, grantedAt: clock.at, until })
      const onBehalfOf = { ...subject, grantId, actsFor, patient }
      const authorization = `Bearer ${await mint.issue(clock.at, { clientId, scopes, onBehalfOf })}`
      return Object.assign(callerOf(app, { authorization }), { clientId, grantId })
    },
    citizen: async (person: { personId: string }) => callerOf(app, await cookieOf('citizen', person.personId)),

    /** A new member of staff, signed in. */
    async staff(role: StaffRole, institutionNumber: string) {
      const id = `staff-${++number}`
      await insertStaff(db, { id, loginName: id, name: '青山 春樹', role, institutionNumber, passwordHash: '', totpSecret: '' })
      return Object.assign(callerOf(app, await cookieOf('staff', id)), { id })
    },

    /** A member of staff with a password and a one-time code, not signed in. */
    async staffWithPassword(institutionNumber: string, password: string) {
      const made = { id: `staff-${++number}`, totpSecret: newTotpSecret() }
      const passwordHash = await hashPassword(password)
      await insertStaff(db, { ...made, loginName: made.id, name: '白川 秋子', role: 'physician', institutionNumber, passwordHash })
      return { ...made, loginName: made.id }
    },

    /** A person in the register, with a member id of their own unless one is given. */
    async enter(about: Partial<NewPerson & { memberId: string | null }> = {}) {
      const n = ++number
      const memberId = about.memberId === undefined ? `06990001:77:${1000 + n}:01` : about.memberId
      const plain = {
        name: '山川 花子',
        nameKana: 'ヤマカワ ハナコ',
        birthDate: '1958-04-12',
        sex: 'female' as const,
        address: '縁市1',
        postalCode: '',
        phone: '',
      }
      const made = await services.person.enter({ db, now: clock.at }, { ...plain, ...about, memberId })
      return { key: made.key, personId: made.personId, memberId }
    },

    /** Runs a use case as somebody, in one transaction that keeps its audit and outbox rows. */
    async as<T>(
      actor: Actor,
      work: (ctx: Context) => Promise<T>,
      purpose: Purpose = actor.kind === 'citizen' ? 'PATRQT' : 'TREAT',
    ): Promise<T> {
      return db.transaction().execute(async (trx) => {
        const notes: AuditEvent[] = []
        const told: Parameters<Context['tell']>[0][] = []
        const ctx: Context = {
          actor,
          purpose,
          now: clock.at,
          lang: 'ja',
          db: trx,
          requestId: ulid(),
          sessionId: null,
          audit: (event) => void notes.push(event),
          tell: (message) => void told.push(message),
        }
        const result = await work(ctx)
        await writeOutbox(trx, ctx.now, told)
        return result
      })
    },

    /** The answer given at an institution's reader. */
    consent(key: string, institutionNumber: string, kinds: Readonly<Record<string, boolean>>) {
      const institutionName = institutions[institutionNumber] ?? ''
      return this.as(systemActor(institutionNumber), (ctx) =>
        services.consent.record(ctx, { key, institutionNumber, institutionName, kinds }),
      )
    },

    relate(key: string, institutionNumber: string) {
      return this.as(systemActor(institutionNumber), (ctx) => services.consent.relate(ctx, key, institutionNumber))
    },

    /** One figure out of the database. */
    async count(query: RawBuilder<unknown>): Promise<number> {
      const { rows } = await sql<{ n: number }>`select count(*) as n from (${query}) q`.execute(db)
      return rows[0]!.n
    },
  }
}

export const systemActor = (institutionNumber: string): Actor => ({
  kind: 'system',
  id: `${institutionNumber} system/*.cruds`,
  institutionNumber,
  institutionName: institutions[institutionNumber] ?? '',
  name: '電子カルテ',
  scopes: ['system/*.cruds'],
})

export const citizenActor = (person: { personId: string; key: string }): Actor => ({
  kind: 'citizen',
  id: person.personId,
  keys: [person.key],
  name: '山川 花子',
})
