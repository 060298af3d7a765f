import { randomBytes } from 'node:crypto'

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz'

function base32(value: bigint, length: number): string {
  let out = ''
  for (let rest = value, i = 0; i < length; i++, rest >>= 5n) out = CROCKFORD[Number(rest & 31n)]! + out
  return out
}

let lastMs = 0
let lastRandom = 0n

/**
 * A sortable unique id: 48 bits of milliseconds, 80 bits of randomness, 26 characters of lower-case Crockford base 32.
 * Ids of one process made in one millisecond still sort in the order they were made.
 */
export function ulid(ms: number = Date.now()): string {
  if (ms <= lastMs) {
    lastRandom += 1n
    return base32(BigInt(lastMs), 10) + base32(lastRandom, 16)
  }
  lastMs = ms
  // The top bit stays clear so that counting up within a millisecond cannot overflow.
  lastRandom = BigInt(`0x${randomBytes(10).toString('hex')}`) >> 1n
  return base32(BigInt(ms), 10) + base32(lastRandom, 16)
}

/** A random, meaningless patient key of 20 characters (100 bits): the shard key of every clinical row. */
export function newKey(): string {
  return base32(BigInt(`0x${randomBytes(13).toString('hex')}`), 20)
}
