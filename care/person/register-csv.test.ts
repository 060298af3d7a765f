import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCsv } from './csv.ts'
import { judgeFacilityTable, judgeStaffTable, MOST_LINES } from './register-csv.ts'

const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`
const HEAD = '医療機関番号,種別,名称,開始日'

describe('comma-separated values', () => {
  test('what is written comes back, cell by cell, whatever stands in the cells', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\r', ''))
    const table = fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), fc.boolean(), (rows, end, mark) => {
        const text = `${mark ? '\ufeff' : ''}${rows.map((row) => row.map(quoted).join(',')).join(end)}`
        const whole = rows.filter((row) => row.some((one) => one.trim() !== ''))
        expect(parseCsv(text)?.map((line) => line.cells)).toEqual(whole)
      }),
    )
  })

  test('whatever is sent is read or refused, never thrown at', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        const judged = judgeStaffTable(text)
        expect(judged.entries.length === 0 || judged.lines >= judged.entries.length).toBe(true)
      }),
    )
  })

  test('lines are counted as an editor counts them, also through a cell of several lines', () => {
    expect(parseCsv('a,b\n"x\ny",1\n\nz,2\n')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['x\ny', '1'] },
      { line: 5, cells: ['z', '2'] },
    ])
    expect(parseCsv('a,"b')).toBeNull()
  })
})

describe('a table of facilities', () => {
  test('in Japanese words and full-width digits', () => {
    const { entries, misfits } = judgeFacilityTable(`${HEAD},電話\n１３１００００１２３,診療所,縁の町診療所,2026/4/1,03-0000-0000`)
    expect(misfits).toEqual([])
    expect(entries[0]?.entry).toMatchObject({
      institutionNumber: '1310000123',
      kind: 'clinic',
      from: '2026-04-01',
      until: null,
      prefecture: '13',
    })
  })

  test.each([
    ['', [[0, '']]],
    [HEAD, [[1, '']]],
    [`${HEAD},名称\n1310000123,診療所,あ,2026-04-01,い`, [[1, '名称']]],
    ['医療機関番号,種別,名称\n1310000123,診療所,あ', [[1, '開始日']]],
    [`${HEAD},備考\n1310000123,診療所,あ,2026-04-01,x`, [[1, '備考']]],
    [`${HEAD}\n1310000123,工場,あ,2026-04-01`, [[2, '種別']]],
    [`${HEAD}\n1340000123,診療所,あ,2026-04-01`, [[2, '医療機関番号']]],
    [`${HEAD}\n4810000123,診療所,あ,2026-04-01`, [[2, '医療機関番号']]],
    [`${HEAD}\n1310000123,診療所,あ,2026-02-30`, [[2, '開始日']]],
    [`${HEAD}\n1310000123,診療所,あ,2026-04-01\n\n1310000123,診療所,い,2026-04-01`, [[4, '医療機関番号']]],
    [`${HEAD}\n"1310000123,診療所`, [[0, '']]],
  ])('%j is wrong at %j', (text, at) => {
    expect(judgeFacilityTable(text).misfits.map(({ line, column }) => [line, column])).toEqual(at)
  })

  test('too many lines are refused before they are judged', () => {
    const lines = Array.from({ length: MOST_LINES + 1 }, (_, n) => `${1310000000 + n},診療所,あ,2026-04-01`)
    expect(judgeFacilityTable([HEAD, ...lines].join('\n')).misfits).toHaveLength(1)
  })
})

describe('a table of staff', () => {
  const head = '医療機関番号,ログイン名,氏名,フリガナ,職種,開始日,免許,免許番号,免許登録日'
  test('with a licence', () => {
    const { entries, misfits } = judgeStaffTable(
      `${head}\n1310000019,Sakura.Ito,伊藤 桜,ｲﾄｳ ｻｸﾗ,看護師,2026-04-01,准看護師,12345,2010-04-01`,
    )
    expect(misfits).toEqual([])
    expect(entries[0]?.entry).toMatchObject({
      loginName: 'sakura.ito',
      nameKana: 'イトウ サクラ',
      role: 'nurse',
      licence: { kind: 'assistant-nurse' },
    })
  })
  test.each([
    ['1310000019,sakura,伊藤,イトウ,看護師,2026-04-01,,,', '免許番号'],
    ['1310000019,sakura,伊藤,イトウ,医師,2026-04-01,看護師,1,2010-04-01', '免許'],
    ['1310000019,sakura,伊藤,イトウ,看護師,2026-04-01,看護師,1,', '免許登録日'],
    ['1310000019,sakura,伊藤,いとう,事務職員,2026-04-01,,,', 'フリガナ'],
    ['1310000019,sakura,伊藤,イトウ,社長,2026-04-01,,,', '職種'],
  ])('%s is wrong at %s', (line, column) => {
    expect(judgeStaffTable(`${head}\n${line}`).misfits.map((m) => m.column)).toContain(column)
  })
})
