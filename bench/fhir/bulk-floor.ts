/** What COPY alone takes for the rows of an import. */
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { urlOf } from './store.ts'

async function connected<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: urlOf(database), application_name: 'bench-floor' })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Every row that the import left in the record and the registers, into tables with the same columns, keys and indexes. */
export async function importFloorSeconds(database: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'enishi-bench-copy-'))
  try {
    return await connected(database, async (client) => {
      const { rows } = await client.query<{ schema: string; name: string }>(
        `select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
           where n.nspname in ('record', 'person', 'consent') and c.relkind in ('r', 'p') and not c.relispartition order by 1, 2`,
      )
      await client.query('create schema bench_floor')
      let seconds = 0
      for (const { schema, name } of rows) {
        const [source, target] = [`${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`, `bench_floor.${pg.escapeIdentifier(name)}`]
        const file = join(folder, `${schema}.${name}`)
        await client.query(`create table ${target} (like ${source} including all)`)
        await pipeline(client.query(copyTo(`copy (select * from ${source}) to stdout (format binary)`)), createWriteStream(file))
        const from = performance.now()
        await pipeline(
          createReadStream(file, { highWaterMark: 1 << 20 }),
          client.query(copyFrom(`copy ${target} from stdin (format binary)`)),
        )
        seconds += (performance.now() - from) / 1000
      }
      return seconds
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
