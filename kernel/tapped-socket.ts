import { Socket } from 'node:net'

/** Bytes of one read. */
const READ = 64 << 10

type Tap = (bytes: Buffer) => void
const taps = new WeakMap<object, Tap>()
const tapped = new WeakSet<object>()

/**
 * A socket that reads into the same memory again and again. Node otherwise takes 64 KB for every read, however little came, and memory
 * outside the heap counts towards the next collection of everything in it: a large read from the database had the whole heap walked
 * through ten times a second, which took more time than the rows. Listeners of `data` get copies of their own.
 */
export function tappedSocket(): Socket {
  const socket: Socket = new Socket({
    onread: {
      buffer: Buffer.allocUnsafeSlow(READ),
      callback(count, memory) {
        const bytes = Buffer.from(memory.buffer, memory.byteOffset, count)
        const tap = taps.get(socket)
        if (tap) tap(bytes)
        else socket.emit('data', Buffer.from(bytes))
        return true
      },
    },
  })
  tapped.add(socket)
  return socket
}

const COPY_DATA = 0x64
const READY = 0x5a
/** Kind and length, before what a message says. */
const HEAD = 5

/**
 * Takes the rows of a COPY out of what the server sends before the driver sees them, and leaves it everything else. The rows of one COPY
 * alone: when the server is ready for more, the driver hears everything again.
 * @param about.room memory for what a message of so many bytes says
 * @returns false where the connection's socket is another one, as over TLS
 */
export function tapCopyData(socket: object, about: { room: (length: number) => Buffer; row: (said: Buffer) => void }): boolean {
  if (!(socket instanceof Socket) || !tapped.has(socket)) return false
  const head = Buffer.alloc(HEAD)
  let [headed, message, filled]: [number, Buffer | undefined, number] = [0, undefined, 0]
  const begin = (): Buffer => {
    const length = head.readInt32BE(1) - 4
    if (head[0] === COPY_DATA) return about.room(length)
    const whole = Buffer.allocUnsafe(HEAD + length)
    head.copy(whole)
    filled = HEAD
    return whole
  }
  const end = (whole: Buffer) => {
    ;[headed, message, filled] = [0, undefined, 0]
    if (head[0] === COPY_DATA) return about.row(whole)
    if (head[0] === READY) taps.delete(socket)
    socket.emit('data', whole)
  }
  taps.set(socket, (bytes) => {
    for (let at = 0; at < bytes.length; ) {
      if (message === undefined) {
        const some = bytes.copy(head, headed, at, at + HEAD - headed)
        ;[headed, at] = [headed + some, at + some]
        if (headed < HEAD) return
        message = begin()
      }
      const some = bytes.copy(message, filled, at)
      ;[filled, at] = [filled + some, at + some]
      if (filled === message.length) end(message)
    }
  })
  return true
}
