import { insertAudit } from '#kernel/audit'
import { auditEntry } from '#kernel/audit-entry'
import type { AuditEvent } from '#kernel/audit-event'
import type { Actor } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'

/** Who acts when an operator works at the machine itself: a system with no institution's rights of its own. */
export const commandLine = (institutionNumber = '', institutionName = ''): Actor => ({
  kind: 'system',
  id: 'command-line',
  institutionNumber,
  institutionName,
  name: 'command line',
  scopes: institutionNumber === '' ? [] : ['system/*.cruds'],
})

const LAW = '医療情報システムの安全管理に関するガイドライン 第6.0版（バックアップ）'

/** Writes an operator's act on the whole data into the audit log. Durable when it resolves. */
export async function noteAct(db: Db, now: Date, event: AuditEvent & { action: string }): Promise<void> {
  const about = { actor: commandLine(), purpose: 'HOPERAT' as const, now, requestId: ulid(now.getTime()), action: event.action, law: LAW }
  await insertAudit(db, [auditEntry(event, about)])
}
