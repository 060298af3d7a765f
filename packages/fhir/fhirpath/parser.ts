import { decimal, parseDecimal } from './decimal.ts'
import { costlyError, syntaxError } from './error.ts'
import { type Token, tokensOf } from './lexer.ts'
import { calendarUnit, quantity } from './quantity.ts'
import type { BinaryOperator, Syntax, TypeSpecifier } from './syntax.ts'
import { parseTemporal } from './temporal.ts'

export type SyntaxLimits = { maxLength?: number; maxDepth?: number }

const defaultMaxLength = 20_000
const defaultMaxDepth = 100

type Parser = { tokens: readonly Token[]; at: number; depth: number; maxDepth: number }

/** How tightly each operator binds, loosest first; `is` and `as` stand between union and addition. */
const binding: Record<string, number> = {
  implies: 1,
  or: 2,
  xor: 2,
  and: 3,
  in: 4,
  contains: 4,
  '=': 5,
  '!=': 5,
  '~': 5,
  '!~': 5,
  '<': 6,
  '<=': 6,
  '>': 6,
  '>=': 6,
  '|': 7,
  is: 8,
  as: 8,
  '+': 9,
  '-': 9,
  '&': 9,
  '*': 10,
  '/': 10,
  div: 10,
  mod: 10,
}
const polarity = 11
const reserved = new Set(['div', 'mod', 'and', 'or', 'xor', 'implies', 'true', 'false'])

const peek = (parser: Parser): Token => parser.tokens[parser.at]!

function isSymbol(parser: Parser, text: string): boolean {
  const token = peek(parser)
  return token.kind === 'symbol' && token.text === text
}

function take(parser: Parser, text: string): boolean {
  if (!isSymbol(parser, text)) return false
  parser.at++
  return true
}

function unexpected(token: Token): never {
  if (token.kind === 'end') throw syntaxError(token.at, '式が途中で終わっています。', 'The expression ends too early.')
  throw syntaxError(token.at, `ここに「${token.text}」は書けません。`, `"${token.text}" cannot stand here.`)
}

function expect(parser: Parser, text: string): void {
  if (!take(parser, text)) {
    const token = peek(parser)
    throw syntaxError(
      token.at,
      `ここに「${text}」が必要です。`,
      `"${text}" is needed here${token.kind === 'end' ? '' : `, not "${token.text}"`}.`,
    )
  }
}

/** Every nesting goes through here, so that no text can exhaust the stack. */
function deeper<T>(parser: Parser, parse: () => T): T {
  if (++parser.depth > parser.maxDepth) {
    const { maxDepth } = parser
    throw costlyError(
      peek(parser).at,
      `式の入れ子が深すぎます(上限${maxDepth}段)。`,
      `The expression is nested deeper than ${maxDepth} levels.`,
    )
  }
  const result = parse()
  parser.depth--
  return result
}

function numberLiteral(parser: Parser, token: Token): Syntax {
  const value = parseDecimal(token.text)
  if (!value) throw syntaxError(token.at, `数「${token.text}」は桁が多すぎます。`, `The number ${token.text} has too many digits.`)
  const next = peek(parser)
  if (next.kind === 'string') {
    parser.at++
    return { kind: 'literal', value: quantity(value, next.text), at: token.at }
  }
  const unit = next.kind === 'name' ? calendarUnit(next.text) : undefined
  if (unit !== undefined) {
    parser.at++
    return { kind: 'literal', value: quantity(value, unit, true), at: token.at }
  }
  const whole = Number(token.text)
  if (token.text.includes('.')) return { kind: 'literal', value, at: token.at }
  // 2147483648 is written to be negated or compared: beyond 32 bits it is an exact decimal
  return { kind: 'literal', value: whole <= 2_147_483_648 ? whole : decimal(value.digits, 0), at: token.at }
}

function dateLiteral(token: Token): Syntax {
  const value = parseTemporal(token.text)
  if (!value) throw syntaxError(token.at, `「@${token.text}」という日時はありません。`, `@${token.text} is no real date or time.`)
  return { kind: 'literal', value, at: token.at }
}

function callArguments(parser: Parser): Syntax[] {
  const args: Syntax[] = []
  if (take(parser, ')')) return args
  do args.push(expression(parser, 0))
  while (take(parser, ','))
  expect(parser, ')')
  return args
}

/** The keys of a sort, each with its direction. */
function sortKeys(parser: Parser): { args: Syntax[]; descending: boolean[] } {
  const args: Syntax[] = []
  const descending: boolean[] = []
  if (take(parser, ')')) return { args, descending }
  do {
    args.push(expression(parser, 0))
    const { kind, text } = peek(parser)
    const directed = kind === 'name' && (text === 'asc' || text === 'desc')
    if (directed) parser.at++
    descending.push(directed && text === 'desc')
  } while (take(parser, ','))
  expect(parser, ')')
  return { args, descending }
}

/** A name or a call, after a dot or at the start. */
function invocation(parser: Parser, source: Syntax | undefined): Syntax {
  const token = peek(parser)
  // after a dot no operator can stand, so `text.div` needs no backticks
  const named = token.kind === 'quoted' || (token.kind === 'name' && (source !== undefined || !reserved.has(token.text)))
  if (token.kind === 'special') {
    parser.at++
    return { kind: 'special', name: token.text as '$this', at: token.at }
  }
  if (!named) return unexpected(token)
  parser.at++
  const from = source === undefined ? {} : { source }
  if (token.kind === 'name' && token.text === 'sort' && take(parser, '('))
    return { kind: 'call', ...from, name: 'sort', ...sortKeys(parser), at: token.at }
  if (token.kind === 'name' && take(parser, '('))
    return { kind: 'call', ...from, name: token.text, args: callArguments(parser), at: token.at }
  return { kind: 'member', ...from, name: token.text, at: token.at }
}

function term(parser: Parser): Syntax {
  const token = peek(parser)
  if (token.kind === 'name' && (token.text === 'true' || token.text === 'false')) {
    parser.at++
    return { kind: 'literal', value: token.text === 'true', at: token.at }
  }
  if (token.kind === 'name' || token.kind === 'quoted' || token.kind === 'special') return invocation(parser, undefined)
  parser.at++
  if (token.kind === 'string') return { kind: 'literal', value: token.text, at: token.at }
  if (token.kind === 'number') return numberLiteral(parser, token)
  if (token.kind === 'date') return dateLiteral(token)
  if (token.kind === 'variable') return { kind: 'variable', name: token.text, at: token.at }
  if (token.text === '(' && token.kind === 'symbol') {
    const inner = expression(parser, 0)
    expect(parser, ')')
    return inner
  }
  if (token.text === '{' && token.kind === 'symbol') {
    expect(parser, '}')
    return { kind: 'empty', at: token.at }
  }
  return unexpected(token)
}

/** A term with what hangs on it: `.name`, `.call()`, `[index]`. A chain is a loop, so its length needs no stack here. */
function chain(parser: Parser): Syntax {
  let found = term(parser)
  for (;;) {
    const { at } = peek(parser)
    if (take(parser, '.')) found = invocation(parser, found)
    else if (take(parser, '[')) {
      const index = expression(parser, 0)
      expect(parser, ']')
      found = { kind: 'index', source: found, index, at }
    } else return found
  }
}

function prefixed(parser: Parser): Syntax {
  const token = peek(parser)
  if (token.kind !== 'symbol' || (token.text !== '+' && token.text !== '-')) return chain(parser)
  parser.at++
  const operand = expression(parser, polarity)
  return { kind: 'polarity', sign: token.text, operand, at: token.at }
}

function typeSpecifier(parser: Parser): TypeSpecifier {
  const first = peek(parser)
  if (first.kind !== 'name' && first.kind !== 'quoted') return unexpected(first)
  parser.at++
  if (!isSymbol(parser, '.')) return { name: first.text, at: first.at }
  parser.at++
  const second = peek(parser)
  if (second.kind !== 'name' && second.kind !== 'quoted') return unexpected(second)
  parser.at++
  return { namespace: first.text, name: second.text, at: first.at }
}

function operatorAt(parser: Parser): string | null {
  const token = peek(parser)
  return (token.kind === 'symbol' || token.kind === 'name') && Object.hasOwn(binding, token.text) ? token.text : null
}

/** Operators of the same rank group from the left. */
function expression(parser: Parser, least: number): Syntax {
  return deeper(parser, () => {
    let left = prefixed(parser)
    for (;;) {
      const operator = operatorAt(parser)
      if (operator === null || binding[operator]! < Math.max(least, 1)) return left
      const { at } = peek(parser)
      parser.at++
      if (operator === 'is' || operator === 'as') left = { kind: 'type', operator, operand: left, type: typeSpecifier(parser), at }
      else left = { kind: 'binary', operator: operator as BinaryOperator, left, right: expression(parser, binding[operator]! + 1), at }
    }
  })
}

function parts(tree: Syntax): Syntax[] {
  switch (tree.kind) {
    case 'member':
      return tree.source ? [tree.source] : []
    case 'call':
      return tree.source ? [tree.source, ...tree.args] : tree.args
    case 'index':
      return [tree.source, tree.index]
    case 'polarity':
    case 'type':
      return [tree.operand]
    case 'binary':
      return [tree.left, tree.right]
    default:
      return []
  }
}

/** Long chains and sums make deep trees too; what walks the tree later recurses, so its height is bounded here without recursion. */
function checkHeight(tree: Syntax, limit: number): void {
  let level = [tree]
  for (let height = 0; level.length > 0; height++) {
    if (height > limit)
      throw costlyError(level[0]!.at, '式の連なりが長すぎます。分けてください。', 'The chain of steps is too long. Split the expression.')
    level = level.flatMap(parts)
  }
}

/** The tree of an expression. Longer than 20,000 characters or nested deeper than 100 levels is refused. @refuses syntax, costly */
export function parseFhirPath(text: string, limits: SyntaxLimits = {}): Syntax {
  const maxLength = limits.maxLength ?? defaultMaxLength
  if (text.length > maxLength)
    throw costlyError(0, `式が長すぎます(上限${maxLength}文字)。`, `The expression is longer than ${maxLength} characters.`)
  const parser = { tokens: tokensOf(text), at: 0, depth: 0, maxDepth: limits.maxDepth ?? defaultMaxDepth }
  const tree = expression(parser, 0)
  if (peek(parser).kind !== 'end') unexpected(peek(parser))
  checkHeight(tree, parser.maxDepth * 5)
  return tree
}
