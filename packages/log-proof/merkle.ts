import { sha256 } from './crypto.ts'

/** A node of the tree: `level` 0 holds leaves; only nodes of complete subtrees are kept. */
export type MerkleNode = { level: number; index: number; hash: Buffer }

const NODE = Buffer.from([1])

/** Hash of an inner node. @spec RFC 9162 section 2.1.1 */
export const nodeHash = (left: Buffer, right: Buffer): Buffer => sha256(NODE, left, right)

/** Positions of the complete subtrees that make up a tree of `size` leaves, largest first. */
export function peaks(size: number): { level: number; index: number }[] {
  const found: { level: number; index: number }[] = []
  let start = 0
  for (let level = 52; level >= 0; level--) {
    const width = 2 ** level
    if (Math.floor(size / width) % 2 === 1) {
      found.push({ level, index: start / width })
      start += width
    }
  }
  return found
}

/**
 * Adds leaves to a tree of `size` leaves.
 * @param frontier hashes of `peaks(size)` in that order
 * @returns every node that became complete, and the peaks of the grown tree
 */
export function appendLeaves(
  size: number,
  frontier: readonly Buffer[],
  leaves: readonly Buffer[],
): { nodes: MerkleNode[]; frontier: Buffer[] } {
  const stack: MerkleNode[] = peaks(size).map((p, i) => ({ ...p, hash: frontier[i]! }))
  const nodes: MerkleNode[] = []
  leaves.forEach((hash, i) => {
    let node: MerkleNode = { level: 0, index: size + i, hash }
    nodes.push(node)
    while (stack.length > 0 && stack.at(-1)!.level === node.level) {
      const left = stack.pop()!
      node = { level: node.level + 1, index: left.index / 2, hash: nodeHash(left.hash, node.hash) }
      nodes.push(node)
    }
    stack.push(node)
  })
  return { nodes, frontier: stack.map((n) => n.hash) }
}

/** Root over the peaks; the hash of nothing for an empty tree. @spec RFC 9162 section 2.1.1 */
export function rootOf(frontier: readonly Buffer[]): Buffer {
  if (frontier.length === 0) return sha256()
  return frontier.reduceRight((right, left) => nodeHash(left, right))
}
