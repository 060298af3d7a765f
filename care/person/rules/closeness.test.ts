/** How close two entries stand: each tie alone, none between strangers, the same from either side. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Household, sameFamilyName, sameName, tiesBetween } from './closeness.ts'

const nobody = { proxied: false, blocked: false }
const a: Household = {
  ...{ ids: ['a'], name: '青山 春樹', nameKana: 'アオヤマ ハルキ', address: '東京都千代田区緑町1丁目2番3号', postalCode: '100-0000' },
  ...{ phone: '03-0000-0001', covers: ['06990001:12:1'] },
}
const stranger: Household = {
  ...{
    ids: ['b'],
    name: '白石 冬子',
    nameKana: 'シライシ フユコ',
    address: '北海道札幌市北町1',
    postalCode: '060-0000',
    phone: '011-000-0002',
  },
  covers: ['01010016:9:9'],
}

test.each<[string, Partial<Household>, { proxied: boolean; blocked: boolean }, string[]]>([
  ['strangers', {}, nobody, []],
  ['one person under two ids', { ids: ['x', 'a'] }, nobody, ['self']],
  ['one acts for the other', {}, { ...nobody, proxied: true }, ['proxy']],
  ['a mark names one', {}, { ...nobody, blocked: true }, ['blocked']],
  ['the same address, written otherwise', { address: '東京都千代田区緑町１－２－３' }, nobody, ['address']],
  ['the same cover', { covers: ['06990001:12:1'] }, nobody, ['cover']],
  ['the same phone', { phone: '0300000001' }, nobody, ['phone']],
  ['family name and area', { name: '靑山 秋子', nameKana: 'アオヤマ アキコ', postalCode: '1000000' }, nobody, ['name-and-area']],
  ['family name alone', { name: '青山 秋子', nameKana: 'アオヤマ アキコ' }, nobody, []],
  ['area alone', { postalCode: '1000000' }, nobody, []],
])('%s', (_, more, about, ties) => {
  expect(tiesBetween(a, { ...stranger, ...more }, about)).toEqual(ties)
})

test('what nobody knows ties nobody', () => {
  const blank: Household = { ids: ['x'], name: '', nameKana: '', address: '', postalCode: '', phone: '', covers: [] }
  expect(tiesBetween(blank, { ...blank, ids: ['y'] }, nobody)).toEqual([])
  expect(sameName(blank, blank)).toBe(false)
  expect(sameFamilyName(blank, blank)).toBe(false)
})

test('names agree by kanji or kana, in either order', () => {
  expect(sameName(a, { name: '', nameKana: 'あおやま はるき' })).toBe(true)
  expect(sameName(a, { name: '春樹 青山', nameKana: '' })).toBe(true)
  expect(sameName(a, stranger)).toBe(false)
  expect(sameFamilyName({ name: '青山春樹', nameKana: '' }, a), 'one piece says nothing').toBe(false)
})

test('the same from either side', () => {
  const text = fc.constantFrom('', '1', '2')
  const name = fc.constantFrom('', '青山 春', '青山 秋', '白石 冬')
  const entry = fc.record({
    ...{ ids: fc.subarray(['a', 'b', 'c']), name, nameKana: name, address: text, postalCode: text, phone: text },
    covers: fc.subarray(['1', '2']),
  })
  fc.assert(
    fc.property(entry, entry, fc.record({ proxied: fc.boolean(), blocked: fc.boolean() }), (one, other, about) => {
      expect(tiesBetween(one, other, about)).toEqual(tiesBetween(other, one, about))
    }),
  )
})
