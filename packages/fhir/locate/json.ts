/** Finds places in JSON text that is known to be well formed. */
import { itemOf, meet, memberOf, type Standing, type Wanted } from './wanted.ts'

const isSpace = (code: number) => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

function afterSpace(text: string, from: number): number {
  let at = from
  while (isSpace(text.charCodeAt(at))) at++
  return at
}

/** Behind the string that opens at `from`. */
function afterString(text: string, from: number): number {
  let at = from + 1
  while (at < text.length && text.charCodeAt(at) !== 0x22) at += text.charCodeAt(at) === 0x5c ? 2 : 1
  return at + 1
}

/** Behind the value at `from`, which nobody looks into. */
function afterValue(text: string, from: number): number {
  let at = from
  let depth = 0
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) {
      at = afterString(text, at) - 1
      if (depth === 0) return at + 1
    } else if (code === 0x7b || code === 0x5b) depth++
    else if (code === 0x7d || code === 0x5d) {
      if (depth <= 1) return depth === 0 ? at : at + 1
      depth--
    } else if (depth === 0 && (code === 0x2c || isSpace(code))) return at
  }
  return at
}

function nameAt(text: string, from: number, end: number): string {
  const raw = text.slice(from + 1, end - 1)
  return raw.includes('\\') ? (JSON.parse(text.slice(from, end)) as string) : raw
}

function read(text: string, from: number, standing: readonly Standing[]): number {
  if (standing.length === 0) return afterValue(text, from)
  const open = text.charCodeAt(from)
  if (open !== 0x7b && open !== 0x5b) return afterValue(text, from)
  let at = afterSpace(text, from + 1)
  for (let index = 0; at < text.length && text.charCodeAt(at) !== (open === 0x7b ? 0x7d : 0x5d); index++) {
    let inside: Standing[]
    if (open === 0x7b) {
      const key = at
      const end = afterString(text, key)
      inside = memberOf(standing, nameAt(text, key, end))
      meet(inside, key)
      at = afterSpace(text, afterSpace(text, end) + 1)
    } else {
      inside = itemOf(standing, index)
      meet(inside, at)
    }
    at = afterSpace(text, read(text, at, inside))
    if (text.charCodeAt(at) === 0x2c) at = afterSpace(text, at + 1)
  }
  return at + 1
}

/** Notes at each wanted place where it stands in the text. One pass; text that nobody asked for is stepped over. */
export function findInJson(text: string, root: Wanted): void {
  const start = afterSpace(text, text.charCodeAt(0) === 0xfeff ? 1 : 0)
  const standing = [{ node: root, loose: false }]
  meet(standing, start)
  read(text, start, standing)
}
