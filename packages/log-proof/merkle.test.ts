import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { appendLeaves, nodeHash, peaks, rootOf } from './merkle.ts'

const leaf = (text: string) =>
  createHash('sha256')
    .update(Buffer.from([0]))
    .update(text)
    .digest()

/** The recursive definition of the RFC, word by word: the oracle. */
function treeHash(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return createHash('sha256').digest()
  if (leaves.length === 1) return leaves[0]!
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return nodeHash(treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)))
}

describe('the audit tree (RFC 9162)', () => {
  test('grows by any sequence of batches to the root of the recursive definition', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 8 }), (batches) => {
        let frontier: Buffer[] = []
        const all: Buffer[] = []
        for (const n of batches) {
          const leaves = Array.from({ length: n }, (_, i) => leaf(`${all.length + i}`))
          frontier = appendLeaves(all.length, frontier, leaves).frontier
          all.push(...leaves)
          expect(frontier.length).toBe(peaks(all.length).length)
          expect(rootOf(frontier).equals(treeHash(all))).toBe(true)
        }
      }),
    )
  })

  test('one altered leaf changes the root', () => {
    const leaves = Array.from({ length: 11 }, (_, i) => leaf(`${i}`))
    const root = rootOf(appendLeaves(0, [], leaves).frontier)
    for (let i = 0; i < leaves.length; i++) {
      const forged = leaves.map((l, j) => (i === j ? leaf('forged') : l))
      expect(rootOf(appendLeaves(0, [], forged).frontier).equals(root)).toBe(false)
    }
  })

  test('known root of the empty tree', () => {
    expect(rootOf([]).toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })
})
