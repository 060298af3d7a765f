import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { pino } from 'pino'
import { bulkRoutes, type LineMaker } from '#care/bulk'
import { routes as eligibilityRoutes } from '#care/eligibility'
import { disasterJobs, emergencyJobs } from '#care/emergency'
import { soughtJob } from '#care/person'
import { erasureJobs } from '#care/erasure'
import { databaseClock } from '#kernel/clock'
import { openDatabase, sqlState } from '#kernel/database'
import { forgetConditions, forgetNarrowings, searchJobs } from '#care/record'
import { breachTaker, oversightJobs } from '#care/oversight'
import { signatureTaker } from '#care/signature'
import { subscriptionRoutes } from '#care/subscription'
import { lead, resign } from '#kernel/leader'
import { rememberLogKey } from '#kernel/log-proof'
import { handOut, type Taker } from '#kernel/outbox'
import { outbound } from '#kernel/outbound'
import { type CheckpointSigner, sequence } from '#kernel/sequencer'
import { type Room, roomOn } from '#kernel/room'
import type { JobRow } from '#kernel/route'
import { operatorRoutes } from '#portals/operator'
import { publicJobs } from '#portals/public'
import { ledgerJob } from './backup/erasures.ts'
import { backupEndJob } from './backup/generations.ts'
import type { Config } from './config.ts'
import { publishDemoCrl } from './demo/authority.ts'
import { type DemoSecrets, loadDemoSecrets, writePrivate } from './demo/secrets.ts'
import { publishStaffList, loadStaffAuthority } from './demo/staff-authority.ts'
import { noCards } from './cards.ts'
import { demoWitness } from './log/demo-witness.ts'
import { bindChecker } from './checker.ts'
import { lineMaker } from './maker/start.ts'
import { noticeDeps } from './notices.ts'
import { openRingOf } from './secret-keys.ts'
import { basesOf, services } from './services.ts'

const BEAT_MS = 1_000
const HOUR_MS = 3_600_000
/** How long a job that may wait stays back at most. */
const LONGEST_WAIT_MS = 600_000

/** The key that signs audit checkpoints, made on the first start; only its public half ever leaves the file. */
export async function checkpointSigner(home: string): Promise<CheckpointSigner & { publicKeyPem: string }> {
  const path = join(home, 'audit-key.pem')
  const pem = await readFile(path, 'utf8').catch(async (error: NodeJS.ErrnoException) => {
    // A key that cannot be read now is not a key that was never made: another one would sign over what the first has signed.
    if (error.code !== 'ENOENT') throw error
    const made = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    await writePrivate(path, made)
    return made
  })
  const key = createPrivateKey(pem)
  const open = createPublicKey(key).export({ type: 'spki', format: 'der' })
  const publicKeyPem = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()
  return { keyId: createHash('sha256').update(open).digest('hex').slice(0, 16), publicKeyPem, sign: (message) => sign(null, message, key) }
}

/** Whether a job that can wait leaves the machine to others that are at work; never for longer than that. @param sinceMs since it last ran */
export const staysBack = (row: JobRow, all: readonly JobRow[], sinceMs: number): boolean =>
  row.waits === true && sinceMs < LONGEST_WAIT_MS && all.some((other) => other !== row && other.busy?.() === true)

/** Work that exactly one process does: the audit tree each second, housekeeping each hour. */
export async function runLeader(config: Config): Promise<() => Promise<void>> {
  const log = pino({ level: 'info' }, pino.destination(2))
  const db = openDatabase({ url: config.databaseUrl, poolSize: 10, applicationName: 'enishi-leader' })
  const clock = await databaseClock(db)
  const signer = await checkpointSigner(config.home)
  await rememberLogKey(db, clock.now(), { keyId: signer.keyId, pem: signer.publicKeyPem })
  await openRingOf(config.home)
  // imports are judged here
  await bindChecker(config.home)
  const holder = `${hostname()}:${process.pid}`
  const secrets = config.demo ? await loadDemoSecrets(config.home) : undefined
  const maker = lineMaker({ home: config.home, bases: basesOf(config) })
  const room = roomOn({ ...config.disk, tell: (change) => log.warn(change, 'storage') })
  const all = [...allJobs({ ...config, maker, room }), ...(secrets ? [demoListJob(config.home, secrets), demoWitness(config.home)] : [])]
  const jobs = all.filter((row) => !row.apart).map((row) => ({ row, due: 0 }))
  let stopped = false
  const stopping = new AbortController()
  let epoch: number | undefined
  const warn = (error: unknown, what: string) =>
    log.warn({ fault: error instanceof Error ? error.name : 'unknown', code: sqlState(error) }, what)
  const beat = async () => {
    const lease = await lead(db, holder)
    epoch = lease?.epoch
    if (!lease) return
    while ((await sequence(db, { epoch: lease.epoch, now: clock.now(), signer })) === 5_000 && !stopped);
    for (const job of jobs) {
      if (stopped || clock.now().getTime() < job.due) continue
      await job.row.run({ db, now: clock.now(), epoch: lease.epoch })
      job.due = clock.now().getTime() + job.row.everyMs
    }
  }
  const loop = (async () => {
    while (!stopped) {
      const started = performance.now()
      await beat().catch((error: unknown) => warn(error, 'leader'))
      await new Promise((r) => setTimeout(r, Math.max(50, BEAT_MS - (performance.now() - started))))
    }
  })()
  // A job apart keeps its own time; what it writes is held to the epoch, so that one which was overtaken changes nothing.
  const apart = all
    .filter((row) => row.apart)
    .map(async (row) => {
      let ran = performance.now()
      while (!stopped) {
        if (epoch !== undefined && !staysBack(row, all, performance.now() - ran)) {
          ran = performance.now()
          await row.run({ db, now: clock.now(), epoch }).catch((error: unknown) => warn(error, row.name))
        }
        await sleep(row.everyMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      }
    })
  return async () => {
    stopped = true
    stopping.abort()
    maker.stop()
    await Promise.all([loop, ...apart])
    await resign(db, holder).catch(() => undefined)
    clock.stop()
    await db.destroy()
  }
}

/** What the kernel itself no longer needs. */
const forgetJob: JobRow = {
  kind: 'job',
  name: 'kernel.forget',
  everyMs: HOUR_MS,
  law: '医療情報システムの安全管理に関するガイドライン 第6.0版（不要になった情報の消去）',
  summary: { ja: '終わったセッションと使い終えた値を消す', en: 'Forget ended sessions and spent values' },
  async run({ db, now }) {
    const dayAgo = new Date(now.getTime() - 24 * HOUR_MS)
    await sql`delete from kernel.used_once where until < ${now}`.execute(db)
    await sql`delete from kernel.session where until < ${dayAgo} or ended_at < ${dayAgo}`.execute(db)
    await sql`delete from kernel.idempotency where at < ${dayAgo}`.execute(db)
    await forgetConditions(db, dayAgo)
    await forgetNarrowings(db)
  },
}

/** Hands what writes told to the rooms that want it, soon after their commit. */
const handOutJob = (takers: readonly Taker[]): JobRow => ({
  kind: 'job',
  name: 'kernel.hand-out',
  everyMs: 200,
  apart: true,
  law: '医療情報システムの安全管理に関するガイドライン 第6.0版（情報の確実な受け渡し）',
  summary: { ja: '書き込みの知らせを各サービスに渡す', en: 'Hand what writes told to the services that want it' },
  async run({ db, now, epoch }) {
    for (let turn = 0; turn < 20; turn++) if ((await handOut(db, { epoch, now, takers })) === 0) return
  },
})

const demoListJob = (home: string, secrets: DemoSecrets): JobRow => ({
  kind: 'job',
  name: 'demo.revocation-list',
  everyMs: HOUR_MS,
  law: 'RFC 5280',
  summary: { ja: 'デモ認証局の失効リストを新しくする', en: 'Renew the demo CA’s revocation list' },
  async run({ now }) {
    await publishDemoCrl(home, secrets, now)
    const staff = await loadStaffAuthority(home)
    if (staff) await publishStaffList(home, staff, now)
  },
})

type JobConfig = Pick<Config, 'demo' | 'home' | 'baseUrl' | 'tlsBase' | 'hookHosts' | 'notices'> & { maker?: LineMaker; room?: Room }

/** The jobs of every room. */
export function allJobs({ demo, home, baseUrl, tlsBase, hookHosts, notices, maker, room }: JobConfig): JobRow[] {
  const built = services({
    cards: noCards,
    demo,
    home,
    baseUrl,
    tlsBase,
    hooks: outbound(hookHosts),
    notices: noticeDeps({ notices, baseUrl }),
    ...(maker ? { maker } : {}),
    ...(room ? { room } : {}),
  })
  const rows = [
    ...eligibilityRoutes(built.eligibility),
    ...bulkRoutes(built.bulk, { base: `${baseUrl}/fhir/R4` }),
    ...subscriptionRoutes(built.subscription),
    ...operatorRoutes({ baseUrl, tlsBase: null, person: built.person, demo }),
  ]
  return [
    forgetJob,
    ledgerJob(home),
    backupEndJob(home),
    ...erasureJobs(built.erasure),
    ...searchJobs(),
    ...emergencyJobs,
    ...disasterJobs,
    built.extracts.job(),
    soughtJob,
    ...built.notice.jobs(),
    ...publicJobs,
    handOutJob([signatureTaker, built.subscription.feed, built.notice.taker, breachTaker]),
    ...oversightJobs,
    ...rows.filter((row) => row.kind === 'job'),
  ]
}
