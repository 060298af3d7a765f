import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { appendLeaves, rootOf } from './merkle.ts'
import { consistencySteps, hashesOf, inclusionSteps, isConsistent, rootByInclusion } from './paths.ts'

const leaf = (n: number) =>
  createHash('sha256')
    .update(Buffer.from([0]))
    .update(String(n))
    .digest()

/** A tree of so many leaves: its stored subtrees, and its root. */
function tree(size: number) {
  const leaves = Array.from({ length: size }, (_, n) => leaf(n))
  const { nodes, frontier } = appendLeaves(0, [], leaves)
  const stored = new Map(nodes.map((n) => [`${n.level}/${n.index}`, n.hash]))
  return { leaves, root: rootOf(frontier), stored: (p: { level: number; index: number }) => stored.get(`${p.level}/${p.index}`) }
}
const rootAt = (size: number) => tree(size).root
const flip = (hash: Buffer) => Buffer.from(hash.map((byte, i) => (i === 0 ? byte ^ 1 : byte)))

describe('a proof that a leaf is in the log', () => {
  test('holds for every leaf of every small tree, and for no other leaf, place, size or path', () => {
    for (let size = 1; size <= 40; size++) {
      const { leaves, root, stored } = tree(size)
      for (let index = 0; index < size; index++) {
        const path = hashesOf(inclusionSteps(index, size), stored)
        const about = { index, size, leaf: leaves[index]!, path }
        expect(rootByInclusion(about)?.equals(root)).toBe(true)
        expect(rootByInclusion({ ...about, leaf: leaf(-1) })?.equals(root) ?? false).toBe(false)
        if (size > 1) expect(rootByInclusion({ ...about, index: (index + 1) % size })?.equals(root) ?? false).toBe(false)
        expect(rootByInclusion({ ...about, path: [...path, root] })).toBeNull()
        for (let i = 0; i < path.length; i++) {
          const bent = path.map((hash, j) => (i === j ? flip(hash) : hash))
          expect(rootByInclusion({ ...about, path: bent })?.equals(root) ?? false).toBe(false)
        }
      }
    }
  })

  test.each([
    [-1, 4],
    [4, 4],
    [0, 0],
    [0.5, 4],
  ])('is none for leaf %d of %d', (index, size) => {
    expect(rootByInclusion({ index, size, leaf: leaf(0), path: [] })).toBeNull()
  })
})

describe('a proof that the log only grew', () => {
  test('holds between every two sizes, and between no others', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 60 }), (from, more) => {
        const to = from + more
        const { root, stored } = tree(to)
        const path = hashesOf(consistencySteps(from, to), stored)
        const about = { from, first: rootAt(from), to, second: root, path }
        expect(isConsistent(about)).toBe(true)
        expect(isConsistent({ ...about, first: flip(about.first) })).toBe(false)
        expect(isConsistent({ ...about, second: flip(root) })).toBe(false)
        if (more > 0) expect(isConsistent({ ...about, path: path.map(flip) })).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  test('does not hold where a leaf that was there has changed', () => {
    for (let changed = 0; changed < 9; changed++) {
      const leaves = Array.from({ length: 14 }, (_, n) => leaf(n === changed ? 1000 : n))
      const { nodes, frontier } = appendLeaves(0, [], leaves)
      const stored = (p: { level: number; index: number }) => nodes.find((n) => n.level === p.level && n.index === p.index)?.hash
      const path = hashesOf(consistencySteps(9, 14), stored)
      expect(isConsistent({ from: 9, first: rootAt(9), to: 14, second: rootOf(frontier), path })).toBe(false)
    }
  })

  test.each([
    ['the empty log is the beginning of every log', { from: 0, to: 3, path: [] }, true],
    ['a log does not shrink', { from: 3, to: 2, path: [] }, false],
    ['no proof at all', { from: 2, to: 3, path: [] }, false],
  ])('%s', (_, about, expected) => {
    expect(isConsistent({ ...about, first: rootAt(about.from), second: rootAt(about.to) })).toBe(expected)
  })
})
