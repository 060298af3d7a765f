/** Lines of comma or tab separated text, quoted or not. @spec RFC 4180 */

/** One line of a table: where it begins in the file (from 1), and its cells. */
export type Line = { line: number; cells: string[] }

/** A quotation mark that is never closed, or a cell longer than anything a master holds. */
export class BrokenLine extends Error {
  readonly line: number
  readonly column: number
  readonly why: 'quote' | 'long'
  constructor(line: number, column: number, why: 'quote' | 'long') {
    super(`line ${line}: ${why}`)
    this.line = line
    this.column = column
    this.why = why
  }
}

const MAX_LINE = 1 << 20

/** Reads lines out of pieces of text; holds no more than one line. Empty lines are passed over. @throws BrokenLine */
export async function* linesIn(pieces: AsyncIterable<string>, separator = ','): AsyncGenerator<Line> {
  let rest = ''
  let line = 1
  for await (const piece of pieces) {
    rest += piece
    let from = 0
    for (let end = endOfLine(rest, from); end !== -1; end = endOfLine(rest, from)) {
      const text = rest.slice(from, end)
      if (text.trim() !== '') yield { line, cells: cellsOf(text, separator, line) }
      line += newlines(text) + 1
      from = end + 1
    }
    rest = rest.slice(from)
    if (rest.length > MAX_LINE) throw new BrokenLine(line, 0, rest.includes('"') ? 'quote' : 'long')
  }
  if (rest.trim() !== '') yield { line, cells: cellsOf(rest, separator, line) }
}

/** The line feed that ends the line: not one inside quotation marks. */
function endOfLine(text: string, from: number): number {
  let end = text.indexOf('\n', from)
  for (; end !== -1; end = text.indexOf('\n', end + 1)) if (quotes(text, from, end) % 2 === 0) return end
  return -1
}

function quotes(text: string, from: number, to: number): number {
  let count = 0
  for (let at = text.indexOf('"', from); at !== -1 && at < to; at = text.indexOf('"', at + 1)) count++
  return count
}

const newlines = (text: string): number => text.split('\n').length - 1

function cellsOf(text: string, separator: string, line: number): string[] {
  const whole = text.endsWith('\r') ? text.slice(0, -1) : text
  if (!whole.includes('"')) return whole.split(separator)
  const cells: string[] = []
  let at = 0
  for (;;) {
    if (whole[at] !== '"') {
      const end = whole.indexOf(separator, at)
      cells.push(end === -1 ? whole.slice(at) : whole.slice(at, end))
      if (end === -1) return cells
      at = end + 1
      continue
    }
    let close = whole.indexOf('"', at + 1)
    while (close !== -1 && whole[close + 1] === '"') close = whole.indexOf('"', close + 2)
    if (close === -1) throw new BrokenLine(line, cells.length + 1, 'quote')
    cells.push(whole.slice(at + 1, close).replaceAll('""', '"'))
    if (close + 1 >= whole.length) return cells
    if (whole[close + 1] !== separator) throw new BrokenLine(line, cells.length, 'quote')
    at = close + 2
  }
}
