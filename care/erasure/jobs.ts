import { insertAudit } from '#kernel/audit'
import { auditEntry } from '#kernel/audit-entry'
import type { AuditEntry } from '#kernel/audit-event'
import type { Actor } from '#kernel/context'
import { ulid } from '#kernel/id'
import { underEpoch } from '#kernel/leader'
import { type Outgoing, writeOutbox } from '#kernel/outbox'
import type { JobRow } from '#kernel/route'
import { LOG_LAW } from './rules.ts'
import type { ErasureService } from './service.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const LAW = '個人情報の保護に関する法律 第35条（利用停止・消去。適用の範囲は要確認: 弁護士）'

/** The platform itself, carrying out what was decided. */
const platform: Actor = { kind: 'system', id: 'erasure', institutionNumber: '', institutionName: '', name: '縁（消去の実行）', scopes: [] }

/** What goes when its time is over, without anybody's hand. */
export function erasureJobs(service: ErasureService): JobRow[] {
  return [
    {
      kind: 'job',
      name: 'erasure.due',
      everyMs: HOUR_MS,
      law: LAW,
      summary: { ja: '保存期間が過ぎたものを消す', en: 'Erase what no longer has to be kept' },
      async run({ db, now, epoch }) {
        const about = {
          actor: platform,
          purpose: 'HOPERAT' as const,
          now,
          requestId: ulid(now.getTime()),
          action: 'erasure.erase',
          law: LAW,
        }
        await underEpoch(db, epoch, async (trx) => {
          const [entries, outgoing]: [AuditEntry[], Outgoing[]] = [[], []]
          await service.carryOutDue({
            db: trx,
            now,
            audit: (event) => void entries.push(auditEntry(event, about)),
            tell: (message) => void outgoing.push(message),
          })
          await insertAudit(trx, entries)
          await writeOutbox(trx, now, outgoing)
        })
      },
    },
    {
      kind: 'job',
      name: 'erasure.forget-entries',
      // It asks about everybody who was ever erased, and what it waits for is counted in years.
      everyMs: DAY_MS,
      law: LOG_LAW,
      summary: {
        ja: '消去された人について、記録の期限が過ぎた閲覧記録の中身を消す',
        en: 'Empty log entries about erased people once the log’s own time is over',
      },
      async run({ db, now, epoch }) {
        await underEpoch(db, epoch, (trx) => service.forgetEntries({ db: trx, now }))
      },
    },
  ]
}
