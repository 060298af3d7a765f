/** The portals on a server in process for the route tests: a database of their own and a clock that is moved by hand. */
import { type Consent, consentMigrations, consentService } from '#care/consent'
import {
  accountsOf,
  appAccessOf,
  hashPassword,
  insertClient,
  insertFacilities,
  insertStaff,
  linkCard,
  personMigrations,
  personService,
  type SystemClient,
} from '#care/person'
import { emergencyMigrations } from '#care/emergency'
import { noticeMigrations, noticeService } from '#care/notice'
import { questionMigrations, questionService } from '#care/question'
import { recordMigrations, recordRoutes, recordService } from '#care/record'
import { signatureMigrations } from '#care/signature'
import { auditBatch, insertAudit } from '#kernel/audit'
import type { Context } from '#kernel/context'
import { type Db, openDatabase } from '#kernel/database'
import { httpServer } from '#kernel/http'
import { connectionGuard } from '#kernel/listener'
import { startSession } from '#kernel/identity'
import { migrate } from '#kernel/migrate'
import type { Row } from '#kernel/route'
import { kernelMigrations } from '#kernel/schema'
import { type TlsFiles, tlsServer } from '#kernel/tls'
import { tokenMint } from '#kernel/token'
import { Secret, TOTP } from 'otpauth'
import pino from 'pino'
import { sql } from 'kysely'
import { testDatabase } from '../../tests/harness/database.ts'
import { type CardCheck, type DemoDoor, signInMigrations, signInRoutes } from './index.ts'

const migrations = [
  ...kernelMigrations,
  ...consentMigrations,
  ...personMigrations,
  ...recordMigrations,
  ...noticeMigrations,
  ...questionMigrations,
  ...emergencyMigrations,
  ...signatureMigrations,
  ...signInMigrations,
]

async function prepare(url: string): Promise<void> {
  const db = openDatabase({ url, poolSize: 1, applicationName: 'template' })
  await migrate(db, migrations)
  await db.destroy()
}

/** A card is the text `card:SERIAL`; its signature is right when it repeats the challenge. */
export const fakeCards: CardCheck = {
  async check({ certificatePem, signature, challenge }) {
    if (!Buffer.from(signature).equals(Buffer.from(challenge)))
      return { refused: 'signature-invalid', ja: '応答が違います。', en: 'Wrong answer.' }
    return { serial: certificatePem.slice('card:'.length), issuer: 'issuer' }
  },
}

export const HOSPITAL = '1310000001'
export const CLINIC = '1310000002'
export const BASE = 'http://localhost:8080'
export const TLS_BASE = 'https://localhost:8443'
export const TOTP_SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
export const PASSWORD = 'correct horse battery'
export const FORM = 'application/x-www-form-urlencoded'

export const demo: DemoDoor = {
  cards: () => [{ n: 0, name: '山田 花子', birthDate: '1958-04-12' }],
  card: (n) => (n === 0 ? { certificatePem: 'card:1', privateKeyPem: 'key', pin: '1234' } : undefined),
  staff: () => [{ loginName: 'yamada', name: '山田 太郎', role: 'physician', institutionName: 'B診療所' }],
  staffSecret: (loginName) => (loginName === 'yamada' ? { password: PASSWORD, totpSecret: TOTP_SECRET } : undefined),
}

/** As the register says, `none` included, and what apps may. */
const accounts = accountsOf({ anyClientUnbound: true, app: appAccessOf({ anyClientUnbound: false }) })

type Options = {
  cards?: CardCheck
  demo?: DemoDoor | null
  totpOnce?: boolean
  secure?: boolean
  rows?: (services: Services, db: Db) => Row[]
  tls?: TlsFiles
}
type Bound = Pick<SystemClient, 'binding' | 'certificates' | 'certificateSubject'>
export type Services = ReturnType<typeof servicesOf>

function servicesOf(totpOnce: boolean) {
  const consent = consentService()
  const person = personService({ totpOnce })
  return {
    consent,
    person,
    record: recordService({ consent, person }),
    notice: noticeService({ person }),
    question: questionService({ person }),
  }
}

export async function openFrontDoor({
  demo: door = null,
  totpOnce = true,
  secure = false,
  cards = fakeCards,
  rows = () => [],
  tls,
}: Options = {}) {
  const database = await testDatabase(prepare, 'portals')
  const db = openDatabase({ url: database.url, poolSize: 8, applicationName: 'test' })
  const auditDb = openDatabase({ url: database.url, poolSize: 1, applicationName: 'test-audit' })
  const clock = { at: new Date('2026-11-22T03:00:00Z'), now: () => clock.at }
  const services = servicesOf(totpOnce)
  const mint = await tokenMint(db)
  const facility = (institutionNumber: string, name: string) => ({
    institutionNumber,
    name,
    nameEn: name,
    kind: 'clinic' as const,
    prefecture: '13',
  })
  await insertFacilities(db, [facility(HOSPITAL, 'A病院'), facility(CLINIC, 'B診療所')])
  await insertStaff(db, {
    id: 'staff-1',
    loginName: 'yamada',
    name: '山田 太郎',
    role: 'physician',
    institutionNumber: CLINIC,
    passwordHash: await hashPassword(PASSWORD),
    totpSecret: TOTP_SECRET,
  })
  const signIn = signInRoutes({
    person: services.person,
    accounts,
    mint,
    cards,
    baseUrl: BASE,
    tlsBase: tls ? TLS_BASE : null,
    demo: door,
    secure,
  })
  const app = httpServer(
    [...signIn, ...recordRoutes(services.record, { base: `${BASE}/fhir/R4`, version: 'test' }), ...rows(services, db)],
    {
      db,
      clock,
      accounts,
      mint,
      secure,
      log: pino({ level: 'silent' }),
      batch: auditBatch((entries) => insertAudit(auditDb, entries)),
      refusalPage: ({ refusal }) => `<p>${refusal.code}</p>`,
      origins: [BASE, TLS_BASE],
    },
  )
  const overTls = tls && tlsServer(app, tls, connectionGuard())
  await app.ready()

  return {
    app,
    /** The listener on which clients show certificates, where the test brought its files. */
    overTls,
    db,
    clock,
    mint,
    ...services,
    /** The code of the test's member of staff, `steps` half minutes from now. */
    totp: (steps = 0) => new TOTP({ secret: Secret.fromBase32(TOTP_SECRET) }).generate({ timestamp: clock.at.getTime() + steps * 30_000 }),
    minutesLater(minutes: number) {
      clock.at = new Date(clock.at.getTime() + minutes * 60_000)
    },
    async person(name: string, card: string | null, memberId: string | null = null) {
      const about = {
        name,
        nameKana: 'ヤマカワ ハナコ',
        birthDate: '1958-04-12',
        sex: 'female' as const,
        address: '縁市1',
        postalCode: '0000001',
        phone: '',
      }
      const { key, personId } = await services.person.enter({ db, now: clock.at }, { ...about, memberId })
      if (card !== null) await linkCard(db, { serial: card, issuer: 'issuer', personId, at: clock.at })
      return { key, personId }
    },
    cookieOf: async (personId: string) =>
      `enishi_session=${await startSession(db, clock.at, { kind: 'citizen', id: personId, provenBy: 'card' })}`,
    async client(
      clientId: string,
      institutionNumber: string,
      keys: object[],
      scopes = ['system/*.cruds', 'system/*.rs'],
      bound: Bound = {},
    ) {
      const about = { clientId, institutionNumber, name: `${clientId} system`, jwks: { keys }, scopes }
      await insertClient(db, { ...about, binding: 'none', ...bound })
      return async () => `Bearer ${await mint.issue(clock.at, { clientId, scopes })}`
    },
    /** Consent as the reader records it. */
    async consentTo(key: string, institutionNumber: string, kinds: Record<string, boolean>): Promise<Consent> {
      const ctx: Context = {
        actor: { kind: 'system', id: 'reader', institutionNumber, institutionName: 'B診療所', name: 'reader', scopes: [] },
        purpose: 'TREAT',
        now: clock.at,
        lang: 'ja',
        db,
        requestId: 'test',
        sessionId: null,
        audit: () => undefined,
        tell: () => undefined,
      }
      return services.consent.record(ctx, { key, institutionNumber, institutionName: 'B診療所', kinds })
    },
    async audits(action: string) {
      const { rows: found } = await sql<{ outcome: string; key: string; resource: string; rule: string }>`
        select outcome, key, resource, rule from kernel.audit where action = ${action} order by id`.execute(db)
      return found
    },
    async close() {
      await app.close()
      await db.destroy()
      await auditDb.destroy()
      await database.drop()
    },
  }
}

export type FrontDoor = Awaited<ReturnType<typeof openFrontDoor>>
