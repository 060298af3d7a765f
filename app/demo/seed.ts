import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RegisterEntry } from '#care/eligibility'
import { hashPassword, insertAssignment, insertClient, insertFacilities, insertStaff, linkCard, updateClientBinding } from '#care/person'
import { insertAudit } from '#kernel/audit'
import type { AuditEntry } from '#kernel/audit-event'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { Refusal } from '#kernel/refusal'
import { describe } from '#kernel/tls'
import { bundles, type Coverage, makeRegion, type Person, type Region, type Submission } from '#packages/synthetic'
import type { Services } from '../services.ts'
import { cardIssuer } from './authority.ts'
import { demoStaff } from './keepers.ts'
import { enterDemoApp } from './example-app.ts'
import { contextOf, SCOPE, systemOf } from './context.ts'
import { noteProgress, progress } from './progress.ts'
import { seedPeople } from './seed-people.ts'
import { type DemoSecrets, loadDemoSecrets, makeDemoSecrets, writePrivate } from './secrets.ts'
import { type DemoTls, makeDemoTls } from './tls.ts'

export const DEMO_SEED = 'enishi-1'

export type SeedDeps = {
  db: Db
  services: Services
  home: string
  now: Date
  people: number
  baseUrl: string
  tlsBase: string | null
  say: (line: string) => void
}

/** The people and facilities of the demo, the same for the same numbers. */
export const demoRegion = (people: number, until: string): Region =>
  makeRegion({ seed: DEMO_SEED, people, facilities: 10, until, years: 2 })

type Made = { secrets: DemoSecrets; tls: DemoTls }

/**
 * Makes the demo region: registers first, then two years of submissions through the same door that hospitals use.
 * Goes on where an earlier try stopped; `demo.json` appears when everything is there.
 * @param deps.now the instant the region ends; kept from the first try on
 */
export async function seedDemo(deps: SeedDeps): Promise<void> {
  await enterDemoApp(deps)
  const earlier = await loadDemoSecrets(deps.home)
  if (earlier && (await progress(deps.db, 'complete')) === 1) return refreshDemoFile(deps)
  const until = earlier?.until ?? new Date(deps.now.getTime() - 86_400_000 + 9 * 3600_000).toISOString().slice(0, 10)
  const region = demoRegion(deps.people, until)
  if (!earlier) deps.say('デモ用のカードと鍵を作っています… / Making demo cards and keys …')
  const secrets = earlier ?? (await makeDemoSecrets(deps.home, region, deps.now))
  const tls = await tlsOf(deps, secrets)
  if ((await progress(deps.db, 'registers')) === 0) {
    deps.say('デモの名簿を登録しています… / Entering the demo registers …')
    await deps.db.transaction().execute(async (trx) => {
      await enterRegisters({ ...deps, db: trx }, region, { secrets, tls })
      await noteProgress(trx, 'registers', 1)
    })
  }
  await submitAll(deps, region)
  if ((await progress(deps.db, 'people')) === 0)
    await deps.db.transaction().execute(async (trx) => {
      const entries: AuditEntry[] = []
      const ctx = contextOf(trx, { kind: 'public' }, new Date(`${until}T00:00:00+09:00`), entries)
      await seedPeople({ services: deps.services, ctx, region, until })
      await insertAudit(trx, entries)
      await noteProgress(trx, 'people', 1)
    })
  await writeDemoFile(deps, region, { secrets, tls })
  await noteProgress(deps.db, 'complete', 1)
}

/** The region stands; only the address may have changed since. A file that was lost is made again from the registers. */
async function refreshDemoFile(deps: SeedDeps): Promise<void> {
  const path = join(deps.home, 'demo.json')
  const known = await readFile(path, 'utf8').catch(() => null)
  if (known === null) {
    await deps.db.transaction().execute((trx) => noteProgress(trx, 'complete', 0))
    return seedDemo(deps)
  }
  const file = JSON.parse(known) as { baseUrl: string; tlsBase?: string | null; facilities: { clientId: string }[] }
  if (file.baseUrl === deps.baseUrl && file.tlsBase === deps.tlsBase) return
  const tls = await tlsOf(deps, (await loadDemoSecrets(deps.home))!)
  // A demo made before there were certificates gets them now.
  if (file.tlsBase === undefined)
    for (const { clientId } of file.facilities) await updateClientBinding(deps.db, clientId, boundTo(tls, clientId))
  const facilities = file.facilities.map((f) => ({ ...f, tls: tls.clients.get(f.clientId) }))
  await writePrivate(path, `${JSON.stringify({ ...file, ...addresses(deps, tls), facilities }, null, 1)}\n`)
}

const addresses = ({ baseUrl, tlsBase }: SeedDeps, tls: DemoTls) => ({
  baseUrl,
  fhirBase: `${baseUrl}/fhir/R4`,
  tokenEndpoint: `${baseUrl}/oauth/token`,
  tlsBase,
  tlsFhirBase: tlsBase && `${tlsBase}/fhir/R4`,
  tlsTokenEndpoint: tlsBase && `${tlsBase}/oauth/token`,
  tlsCaPath: tls.caPath,
  tlsCaPem: tls.caPem,
})

const tlsOf = ({ home, now }: SeedDeps, secrets: DemoSecrets): Promise<DemoTls> =>
  makeDemoTls(
    home,
    secrets.clients.map((c) => c.clientId),
    now,
  )

/** Demo clients may show a certificate, a DPoP key or nothing, so that whoever tries things out can try each. */
const boundTo = (tls: DemoTls, clientId: string) => ({
  binding: 'none' as const,
  certificates: [describe(new X509Certificate(tls.clients.get(clientId)!.certificatePem)).thumbprint],
  certificateSubject: null,
})

async function enterRegisters(deps: SeedDeps, region: Region, { secrets, tls }: Made): Promise<void> {
  const { db, services } = deps
  await insertFacilities(db, region.facilities)
  for (const client of secrets.clients) {
    const name = region.facilities.find((f) => f.institutionNumber === client.institutionNumber)!.name
    await insertClient(db, {
      clientId: client.clientId,
      institutionNumber: client.institutionNumber,
      name,
      jwks: { keys: [client.publicKeyJwk] },
      scopes: [SCOPE],
      ...boundTo(tls, client.clientId),
    })
  }
  await Promise.all(
    demoStaff(region).map(async (s, i) => {
      const secret = secrets.staff[i]
      // A demo begun before there were keepers goes on without them.
      if (secret === undefined) return
      const row = {
        id: ulid(),
        loginName: s.loginName,
        name: s.name,
        nameKana: s.nameKana,
        role: s.role,
        institutionNumber: s.institutionNumber,
        totpSecret: secret.totpSecret,
      }
      await insertStaff(db, { ...row, passwordHash: await hashPassword(secret.password) })
      if (s.alsoAt === undefined) return
      const second = { id: ulid(), staffId: row.id, institutionNumber: s.alsoAt, role: s.role, department: '' }
      await insertAssignment(db, { ...second, from: '1900-01-01', until: null })
    }),
  )
  const start = new Date(`${region.from}T00:00:00+09:00`)
  const ctx = contextOf(db, { kind: 'public' }, start, [])
  const entries: RegisterEntry[] = []
  const issuer = await cardIssuer(secrets, deps.now)
  for (const [i, p] of region.people.entries()) {
    const entered = await services.person.enter(ctx, { ...registered(p), memberId: p.coverage.memberId })
    for (const c of p.earlierCoverages)
      await services.person.addMemberId(ctx, { personId: entered.personId, key: entered.key, memberId: c.memberId })
    await linkCard(db, { serial: secrets.cards[i]!.serial, issuer, personId: entered.personId, at: start })
    const person = await services.person.findByKey(ctx, entered.key)
    await services.record.ensurePatient(ctx, entered.key, person!)
    entries.push(registerEntry(p, entered.key))
  }
  await services.eligibility.enter(ctx, entries)
}

function registered(p: Person) {
  const name = p.name.given === '' ? p.name.family : `${p.name.family} ${p.name.given}`
  return {
    name,
    nameKana: `${p.name.familyKana} ${p.name.givenKana}`.trim(),
    birthDate: p.birthDate,
    sex: p.sex,
    address: p.address.text,
    postalCode: p.address.postalCode,
    phone: p.phone,
  }
}

function registerEntry(p: Person, key: string): RegisterEntry {
  const covers = [p.coverage, ...p.earlierCoverages]
  return {
    key,
    birthDate: p.birthDate,
    coverages: covers.map((c) => coverageEntry(c, c === p.coverage ? null : p.coverage)),
    limitCertificates: covers.flatMap((c) => (c.limitCertificate ? [c.limitCertificate] : [])),
    specificDiseases: covers.flatMap((c) => (c.specificDisease ? [c.specificDisease] : [])),
    subsidies: p.coverage.subsidies.map(({ monthlyLimitYen, ...s }) => ({ ...s, ceilingYen: monthlyLimitYen })),
  }
}

const coverageEntry = (c: Coverage, next: Coverage | null): RegisterEntry['coverages'][number] => ({
  insurerNumber: c.insurerNumber,
  insurerName: c.insurerName,
  symbol: c.symbol,
  number: c.number,
  branch: c.branch,
  cardClassification: '01',
  copayPercent: c.copayPercent,
  personalFamily: c.personalFamily === 'self' ? '1' : '2',
  reasonOfLoss: next === null ? null : '03',
  validFrom: c.validFrom,
  validUntil: c.validUntil,
  elderlyPercent: null,
  elderlyFrom: null,
  elderlyUntil: null,
})

const LANES = 4
const BATCH = 25

/** Submissions of one person stay in order; people are spread over a few connections. */
async function submitAll(deps: SeedDeps, region: Region): Promise<void> {
  const lanes: Submission[][] = Array.from({ length: LANES }, () => [])
  let total = 0
  for (const s of bundles(region)) {
    lanes[s.personN % LANES]!.push(s)
    total++
  }
  let done = 0
  let shown = 0
  const tell = (n: number) => {
    done += n
    const percent = Math.floor((done / total) * 100)
    if (percent >= shown + 20 || done === total) deps.say(`デモの診療記録を登録しています… ${percent}% / Submitting demo records …`)
    if (percent >= shown + 20) shown = percent - (percent % 20)
  }
  await Promise.all(lanes.map((lane, n) => submitLane(deps, region, { name: `lane-${n}`, lane, tell })))
}

async function submitLane(
  deps: SeedDeps,
  region: Region,
  about: { name: string; lane: Submission[]; tell: (n: number) => void },
): Promise<void> {
  const start = await progress(deps.db, about.name)
  if (start > 0) about.tell(start)
  for (let i = start; i < about.lane.length; i += BATCH) {
    const batch = about.lane.slice(i, i + BATCH)
    await deps.db.transaction().execute(async (trx) => {
      for (const s of batch) await submitOne({ ...deps, db: trx }, region, s)
      await noteProgress(trx, about.name, i + batch.length)
    })
    about.tell(batch.length)
  }
}

/** One submission at its own instant. The messy ones are refused as they would be anywhere; the refusal is in the audit log. */
async function submitOne(deps: SeedDeps, region: Region, s: Submission): Promise<void> {
  const entries: AuditEntry[] = []
  const ctx = contextOf(deps.db, systemOf(region, s.institutionNumber), new Date(s.submittedAt), entries)
  try {
    await deps.services.record.deposit(ctx, JSON.stringify(s.bundle))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    entries.length = 0
    ctx.audit({ outcome: error.code })
  }
  await insertAudit(deps.db, entries)
}

/** The file outside checks and newcomers read: where to sign in, as whom. */
async function writeDemoFile(deps: SeedDeps, region: Region, { secrets, tls }: Made): Promise<void> {
  const ctx = contextOf(deps.db, { kind: 'public' }, deps.now, [])
  const issuer = await cardIssuer(secrets, deps.now)
  const people = []
  for (const [i, p] of region.people.entries()) {
    const { serial, ...card } = secrets.cards[i]!
    const person = await deps.services.person.findByCard(ctx, { serial, issuer })
    people.push({ patientId: person!.keys[0]!, memberId: p.coverage.memberId, name: person!.name, birthDate: p.birthDate, card })
  }
  const scope = SCOPE
  const file = {
    ...addresses(deps, tls),
    facilities: region.facilities.map((f) => {
      const client = secrets.clients.find((c) => c.institutionNumber === f.institutionNumber)!
      return {
        institutionNumber: f.institutionNumber,
        name: f.name,
        kind: f.kind,
        clientId: client.clientId,
        privateKeyJwk: client.privateKeyJwk,
        scope,
        tls: tls.clients.get(client.clientId),
      }
    }),
    people,
    staff: demoStaff(region)
      .slice(0, secrets.staff.length)
      .map((s, i) => ({ ...secrets.staff[i]!, role: s.role, institutionNumber: s.institutionNumber })),
    refusedCards: secrets.refusedCards,
  }
  await writePrivate(join(deps.home, 'demo.json'), `${JSON.stringify(file, null, 1)}\n`)
}
