/** A platform with notices, its leader and its log, for the tests of this room. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { insertAudit } from '#kernel/audit'
import type { AuditEntry } from '#kernel/audit-event'
import { ulid } from '#kernel/id'
import { lead } from '#kernel/leader'
import { handOut } from '#kernel/outbox'
import { sequence } from '#kernel/sequencer'
import { CLINIC, openPlatform, type Platform } from '../../tests/harness/platform.ts'
import { type NoticeDeps, noticeService } from './index.ts'

const key = generateKeyPairSync('ed25519').privateKey
const signer = { keyId: 'test', sign: (message: Buffer) => sign(null, message, key) }

export const openNotices = async () => noticesOn(await openPlatform())

export function noticesOn(platform: Platform) {
  const { db, clock } = platform
  const epoch = async () => (await lead(db, 'test'))!.epoch
  const service = (more: Partial<NoticeDeps> = {}) =>
    noticeService({ person: platform.services.person, baseUrl: 'https://enishi.example', ...more })
  const usual = service()
  return {
    ...platform,
    notices: usual,
    service,
    epoch,
    /** What the leader does with messages. */
    handOut: async () => handOut(db, { epoch: await epoch(), now: clock.at, takers: [usual.taker] }),
    /** What the leader does with the log, then with first accesses. */
    sequence: async () => sequence(db, { epoch: await epoch(), now: clock.at, signer }),
    async firstAccesses() {
      await sequence(db, { epoch: await epoch(), now: clock.at, signer })
      return usual.firstAccesses({ db, epoch: await epoch(), now: clock.at })
    },
    /** An act of an institution, as the log keeps it. */
    async act(about: Partial<AuditEntry> & { key: string }) {
      const entry: AuditEntry = {
        ...{
          id: ulid(),
          at: clock.at.toISOString(),
          actorKind: 'staff',
          actorId: 'staff-1',
          actorName: '山田 太郎',
          actorRole: 'physician',
        },
        ...{
          institutionNumber: CLINIC,
          institutionName: 'さくら内科クリニック',
          purpose: 'TREAT',
          action: 'chart.open',
          outcome: 'success',
        },
        ...{ resource: 'chart', kinds: ['test-result'], count: 1, consentId: '', rule: 'visit-consent', law: '要確認', requestId: ulid() },
        ...about,
      }
      await insertAudit(db, [entry])
      return entry
    },
    told: async (keys: string | readonly string[]) =>
      (await usual.list({ db }, { keys: typeof keys === 'string' ? [keys] : keys, limit: 100, offset: 0 })).notices,
  }
}

export type Scene = Awaited<ReturnType<typeof openNotices>>
