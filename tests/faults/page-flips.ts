import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import type { Random } from '#packages/synthetic'

const PAGE = 8192

type Relation = { name: string; path: string; pages: number }
type Page = { relation: Relation; block: number }
type Server = { url: string; stop: () => Promise<void> }

/**
 * Flips one bit in each of many pages of a stopped cluster, starts it, and reads each page.
 * @returns flips, and those that a read did not report: with checksums, and with their failure ignored (the control)
 */
export async function flipPages(about: { root: string; home: string; random: Random; flips: number }) {
  const { root, home, random, flips } = about
  const relations = await withServer(root, home, relationsOf)
  const pages = relations.flatMap((relation) => Array.from({ length: relation.pages }, (_, block): Page => ({ relation, block })))
  const chosen = random.shuffle(pages).slice(0, flips)
  for (const page of chosen)
    flipBit(join(home, 'pg', page.relation.path), page.block * PAGE + random.whole(0, PAGE - 1), random.whole(0, 7))
  return withServer(root, home, async (client) => {
    const undetected = await readAll(client, chosen)
    await client.query('set ignore_checksum_failure = on')
    return {
      flips: chosen.length,
      undetected: undetected.length,
      ignored: (await readAll(client, chosen)).length,
      missed: undetected.slice(0, 3),
    }
  })
}

export function flipBit(path: string, at: number, bit: number): void {
  const file = openSync(path, 'r+')
  try {
    const byte = Buffer.alloc(1)
    readSync(file, byte, 0, 1, at)
    byte[0] = byte[0]! ^ (1 << bit)
    writeSync(file, byte, 0, 1, at)
  } finally {
    closeSync(file)
  }
}

async function withServer<T>(root: string, home: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const module = (await import(pathToFileURL(join(root, 'app/launcher/postgres.mjs')).href)) as {
    startPostgres: (wanted: { home: string }) => Promise<Server>
  }
  const server = await module.startPostgres({ home })
  const client = new pg.Client({ connectionString: server.url })
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end()
    await server.stop()
  }
}

/** Tables of ours and their out-of-line texts, which are where personal data lies. */
async function relationsOf(client: pg.Client): Promise<Relation[]> {
  await client.query('checkpoint')
  const { rows } = await client.query<{ name: string; path: string; bytes: string }>(
    `select c.oid::regclass::text as name, pg_relation_filepath(c.oid) as path, pg_relation_size(c.oid)::text as bytes
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 't') and n.nspname not in ('pg_catalog', 'information_schema')
        and (c.relkind = 'r' or exists (select 1 from pg_class o join pg_namespace s on s.oid = o.relnamespace
          where o.reltoastrelid = c.oid and s.nspname not in ('pg_catalog', 'information_schema')))
        and pg_relation_size(c.oid) > 0 order by 1`,
  )
  return rows.map((r) => ({ name: r.name, path: r.path, pages: Number(r.bytes) / PAGE }))
}

/** Pages that are read without a word. */
async function readAll(client: pg.Client, pages: readonly Page[]): Promise<string[]> {
  const silent: string[] = []
  for (const { relation, block } of pages) {
    try {
      // The name comes from the catalogue, quoted by the server.
      await client.query(`select count(*) from ${relation.name} where ctid >= '(${block},0)' and ctid < '(${block + 1},0)'`)
      silent.push(`${relation.name} page ${block}`)
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== 'XX001') throw error
    }
  }
  return silent
}
