import { once } from 'node:events'
import { Readable, type Duplex } from 'node:stream'
import type pg from 'pg'

/**
 * COPY over the driver's connection: the one way to move a table of any type, exactly, in bounded memory and at the speed
 * of the server. The driver hands messages of the COPY protocol to whatever query is active; these two are such queries.
 * @spec PostgreSQL frontend/backend protocol, COPY Operations https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY
 */
type CopyConnection = {
  stream: Duplex
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  sendCopyFail(reason: string): void
}

const asCopy = (connection: pg.Connection): CopyConnection => connection as unknown as CopyConnection
const BLOCK = 64 * 1024

/**
 * What `COPY ... TO STDOUT` sends, in blocks of about 64 KiB. The server waits while the reader is slow.
 * The connection is closed where the reader gives up before the end.
 */
export function copyOut(client: pg.ClientBase, text: string): Readable {
  let connection: CopyConnection | undefined
  let block = Buffer.allocUnsafe(BLOCK)
  let filled = 0
  const flush = () => {
    if (filled === 0) return
    const full = block.subarray(0, filled)
    block = Buffer.allocUnsafe(BLOCK)
    filled = 0
    if (!readable.push(full)) connection?.stream.pause()
  }
  const readable = new Readable({
    highWaterMark: 4 * BLOCK,
    read: () => void connection?.stream.resume(),
    destroy(error, done) {
      if (!readable.readableEnded && error !== null) connection?.stream.destroy()
      done(error)
    },
  })
  client.query({
    submit(to: pg.Connection) {
      connection = asCopy(to)
      connection.query(text)
    },
    // The driver's buffer is used again for the next message, so every row is copied out of it.
    handleCopyData({ chunk }: { chunk: Buffer }) {
      if (filled + chunk.length > BLOCK) flush()
      if (chunk.length > BLOCK) {
        if (!readable.push(Buffer.from(chunk))) connection?.stream.pause()
        return
      }
      chunk.copy(block, filled)
      filled += chunk.length
    },
    handleCommandComplete: flush,
    handleReadyForQuery: () => void readable.push(null),
    handleError: (error: Error) => void readable.destroy(error),
  })
  return readable
}

/** Feeds `COPY ... FROM STDIN`; waits while the server is slow. Rejects where the source or the server fails. */
export async function copyIn(client: pg.ClientBase, text: string, source: AsyncIterable<Buffer>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let fault: unknown
  let isOver = false
  const feed = async (to: CopyConnection) => {
    try {
      for await (const chunk of source) {
        if (isOver) return
        to.sendCopyFromChunk(chunk)
        if (to.stream.writableNeedDrain) await Promise.race([once(to.stream, 'drain'), over.promise])
      }
      if (!isOver) to.endCopyFrom()
    } catch (error) {
      fault = error
      if (!isOver) to.sendCopyFail('the source failed')
    }
  }
  const over = Promise.withResolvers<void>()
  const end = (error?: unknown) => {
    isOver = true
    over.resolve()
    if (error === undefined) resolve()
    else reject(fault ?? error)
  }
  let connection: CopyConnection
  client.query({
    submit(to: pg.Connection) {
      connection = asCopy(to)
      connection.query(text)
    },
    handleCopyInResponse: () => void feed(connection),
    handleCommandComplete: () => undefined,
    handleReadyForQuery: () => end(),
    handleError: (error: Error) => end(error),
  })
  return promise
}
