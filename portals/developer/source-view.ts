/** A checked text cut into lines with what was found on them; stretches where nothing was found are folded. Pure. */
import type { Finding } from '#packages/fhir'

export type SourceLine = { number: number; text: string; findings: readonly Finding[] }
/** Lines `first` to `last`; of a long stretch without findings `lines` may hold the beginning alone, or none. */
export type Block = { kind: 'shown' | 'folded'; lines: readonly SourceLine[]; first: number; last: number }

/** Lines shown before and after one with a finding. */
const AROUND = 3
/** Folded lines kept in all: a page of a million lines would help nobody and cost the server seconds. */
const FOLDED_LINES = 2_000
/** A stretch shorter than this is shown: folding it would save nothing. */
const SHORTEST_FOLD = 8
/** Longer lines are laid out anew, so that a place can be pointed at. */
const LONGEST_LINE = 400

/** A text laid out may grow this many times, and a little: what is nested for nesting's sake would be indents and nothing else. */
const GROWTH = 4

/** A text that never closes ends with the whole: begun again at each of its quotes, a long one would take hours. */
const TOKEN = /"[^"\\]*(?:\\[\s\S][^"\\]*)*(?:"|\\?$)|[{}[\],:]|[^\s{}[\],:"]+/g

/** JSON written with hardly a line break, laid out; any other text as it is. What stands in it is not changed. */
export function readable(text: string): { text: string; laidOut: boolean } {
  const isLong = text.split('\n').some((line) => line.length > LONGEST_LINE)
  if (!isLong || !/^\s*[[{]/.test(text)) return { text, laidOut: false }
  let out = ''
  let depth = 0
  const tokens = text.match(TOKEN) ?? []
  const turn = () => `\n${'  '.repeat(Math.max(0, Math.min(depth, 100)))}`
  const most = text.length * GROWTH + 10_000
  for (const [i, token] of tokens.entries()) {
    if (out.length > most) return { text, laidOut: false }
    const next = tokens[i + 1]
    if (token === '{' || token === '[') {
      depth++
      out += next === '}' || next === ']' ? token : `${token}${turn()}`
    } else if (token === '}' || token === ']') {
      depth--
      const before = tokens[i - 1]
      out += before === '{' || before === '[' ? token : `${turn()}${token}`
    } else if (token === ',') out += `,${turn()}`
    else if (token === ':') out += ': '
    else out += token
  }
  return { text: out, laidOut: true }
}

/** The text in blocks: what is found with the lines around it, the rest folded. A text in which nothing was found is one fold. */
export function blocksOf(text: string, findings: readonly Finding[]): Block[] {
  const byLine = Map.groupBy(findings, ({ line }) => line ?? 1)
  const lines = text.split('\n').map((line, i) => ({ number: i + 1, text: line, findings: byLine.get(i + 1) ?? [] }))
  const shown = new Array<boolean>(lines.length).fill(false)
  for (const at of byLine.keys()) for (let i = Math.max(1, at - AROUND); i <= Math.min(lines.length, at + AROUND); i++) shown[i - 1] = true
  const blocks: Block[] = []
  let room = FOLDED_LINES
  for (let i = 0; i < lines.length; ) {
    let end = i
    while (end < lines.length && shown[end] === shown[i]) end++
    const kind = shown[i] || end - i < SHORTEST_FOLD ? 'shown' : 'folded'
    const kept = kind === 'shown' ? lines.slice(i, end) : lines.slice(i, Math.min(end, i + room))
    if (kind === 'folded') room -= kept.length
    const before = blocks.at(-1)
    if (before?.kind === kind) Object.assign(before, { lines: [...before.lines, ...kept], last: end })
    else blocks.push({ kind, lines: kept, first: i + 1, last: end })
    i = end
  }
  return blocks
}
