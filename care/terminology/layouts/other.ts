/** Masters of tests, procedures and allergens, and the layout with headings of our own for everything else. */
import { at, inOrder, type Layout } from './layout.ts'

const JPFHIR = 'http://jpfhir.jp/fhir'

const jlac = {
  code: at(1, 'code', 'コード', 'JLAC10', 'JLAC10コード', 'JLACコード', '17桁コード', '統合コード', '検査項目コード'),
  name: at(2, 'display', '名称', '検査項目名', '検査項目名称', '統合名称', '標準名称', 'FHIR識別名'),
  kana: at(3, 'kana', 'カナ', 'フリガナ', 'よみ'),
  short: at(4, '略称', '略名', '省略名'),
  from: at(5, 'valid_from', '適用開始日', '開始日'),
  to: at(6, 'valid_to', '適用終了日', '廃止日', '終了日'),
} as const

const jlacNames = {
  code: ['code'],
  display: ['name'],
  kana: 'kana',
  others: [{ column: 'short', use: 'abbreviation' }],
  from: 'from',
  to: 'to',
} as const

/** LEVEL in the order of the file makes the tree; the dummy codes and the two headings belong to the system they stand for. */
const allergen = {
  code: ['code'],
  form: '[0-9A-Z]{3,12}',
  display: ['name'],
  kana: 'kana',
  others: [{ column: 'english', language: 'en' }],
  parent: { level: 'level' },
  from: 'from',
  to: 'to',
  properties: { level: 'level', guideline: 'guideline', main: 'main', change: 'change' },
} as const

export const otherLayouts: readonly Layout[] = [
  {
    id: 'jfagy',
    title: { ja: 'J-FAGY アレルゲンコード（食品・非食品）', en: 'J-FAGY allergen codes (food, non-food)' },
    source: 'J-FAGY アレルゲンコード CSV形式 第1版（JFAGY_J9FN）',
    form: 'csv',
    by: 'name',
    least: 11,
    columns: inOrder(
      ['order', 'DISPLAYSEQ'],
      ['code', 'JFAGYCODE'],
      ['name', 'JPTERM'],
      ['kana', 'JPKANA'],
      ['english', 'ENTERM'],
      ['level', 'LEVEL'],
      ['main', 'MAINFLAG'],
      ['guideline', 'GUIDELINE'],
      ['change', 'CXGCATEGORY'],
      ['from', 'RECORDDATE'],
      ['to', 'ENDDATE'],
    ),
    emits: [
      {
        ...allergen,
        system: `${JPFHIR}/core/CodeSystem/JP_JfagyFoodAllergen_CS`,
        title: { ja: 'J-FAGY 食品アレルゲン', en: 'J-FAGY food allergens' },
        only: '(J9F|D9F|00F).*',
      },
      {
        ...allergen,
        system: `${JPFHIR}/core/CodeSystem/JP_JfagyNonFoodNonMedicationAllergen_CS`,
        title: { ja: 'J-FAGY 非食品・非医薬品アレルゲン', en: 'J-FAGY non-food, non-medication allergens' },
        only: '(J9N|D9N|00N).*',
      },
    ],
  },
  {
    id: 'jlac10',
    title: { ja: 'JLAC10 17桁コード表', en: 'JLAC10, 17 digits' },
    source: 'MEDIS-DC 臨床検査マスター／日本臨床検査医学会 JLAC10コード表（見出しの名は要確認）',
    form: 'csv',
    by: 'name',
    least: 2,
    columns: jlac,
    emits: [
      {
        ...jlacNames,
        system: 'http://medis.or.jp/CodeSystem/master-JLAC10-17digits',
        title: { ja: 'JLAC10（17桁）', en: 'JLAC10 (17 digits)' },
        form: '[0-9][A-Z][0-9]{3}[0-9A-Z]{12}',
      },
    ],
  },
  {
    id: 'jlac11',
    title: { ja: 'JLAC11 17桁コード表', en: 'JLAC11, 17 digits' },
    source: '日本臨床検査医学会 JLAC11コード表（見出しの名とシステムURIは要確認）',
    form: 'csv',
    by: 'name',
    least: 2,
    columns: jlac,
    emits: [
      {
        ...jlacNames,
        system: 'http://medis.or.jp/CodeSystem/master-JLAC11-17digits',
        title: { ja: 'JLAC11（17桁）', en: 'JLAC11 (17 digits)' },
        form: '[0-9A-Z]{17}',
      },
    ],
  },
  {
    id: 'receipt-procedure',
    title: { ja: 'レセプト電算処理システム 医科診療行為マスター（s）', en: 'Receipt master of medical procedures (s)' },
    source: '社会保険診療報酬支払基金 基本マスター 医科診療行為マスター ファイルレイアウト（項番87・88・113）',
    form: 'csv',
    by: 'position',
    least: 113,
    columns: {
      ...inOrder(['change', '変更区分'], ['kind', 'マスター種別'], ['code', '診療行為コード']),
      name: at(5, '省略漢字名称'),
      kana: at(7, '省略カナ名称'),
      changedOn: at(87, '変更年月日'),
      endedOn: at(88, '廃止年月日'),
      fullName: at(113, '基本漢字名称'),
    },
    fixed: { column: 'kind', value: 'S' },
    emits: [
      {
        system: `${JPFHIR}/core/mhlw/CodeSystem/masterS-medicalProcedure`,
        title: { ja: 'レセプト電算処理 医科診療行為コード', en: 'Receipt code of medical procedures' },
        code: ['code'],
        form: '[0-9]{9}',
        display: ['fullName', 'name'],
        kana: 'kana',
        others: [{ column: 'name', use: 'abbreviation' }],
        to: 'endedOn',
        retired: { column: 'change', values: ['1', '9'] },
      },
    ],
  },
]

/** A file with headings in English: for any code system, named by its URL. */
export const generalLayout = (system: string, title: string): Layout => ({
  id: 'general',
  title: { ja: '見出しつきの表（code, display, kana, …）', en: 'A table with headings (code, display, kana, …)' },
  source: 'この製品の形式：1行目が見出し。code と display が要り、ほかは任意',
  form: 'csv',
  by: 'name',
  least: 2,
  columns: {
    code: at(1, 'code', 'コード'),
    name: at(2, 'display', '名称'),
    kana: at(3, 'kana', 'カナ', 'よみ'),
    english: at(4, 'english', '英語名'),
    synonym: at(5, 'synonym', '別名'),
    parent: at(6, 'parent', '上位コード'),
    from: at(7, 'valid_from', '開始日'),
    to: at(8, 'valid_to', '終了日'),
    status: at(9, 'status', '状態'),
  },
  emits: [
    {
      system,
      title: { ja: title, en: title },
      code: ['code'],
      form: '\\S.{0,99}',
      display: ['name'],
      kana: 'kana',
      others: [
        { column: 'english', language: 'en' },
        { column: 'synonym', use: 'synonym' },
      ],
      parent: { column: 'parent' },
      from: 'from',
      to: 'to',
      retired: { column: 'status', values: ['retired', 'inactive', '廃止'] },
    },
  ],
})
