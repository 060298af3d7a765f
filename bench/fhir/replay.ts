/** Captured statements made ready to be sent again and again, each time with new ids where the request made ids. */
import { randomBytes } from 'node:crypto'
import { ulid } from '#kernel/id'
import type { Captured, Statement } from './capture.ts'

/**
 * A value as text in pieces, a number standing for the nth fresh id; a value that never changes, or so many
 * bytes that are never the same (the hash of a proof). */
type Value = { pieces: readonly (string | number)[] } | { list: readonly Value[] } | { same: unknown } | { random: number }
type Prepared = { text: string; name: string | undefined; values: readonly Value[]; audit: boolean; rows: number | null }
export type Replay = { statements: readonly Prepared[]; ids: number }
export type Query = { text: string; name?: string; values: unknown[] }

export function prepare({ statements, fresh }: Captured): Replay {
  const places = new Map(fresh.map((id, n) => [id, n]))
  return { ids: fresh.length, statements: statements.map((s) => ({ ...s, values: s.values.map((v) => partsOf(v, places)) })) }
}

function partsOf(value: unknown, places: ReadonlyMap<string, number>): Value {
  if (Array.isArray(value)) return { list: value.map((v) => partsOf(v, places)) }
  if (value instanceof Uint8Array) return { random: value.length }
  if (typeof value !== 'string' || places.size === 0) return { same: value }
  const pieces = value.split(/(?<![0-9a-z])([0-7][0-9a-hjkmnp-tv-z]{25})(?![0-9a-z])/).map((piece) => places.get(piece) ?? piece)
  return pieces.every((p) => typeof p === 'string') ? { same: value } : { pieces }
}

export const newIds = (count: number): string[] => Array.from({ length: count }, () => ulid())

const filled = (value: Value, ids: readonly string[]): unknown => {
  if ('same' in value) return value.same
  if ('random' in value) return randomBytes(value.random)
  if ('list' in value) return value.list.map((v) => filled(v, ids))
  let text = ''
  for (const piece of value.pieces) text += typeof piece === 'number' ? ids[piece]! : piece
  return text
}

export const queryOf = (statement: Prepared, ids: readonly string[]): Query => ({
  text: statement.text,
  ...(statement.name === undefined ? {} : { name: statement.name }),
  values: statement.values.map((v) => filled(v, ids)),
})

/** Audit statements of many requests as one: lists stand one after another, whether they are JSON or arrays. */
export function merged(queries: readonly Query[]): Query {
  const first = queries[0]!
  const values = first.values.map((value, n) => {
    const all = queries.map((q) => q.values[n])
    if (Array.isArray(value)) return all.flat()
    if (typeof value === 'string' && value.startsWith('[')) return `[${all.map((v) => (v as string).slice(1, -1)).join(',')}]`
    throw new Error(`the audit statement has a value that is no list: ${(first as Statement).text.slice(0, 200)}`)
  })
  return { ...first, values }
}
