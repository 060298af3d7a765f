import type { Duplex } from 'node:stream'
import { type RawBuilder, sql } from 'kysely'
import type pg from 'pg'
import { binaryBegin, binaryEnd } from './copy-binary.ts'
import { type CopyValue, copyText } from './copy-in.ts'
import { compiledLater, type Db, onOneConnection } from './database.ts'
import { tapCopyData } from './tapped-socket.ts'

/** The fields of one row as the server sends them, in its binary form; text is UTF-8. Whoever wants to keep them copies them. */
export type CopiedRow = readonly Buffer[]

/** Bytes handed over together, so that what is done with them is done seldom. */
const TOGETHER = 2 << 20
/** Bytes held for a slow reader before the server is made to wait. */
const HELD = 6 << 20
/** Signature, flags and length of the extension, before the first row. @spec PostgreSQL COPY, binary format */
const HEADER = 19

/** Asks something of the same moment as the rows; planned for its values, and by an index where there is one. */
export type AskFirst = <R>(question: RawBuilder<R>) => Promise<R[]>

/**
 * The rows of a query by COPY, as bytes: no row becomes text on the way, which is what the time of a large read goes to otherwise.
 * COPY takes no parameters, so each becomes a setting of the transaction: no value ever stands in the statement.
 *
 * @param query made when everything else that it depends on was asked
 * @param each called with some rows at a time; the next come when it has ended, and may stand in the same memory
 * @param planned settings of the planner for this statement alone
 */
export async function copyRows(
  db: Db,
  query: (ask: AskFirst) => Promise<RawBuilder<unknown>>,
  each: (rows: CopiedRow[]) => Promise<void>,
  planned: Readonly<Record<string, string>> = {},
): Promise<void> {
  await onOneConnection(db, async (_one, client) => {
    // The driver lets no COPY onto a connection whose statements travel together; this one is ours alone, and nothing is on its way.
    const travels = client as unknown as { pipeline: boolean }
    const { pipeline } = travels
    travels.pipeline = false
    await client.query('begin isolation level repeatable read read only')
    const ask: AskFirst = async (question) => {
      const { sql: text, parameters } = question.compile(db)
      await client.query('set local enable_seqscan = off')
      const { rows } = await client.query(text, [...parameters])
      await client.query('set local enable_seqscan = on')
      return rows
    }
    const { sql: text, parameters } = (await query(ask)).compile(db)
    const values = [...parameters.map((value, n) => [`enishi.p${n + 1}`, settingOf(value)] as const), ...Object.entries(planned)]
    const settings = values.map((_, n) => `set_config($${2 * n + 1}, $${2 * n + 2}, true)`)
    if (settings.length > 0) await client.query(`select ${settings.join(', ')}`, values.flat())
    const inlined = text.replace(/\$(\d+)/g, (_, n: string) => readOf(Number(n), parameters[Number(n) - 1]))
    for await (const rows of copied(client, `copy (${inlined}) to stdout (format binary)`)) await each(rows)
    await client.query('commit')
    travels.pipeline = pipeline
  })
}

const settingOf = (value: unknown): string =>
  value instanceof Date ? value.toISOString() : Array.isArray(value) ? JSON.stringify(value) : String(value)

/** Reads a setting back in the type it had; once a statement, because it is a query of its own. */
function readOf(n: number, value: unknown): string {
  const setting = `current_setting('enishi.p${n}')`
  if (value === null || value === undefined) return 'null'
  if (value instanceof Date) return `(select ${setting}::timestamptz)`
  if (Array.isArray(value)) return `(select array(select json_array_elements_text(${setting}::json)))`
  if (typeof value === 'number') return `(select ${setting}::numeric)`
  return typeof value === 'boolean' ? `(select ${setting}::boolean)` : `(select ${setting})`
}

/**
 * Memory that rows stand in until they were read. Memory outside the heap counts towards the next collection of everything in it, so that
 * memory of its own for each row would have the whole heap walked through ten times a second.
 */
function slabs() {
  const free: Buffer[] = []
  let [current, at, used]: [Buffer | undefined, number, Buffer[]] = [undefined, 0, []]
  return {
    /** Room for a row, good until what `taken` returned with it is given back. */
    room(length: number): Buffer {
      if (length > SLAB) return Buffer.allocUnsafeSlow(length)
      if (current === undefined || at + length > SLAB) {
        current = free.pop() ?? Buffer.allocUnsafeSlow(SLAB)
        used.push(current)
        at = 0
      }
      at += length
      return current.subarray(at - length, at)
    },
    /** What holds the rows so far, but for the slab in use: a row may be coming in there, and what came before it stays with it. */
    taken(): Buffer[] {
      const taken = used.filter((slab) => slab !== current)
      used = current ? [current] : []
      return taken
    },
    give: (back: readonly Buffer[]) => void free.push(...back),
  }
}

/** Bytes of one slab. */
const SLAB = 1 << 20

async function* copied(client: pg.PoolClient, text: string): AsyncGenerator<CopiedRow[]> {
  let [rows, held, isFirst]: [CopiedRow[], number, boolean] = [[], 0, true]
  let stream: Duplex | undefined
  let over: { error?: Error } | undefined
  let wake = () => {}
  const memory = slabs()
  const end = (how: { error?: Error }) => {
    over ??= how
    wake()
  }
  const broken = () => end({ error: new Error('Connection terminated') })
  client.once('end', broken)
  const take = (own: Buffer) => {
    const row = rowOf(own, isFirst ? HEADER : 0)
    isFirst = false
    if (row === null) return
    rows.push(row)
    held += own.length
    if (held > HELD) stream?.pause()
    if (held >= TOGETHER) wake()
  }
  client.query({
    submit(connection: pg.Connection) {
      stream = (connection as unknown as { stream: Duplex }).stream
      tapCopyData(stream, { room: memory.room, row: take })
      connection.query(text)
    },
    // Where the socket is the driver's own, its buffer is used again.
    handleCopyData({ chunk }: { chunk: Buffer }) {
      const own = memory.room(chunk.length)
      chunk.copy(own)
      take(own)
    },
    handleCommandComplete: () => undefined,
    handleReadyForQuery: () => end({}),
    handleError: (error: Error) => end({ error }),
  } as unknown as pg.Submittable)
  try {
    for (;;) {
      if (rows.length > 0 && (held >= TOGETHER || over)) {
        if (over?.error) throw over.error
        const [some, standing] = [rows, memory.taken()]
        ;[rows, held] = [[], 0]
        yield some
        memory.give(standing)
      } else if (over) {
        if (over.error) throw over.error
        return
      } else
        await new Promise<void>((resolve) => {
          wake = resolve
          stream?.resume()
        })
    }
  } finally {
    client.removeListener('end', broken)
    stream?.resume()
    // Given up before the end: nobody may use this connection again.
    if (!over) stream?.destroy()
  }
}

/** The fields of one message; null for the end of the rows. */
function rowOf(own: Buffer, from: number): Buffer[] | null {
  if (own.length <= from) return null
  const count = own.readInt16BE(from)
  if (count < 0) return null
  const fields: Buffer[] = []
  for (let at = from + 2, n = 0; n < count; n++) {
    const length = own.readInt32BE(at)
    at += 4
    fields.push(own.subarray(at, at + Math.max(length, 0)))
    at += Math.max(length, 0)
  }
  return fields
}

/**
 * Takes rows into a table by COPY, within the caller's transaction: a third of what the database spends on an INSERT of the same rows.
 * Sent like a statement of `later`: nobody waits for the result, and a row that cannot be taken fails the transaction.
 *
 * @param table schema and name, a constant of ours
 * @param about.rows values in the order of the columns
 */
export const copyInto = (
  db: Db,
  table: Table,
  { columns, rows }: { columns: readonly string[]; rows: Iterable<readonly CopyValue[]> },
): Promise<void> => copyReady(db, table, { columns, pieces: copyText(rows) })

type Table = `${string}.${string}`

const copyStatement = (table: Table, columns: readonly string[]) =>
  sql`copy ${sql.table(table)} (${sql.join(columns.map((name) => sql.id(name)))}) from stdin`

/** As `copyInto`, of rows that are messages to the server already. */
function copyReady(db: Db, table: Table, { columns, pieces }: { columns: readonly string[]; pieces: readonly Buffer[] }): Promise<void> {
  return compiledLater(db, Object.assign({ ...copyStatement(table, columns).compile(db) }, { rows: pieces }))
}

/** As `copyInto`, of rows that a `binaryWriter` made into messages to the server. */
export function copyBinary(
  db: Db,
  table: Table,
  { columns, pieces }: { columns: readonly string[]; pieces: readonly Buffer[] },
): Promise<void> {
  const into = sql`${copyStatement(table, columns)} (format binary)`.compile(db)
  return compiledLater(db, Object.assign({ ...into }, { rows: [binaryBegin, ...pieces, binaryEnd] }))
}
