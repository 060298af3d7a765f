import { Readable } from 'node:stream'

/**
 * Pieces as a stream that asks for the next one only when the reader has taken all before it. A piece of `OUT_OF_HANDS` bytes or more has
 * therefore left when the next is asked for, and whoever makes pieces may use its memory again: memory outside the heap counts towards
 * the next collection of everything in it. Of smaller ones some may still wait to be sent.
 */
export function pieceStream(pieces: AsyncIterable<string | Uint8Array>): Readable {
  const from = pieces[Symbol.asyncIterator]()
  const next = async (stream: Readable) => {
    try {
      const { value, done } = await from.next()
      stream.push(done ? null : value)
    } catch (error) {
      stream.destroy(error instanceof Error ? error : new Error('a piece failed'))
    }
  }
  return new Readable({
    // Read ahead of nothing: with a place for one more piece, it would be asked for while the one before is on its way.
    highWaterMark: 0,
    read() {
      void next(this)
    },
    destroy(error, done) {
      // A generator that is busy ends when it is next asked; nobody waits for it.
      const ended = from.return?.().then(() => undefined)
      void Promise.resolve(ended).catch(() => undefined)
      done(error)
    },
  })
}

/** More than any buffer on the way takes without being sent: the stream waits until it has left. */
export const OUT_OF_HANDS = 512 << 10
