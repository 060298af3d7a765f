/** A desk for the route tests: the rows on a server in process, a database of their own, and a clock that is moved by hand. */
import pino from 'pino'
import { accounts, insertClient, insertFacilities, insertStaff, linkCard, personMigrations, personService } from '#care/person'
import { consentMigrations, consentService } from '#care/consent'
import { auditBatch, insertAudit } from '#kernel/audit'
import { openDatabase } from '#kernel/database'
import { httpServer } from '#kernel/http'
import { startSession } from '#kernel/identity'
import { migrate } from '#kernel/migrate'
import { kernelMigrations } from '#kernel/schema'
import { tokenMint } from '#kernel/token'
import { testDatabase } from '../../tests/harness/database.ts'
import { type CardVerifier, eligibilityMigrations, eligibilityService, type RegisterEntry, routes } from './index.ts'

const migrations = [...kernelMigrations, ...personMigrations, ...consentMigrations, ...eligibilityMigrations]

async function prepare(url: string): Promise<void> {
  const db = openDatabase({ url, poolSize: 1, applicationName: 'template' })
  await migrate(db, migrations)
  await db.destroy()
}

/** A card is the text `card:SERIAL`; its signature is right when it repeats the challenge. */
export const fakeCards: CardVerifier = {
  async check({ certificatePem, signature, challenge }) {
    if (!Buffer.from(signature).equals(Buffer.from(challenge)))
      return { refused: 'signature-invalid', ja: '応答が違います。', en: 'Wrong answer.' }
    return { serial: certificatePem.slice('card:'.length), issuer: 'issuer' }
  },
}

export const day = '2026-11-22'
export const CLINIC = '1310000001'
export const OTHER = '1310000002'

export async function openDesk(cards: CardVerifier = fakeCards) {
  const database = await testDatabase(prepare, 'eligibility')
  const db = openDatabase({ url: database.url, poolSize: 8, applicationName: 'test' })
  const clock = { at: new Date(`${day}T03:00:00Z`), now: () => clock.at }
  const person = personService({ totpOnce: false })
  const service = eligibilityService({ consent: consentService(), person, cards })
  const mint = await tokenMint(db)
  const facility = (institutionNumber: string, name: string) => ({
    institutionNumber,
    name,
    nameEn: name,
    kind: 'clinic' as const,
    prefecture: '13',
  })
  await insertFacilities(db, [facility(CLINIC, 'B診療所'), facility(OTHER, 'C診療所')])
  for (const institutionNumber of [CLINIC, OTHER])
    await insertClient(db, {
      clientId: institutionNumber,
      institutionNumber,
      name: 'desk',
      jwks: { keys: [] },
      scopes: [],
      binding: 'none',
    })
  await insertStaff(db, {
    id: 'clerk',
    loginName: 'clerk',
    name: '受付 恵',
    role: 'clerk',
    institutionNumber: CLINIC,
    passwordHash: '',
    totpSecret: '',
  })
  const app = httpServer(routes(service), {
    db,
    clock,
    accounts,
    mint,
    batch: auditBatch((entries) => insertAudit(db, entries)),
    log: pino({ level: 'silent' }),
    secure: false,
    refusalPage: ({ refusal }) => `<p>${refusal.code}</p>`,
  })
  return {
    app,
    db,
    clock,
    service,
    person,
    database,
    async post(url: string, payload: object, institution = CLINIC) {
      const authorization = `Bearer ${await mint.issue(clock.at, { clientId: institution, scopes: [] })}`
      const answer = await app.inject({ method: 'POST', url, payload, headers: { authorization } })
      return { status: answer.statusCode, body: answer.json() as Record<string, unknown> & Answered }
    },
    /** A cookie of the clinic's clerk. */
    clerkCookie: async () => `enishi_session=${await startSession(db, clock.at, { kind: 'staff', id: 'clerk', provenBy: 'passkey' })}`,
    async enter(entry: Omit<RegisterEntry, 'key'>, card: string | null, memberId: string | null = null) {
      const about = {
        name: '山田 花子',
        nameKana: 'ヤマダ ハナコ',
        sex: 'female' as const,
        address: '縁市1',
        postalCode: '0000001',
        phone: '',
      }
      const { key, personId } = await person.enter({ db, now: clock.at }, { ...about, birthDate: entry.birthDate, memberId })
      await service.enter({ db }, [{ ...entry, key }])
      if (card !== null) await linkCard(db, { serial: card, issuer: 'issuer', personId, at: clock.at })
      return { key, personId }
    },
    async close() {
      await app.close()
      await db.destroy()
      await database.drop()
    },
  }
}

/** The parts of answers the tests look at. */
type Answered = {
  id: string
  challenge: string
  eligibility: import('./index.ts').Eligibility
  person: import('./index.ts').ShownPerson | null
  kinds: { kind: string; ja: string; en: string }[]
  until: string
  consentId: string
  consentIds: string[]
  allowed: string[]
  refused: string[]
  results: { referenceNumber: string; eligibility: import('./index.ts').Eligibility }[]
  issue: { details: { coding: { code: string }[]; text: string } }[]
}

export type Desk = Awaited<ReturnType<typeof openDesk>>

/** Cover of an ordinary employee, still valid. */
export const cover = {
  insurerNumber: '01130012',
  insurerName: '縁協会',
  symbol: '21700001',
  number: '123',
  branch: '00',
  cardClassification: '01' as const,
  copayPercent: 30,
  personalFamily: '1' as const,
  reasonOfLoss: null,
  validFrom: '2024-04-01',
  validUntil: null,
  elderlyPercent: null,
  elderlyFrom: null,
  elderlyUntil: null,
}
