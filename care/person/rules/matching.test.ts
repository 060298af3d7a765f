import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldAddress, foldedOrders, foldForMatch } from './folding.ts'
import { type Compared, compare, datesNear, findings, nearDates, type Verdict } from './matching.ts'

describe('names that meet', () => {
  test.each([
    ['ヴィクトリア', 'ビクトリア'],
    ['ヴァン', 'バン'],
    ['レヴ', 'レブ'],
    ['カヅオ', 'カズオ'],
    ['ヂロウ', 'ジロウ'],
    ['ミサヲ', 'ミサオ'],
    ['ヰノウエ', 'イノウエ'],
    ['ヱミ', 'エミ'],
    ['オータ', 'オオタ'],
    ['コーイチ', 'コウイチ'],
    ['ケーコ', 'ケイコ'],
    ['ユーコ', 'ユウコ'],
    ['リヨウコ', 'リョウコ'],
    ['ﾔﾏﾀﾞ ﾊﾅｺ', 'やまだはなこ'],
    ['ﾊﾟｳﾛ', 'パウロ'],
    ['服部 ヶン', '服部ケン'],
    ['斎藤', '齋藤'],
    ['斉藤', '齊藤'],
    ['渡邉', '渡辺'],
    ['渡邊', '渡辺'],
    ['髙橋', '高橋'],
    ['山﨑', '山崎'],
    ['黒澤', '黒沢'],
    ['廣瀨', '広瀬'],
    ['𠮷田', '吉田'],
    ['佐佐木', '佐々木'],
    ['葛󠄀城', '葛城'],
    ['Ｏ’Brien', "o'brien"],
  ])('%s and %s', (one, other) => {
    expect(foldForMatch(one)).toBe(foldForMatch(other))
  })

  test.each([
    ['オノ', 'オオノ'],
    ['ユコ', 'ユウコ'],
    ['バ', 'ハ'],
    ['土田', '士田'],
    ['山田', '山本'],
  ])('the control: %s and %s stay apart', (one, other) => {
    expect(foldForMatch(one)).not.toBe(foldForMatch(other))
  })

  test('the order of family and given name', () => {
    expect(foldedOrders('スミス ジョン')).toEqual(expect.arrayContaining(foldedOrders('ジョン スミス')))
  })

  test.each([
    ['緑町１丁目２番３号', '緑町1-2-3'],
    ['緑町1丁目2番地の3', '緑町１－２－３'],
  ])('addresses %s and %s', (one, other) => {
    expect(foldAddress(one)).toBe(foldAddress(other))
  })
})

describe('birth dates one slip apart', () => {
  test.each([
    ['1980-04-01', '1980-04-02', true],
    ['1980-04-01', '1908-04-01', true],
    ['1980-04-01', '1980-01-04', true],
    ['1980-04-01', '1980-04-01', false],
    ['1980-04-01', '1981-04-02', false],
    ['1980-04-01', '', false],
  ])('%s and %s: %s', (a, b, near) => {
    expect(nearDates(a, b)).toBe(near)
    expect(nearDates(b, a)).toBe(near)
  })
})

const hanako: Compared = {
  name: '渡辺 花子',
  nameKana: 'ワタナベ ハナコ',
  birthDate: '1980-04-01',
  sex: 'female',
  address: '緑町1-2-3',
  postalCode: '1000001',
  phone: '03-1111-2222',
  memberIds: ['00123456:1:2:01'],
}
const bare = { address: '', postalCode: '', phone: '', memberIds: [] }

describe('the table', () => {
  test.each<[string, Partial<Compared>, Verdict]>([
    ['everything agrees', {}, 'same'],
    ['old kanji, half-width kana, wide digits', { name: '渡邉花子', nameKana: 'ﾜﾀﾅﾍﾞﾊﾅｺ', address: '緑町１丁目２番３号' }, 'same'],
    ['another insurer, same house', { memberIds: ['00999999:9:9:01'] }, 'same'],
    ['no member id, moved, same phone', { memberIds: [], address: 'よそ1', postalCode: '9999999' }, 'same'],
    ['name, birth date and sex alone: a namesake may be born that day', bare, 'doubtful'],
    ['a slip in the birth date', { birthDate: '1980-04-02' }, 'doubtful'],
    [
      'married: another family name, same phone',
      { ...bare, name: '佐藤 花子', nameKana: 'サトウ ハナコ', phone: '03-1111-2222' },
      'doubtful',
    ],
    ['a twin of the same house', { name: '渡辺 幸子', nameKana: 'ワタナベ サチコ', memberIds: [] }, 'different'],
    ['another sex', { sex: 'male' }, 'doubtful'],
    ['a namesake of another age', { ...bare, birthDate: '1955-12-30' }, 'different'],
    [
      'the spouse under the family’s number',
      { name: '渡辺 太郎', nameKana: 'ワタナベ タロウ', birthDate: '1978-11-23', sex: 'male' },
      'different',
    ],
    ['nothing known but the name', { ...bare, birthDate: '', sex: 'unknown' }, 'different'],
  ])('%s', (_why, change, verdict) => {
    expect(compare(hanako, { ...hanako, ...change }).verdict).toBe(verdict)
  })
})

const word = fc.string({ unit: fc.constantFrom(...'アイウエオカヴァーヅズヂッャハﾊﾞﾞワヲン々渡辺邉斎齋 　ab゙'), maxLength: 8 })
const anyone: fc.Arbitrary<Compared> = fc.record({
  name: word,
  nameKana: word,
  birthDate: fc.constantFrom('', '1980-04-01', '1980-04-02', '1980-01-04', '1955-12-30'),
  sex: fc.constantFrom('male', 'female', 'other', 'unknown', ''),
  address: fc.constantFrom('', '緑町1-2-3', '緑町１丁目２番３号', 'よそ1'),
  postalCode: fc.constantFrom('', '1000001', '100-0001'),
  phone: fc.constantFrom('', '03-1111-2222', '0311112222'),
  memberIds: fc.subarray(['00123456:1:2:01', '00123456:1:3:01']),
})

describe('laws', () => {
  test('folding twice is folding once', () => {
    fc.assert(
      fc.property(fc.oneof(word, fc.string({ unit: 'binary' })), (name) => foldForMatch(foldForMatch(name)) === foldForMatch(name)),
      {
        numRuns: 3000,
      },
    )
  })
  test('who comes first does not matter', () => {
    fc.assert(
      fc.property(anyone, anyone, (a, b) => {
        expect(compare(a, b)).toEqual(compare(b, a))
      }),
      { numRuns: 3000 },
    )
  })
  test('without the same birth date nobody is the same', () => {
    fc.assert(
      fc.property(anyone, anyone, (a, b) => compare(a, b).verdict !== 'same' || (a.birthDate === b.birthDate && a.birthDate !== '')),
      {
        numRuns: 3000,
      },
    )
  })
  test('another sex is never the same', () => {
    fc.assert(
      fc.property(anyone, anyone, (a, b) => !compare(a, b).found.includes('sex-far') || compare(a, b).verdict !== 'same'),
      { numRuns: 3000 },
    )
  })
  test('the control: a table without the weight of birth dates calls them the same', () => {
    const far = compare(hanako, { ...hanako, birthDate: '1955-12-30' })
    const without = far.points - findings.find((f) => f.id === 'birth-date-far')!.points
    expect(far.verdict).toBe('doubtful')
    expect(without).toBeGreaterThanOrEqual(14)
  })
})

describe('dates that may be meant', () => {
  const date = fc
    .date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2026-12-31T00:00:00Z'), noInvalidDate: true })
    .map((at) => at.toISOString().slice(0, 10))

  test('are those that one slip tells apart, and no others', () => {
    fc.assert(
      fc.property(date, date, (a, b) => {
        expect(datesNear(a)!.includes(b)).toBe(a === b || nearDates(a, b))
        for (const near of datesNear(a)!) expect(near === a || nearDates(a, near), near).toBe(true)
      }),
    )
    expect(datesNear('')).toBe(null)
  })

  test('without a member id in common, somebody born on another day is another person', () => {
    const same = {
      name: '山田 花子',
      nameKana: 'ヤマダ ハナコ',
      sex: 'female',
      address: '東京都港区1-1',
      postalCode: '1050001',
      phone: '0312345678',
    }
    fc.assert(
      fc.property(date, date, (a, b) => {
        const { verdict } = compare({ ...same, birthDate: a, memberIds: ['x'] }, { ...same, birthDate: b, memberIds: ['y'] })
        if (!datesNear(a)!.includes(b)) expect(verdict).toBe('different')
      }),
    )
  })
})
