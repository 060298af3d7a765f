/** Databases of the consent bench, beside whatever the server holds. */
import { sql } from 'kysely'
import { type Db, onOneConnection, openDatabase } from '#kernel/database'
import { migrate } from '#kernel/migrate'
import { migrations } from '../../app/migrations.ts'

const PREFIX = 'enishi_bench_consent'

/** Socket addresses have no host, which `URL` does not read. */
export const consentUrl = (name: string): string =>
  (process.env.DATABASE_URL ?? '').replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${PREFIX}_${name}`)

export const openConsent = (name: string, poolSize = 2): Db =>
  openDatabase({ url: consentUrl(name), poolSize, applicationName: 'bench-consent' })

async function onServer<T>(work: (db: Db) => Promise<T>): Promise<T> {
  if (!process.env.DATABASE_URL) throw new Error('DATABASE_URL is missing: run this through `npm run bench`')
  const server = openDatabase({ url: process.env.DATABASE_URL, poolSize: 1, applicationName: 'bench' })
  try {
    return await onOneConnection(server, async (one) => {
      await sql`set statement_timeout = 0`.execute(one)
      return await work(one)
    })
  } finally {
    await server.destroy()
  }
}

export const dropConsent = (name: string): Promise<unknown> =>
  onServer((server) => sql`drop database if exists ${sql.id(`${PREFIX}_${name}`)} with (force)`.execute(server))

/** A database with the platform's tables and nothing in it. */
export async function freshConsent(name: string): Promise<Db> {
  await dropConsent(name)
  await onServer((server) => sql`create database ${sql.id(`${PREFIX}_${name}`)}`.execute(server))
  const db = openConsent(name, 4)
  await migrate(db, migrations)
  return db
}

/**
 * A database that is filled once and kept for the next run.
 * @param stamp changes when its tables or rows do
 */
export async function keptConsent(about: { name: string; stamp: string; fill: (db: Db) => Promise<void> }): Promise<Db> {
  const before = openConsent(about.name, 4)
  const { rows } = await sql<{ stamp: string }>`select stamp from public.bench_stamp`.execute(before).catch(() => ({ rows: [] }))
  if (rows[0]?.stamp === about.stamp) return before
  await before.destroy()
  const db = await freshConsent(about.name)
  await onOneConnection(db, async (one) => {
    // Filling takes longer than any request may.
    await sql`set statement_timeout = 0`.execute(one)
    await about.fill(one)
    await sql`create table public.bench_stamp as select ${about.stamp}::text as stamp`.execute(one)
    await sql`vacuum analyze`.execute(one)
    await sql`checkpoint`.execute(one)
    await sql`reset statement_timeout`.execute(one)
  })
  return db
}
