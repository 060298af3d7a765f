/**
 * What was done on a laptop, so that nothing of it can be left out unseen: one line an act, each signed by the extract's key, each naming the
 * hash of the line before. Pure.
 */
import { createHash, type KeyObject, sign, verify } from 'node:crypto'
import { z } from 'zod'

export const who = z.object({
  name: z.string().min(1).max(60),
  licence: z.enum(['physician', 'dentist', 'nurse', 'pharmacist']),
  licenceNumber: z.string().min(1).max(20),
  loginName: z.string().min(1).max(60),
  institutionNumber: z.string().regex(/^\d{10}$/),
  institutionName: z.string().max(120),
})
export type Who = z.infer<typeof who>

/** Who agreed at the same laptop; they say so themselves. */
export const second = who.pick({ name: true, licence: true, licenceNumber: true })
export type SecondWho = z.infer<typeof second>

/** `begin`: the laptop's first line; `search`: whom it showed; `look`: a record was opened; `again`: read once more. */
const entry = z.object({
  n: z.number().int().min(0),
  id: z.string().max(40),
  extractId: z.string().max(40),
  laptop: z.string().max(40),
  at: z.iso.datetime(),
  act: z.enum(['begin', 'sign-in', 'search', 'look', 'again', 'sign-out']),
  who: who.nullable(),
  keys: z.array(z.string().max(40)).max(100),
  agreed: z.enum(['oral', 'unable']).nullable(),
  kinds: z.array(z.string().max(40)).max(20),
  count: z.number().int(),
  prev: z.string(),
  /** Why the laptop asked for a second clinician, and who that was. Absent in logs of before. */
  needs: z.array(z.string().max(40)).max(10).default([]),
  second: second.nullable().default(null),
})
export type LogEntry = z.infer<typeof entry>
const line = z.object({ entry: z.string(), signature: z.string() })

export const firstHash = (extractId: string, laptop: string): string => sha256(`enishi-disaster-log ${extractId} ${laptop}`)
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** A line as it is written, without its end. */
export function writeLine(e: LogEntry, key: KeyObject): string {
  const text = JSON.stringify(e)
  return JSON.stringify({ entry: text, signature: sign(null, Buffer.from(text), key).toString('base64url') })
}

/** @returns null where the line is not one, or was not signed by the extract's key */
export function readLine(text: string, key: KeyObject): LogEntry | null {
  try {
    const read = line.parse(JSON.parse(text))
    // One line has one spelling, so that its hash names it.
    if (JSON.stringify(read) !== text || Buffer.from(read.signature, 'base64url').toString('base64url') !== read.signature) return null
    if (!verify(null, Buffer.from(read.entry), key, Buffer.from(read.signature, 'base64url'))) return null
    return entry.parse(JSON.parse(read.entry))
  } catch {
    return null
  }
}

/** The extract that a log says it belongs to, before anything of it is believed. */
export function claimedExtract(text: string): string | null {
  const [first = ''] = text.split('\n')
  try {
    return entry.parse(JSON.parse(line.parse(JSON.parse(first)).entry)).extractId
  } catch {
    return null
  }
}

/** `torn`: the last line broke off, as when the power goes; nothing was shown for it. The others should never be. */
export type LogProblem = { kind: 'torn' | 'changed' | 'missing' | 'repeated' | 'cut' | 'foreign' | 'late' | 'unlike'; n: number }

export type ReadLog = { entries: { entry: LogEntry; hash: string }[]; problems: LogProblem[]; laptop: string | null }

/** Where the log ended when it was last written: n and hash, signed. */
export type Head = { n: number; hash: string; signature: string }
const headText = (n: number, hash: string) => Buffer.from(`enishi-disaster-log-head ${n} ${hash}`)
export const writeHead = (n: number, hash: string, key: KeyObject): Head => ({
  n,
  hash,
  signature: sign(null, headText(n, hash), key).toString('base64url'),
})
const head = z.object({ n: z.number().int(), hash: z.string(), signature: z.string() })
export function readHead(text: string, key: KeyObject): Head | null {
  try {
    const read = head.parse(JSON.parse(text))
    return verify(null, headText(read.n, read.hash), key, Buffer.from(read.signature, 'base64url')) ? read : null
  } catch {
    return null
  }
}

type About = { extractId: string; key: KeyObject; expiresAt: Date; head?: string | undefined }

/** Reads a whole log. What is signed is believed one by one; what is missing, changed or out of place is named. */
export function readLog(text: string, { extractId, key, expiresAt, head: kept }: About): ReadLog {
  const lines = text.split('\n')
  const rest = lines.pop() ?? ''
  const problems: LogProblem[] = []
  const entries: ReadLog['entries'] = []
  let [laptop, expected, prev]: [string | null, number, string | null] = [null, 0, null]
  for (const one of lines) {
    const read = readLine(one, key)
    if (read === null) problems.push({ kind: 'changed', n: expected })
    else if (read.extractId !== extractId || (laptop !== null && read.laptop !== laptop)) problems.push({ kind: 'foreign', n: read.n })
    else {
      laptop ??= read.laptop
      const before = prev ?? firstHash(extractId, read.laptop)
      if (read.n < expected) problems.push({ kind: 'repeated', n: read.n })
      else if (read.n > expected || read.prev !== before) problems.push({ kind: 'missing', n: expected })
      if (new Date(read.at) >= expiresAt) problems.push({ kind: 'late', n: read.n })
      entries.push({ entry: read, hash: sha256(one) })
      expected = Math.max(expected, read.n + 1)
      prev = sha256(one)
      continue
    }
    prev = sha256(one)
    expected++
  }
  if (rest !== '') problems.push({ kind: 'torn', n: expected })
  const last = kept === undefined ? null : readHead(kept, key)
  if (kept !== undefined && (last === null || last.n >= expected)) problems.push({ kind: 'cut', n: expected })
  return { entries, problems, laptop }
}
