/** From something that happened to a notice in the portal, and to the signs that are owed outside it. */
import type { PersonService } from '#care/person'
import type { Db } from '#kernel/database'
import { underEpoch } from '#kernel/leader'
import type { Taker, Told } from '#kernel/outbox'
import { treeSize } from '#kernel/sequencer'
import { comesAlways, factsOf, isKind } from './kinds.ts'
import type { Notice } from './model.ts'
import { dueFor, isNews } from './rules.ts'
import * as store from './store.ts'
import * as channels from './store/channel.ts'
import * as touched from './store/touched.ts'

type Deps = { person: Pick<PersonService, 'findByKeys' | 'people'> }

/** Leaves of the log read in one go. */
const BATCH = 5_000

/** Owes a sign to each person whom these notices concern, as they wished. */
async function oweSigns({ person }: Deps, db: Db, about: { notices: readonly Notice[]; now: Date }): Promise<void> {
  const people = await person.findByKeys({ db }, [...new Set(about.notices.map((n) => n.key))])
  for (const one of people) {
    const ids = await person.people.idsOf({ db }, one.id)
    const ordinary = await store.findWish(db, ids)
    for (const notice of about.notices.filter((n) => one.keys.includes(n.key))) {
      const always = comesAlways(notice.kind)
      const due = dueFor({ always, wish: ordinary, now: about.now })
      if (due !== null) await channels.owe(db, { ids, due, urgent: always })
    }
  }
}

/** What a message of the topic `notice` says. @throws where its kind is unknown or its facts are not those of the kind: it is then set aside */
function readTold({ payload }: Told): Pick<Notice, 'kind' | 'facts'> {
  const { kind, ...facts } = payload as { kind?: unknown }
  if (typeof kind !== 'string' || !isKind(kind)) throw new RangeError('no such kind of notice')
  return { kind, facts: factsOf(kind, facts) }
}

/** Takes what writes told people; the same message twice is one notice. */
export const noticeTaker = (deps: Deps): Taker => ({
  topics: ['notice'],
  async take(db, told, now) {
    const made: store.NewNotice[] = []
    for (const one of told) {
      const said = readTold(one)
      const subject = `/${said.facts.emergencyId ?? said.facts.disasterId ?? ''}`
      const requestId = await store.requestOf(db, { key: one.key, at: one.at, subject })
      made.push({ key: one.key, id: one.id, ...said, requestId, at: one.at, takenAt: now })
    }
    await oweSigns(deps, db, { notices: await store.insertNotices(db, made), now })
  },
})

/** The keys of whoever owns a key, that key itself where nobody is known to. */
async function familiesOf({ person }: Deps, db: Db, keys: readonly string[]): Promise<Map<string, readonly string[]>> {
  const people = await person.findByKeys({ db }, keys)
  const of = new Map(people.flatMap((p) => p.keys.map((key) => [key, p.keys] as const)))
  return new Map(keys.map((key) => [key, of.get(key) ?? [key]]))
}

type Batch = { news: store.NewNotice[]; seen: Map<string, touched.Touched & { firstAt: Date }> }

/** Goes through touches in the order of the log and finds those to tell of. */
async function newsOf(deps: Deps, db: Db, about: { touches: readonly touched.Touch[]; since: Date; now: Date }): Promise<Batch> {
  const families = await familiesOf(deps, db, [...new Set(about.touches.map((t) => t.key))])
  const known = await touched.findTouched(db, [...new Set([...families.values()].flat())])
  const place = (key: string, institutionNumber: string) => `${key} ${institutionNumber}`
  const lastOf = new Map(known.map((t) => [place(t.key, t.institutionNumber), t.lastAt]))
  const batch: Batch = { news: [], seen: new Map() }
  for (const t of about.touches) {
    const times = families.get(t.key)!.flatMap((key) => lastOf.get(place(key, t.institutionNumber)) ?? [])
    const last = times.length === 0 ? null : new Date(Math.max(...times.map((d) => d.getTime())))
    const news = isNews({ at: t.at, last })
    // What happened before there were notices is no news; it only counts as known.
    if (news !== null && t.at >= about.since) {
      const { key, id, requestId, at, institutionNumber, institutionName } = t
      const facts = factsOf('first-access', { institutionNumber, institutionName, ...(news === 'silence' ? { after: 'silence' } : {}) })
      batch.news.push({ key, id, kind: 'first-access', facts, requestId, at, takenAt: about.now })
    }
    const latest = last !== null && last > t.at ? last : t.at
    lastOf.set(place(t.key, t.institutionNumber), latest)
    const seen = batch.seen.get(place(t.key, t.institutionNumber))
    const firstAt = seen?.firstAt ?? t.at
    batch.seen.set(place(t.key, t.institutionNumber), { key: t.key, institutionNumber: t.institutionNumber, firstAt, lastAt: t.at })
  }
  return batch
}

/**
 * Reads on in the log and tells people of institutions that touched their data for the first time. Everything of a batch, how far it
 * came too, is one commit: killed anywhere, the next run begins where this one did and finds what is there already.
 * @returns leaves read; 0 also where the lead was lost
 */
export async function tellFirstAccesses(deps: Deps, job: { db: Db; epoch: number; now: Date }): Promise<number> {
  const read = await underEpoch(job.db, job.epoch, async (db) => {
    const { nextLeaf: from, since } = await touched.lockProgress(db)
    // The size first: every leaf below it was committed with it.
    const to = Math.min(await treeSize(db), from + BATCH)
    if (to <= from) return 0
    const touches = await touched.touchesBetween(db, { from, to })
    const { news, seen } = await newsOf(deps, db, { touches, since, now: job.now })
    await touched.putTouched(db, [...seen.values()])
    await oweSigns(deps, db, { notices: await store.insertNotices(db, news), now: job.now })
    await touched.noteProgress(db, to)
    return to - from
  })
  return read ?? 0
}
