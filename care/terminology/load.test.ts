/** Masters are taken in whole, as published, or not at all. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Db, openDatabase } from '#kernel/database'
import { shared } from '../../tests/shared-data.ts'
import { findLayout, layouts } from './layouts/index.ts'
import { DayTaken, dropMaster, loadMaster, type Order } from './load.ts'
import { folder, masters, workbook, written } from './masters.fixture.ts'
import { MisfitFile } from './model.ts'
import { openTerminology } from './opened.fixture.ts'
import { folded, gramsOf } from './reading/folding.ts'
import { terminologyMigrations } from './schema.ts'
import { searchTerms } from './search/search.ts'
import { findConcepts, findReleases, generation } from './store.ts'

let db: Db
let drop: () => Promise<void>
let url: string
const into = folder()
const now = new Date('2026-11-22T00:00:00Z')

beforeAll(async () => {
  const opened = await openTerminology()
  db = opened.db
  drop = opened.drop
  url = opened.url
}, 60_000)

afterAll(async () => {
  await db.destroy()
  await drop()
})

type Id = keyof typeof masters
const order = (id: Id, path: string, more: Partial<Order> = {}): Order => ({
  path,
  layout: findLayout(id)!,
  validFrom: '2026-11-01',
  now,
  ...more,
})
const count = async (table: 'concept' | 'term' | 'release') =>
  (await sql<{ n: number }>`select count(*)::int as n from ${sql.table(`terminology.${table}`)}`.execute(db)).rows[0]!.n
const empty = async () => {
  for (const { system } of await findReleases(db)) await dropMaster(db, { system })
}
const conceptOf = async (system: string, code: string) => {
  const [release] = await findReleases(db, system)
  return (await findConcepts(db, [release!.id], [code]))[0]
}

test('every layout has lines in the fixture', () => {
  expect(layouts.map((l) => l.id).filter((id) => !(id in masters))).toEqual([])
  for (const { source, columns, emits } of layouts) {
    expect(source).not.toBe('')
    for (const e of emits)
      for (const key of [
        ...e.code,
        ...e.display,
        ...(e.kana ? [e.kana] : []),
        ...(e.others ?? []).map((o) => o.column),
        ...Object.values(e.properties ?? {}),
      ])
        expect(columns, `${e.system} ${key}`).toHaveProperty(key)
  }
})

describe('each published form is read', () => {
  test.each(layouts.map((l) => [l.id as Id] as const))('%s', async (id) => {
    const { releases, repeated } = await loadMaster(db, order(id, written(into, `${id}.csv`, masters[id])))
    expect(repeated).toBe(false)
    expect(releases.map((r) => [r.system, r.terms > 0])).toEqual(findLayout(id)!.emits.map((e) => [e.system, true]))
  })

  test.each([
    [
      'http://medis.or.jp/CodeSystem/master-disease-keyNumber',
      '90000001',
      {
        display: '試験性糖尿病',
        kana: 'シケンセイトウニョウビョウ',
        status: 'active',
        properties: { exchangeCode: 'ZZ01', icd10: 'E119', receiptCode: '9000001' },
      },
    ],
    ['http://medis.or.jp/CodeSystem/master-disease-keyNumber', '90000003', { status: 'retired', properties: { successor: '90000001' } }],
    ['http://medis.or.jp/CodeSystem/master-disease-exCode', 'ZZ02', { display: '試験性高血圧症' }],
    [
      'http://jpfhir.jp/fhir/core/mhlw/CodeSystem/masterB-disease',
      '9000001',
      { kana: 'ｼｹﾝｾｲﾄｳﾆｮｳﾋﾞｮｳ', validFrom: '2002-06-01', validTo: null, others: [{ value: '試験糖尿病', use: 'abbreviation' }] },
    ],
    ['http://jpfhir.jp/fhir/core/mhlw/CodeSystem/masterB-disease', '9000003', { validTo: '2025-12-31', status: 'retired' }],
    ['http://jpfhir.jp/fhir/core/mhlw/CodeSystem/masterZ-disease-modifier', '9802', { display: '試験の疑い' }],
    ['http://medis.or.jp/CodeSystem/master-HOT13', '9000001010102', { display: '試験錠１ｍｇ「架空」' }],
    [
      'http://medis.or.jp/CodeSystem/master-HOT9',
      '900000101',
      { display: '試験錠１ｍｇ「架空」', properties: { yj: '9990001F1019', hot7: '9000001' } },
    ],
    ['http://medis.or.jp/CodeSystem/master-HOT7', '9000002', { status: 'retired' }],
    [
      'http://capstandard.jp/iyaku.info/CodeSystem/YJ-code',
      '9990001F1019',
      { properties: { receiptCode: '690000001', maker: '架空製薬' } },
    ],
    [
      'urn:oid:1.2.392.100495.20.1.71',
      '690000001',
      { display: '試験錠１ｍｇ「架空」', kana: 'ｼｹﾝｼﾞｮｳ1MG', properties: { genericCode: '9990001F1ZZZ' } },
    ],
    [
      'http://jpfhir.jp/fhir/core/mhlw/CodeSystem/MedicationGeneralOrderCode',
      '9990001F1ZZZ',
      { display: '【般】試験錠１ｍｇ', properties: { strength: '１ｍｇ１錠' } },
    ],
    ['http://jpfhir.jp/fhir/core/mhlw/CodeSystem/MedicationUsage_ePrescription', '2H99B10000000000', { display: '試験：起床時 点眼' }],
    [
      'http://jpfhir.jp/fhir/core/mhlw/CodeSystem/ICD10-2013-full',
      'E119',
      { parent: 'E11', others: [{ value: 'Test without complications', language: 'en' }] },
    ],
    ['http://medis.or.jp/CodeSystem/master-JLAC10-17digits', '9A999000002327101', { kana: 'シケンカリウム' }],
    [
      'http://jpfhir.jp/fhir/core/mhlw/CodeSystem/masterS-medicalProcedure',
      '990000110',
      { display: '試験初診料（基本）', others: [{ value: '試験初診料', use: 'abbreviation' }] },
    ],
    ['http://jpfhir.jp/fhir/core/CodeSystem/JP_JfagyFoodAllergen_CS', 'J9FZ11000000', { parent: 'J9FZ00000000', validTo: '2025-12-31' }],
  ] as const)('%s %s', async (system, code, expected) => {
    expect(await conceptOf(system, code)).toMatchObject(expected)
  })

  test.each(['utf-8', 'utf-8-bom'] as const)('also in %s', async (as) => {
    await dropMaster(db, { system: findLayout('receipt-modifier')!.emits[0]!.system })
    const path = written(into, `z-${as}.csv`, masters['receipt-modifier'], as)
    expect((await loadMaster(db, order('receipt-modifier', path))).releases[0]).toMatchObject({ terms: 1 })
  })

  test('an Excel workbook, its headings below a title', async () => {
    const path = join(into, 'generic.xlsx')
    writeFileSync(path, workbook(masters['generic-name'].map((l) => l.split(','))))
    const { releases } = await loadMaster(db, order('generic-name', path, { validFrom: '2026-12-01' }))
    expect(releases).toMatchObject([{ terms: 1, validFrom: '2026-12-01' }])
    expect((await findConcepts(db, [releases[0]!.id], ['9990001F1ZZZ']))[0]).toMatchObject({ display: '【般】試験錠１ｍｇ' })
  })

  test('any other code system, by headings of our own', async () => {
    const path = written(
      into,
      'own.csv',
      ['code,display,kana,parent,valid_from,valid_to', 'A,あ,ア,,,', '"B ""1""","い, ""引用""",,A,2026-01-01,2026/12/31'],
      'utf-8',
    )
    const { releases } = await loadMaster(db, {
      path,
      layout: findLayout('general', { system: 'urn:test:own', title: '自院' })!,
      validFrom: '2026-11-01',
      now,
    })
    expect((await findConcepts(db, [releases[0]!.id], ['B "1"']))[0]).toMatchObject({
      display: 'い, "引用"',
      parent: 'A',
      validTo: '2026-12-31',
    })
  })
})

describe('the same again, and another for the same day', () => {
  const path = () => written(into, 'usage-1.csv', masters.usage)
  test('the same file changes nothing', async () => {
    await empty()
    await loadMaster(db, order('usage', path()))
    const [before, rows] = [await generation(db), await count('term')]
    expect(await loadMaster(db, order('usage', path()))).toMatchObject({ repeated: true, releases: [{ terms: 2 }] })
    expect([await generation(db), await count('term')]).toEqual([before, rows])
  })

  test('another file for that day is refused, unless it is to replace', async () => {
    const other = written(into, 'usage-2.csv', masters.usage.slice(0, 2))
    await expect(loadMaster(db, order('usage', other))).rejects.toThrow(DayTaken)
    expect(await loadMaster(db, order('usage', other, { replace: true }))).toMatchObject({ releases: [{ terms: 1 }] })
    expect(await findReleases(db)).toHaveLength(1)
  })

  test('for another day both stand side by side', async () => {
    await loadMaster(db, order('usage', path(), { validFrom: '2027-01-01' }))
    expect((await findReleases(db)).map((r) => [r.validFrom, r.terms])).toEqual([
      ['2026-11-01', 1],
      ['2027-01-01', 2],
    ])
  })

  test('two at the same moment: one loads, the other finds it done', async () => {
    await empty()
    const both = await Promise.all([loadMaster(db, order('usage', path())), loadMaster(db, order('usage', path()))])
    expect(both.map((b) => b.repeated).sort()).toEqual([false, true])
    expect(await count('release')).toBe(1)
  })
})

describe('what does not fit is said with file, line and column, and nothing is loaded', () => {
  const bad: [name: string, id: Id, lines: readonly string[], where: [line: number, column: number], ja: RegExp][] = [
    ['another master', 'receipt-disease', masters['receipt-disease'].map((l) => l.replace(',B,', ',Y,')), [1, 2], /別のマスター/],
    ['too few columns', 'medis-hot', ['1,2,3'], [1, 0], /列が 3 しかありません/],
    ['no headings', 'usage', ['a,b', '1,2'], [1, 0], /見出しの行が見つかりません/],
    ['a code of another form', 'usage', [...masters.usage, '12,短い'], [4, 1], /形が違います/],
    ['no name', 'usage', [...masters.usage, '1099040000000001,'], [4, 2], /名称がありません/],
    ['a code twice', 'usage', [...masters.usage, masters.usage[1]!], [4, 0], /2 行目にもあります/],
    [
      'no date',
      'receipt-modifier',
      masters['receipt-modifier'].map((l) => l.replace('20020601', '20021301')),
      [1, 14],
      /日付ではありません/,
    ],
    ['a quotation mark left open', 'jfagy', [...masters.jfagy, '"5","J9F'], [6, 2], /引用符/],
  ]
  test.each(bad)('%s', async (_name, id, lines, [line, column], ja) => {
    await empty()
    const failed = await loadMaster(db, order(id, written(into, 'bad.csv', lines))).catch((e: unknown) => e)
    expect(failed).toBeInstanceOf(MisfitFile)
    const [misfit] = (failed as MisfitFile).misfits
    expect(misfit).toMatchObject({ file: 'bad.csv', line, column, ja: expect.stringMatching(ja) })
    expect(misfit!.en).toMatch(/^[\x20-\x7e\u2018-\u201d【-】「」\u3040-\u9fff\uff00-\uffef]+$/)
    expect([await count('concept'), await count('term'), await count('release')]).toEqual([0, 0, 0])
  })

  test('bytes that are neither encoding', async () => {
    const path = join(into, 'bytes.csv')
    writeFileSync(path, Buffer.concat([Buffer.from('用法コード,用法名称\n'), Buffer.from([0xff, 0xfe, 0x0a])]))
    await expect(loadMaster(db, order('usage', path))).rejects.toMatchObject({
      misfits: [{ ja: expect.stringMatching(/UTF-8 でも Shift_JIS でも/) }],
    })
  })

  test.each([
    ['cut short', (b: Buffer) => b.subarray(0, b.length - 30)],
    ['damaged inside', (b: Buffer) => Buffer.concat([b.subarray(0, 60), Buffer.from([1, 2, 3, 4]), b.subarray(64)])],
  ])('a workbook that is %s', async (_name, spoil) => {
    const path = join(into, 'bad.xlsx')
    writeFileSync(path, spoil(workbook([['用法コード', '用法名称']])))
    await expect(loadMaster(db, order('usage', path))).rejects.toMatchObject({ misfits: [{ ja: expect.stringMatching(/Excel ブック/) }] })
  })

  test('a connection that is cut in the middle leaves nothing, and the load may be run again', async () => {
    await empty()
    const many = ['code,display', ...Array.from({ length: 9_000 }, (_, n) => `C${n},試験${n}`)]
    const path = written(into, 'many.csv', many, 'utf-8')
    const layout = findLayout('general', { system: 'urn:test:many' })!
    const one = openDatabase({ url, poolSize: 2, applicationName: 'cut-me' })
    let cut = false
    const progress = () => {
      if (cut) return
      cut = true
      void sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'cut-me' and datname = current_database()`.execute(
        db,
      )
    }
    await expect(loadMaster(one, { path, layout, validFrom: '2026-11-01', now, progress })).rejects.toThrow()
    await one.destroy().catch(() => undefined)
    expect([await count('concept'), await count('release')]).toEqual([0, 0])
    expect(await loadMaster(db, { path, layout, validFrom: '2026-11-01', now })).toMatchObject({
      repeated: false,
      releases: [{ terms: 9_000 }],
    })
    expect(await count('concept')).toBe(9_000)
  })
})

describe('J-FAGY as published', () => {
  const [older, newer] = ['20240709', '20250401'].map((day) => shared(`data/jfagy/utf8/JFAGY_J9FN_${day}_R01.csv`))
  const test_ = older && newer ? test : test.skip
  const FOOD = 'http://jpfhir.jp/fhir/core/CodeSystem/JP_JfagyFoodAllergen_CS'

  test_('both editions side by side: a name of a day, a code that ended, kana', async () => {
    await empty()
    for (const [path, validFrom] of [
      [older!, '2024-07-09'],
      [newer!, '2025-04-01'],
    ] as const)
      await loadMaster(db, order('jfagy', path, { validFrom }))
    const releases = await findReleases(db)
    expect(releases.map((r) => [r.system.split('/').at(-1), r.validFrom, r.terms])).toEqual([
      ['JP_JfagyFoodAllergen_CS', '2024-07-09', expect.any(Number)],
      ['JP_JfagyFoodAllergen_CS', '2025-04-01', expect.any(Number)],
      ['JP_JfagyNonFoodNonMedicationAllergen_CS', '2024-07-09', expect.any(Number)],
      ['JP_JfagyNonFoodNonMedicationAllergen_CS', '2025-04-01', expect.any(Number)],
    ])
    // Every line but the heading and the dummy of medicines, which is not of these two systems.
    expect(releases.filter((r) => r.validFrom === '2024-07-09').reduce((n, r) => n + r.terms, 0)).toBe(1_734)
    expect(releases.filter((r) => r.validFrom === '2025-04-01').reduce((n, r) => n + r.terms, 0)).toBe(1_737)
    const food = releases.filter((r) => r.system === FOOD)
    const orange = await findConcepts(
      db,
      food.map((r) => r.id),
      ['J9FA32111600'],
    )
    expect(orange.map((o) => o.validTo)).toEqual([null, '2025-03-31'])
    expect((await findConcepts(db, [food[1]!.id], ['J9FA15000011']))[0]).toMatchObject({ display: '小麦ふすま', parent: 'J9FA15000000' })
  })

  test_.each([
    ['コムギ', '小麦'],
    ['こむぎ', '小麦'],
    ['ｺﾑｷﾞ', '小麦'],
    ['小麦', '小麦'],
    ['wheat', '小麦'],
    ['ＷＨＥＡＴ', '小麦'],
    ['J9FA15000000', '小麦'],
    ['j9fa1500000', '小麦'],
  ])('%s finds %s first', async (query, display) => {
    const releases = (await findReleases(db)).filter((r) => r.validFrom === '2025-04-01')
    expect((await searchTerms(db, { query, releases, count: 10 }))[0]).toMatchObject({ display })
  })
})

test('masters loaded while accents counted are found without them', async () => {
  const terms = (release: number) =>
    sql<{ text: string; code: string; grams: string[] }>`select text, code, grams from terminology.term where release = ${release}
      order by text, code`
      .execute(db)
      .then(({ rows }) => rows.map(({ grams, ...row }) => ({ ...row, grams: grams.map((gram) => gram.slice(`${release}`.length)).sort() })))
  const put = async (release: number, code: string, text: string) =>
    sql`insert into terminology.term (release, text, code, grams)
      values (${release}, ${text}, ${code}, ${gramsOf(text).map((gram) => `${release}${gram}`)}::text[])`.execute(db)
  const names = ['Sjögren症候群', 'ω-5グリアジン', 'Ménière病', 'é', '\u0301']
  for (const [n, name] of names.entries()) {
    await put(
      901,
      `c${n}`,
      name
        .normalize('NFKC')
        .toLowerCase()
        .replace(/[ァ-ヶ]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0x60)),
    )
    if (folded(name) !== '') await put(902, `c${n}`, folded(name))
  }
  // A name that was listed both ways is one.
  await put(901, 'c0', 'sjogren症候群')
  await sql.raw(terminologyMigrations.find((step) => step.id === 'terminology/002-accents')!.sql).execute(db)
  expect(await terms(901)).toEqual(await terms(902))
  await sql`delete from terminology.term where release in (901, 902)`.execute(db)
})
