/** An emergency department, its colleagues, two auditors and people who cannot speak, on a server in process with a clock moved by hand. */
import pino from 'pino'
import type { RawBuilder } from 'kysely'
import { consentService } from '#care/consent'
import { accounts, insertFacilities, insertStaff, personService } from '#care/person'
import { recordService } from '#care/record'
import { eligibilityService } from '#care/eligibility'
import { auditBatch, insertAudit } from '#kernel/audit'
import { auditEntry } from '#kernel/audit-entry'
import type { Actor, Context, ProvenBy, StaffRole } from '#kernel/context'
import { type Db, openDatabase } from '#kernel/database'
import { httpServer } from '#kernel/http'
import { ulid } from '#kernel/id'
import { startSession } from '#kernel/identity'
import { migrate } from '#kernel/migrate'
import { tokenMint } from '#kernel/token'
import { makeFiveItemBundle } from '#packages/fhir'
import { migrations } from '../../../app/migrations.ts'
import { testDatabase } from '../../../tests/harness/database.ts'
import { emergencyReviewRows } from '../../operator/emergency-review/rows.ts'
import { clinicianRoutes } from '../index.ts'

export const HOSPITAL = '1310000019'
export const SENDER = '1310000027'
const PLATFORM = '1310000035'

const facilities = [
  { institutionNumber: HOSPITAL, name: 'みどり救命救急センター', nameEn: 'Midori Emergency Centre' },
  { institutionNumber: SENDER, name: 'さくら内科クリニック', nameEn: 'Sakura Clinic' },
  { institutionNumber: PLATFORM, name: '縁の運用', nameEn: 'Platform' },
].map((one) => ({ ...one, kind: 'hospital' as const, prefecture: '13' }))

type Member = { id: string; role: StaffRole; name: string; nameKana: string; institutionNumber?: string }
const staff: readonly Member[] = [
  { id: 'dr', role: 'physician', name: '青山 春樹', nameKana: 'アオヤマ ハルキ' },
  { id: 'dr2', role: 'physician', name: '白石 冬子', nameKana: 'シライシ フユコ' },
  { id: 'nurse', role: 'nurse', name: '緑川 夏美', nameKana: 'ミドリカワ ナツミ' },
  { id: 'clerk', role: 'clerk', name: '黒田 秋', nameKana: 'クロダ アキ' },
  { id: 'operator', role: 'operator', name: '土屋 守', nameKana: 'ツチヤ マモル', institutionNumber: PLATFORM },
  { id: 'admin', role: 'administrator', name: '赤木 実', nameKana: 'アカギ ミノル' },
  { id: 'elsewhere', role: 'physician', name: '灰谷 修', nameKana: 'ハイタニ オサム', institutionNumber: SENDER },
  { id: 'auditor', role: 'auditor', name: '神谷 清', nameKana: 'カミヤ キヨシ', institutionNumber: PLATFORM },
  { id: 'auditor2', role: 'auditor', name: '浅井 実', nameKana: 'アサイ ミノル', institutionNumber: PLATFORM },
  { id: 'auditor3', role: 'auditor', name: '三宅 司', nameKana: 'ミヤケ ツカサ', institutionNumber: PLATFORM },
]

async function prepare(url: string): Promise<void> {
  const db = openDatabase({ url, poolSize: 1, applicationName: 'template' })
  await migrate(db, migrations)
  await db.destroy()
}

/** A ground that is whole. */
export const ground = { reason: 'unconscious', because: ['no-response', 'no-relative'], note: 'JCS300、家族に連絡つかず' }

export async function openEmergencyRoom() {
  const database = await testDatabase(prepare, 'emergency')
  const db = openDatabase({ url: database.url, poolSize: 6, applicationName: 'test' })
  const clock = { at: new Date('2026-11-22T03:00:00Z'), now: () => clock.at }
  const consent = consentService()
  const person = personService({ totpOnce: false })
  const record = recordService({ consent, person })
  const eligibility = eligibilityService({ consent, person, cards: { check: async () => ({ refused: 'none', ja: '', en: '' }) } })
  await insertFacilities(db, facilities)
  for (const one of staff)
    await insertStaff(db, { institutionNumber: HOSPITAL, ...one, loginName: one.id, passwordHash: '', totpSecret: '' })
  const deps = { record, consent, person, eligibility }
  const app = httpServer([...clinicianRoutes(deps), ...emergencyReviewRows({ demo: false, person })], {
    db,
    clock,
    accounts,
    mint: await tokenMint(db),
    log: pino({ level: 'silent' }),
    secure: false,
    batch: auditBatch((entries) => insertAudit(db, entries)),
    refusalPage: ({ refusal }) => `<p>${refusal.code}</p>`,
  })

  /** Acts as the platform or a system, with its audit rows. */
  async function as<T>(actor: Actor, act: (ctx: Context) => Promise<T>): Promise<T> {
    return db.transaction().execute(async (trx) => {
      const about = { actor, purpose: 'TREAT' as const, now: clock.at, requestId: ulid(), action: 'test', law: '' }
      const entries: Parameters<typeof insertAudit>[1][number][] = []
      const audit: Context['audit'] = (event) => void entries.push(auditEntry(event, about))
      const done = await act({ ...about, lang: 'ja', db: trx as Db, sessionId: null, audit, tell: () => undefined })
      await insertAudit(trx, entries)
      return done
    })
  }
  const sender: Actor = {
    kind: 'system',
    id: 'emr',
    institutionNumber: SENDER,
    institutionName: 'さくら内科クリニック',
    name: 'emr',
    scopes: ['system/*.cruds'],
  }

  const cookies = new Map<string, string>()
  /** A session of a member of staff; a fresh one where `fresh`. */
  async function cookieOf(id: string, about: { fresh?: boolean; desk?: boolean; provenBy?: ProvenBy } = {}): Promise<string> {
    const known = about.fresh ? undefined : cookies.get(id)
    const token =
      known ?? (await startSession(db, clock.at, { kind: 'staff', id, provenBy: about.provenBy ?? 'passkey', desk: about.desk ?? false }))
    cookies.set(id, token)
    return token
  }
  let serial = 0

  return {
    ...{ app, db, clock, consent, person, record, as, cookieOf },
    /** A person with one diagnosis registered elsewhere. */
    async patient(about: Partial<Parameters<typeof makeFiveItemBundle>[0]['patient']> = {}): Promise<string> {
      const n = ++serial
      const patient = {
        ...{ memberId: `06990001:12:${1000 + n}:01`, localId: `L${n}`, family: '山川', given: `花子${'一二三四五六七八九'[n % 9]}` },
        ...{
          familyKana: 'ヤマカワ',
          givenKana: 'ハナコ',
          gender: 'female' as const,
          birthDate: `1966-04-${String(10 + (n % 19)).padStart(2, '0')}`,
        },
        address: { state: '東京都', city: '千代田区', line: `緑町${n}-2-3`, postalCode: '100-0000' },
        ...about,
      }
      const bundle = makeFiveItemBundle({
        sender: {
          institutionNumber: SENDER,
          name: 'さくら内科クリニック',
          department: { code: '01', name: '内科' },
          doctor: { id: 'D1', family: '灰谷', given: '修', familyKana: 'ハイタニ', givenKana: 'オサム' },
        },
        patient,
        type: 'Condition',
        items: [{ type: 'Condition', id: `C-${n}`, code: { keyNumber: '20061593', display: '高血圧症' }, onset: '2024-05-10' }],
        localId: `t-${n}`,
        year: 2026,
        at: '2026-11-20T10:00:00.000+09:00',
      })
      const { key } = await as(sender, (ctx) => record.deposit(ctx, JSON.stringify(bundle)))
      await person.people.compareNew({ db, now: clock.at })
      return key
    },
    /** Sends as a member of staff; answers as JSON. */
    async send(id: string, method: 'GET' | 'POST', url: string, body?: object, accept = 'application/json') {
      const cookie = `enishi_session=${await cookieOf(id)}`
      const answer = await app.inject({ method, url, headers: { cookie, accept }, ...(body ? { payload: body } : {}) })
      const renewed = answer.cookies.find((one) => one.name === 'enishi_session')
      if (renewed) cookies.set(id, renewed.value)
      return {
        status: answer.statusCode,
        body: answer.body,
        code: codeIn(answer.body),
        json: <T>() => JSON.parse(answer.body) as T,
        location: answer.headers.location,
      }
    },
    /** Opens with a ground that is whole. */
    async open(id: string, key: string, more: object = {}) {
      const answer = await this.send(id, 'POST', '/clinic/emergency/open', { patient: key, ...ground, ...more })
      const done = answer.status === 200 ? answer.json<{ state: string; id?: string; requestId?: string; needs?: string[] }>() : undefined
      return { ...answer, done }
    },
    /** Minutes go by; sessions are proven anew. */
    later(minutes: number) {
      clock.at = new Date(clock.at.getTime() + minutes * 60_000)
      cookies.clear()
    },
    rows: async <T>(query: RawBuilder<T>): Promise<T[]> => (await query.execute(db)).rows,
    async close() {
      await app.close()
      await db.destroy()
      await database.drop()
    },
  }
}

export type EmergencyRoom = Awaited<ReturnType<typeof openEmergencyRoom>>

function codeIn(body: string): string | undefined {
  try {
    const read = JSON.parse(body) as { issue?: { details: { coding: { code: string }[] } }[] }
    return read.issue?.[0]?.details.coding[0]?.code
  } catch {
    return undefined
  }
}
