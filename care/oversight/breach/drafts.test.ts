/** The letter says what was done only where it was, and leads who has no portal to a desk. */
import { describe, expect, test } from 'vitest'
import { letterOf } from './drafts.ts'
import type { Breach } from './rules.ts'

const at = new Date('2026-11-20T03:00:00Z')
const base: Breach = {
  ...{ id: 'b', drill: false, title: '', body: 'private', source: 'auditor', sourceRef: '', knownAt: at, ownerId: '', ownerName: '' },
  ...{ state: 'known', facts: {} as Breach['facts'], items: {}, scopeId: null, substitute: '' },
  ...{ containedAt: null, reportedAt: null, tellingAt: null, toldAt: null, toldScope: null, finalAt: null, closedAt: null },
}
const letter = (change: Partial<Breach>, by: 'portal' | 'paper' = 'portal', lang: 'ja' | 'en' = 'ja') =>
  letterOf({ b: { ...base, ...change }, touched: [], name: '山川 花子', lang, by })
const part = (title: string, { parts }: ReturnType<typeof letterOf>) => parts.find((p) => p.title === title)

describe('what was done', () => {
  test.each<[string, Partial<Breach>, string, string]>([
    ['nothing yet', {}, '調べています。', 'We are looking into it.'],
    ['it was stopped', { containedAt: at }, '原因となった利用を止めました。', 'We stopped what caused it.'],
    ['it was reported', { reportedAt: at }, '監督する役所に報告しました。', 'We reported it to the authority.'],
    [
      'both',
      { containedAt: at, reportedAt: at },
      '原因となった利用を止めました。監督する役所に報告しました。',
      'We stopped what caused it. We reported it to the authority.',
    ],
    ['somebody wrote it', { containedAt: at, items: { action: '端末を止めた' } }, '端末を止めた', '端末を止めた'],
  ])('%s', (_, change, ja, en) => {
    expect(part('私たちがしたこと', letter(change))!.text).toBe(ja)
    expect(part('What we did', letter(change, 'portal', 'en'))!.text).toBe(en)
  })
})

test('words of whoever keeps the case are marked as theirs, and only those', () => {
  const marked = (change: Partial<Breach>) => letter(change).parts.flatMap((p) => (p.asWritten ? [p.title] : []))
  expect(marked({})).toEqual([])
  expect(marked({ items: { cause: '置き忘れ', other: 'ほか' } })).toEqual(['なぜ起きたか', 'そのほか'])
})

test('on paper it leads to the desk that it names, in the portal to its pages', () => {
  const asks = (by: 'portal' | 'paper') => part('お願い', letter({}, by))!.text
  expect(asks('paper')).toMatch(/下のお問い合わせ先/)
  expect(letter({}, 'paper').ask).toMatch(/電話番号/)
  expect(asks('portal')).not.toMatch(/お問い合わせ先/)
})
