/** String functions. Positions and lengths count characters, so that 𠮷 is one and is never cut in two. @spec http://hl7.org/fhirpath/N1/#string-manipulation */
import { costlyError, unknownError } from './error.ts'
import { type FunctionRow, type FunctionRows, plain, valued } from './function-row.ts'
import { integer, made, type Nodes, none, text, truth } from './node.ts'
import { finds, matchesWhole, type Regular, substituted } from './regular-expression.ts'
import { boundedText, integerOf, maxText, type Run, type Scope, spend, textOf } from './run.ts'

type Plain = (value: string, at: number, scope: Scope) => Nodes

const ofText = (apply: Plain): FunctionRow =>
  plain((input, at, scope) => {
    const value = textOf(input, at)
    if (value === undefined) return none
    spend(scope.run, value.length >> 5)
    return apply(value, at, scope)
  })

/** All arguments are texts; an empty one makes the result empty. */
const withTexts = (count: number, apply: (value: string, args: readonly string[], at: number, scope: Scope) => Nodes): FunctionRow =>
  valued(count, count, (input, args, at, scope) => {
    const value = textOf(input, at)
    const texts = args.map((arg) => textOf(arg, at))
    if (value === undefined || texts.includes(undefined)) return none
    spend(scope.run, value.length >> 5)
    return apply(value, texts as string[], at, scope)
  })

/** As `withTexts`, with the optional flags `i` and `m` of a regular expression last. */
const withPattern = (count: number, apply: (value: string, args: readonly string[], regular: Regular) => Nodes): FunctionRow =>
  valued(count, count + 1, (input, args, at, { run }) => {
    const value = textOf(input, at)
    const texts = args.slice(0, count).map((arg) => textOf(arg, at))
    const flags = args[count] ? (textOf(args[count], at) ?? '') : ''
    return value === undefined || texts.includes(undefined) ? none : apply(value, texts as string[], { run, at, flags })
  })

const surrogate = /[\ud800-\udfff]/

/** UTF-16 index to characters before it. */
const place = (value: string, index: number): number => (index > 0 && surrogate.test(value) ? [...value.slice(0, index)].length : index)
const lengthOf = (value: string): number => place(value, value.length)

function slice(value: string, start: number, end: number): string {
  return surrogate.test(value) ? [...value].slice(start, end).join('') : value.slice(start, end)
}

function substring(input: Nodes, args: readonly Nodes[], at: number, { run }: Scope): Nodes {
  const value = textOf(input, at)
  spend(run, (value?.length ?? 0) >> 5)
  const start = integerOf(args[0]!, at)
  const length = args[1] && integerOf(args[1], at)
  if (value === undefined || start === undefined || start < 0 || start >= lengthOf(value)) return none
  return text(slice(value, start, length === undefined ? value.length : start + Math.max(length, 0)))
}

function replaced(run: Run, value: string, [pattern = '', by = '']: readonly string[]): string {
  const most = value.length + (value.split(pattern).length - 1) * by.length
  if (most > maxText * 2) throw costlyError(0, '置換の結果が長すぎます。', 'The replacement makes the text too long.')
  if (pattern === '') return boundedText(run, by + [...value].map((char) => char + by).join(''))
  return boundedText(
    run,
    value.replaceAll(pattern, () => by),
  )
}

function join(input: Nodes, args: readonly Nodes[], at: number, { run }: Scope): Nodes {
  if (input.length === 0) return run.env.inView ? text('') : none
  const separator = args[0] ? (textOf(args[0], at) ?? '') : ''
  const parts = input.flatMap((node) => textOf([node], at) ?? [])
  spend(run, (separator.length * parts.length) / 32)
  return text(boundedText(run, parts.join(separator)))
}

function split(value: string, separator: string, run: Run): Nodes {
  const parts = value.split(separator)
  spend(run, parts.length)
  return parts.map((part) => made(part, 'System.String'))
}

type Coding = { to: (value: string) => string; from: (value: string) => string }

const html: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const htmlBack: Record<string, string> = Object.fromEntries(Object.entries(html).map(([char, entity]) => [entity, char]))

const bytesOf = (value: string): string => [...new TextEncoder().encode(value)].map((byte) => String.fromCharCode(byte)).join('')
const textOfBytes = (bytes: string): string =>
  new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)))

const urlSafe = (value: string) => value.replaceAll('+', '-').replaceAll('/', '_')

const encodings: Record<string, Coding> = {
  hex: {
    to: (s) => [...new TextEncoder().encode(s)].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    from: (s) => textOfBytes((s.match(/[0-9a-fA-F]{2}/g) ?? []).map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join('')),
  },
  base64: { to: (s) => btoa(bytesOf(s)), from: (s) => textOfBytes(atob(s)) },
  urlbase64: { to: (s) => urlSafe(btoa(bytesOf(s))), from: (s) => textOfBytes(atob(s.replaceAll('-', '+').replaceAll('_', '/'))) },
}

function unescapedJson(value: string): string {
  try {
    return JSON.parse(`"${value.replace(/[\n\r\t]/g, (char) => JSON.stringify(char).slice(1, -1))}"`) as string
  } catch {
    return value
  }
}

const escapes: Record<string, Coding> = {
  html: {
    to: (s) => s.replace(/[&<>"']/g, (char) => html[char]!),
    from: (s) => s.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => htmlBack[entity]!),
  },
  json: { to: (s) => JSON.stringify(s).slice(1, -1), from: unescapedJson },
}

/** What is not well formed decodes to nothing. */
function decoded(run: Run, decode: () => string): Nodes {
  let value: string
  try {
    value = decode()
  } catch {
    return none
  }
  return text(boundedText(run, value))
}

const coded = (table: Record<string, Coding>, way: keyof Coding) =>
  withTexts(1, (value, [name], at, { run }) => {
    const coding = Object.hasOwn(table, name!) ? table[name!] : undefined
    const names = Object.keys(table).join(', ')
    if (!coding) throw unknownError(at, `「${name}」という形式はありません(${names})。`, `There is no format ${name} (${names}).`)
    return decoded(run, () => coding[way](value))
  })

export const textFunctions: FunctionRows = {
  length: ofText((value) => integer(lengthOf(value))),
  upper: ofText((value, _at, { run }) => text(boundedText(run, value.toUpperCase()))),
  lower: ofText((value, _at, { run }) => text(boundedText(run, value.toLowerCase()))),
  trim: ofText((value) => text(value.trim())),
  toChars: ofText((value, _at, { run }) => {
    spend(run, value.length)
    return [...value].map((char) => made(char, 'System.String'))
  }),
  indexOf: withTexts(1, (value, [part]) => integer(place(value, value.indexOf(part!)))),
  lastIndexOf: withTexts(1, (value, [part]) => integer(place(value, value.lastIndexOf(part!)))),
  startsWith: withTexts(1, (value, [part]) => truth(value.startsWith(part!))),
  endsWith: withTexts(1, (value, [part]) => truth(value.endsWith(part!))),
  contains: withTexts(1, (value, [part]) => truth(value.includes(part!))),
  substring: valued(1, 2, substring),
  replace: withTexts(2, (value, change, _at, { run }) => text(replaced(run, value, change))),
  matches: withPattern(1, (value, [pattern], regular) => truth(finds(value, pattern!, regular))),
  matchesFull: withPattern(1, (value, [pattern], regular) => truth(matchesWhole(value, pattern!, regular))),
  replaceMatches: withPattern(2, (value, [pattern, by], regular) =>
    text(boundedText(regular.run, substituted(value, { pattern: pattern!, by: by! }, regular))),
  ),
  split: withTexts(1, (value, [separator], _at, { run }) => split(value, separator!, run)),
  join: valued(0, 1, join),
  encode: coded(encodings, 'to'),
  decode: coded(encodings, 'from'),
  escape: coded(escapes, 'to'),
  unescape: coded(escapes, 'from'),
}
