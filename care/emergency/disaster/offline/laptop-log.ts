/** The log on the laptop's disk: on the disk before anything is shown. */
import type { KeyObject } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { randomBytesOf, ulid } from '#kernel/id'
import { firstHash, type LogEntry, readLog, type SecondWho, sha256, type Who, writeHead, writeLine } from './log.ts'
import { createPublicKey } from 'node:crypto'

export type Noted = Pick<LogEntry, 'act'> & {
  who: Who | null
  at: Date
  keys?: readonly string[]
  agreed?: LogEntry['agreed']
  kinds?: readonly string[]
  count?: number
  needs?: readonly string[]
  second?: SecondWho | null
}

export type LaptopLog = {
  laptop: string
  /** Latest instant in the log; a clock set back is found out by it. */
  lastAt: Date | null
  /** What was mended or set aside when it was opened. */
  mended: { torn: boolean; setAside: string | null }
  /** Durable when it returns; throws where the disk does not take it: then nothing may be shown. */
  note(about: Noted): LogEntry
  entries(): readonly LogEntry[]
  close(): void
}

type About = { path: string; extractId: string; key: KeyObject; expiresAt: Date; now: Date }

function durably(path: string, text: string): void {
  const file = openSync(`${path}.new`, 'w', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(`${path}.new`, path)
  syncFolder(path)
}

function syncFolder(path: string): void {
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** What the log holds; a last line that broke off is taken away, because nothing was shown for it. */
function earlier({ path, extractId, key, expiresAt, now }: About) {
  const mended: LaptopLog['mended'] = { torn: false, setAside: null }
  if (!existsSync(path)) return { mended, read: null }
  const text = readFileSync(path, 'utf8')
  const headPath = `${path}.head`
  const head = existsSync(headPath) ? readFileSync(headPath, 'utf8') : undefined
  const read = readLog(text, { extractId, key: createPublicKey(key), expiresAt, head })
  if (read.problems.some(({ kind }) => kind !== 'torn' && kind !== 'late') || read.entries.length === 0) {
    // Work must go on; what was tampered with is kept to be handed in, and a new log begins.
    const aside = `${path}.set-aside-${now.toISOString().replace(/[-:.]/g, '')}`
    renameSync(path, aside)
    if (head !== undefined) renameSync(headPath, `${aside}.head`)
    return { mended: { torn: false, setAside: aside }, read: null }
  }
  if (read.problems.some(({ kind }) => kind === 'torn')) {
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    writeFileSync(`${path}.torn`, text.slice(whole.length), { mode: 0o600 })
    truncateSync(path, Buffer.byteLength(whole))
    mended.torn = true
  }
  return { mended, read }
}

/** Opens a laptop's log, or begins one. */
export function openLaptopLog(about: About): LaptopLog {
  const { path, extractId, key } = about
  const { mended, read } = earlier(about)
  const last = read?.entries.at(-1)
  const laptop = read?.laptop ?? randomBytesOf(10).toString('hex')
  const all = read?.entries.map((one) => one.entry) ?? []
  let [next, prev] = [last ? last.entry.n + 1 : 0, last?.hash ?? firstHash(extractId, laptop)]
  const file = openSync(path, 'a', 0o600)
  fsyncSync(file)
  syncFolder(path)
  const note: LaptopLog['note'] = ({ act, who, at, keys = [], agreed = null, kinds = [], count = 0, needs = [], second = null }) => {
    const entry: LogEntry = {
      n: next,
      id: ulid(at.getTime()),
      extractId,
      laptop,
      at: at.toISOString(),
      act,
      who,
      keys: [...keys],
      agreed,
      kinds: [...kinds],
      count,
      prev,
      needs: [...needs],
      second,
    }
    const text = writeLine(entry, key)
    const bytes = Buffer.from(`${text}\n`)
    if (writeSync(file, bytes) !== bytes.length) throw new Error('ENOSPC')
    fsyncSync(file)
    next++
    prev = sha256(text)
    durably(`${path}.head`, JSON.stringify(writeHead(entry.n, prev, key)))
    all.push(entry)
    return entry
  }
  const opened: LaptopLog = {
    laptop,
    lastAt: last ? new Date(last.entry.at) : null,
    mended,
    note,
    entries: () => all,
    close: () => closeSync(file),
  }
  if (!last) note({ act: 'begin', who: null, at: about.now })
  return opened
}
