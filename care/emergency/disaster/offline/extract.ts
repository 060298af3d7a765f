/** Makes an extract: noted before anything leaves, walked in batches, sealed for those it is meant for. */
import type { KeyObject } from 'node:crypto'
import { type Disaster, disasters } from '#care/consent'
import type { PersonService } from '#care/person'
import type { RecordService } from '#care/record'
import { auditEntry } from '#kernel/audit-entry'
import { insertAudit } from '#kernel/audit'
import type { Actor } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { refuse } from '#kernel/refusal'
import { isWithin, placeWords } from '../area.ts'
import { isOpen, preview } from '../openings.ts'
import * as store from '../store/extract.ts'
import { collect } from './collect.ts'
import type { WholeFile } from './draft.ts'
import { fingerprintOf } from './format.ts'
import type { AboutLine } from './person-line.ts'
import type { Invited } from './recipients.ts'
import { newLogKey, writeExtract } from './write.ts'

export type ToExtract = {
  db: Db
  now: Date
  by: Actor
  person: PersonService
  record: RecordService
  signer: KeyObject
  disasterId: string
  /** Part of the disaster's area; all of it where empty. */
  areas: readonly string[]
  /** At the latest when disaster access ends. */
  expiresAt: Date
  invited: readonly Invited[]
  path: string
  progress?: (part: number) => void
}

const LAW = '災害救助法の適用などで開かれた地域での、生命・身体の保護のための持ち出し（要確認: 弁護士）'

type Asking = { db: Db; now: Date }

/**
 * What an extract may be of: no more than what is open, and not nothing.
 * @param asked part of the disaster's area; all of it where empty
 * @refuses not-found, disaster-not-open, disaster-area-empty, disaster-extract-area
 */
export async function areaOfExtract(
  t: Asking,
  about: { disasterId: string; asked: readonly string[] },
): Promise<{ disaster: Disaster; areas: string[]; open: ReadonlySet<string> }> {
  const disaster = (await disasters.find(t, about.disasterId)) ?? refuse('not-found')
  if (!isOpen(disaster, t.now)) refuse('disaster-not-open')
  const areas = about.asked.length === 0 ? disaster.areas : [...about.asked]
  const open = new Set(await disasters.institutions(t, disaster.id))
  const outside = areas.filter((one) => !isWithin(one, disaster.areas, open))
  if (outside.length > 0) refuse('disaster-extract-area', { what: outside.map((one) => placeWords(one).ja).join('、') })
  if (!(await preview(t, areas)).some((f) => open.has(f.institutionNumber))) refuse('disaster-area-empty')
  return { disaster, areas, open }
}

/** The institutions whose names the laptop's pages say. */
export async function institutionsOf(t: Asking & { person: PersonService }, open: ReadonlySet<string>): Promise<AboutLine['institutions']> {
  const known = await t.person.facilities(t)
  return known.map(({ institutionNumber: number, name, nameEn }) => ({ number, name, nameEn, open: open.has(number) }))
}

export const endOf = (disaster: Disaster, wished: Date): Date => new Date(Math.min(wished.getTime(), disaster.until.getTime()))

/** That an extract leaves, for whom: in the log before anything of it is written. */
export async function noteExtract(db: Db, about: { by: Actor; now: Date; id: string; recipients: number }): Promise<void> {
  const { by: actor, now, id, recipients } = about
  const act = { actor, purpose: 'HOPERAT' as const, now, requestId: ulid(now.getTime()), action: 'disaster.extract', law: LAW }
  await insertAudit(db, [auditEntry({ resource: `DisasterExtract/${id}`, rule: 'disaster', count: recipients }, act)])
}

/**
 * The whole way in one go, for the command.
 * @refuses not-found, disaster-not-open, disaster-area-empty, disaster-extract-area
 */
export async function makeExtract(t: ToExtract): Promise<WholeFile> {
  const { disaster, areas, open } = await areaOfExtract(t, { disasterId: t.disasterId, asked: t.areas })
  const logKey = newLogKey()
  const id = ulid(t.now.getTime())
  const expiresAt = endOf(disaster, t.expiresAt)
  const madeBy = t.by.kind === 'public' ? { id: '', name: '' } : t.by
  const { id: disasterId, name: disasterName, law } = disaster
  await t.db.transaction().execute(async (trx) => {
    const recipients = t.invited.map((one) => one.name)
    const who = { madeBy: madeBy.id, madeByName: madeBy.name, recipients, logKey: logKey.publicPem }
    const made = { id, disasterId, areas, madeAt: t.now, expiresAt, ...who }
    await store.insertExtract(trx, { ...made, state: 'elsewhere', secret: '', openedBy: [] })
    await noteExtract(trx, { by: t.by, now: t.now, id, recipients: recipients.length })
  })
  const about = { path: t.path, id, disasterId, disasterName, law, areas, invited: t.invited, signer: t.signer }
  const when = { madeAt: t.now.toISOString(), expiresAt: expiresAt.toISOString() }
  const institutions = await institutionsOf(t, open)
  const whole = await writeExtract({ ...about, ...when, institutions, people: collect({ ...t, disaster, areas, extractId: id }) }, logKey)
  const { people, sha256, fileSha256, fileBytes } = whole
  await store.finishExtract(t.db, { id, people, sha256, fileSha256, fileBytes, signer: fingerprintOf(whole.signerPem) }, 'elsewhere')
  return whole
}
