import { auditEntry } from './audit-entry.ts'
import type { AuditEntry } from './audit-event.ts'
import type { AuditBatch } from './audit.ts'
import type { Actor, Context, Purpose } from './context.ts'
import type { Db } from './database.ts'
import { ulid } from './id.ts'
import type { Lang } from './language.ts'

/** Who acts without a request of their own: on a standing order, or over a line that stays open. `via`: what it was ordered by. */
export type Standing = { actor: Actor; purpose: Purpose; now: Date; action: string; law: string; lang?: Lang; via?: string }

/**
 * Runs a read as somebody, outside a request. What it notes is durable before its result is handed back, so that the result may leave.
 * @throws what `work` throws; nothing is noted then, and nothing may leave
 */
export async function actAs<T>(
  deps: { db: Db; durable: AuditBatch['durable'] },
  about: Standing,
  work: (ctx: Context) => Promise<T>,
): Promise<T> {
  const requestId = ulid(about.now.getTime())
  const entries: AuditEntry[] = []
  const done = await work({
    actor: about.actor,
    purpose: about.purpose,
    now: about.now,
    lang: about.lang ?? 'ja',
    db: deps.db,
    requestId,
    sessionId: null,
    audit: (event) => void entries.push(auditEntry(event, { ...about, requestId })),
    tell: () => {
      throw new Error('a read tells nobody')
    },
  })
  await deps.durable(entries)
  return done
}
