/** Who goes on a laptop, and what of them: residents of the area and patients of its institutions, as the rule `disaster` shows them. */
import { type Disaster, disasters } from '#care/consent'
import { closeness, countPeople, peopleAfter, type Walked } from '#care/person'
import type { RecordService } from '#care/record'
import type { AuditEntry } from '#kernel/audit-event'
import { auditEntry } from '#kernel/audit-entry'
import { insertAudit } from '#kernel/audit'
import type { Actor, Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { refuse } from '#kernel/refusal'
import type { PersonService } from '#care/person'
import { livesThere, residents } from '../area.ts'
import { preview } from '../openings.ts'
import type { PersonLine } from './person-line.ts'

export type Collecting = {
  db: Db
  now: Date
  /** Who makes the extract, for the log. */
  by: Actor
  person: PersonService
  record: RecordService
  disaster: Disaster
  areas: readonly string[]
  extractId: string
  /** How far the walk is, 0 to 1. */
  progress?: (part: number) => void
}

const BATCH = 100
const LAW = '災害救助法の適用などで開かれた地域での、生命・身体の保護のための持ち出し（要確認: 弁護士）'
/** What an extract holds; letters and everything else stay. */
const kinds = new Set(['diagnosis', 'drug-allergy', 'other-allergy', 'prescription', 'test-result', 'infection', 'check-up'])

/** A member of clinical staff of an institution where access is open: the rule decides for the extract what it would for them. */
function readerAt(institutionNumber: string): Actor {
  return { kind: 'staff', id: 'disaster-extract', role: 'physician', institutionNumber, institutionName: '', name: '' }
}

/** Where somebody lives, without the number of the house. */
const town = (address: string): string => address.normalize('NFKC').replace(/\s*[\d一二三四五六七八九十]*(?:丁目|番地|番|号)?[-\d].*$/, '')

/** People of one step: their lines, whom it ended with, and how many of the register it walked over. */
export type Gathered = { lines: PersonLine[]; after: string; walked: number }
export type Walk = { total: number; next: (after: string) => Promise<Gathered | null> }

/** A walk over the register that can be begun anywhere. What is said of a batch of people is in the log before the batch leaves. */
export async function walk(c: Collecting): Promise<Walk> {
  const open = (await disasters.institutions(c, c.disaster.id))[0] ?? refuse('disaster-not-open')
  const inArea = [...new Set((await preview(c, c.areas)).map((f) => f.institutionNumber))]
  const beginnings = residents(c.areas)
  const watched = await closeness.watchedIds(c)
  return {
    total: await countPeople(c.db),
    async next(after) {
      const batch = await peopleAfter(c.db, after, BATCH)
      if (batch.length === 0) return null
      const wanted = await belonging(c, batch, { inArea, beginnings })
      return { lines: await linesOf(c, wanted, { reader: readerAt(open), watched }), after: batch.at(-1)!.person.id, walked: batch.length }
    },
  }
}

export async function* collect(c: Collecting): AsyncGenerator<PersonLine> {
  const { total, next } = await walk(c)
  let walked = 0
  for (let step = await next(''); step !== null; step = await next(step.after)) {
    yield* step.lines
    walked += step.walked
    c.progress?.(Math.min(1, walked / Math.max(1, total)))
  }
}

/** Residents and patients of the area; nobody who closed their record absolutely, to everybody or to some institution. */
async function belonging(
  c: Collecting,
  batch: readonly Walked[],
  about: { inArea: string[]; beginnings: readonly string[] },
): Promise<Walked[]> {
  const keys = batch.flatMap((w) => w.person.keys)
  const [patients, closed] = [await disasters.patientsAmong(c, keys, about.inArea), await disasters.closedWholly(c, keys)]
  return batch.filter(
    ({ person }) =>
      person.keys.length > 0 &&
      !person.keys.some((key) => closed.has(key)) &&
      (livesThere(person.address, about.beginnings) || person.keys.some((key) => patients.has(key))),
  )
}

async function linesOf(
  c: Collecting,
  people: readonly Walked[],
  { reader, watched }: { reader: Actor; watched: ReadonlySet<string> },
): Promise<PersonLine[]> {
  if (people.length === 0) return []
  const hidden = await c.person.marks.hidden(
    c,
    people.flatMap((w) => w.person.keys),
  )
  const notes: AuditEntry[] = []
  const about = {
    actor: c.by,
    purpose: 'ETREAT' as const,
    now: c.now,
    requestId: ulid(c.now.getTime()),
    action: 'disaster.extract',
    law: LAW,
  }
  const ctx: Context = {
    ...{ actor: reader, purpose: 'ETREAT', now: c.now, lang: 'ja', db: c.db, requestId: about.requestId, sessionId: null },
    audit: (event) => void notes.push(auditEntry({ ...event, resource: `DisasterExtract/${c.extractId}` }, about)),
    tell: () => undefined,
  }
  const lines: PersonLine[] = []
  for (const { person, names, memberIds } of people) {
    const { rows, cut } = await c.record.chart(ctx, person.keys)
    const { id, phone: _phone, postalCode: _postalCode, ...kept } = person
    const isHidden = person.keys.some((key) => hidden.has(key))
    const address = isHidden ? '' : town(person.address)
    const needsSecond = isHidden || watched.has(id)
    lines.push({ person: { ...kept, address }, names, memberIds, rows: rows.filter((row) => kinds.has(row.kind)), cut, needsSecond })
  }
  await c.db.transaction().execute((trx) => insertAudit(trx, notes))
  return lines
}
