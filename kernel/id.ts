import { randomFillSync } from 'node:crypto'

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz'

/** The value, below 2^53, in so many characters. */
function base32(value: number, length: number): string {
  let out = ''
  for (let rest = value, i = 0; i < length; i++, rest = Math.floor(rest / 32)) out = CROCKFORD[rest % 32]! + out
  return out
}

/** Randomness is drawn for many at a time: a call to the generator costs more than what it is for. */
const pool = Buffer.alloc(4096)
let used = pool.length

/** Fresh random bytes; nobody gets the same ones. */
export function randomBytesOf(count: number): Buffer {
  if (used + count > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const own = Buffer.from(pool.subarray(used, used + count))
  pool.fill(0, used, used + count)
  used += count
  return own
}

/** A random number of 40 bits. */
const random40 = (): number => randomBytesOf(5).readUIntBE(0, 5)

const HALF = 2 ** 40
let lastMs = 0
let high = 0
let low = 0

/**
 * A sortable unique id: 48 bits of milliseconds, 80 bits of randomness, 26 characters of lower-case Crockford base 32.
 * Ids of one process made in one millisecond still sort in the order they were made.
 */
export function ulid(ms: number = Date.now()): string {
  if (ms <= lastMs) {
    low += 1
    if (low === HALF) {
      low = 0
      high += 1
    }
  } else {
    lastMs = ms
    // The top bit stays clear so that counting up within a millisecond cannot overflow.
    high = random40() % (HALF / 2)
    low = random40()
  }
  return base32(lastMs, 10) + base32(high, 8) + base32(low, 8)
}

/** A random, meaningless patient key of 20 characters (100 bits): the shard key of every clinical row. */
export const newKey = (): string => base32(random40(), 8) + base32(random40(), 8) + base32(random40() % 2 ** 20, 4)
