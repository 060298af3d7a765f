import { jsonOf } from './decimals.ts'
import { jsonSyntaxError, repeatedMember } from './parse-syntax.ts'
import type { Finding, Json } from './model.ts'

export type ParseLimits = { maxBytes?: number; maxDepth?: number }
export type Parsed = { value: Json } | { findings: Finding[] }

export const defaultMaxBytes = 32 * 1024 * 1024
export const defaultMaxDepth = 100

/** Is the text longer than this in UTF-8? Counted only as far as needed. */
export function exceedsBytes(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true
  if (text.length * 3 <= maxBytes) return false
  return new TextEncoder().encode(text).length > maxBytes
}

/** Line and column of an offset, both from 1. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  let line = 1
  let start = 0
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++
    start = at + 1
  }
  return { line, column: offset - start + 1 }
}

/** Members of one object. No element of FHIR has a hundred; objects of very many take seconds to read and to walk through. */
const MOST_MEMBERS = 10_000

/**
 * Offset of the first bracket nested deeper than allowed, or -1; of the first member too many of one object, or -1; and how many members are
 * written. Strings are stepped over; one pass, no recursion.
 */
function lookOver(text: string, maxDepth: number): { deepAt: number; crowdedAt: number; members: number } {
  let depth = 0
  let members = 0
  const held = [0]
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char === 0x22) {
      for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++
    } else if (char === 0x7b || char === 0x5b) {
      if (++depth > maxDepth) return { deepAt: i, crowdedAt: -1, members }
      held[depth] = 0
    } else if (char === 0x7d || char === 0x5d) depth--
    else if (char === 0x3a) {
      members++
      const here = (held[depth] ?? 0) + 1
      held[depth] = here
      if (here > MOST_MEMBERS) return { deepAt: -1, crowdedAt: i, members }
    }
  }
  return { deepAt: -1, crowdedAt: -1, members }
}

/** How many members a value holds, at every depth. */
function membersIn(value: Json): number {
  let count = 0
  const open: Json[] = [value]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === null || typeof next !== 'object') continue
    const children: Json[] = Array.isArray(next) ? next : Object.values(next)
    if (!Array.isArray(next)) count += children.length
    for (const child of children) {
      if (child !== null && typeof child === 'object') open.push(child)
    }
  }
  return count
}

function refuse(rule: Pick<Finding, 'code' | 'ruleId' | 'ja' | 'en' | 'line' | 'column'>): Parsed {
  return { findings: [{ severity: 'error', path: '', ...rule }] }
}

/**
 * Reads JSON text within limits, checked before it is parsed: size in UTF-8 bytes (32 MiB), nesting (100), members of one object (10,000).
 * A syntax error says line and column and what was expected there. A name that stands twice in one object is refused. A byte order mark is
 * stepped over.
 * How decimals were written (`1.50`) is remembered for `textOf`.
 */
export function parseJson(text: string, limits: ParseLimits = {}): Parsed {
  const maxBytes = limits.maxBytes ?? defaultMaxBytes
  const maxDepth = limits.maxDepth ?? defaultMaxDepth
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  if (exceedsBytes(body, maxBytes))
    return refuse({
      code: 'too-long',
      ruleId: 'json/too-large',
      ja: `JSONが大きすぎます(上限${maxBytes}バイト)。分けて送ってください。`,
      en: `The JSON text is larger than ${maxBytes} bytes. Send it in smaller parts.`,
    })
  const { deepAt, crowdedAt, members } = lookOver(body, maxDepth)
  if (deepAt >= 0) {
    const { line, column } = lineAndColumn(body, deepAt)
    return refuse({
      code: 'too-costly',
      ruleId: 'json/too-deep',
      line,
      column,
      ja: `JSONの入れ子が深すぎます(${line}行${column}文字目、上限${maxDepth}段)。`,
      en: `The JSON text is nested deeper than ${maxDepth} levels at line ${line}, column ${column}.`,
    })
  }
  if (crowdedAt >= 0) {
    const { line, column } = lineAndColumn(body, crowdedAt)
    return refuse({
      code: 'too-costly',
      ruleId: 'json/too-many-members',
      line,
      column,
      ja: `JSONの一つのオブジェクトに項目が多すぎます(${line}行${column}文字目、上限${MOST_MEMBERS}個)。`,
      en: `One JSON object has more than ${MOST_MEMBERS} members at line ${line}, column ${column}.`,
    })
  }
  try {
    const value = jsonOf(body)
    // Of two members of one name JSON.parse keeps the last, and nobody would hear of the first.
    return membersIn(value) === members ? { value } : repeated(body)
  } catch {
    const { offset, ja, en } = jsonSyntaxError(body)
    const { line, column } = lineAndColumn(body, offset)
    return refuse({
      code: 'structure',
      ruleId: 'json/syntax',
      line,
      column,
      ja: `JSONの書き方が正しくありません(${line}行${column}文字目): ${ja}`,
      en: `The JSON text is not well formed at line ${line}, column ${column}: ${en}`,
    })
  }
}

function repeated(body: string): Parsed {
  const { offset, name } = repeatedMember(body)
  const { line, column } = lineAndColumn(body, offset)
  return refuse({
    code: 'structure',
    ruleId: 'json/repeated-member',
    line,
    column,
    ja: `同じ名前「${name}」が1つのオブジェクトに2度あります(${line}行${column}文字目)。どちらかを消してください。`,
    en: `“${name}” stands twice in one object (line ${line}, column ${column}). Remove one of them.`,
  })
}
