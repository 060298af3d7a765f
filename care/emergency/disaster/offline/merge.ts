/** A laptop's log becomes part of the platform's: every act once, whoever hands it in how often. */
import { createPublicKey } from 'node:crypto'
import { auditEntry } from '#kernel/audit-entry'
import type { AuditEntry } from '#kernel/audit-event'
import { insertAudit } from '#kernel/audit'
import type { Actor } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { writeOutbox } from '#kernel/outbox'
import { insertLook } from '../store/look.ts'
import * as store from '../store/offline.ts'
import { claimedExtract, type LogEntry, type LogProblem, readLog } from './log.ts'

export type Merged = { extractId: string; laptop: string; added: number; known: number; looks: number; problems: LogProblem[] }
export type MergeRefused = 'no-log' | 'unknown-extract' | 'nothing-signed'

const LAW = '災害救助法の適用などで開かれた地域での、生命・身体の保護のための閲覧。通信のない場所での閲覧の記録（要確認: 弁護士）'
const actions: Record<LogEntry['act'], string> = {
  begin: 'disaster.offline-begin',
  'sign-in': 'disaster.offline-sign-in',
  search: 'disaster.offline-search',
  look: 'disaster.offline-look',
  again: 'disaster.offline-chart',
  'sign-out': 'disaster.offline-sign-out',
}

/** As whom the log names whoever looked: they said so themselves, and the entry's action says that it was on a laptop. */
const actorOf = ({ who }: LogEntry): Actor =>
  who === null
    ? { kind: 'system', id: 'disaster-laptop', institutionNumber: '', institutionName: '', name: 'disaster laptop', scopes: [] }
    : {
        kind: 'staff',
        id: `offline:${who.loginName}`,
        role: who.licence,
        institutionNumber: who.institutionNumber,
        institutionName: who.institutionName,
        name: `${who.name}（免許 ${who.licenceNumber}）`,
      }

function auditOf(entry: LogEntry, extractId: string): AuditEntry[] {
  const about = {
    actor: actorOf(entry),
    purpose: 'ETREAT' as const,
    now: new Date(entry.at),
    requestId: entry.id,
    action: actions[entry.act],
    law: LAW,
  }
  const resource =
    entry.act === 'search' ? 'Patient?' : entry.act === 'look' || entry.act === 'again' ? 'chart' : `DisasterExtract/${extractId}`
  const event = { resource, rule: 'disaster', kinds: entry.kinds, count: entry.act === 'search' ? 1 : entry.count }
  return entry.keys.length === 0
    ? [auditEntry({ ...event, count: 0 }, about)]
    : entry.keys.map((key) => auditEntry({ ...event, key }, about))
}

/** One entry into the log, the counter and the person's notices; nothing where it is in them already. */
async function mergeEntry(
  db: Db,
  extract: store.Extract,
  { entry, hash }: { entry: LogEntry; hash: string },
  now: Date,
): Promise<'added' | 'known' | 'unlike'> {
  const noted = await store.insertEntry(db, {
    laptop: entry.laptop,
    n: entry.n,
    extractId: extract.id,
    hash,
    act: entry.act,
    at: new Date(entry.at),
    mergedAt: now,
  })
  if (noted !== 'added') return noted
  await insertAudit(db, auditOf(entry, extract.id))
  const [key] = entry.keys
  if (entry.act !== 'look' || key === undefined || entry.who === null) return 'added'
  const { who } = entry
  const at = new Date(entry.at)
  await insertLook(db, {
    ...{ key, id: entry.id, disasterId: extract.disasterId, staffId: `offline:${who.loginName}`, staffName: who.name },
    ...{
      institutionNumber: who.institutionNumber,
      institutionName: who.institutionName,
      agreed: 'offline',
      at,
      until: at,
      laptop: entry.laptop,
    },
  })
  const payload = { kind: 'disaster-access', disasterId: extract.disasterId, institutionName: who.institutionName }
  await writeOutbox(db, now, [{ topic: 'notice', key, payload }])
  return 'added'
}

/**
 * Merges a log in one transaction: all of it or nothing, so that a stop in the middle is mended by doing it again.
 * @param given.head what stands in the file beside the log, where it was handed in
 */
export async function mergeLog(
  db: Db,
  given: { text: string; head?: string | undefined; now: Date; by: Actor },
): Promise<Merged | { refused: MergeRefused }> {
  const claimed = claimedExtract(given.text)
  if (claimed === null) return { refused: 'no-log' }
  return db.transaction().execute(async (trx) => {
    const extract = await store.lockExtract(trx, claimed)
    if (!extract) return { refused: 'unknown-extract' as const }
    const key = createPublicKey(extract.logKey)
    const read = readLog(given.text, { extractId: extract.id, key, expiresAt: extract.expiresAt, head: given.head })
    if (read.laptop === null) return { refused: 'nothing-signed' as const }
    const problems = [...read.problems]
    let [added, known, looks] = [0, 0, 0]
    for (const one of read.entries) {
      const done = await mergeEntry(trx, extract, one, given.now)
      if (done === 'added') {
        added++
        if (one.entry.act === 'look') looks++
      } else if (done === 'known') known++
      else problems.push({ kind: 'unlike', n: one.entry.n })
    }
    // What was merged before and is not in the log any more was taken out of it since.
    const reached = Math.max(-1, ...read.entries.map((one) => one.entry.n))
    const before = await store.lastEntry(trx, read.laptop)
    if (before > reached && !problems.some((p) => p.kind === 'cut')) problems.push({ kind: 'cut', n: reached + 1 })
    const about = {
      actor: given.by,
      purpose: 'HOPERAT' as const,
      now: given.now,
      requestId: ulid(given.now.getTime()),
      action: 'disaster.merge',
      law: LAW,
    }
    const bad = problems.some((p) => p.kind !== 'torn')
    await insertAudit(trx, [
      auditEntry({ resource: `DisasterExtract/${extract.id}`, count: added, outcome: bad ? 'log-damaged' : 'success' }, about),
    ])
    const byName = given.by.kind === 'public' ? '' : given.by.name
    await store.insertMerge(trx, {
      id: ulid(given.now.getTime()),
      at: given.now,
      extractId: extract.id,
      laptop: read.laptop,
      byName,
      added,
      known,
      problems,
    })
    return { extractId: extract.id, laptop: read.laptop, added, known, looks, problems }
  })
}
