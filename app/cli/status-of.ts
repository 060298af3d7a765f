import { createPublicKey } from 'node:crypto'
import { readFile, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { isSignedBy, newestCheckpoint, rootFromNodes } from '../backup/audit-tree.ts'
import { copyClient, nameOf, ownSchemas, quoted, tablesOf } from '../backup/catalogue.ts'
import type { Config } from '../config.ts'
import { migrations } from '../migrations.ts'
import { APP_VERSION } from '../version.ts'

export type Status = {
  version: string
  node: string
  database: { version: string; bytes: number }
  migrations: { applied: string[]; open: string[]; unknown: string[] }
  /** Null where the schema is not there yet. `~` marks an estimate. */
  rows: { resources: Record<string, number>; tables: Record<string, string> } | null
  audit: {
    lagRows: number
    lagMs: number
    size: number
    root: string
    checkpointAt: string | null
    rootMatches: boolean
    /** `other key`: signed by a key that is not in this data folder. */
    signature: 'good' | 'other key' | 'no key' | 'none'
  } | null
  leader: { holder: string; epoch: number; beatAgeSeconds: number; leads: boolean } | null
  disk: { home: string; freeBytes: number }
  /** What is not as it must be, in plain words. */
  wrong: string[]
}

/** Reads the state of a platform without changing anything; one snapshot. */
export async function statusOf(config: Pick<Config, 'databaseUrl' | 'home' | 'disk'>): Promise<Status> {
  const client = await copyClient(config.databaseUrl, 'enishi-status')
  try {
    await client.query('begin transaction isolation level repeatable read read only')
    const { rows } = await client.query<{ version: string; bytes: string; ready: boolean }>(
      `select current_setting('server_version') as version, pg_database_size(current_database())::text as bytes, to_regclass('kernel.migration') is not null as ready`,
    )
    const { version, bytes, ready } = rows[0]!
    const steps = await stepsOf(client, ready)
    // A database some steps behind may lack what is read below.
    const isWhole = ready && steps.open.length === 0
    const audit = isWhole ? await auditOf(client, config.home) : null
    const { bavail, bsize } = await statfs(config.home).catch(() => ({ bavail: 0, bsize: 0 }))
    const freeBytes = bavail * bsize
    return {
      version: APP_VERSION,
      node: process.versions.node,
      database: { version, bytes: Number(bytes) },
      migrations: steps,
      rows: isWhole ? await rowsOf(client) : null,
      audit,
      leader: isWhole ? await leaderOf(client) : null,
      disk: { home: config.home, freeBytes },
      wrong: [
        ...(steps.unknown.length > 0 ? [`schema of a newer version: ${steps.unknown.join(', ')}`] : []),
        ...(freeBytes < config.disk.reserveMb * 1_048_576
          ? [`less than ENISHI_DISK_RESERVE_MB (${config.disk.reserveMb} MB) is free where the data folder lies: no new records are taken`]
          : []),
        ...(audit && !audit.rootMatches ? ['the audit tree does not give the root of its newest checkpoint'] : []),
      ],
    }
  } finally {
    await client.end()
  }
}

async function stepsOf(client: pg.Client, ready: boolean): Promise<Status['migrations']> {
  const { rows } = ready ? await client.query<{ id: string }>('select id from kernel.migration order by applied_at, id') : { rows: [] }
  const applied = rows.map((r) => r.id)
  const known = migrations.map((m) => m.id)
  return { applied, open: known.filter((id) => !applied.includes(id)), unknown: applied.filter((id) => !known.includes(id)) }
}

/** Above this an exact count would take longer than it is worth. */
const COUNTED = 1_000_000

async function rowsOf(client: pg.Client): Promise<Status['rows']> {
  const tables: Record<string, string> = {}
  for (const table of await tablesOf(client, ownSchemas(migrations))) {
    const { rows: estimate } = await client.query<{ n: string }>(
      'select reltuples::bigint::text as n from pg_class where oid = $1::regclass',
      [quoted(table)],
    )
    const about = Number(estimate[0]!.n)
    if (about > COUNTED) tables[nameOf(table)] = `~${about}`
    else tables[nameOf(table)] = (await client.query<{ n: string }>(`select count(*)::text as n from ${quoted(table)}`)).rows[0]!.n
  }
  const { rows } = await client.query<{ kind: string; n: string }>(
    'select kind, count(*)::text as n from record.resource where not deleted group by kind order by kind',
  )
  return { resources: Object.fromEntries(rows.map((r) => [r.kind, Number(r.n)])), tables }
}

async function auditOf(client: pg.Client, home: string): Promise<Status['audit']> {
  const newest = await newestCheckpoint(client)
  const { rows } = await client.query<{ ms: string }>(
    `select coalesce(greatest(0, extract(epoch from clock_timestamp() - min(at)) * 1000), 0)::bigint::text as ms from kernel.audit where leaf_index is null`,
  )
  const root = await rootFromNodes(client, newest.size)
  return {
    lagRows: newest.withoutLeaf,
    lagMs: Number(rows[0]!.ms),
    size: newest.size,
    root: newest.root,
    checkpointAt: newest.checkpoint?.at ?? null,
    rootMatches: root?.toString('hex') === newest.root,
    signature: await signatureOf(newest, home),
  }
}

async function signatureOf(newest: Awaited<ReturnType<typeof newestCheckpoint>>, home: string) {
  if (newest.checkpoint === null) return 'none'
  const pem = await readFile(join(home, 'audit-key.pem')).catch(() => null)
  if (pem === null) return 'no key'
  return isSignedBy(createPublicKey(pem), newest) ? 'good' : 'other key'
}

async function leaderOf(client: pg.Client): Promise<Status['leader']> {
  const { rows } = await client.query<{ holder: string; epoch: string; age: string }>(
    `select holder, epoch::text, extract(epoch from clock_timestamp() - beat_at)::text as age from kernel.leader where name = 'platform'`,
  )
  const [leader] = rows
  if (!leader) return null
  const beatAgeSeconds = Math.round(Number(leader.age))
  return { holder: leader.holder, epoch: Number(leader.epoch), beatAgeSeconds, leads: beatAgeSeconds < 5 }
}
