import { once } from 'node:events'
import type { Duplex } from 'node:stream'
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

/** How much is held for a slow reader before the server is made to wait. */
const HELD = 8 * BLOCK

/** Gathers rows into blocks; the driver's buffer is used again for the next message, so every row is copied out of it. */
function blocks(put: (block: Buffer) => void) {
  let block = Buffer.allocUnsafe(BLOCK)
  let filled = 0
  const flush = () => {
    if (filled === 0) return
    put(block.subarray(0, filled))
    block = Buffer.allocUnsafe(BLOCK)
    filled = 0
  }
  const add = (row: Buffer) => {
    if (filled + row.length > BLOCK) flush()
    if (row.length > BLOCK) return put(Buffer.from(row))
    row.copy(block, filled)
    filled += row.length
  }
  return { add, flush }
}

/**
 * What `COPY ... TO STDOUT` sends, in blocks of about 64 KiB. The server waits while the reader is slow.
 * The connection is closed where the reader gives up before the end.
 */
export async function* copyOut(client: pg.ClientBase, text: string): AsyncGenerator<Buffer> {
  const queue: Buffer[] = []
  let held = 0
  let isPaused = false
  let over: { error?: Error } | undefined
  let wake = () => {}
  let connection: CopyConnection | undefined
  const { add, flush } = blocks((block) => {
    queue.push(block)
    held += block.length
    if (held > HELD && !isPaused) {
      isPaused = true
      connection?.stream.pause()
    }
    wake()
  })
  const end = (how: { error?: Error }) => {
    over = how
    wake()
  }
  // A connection that breaks is told to the query only by the driver's own error; its end must wake the reader too.
  const broken = () => end({ error: new Error('the connection to the database was lost') })
  client.once('end', broken)
  client.query({
    submit(to: pg.Connection) {
      connection = asCopy(to)
      connection.query(text)
    },
    handleCopyData: ({ chunk }: { chunk: Buffer }) => add(chunk),
    handleCommandComplete: flush,
    handleReadyForQuery: () => end({}),
    handleError: (error: Error) => end({ error }),
  })
  try {
    for (;;) {
      const block = queue.shift()
      if (block) {
        held -= block.length
        yield block
      } else if (over) {
        if (over.error) throw over.error
        return
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve
          if (isPaused) {
            isPaused = false
            connection?.stream.resume()
          }
        })
      }
    }
  } finally {
    client.removeListener('end', broken)
    if (!over) connection?.stream.destroy()
    // The end may have arrived with what was still under way when the server was made to wait: the next query needs an open ear.
    else if (isPaused) connection?.stream.resume()
  }
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
