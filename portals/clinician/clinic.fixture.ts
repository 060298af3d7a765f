/** Two hospitals, two clinics and their staff on a server in process, with a database of their own and a clock moved by hand. */
import pino from 'pino'
import { type Consent, consentMigrations, consentService } from '#care/consent'
import { accounts, insertFacilities, insertStaff, personMigrations, personService } from '#care/person'
import { recordMigrations, recordService } from '#care/record'
import { type CardVerifier, eligibilityMigrations, eligibilityService } from '#care/eligibility'
import { signatureMigrations, signatureRoutes, signatureService, type SigningTools } from '#care/signature'
import { auditEntry } from '#kernel/audit-entry'
import { type AuditBatch, auditBatch, insertAudit } from '#kernel/audit'
import type { Actor, Context, StaffRole } from '#kernel/context'
import { type Db, openDatabase } from '#kernel/database'
import { httpServer } from '#kernel/http'
import { ulid } from '#kernel/id'
import { startSession } from '#kernel/identity'
import type { Lang } from '#kernel/language'
import { migrate } from '#kernel/migrate'
import { Refusal } from '#kernel/refusal'
import { kernelMigrations } from '#kernel/schema'
import { tokenMint } from '#kernel/token'
import { type ItemInput, makeFiveItemBundle, type PatientInput, type Resource, type SenderInput } from '#packages/fhir'
import { sql } from 'kysely'
import { testDatabase } from '../../tests/harness/database.ts'
import { clinicianRoutes } from './index.ts'

export const HOSPITAL = '1310000019'
export const CLINIC = '1310000027'
export const OTHER = '1310000035'
const facilities = [
  { institutionNumber: HOSPITAL, name: 'みどり総合病院', nameEn: 'Midori General Hospital' },
  { institutionNumber: CLINIC, name: 'さくら内科クリニック', nameEn: 'Sakura Clinic' },
  {
    institutionNumber: OTHER,
    name: '独立行政法人 国立縁ヶ浜医療総合研究センター附属 周産期・循環器病院',
    nameEn: 'Enishigahama National Centre',
  },
].map((f) => ({ ...f, kind: 'clinic' as const, prefecture: '13' }))

const staffRoles: readonly StaffRole[] = ['physician', 'dentist', 'nurse', 'pharmacist', 'clerk', 'operator']
const migrations = [
  ...kernelMigrations,
  ...personMigrations,
  ...consentMigrations,
  ...recordMigrations,
  ...eligibilityMigrations,
  ...signatureMigrations,
]
const noCards: CardVerifier = { check: async () => ({ refused: 'none', ja: '', en: '' }) }

async function prepare(url: string): Promise<void> {
  const db = openDatabase({ url, poolSize: 1, applicationName: 'template' })
  await migrate(db, migrations)
  await db.destroy()
}

export const senderOf = (institutionNumber: string): SenderInput => ({
  institutionNumber,
  name: facilities.find((f) => f.institutionNumber === institutionNumber)!.name,
  department: { code: '01', name: '内科' },
  doctor: { id: 'D0012', family: '青山', given: '春樹', familyKana: 'アオヤマ', givenKana: 'ハルキ' },
})

export const hanako: PatientInput = {
  memberId: '06990001:12:3456:01',
  localId: '0000123',
  family: '山川',
  given: '花子',
  familyKana: 'ヤマカワ',
  givenKana: 'ハナコ',
  gender: 'female',
  birthDate: '1966-04-12',
  address: { state: '東京都', city: '千代田区', line: '緑町1-2-3', postalCode: '100-0000' },
}

/** `signing`: what signs for the staff, made over the database; documents are not signed without it. */
export async function openClinic({ signing }: { signing?: (db: Db) => SigningTools } = {}) {
  const database = await testDatabase(prepare, 'clinician')
  const db = openDatabase({ url: database.url, poolSize: 6, applicationName: 'test' })
  const clock = { at: new Date('2026-11-22T03:00:00Z'), now: () => clock.at }
  const consent = consentService()
  const person = personService({ totpOnce: false })
  const record = recordService({ consent, person })
  const eligibility = eligibilityService({ consent, person, cards: noCards })
  await insertFacilities(db, facilities)
  for (const { institutionNumber } of facilities)
    for (const role of staffRoles)
      await insertStaff(db, {
        id: `${role}-${institutionNumber}`,
        loginName: `${role}-${institutionNumber}`,
        name: '山田 健',
        role,
        institutionNumber,
        passwordHash: '',
        totpSecret: '',
      })
  let batch: AuditBatch = auditBatch((entries) => insertAudit(db, entries))
  const signature = signing && signatureService(signing(db))
  const rows = clinicianRoutes({ record, consent, person, eligibility, ...(signature ? { signature } : {}) })
  const app = httpServer([...rows, ...(signature ? signatureRoutes({ signature, record }) : [])], {
    db,
    clock,
    accounts,
    mint: await tokenMint(db),
    log: pino({ level: 'silent' }),
    secure: false,
    batch: { durable: (entries) => batch.durable(entries) },
    refusalPage: ({ refusal }) => `<p>${refusal.code}</p>`,
  })
  const cookies = new Map<string, string>()
  const cookieOf = async (role: StaffRole, institution: string) =>
    `enishi_session=${await startSession(db, clock.at, { kind: 'staff', id: `${role}-${institution}`, provenBy: 'passkey' })}`

  /** A context of the platform itself, with its audit rows written. */
  async function as<T>(actor: Actor, act: (ctx: Context) => Promise<T>): Promise<T> {
    return db.transaction().execute(async (trx) => {
      const about = {
        actor,
        purpose: actor.kind === 'citizen' ? ('PATRQT' as const) : ('TREAT' as const),
        now: clock.at,
        requestId: ulid(),
        action: 'test',
        law: '',
      }
      const entries: Parameters<typeof insertAudit>[1][number][] = []
      const ctx: Context = {
        ...about,
        lang: 'ja',
        db: trx as Db,
        sessionId: null,
        audit: (e) => void entries.push(auditEntry(e, about)),
        tell: () => undefined,
      }
      const done = await act(ctx)
      await insertAudit(trx, entries)
      return done
    })
  }
  const systemOf = (institutionNumber: string): Actor => ({
    kind: 'system',
    id: `facility-${institutionNumber}`,
    institutionNumber,
    institutionName: senderOf(institutionNumber).name,
    name: 'system',
    scopes: ['system/*.cruds'],
  })

  async function send(bundle: Resource, institution = HOSPITAL): Promise<string> {
    const receipt = await as(systemOf(institution), (ctx) => record.deposit(ctx, JSON.stringify(bundle))).catch((error: unknown) => {
      if (error instanceof Refusal) throw new Error(JSON.stringify(error.issues))
      throw error
    })
    return receipt.key
  }
  let serial = 0
  return {
    app,
    db,
    clock,
    consent,
    person,
    record,
    eligibility,
    as,
    send,
    /** Submits items of one type and returns the person's key. */
    items(
      items: readonly [ItemInput, ...ItemInput[]],
      about: { from?: string; patient?: PatientInput; localId?: string } = {},
    ): Promise<string> {
      const { from = HOSPITAL, patient = hanako } = about
      const localId = about.localId ?? `t-${++serial}`
      return send(
        makeFiveItemBundle({
          sender: senderOf(from),
          patient,
          type: items[0].type,
          items: [...items],
          localId,
          year: 2026,
          at: '2026-11-20T10:00:00.000+09:00',
        }),
        from,
      )
    },
    /** The person's answer at an institution's reader, after showing the card there. */
    agree(key: string, kinds: Record<string, boolean>, institutionNumber = CLINIC): Promise<Consent> {
      return as(systemOf(institutionNumber), async (ctx) => {
        await consent.relate(ctx, key, institutionNumber)
        return consent.record(ctx, { key, institutionNumber, institutionName: senderOf(institutionNumber).name, kinds })
      })
    },
    relate: (key: string, institutionNumber = CLINIC) =>
      as(systemOf(institutionNumber), (ctx) => consent.relate(ctx, key, institutionNumber)),
    citizenOf: async (key: string): Promise<Actor> => {
      const found = (await person.findByKey({ db }, key))!
      return { kind: 'citizen', id: found.id, keys: found.keys, name: found.name }
    },
    async get(url: string, about: { role?: StaffRole; institution?: string; accept?: string; lang?: Lang } = {}) {
      const { role = 'physician', institution = CLINIC, accept = 'application/json', lang = 'ja' } = about
      const name = `${role}-${institution}-${clock.at.getTime()}`
      if (!cookies.has(name)) cookies.set(name, await cookieOf(role, institution))
      const answer = await app.inject({ method: 'GET', url, headers: { cookie: `${cookies.get(name)}; enishi_lang=${lang}`, accept } })
      const body = answer.body
      return { status: answer.statusCode, body, json: <T>() => JSON.parse(body) as T, code: refusalCode(body) }
    },
    /** Sends a form as a page does. @returns where it leads */
    async form(url: string, fields: Record<string, string>, role: StaffRole = 'physician') {
      const headers = { cookie: await cookieOf(role, CLINIC), 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' }
      const answer = await app.inject({ method: 'POST', url, headers, payload: new URLSearchParams(fields).toString() })
      return { status: answer.statusCode, to: String(answer.headers.location ?? '') }
    },
    async auditOf(key: string) {
      const { rows } = await sql<{
        action: string
        outcome: string
        rule: string
        consent_id: string
        kinds: string[]
        count: number
        resource: string
      }>`
        select action, outcome, rule, consent_id, kinds, count, resource from kernel.audit where key = ${key} and actor_kind = 'staff' order by id`.execute(
        db,
      )
      return rows
    },
    /** Until called again with null, no audit row becomes durable. */
    breakAudit(broken: boolean) {
      batch = broken ? { durable: () => Promise.reject(new Error('no audit')) } : auditBatch((entries) => insertAudit(db, entries))
    },
    async close() {
      await app.close()
      await db.destroy()
      await database.drop()
    },
  }
}

export type Clinic = Awaited<ReturnType<typeof openClinic>>

function refusalCode(body: string): string | undefined {
  try {
    const read = JSON.parse(body) as { issue?: { details: { coding: { code: string }[] } }[] }
    return read.issue?.[0]?.details.coding[0]?.code
  } catch {
    return undefined
  }
}
