/** Passwords that are known to others, by their hashes, as the operator brought them. None is shipped. */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'

/** A file beyond this is not held in memory: about a million and a half lines. */
const LARGEST = 64 * 1024 * 1024

export class BadPasswordList extends Error {}

const first64 = (hex: string): bigint => BigInt(`0x${hex.slice(0, 16)}`)

/**
 * Reads a list of hashes in hex, one a line: SHA-1 (40 letters) or SHA-256 (64), upper or lower case, whatever follows a colon is left
 * aside. Of each the first 64 bits are kept.
 * @throws BadPasswordList where a line is no such hash, or the file is too large
 */
export function knownPasswords(path: string): (password: string) => boolean {
  if (statSync(path).size > LARGEST) throw new BadPasswordList(`${path}: > ${LARGEST / 1024 / 1024} MB`)
  const lines = readFileSync(path, 'latin1')
    .split('\n')
    .map((line) => line.split(':', 1)[0]!.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  const wrong = lines.findIndex((line) => !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(line))
  if (wrong >= 0) throw new BadPasswordList(`${path}: line ${wrong + 1} is no SHA-1 or SHA-256`)
  const of = (length: number) => BigUint64Array.from(lines.filter((line) => line.length === length).map(first64)).sort()
  // Both are made for looking up alone: no password is kept as either.
  const lists = [
    { algorithm: 'sha1', hashes: of(40) },
    { algorithm: 'sha256', hashes: of(64) },
  ].filter(({ hashes }) => hashes.length > 0)
  return (password) =>
    lists.some(({ algorithm, hashes }) => holds(hashes, first64(createHash(algorithm).update(password, 'utf8').digest('hex'))))
}

function holds(sorted: BigUint64Array, sought: bigint): boolean {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    const there = sorted[middle]!
    if (there === sought) return true
    if (there < sought) low = middle + 1
    else high = middle
  }
  return false
}
