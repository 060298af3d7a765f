/** One worker as the platform runs it: every row of the card reader and of sign-in, with proof of the caller and audit, over HTTP. */
import type { AddressInfo } from 'node:net'
import pino from 'pino'
import { certificateVerifier, cardRefusals, crlFile, issueCrl, USER_AUTHENTICATION_POLICY } from '#adapters/mynumber-card'
import { consentService } from '#care/consent'
import { type CardVerifier, eligibilityService, routes } from '#care/eligibility'
import { accounts, personService } from '#care/person'
import { auditBatch, insertAudit } from '#kernel/audit'
import { databaseClock } from '#kernel/clock'
import { openDatabase } from '#kernel/database'
import { httpServer } from '#kernel/http'
import { tokenMint } from '#kernel/token'
import { benchCards, type BenchCards, demoCaOf } from './cards.ts'
import { signInRoutes } from '#portals/sign-in'
import { benchUrl, CLIENT } from './register.ts'
import { BENCH_BASE } from './sign-ins.ts'

/** The real card check, revocation by a list of the demo authority included. */
export function realCards(kept: BenchCards): CardVerifier {
  const ca = demoCaOf(kept)
  const now = new Date()
  const list = issueCrl(ca, { revoked: [], thisUpdate: now, nextUpdate: new Date(now.getTime() + 86_400_000) })
  const verifier = certificateVerifier({
    trustAnchors: [ca.root.certificatePem],
    intermediates: [ca.users.certificatePem],
    policyOid: USER_AUTHENTICATION_POLICY,
    revocation: crlFile(async () => list),
  })
  return {
    async check(input) {
      const answer = await verifier.checkCard(input)
      return 'refused' in answer
        ? { refused: answer.refused, ...cardRefusals[answer.refused] }
        : { serial: answer.serial, issuer: answer.issuerKeyHash }
    },
  }
}

/** Listens on a free port; answers `cpu` with the processor time used so far, in milliseconds. */
export async function serverRole(): Promise<void> {
  const kept = await benchCards(Number(process.env.BENCH_CARDS))
  const db = openDatabase({ url: benchUrl(), poolSize: 10, applicationName: 'bench-worker' })
  const auditDb = openDatabase({ url: benchUrl(), poolSize: 1, applicationName: 'bench-audit' })
  const mint = await tokenMint(db)
  const clock = await databaseClock(db)
  const person = personService({ totpOnce: true })
  const cards = realCards(kept)
  const service = eligibilityService({ consent: consentService(), person, cards })
  const signIn = signInRoutes({ person, accounts, mint, cards, baseUrl: BENCH_BASE, demo: null, secure: false })
  const app = httpServer([...routes(service), ...signIn], {
    db,
    clock,
    accounts,
    mint,
    batch: auditBatch((entries) => insertAudit(auditDb, entries)),
    log: pino({ level: 'error' }),
    secure: false,
    refusalPage: () => '',
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  process.on('message', (message) => {
    const { user, system } = process.cpuUsage()
    if (message === 'cpu') process.send?.({ cpuMs: (user + system) / 1000 })
  })
  process.send?.({
    port: (app.server.address() as AddressInfo).port,
    token: await mint.issue(clock.now(), { clientId: CLIENT, scopes: [] }),
  })
  await new Promise(() => undefined)
}
