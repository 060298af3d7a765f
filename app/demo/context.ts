import { auditEntry } from '#kernel/audit-entry'
import type { AuditEntry } from '#kernel/audit-event'
import type { Actor, Context } from '#kernel/context'
import type { Db } from '#kernel/database'
import { ulid } from '#kernel/id'
import type { Region } from '#packages/synthetic'

/** What the demo's systems may do. */
export const SCOPE = 'system/*.cruds'

/** A context for work of the platform itself on behalf of an institution, at an instant of the past. */
export function contextOf(db: Db, actor: Actor, now: Date, entries: AuditEntry[]): Context {
  const about = { actor, purpose: 'TREAT' as const, now, requestId: ulid(now.getTime()), action: 'record.deposit', law: 'デモデータ' }
  return { ...about, lang: 'ja', db, sessionId: null, audit: (e) => void entries.push(auditEntry(e, about)), tell: () => undefined }
}

/** An institution's system as the demo lets it act. */
export function systemOf(region: Region, institutionNumber: string): Actor {
  const facility = region.facilities.find((f) => f.institutionNumber === institutionNumber)!
  return {
    kind: 'system',
    id: `facility-${institutionNumber}`,
    institutionNumber,
    institutionName: facility.name,
    name: facility.name,
    scopes: [SCOPE],
  }
}
