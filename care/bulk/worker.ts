import { auditEntry } from '#kernel/audit-entry'
import type { AuditEntry } from '#kernel/audit-event'
import type { Actor, Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import type { Outgoing } from '#kernel/outbox'
import { purposeOf } from '#kernel/proof'
import type { Job } from './model.ts'

/** Who a client is now, asked anew for every batch; undefined once it has been ended. Bound to the registers in `app`. */
export type Clients = (db: Db, clientId: string, scopes: readonly string[]) => Promise<Extract<Actor, { kind: 'system' }> | undefined>

/** What background work runs with: the leader's database, the epoch it leads under, and the platform's clock. */
export type Worker = { db: Db; epoch: number; now: () => Date }

type System = Extract<Actor, { kind: 'system' }>

/** The client of a job as it stands now; undefined once it has been ended, or may no longer act under the purpose of the job. */
export async function clientOf(clients: Clients, db: Db, job: Pick<Job, 'clientId' | 'scopes' | 'purpose'>): Promise<System | undefined> {
  const actor = await clients(db, job.clientId, job.scopes)
  return actor && purposeOf(actor) === job.purpose ? actor : undefined
}

export const EXPORT_LAW = 'HL7 FHIR Bulk Data Access 2.0; 閲覧の範囲は同意と法の定めによる（要確認: 弁護士）'
export const IMPORT_LAW = '診療録の記録と保存（自機関の記録。条文は要確認: 弁護士）'

export type Booked = { ctx: Context; entries: AuditEntry[]; outgoing: Outgoing[] }

/** The client's own context for one batch of its job, with what the batch notes and tells; undefined once the client has been ended. */
export async function bookFor(clients: Clients, worker: Worker, job: Job, db: Db = worker.db): Promise<Booked | undefined> {
  const actor = await clientOf(clients, db, job)
  if (!actor) return undefined
  const about = {
    actor,
    purpose: job.purpose,
    via: job.via,
    now: worker.now(),
    requestId: job.id,
    action: job.flow === 'export' ? 'bulk.export' : 'bulk.import',
    law: job.flow === 'export' ? EXPORT_LAW : IMPORT_LAW,
  }
  const entries: AuditEntry[] = []
  const outgoing: Outgoing[] = []
  const ctx: Context = {
    ...about,
    lang: 'ja',
    db,
    sessionId: null,
    audit: (event) => void entries.push(auditEntry(event, about)),
    tell: (message) => void outgoing.push(message),
  }
  return { ctx, entries, outgoing }
}

/**
 * How a step of a job ended: there is more to do, it cannot begin yet, it is finished, or the lead (or the job) is lost and nothing of the
 * step stayed.
 */
export type StepEnd = 'more' | 'waiting' | 'ended' | 'lost'
