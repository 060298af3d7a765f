import fc from 'fast-check'
import { expect, test } from 'vitest'
import { foldForMatch } from '../rules/folding.ts'
import { isEnough, isUnreadBirth, readRemembered, type Remembered } from './asked.ts'
import { askedNameKeys, nameKeys, soughtKeys, soughtPairs, soundOf, withSlips } from './names.ts'
import { kanaOfRomaji } from './romaji.ts'
import { fitOf, isCandidate, isLikely, isNear, type Sought } from './scoring.ts'
import { dakuten, kanaName, slips, spelt } from './typing.fixture.ts'

const now = new Date('2026-11-22T03:00:00Z')
const nothing: Remembered = { name: '', birth: '', age: '', sex: '', address: '', insurance: '' }
const asked = (more: Partial<Remembered>) => readRemembered({ ...nothing, ...more }, now)
const meets = (typed: string, registered: string) => {
  const known = new Set(nameKeys(registered))
  return askedNameKeys(typed).some((key) => known.has(key))
}

test.each([
  ['ヤマカワ ハナコ', 'やまかわ はなこ', 'hiragana'],
  ['ヤマカワ ハナコ', 'ﾔﾏｶﾜ ﾊﾅｺ', 'half width'],
  ['ヤマザキ ジュン', 'ヤマサキ シュン', 'no voiced marks'],
  ['オオノ ユウコ', 'おの ゆこ', 'no long vowels'],
  ['オオノ ユウコ', 'オーノ ユーコ', 'long vowels as a bar'],
  ['ヤマカワ ハナコ', 'ハナコ ヤマカワ', 'given name first'],
  ['ヤマカワ ハナコ', 'やまかわはなこ', 'no space'],
  ['ヤマカワ ハナコ', 'Yamakawa Hanako', 'Latin letters'],
  ['オオタ ショウジ', 'OHTA SHOJI', 'Latin letters of a passport'],
  ['シンバシ イッセイ', 'shimbashi issei', 'm before b, a doubled consonant'],
  ['ヤマカワ ハナコ', 'やまわか はなこ', 'two exchanged'],
  ['ヤマカワ ハナコ', 'やまかわ', 'the family name alone'],
  ['ヤマカワ ハナコ', 'はなこ', 'the given name alone'],
  ['𠮷田 友美', '吉田友美', 'another form of a kanji'],
  ['髙橋 晃', '高橋', 'another form of a kanji, the family name alone'],
])('%s is found as %s (%s)', (registered, typed) => {
  expect(meets(typed, registered)).toBe(true)
})

test.each([
  ['ヤマカワ ハナコ', 'サトウ タロウ'],
  ['ヤマカワ ハナコ', 'スズキ'],
  ['山川 花子', '山田 太郎'],
])('%s is not found as %s', (registered, typed) => {
  expect(meets(typed, registered)).toBe(false)
})

test('romaji that does not read as Japanese is left as it is', () => {
  expect(kanaOfRomaji('Schwarz')).toBeNull()
  expect(kanaOfRomaji('山川')).toBeNull()
  expect(meets('Schwarz', 'Schwarz Eva')).toBe(true)
})

test('one slip always shares an entry, where no long vowel comes or goes with it', () => {
  const plain = (name: string) => soundOf(foldForMatch(name)).length === [...name].length
  fc.assert(
    fc.property(kanaName, fc.nat(), ({ family }, seed) => {
      const typed = slips(family, 1, seed)
      fc.pre([...family].length >= 4 && plain(family) && plain(typed))
      const known = new Set(nameKeys(family))
      return askedNameKeys(typed).some((key) => known.has(key))
    }),
    { numRuns: 500 },
  )
})

test('a person is found under up to three slips with a birth date, under two with an age, in any spelling', () => {
  fc.assert(
    fc.property(
      kanaName,
      fc.integer({ min: 0, max: 3 }),
      fc.nat(),
      fc.boolean(),
      fc.boolean(),
      ({ family, given }, upTo, seed, spaced, dated) => {
        const errors = dated ? upTo : Math.min(2, upTo)
        const plain = (text: string) => soundOf(foldForMatch(text)).length === [...text].length
        // Where a slip, or the seam of a name without a space, makes or unmakes a long vowel, it counts as two.
        const sought: Sought = {
          keys: soughtKeys([`${family} ${given}`], '石川県輪島市緑町1-2-3'),
          pairs: soughtPairs([`${family} ${given}`]),
          birthDate: '1958-04-12',
          sex: 'female',
          memberIds: [],
          addressHidden: false,
        }
        const [a, b] = [
          slips(spelt(family, seed), seed % (errors + 1), seed),
          slips(spelt(given, seed + 1), errors - (seed % (errors + 1)), seed + 7),
        ]
        const name = spaced ? `${a} ${b}` : `${a}${b}`
        fc.pre(dated || (plain(family + given) && plain(dakuten(a + b)) && plain(a + b)))
        const wish = asked({ name, sex: 'female', ...(dated ? { birth: '昭和33年4月12日' } : { age: '68', address: '輪島市' }) })
        return isCandidate(wish, sought) && isLikely(wish, fitOf(wish, sought))
      },
    ),
    { numRuns: 1_500 },
  )
})

test('control: with names compared as they stand, the same slips lose people', () => {
  let lost = 0
  for (let seed = 0; seed < 200; seed++) if (slips('やまかわ', 1, seed) !== 'やまかわ') lost++
  expect(lost).toBeGreaterThan(150)
  expect(withSlips('ab')).toEqual(['ab'])
  expect(dakuten('が')).toBe('か')
})

test.each<[Partial<Remembered>, boolean, string]>([
  [{}, false, 'nothing'],
  [{ name: 'サトウ' }, false, 'a name alone'],
  [{ name: 'サトウ', sex: 'male' }, false, 'a name and a sex'],
  [{ name: '佐', birth: '1958-04-12' }, false, 'one character and a date'],
  [{ birth: '1958-04-12' }, false, 'a date alone'],
  [{ birth: '1958-04-12', sex: 'male' }, false, 'a date and a sex'],
  [{ address: '輪島市' }, false, 'an address alone'],
  [{ address: '輪島市', age: '70' }, false, 'an address and an age, without a sex'],
  [{ insurance: '3456' }, false, 'a number alone'],
  [{ age: '70', sex: 'male' }, false, 'an age and a sex'],
  [{ name: 'サトウ', age: '70' }, true, 'a name and an age'],
  [{ name: 'サトウ', address: '輪島市' }, true, 'a name and an address'],
  [{ birth: '1958-04-12', address: '輪島市' }, true, 'a date and an address'],
  [{ birth: '1958-04-12', name: 'さと' }, true, 'a date and half a name'],
  [{ insurance: '3456', birth: '1958-04-12' }, true, 'a number and a date'],
  [{ address: '輪島市', age: '70', sex: 'male' }, true, 'what one sees, and where they lived'],
])('%o is enough: %s (%s)', (given, enough) => {
  expect(isEnough(asked(given))).toBe(enough)
})

test.each<[Partial<Remembered>, string | null, [string, string] | null]>([
  [{ birth: '昭和33年4月12日' }, '1958-04-12', null],
  [{ birth: 'S33.4.12' }, '1958-04-12', null],
  [{ birth: '1958/4/12' }, '1958-04-12', null],
  [{ birth: '昭和33年' }, null, ['1958-01-01', '1958-12-31']],
  [{ birth: 'S33.4' }, null, ['1958-04-01', '1958-04-31']],
  [{ birth: '1958年4月' }, null, ['1958-04-01', '1958-04-31']],
  [{ age: '68' }, null, ['1952-11-23', '1963-11-22']],
  [{ age: '６０代' }, null, ['1956-11-23', '1966-11-22']],
  [{ age: '約70歳' }, null, ['1950-11-23', '1961-11-22']],
])('%o is read', (given, date, span) => {
  const { birthDate, birthSpan } = asked(given)
  expect(birthDate).toBe(date)
  expect(birthSpan && [birthSpan.from, birthSpan.until]).toEqual(span)
})

test('a birth date nobody can read is told, not passed over', () => {
  const typed = { ...nothing, birth: '春ごろ', name: 'サトウ' }
  expect(isUnreadBirth(typed, readRemembered(typed, now))).toBe(true)
  expect(isUnreadBirth({ ...nothing, birth: '1958' }, asked({ birth: '1958' }))).toBe(false)
  expect(isUnreadBirth({ ...nothing, age: '古希' }, asked({ age: '古希' }))).toBe(true)
})

test.each([
  ['1958-04-12', '1958-04-13', true],
  ['1958-04-12', '1985-04-12', true],
  ['1958-04-12', '1958-12-04', true],
  ['1958-04-12', '1959-05-12', false],
])('%s and %s are one slip apart: %s', (a, b, near) => {
  expect(isNear(a, b)).toBe(near)
})
