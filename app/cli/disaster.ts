/** Disaster access where there is no network: making an extract, showing it on a laptop, merging its log. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { consentService, disasters } from '#care/consent'
import {
  evacuees,
  ExtractRefused,
  fingerprintOf,
  type Invited,
  isOpen,
  LEAST_PASSPHRASE,
  makeExtract,
  mergeLog,
  newPassphrase,
  openExtract,
  openLaptopLog,
  plainPassphrase,
  readManifest,
  readPlaces,
  readPrivateKey,
  readPublicKey,
  type Secret,
} from '#care/emergency'
import { personService } from '#care/person'
import { recordService } from '#care/record'
import type { Actor } from '#kernel/context'
import type { Db } from '#kernel/database'
import { Refusal, refusalSentence } from '#kernel/refusal'
import { commandLine } from '../backup/note.ts'
import { writePrivate } from '../demo/secrets.ts'
import { extractSigner } from '../disaster/key.ts'
import { extractSentences, logSentences, mergeSentences } from '../disaster/sentences.ts'
import { viewer } from '../disaster/viewer.ts'
import { type Arguments, EXIT, type Exit, type Io, Stop } from './command.ts'
import { bothWays, configOf, databaseNow, upToDate, withDatabase } from './platform.ts'
import { progressOn } from './progress.ts'
import { askSecret } from './secret-prompt.ts'

const HOUR_MS = 3_600_000
const DAYS = 7
const PORT = 8378

const wrongUse = (ja: string, en: string): Stop => new Stop(EXIT.couldNotRun, { ja, en })

/** Refusals of files, of rules and of the log become one sentence. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ExtractRefused) throw new Stop(EXIT.refused, extractSentences[error.problem])
    if (error instanceof Refusal) throw new Stop(EXIT.refused, { ja: refusalSentence(error, 'ja'), en: refusalSentence(error, 'en') })
    throw error
  }
}

export async function disaster(given: Arguments, io: Io): Promise<Exit> {
  const [act, file] = given.operands
  if (act === 'list') return list(io)
  if (act === 'extract') return told(() => extract(given, io))
  if (act === 'key' && file !== undefined) return newKey(resolve(io.cwd, file), io)
  if (act === 'offline' && file !== undefined) return told(() => offline(resolve(io.cwd, file), given, io))
  if (act === 'merge' && file !== undefined) return told(() => merge(resolve(io.cwd, file), io))
  throw wrongUse(
    'disaster のあとは extract、offline FILE、merge LOG、key FILE、list のどれかです。',
    'After disaster comes extract, offline FILE, merge LOG, key FILE or list.',
  )
}

async function list(io: Io): Promise<Exit> {
  const config = configOf(io)
  await withDatabase(config, async (db) => {
    await upToDate(db, config)
    const now = await databaseNow(db)
    for (const d of await disasters.list({ db }))
      io.out(`${d.id}  ${isOpen(d, now) ? 'open  ' : 'closed'}  ${(d.endedAt ?? d.until).toISOString()}  ${d.name}  ${d.areas.join(' ')}`)
  })
  return EXIT.fine
}

/** The one disaster that is open, or the one that was named. */
async function disasterId(db: Db, now: Date, named: string | undefined): Promise<string> {
  if (named !== undefined) return named
  const open = (await disasters.list({ db })).filter((d) => isOpen(d, now))
  if (open.length === 1) return open[0]!.id
  throw open.length === 0
    ? wrongUse(
        '開いている災害がありません。先に運用の画面で地域を開いてください。',
        'No disaster is open. Open an area on the operator’s pages first.',
      )
    : wrongUse(
        '開いている災害がいくつもあります。--disaster で選んでください（disaster list で見られます）。',
        'Several disasters are open. Choose one with --disaster; disaster list shows them.',
      )
}

type Made = { invited: Invited[]; passphrases: { name: string; passphrase: string }[] }

async function inviteesOf({ values }: Arguments, io: Io): Promise<Made> {
  const names = (values.for ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const passphrases = names.map((name) => ({ name, passphrase: newPassphrase() }))
  const keys = await Promise.all(
    (values['recipient-keys'] ?? '')
      .split(',')
      .filter((path) => path !== '')
      .map(async (path) => ({
        by: 'x25519' as const,
        name: basename(path),
        publicKey: readPublicKey(await textOf(resolve(io.cwd, path))),
      })),
  )
  const invited = [...passphrases.map((one) => ({ by: 'passphrase' as const, ...one })), ...keys]
  if (invited.length === 0)
    throw wrongUse(
      'だれが開けるかを --for（合言葉）か --recipient-keys（鍵）で指定してください。',
      'Say who can open it: --for NAMES (passphrases) or --recipient-keys FILES.',
    )
  return { invited, passphrases }
}

const textOf = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch(() => {
    throw wrongUse(`${path} を読めません。`, `${path} cannot be read.`)
  })

async function extract(given: Arguments, io: Io): Promise<Exit> {
  const { values } = given
  if (values.out === undefined) throw wrongUse('--out に書き出すファイルを指定してください。', 'Say with --out which file to write.')
  const path = resolve(io.cwd, values.out)
  const { places, unread } = readPlaces(values.area ?? '')
  if (unread.length > 0) throw wrongUse(`地域を読み取れません：${unread.join('、')}`, `This area cannot be read: ${unread.join(', ')}`)
  const days = Number(values.days ?? DAYS)
  if (!(days > 0 && days <= 14)) throw wrongUse('--days は1〜14です。', '--days is from 1 to 14.')
  const { invited, passphrases } = await inviteesOf(given, io)
  const config = configOf(io)
  const signer = await extractSigner(config.home)
  const bar = progressOn(io, { ja: '持ち出し', en: 'extract' })
  const manifest = await withDatabase(config, async (db) => {
    await upToDate(db, config)
    const now = await databaseNow(db)
    const consent = consentService()
    const person = personService({ totpOnce: true, anyClientUnbound: false })
    const about = { db, now, by: ACTOR, person, record: recordService({ consent, person }), signer, invited, path, progress: bar.at }
    const expiresAt = new Date(now.getTime() + days * 24 * HOUR_MS)
    return makeExtract({ ...about, disasterId: await disasterId(db, now, values.disaster), areas: places, expiresAt })
  })
  bar.end()
  bothWays(io, {
    ja: `${manifest.people}人分を ${path} に書き出しました。期限：${manifest.expiresAt}`,
    en: `${manifest.people} people written to ${path}. It ends on ${manifest.expiresAt}.`,
  })
  bothWays(io, {
    ja: `ファイルの SHA-256：${manifest.fileSha256}`,
    en: `SHA-256 of the file: ${manifest.fileSha256}`,
  })
  bothWays(io, {
    ja: `署名の指紋（紙で渡してください）：${fingerprintOf(manifest.signerPem)}`,
    en: `Fingerprint of the signature, to be handed over on paper: ${fingerprintOf(manifest.signerPem)}`,
  })
  for (const one of passphrases)
    bothWays(io, {
      ja: `${one.name} の合言葉（この一度だけ示します。ファイルとは別に渡してください）：${one.passphrase}`,
      en: `Passphrase for ${one.name}, shown this once; hand it over apart from the file: ${one.passphrase}`,
    })
  return EXIT.fine
}

const ACTOR: Actor = commandLine()

async function newKey(path: string, io: Io): Promise<Exit> {
  if (existsSync(path)) throw wrongUse(`${path} はすでにあります。`, `${path} exists already.`)
  const { privateKey, publicKey } = generateKeyPairSync('x25519')
  await writePrivate(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  await writePrivate(`${path}.pub`, publicKey.export({ type: 'spki', format: 'pem' }).toString())
  bothWays(io, {
    ja: `鍵を作りました。${path}.pub だけを運用担当に渡してください。`,
    en: `Keys made. Give ${path}.pub alone to the operator.`,
  })
  return EXIT.fine
}

async function secretOf({ values }: Arguments, io: Io): Promise<Secret> {
  if (values['private-key'] !== undefined) return { privateKey: readPrivateKey(await textOf(resolve(io.cwd, values['private-key']))) }
  const given = values['passphrase-file'] === undefined ? undefined : (await textOf(resolve(io.cwd, values['passphrase-file']))).trim()
  const passphrase =
    given ?? (await askSecret({ input: process.stdin, say: process.stderr, question: { ja: '合言葉：', en: 'Passphrase: ' }[io.lang] }))
  if (passphrase === null) throw wrongUse('取りやめました。', 'Stopped.')
  if (plainPassphrase(passphrase).length < LEAST_PASSPHRASE) throw new Stop(EXIT.refused, extractSentences['wrong-secret'])
  return { passphrase }
}

/** What a laptop shows: opened files and the server, for whoever ends them. */
export async function openOffline(path: string, { given, io, dist }: { given: Arguments; io: Io; dist?: string }) {
  const manifest = await readManifest(path)
  io.err(`${manifest.disasterName}: ${fingerprintOf(manifest.signerPem)}`)
  const secret = await secretOf(given, io)
  const signer = given.values.signer
  const opening = await openExtract(path, { secret, now: new Date(), ...(signer === undefined ? {} : { signer }) })
  const people = evacuees()
  await opening.people((line, address) => people.add(line, address))
  const log = openLaptopLog({
    path: resolve(io.cwd, given.values.log ?? `${path}.log`),
    extractId: manifest.id,
    key: createPrivateKey(opening.about.logKeyPem),
    expiresAt: new Date(manifest.expiresAt),
    now: new Date(),
  })
  const server = viewer({ extract: opening, people, log, now: () => new Date(), ...(dist === undefined ? {} : { dist }) })
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(Number(given.values.port ?? PORT), '127.0.0.1', done)
  })
  const { port } = server.address() as { port: number }
  return {
    port,
    people: people.size,
    log,
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      log.close()
      await opening.close()
    },
  }
}

async function offline(path: string, given: Arguments, io: Io): Promise<Exit> {
  const opened = await openOffline(path, { given, io })
  const { torn, setAside } = opened.log.mended
  if (torn)
    bothWays(io, {
      ja: '記録の最後の行が途中で切れていたので、取り除きました（何も表示されていません）。',
      en: 'The last line of the log had broken off and was taken away; nothing was shown for it.',
    })
  if (setAside !== null)
    bothWays(io, {
      ja: `記録が書き換えられていたので、${setAside} に移し、新しい記録を始めました。両方を運用担当に渡してください。`,
      en: `The log was tampered with: it was moved to ${setAside}, and a new one begun. Hand in both.`,
    })
  bothWays(io, {
    ja: `${opened.people}人分を開きました。このブラウザーで http://localhost:${opened.port} を開いてください。止めるには Ctrl+C。`,
    en: `${opened.people} people opened. Open http://localhost:${opened.port} in this machine’s browser. Ctrl+C stops it.`,
  })
  await new Promise<void>((done) => {
    process.once('SIGINT', done)
    process.once('SIGTERM', done)
  })
  await opened.close()
  return EXIT.fine
}

async function merge(path: string, io: Io): Promise<Exit> {
  const text = await textOf(path)
  const head = existsSync(`${path}.head`) ? await readFile(`${path}.head`, 'utf8') : undefined
  const config = configOf(io)
  const done = await withDatabase(config, async (db) => {
    await upToDate(db, config)
    const person = personService({ totpOnce: true, anyClientUnbound: false })
    return mergeLog(db, { text, head, now: await databaseNow(db), by: ACTOR, person })
  })
  if ('refused' in done) throw new Stop(EXIT.refused, mergeSentences[done.refused])
  bothWays(io, {
    ja: `${done.added}行を取り込みました（閲覧${done.looks}件。前に取り込んだもの${done.known}行）。端末 ${done.laptop}`,
    en: `${done.added} lines merged (${done.looks} records opened; ${done.known} were merged before). Laptop ${done.laptop}`,
  })
  if (done.flagged > 0)
    bothWays(io, {
      ja: `審査する人が見るべき閲覧が${done.flagged}件あります（/operator/disaster/looks）。`,
      en: `${done.flagged} of them should be seen by reviewers (/operator/disaster/looks).`,
    })
  if (head === undefined)
    bothWays(io, {
      ja: `${path}.head がないため、終わりの行が取り除かれていないかは確かめられません。`,
      en: `Without ${path}.head nobody can tell whether lines at the end were taken away.`,
    })
  for (const one of done.problems)
    bothWays(io, { ja: `${one.n}行目：${logSentences[one.kind].ja}`, en: `line ${one.n}: ${logSentences[one.kind].en}` })
  return done.problems.some((one) => one.kind !== 'torn') ? EXIT.refused : EXIT.fine
}
