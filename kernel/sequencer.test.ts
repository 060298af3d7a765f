import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openPlatform, type Platform } from '../tests/harness/platform.ts'
import { appendLeaves, leafHash, rootOf } from '#packages/log-proof'
import { insertAudit } from './audit.ts'
import { auditEntry } from './audit-entry.ts'
import { type Db, openDatabase } from './database.ts'
import { lead, resign, underEpoch } from './leader.ts'
import { auditLag, sequence, treeSize } from './sequencer.ts'

let platform: Platform
let db: Db
beforeAll(async () => {
  platform = await openPlatform()
  db = platform.db
})
afterAll(() => platform?.close())
beforeEach(() => sql`truncate kernel.audit, kernel.audit_node, kernel.audit_checkpoint, kernel.leader`.execute(db))

const signer = { keyId: 'k', sign: (message: Buffer) => createHash('sha256').update(message).digest() }
const entries = (n: number, id = '') =>
  Array.from({ length: n }, (_, i) => ({
    ...auditEntry(
      { resource: `r${i}`, key: `k${i % 3}` },
      { actor: { kind: 'public' }, purpose: 'HOPERAT', now: platform.clock.at, requestId: '', action: 't', law: '' },
    ),
    ...(id ? { id: `${id}${i}` } : {}),
  }))
const run = async (holder = 'one') => sequence(db, { epoch: (await lead(db, holder))!.epoch, now: platform.clock.at, signer })

/** The tree that the stored rows should make, computed from nothing else. */
async function expectedRoot(): Promise<string> {
  const { rows } = await sql<{
    id: string
    at: Date
    commitment: Buffer
  }>`select id, at, commitment from kernel.audit where leaf_index is not null order by leaf_index`.execute(db)
  return rootOf(
    appendLeaves(
      0,
      [],
      rows.map((r) => leafHash(r.id, r.at.toISOString(), r.commitment)),
    ).frontier,
  ).toString('hex')
}
const newestRoot = async () =>
  (await sql<{ root: Buffer }>`select root from kernel.audit_checkpoint order by size desc limit 1`.execute(db)).rows[0]!.root.toString(
    'hex',
  )
const places = async () =>
  (
    await sql<{ leaf_index: number }>`select leaf_index from kernel.audit where leaf_index is not null order by leaf_index`.execute(db)
  ).rows.map((r) => r.leaf_index)

describe('the sequencer', () => {
  test('places every entry once, without a gap, and signs the root of exactly these', async () => {
    for (const n of [1, 4, 7]) {
      await insertAudit(db, entries(n))
      expect(await run()).toBe(n)
    }
    expect(await run()).toBe(0)
    expect(await places()).toEqual(Array.from({ length: 12 }, (_, i) => i))
    expect(await treeSize(db)).toBe(12)
    expect(await newestRoot()).toBe(await expectedRoot())
    expect(await auditLag(db, platform.clock.at)).toEqual({ rows: 0, ms: 0 })
  })

  test('takes a commit that was slow when it appears, though its id is older than what stands', async () => {
    let finish = () => {}
    const started = new Promise<void>((begun) => {
      void db.transaction().execute(async (trx) => {
        await insertAudit(trx, entries(2, '000'))
        begun()
        await new Promise<void>((done) => (finish = done))
      })
    })
    await started
    await insertAudit(db, entries(3))
    expect(await run()).toBe(3)
    finish()
    await expect.poll(() => run()).toBe(2)
    const { rows } = await sql<{ id: string }>`select id from kernel.audit where leaf_index >= 3 order by leaf_index`.execute(db)
    expect(rows.map((r) => r.id)).toEqual(['0000', '0001'])
    expect(await newestRoot()).toBe(await expectedRoot())
  })

  test('a changed entry no longer fits the signed root (control of the comparison)', async () => {
    await insertAudit(db, entries(5))
    await run()
    await sql`update kernel.audit set commitment = sha256('x') where leaf_index = 2`.execute(db)
    expect(await newestRoot()).not.toBe(await expectedRoot())
  })

  test('an old epoch writes nothing', async () => {
    const old = (await lead(db, 'one'))!
    await resign(db, 'one')
    const fresh = (await lead(db, 'two'))!
    expect(fresh.epoch).toBe(old.epoch + 1)
    await insertAudit(db, entries(2))
    expect(await sequence(db, { epoch: old.epoch, now: platform.clock.at, signer })).toBeUndefined()
    expect(await places()).toEqual([])
    expect(await sequence(db, { epoch: fresh.epoch, now: platform.clock.at, signer })).toBe(2)
  })

  test('ten runs at once place each entry once', async () => {
    await insertAudit(db, entries(50))
    const { epoch } = (await lead(db, 'one'))!
    const runs = await Promise.all(Array.from({ length: 10 }, () => sequence(db, { epoch, now: platform.clock.at, signer })))
    expect(runs.sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 50])
    expect(await places()).toEqual(Array.from({ length: 50 }, (_, i) => i))
    expect(await newestRoot()).toBe(await expectedRoot())
  })
})

describe('leadership', () => {
  test('one of many; kept by its beat; taken over when it resigns or falls silent', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, (_, i) => lead(db, `p${i}`)))
    expect(all.filter((l) => l !== null)).toHaveLength(1)
    const holder = `p${all.findIndex((l) => l !== null)}`
    expect(await lead(db, holder)).toEqual({ epoch: 1 })
    expect(await lead(db, 'other')).toBeNull()
    await sql`update kernel.leader set beat_at = clock_timestamp() - interval '6 seconds'`.execute(db)
    expect(await lead(db, 'other')).toEqual({ epoch: 2 })
    expect(await lead(db, holder)).toBeNull()
  })

  test('work under an epoch holds the lead until it is done, and not for ever', async () => {
    const { epoch } = (await lead(db, 'one'))!
    const timeout = await underEpoch(
      db,
      epoch,
      async (trx) => (await sql<{ t: string }>`select current_setting('idle_in_transaction_session_timeout') as t`.execute(trx)).rows[0]!.t,
    )
    expect(timeout).toBe('10s')
    const { rows } = await sql<{ t: string }>`select current_setting('idle_in_transaction_session_timeout') as t`.execute(db)
    expect(rows[0]!.t).toBe('0')
  })

  test('a transaction that began under the lead and lost it cannot have been overtaken', async () => {
    const { epoch } = (await lead(db, 'one'))!
    const order: string[] = []
    let finish = () => {}
    const begun = new Promise<void>((ready) => {
      void underEpoch(db, epoch, async () => {
        ready()
        await new Promise<void>((done) => (finish = done))
        order.push('work done')
      })
    })
    await begun
    const other = openDatabase({ url: await urlOfTest(), poolSize: 1, applicationName: 'other' })
    const taken = sql`update kernel.leader set epoch = epoch + 1, holder = 'two'`.execute(other).then(() => order.push('taken over'))
    await new Promise((r) => setTimeout(r, 50))
    finish()
    await taken
    await other.destroy()
    expect(order).toEqual(['work done', 'taken over'])
  })
})

async function urlOfTest(): Promise<string> {
  const { pool } = platform.db as unknown as { pool: { options: { connectionString: string } } }
  return pool.options.connectionString
}
