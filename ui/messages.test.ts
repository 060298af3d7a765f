import { expect, test } from 'vitest'
import {
  formatDate,
  formatDateTime,
  formatPlainDate,
  formatShortDate,
  formatTime,
  joinList,
  kindName,
  t,
  wareki,
  word,
  words,
} from './index.ts'

test('every shared word and every kind of information is said in Japanese, easy Japanese and English', () => {
  const gaps = (table: Record<string, Partial<Record<'ja' | 'en' | 'easy', string>>>): string[] =>
    Object.entries(table).flatMap(([key, entry]) =>
      (['ja', 'en', 'easy'] as const).filter((lang) => !entry[lang]?.trim()).map((lang) => `${key}.${lang}`),
    )
  expect(gaps(words)).toEqual([])
  expect(gaps(kindName)).toEqual([])
  expect(gaps({ control: { ja: '有', en: ' ' } }), 'the control must be caught').toEqual(['control.en', 'control.easy'])
})

test('English holds no Japanese, Japanese is not left in English', () => {
  const japanese = /[\u3040-\u30ff\u4e00-\u9fff]/
  for (const entry of [...Object.values(words), ...Object.values(kindName)]) {
    expect(entry.en).not.toMatch(japanese)
    expect(entry.ja).toMatch(japanese)
  }
})

test('a text without easy Japanese falls back to Japanese', () => {
  expect(t('easy', { ja: '処方', en: 'Prescriptions' })).toBe('処方')
  expect(word('easy', 'high')).toBe('高い')
})

test.each([
  ['2026-11-22', '2026年11月22日（日）', 'Sun 22 Nov 2026'],
  ['2026-11', '2026年11月', 'Nov 2026'],
  ['2026', '2026年', '2026'],
  ['2026-11-21T15:30:00Z', '2026年11月22日（日）', 'Sun 22 Nov 2026'],
  ['2026-11-22T00:30:00', '2026年11月22日（日）', 'Sun 22 Nov 2026'],
  ['2024-02-29', '2024年2月29日（木）', 'Thu 29 Feb 2024'],
  ['令和八年', '令和八年', '令和八年'],
])('%s is written %s and %s', (value, ja, en) => {
  expect(formatDate(value, 'ja')).toBe(ja)
  expect(formatDate(value, 'en')).toBe(en)
})

test('an instant is told in Japan’s time', () => {
  const instant = new Date('2026-11-20T05:03:00Z')
  expect(formatDateTime(instant, 'ja')).toBe('2026年11月20日（金）14:03')
  expect(formatDateTime(instant, 'en')).toBe('Fri 20 Nov 2026, 14:03')
  expect(formatShortDate(instant, 'ja')).toBe('11月20日')
  expect(formatPlainDate(instant, 'ja')).toBe('2026年11月20日')
  expect(formatPlainDate(instant, 'en')).toBe('20 Nov 2026')
  expect(formatTime('2026-11-20'), 'a bare date has no time').toBe('')
})

test.each([
  ['2026-11-22', '令和8年', '令和8年11月22日'],
  ['2019-05-01', '令和元年', '令和元年5月1日'],
  ['2019-04-30', '平成31年', '平成31年4月30日'],
  ['1989-01-07', '昭和64年', '昭和64年1月7日'],
  ['1989-01-08', '平成元年', '平成元年1月8日'],
  ['1926-12-24', '大正15年', '大正15年12月24日'],
  ['1912-07-29', '明治45年', '明治45年7月29日'],
  ['2019', '令和元年', '令和元年'],
  ['1872-12-31', null, null],
])('wareki of %s', (value, year, day) => {
  expect(wareki(value)).toBe(year)
  expect(wareki(value, 'day')).toBe(day)
})

test('lists are joined as each language does', () => {
  expect(joinList('ja', ['傷病名', '処方'])).toBe('傷病名、処方')
  expect(joinList('en', ['a', 'b', 'c'])).toBe('a, b and c')
  expect(joinList('en', ['a'])).toBe('a')
  expect(joinList('en', [])).toBe('')
})
