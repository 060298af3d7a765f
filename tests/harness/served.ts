/**
 * The whole platform behind real sockets, as a worker serves it: every row, a port of its own, TLS beside it where a test asks, and
 * clients of its register that get their tokens at the token endpoint.
 */
import { type KeyObject, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import pino from 'pino'
import { type AppClient, type BindingPolicy, insertApp, insertAppGrant, insertClient, insertFacilities, insertStaff } from '#care/person'
import { startSession } from '#kernel/identity'
import { auditBatch, insertAudit } from '#kernel/audit'
import { databaseClock } from '#kernel/clock'
import { openDatabase } from '#kernel/database'
import { httpServer } from '#kernel/http'
import { lead } from '#kernel/leader'
import { connectionGuard } from '#kernel/listener'
import { migrate } from '#kernel/migrate'
import type { Row } from '#kernel/route'
import { tlsServer } from '#kernel/tls'
import { tokenMint } from '#kernel/token'
import type { OutsideClients } from '#portals/sign-in'
import { noCards } from '../../app/cards.ts'
import { migrations } from '../../app/migrations.ts'
import { allRows } from '../../app/rows.ts'
import { services } from '../../app/services.ts'
import { testAuthority } from '../../portals/sign-in/tls-client.fixture.ts'
import { testDatabase } from './database.ts'
import { anApp } from './platform.ts'

export const HOSPITAL = '1310000019'
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** A Patient with a member id that nobody else has. */
export const hanako = (): { resourceType: 'Patient'; [member: string]: unknown } => ({
  resourceType: 'Patient',
  identifier: [
    { system: 'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID', value: `06990001:77:${Math.floor(Math.random() * 1e9)}:01` },
  ],
  name: [{ text: '山川 花子' }],
  birthDate: '1958-04-12',
  gender: 'female',
})

export type Served = Awaited<ReturnType<typeof openServed>>

export type ServedOptions = {
  /** The demo lets any client do without a binding; where real data is kept, only read-only patient apps may. */
  demo?: boolean
  tls?: boolean
  /** Witnesses whose signatures under the log are kept. */
  witnesses?: readonly KeyObject[]
  /** OpenID providers that the operator brought. */
  outside?: OutsideClients
  /** Changes the surface before it is served: for controls. */
  rows?: (rows: Row[]) => readonly Row[]
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  await new Promise((done) => probe.close(done))
  return port
}

export async function openServed({
  demo = true,
  tls = false,
  witnesses = [],
  outside = {},
  rows: change = (rows) => rows,
}: ServedOptions = {}) {
  const database = await testDatabase(async (url) => {
    const db = openDatabase({ url, poolSize: 1, applicationName: 'template' })
    await migrate(db, migrations, { parts: 1 })
    await db.destroy()
  }, 'served')
  const home = await mkdtemp(join(tmpdir(), 'enishi-served-'))
  const db = openDatabase({ url: database.url, poolSize: 8, applicationName: 'test' })
  const auditDb = openDatabase({ url: database.url, poolSize: 1, applicationName: 'test-audit' })
  const clock = await databaseClock(db)
  const mint = await tokenMint(db)
  const [port, tlsPort] = [await freePort(), tls ? await freePort() : 0]
  const origin = `http://127.0.0.1:${port}`
  const tlsOrigin = tls ? `https://localhost:${tlsPort}` : null
  // Links name this address, and a token that is tied to a certificate works over TLS only: so the public address is that of TLS.
  const baseUrl = tlsOrigin ?? origin
  const built = services({ cards: noCards, demo, home, baseUrl })
  const config = { baseUrl, secure: tls, tlsBase: tlsOrigin, witnesses, outsideClients: outside }
  const rows = change(allRows({ services: built, config, mint, demo: null, demoRows: [] }))
  const app = httpServer(rows, {
    db,
    clock,
    accounts: built.accounts,
    mint,
    log: pino({ level: 'silent' }),
    refusalPage: ({ refusal }) => `<p>${refusal.code}</p>`,
    secure: tls,
    origins: [origin, ...(tlsOrigin === null ? [] : [tlsOrigin])],
    batch: auditBatch((entries) => insertAudit(auditDb, entries)),
  })
  const authority = tls ? await testAuthority() : null
  const serverPair = authority?.pair('localhost', { usage: 'server' })
  const overTls =
    authority && serverPair
      ? tlsServer(app, { certificate: serverPair.cert, key: serverPair.key, clientCa: authority.pem }, connectionGuard())
      : null
  await app.listen({ port, host: '127.0.0.1' })
  if (overTls) await once(overTls.listen({ port: tlsPort, host: '127.0.0.1' }), 'listening')
  await insertFacilities(db, [
    { institutionNumber: HOSPITAL, name: 'みどり総合病院', nameEn: 'Midori Hospital', kind: 'hospital', prefecture: '13' },
  ])

  return {
    origin,
    base: `${origin}/fhir/R4`,
    tlsOrigin,
    authority,
    rows,
    db,
    home,
    services: built,

    /** A client of the register, and how it gets its tokens. */
    async client(clientId: string, scopes: readonly string[] = ['system/*.cruds'], binding: BindingPolicy = 'none') {
      const { publicKey, privateKey } = await generateKeyPair('ES384')
      const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES384', use: 'sig' }
      const about = { clientId, institutionNumber: HOSPITAL, name: '電子カルテ', jwks: { keys: [jwk] } }
      await insertClient(db, { ...about, scopes: [...scopes], binding })
      /** What the client sends to the token endpoint. */
      const form = async (endpoint: string) => {
        const assertion = await new SignJWT({ jti: randomUUID() })
          .setProtectedHeader({ alg: 'ES384', kid: 'k', typ: 'JWT' })
          .setIssuer(clientId)
          .setSubject(clientId)
          .setAudience(endpoint)
          .setExpirationTime('4m')
          .sign(privateKey)
        return new URLSearchParams({
          grant_type: 'client_credentials',
          scope: scopes.join(' '),
          client_assertion_type: JWT_BEARER,
          client_assertion: assertion,
        })
      }
      const token = async (endpoint = `${origin}/oauth/token`): Promise<{ access_token: string; expires_in: number; scope: string }> => {
        const answer = await fetch(endpoint, { method: 'POST', body: await form(endpoint) })
        if (answer.status !== 200) throw new Error(`no token: ${answer.status} ${await answer.text()}`)
        return (await answer.json()) as { access_token: string; expires_in: number; scope: string }
      }
      return { form, token }
    },

    /** An app of the register: one that runs in a page, keeps no secret, and whose tokens are tied to nothing. */
    app: (clientId: string, scopes: readonly string[], about: Partial<AppClient> = {}): Promise<void> =>
      insertApp(db, clock.now(), anApp(clientId, scopes, about)),

    /** A token as the launch of an app by the person of this record brings it. */
    async launched(clientId: string, scopes: readonly string[], patient: string): Promise<string> {
      const person = (await built.person.findByKey({ db }, patient))!
      const [grantId, subject] = [randomUUID(), { kind: 'citizen' as const, id: person.id }]
      const until = new Date(clock.now().getTime() + 3600_000)
      await insertAppGrant(db, { id: grantId, clientId, subject, scopes, patientKey: patient, grantedAt: clock.now(), until })
      return mint.issue(clock.now(), { clientId, scopes, onBehalfOf: { ...subject, grantId, actsFor: null, patient } })
    },

    /** The session of the person of this record, as their browser would hold it. */
    async signedIn(patient: string): Promise<string> {
      const person = (await built.person.findByKey({ db }, patient))!
      return startSession(db, clock.now(), { kind: 'citizen', id: person.id, provenBy: 'card' })
    },

    /** Cookie of a new operator who signed in. */
    async operator(): Promise<string> {
      const id = randomUUID()
      await insertStaff(db, {
        id,
        loginName: id,
        name: '運用 花',
        role: 'operator',
        institutionNumber: HOSPITAL,
        passwordHash: '',
        totpSecret: '',
      })
      return `enishi_session=${await startSession(db, clock.now(), { kind: 'staff', id, provenBy: 'passkey' })}`
    },

    /** A person in the register. */
    async enter(name = '山川 花子'): Promise<string> {
      const memberId = `06990001:77:${Math.floor(Math.random() * 1e6)}:01`
      const about = { name, nameKana: 'ヤマカワ ハナコ', birthDate: '1958-04-12', sex: 'female' as const }
      const where = { address: '縁市1', postalCode: '', phone: '' }
      return (await built.person.enter({ db, now: clock.now() }, { ...about, ...where, memberId })).key
    },

    /** Lets the leader's job of this name run once. */
    async job(name: string): Promise<void> {
      const row = rows.find((r) => r.kind === 'job' && r.name === name)
      const lease = await lead(db, 'test')
      if (row?.kind === 'job' && lease) await row.run({ db, now: clock.now(), epoch: lease.epoch })
    },

    async close(): Promise<void> {
      overTls?.closeAllConnections()
      overTls?.close()
      app.server.closeAllConnections()
      await app.close()
      clock.stop()
      await db.destroy()
      await auditDb.destroy()
      await database.drop()
      await rm(home, { recursive: true, force: true })
    },
  }
}
