/** A small filled platform for the drills: synthetic submissions through the real door, and an audit log with signed checkpoints. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { auditEntry } from '#kernel/audit-entry'
import { insertAudit } from '#kernel/audit'
import type { AuditEntry } from '#kernel/audit-event'
import type { Context } from '#kernel/context'
import { type Db, openDatabase } from '#kernel/database'
import { ulid } from '#kernel/id'
import { lead, resign } from '#kernel/leader'
import { migrate } from '#kernel/migrate'
import { sequence } from '#kernel/sequencer'
import { bundles, makeRegion } from '#packages/synthetic'
import { testDatabase } from '../../tests/harness/database.ts'
import { noCards } from '../cards.ts'
import { migrations } from '../migrations.ts'
import { services } from '../services.ts'

export async function prepare(url: string): Promise<void> {
  const db = openDatabase({ url, poolSize: 1, applicationName: 'template' })
  await migrate(db, migrations)
  await db.destroy()
}

export const migrated = () => testDatabase(prepare, 'app-all')
export const empty = () => testDatabase(async () => undefined, 'nothing')

/** Submissions of a small region that are not messy, in the order of time. */
export function submissions(count: number) {
  const region = makeRegion({ seed: 'drill', people: 12, facilities: 10, until: '2026-11-20', years: 2 })
  return [...bundles(region)].filter((s) => s.messy === undefined).slice(0, count)
}

const { record } = services({ cards: noCards, demo: true })

export async function deposit(db: Db, s: { bundle: object; institutionNumber: string; submittedAt: string }): Promise<void> {
  const entries: AuditEntry[] = []
  const now = new Date(s.submittedAt)
  const actor = {
    kind: 'system' as const,
    id: 'test',
    institutionNumber: s.institutionNumber,
    institutionName: '病院',
    name: '試験',
    scopes: ['system/*.cruds'],
  }
  const about = { actor, purpose: 'TREAT' as const, now, requestId: ulid(now.getTime()), action: 'record.deposit', law: '試験' }
  await db.transaction().execute(async (trx) => {
    const ctx: Context = {
      ...about,
      lang: 'ja',
      db: trx,
      sessionId: null,
      audit: (e) => void entries.push(auditEntry(e, about)),
      tell: () => undefined,
    }
    await record.deposit(ctx, JSON.stringify(s.bundle))
    await insertAudit(trx, entries)
  })
}

/** A data folder with a key of its own for the audit log. */
export async function makeHome(): Promise<{ home: string; sequenceAll: (db: Db, now: Date) => Promise<void> }> {
  const home = await mkdtemp(join(tmpdir(), 'enishi-drill-'))
  const key = generateKeyPairSync('ed25519').privateKey
  await writeFile(join(home, 'audit-key.pem'), key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const signer = { keyId: 'test', sign: (message: Buffer) => sign(null, message, key) }
  return {
    home,
    async sequenceAll(db, now) {
      const { epoch } = (await lead(db, 'drill')) ?? { epoch: 0 }
      await sequence(db, { epoch, now, signer })
      await resign(db, 'drill')
    },
  }
}
