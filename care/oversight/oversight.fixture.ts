/** A platform whose log is written by hand: who looked at whom, when. */
import { generateKeyPairSync, sign } from 'node:crypto'
import type { AuditEntry } from '#kernel/audit-event'
import { insertAudit } from '#kernel/audit'
import { transact } from '#kernel/database'
import { ulid } from '#kernel/id'
import { lead } from '#kernel/leader'
import type { Row } from '#kernel/route'
import { sequence } from '#kernel/sequencer'
import { careMigrations, CLINIC, HOSPITAL, openPlatform, type PlatformOptions } from '../../tests/harness/platform.ts'
import { actionWordsOf, eventRows, oversightMigrations } from './index.ts'
import { settleOnce } from './patterns/settle.ts'
import { watchOnce } from './patterns/watch.ts'
import { stepNext } from './scope/work.ts'

export const names: Readonly<Record<string, string>> = { [HOSPITAL]: 'みどり総合病院', [CLINIC]: 'さくら内科クリニック' }

/** A look at a chart at noon, unless said otherwise. */
export const look = (about: Partial<AuditEntry> & { at: string }): AuditEntry => {
  const institutionNumber = about.institutionNumber ?? HOSPITAL
  return {
    ...{ key: '', id: ulid(), actorKind: 'staff', actorId: 'doctor', actorName: '青山 春樹', actorRole: 'physician', institutionNumber },
    ...{
      institutionName: names[institutionNumber] ?? '',
      purpose: 'TREAT',
      action: 'chart.read',
      outcome: 'success',
      resource: 'Observation?',
    },
    ...{ kinds: ['test-result'], count: 1, consentId: '', rule: 'visit-consent', law: '法', requestId: ulid(), via: '' },
    ...about,
  }
}

export async function openOversight(options: Pick<PlatformOptions, 'rows'> = {}) {
  const platform = await openPlatform({
    migrations: [...careMigrations, ...oversightMigrations],
    template: 'oversight',
    rows: options.rows ?? (() => eventRows({ base: 'http://localhost/fhir/R4', words: actionWordsOf(() => rows) })),
  })
  const rows: readonly Row[] = platform.rows
  const { privateKey } = generateKeyPairSync('ed25519')
  const signer = { keyId: 'test', sign: (message: Buffer) => sign(null, message, privateKey) }
  const { db, clock } = platform
  return {
    ...platform,
    /** Writes entries and takes them into the tree. */
    async log(entries: readonly AuditEntry[]): Promise<void> {
      for (let i = 0; i < entries.length; i += 2_000) await insertAudit(db, entries.slice(i, i + 2_000))
      const { epoch } = (await lead(db, 'test'))!
      while ((await sequence(db, { epoch, now: clock.at, signer }))! > 0);
    },
    /** Lets the watch read the log to its end. */
    async watch(batch?: number): Promise<void> {
      while ((await transact(db, (trx) => watchOnce(trx, clock.at, batch))) > 0);
    },
    settle: () => transact(db, (trx) => settleOnce(trx, clock.at)),
    async scopes(): Promise<void> {
      while (await stepNext(db, clock.at, (work) => transact(db, work)));
    },
  }
}
export type Oversight = Awaited<ReturnType<typeof openOversight>>
