/** A laptop's log becomes part of the platform's: every act once, whoever hands it in how often. */
import { createPublicKey } from 'node:crypto'
import { auditEntry } from '#kernel/audit-entry'
import type { AuditEntry } from '#kernel/audit-event'
import { insertAudit } from '#kernel/audit'
import type { Actor } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { writeOutbox } from '#kernel/outbox'
import { closeness, findStaffSignIn, type PersonService, sameName } from '#care/person'
import { judgeNearness } from '../../near-rules.ts'
import { type Extract, lockExtract } from '../store/extract.ts'
import { insertLook, isTelling } from '../store/look.ts'
import * as store from '../store/offline.ts'
import { claimedExtract, type LogEntry, type LogProblem, readLog, type Who } from './log.ts'

/** `looks`: records that were opened; `flagged`: those of them that reviewers should see. */
export type Merged = {
  extractId: string
  laptop: string
  added: number
  known: number
  looks: number
  flagged: number
  problems: LogProblem[]
}
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

/** A look becomes one of the platform's: counted, told to the person, and judged by what the register knows of whoever looked. */
async function mergeLook(db: Db, about: Merging & { entry: LogEntry }): Promise<string[]> {
  const { extract, person, now, entry } = about
  const [key] = entry.keys
  const { who } = entry
  if (key === undefined || who === null) return []
  const { institutionNumber, institutionName } = who
  const at = new Date(entry.at)
  const flags = await flagsOf({ db, now }, { person, entry, key, who })
  await insertLook(db, {
    ...{ key, id: entry.id, disasterId: extract.disasterId, staffId: `offline:${who.loginName}`, staffName: who.name },
    ...{ institutionNumber, institutionName, agreed: 'offline', at, until: at, laptop: entry.laptop, flags },
    secondId: entry.second && `offline:${entry.second.licenceNumber}`,
    secondName: entry.second?.name ?? null,
  })
  const payload = { kind: 'disaster-access', disasterId: extract.disasterId, institutionName }
  await writeOutbox(db, now, [{ topic: 'notice', key, payload }])
  return flags
}

const askedOnLaptop: ReadonlySet<string> = new Set(['watched', 'protected', 'same-name'])

/** What reviewers should see of a look on a laptop: what it could not know, or what somebody talked it out of. */
async function flagsOf(
  ctx: { db: Db; now: Date },
  about: { person: PersonService; entry: LogEntry; key: string; who: Who },
): Promise<string[]> {
  const { person, entry, key, who } = about
  const of = await person.findByKey(ctx, key)
  const staff = await findStaffSignIn(ctx.db, { loginName: who.loginName })
  if (of === undefined || of === null) return []
  const { institutionNumber } = who
  const near = judgeNearness(await closeness.of(ctx, { staffId: staff?.id ?? '', institutionNumber, person: of }))
  const sameAsTyped = sameName({ name: who.name, nameKana: '' }, of) && !near.needs.includes('same-name') ? ['same-name'] : []
  const needs = [...near.needs, ...sameAsTyped]
  const plain = (name: string) => name.normalize('NFKC').replace(/\s+/g, '')
  return [
    ...(near.tie === null ? [] : [near.tie]),
    // The laptop knows of these; of colleagues it does not.
    ...(needs.some((one) => askedOnLaptop.has(one)) && entry.second === null ? ['no-second'] : []),
    ...(staff === undefined
      ? ['login-unknown']
      : [
          ...(plain(staff.name) === plain(who.name) ? [] : ['other-name']),
          ...((await closeness.worksAt(ctx, { staffId: staff.id, institutionNumber })) ? [] : ['not-there']),
        ]),
    ...near.flags.filter((flag) => staff !== undefined || flag !== 'staff-unknown'),
    ...sameAsTyped,
  ]
}

type Merging = { extract: Extract; person: PersonService; now: Date }
type ToMerge = { text: string; head?: string | undefined; now: Date; by: Actor; person: PersonService }

/** Entries of the log written in one statement. */
const AT_ONCE = 1_000

async function mergeEntries(db: Db, about: Merging & { laptop: string; entries: readonly { entry: LogEntry; hash: string }[] }) {
  const { extract, laptop, entries, now } = about
  const once = new Map<number, { n: number; hash: string; act: string; at: Date }>()
  for (const { entry, hash } of entries)
    if (!once.has(entry.n)) once.set(entry.n, { n: entry.n, hash, act: entry.act, at: new Date(entry.at) })
  const known = await store.insertEntries(db, { laptop, extractId: extract.id, mergedAt: now, entries: [...once.values()] })
  const done = { added: 0, known: 0, looks: 0, flagged: 0, unlike: [] as LogProblem[] }
  const audits: AuditEntry[] = []
  const seen = new Map(known)
  for (const { entry, hash } of entries) {
    const before = seen.get(entry.n)
    if (before !== undefined) {
      if (before === hash) done.known++
      else done.unlike.push({ kind: 'unlike', n: entry.n })
      continue
    }
    seen.set(entry.n, hash)
    done.added++
    audits.push(...auditOf(entry, extract.id))
    if (entry.act !== 'look') continue
    done.looks++
    if (isTelling(await mergeLook(db, { ...about, entry }))) done.flagged++
  }
  for (let from = 0; from < audits.length; from += AT_ONCE) await insertAudit(db, audits.slice(from, from + AT_ONCE))
  return done
}

/**
 * Merges a log within the caller's transaction: all of it or nothing, so that a stop in the middle is mended by doing it again. That it was
 * merged, the caller notes.
 */
export async function mergeInto(db: Db, given: ToMerge): Promise<Merged | { refused: MergeRefused }> {
  const claimed = claimedExtract(given.text)
  if (claimed === null) return { refused: 'no-log' }
  const extract = await lockExtract(db, claimed)
  if (!extract) return { refused: 'unknown-extract' }
  const key = createPublicKey(extract.logKey)
  const { entries, laptop, ...read } = readLog(given.text, { extractId: extract.id, key, expiresAt: extract.expiresAt, head: given.head })
  if (laptop === null) return { refused: 'nothing-signed' }
  const before = await store.lastEntry(db, laptop)
  const { added, known, looks, flagged, unlike } = await mergeEntries(db, { ...given, extract, laptop, entries })
  const problems = [...read.problems, ...unlike]
  // What was merged before and is not in the log any more was taken out of it since.
  const reached = Math.max(-1, ...entries.map((one) => one.entry.n))
  if (before > reached && !problems.some((p) => p.kind === 'cut')) problems.push({ kind: 'cut', n: reached + 1 })
  const { by: actor, now } = given
  const byName = actor.kind === 'public' ? '' : actor.name
  const id = ulid(now.getTime())
  await store.insertMerge(db, { id, at: now, extractId: extract.id, laptop, byName, added, known, problems })
  return { extractId: extract.id, laptop, added, known, looks, flagged, problems }
}

export const isDamaged = (done: Pick<Merged, 'problems'>): boolean => done.problems.some((p) => p.kind !== 'torn')

/**
 * Merges a log in a transaction of its own, which notes that it was merged.
 * @param given.head what stands in the file beside the log, where it was handed in
 */
export async function mergeLog(db: Db, given: ToMerge): Promise<Merged | { refused: MergeRefused }> {
  const { by: actor, now } = given
  return db.transaction().execute(async (trx) => {
    const done = await mergeInto(trx, given)
    if ('refused' in done) return done
    const about = { actor, purpose: 'HOPERAT' as const, now, requestId: ulid(now.getTime()), action: 'disaster.merge', law: LAW }
    const outcome = isDamaged(done) ? 'log-damaged' : 'success'
    await insertAudit(trx, [auditEntry({ resource: `DisasterExtract/${done.extractId}`, count: done.added, outcome }, about)])
    return done
  })
}
