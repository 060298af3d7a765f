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

function field(value: CopyValue): string {
  if (typeof value === 'string') return escaped(value)
  if (value === null || value === undefined) return '\\N'
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'object') return listed(value)
  return String(value)
}

/**
 * Rows in COPY's text form, with the values of each in the order of the columns, as messages to the server. Each row is written where it
 * leaves from: put together as one text first, they would take five times as long.
 * @spec PostgreSQL COPY, text format; frontend/backend protocol, CopyData
 */
export function copyText(rows: Iterable<readonly CopyValue[]>): Buffer[] {
  const pieces: Buffer[] = []
  let room = Buffer.allocUnsafeSlow(PIECE)
  let at = HEAD
  const close = () => {
    room.writeUInt8(0x64)
    room.writeUInt32BE(at - 1, 1)
    pieces.push(room.subarray(0, at))
  }
  const fields: string[] = []
  for (const row of rows) {
    for (let n = 0; n < row.length; n++) fields[n] = field(row[n])
    const line = fields.join('\t')
    const most = line.length * 3 + 1
    if (at + most > room.length) {
      if (at > HEAD) close()
      room = Buffer.allocUnsafeSlow(Math.max(PIECE, most + HEAD))
      at = HEAD
    }
    at += room.write(line, at)
    room[at++] = 10
  }
  if (at > HEAD) close()
  return pieces
}
