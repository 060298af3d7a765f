/** Entries appended to the log and taken into its tree at the same time: how many a second, and how soon after its instant each is provable. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { auditEntry } from '#kernel/audit-entry'
import type { AuditEntry } from '#kernel/audit-event'
import { auditBatch, insertAudit } from '#kernel/audit'
import type { Actor } from '#kernel/context'
import { ulid } from '#kernel/id'
import { lead } from '#kernel/leader'
import { type CheckpointSigner, sequence } from '#kernel/sequencer'
import type { Db } from '#kernel/database'
import { answerQuestions, ask, startRole } from '../child.ts'
import { figure, percentile, round, say } from '../measure.ts'
import { consentUrl, dropConsent, freshConsent, openConsent } from './database.ts'

const BAR = 10_000
const BAR_SECONDS = 2
const WRITERS = 2
const LANES = 400
const NAME = 'append'

export type AppendOrder = { from: number; ms: number; perSecond: number }
type Appended = { entries: number; ms: number; batches: number }

/** An entry as a chart that was opened leaves it. */
function entryAt(n: number, now: Date): AuditEntry {
  const key = createHash('md5')
    .update(String(n % 100_000))
    .digest('hex')
    .slice(0, 20)
  const place = { institutionNumber: `13${String(n % 50).padStart(8, '0')}`, institutionName: '計測診療所' }
  const actor: Actor = { kind: 'staff', role: 'physician', id: `staff-${n % 500}`, name: '計測 太郎', ...place }
  const about = { actor, purpose: 'TREAT', now, requestId: ulid(), action: 'chart.read', law: '医療法等の一部を改正する法律' } as const
  return auditEntry({ key, resource: 'Observation?', kinds: ['test-result'], count: 12, consentId: ulid(), rule: 'visit-consent' }, about)
}

/** Appends as a web worker does: entries gather while one commit is in flight. Never faster than it is told. */
async function append({ from, ms, perSecond }: AppendOrder): Promise<Appended> {
  const db = openConsent(NAME, 1)
  let batches = 0
  const batch = auditBatch((entries) => {
    batches++
    return insertAudit(db, entries)
  })
  const began = performance.now()
  let entries = 0
  let given = 0
  const lane = async () => {
    for (;;) {
      const passed = performance.now() - began
      if (passed >= ms) return
      if (given >= (passed / 1000) * perSecond) {
        await sleep(1)
        continue
      }
      given++
      await batch.durable([entryAt(from + given, new Date())])
      entries++
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  const taken = performance.now() - began
  await db.destroy()
  return { entries, ms: taken, batches }
}

export const appendRole = (): Promise<void> => answerQuestions(append)

function benchSigner(): CheckpointSigner {
  const { privateKey } = generateKeyPairSync('ed25519')
  return { keyId: 'bench', sign: (message) => sign(null, message, privateKey) }
}

/** The leader's beat, once a second or as soon as the one before is done. */
function sequencer(db: Db): { stop: () => Promise<void> } {
  const signer = benchSigner()
  let stopped = false
  const running = (async () => {
    while (!stopped) {
      const began = performance.now()
      const lease = await lead(db, hostname())
      if (lease) while ((await sequence(db, { epoch: lease.epoch, now: new Date(), signer })) === 5_000);
      await sleep(Math.max(50, 1_000 - (performance.now() - began)))
    }
    const lease = await lead(db, hostname())
    if (lease) while ((await sequence(db, { epoch: lease.epoch, now: new Date(), signer }))! > 0);
  })()
  return {
    stop: () => {
      stopped = true
      return running
    },
  }
}

/** Seconds from an entry's instant to the checkpoint that covers it, of one entry in ten. */
async function lags(db: Db): Promise<Float64Array> {
  const { rows } = await sql<{ s: number }>`
    select extract(epoch from (select c.at from kernel.audit_checkpoint c where c.size > a.leaf_index order by c.size limit 1) - a.at)::float8 as s
    from kernel.audit a where a.leaf_index % 10 = 0`.execute(db)
  return Float64Array.from(rows.map((r) => r.s)).sort()
}

/** The same rows through the same statement, without tree, index or a second writer: what the database alone takes. */
async function floorRate(seconds: number): Promise<number> {
  const db = await freshConsent(`${NAME}_floor`)
  try {
    await sql`create table public.bare (like kernel.audit including defaults)`.execute(db)
    const began = performance.now()
    let n = 0
    while (performance.now() - began < seconds * 1000) {
      const rows = Array.from({ length: 400 }, (_, i) => entryAt(n + i, new Date()))
      await sql`insert into public.bare (key, id, at, actor_kind, actor_id, actor_name, actor_role, institution_number, institution_name, purpose, action,
          outcome, resource, kinds, count, consent_id, rule, law, request_id, salt, commitment)
        select key, id, at, "actorKind", "actorId", "actorName", "actorRole", "institutionNumber", "institutionName", purpose, action, outcome, resource,
          kinds, count, "consentId", rule, law, "requestId", '', '' from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(
          key text, id text, at timestamptz, "actorKind" text, "actorId" text, "actorName" text, "actorRole" text, "institutionNumber" text,
          "institutionName" text, purpose text, action text, outcome text, resource text, kinds text[], count int, "consentId" text, rule text, law text,
          "requestId" text)`.execute(db)
      n += rows.length
    }
    return Math.round(n / ((performance.now() - began) / 1000))
  } finally {
    await db.destroy()
    await dropConsent(`${NAME}_floor`)
  }
}

export async function auditAppend({ seconds, perSecond }: { seconds: number; perSecond: number }): Promise<void> {
  const db = await freshConsent(NAME)
  const writers = await Promise.all(Array.from({ length: WRITERS }, () => startRole('consent', 'append', { BENCH_URL: consentUrl(NAME) })))
  const tree = sequencer(db)
  try {
    const order = (n: number): AppendOrder => ({ from: n * 10_000_000, ms: seconds * 1000, perSecond: perSecond / WRITERS })
    const done = await Promise.all(writers.map((w, n) => ask<Appended>(w.child, order(n))))
    await tree.stop()
    const entries = done.reduce((sum, one) => sum + one.entries, 0)
    const batches = done.reduce((sum, one) => sum + one.batches, 0)
    const rate = Math.round(entries / (Math.max(...done.map((one) => one.ms)) / 1000))
    const lag = await lags(db)
    const provable = { p50ms: round(percentile(lag, 0.5) * 1000, 0), p99ms: round(percentile(lag, 0.99) * 1000, 0) }
    const maxMs = round((lag.at(-1) ?? 0) * 1000, 0)
    const floor = await floorRate(Math.min(seconds, 5))
    say(
      `audit-append: ${rate}/s appended (bar: ${BAR}/s), provable: half within ${provable.p50ms} ms, 99 of 100 within ${provable.p99ms} ms,`,
    )
    say(
      `  all within ${maxMs} ms (bar: ${BAR_SECONDS} s); ${WRITERS} writers and the sequencer at once, ${round(entries / batches, 0)} entries a commit`,
    )
    say('  on: commitments, indexes of the log, tree, signed checkpoints; synchronous commit')
    say(`  floor (the same rows into a bare table, one writer, 400 a commit): ${floor}/s`)
    figure({
      bench: 'consent',
      name: 'audit-append',
      rate,
      ...provable,
      maxMs,
      floorRate: floor,
      offered: perSecond,
      n: entries,
      writers: WRITERS,
    })
  } finally {
    for (const { child } of writers) child.kill()
    await db.destroy()
    await dropConsent(NAME)
  }
}
