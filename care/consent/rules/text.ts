/** Text of a condition over alias `r`, with places for the values of whoever asks; parts that are known beforehand leave it. */
import { type RawBuilder, sql } from 'kysely'
import type { Asker } from './condition.ts'
import type { KnownFacts } from './known.ts'

/**
 * An asker, and what the query says of the rows that it alone reads: their keys, null where it reads anybody's; their types, null where it
 * reads any. Keys are held to, row by row; types only spare rules that no such row can meet. `known`: facts that the query need not ask for.
 */
export type Asked = Asker & { keys: readonly string[] | null; types: readonly string[] | null; known: KnownFacts | null }

/** What whoever asks brings to the text. Whatever is the same value is one object: told once, however often it is named. */
export type Value = { type: 'text' | 'text[]' | 'timestamptz' | 'jsonb'; of: (asked: Asked) => unknown }
/** Fixed text, cut where values stand. Every piece comes from this folder, never from a request. */
export type Text = { pieces: readonly string[]; values: readonly Value[] }
/** A condition, or what is already known of it. */
export type Part = Text | boolean

export const isKnown = (part: Part): part is boolean => typeof part === 'boolean'
export const fixed = (text: string): Text => ({ pieces: [text], values: [] })
export const quoted = (word: string) => `'${word.replaceAll("'", "''")}'`

/** Text around values, in the form of a template. */
export const text = (pieces: readonly string[], ...values: Value[]): Text => ({ pieces, values })

/** Texts one after another. */
export function chain(parts: readonly (Text | string)[]): Text {
  const pieces = ['']
  const values: Value[] = []
  for (const part of parts) {
    const { pieces: more, values: theirs } = typeof part === 'string' ? fixed(part) : part
    pieces[pieces.length - 1] += more[0]!
    pieces.push(...more.slice(1))
    values.push(...theirs)
  }
  return { pieces, values }
}

/** A condition where text must stand. */
export const written = (part: Part): Text => (isKnown(part) ? fixed(String(part)) : part)

function joined(parts: readonly Part[], { neutral, word }: { neutral: boolean; word: ' and ' | ' or ' }): Part {
  if (parts.includes(!neutral)) return !neutral
  const open = parts.filter((part): part is Text => !isKnown(part))
  if (open.length === 0) return neutral
  return open.length === 1 ? open[0]! : chain(['(', ...open.flatMap((part, i) => (i === 0 ? [part] : [word, part])), ')'])
}
export const allOf = (parts: readonly Part[]): Part => joined(parts, { neutral: true, word: ' and ' })
export const anyOf = (parts: readonly Part[]): Part => joined(parts, { neutral: false, word: ' or ' })

const oneKey: Value = { type: 'text', of: ({ keys }) => keys![0] }
const someKeys: Value = { type: 'text[]', of: ({ keys }) => [...keys!] }

/** A key among those that the query is narrowed to; known to be true where it is narrowed to none. */
export function ofKeys(column: string, like: Asked): Part {
  if (like.keys === null) return true
  return like.keys.length === 1 ? text([`${column} = `, ''], oneKey) : text([`${column} = any(`, ')'], someKeys)
}

/** A text with the values of one asker. */
export function filled<T>({ pieces, values }: Text, asked: Asked): RawBuilder<T> {
  const strings = Object.assign([...pieces], { raw: pieces })
  return sql<T>(strings, ...values.map((value) => value.of(asked)))
}

/** An instant whose type stands beside it: said as text, which the driver need not put into words. */
const worded = (value: Value): Value =>
  value.type === 'timestamptz' ? { type: value.type, of: (asked) => (value.of(asked) as Date).toISOString() } : value

/** A text that names its values as columns of `a`, and the row `a` of these values: each value travels and is read once. */
export function besideValues<T>({ pieces, values }: Text): { said: RawBuilder<T>; row: Text } {
  const distinct = [...new Set(values)]
  const said = pieces.map((piece, i) => (i === 0 ? piece : `a.v${distinct.indexOf(values[i - 1]!)}${piece}`)).join('')
  const columns = distinct.map((value, i) => text([i === 0 ? '' : ', ', `::${value.type} as v${i}`], worded(value)))
  return { said: sql.raw<T>(said), row: chain(['(select ', ...columns, ') a']) }
}
