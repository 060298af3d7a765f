import { sql } from 'kysely'
import { commitmentOf } from '#packages/log-proof'
import type { AuditEntry } from './audit-event.ts'
import { type Db, later } from './database.ts'
import { randomBytesOf } from './id.ts'

/** Writes entries in one statement, within the caller's transaction or connection. */
export async function insertAudit(db: Db, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return
  const rows = entries.map((e) => {
    const salt = randomBytesOf(16)
    return {
      key: e.key,
      id: e.id,
      at: e.at,
      actor_kind: e.actorKind,
      actor_id: e.actorId,
      actor_name: e.actorName,
      actor_role: e.actorRole,
      institution_number: e.institutionNumber,
      institution_name: e.institutionName,
      purpose: e.purpose,
      action: e.action,
      outcome: e.outcome,
      resource: e.resource,
      kinds: e.kinds,
      count: e.count,
      consent_id: e.consentId,
      rule: e.rule,
      law: e.law,
      request_id: e.requestId,
      via: e.via ?? '',
      salt: `\\x${salt.toString('hex')}`,
      commitment: `\\x${commitmentOf(e, salt).toString('hex')}`,
    }
  })
  await later(
    db,
    sql`
    insert into kernel.audit (key, id, at, actor_kind, actor_id, actor_name, actor_role, institution_number, institution_name, purpose,
      action, outcome, resource, kinds, count, consent_id, rule, law, request_id, via, salt, commitment)
    select key, id, at, actor_kind, actor_id, actor_name, actor_role, institution_number, institution_name, purpose,
      action, outcome, resource, kinds, count, consent_id, rule, law, request_id, via, salt, commitment
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(
      key text, id text, at timestamptz, actor_kind text, actor_id text, actor_name text, actor_role text, institution_number text,
      institution_name text, purpose text, action text, outcome text, resource text, kinds text[], count int, consent_id text,
      rule text, law text, request_id text, via text, salt bytea, commitment bytea)`,
  )
}

export type AuditBatch = {
  /** Resolves when the entries are durable; rejects when they could not be written: then nothing may be disclosed. */
  durable(entries: readonly AuditEntry[]): Promise<void>
}

/**
 * Group commit for reads and refusals: entries gather while one commit is in flight, without a timer, because a commit
 * each would be the ceiling of every read.
 *
 * @param write makes a set of entries durable (a connection of its own, never the request pool, so that a full pool cannot deadlock it)
 */
export function auditBatch(write: (entries: readonly AuditEntry[]) => Promise<void>): AuditBatch {
  type Waiting = { entries: readonly AuditEntry[]; resolve: () => void; reject: (reason: unknown) => void }
  let waiting: Waiting[] = []
  let busy = false
  const flush = async () => {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        await write(batch.flatMap((w) => w.entries))
        for (const w of batch) w.resolve()
      } catch (error) {
        for (const w of batch) w.reject(error)
      }
    }
    busy = false
  }
  return {
    durable: (entries) =>
      entries.length === 0
        ? Promise.resolve()
        : new Promise((resolve, reject) => {
            waiting.push({ entries, resolve, reject })
            if (busy) return
            busy = true
            // After what else is ready in this turn of the event loop, so that it shares the commit too.
            setImmediate(() => void flush())
          }),
  }
}
