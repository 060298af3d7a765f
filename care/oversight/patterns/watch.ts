/** Reads the log once, in the order of its tree, and keeps what somebody should look at. */
import { around } from '#care/person'
import { type LoggedEntry, logFrom } from '#kernel/audit-search'
import type { Db } from '#kernel/database'
import { addDays, dateInJapan } from '#kernel/japan'
import { type NewFinding, putFindings } from '../store/finding.ts'
import * as store from '../store/watch.ts'
import { familyNameOf, isNameSearch, judgeLook, type LookFacts, opensRecord, visitActions } from './judge.ts'
import { patternOf } from './table.ts'

const BATCH = 1_000
/** Days that the usual is taken from. */
export const USUAL_DAYS = 28
const DAY_MS = 86_400_000

const plainName = (name: string): string => name.normalize('NFKC').replace(/\s+/g, '')
const distinct = (values: readonly string[]): string[] => [...new Set(values)]

/** Acts of these say something about who did them; the rest of the log belongs to the persons themselves. */
const isWatched = (e: LoggedEntry): boolean => e.actorKind === 'staff' || e.actorKind === 'system'

/** Everything the registers and earlier batches know around the entries of one batch. */
async function surroundings(db: Db, entries: readonly LoggedEntry[]) {
  const looks = entries.filter(opensRecord)
  const days = distinct(entries.map((e) => dateInJapan(e.at)))
  const firstDay = [...days].sort()[0]!
  const actors = distinct(entries.map((e) => e.actorId))
  const keys = distinct(looks.map((e) => e.key))
  const institutions = distinct(entries.map((e) => e.institutionNumber).filter(Boolean))
  const past = { before: firstDay, from: addDays(firstDay, -USUAL_DAYS) }
  const t = patternOf('no-visit')!.thresholds
  const spans = looks.map(({ key, institutionNumber, at }) => ({
    key,
    institutionNumber,
    from: new Date(at.getTime() - t.daysBefore! * DAY_MS),
    to: at,
  }))
  const explained = await store.explainedByVisit(db, spans, visitActions.source)
  const staff = new Map((await around.staff(db, actors)).map((s) => [s.id, s]))
  const people = new Map((await around.people(db, keys, firstDay)).map((p) => [p.key, p]))
  const colleagues = new Set((await around.staffNames(db, institutions)).map((s) => `${s.institutionNumber} ${plainName(s.name)}`))
  return {
    ...{ staff, people, colleagues },
    kinds: await around.facilityKinds(db, institutions),
    watched: await store.watchedKeys(db, keys),
    visited: new Set(looks.filter((_, place) => explained.has(place)).map((e) => e.id)),
    usual: await store.usualOf(db, actors, past),
    peers: await store.peersOf(db, institutions, past),
    // The day before too: who acted at midnight was somewhere before.
    days: await store.actorDays(db, actors, distinct(days.flatMap((d) => [addDays(d, -1), d]))),
    seen: await store.seenOf(db, keys, days),
  }
}
type Around = Awaited<ReturnType<typeof surroundings>>

/** Counts that go on from where the batch before stopped. */
function counting(known: Around) {
  const days = new Map(known.days.map((d) => [`${d.actorId} ${d.day}`, d]))
  const seen = new Map<string, Map<string, string>>()
  for (const s of known.seen)
    seen.set(`${s.key} ${s.day}`, (seen.get(`${s.key} ${s.day}`) ?? new Map()).set(s.actorId, s.institutionNumber))
  const changed = new Map<string, store.ActorDay>()
  const opened: store.Seen[] = []

  /** The day of an entry's actor with the entry counted, and where they acted before. */
  function count(e: LoggedEntry): { today: store.ActorDay; before: LookFacts['before'] } {
    const day = dateInJapan(e.at)
    const name = `${e.actorId} ${day}`
    const had = days.get(name)
    const earlier = had ?? days.get(`${e.actorId} ${addDays(day, -1)}`)
    const before = earlier === undefined ? null : { institutionNumber: earlier.lastInstitution, at: earlier.lastAt }
    let persons = had?.persons ?? 0
    if (opensRecord(e)) {
      const who = seen.get(`${e.key} ${day}`) ?? new Map<string, string>()
      if (!who.has(e.actorId)) {
        persons++
        opened.push({ key: e.key, day, actorId: e.actorId, institutionNumber: e.institutionNumber, firstAt: e.at })
      }
      seen.set(`${e.key} ${day}`, who.set(e.actorId, e.institutionNumber))
    }
    const today = {
      ...{ actorId: e.actorId, day, role: e.actorRole, institutionNumber: e.institutionNumber, persons },
      refusals: (had?.refusals ?? 0) + (e.outcome === 'success' ? 0 : 1),
      nameSearches: (had?.nameSearches ?? 0) + (isNameSearch(e) ? 1 : 0),
      lastInstitution: e.institutionNumber,
      lastAt: e.at,
    }
    days.set(name, today)
    changed.set(name, today)
    return { today, before }
  }
  return { count, seen, changed, opened }
}

function factsOf(e: LoggedEntry, known: Around, counts: ReturnType<typeof counting>): LookFacts {
  const { today, before } = counts.count(e)
  const person = opensRecord(e) ? known.people.get(e.key) : undefined
  const staff = known.staff.get(e.actorId)
  const usual = known.usual.get(e.actorId)
  const who = counts.seen.get(`${e.key} ${today.day}`)
  return {
    ...{ at: e.at, actorKind: e.actorKind, role: e.actorRole, institutionNumber: e.institutionNumber, outcome: e.outcome, today, before },
    facilityKind: known.kinds.get(e.institutionNumber) ?? null,
    person: person
      ? {
          key: e.key,
          familyName: familyNameOf(person.name),
          isColleague: known.colleagues.has(`${e.institutionNumber} ${plainName(person.name)}`),
          isWatched: person.isProtected || known.watched.has(e.key),
          hadVisit: known.visited.has(e.id),
        }
      : null,
    actor: { familyName: staff ? familyNameOf(staff.name) : null, leftAt: staff?.leftAt ?? null },
    usual: { days: usual?.days ?? 0, persons: usual?.persons ?? 0, peers: known.peers.get(`${e.institutionNumber} ${e.actorRole}`) ?? 0 },
    seenToday: { actors: who?.size ?? 0, institutions: new Set(who?.values()).size },
  }
}

/** A finding waits where what comes after may explain it. */
function findingOf(e: LoggedEntry, hit: ReturnType<typeof judgeLook>[number]): NewFinding {
  const waits = hit.pattern === 'no-visit'
  const dueAt = new Date(e.at.getTime() + (waits ? patternOf('no-visit')!.thresholds.daysAfter! * DAY_MS : 0))
  // Who was one of many is no finding of their own: the finding is about the record.
  const byMany = hit.pattern === 'seen-by-many'
  return {
    ...{ rule: hit.pattern, touchedKey: hit.key, day: dateInJapan(e.at), firstAt: e.at, figures: hit.figures, dueAt },
    ...(byMany
      ? { actorId: '', actorName: '', actorRole: '', institutionNumber: '', institutionName: '' }
      : {
          actorId: e.actorId,
          actorName: e.actorName,
          actorRole: e.actorRole,
          institutionNumber: e.institutionNumber,
          institutionName: e.institutionName,
        }),
    state: waits ? 'waiting' : 'open',
  }
}

/** Judges entries in their order. @returns what somebody should look at */
async function judgeBatch(db: Db, entries: readonly LoggedEntry[]): Promise<number> {
  const watched = entries.filter(isWatched)
  if (watched.length === 0) return 0
  const known = await surroundings(db, watched)
  const counts = counting(known)
  const found = watched.flatMap((e) => judgeLook(factsOf(e, known, counts)).map((hit) => findingOf(e, hit)))
  await store.putActorDays(db, [...counts.changed.values()])
  await store.putSeen(db, counts.opened)
  await putFindings(db, found)
  return found.length
}

/**
 * One batch of the log, within the caller's transaction.
 * @returns how many entries were read; 0 where there is nothing new
 */
export async function watchOnce(db: Db, now: Date, batch = BATCH): Promise<number> {
  const leaf = await store.progressOf(db)
  const read = await logFrom(db, { leaf, limit: batch })
  // One day at a time: what is usual on a day is what was counted on the days before it.
  const change = read.findIndex((e) => dateInJapan(e.at) !== dateInJapan(read[0]!.at))
  const entries = change < 0 ? read : read.slice(0, change)
  const last = entries.at(-1)
  if (last === undefined) return 0
  await judgeBatch(db, entries)
  await store.noteProgress(db, now, last.leafIndex! + 1)
  return entries.length
}
