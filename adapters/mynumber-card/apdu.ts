/**
 * Commands to a card and its answers, as bytes.
 *
 * @spec ISO/IEC 7816-4 (2020), 5: command-response pairs, short and extended lengths, status bytes
 */
import { ReaderError } from './card-port.ts'

/** `le`: how many bytes are wanted at most (1 to 65,536); absent where none are. */
export type Command = { cla: number; ins: number; p1: number; p2: number; data?: Uint8Array; le?: number }
/** `sw`: the two status bytes as one number. */
export type Answer = { data: Buffer; sw: number }

const SHORT = { data: 255, le: 256 }
const EXTENDED = 65_535

/** Bytes of a command; in the short form wherever it fits, because not every reader passes the extended one on. */
export function encodeCommand({ cla, ins, p1, p2, data = Buffer.alloc(0), le }: Command): Buffer {
  if (data.length > EXTENDED || (le !== undefined && (le < 1 || le > EXTENDED + 1))) throw new RangeError('too long for a command')
  const short = data.length <= SHORT.data && (le ?? 1) <= SHORT.le
  const lc = data.length === 0 ? [] : short ? [data.length] : [0, data.length >> 8, data.length & 0xff]
  return Buffer.concat([Buffer.from([cla, ins, p1, p2, ...lc]), data, Buffer.from(encodeLe(le, short, data.length > 0))])
}

function encodeLe(le: number | undefined, short: boolean, afterData: boolean): number[] {
  if (le === undefined) return []
  // The greatest length is written as zero.
  if (short) return [le & 0xff]
  return [...(afterData ? [] : [0]), (le >> 8) & 0xff, le & 0xff]
}

/** Reads a command as a card does; null where the lengths do not fit together. */
export function parseCommand(bytes: Uint8Array): Command | null {
  const [cla, ins, p1, p2, first] = bytes
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined) return null
  const head = { cla, ins, p1, p2 }
  if (first === undefined) return head
  if (bytes.length === 5) return { ...head, le: first || SHORT.le }
  if (first !== 0) return withBody(head, bytes, { from: 5, length: first, extended: false })
  const length = (bytes[5]! << 8) | bytes[6]!
  if (bytes.length === 7) return { ...head, le: length || EXTENDED + 1 }
  return length === 0 || bytes.length < 7 ? null : withBody(head, bytes, { from: 7, length, extended: true })
}

type Body = { from: number; length: number; extended: boolean }

function withBody(head: Command, bytes: Uint8Array, { from, length, extended }: Body): Command | null {
  const data = Buffer.from(bytes.subarray(from, from + length))
  const rest = bytes.subarray(from + length)
  if (data.length !== length) return null
  if (rest.length === 0) return { ...head, data }
  if (rest.length !== (extended ? 2 : 1)) return null
  const le = extended ? (rest[0]! << 8) | rest[1]! : rest[0]!
  return { ...head, data, le: le || (extended ? EXTENDED + 1 : SHORT.le) }
}

/** @refuses card-unreadable */
export function parseAnswer(bytes: Uint8Array): Answer {
  if (bytes.length < 2 || bytes.length > EXTENDED + 3) throw new ReaderError('card-unreadable')
  const whole = Buffer.from(bytes)
  return { data: whole.subarray(0, -2), sw: whole.readUInt16BE(whole.length - 2) }
}

/** What a card's status says, as far as we act on it. */
export type Meaning =
  | { kind: 'done' }
  | { kind: 'more'; bytes: number }
  | { kind: 'ask-again'; bytes: number }
  | { kind: 'tries-left'; tries: number }
  | { kind: 'locked' }
  | { kind: 'pin-first' }
  | { kind: 'not-found' }
  | { kind: 'past-the-end' }
  | { kind: 'other' }

const meanings: Readonly<Record<number, Meaning>> = {
  36864: { kind: 'done' },
  25218: { kind: 'past-the-end' },
  27010: { kind: 'pin-first' },
  27011: { kind: 'locked' },
  27012: { kind: 'locked' },
  27266: { kind: 'not-found' },
  27392: { kind: 'past-the-end' },
}

export function meaningOf(sw: number): Meaning {
  const [sw1, sw2] = [sw >> 8, sw & 0xff]
  if (sw1 === 0x61) return { kind: 'more', bytes: sw2 || 256 }
  if (sw1 === 0x6c) return { kind: 'ask-again', bytes: sw2 || 256 }
  if ((sw & 0xfff0) === 0x63c0) return (sw & 0xf) === 0 ? { kind: 'locked' } : { kind: 'tries-left', tries: sw & 0xf }
  return meanings[sw] ?? { kind: 'other' }
}

/** A way to a card that stands open: one command in, one answer out. */
export type CardChannel = { transmit(command: Uint8Array): Promise<Uint8Array> }

/** A card that can be reached. */
export type CardAccess = {
  /**
   * Runs `use` while nobody else may talk to the card, and resets the card in every case after it: a PIN that was
   * accepted must not serve whoever comes next.
   * @refuses card-absent, card-in-use, reader-absent and the other reader errors
   */
  exclusively<T>(use: (channel: CardChannel) => Promise<T>): Promise<T>
}

/** An answer of more parts than this is no answer of a card. */
const MAX_PARTS = 32
const MAX_BYTES = 16 * 1024

/**
 * One command and its whole answer: fetches what the card holds back (61xx) and asks again with the length it names (6Cxx).
 * @refuses card-unreadable where it goes on and on
 */
export async function exchange(channel: CardChannel, command: Command): Promise<Answer> {
  const send = async (wanted: Command) => parseAnswer(await channel.transmit(encodeCommand(wanted)))
  let answer = await send(command)
  const again = meaningOf(answer.sw)
  if (again.kind === 'ask-again') answer = await send({ ...command, le: again.bytes })
  const parts = [answer.data]
  for (let meaning = meaningOf(answer.sw); meaning.kind === 'more'; meaning = meaningOf(answer.sw)) {
    answer = await send({ cla: 0, ins: 0xc0, p1: 0, p2: 0, le: meaning.bytes })
    parts.push(answer.data)
    if (parts.length > MAX_PARTS || parts.reduce((sum, part) => sum + part.length, 0) > MAX_BYTES) throw new ReaderError('card-unreadable')
  }
  return { data: Buffer.concat(parts), sw: answer.sw }
}
