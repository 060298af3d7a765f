import type { CompiledQuery } from 'kysely'
import pg from 'pg'

/** COPY FROM STDIN with the rows it takes in, in COPY's text form. */
export type CopyIn = CompiledQuery & { readonly rows: readonly Buffer[] }

export const isCopyIn = (query: CompiledQuery): query is CopyIn => 'rows' in query

/** Bytes of one message: the server holds each whole. */
const PIECE = 64 << 10
/** Kind and length of a message, before its rows. */
const HEAD = 5
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4])

/**
 * Sends statement, rows and their end in one go: a server that refuses the statement passes over the rows, so nobody need wait for its
 * word, and other statements may follow on the same connection at once.
 * @spec PostgreSQL frontend/backend protocol, COPY operations
 */
export function copyIn(client: pg.Client | pg.PoolClient, { sql: text, rows }: CopyIn): Promise<pg.QueryResult> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query(text, [])
    const taking: Partial<pg.Submittable> & { callback: (error: Error | null, result: pg.QueryResult) => void } = {
      callback: (error, result) => (error ? reject(error) : resolve(result)),
      submit(connection) {
        connection.query(text)
        const { stream } = connection
        for (const piece of rows) stream.write(piece)
        stream.write(COPY_DONE)
      },
    }
    // The driver's own answer to the server's readiness is to call the COPY off.
    Object.assign(query, taking, { handleCopyInResponse: () => undefined })
    client.query(query)
  })
}

/** A value in COPY's text form. Lists are of texts. */
export type CopyValue = string | number | boolean | Date | null | undefined | readonly string[]

const ODD = /[\\\n\r\t]/
const escapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const escaped = (text: string): string => (ODD.test(text) ? text.replace(/[\\\n\r\t]/g, (char) => escapes[char]!) : text)

const ODD_IN_LIST = /["\\\n\r\t]/
/** A list in array syntax. Put together in one go where nothing needs escaping, which is nearly always. */
const listed = (list: readonly string[]): string => {
  if (list.length === 0) return '{}'
  if (!ODD_IN_LIST.test(list.join(''))) return `{"${list.join('","')}"}`
  return escaped(`{${list.map((text) => `"${text.replace(/["\\]/g, (char) => `\\${char}`)}"`).join(',')}}`)
}

/** Rows that go in together mostly say the same instants. */
const written = new Map<number, string>()
function isoOf(date: Date): string {
  const ms = date.getTime()
  const known = written.get(ms)
  if (known !== undefined) return known
  if (written.size >= 500) written.clear()
  const iso = date.toISOString()
  written.set(ms, iso)
  return iso
}

function field(value: CopyValue): string {
  if (typeof value === 'string') return escaped(value)
  if (value === null || value === undefined) return '\\N'
  if (value instanceof Date) return isoOf(value)
  if (typeof value === 'object') return listed(value)
  return String(value)
}

/** Where a row stands: `from` to `to` in a room that its message shares with others. */
export type Written = { room: Buffer; from: number; to: number }

/**
 * Takes rows one by one, with the values of each in the order of the columns. Each is written where it leaves from: put together as one
 * text first, rows would take five times as long.
 * @param roomBytes taken at a time for what comes
 * @spec PostgreSQL COPY, text format; frontend/backend protocol, CopyData
 */
export function copyWriter(roomBytes = PIECE) {
  let room = Buffer.allocUnsafeSlow(roomBytes)
  let [start, at, pieces]: [number, number, Buffer[]] = [0, HEAD, []]
  const close = () => {
    if (at === start + HEAD) return
    room.writeUInt8(0x64, start)
    room.writeUInt32BE(at - start - 1, start + 1)
    pieces.push(room.subarray(start, at))
    start = at
    at += HEAD
  }
  return {
    add(row: readonly CopyValue[]): Written {
      let line = field(row[0])
      for (let n = 1; n < row.length; n++) line += `\t${field(row[n])}`
      const most = line.length * 3 + 1
      if (at - start + most > PIECE) close()
      if (at + most > room.length) {
        close()
        room = Buffer.allocUnsafeSlow(Math.max(roomBytes, most + HEAD))
        ;[start, at] = [0, HEAD]
      }
      const from = at
      at += room.write(line, at)
      room[at++] = 10
      return { room, from, to: at }
    },
    /** What came since the last time, as messages to the server. */
    take(): Buffer[] {
      close()
      const taken = pieces
      pieces = []
      return taken
    },
  }
}

/** Rows in COPY's text form, as messages to the server. */
export function copyText(rows: Iterable<readonly CopyValue[]>): Buffer[] {
  const writer = copyWriter()
  for (const row of rows) writer.add(row)
  return writer.take()
}
