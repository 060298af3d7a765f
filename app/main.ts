import cluster, { type Worker } from 'node:cluster'
import { join } from 'node:path'
import { type Db, openDatabase } from '#kernel/database'
import { RingSealed, sealRingWith, sealStoredRing } from '#kernel/key-ring'
import { migrate, NewerSchema } from '#kernel/migrate'
import { BadConfig, badConfig, type Config, knownPasswordsOf, readConfig } from './config.ts'
import { publishDemoCrl } from './demo/authority.ts'
import { loadDemoSecrets } from './demo/secrets.ts'
import { demoRegion, seedDemo } from './demo/seed.ts'
import { prepareStaffAuthority } from './demo/staff-authority.ts'
import { demoTlsSettings } from './demo/tls.ts'
import { noCards } from './cards.ts'
import { runLeader } from './leader.ts'
import { migrations } from './migrations.ts'
import { outsideClients } from './outside.ts'
import { placements } from './placements.ts'
import { sealStoredTotp, sealTotpWith } from '#care/person'
import { place } from '#kernel/placement'
import { secretKeys } from './secret-keys.ts'
import { services } from './services.ts'
import { readTlsFiles } from './tls.ts'
import { runWorker } from './worker.ts'

/** Exit codes of the platform process; the launcher passes them on. */
const EXIT = { config: 64, newerData: 65, fault: 70 } as const

const say = (line: string) => process.stdout.write(`${line}\n`)

function stopWith(code: number, line: string): never {
  process.stderr.write(`${line}\n`)
  process.exit(code)
}

const lostCodes = (n: number) =>
  `確認コードの秘密 ${n}件を、secret-keys.json の鍵で開けません。その人たちはパスキーで入るか、招待状で設定し直してください。 / ${n} secrets of one-time codes cannot be opened with the keys of secret-keys.json. Those people sign in by passkey, or are invited anew.`

/** Schema, and in a demo the region: done by one process before anybody is let in. */
async function prepare(config: Config): Promise<void> {
  const db = openDatabase({ url: config.databaseUrl, poolSize: 6, applicationName: 'enishi-prepare' })
  try {
    await migrate(db, migrations, { parts: config.parts })
    await place(db, placements)
    const seals = await secretKeys(config.home)
    sealTotpWith(seals)
    sealRingWith(seals)
    await ringSealed(db)
    const { unreadable } = await sealStoredTotp(db)
    if (unreadable > 0) say(lostCodes(unreadable))
    if (!config.demo) return
    await seedDemo({
      db,
      services: services({ cards: noCards, demo: true }),
      home: config.home,
      now: new Date(),
      people: config.demoPeople,
      baseUrl: config.baseUrl,
      tlsBase: config.tlsBase,
      say,
    })
    const secrets = await loadDemoSecrets(config.home)
    await publishDemoCrl(config.home, secrets!, new Date())
    const region = demoRegion(config.demoPeople, secrets!.until)
    await prepareStaffAuthority({ db, home: config.home, region, now: new Date() })
  } finally {
    await db.destroy()
  }
}

/** Signing keys stand sealed before any process reads them. @throws where this data folder's keys do not open them */
async function ringSealed(db: Db): Promise<void> {
  await sealStoredRing(db).catch((error: unknown) => {
    throw error instanceof RingSealed ? badConfig(error.message) : error
  })
}

type Role = 'web' | 'leader'

/** Keeps one process a role alive; a process that ends by itself is started again, slower each time it ends early. */
function keepAlive(role: Role, env: Record<string, string>, stopping: () => boolean): void {
  let started = 0
  let quickEnds = 0
  const fork = () => {
    if (stopping()) return
    started = performance.now()
    const worker: Worker = cluster.fork({ ...env, ENISHI_ROLE: role })
    worker.once('exit', () => {
      if (stopping()) return
      quickEnds = performance.now() - started < 10_000 ? quickEnds + 1 : 0
      // This timer holds the platform up: where every process of it died at once, nothing else would.
      setTimeout(fork, Math.min(100 * 2 ** quickEnds, 10_000))
    })
  }
  fork()
}

async function runPrimary(read: Config): Promise<void> {
  const { config, env } = await demoTlsSettings(read)
  if (config.tls) await readTlsFiles(config.tls)
  await outsideClients(config)
  knownPasswordsOf(config)
  await prepare(config)
  let stopping = false
  // A larger nursery: answers of some ten kilobytes die young, and what is moved on is memory kept and time spent. Beyond it the heap may
  // double, not quadruple, before it is collected: what it holds is small, and collecting it takes no more time for that.
  const memory = ['--max-semi-space-size=32', '--heap-growing-percent=100']
  cluster.setupPrimary({ exec: process.argv[1]!, execArgv: [...process.execArgv, ...memory] })
  const listening = new Promise<void>((resolve) => {
    let ready = 0
    cluster.on('message', (_worker, message: { listening?: boolean }) => {
      if (message.listening && ++ready === config.workers) resolve()
    })
  })
  for (let i = 0; i < config.workers; i++) keepAlive('web', env, () => stopping)
  const stop = () => {
    if (stopping) process.exit(130)
    stopping = true
    for (const worker of Object.values(cluster.workers ?? {})) worker?.kill('SIGTERM')
    const waiting = setInterval(() => Object.keys(cluster.workers ?? {}).length === 0 && process.exit(0), 20)
    setTimeout(() => process.exit(0), 8_000).unref()
    waiting.ref()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  await listening
  // Those who answer come first: three processes that begin at once are each as late as the last.
  keepAlive('leader', env, () => stopping)
  say(`enishi ready on ${config.baseUrl}`)
  if (config.tlsBase !== null) say(`mTLS: ${config.tlsBase}`)
  if (config.demo) say(`デモのサインイン情報 / demo sign-ins: ${join(config.home, 'demo.json')}`)
}

async function runRole(config: Config, role: string): Promise<void> {
  const stop = role === 'leader' ? await runLeader(config) : await runWorker(config)
  if (role === 'web') process.send?.({ listening: true })
  let stopping = false
  const end = () => {
    if (stopping) return
    stopping = true
    void stop().finally(() => process.exit(0))
  }
  process.on('SIGTERM', end)
  // Ctrl-C reaches every process of the terminal; the primary decides.
  process.on('SIGINT', () => undefined)
  process.on('disconnect', end)
}

try {
  const config = readConfig(process.env)
  if (cluster.isPrimary) await runPrimary(config)
  else await runRole(config, process.env.ENISHI_ROLE ?? 'web')
} catch (error) {
  if (error instanceof BadConfig) stopWith(EXIT.config, error.message)
  if (error instanceof NewerSchema) {
    stopWith(
      EXIT.newerData,
      `データベースは新しい版の縁で作られています。新しい版を使ってください。何も変更していません。 / The database was made by a newer version of Enishi. Use that version. Nothing was changed.`,
    )
  }
  const place = error instanceof Error ? `${error.name}: ${'code' in error ? String(error.code) : error.message}` : 'unknown'
  stopWith(EXIT.fault, `起動できませんでした（${place}）。 / Could not start (${place}).`)
}
