import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { pino } from 'pino'
import { auditBatch, insertAudit } from '#kernel/audit'
import { sealTotpWith } from '#care/person'
import { signingRegister } from '#care/signature'
import { sealAskedWith } from '#kernel/asked'
import { databaseClock } from '#kernel/clock'
import { openDatabase } from '#kernel/database'
import { httpServer } from '#kernel/http'
import { connectionGuard } from '#kernel/listener'
import { outbound } from '#kernel/outbound'
import { roomOn } from '#kernel/room'
import { securityCounts } from '#kernel/security-counts'
import { tlsServer } from '#kernel/tls'
import { tokenMint } from '#kernel/token'
import { demoAppRows } from '#portals/demo-app'
import { type Config, knownPasswordsOf } from './config.ts'
import { bindChecker } from './checker.ts'
import { noCards, trustedCards } from './cards.ts'
import { demoAuthorityRow, demoCards } from './demo/authority.ts'
import { demoDoor } from './demo/door.ts'
import { loadDemoSecrets } from './demo/secrets.ts'
import { demoSigning, loadStaffAuthority, staffAuthorityRow } from './demo/staff-authority.ts'
import { readWitnessKeys } from './log/keys.ts'
import { outsideClients } from './outside.ts'
import { followMasters } from './masters.ts'
import { noticeDeps } from './notices.ts'
import { outsideOf, readOperatorFacts } from './transparency.ts'
import { refusalPage } from './refusal-page.ts'
import { allRows } from './rows.ts'
import { loadSecretKeys, openRingOf } from './secret-keys.ts'
import { services } from './services.ts'
import { trustedSigning } from './signing.ts'
import { followTlsFiles, readTlsFiles } from './tls.ts'

/** Few connections a worker: the database's cores are the bound, and waiting here is fairer than waiting there. */
const POOL = 12

/** Counts of attempts are written this often; what a worker that dies had noted is lost. */
const COUNTS_MS = 10_000

/** One web worker: the rows, served. Resolves when it listens; the returned function stops it after the requests in flight. */
export async function runWorker(config: Config): Promise<() => Promise<void>> {
  const log = pino({ level: 'info' }, pino.destination(2))
  const db = openDatabase({ url: config.databaseUrl, poolSize: POOL, applicationName: 'enishi-web' })
  // The audit batch has a connection of its own: a pool full of requests that wait for their audit must not starve it.
  const auditDb = openDatabase({ url: config.databaseUrl, poolSize: 1, applicationName: 'enishi-audit' })
  const clock = await databaseClock(db)
  const seals = (await loadSecretKeys(config.home)) ?? null
  sealTotpWith(seals)
  sealAskedWith(seals)
  await openRingOf(config.home)
  const mint = await tokenMint(db)
  await mkdir(config.home, { recursive: true })
  const secrets = config.demo ? await loadDemoSecrets(config.home) : undefined
  const cards = secrets ? demoCards(config.home, secrets, config.port) : ((await trustedCards(config)) ?? noCards)
  const staffAuthority = config.demo ? await loadStaffAuthority(config.home) : undefined
  const register = signingRegister(db)
  const signing = staffAuthority
    ? demoSigning(staffAuthority, { home: config.home, port: config.port, register })
    : await trustedSigning(config, register)
  const checker = await bindChecker(config.home)
  for (const { en } of checker.problems) log.warn({ problem: en.slice(0, 300) }, 'packages')
  const built = services({
    cards,
    checker,
    signing,
    demo: config.demo,
    home: config.home,
    baseUrl: config.baseUrl,
    tlsBase: config.tlsBase,
    hooks: outbound(config.hookHosts),
    notices: noticeDeps(config),
  })
  const counts = securityCounts(db)
  const isKnownPassword = knownPasswordsOf(config)
  const about = {
    ...{ facts: readOperatorFacts(config.transparency), outsideOf: outsideOf(config), counts },
    ...(isKnownPassword ? { isKnownPassword } : {}),
  }
  const masters = await followMasters({ db, clock, terminology: built.terminology, answerFrom: (t) => checker.answerFrom?.(t), log })
  const rows = allRows({
    services: built,
    config: { ...config, witnesses: await readWitnessKeys(config.witnessKeys), outsideClients: await outsideClients(config), ...about },
    mint,
    demo: secrets ? demoDoor(secrets) : null,
    demoRows: [
      ...(secrets ? [demoAuthorityRow(config.home, secrets, () => clock.now()), ...demoAppRows(config)] : []),
      ...(staffAuthority ? [staffAuthorityRow(config.home, staffAuthority, () => clock.now())] : []),
    ],
  })
  const guard = connectionGuard()
  const app = httpServer(rows, {
    db,
    clock,
    accounts: built.accounts,
    mint,
    log,
    refusalPage: refusalPage(config.demo),
    secure: config.secure,
    origins: [config.baseUrl, ...(config.tlsBase === null ? [] : [config.tlsBase])],
    ...(config.proxyCertificateHeader === null ? {} : { proxyCertificateHeader: config.proxyCertificateHeader }),
    ...(config.proxyAddressHeader === null ? {} : { proxyAddressHeader: config.proxyAddressHeader }),
    ...(config.rate === null ? {} : { rate: config.rate }),
    counts,
    room: roomOn({ ...config.disk, tell: (change) => log.warn(change, 'storage') }),
    batch: auditBatch((entries) => insertAudit(auditDb, entries)),
  })
  guard(app.server)
  const files = config.tls && (await readTlsFiles(config.tls))
  const tls = files && tlsServer(app, files, guard)
  await app.listen({ port: config.port, host: config.host })
  if (tls) await once(tls.listen({ port: config.tlsPort, host: config.host }), 'listening')
  if (tls && config.tls) followTlsFiles(tls, config.tls, { log, first: files })
  const writeCounts = async () => {
    const written = await counts.flush(clock.now()).catch(() => [])
    if (written.length > 0) log.warn({ counts: written }, 'security')
  }
  const counting = setInterval(() => void writeCounts(), COUNTS_MS)
  return async () => {
    masters.stop()
    clearInterval(counting)
    await app.close()
    await writeCounts()
    clock.stop()
    await db.destroy()
    await auditDb.destroy()
  }
}
