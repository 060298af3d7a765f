import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Finding } from '#packages/fhir'
import { blocksOf, readable } from './source-view.ts'

const at = (line: number): Finding => ({ severity: 'error', code: 'invalid', path: 'X', ruleId: 'x', ja: '', en: '', line, column: 1 })
const text = (lines: number) => Array.from({ length: lines }, (_, i) => `line ${i + 1}`).join('\n')
const shape = (lines: number, found: number[]) =>
  blocksOf(text(lines), found.map(at)).map(({ kind, first, last }) => `${kind} ${first}-${last}`)

describe('a checked text', () => {
  test.each([
    [40, [20], ['folded 1-16', 'shown 17-23', 'folded 24-40']],
    [40, [1], ['shown 1-4', 'folded 5-40']],
    [40, [40], ['folded 1-36', 'shown 37-40']],
    [30, [5, 15], ['shown 1-18', 'folded 19-30']],
    [12, [], ['folded 1-12']],
    [5, [], ['shown 1-5']],
    [1, [1], ['shown 1-1']],
  ])('of %i lines with findings on %j is cut into %j', (lines, found, blocks) => expect(shape(lines, found)).toEqual(blocks))

  test('keeps every line once and every finding at its line', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 80 }), fc.array(fc.integer({ min: 1, max: 80 })), (lines, found) => {
        const inside = found.filter((line) => line <= lines)
        const all = blocksOf(text(lines), inside.map(at)).flatMap((block) => block.lines)
        expect(all.map((line) => line.text).join('\n')).toBe(text(lines))
        expect(all.flatMap((line) => line.findings.map(() => line.number)).sort()).toEqual(inside.sort())
      }),
    )
  })
})

test('of a text of very many lines without findings, the beginning is kept and the rest counted', () => {
  const [block, ...others] = blocksOf(text(50_000), [])
  expect([block?.kind, block?.lines.length, block?.last, others.length]).toEqual(['folded', 2_000, 50_000, 0])
})

describe('text on one line', () => {
  const long = { resourceType: 'Patient', name: [{ text: 'x: {y}, "z" '.repeat(50) }], empty: [], none: {} }
  test('is laid out and says the same', () => {
    const { text: laid, laidOut } = readable(JSON.stringify(long))
    expect(laidOut).toBe(true)
    expect(JSON.parse(laid)).toEqual(long)
    expect(laid.split('\n').length).toBeGreaterThan(6)
  })
  test('numbers stay as they were written', () => {
    expect(readable(`{"a": 1.50, "b": "${'x'.repeat(500)}"}`).text).toContain('"a": 1.50')
  })
  test.each(['{"a": 1}', `<a>${'x'.repeat(500)}</a>`, ''])('is left as it is where there is no need: %s', (same) =>
    expect(readable(same)).toEqual({ text: same, laidOut: false }),
  )
  test.each([
    ['quotes that never close', `{"${'\\"'.repeat(900_000)}\\\n`],
    ['a string without its end', `{"${'a'.repeat(1_900_000)}`],
    ['a lone backslash', `{"${'\\\\'.repeat(900_000)}\\`],
  ])('two million characters of %s are read once', (_what, hostile) => {
    expect(readable(hostile).text.replace(/\s/g, '')).toBe(hostile.replace(/\s/g, ''))
  })
  test('what is nested for nesting’s sake is left as it is', () => {
    const hostile = '['.repeat(1_900_000)
    expect(readable(hostile)).toEqual({ text: hostile, laidOut: false })
  })
  test('whatever it is, it ends', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('{', '}', '[', ']', ',', ':', '"', 'a', '\\', '\n') }), (s) => {
        const given = `{${s}${'x'.repeat(500)}`
        expect(readable(given).text.replace(/\s/g, '').length).toBeGreaterThan(0)
      }),
    )
  })
})
