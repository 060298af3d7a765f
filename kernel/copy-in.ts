import type { CompiledQuery } from 'kysely'
import pg from 'pg'

/** COPY FROM STDIN with the rows it takes in, in COPY's text form. */
export type CopyIn = CompiledQuery & { readonly rows: Buffer }

export const isCopyIn = (query: CompiledQuery): query is CopyIn => 'rows' in query

/** Bytes of one message: the server holds each whole. */
const PIECE = 256 << 10
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
        for (let at = 0; at < rows.length; at += PIECE) {
          const piece = rows.subarray(at, at + PIECE)
          const head = Buffer.allocUnsafe(5)
          head.writeUInt8(0x64)
          head.writeUInt32BE(piece.length + 4, 1)
          stream.write(head)
          stream.write(piece)
        }
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

const inList = (text: string): string => `"${text.replace(/["\\]/g, (char) => `\\${char}`)}"`

function field(value: CopyValue): string {
  if (typeof value === 'string') return escaped(value)
  if (value === null || value === undefined) return '\\N'
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'object') return escaped(`{${value.map(inList).join(',')}}`)
  return String(value)
}

/** Rows in COPY's text form, with the values of each in the order of the columns. @spec PostgreSQL COPY, text format */
export function copyText(rows: Iterable<readonly CopyValue[]>): Buffer {
  let text = ''
  for (const row of rows) {
    for (let n = 0; n < row.length; n++) text += n === 0 ? field(row[n]) : `\t${field(row[n])}`
    text += '\n'
  }
  return Buffer.from(text)
}
