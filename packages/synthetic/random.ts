/**
 * Random draws that depend on a seed text and on nothing else, so that the same seed gives the same people on every machine.
 * Every part of the generator draws from its own fork: a new draw in one part moves nothing in another.
 */
export type Random = {
  /** A number in [0, 1). */
  next: () => number
  /** A whole number from `low` to `high`, both included. */
  whole: (low: number, high: number) => number
  chance: (probability: number) => boolean
  pick: <T>(items: readonly T[]) => T
  weighted: <T>(items: readonly T[], weightOf: (item: T) => number) => T
  normal: (mean: number, deviation: number) => number
  shuffle: <T>(items: readonly T[]) => T[]
  /** A version 4 shaped UUID. */
  uuid: () => string
  /** An independent stream named by the text. */
  fork: (name: string) => Random
}

/** Four 32-bit words from a text (cyrb128, public domain). */
function words(text: string): [number, number, number, number] {
  let a = 1779033703
  let b = 3144134277
  let c = 1013904242
  let d = 2773480762
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i)
    a = b ^ Math.imul(a ^ k, 597399067)
    b = c ^ Math.imul(b ^ k, 2869860233)
    c = d ^ Math.imul(c ^ k, 951274213)
    d = a ^ Math.imul(d ^ k, 2716044179)
  }
  a = Math.imul(c ^ (a >>> 18), 597399067)
  b = Math.imul(d ^ (b >>> 22), 2869860233)
  c = Math.imul(a ^ (c >>> 17), 951274213)
  d = Math.imul(b ^ (d >>> 19), 2716044179)
  return [(a ^ b ^ c ^ d) >>> 0, (b ^ a) >>> 0, (c ^ a) >>> 0, (d ^ a) >>> 0]
}

/** The next 32 bits of a small fast counter generator (sfc32, public domain). */
function sfc32(seed: [number, number, number, number]): () => number {
  let [a, b, c, d] = seed
  return () => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return t >>> 0
  }
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')

function uuidFrom(bits: () => number): string {
  const [a, b, c, d] = [bits(), bits(), bits(), bits()]
  const variant = ((c >>> 16) & 0x3fff) | 0x8000
  return `${hex(a, 8)}-${hex(b >>> 16, 4)}-4${hex(b & 0xfff, 3)}-${hex(variant, 4)}-${hex(c & 0xffff, 4)}${hex(d, 8)}`
}

function weightedPick<T>(draw: number, items: readonly T[], weightOf: (item: T) => number): T {
  let total = 0
  for (const item of items) total += weightOf(item)
  let left = draw * total
  for (const item of items) {
    left -= weightOf(item)
    if (left < 0) return item
  }
  return items[items.length - 1]!
}

function shuffled<T>(next: () => number, items: readonly T[]): T[] {
  const result = [...items]
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1))
    ;[result[i], result[j]] = [result[j]!, result[i]!]
  }
  return result
}

/** A stream of draws for this seed text. */
export function randomFrom(seed: string): Random {
  const bits = sfc32(words(seed))
  for (let i = 0; i < 12; i++) bits()
  const next = (): number => bits() / 4294967296
  return {
    next,
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)]!,
    weighted: (items, weightOf) => weightedPick(next(), items, weightOf),
    normal: (mean, deviation) => mean + deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    shuffle: (items) => shuffled(next, items),
    uuid: () => uuidFrom(bits),
    fork: (name) => randomFrom(`${seed}/${name}`),
  }
}
