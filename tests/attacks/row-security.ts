/**
 * Row-level security as an oracle: the same product without its own predicate, over connections of a role whose policies are made from that
 * predicate. What PostgreSQL lets through and what the queries let through must be the same rows, at every door.
 */
import pg from 'pg'
import { pino } from 'pino'
import { type RawBuilder, sql } from 'kysely'
import type { Context } from '#kernel/context'
import { type Db, openDatabase } from '#kernel/database'
import { httpServer } from '#kernel/http'
import { auditBatch, insertAudit } from '#kernel/audit'
import { tokenMint } from '#kernel/token'
import { allRows } from '../../app/rows.ts'
import { services } from '../../app/services.ts'
import { trustingCards } from '../harness/platform.ts'
import type { World } from './world.ts'

const TABLES = ['resource', 'version'] as const

/** A value as SQL writes it. Policies take no parameters. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'boolean' || typeof value === 'number') return String(value)
  if (value instanceof Date) return `${pg.escapeLiteral(value.toISOString())}::timestamptz`
  if (Array.isArray(value)) return `array[${value.map(literal).join(', ')}]::text[]`
  return pg.escapeLiteral(String(value))
}

/** The predicate of one asker as the expression of a policy on a table. */
export function policyOf(db: Db, predicate: RawBuilder<boolean>, table: string): string {
  const { sql: text, parameters } = predicate.compile(db)
  const filled = text.replace(/\$(\d+)/g, (_, n: string) => literal(parameters[Number(n) - 1]))
  // The queries call the row `r`; a policy calls it by its table.
  return filled.replace(/\br\.(?=[a-z_])/g, `${table}.`)
}

export type RowSecurity = Awaited<ReturnType<typeof openRowSecurity>>

export async function openRowSecurity(world: World) {
  const { platform, home } = world
  const { db } = platform
  const role = `enishi_rows_${Math.random().toString(36).slice(2, 10)}`
  const { rows } = await sql<{ url: string; schemas: string[] }>`
    select current_database() as url, array(select nspname::text from pg_namespace where nspname !~ '^(pg_|information_schema|public)') as schemas`.execute(
    db,
  )
  await sql`create role ${sql.id(role)} nologin`.execute(db)
  for (const schema of rows[0]!.schemas) {
    await sql`grant usage on schema ${sql.id(schema)} to ${sql.id(role)}`.execute(db)
    await sql`grant all on all tables in schema ${sql.id(schema)} to ${sql.id(role)}`.execute(db)
    await sql`grant all on all sequences in schema ${sql.id(schema)} to ${sql.id(role)}`.execute(db)
  }
  for (const table of TABLES) {
    await sql`alter table ${sql.table(`record.${table}`)} enable row level security`.execute(db)
    for (const act of ['insert', 'update', 'delete'])
      await sql`create policy ${sql.raw(`may_${act}`)} on ${sql.table(`record.${table}`)} for ${sql.raw(act)} to ${sql.id(role)} ${sql.raw(act === 'insert' ? 'with check (true)' : 'using (true)')}`.execute(
        db,
      )
  }
  // Connections of this role see what its policies let through; the owner's see all.
  const restricted = openDatabase({ url: withRole(platform.url, role), poolSize: 4, applicationName: 'row-security' })
  const audit = openDatabase({ url: platform.url, poolSize: 1, applicationName: 'row-security-audit' })
  const built = services({ cards: trustingCards, demo: true, home, baseUrl: 'http://localhost' })
  Object.assign(built.consent, { visibleTo: () => sql<boolean>`true` })
  const mint = await tokenMint(db)
  const config = { baseUrl: 'http://localhost', secure: false }
  const app = httpServer(
    allRows({ services: built, config, mint, demo: null, demoRows: [] }).filter((row) => row.kind !== 'job' && row.kind !== 'mount'),
    {
      ...{ db: restricted, clock: platform.clock, accounts: built.accounts, mint, log: pino({ level: 'silent' }) },
      ...{ secure: false, batch: auditBatch((entries) => insertAudit(audit, entries)), refusalPage: () => '' },
    },
  )
  return {
    app,
    /** From here on the role sees what this predicate lets through. */
    async let(predicate: RawBuilder<boolean>): Promise<void> {
      for (const table of TABLES) {
        await sql`drop policy if exists may_see on ${sql.table(`record.${table}`)}`.execute(db)
        const expression = policyOf(db, predicate, table)
        await sql`create policy may_see on ${sql.table(`record.${table}`)} for select to ${sql.id(role)} using (${sql.raw(expression)})`.execute(
          db,
        )
      }
    },
    async close(): Promise<void> {
      await app.close()
      await restricted.destroy()
      await audit.destroy()
      await sql`drop owned by ${sql.id(role)}`.execute(db)
      await sql`drop role ${sql.id(role)}`.execute(db)
    },
  }
}

const withRole = (url: string, role: string) => `${url}${url.includes('?') ? '&' : '?'}options=${encodeURIComponent(`-c role=${role}`)}`

/** The question that the product itself asks for this caller: caught when it asks. */
export async function predicateOf(world: World, ask: () => Promise<unknown>): Promise<RawBuilder<boolean>> {
  const { consent } = world.services
  const own = consent.visibleTo
  let caught: RawBuilder<boolean> | undefined
  const listen = (ctx: Context) => (caught = own(ctx))
  const others = world.platform.services.consent
  const kept = others.visibleTo
  Object.assign(consent, { visibleTo: listen })
  Object.assign(others, { visibleTo: listen })
  try {
    await ask()
  } finally {
    Object.assign(consent, { visibleTo: own })
    Object.assign(others, { visibleTo: kept })
  }
  return caught ?? sql<boolean>`false`
}
