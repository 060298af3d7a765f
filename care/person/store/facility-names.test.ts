import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPlatform, type Platform } from '../../../tests/harness/platform.ts'
import { indexFacilityNames } from './facility-names.ts'
import { insertFacilities } from './facility.ts'

let platform: Platform
const place = (institutionNumber: string, name: string, more: object = {}) => ({
  ...{ institutionNumber, name, nameEn: '', kind: 'clinic' as const, prefecture: '13', ...more },
})

beforeAll(async () => {
  platform = await openPlatform()
  await insertFacilities(platform.db, [
    place('1319900001', '髙﨑ﾊｰﾄ・クリニック', { nameEn: 'Takasaki Heart Clinic' }),
    place('1319900002', '医療法人 さくら会 澤田病院'),
    place('1319900003', '閉じた高崎医院', { until: '2026-01-31' }),
    place('1319900004', '北高崎薬局'),
  ])
  await indexFacilityNames(platform.db, 1_000)
})
afterAll(() => platform?.close())

const found = async (text: string, limit = 10) =>
  (await platform.services.person.facilitiesNamed({ db: platform.db, now: platform.clock.at }, { text, limit }))
    .map((f) => f.institutionNumber)
    .filter((number) => number.startsWith('13199'))

test.each([
  ['another form of the characters', '高崎ハート', ['1319900001']],
  ['half width, and no dot', 'ﾊｰﾄｸﾘﾆｯｸ', ['1319900001']],
  ['hiragana', 'はーとくりにっく', ['1319900001']],
  ['Latin letters of any width and case', 'ｔａｋａｓａｋｉ　HEART', ['1319900001']],
  ['a part, without the spaces', 'さくら会沢田', ['1319900002']],
  ['katakana for hiragana', 'サクラ会', ['1319900002']],
  ['its number, in full width', '１３１９９００００２', ['1319900002']],
  ['the one that begins with it first, and none that is closed', '高崎', ['1319900001', '1319900004']],
  ['what nobody is called', '鯨岬', []],
  ['signs that say nothing', '・　-', []],
  ['what looks like a pattern', '%', []],
])('%s: %s', async (_, text, numbers) => expect(await found(text)).toEqual(numbers))

test('a new name is found as it is written at once, and in every form once the index has it; the old one no more', async () => {
  await insertFacilities(platform.db, [place('1319900004', '髙い山薬局')])
  expect([await found('髙い山'), await found('高い山'), await found('北高崎')]).toEqual([['1319900004'], [], []])
  expect(await indexFacilityNames(platform.db, 1_000)).toBe(1)
  expect(await found('高い山')).toEqual(['1319900004'])
  // Written again as it is, it need not be taken in again.
  await insertFacilities(platform.db, [place('1319900004', '髙い山薬局')])
  expect(await indexFacilityNames(platform.db, 1_000)).toBe(0)
})
