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

/** What a fake card signs without its PIN. */
export const pinless = (challenge: string, institution = CLINIC): string =>
  Buffer.concat([Buffer.from(`pinless:${institution}:`), Buffer.from(challenge, 'base64url')]).toString('base64url')

/** Predecessors that the authority of the fake cards knows, by serial. */
export const predecessors = new Map<string, string>()

/** A card is the text `card:SERIAL`; its signature is right when it repeats the challenge, or what `pinless` makes of it. */
export const fakeCards: CardVerifier = {
  async previousOf({ serial, issuer }) {
    const old = predecessors.get(serial)
    return old === undefined ? null : { serial: old, issuer }
  },
  async check({ certificatePem, signature, challenge, withoutPinAt }) {
    const wanted =
      withoutPinAt === undefined
        ? Buffer.from(challenge)
        : Buffer.from(pinless(Buffer.from(challenge).toString('base64url'), withoutPinAt), 'base64url')
    if (!Buffer.from(signature).equals(wanted)) return { refused: 'signature-invalid', ja: '応答が違います。', en: 'Wrong answer.' }
    return { serial: certificatePem.slice('card:'.length), issuer: 'issuer' }
  },
}

export const day = '2026-11-22'
export const CLINIC = '1310000001'
export const OTHER = '1310000002'

/** `bridge`: where the program stands that reaches the card reader. */
export async function openDesk(cards: CardVerifier = fakeCards, { bridge = null }: { bridge?: string | null } = {}) {
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
      scopes: ['system/Patient.r'],
      binding: 'none',
    })
  const workers = [
    ['clerk', '受付 恵', 'clerk', CLINIC],
    ['nurse', '看護 守', 'nurse', CLINIC],
    ['stranger', '他院 薫', 'clerk', OTHER],
    ['operator', '運用 司', 'operator', CLINIC],
  ] as const
  for (const [id, name, role, institutionNumber] of workers)
    await insertStaff(db, { id, loginName: id, name, role, institutionNumber, passwordHash: '', totpSecret: '' })
  const app = httpServer(routes(service, { bridge }), {
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
    /** Asks as a system with these scopes. */
    async get(url: string, scopes: string[] = [], institution = CLINIC) {
      const authorization = `Bearer ${await mint.issue(clock.at, { clientId: institution, scopes })}`
      const answer = await app.inject({ method: 'GET', url, headers: { authorization } })
      return { status: answer.statusCode, body: answer.json() as Record<string, unknown> & Answered }
    },
    /** A browser in which somebody is signed in: a member of staff, or a person. */
    async browser(id: string, kind: 'staff' | 'citizen' = 'staff') {
      const cookie = `enishi_session=${await startSession(db, clock.at, { kind, id, provenBy: kind === 'staff' ? 'password-totp' : 'card' })}`
      const ask = async (method: 'GET' | 'POST', url: string, payload?: object) => {
        const answer = await app.inject({ method, url, headers: { cookie, accept: 'application/json' }, ...(payload ? { payload } : {}) })
        return { status: answer.statusCode, body: (answer.body === '' ? {} : answer.json()) as Record<string, unknown> & Answered }
      }
      return { cookie, get: (url: string) => ask('GET', url), post: (url: string, payload: object = {}) => ask('POST', url, payload) }
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
