import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findLayout } from './layouts/index.ts'
import { gramsOf, folded, wordsOf } from './reading/folding.ts'
import { linesIn } from './reading/csv.ts'
import { encodingOf } from './reading/text.ts'
import { inShiftJis } from './masters.fixture.ts'
import { dayOf, holdingOn, parentFinder, placesByName, usableOn } from './rules.ts'
import { ranked } from './search/search.ts'

describe('days as publishers write them', () => {
  test.each([
    ['20261101', '2026-11-01'],
    ['2026-11-01', '2026-11-01'],
    ['2026/1/5', '2026-01-05'],
    ['2026年4月1日', '2026-04-01'],
    ['', null],
    ['0', null],
    ['00000000', null],
    ['99999999', null],
    ['20261301', undefined],
    ['20260230', undefined],
    ['R8.4.1', undefined],
    ['あした', undefined],
  ])('%s', (text, day) => {
    expect(dayOf(text)).toBe(day)
  })
})

describe('which edition holds, and which code may be used', () => {
  const editions = ['2026-01-01', '2026-06-01', '2027-01-01'].map((validFrom) => ({ validFrom }))
  test.each([
    ['2025-12-31', undefined],
    ['2026-01-01', '2026-01-01'],
    ['2026-05-31', '2026-01-01'],
    ['2026-06-01', '2026-06-01'],
    ['2026-12-31', '2026-06-01'],
    ['2030-01-01', '2027-01-01'],
  ])('on %s: %s', (day, expected) => {
    expect(holdingOn(editions, day)?.validFrom).toBe(expected)
    expect(holdingOn([...editions].reverse(), day)?.validFrom, 'in any order').toBe(expected)
  })

  test.each([
    [{ status: 'active', validFrom: null, validTo: null }, true],
    [{ status: 'retired', validFrom: null, validTo: null }, false],
    [{ status: 'active', validFrom: '2026-11-23', validTo: null }, false],
    [{ status: 'active', validFrom: null, validTo: '2026-11-22' }, true],
    [{ status: 'active', validFrom: null, validTo: '2026-11-21' }, false],
    // Abolished in this edition, but from a later day on.
    [{ status: 'retired', validFrom: null, validTo: '2026-12-31' }, true],
  ] as const)('%j', (term, usable) => {
    expect(usableOn(term, '2026-11-22')).toBe(usable)
  })
})

describe('parents', () => {
  const term = (code: string) => ({
    code,
    display: code,
    kana: null,
    others: [],
    parent: null,
    validFrom: null,
    validTo: null,
    status: 'active' as const,
    properties: {},
  })

  test('by level in the order of the file: levels may be left out', () => {
    const find = parentFinder(findLayout('jfagy')!.emits[0]!)
    const lines: [string, string, string | null][] = [
      ['root', '1', null],
      ['a', '2', 'root'],
      ['a1', '3', 'a'],
      ['a1x', '6', 'a1'],
      ['a1y', '6', 'a1'],
      ['a11', '4', 'a1'],
      ['b', '2', 'root'],
      ['other', '1', null],
    ]
    for (const [code, level, parent] of lines)
      expect(
        find(term(code), () => level),
        code,
      ).toBe(parent)
  })

  test('by cutting the code, where the shorter one is there', () => {
    const find = parentFinder(findLayout('icd10')!.emits[0]!)
    expect(['E11', 'E11.9', 'E1190', 'Z99.9'].map((code) => find(term(code), () => ''))).toEqual([null, 'E11', 'E11', null])
  })
})

test('headings are found whatever their width and line ends; without the code column they are none', () => {
  const layout = findLayout('generic-name')!
  expect(placesByName(layout, ['区分', '一般名\nコード', ' 一般名処方の標準的な記載 '])?.get('code')).toBe(1)
  expect(placesByName(layout, ['区分', '成分名'])).toBeNull()
})

async function read(text: string, cut: number) {
  const pieces = (async function* () {
    for (let at = 0; at < text.length; at += cut) yield text.slice(at, at + cut)
  })()
  const lines: { line: number; cells: string[] }[] = []
  for await (const line of linesIn(pieces)) lines.push(line)
  return lines
}

describe('comma separated lines', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'あ', ',', '"', '\n', ' ', '１') })
  const written = (cells: string[]) => cells.map((c) => `"${c.replaceAll('"', '""')}"`).join(',')

  test('come back as they were written, wherever the pieces are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 7 }),
        async (rows, cut) => {
          const found = await read(rows.map((row) => `${written(row)}\r\n`).join(''), cut)
          expect(found.map((l) => l.cells)).toEqual(rows)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('line numbers count lines inside quotation marks and empty ones', async () => {
    expect((await read('a,b\n\n"c\nd",e\r\nf', 3)).map((l) => [l.line, l.cells.length])).toEqual([
      [1, 2],
      [3, 2],
      [5, 1],
    ])
  })
})

test.each([
  ['UTF-8', Buffer.from('病名'), 'utf-8'],
  ['UTF-8 cut in a character', Buffer.from('病名').subarray(0, 5), 'utf-8'],
  ['Shift_JIS', inShiftJis('病名管理番号'), 'shift_jis'],
  ['half-width kana in Shift_JIS', inShiftJis('ﾋﾞｮｳﾒｲ'), 'shift_jis'],
  ['plain ASCII', Buffer.from('code,display'), 'utf-8'],
])('%s is told', (_name, bytes, encoding) => {
  expect(encodingOf(bytes)).toBe(encoding)
})

describe('what is the same in a search', () => {
  test.each([
    ['トウニョウビョウ', 'とうにょうびょう'],
    ['ﾄｳﾆｮｳﾋﾞｮｳ', 'とうにょうびょう'],
    ['ＩｇＡ 腎症', 'iga腎症'],
  ])('%s = %s', (a, b) => {
    expect(folded(a)).toBe(folded(b))
  })

  test('a text holds the pairs of every part of it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 2, maxLength: 20 }),
        fc.nat(10),
        fc.integer({ min: 2, max: 6 }),
        (text, from, length) => {
          const whole = folded(text)
          const part = [...whole].slice(from, from + length).join('')
          const grams = new Set(gramsOf(whole))
          expect(gramsOf(part).every((gram) => grams.has(gram))).toBe(true)
        },
      ),
    )
  })

  test('words of a name', () => {
    expect(wordsOf('小麦（その他）・特異的IgE ω-5')).toEqual(['小麦', 'その他', '特異的ige', 'ω', '5'])
  })
})

test('hits in order: exact, beginning, beginning of a word, anywhere; shorter first, ended last; each code once', () => {
  const one = (code: string, text: string, status: 'active' | 'retired' = 'active', display = text) => ({
    release: 1,
    code,
    display,
    kana: null,
    validTo: null,
    status,
    text,
  })
  const found = [
    one('5', '慢性腎炎後'),
    one('4', 'iga腎炎', 'active', 'IgA・腎炎'),
    one('3', '腎炎症候群'),
    one('2', '腎炎後'),
    one('6', '腎炎前', 'retired'),
    one('1', '腎炎'),
    one('1', 'じんえん', 'active', '腎炎'),
  ]
  const hits = ranked(found, { words: ['腎炎'], code: '腎炎' }, new Map([[1, 'urn:s']]))
  expect(hits.map((h) => [h.code, h.rank])).toEqual([
    ['1', 'exact'],
    ['2', 'prefix'],
    ['3', 'prefix'],
    ['6', 'prefix'],
    ['4', 'word'],
    ['5', 'part'],
  ])
})
