/** Says at which line and column of its source a finding stands. */
import type { Finding } from '../model.ts'
import { findInJson } from './json.ts'
import { offsetOf, searchFor } from './wanted.ts'
import { findInXml } from './xml.ts'

/** Places of many offsets in one pass: line and column, both from 1, columns in UTF-16 units. */
function placesOf(text: string, offsets: readonly number[]): { line: number; column: number }[] {
  const order = offsets.map((_, i) => i).sort((a, b) => offsets[a]! - offsets[b]!)
  const places = new Array<{ line: number; column: number }>(offsets.length)
  let line = 1
  let start = 0
  let next = text.indexOf('\n')
  for (const i of order) {
    const offset = offsets[i]!
    while (next !== -1 && next < offset) {
      line++
      start = next + 1
      next = text.indexOf('\n', start)
    }
    places[i] = { line, column: offset - start + 1 }
  }
  return places
}

/**
 * The findings with the line and column of their place in the text they were found in; of a missing element, that of what should hold it.
 * Findings that have a place already keep it. The text must be well formed.
 */
export function locate(text: string, format: 'json' | 'xml', findings: readonly Finding[]): Finding[] {
  if (findings.every(({ line }) => line !== undefined)) return [...findings]
  const search = searchFor(findings.map(({ path }) => path))
  if (format === 'json') findInJson(text, search.root)
  else findInXml(text, search.root)
  const places = placesOf(text, search.ways.map(offsetOf))
  return findings.map((finding, i) => (finding.line === undefined ? { ...finding, ...places[i]! } : finding))
}
