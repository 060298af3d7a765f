import type { Row } from '#kernel/route'
import { auditLag } from '#kernel/sequencer'
import { databaseVersion } from '#kernel/serve'

/** Whether the platform can do its work now. Says nothing about anybody, and which versions run here to its operators alone. */
export function healthRow(version: string): Row {
  return {
    kind: 'read',
    method: 'GET',
    path: '/health',
    who: ['public'],
    why: ['HOPERAT'],
    unlimited: true,
    audit: 'none',
    law: '医療情報システムの安全管理に関するガイドライン 第6.0版（稼働の監視）',
    summary: { ja: '稼働の状態', en: 'State of the platform' },
    handle: async ({ db, now, actor }) => {
      const database = await databaseVersion(db)
      const isOperator = actor.kind === 'staff' && actor.role === 'operator' && actor.app === undefined
      return {
        json: {
          status: 'ready',
          ready: true,
          ...(isOperator ? { version } : {}),
          database: { status: 'up', ...(isOperator ? { version: database } : {}) },
          auditLag: await auditLag(db, now),
          now: now.toISOString(),
        },
      }
    },
  }
}
