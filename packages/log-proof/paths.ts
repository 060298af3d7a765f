/**
 * Proofs about the tree: that a leaf is in it, and that a later tree holds all of an earlier one.
 *
 * @spec RFC 9162 sections 2.1.3 and 2.1.4 https://www.rfc-editor.org/rfc/rfc9162
 */
import { nodeHash, peaks, rootOf } from './merkle.ts'

/** Place of a complete subtree. */
export type Place = { level: number; index: number }

/** A step of a proof: one hash, folded over the complete subtrees that make it up, the largest first. */
export type Step = readonly Place[]

/** Largest power of two below `n` (n > 1). */
function splitOf(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

/** Complete subtrees over `width` leaves from `start` on; `start` is a multiple of the power of two that `width` reaches. */
const over = (start: number, width: number): Step => peaks(width).map(({ level, index }) => ({ level, index: start / 2 ** level + index }))

/** Which hashes prove that leaf `index` is in a tree of `size` leaves, from the leaf upwards. */
export function inclusionSteps(index: number, size: number): Step[] {
  if (index < 0 || index >= size) throw new RangeError('no such leaf')
  const steps: Step[] = []
  let start = 0
  let width = size
  while (width > 1) {
    const k = splitOf(width)
    const inLeft = index < start + k
    steps.push(inLeft ? over(start + k, width - k) : over(start, k))
    start = inLeft ? start : start + k
    width = inLeft ? k : width - k
  }
  return steps.reverse()
}

/** Which hashes prove that a tree of `to` leaves begins with the one of `from` leaves. */
export function consistencySteps(from: number, to: number): Step[] {
  if (from < 1 || from > to) throw new RangeError('no such trees')
  const steps: Step[] = []
  let [start, width, left] = [0, to, from]
  let whole = true
  while (left < width) {
    const k = splitOf(width)
    if (left <= k) {
      steps.push(over(start + k, width - k))
      width = k
    } else {
      steps.push(over(start, k))
      start += k
      width -= k
      left -= k
      whole = false
    }
  }
  if (!whole) steps.push(over(start, width))
  return steps.reverse()
}

/** Hashes of the steps, out of stored subtrees. @throws where the store lacks one */
export function hashesOf(steps: readonly Step[], stored: (place: Place) => Buffer | undefined): Buffer[] {
  const need = (place: Place) => {
    const found = stored(place)
    if (found === undefined) throw new Error(`the audit tree lacks a node of level ${place.level}`)
    return found
  }
  return steps.map((step) => rootOf(step.map(need)))
}

const half = (n: number) => Math.floor(n / 2)
const odd = (n: number) => n % 2 === 1

/** Root that a leaf and its path lead to, or null where the path is not one of this leaf in a tree of this size. */
export function rootByInclusion(about: { index: number; size: number; leaf: Buffer; path: readonly Buffer[] }): Buffer | null {
  const { index, size, leaf, path } = about
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return null
  let [at, last] = [index, size - 1]
  let root = leaf
  for (const hash of path) {
    if (last === 0) return null
    if (odd(at) || at === last) {
      root = nodeHash(hash, root)
      while (!odd(at) && at !== 0) [at, last] = [half(at), half(last)]
    } else root = nodeHash(root, hash)
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 ? root : null
}

/** Whether a tree of `to` leaves with root `second` begins with the tree of `from` leaves with root `first`. */
export function isConsistent(about: { from: number; first: Buffer; to: number; second: Buffer; path: readonly Buffer[] }): boolean {
  const { from, to, first, second } = about
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || from > to) return false
  if (from === to) return about.path.length === 0 && first.equals(second)
  // An empty tree is the beginning of every tree.
  if (from === 0) return about.path.length === 0
  const isPower = peaks(from).length === 1
  const path = isPower ? [first, ...about.path] : about.path
  let [at, last] = [from - 1, to - 1]
  while (odd(at)) [at, last] = [half(at), half(last)]
  const [begin, ...rest] = path
  if (begin === undefined) return false
  let [old, grown] = [begin, begin]
  for (const hash of rest) {
    if (last === 0) return false
    if (odd(at) || at === last) {
      old = nodeHash(hash, old)
      grown = nodeHash(hash, grown)
      while (!odd(at) && at !== 0) [at, last] = [half(at), half(last)]
    } else grown = nodeHash(grown, hash)
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 && old.equals(first) && grown.equals(second)
}
