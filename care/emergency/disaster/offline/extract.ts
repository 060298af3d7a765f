/** Makes an extract: noted before anything leaves, walked in batches, sealed for those it is meant for. */
import type { KeyObject } from 'node:crypto'
import { disasters } from '#care/consent'
import type { PersonService } from '#care/person'
import type { RecordService } from '#care/record'
import { auditEntry } from '#kernel/audit-entry'
import { insertAudit } from '#kernel/audit'
import type { Actor } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import { refuse } from '#kernel/refusal'
import { isOpen, preview } from '../openings.ts'
import * as store from '../store/offline.ts'
import { collect } from './collect.ts'
import type { Manifest } from './format.ts'
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

/**
 * @refuses not-found, disaster-not-open, disaster-area-empty
 */
export async function makeExtract(t: ToExtract): Promise<Manifest> {
  const disaster = (await disasters.find(t, t.disasterId)) ?? refuse('not-found')
  if (!isOpen(disaster, t.now)) refuse('disaster-not-open')
  const areas = t.areas.length === 0 ? disaster.areas : [...t.areas]
  const open = new Set(await disasters.institutions(t, disaster.id))
  const there = await preview(t, areas)
  if (!there.some((f) => open.has(f.institutionNumber))) refuse('disaster-area-empty')
  const logKey = newLogKey()
  const id = ulid(t.now.getTime())
  const expiresAt = new Date(Math.min(t.expiresAt.getTime(), disaster.until.getTime()))
  const madeBy = t.by.kind === 'public' ? { id: '', name: '' } : t.by
  await t.db.transaction().execute(async (trx) => {
    const recipients = t.invited.map((one) => one.name)
    await store.insertExtract(trx, {
      ...{
        id,
        disasterId: disaster.id,
        areas,
        madeAt: t.now,
        expiresAt,
        madeBy: madeBy.id,
        madeByName: madeBy.name,
        recipients,
        logKey: logKey.publicPem,
      },
    })
    const about = {
      actor: t.by,
      purpose: 'HOPERAT' as const,
      now: t.now,
      requestId: ulid(t.now.getTime()),
      action: 'disaster.extract',
      law: LAW,
    }
    await insertAudit(trx, [auditEntry({ resource: `DisasterExtract/${id}`, rule: 'disaster', count: recipients.length }, about)])
  })
  const known = await t.person.facilities(t)
  const manifest = await writeExtract(
    {
      ...{
        path: t.path,
        id,
        disasterId: disaster.id,
        disasterName: disaster.name,
        law: disaster.law,
        areas,
        invited: t.invited,
        signer: t.signer,
      },
      madeAt: t.now.toISOString(),
      expiresAt: expiresAt.toISOString(),
      institutions: known.map((f) => ({
        number: f.institutionNumber,
        name: f.name,
        nameEn: f.nameEn,
        open: open.has(f.institutionNumber),
      })),
      people: collect({ ...t, disaster, areas, extractId: id }),
    },
    logKey,
  )
  await store.finishExtract(t.db, { id, people: manifest.people, sha256: manifest.sha256 })
  return manifest
}
