import { syntaxError } from './error.ts'

/**
 * `name` is an identifier or keyword, `quoted` an identifier in backticks, `variable` the name after `%`, `date` a literal without its `@`;
 * `text` is the value with escapes read.
 */
export type Token = {
  kind: 'name' | 'quoted' | 'string' | 'number' | 'date' | 'variable' | 'special' | 'symbol' | 'end'
  text: string
  at: number
}

const space = /(?:[ \t\r\n\ufeff\u00a0\u3000]+|\/\/[^\r\n]*|\/\*[^*]*\*+(?:[^*/][^*]*\*+)*\/)+/y
const name = /[A-Za-z_][A-Za-z0-9_]*/y
const number = /\d+(?:\.\d+)?/y
const date =
  /@(?:T\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?|\d{4}(?:-\d{2}(?:-\d{2})?)?(?:T(?:\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?(?:Z|[+-]\d{2}:\d{2})?)?)?)/y
const special = /\$(?:this|index|total)\b/y
const symbol = /<=|>=|!=|!~|[()[\]{}.,|&+\-*/=~<>]/y
const escapes: Record<string, string> = { r: '\r', n: '\n', t: '\t', f: '\f' }

function read(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}

/** The text between quotes, escapes read; `end` is the offset after the closing quote. */
function quotedAt(text: string, at: number): { value: string; end: number } {
  const quote = text[at]
  let value = ''
  let from = at + 1
  for (let i = from; i < text.length; i++) {
    if (text[i] === quote) return { value: value + text.slice(from, i), end: i + 1 }
    if (text[i] !== '\\') continue
    value += text.slice(from, i)
    const next = text[++i] ?? ''
    const hex = next === 'u' ? /^[0-9a-fA-F]{4}/.exec(text.slice(i + 1, i + 5))?.[0] : undefined
    if (hex) {
      value += String.fromCharCode(Number.parseInt(hex, 16))
      i += 4
    } else value += escapes[next] ?? next
    from = i + 1
  }
  throw syntaxError(at, `引用符(${quote})が閉じていません。`, `The quote ${quote} is never closed.`)
}

function tokenAt(text: string, at: number): { token: Token; end: number } {
  const char = text[at]!
  const made = (kind: Token['kind'], raw: string, value = raw) => ({ token: { kind, text: value, at }, end: at + raw.length })
  if (char === "'" || char === '`' || char === '"') {
    const { value, end } = quotedAt(text, at)
    return { token: { kind: char === "'" ? 'string' : 'quoted', text: value, at }, end }
  }
  if (char === '%') {
    const next = text[at + 1] ?? ''
    if (next === "'" || next === '`' || next === '"') {
      const { value, end } = quotedAt(text, at + 1)
      return { token: { kind: 'variable', text: value, at }, end }
    }
    const raw = read(name, text, at + 1)
    if (raw) return { token: { kind: 'variable', text: raw, at }, end: at + 1 + raw.length }
  }
  const word = read(name, text, at)
  if (word) return made('name', word)
  const digits = read(number, text, at)
  if (digits) return made('number', digits)
  const moment = char === '@' ? read(date, text, at) : null
  if (moment) return made('date', moment, moment.slice(1))
  const dollar = char === '$' ? read(special, text, at) : null
  if (dollar) return made('special', dollar)
  const sign = read(symbol, text, at)
  if (sign) return made('symbol', sign)
  throw syntaxError(at, `ここに「${char}」は書けません。`, `Unexpected character "${char}".`)
}

/** The tokens of an expression, white space and comments left out, `end` last. One pass. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let at = read(space, text, 0)?.length ?? 0
  while (at < text.length) {
    const { token, end } = tokenAt(text, at)
    tokens.push(token)
    at = end + (read(space, text, end)?.length ?? 0)
  }
  tokens.push({ kind: 'end', text: '', at: text.length })
  return tokens
}
