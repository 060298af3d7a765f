/** Masters of medicines and how they are taken. Codes are facts of their publishers; no master is part of this product. */
import { at, inOrder, type Layout } from './layout.ts'

const MEDIS = 'http://medis.or.jp/CodeSystem'
const MHLW = 'http://jpfhir.jp/fhir/core/mhlw/CodeSystem'
const YJ = 'http://capstandard.jp/iyaku.info/CodeSystem/YJ-code'
/** Code OIDs of the prescription data guide. */
const RECEIPT_MEDICINE = 'urn:oid:1.2.392.100495.20.1.71'
const PRICE_LIST = 'urn:oid:1.2.392.100495.20.1.72'

/** Rows of the HOT master that are out of use say so in 更新区分. */
const hotEnded = { column: 'change', values: ['4'] } as const
const hotNames = { display: ['name', 'notice', 'receiptName'], others: [{ column: 'notice' }, { column: 'receiptName' }] } as const
const hotSame = { retired: hotEnded, optional: true, repeats: true } as const

const hot: Layout = {
  id: 'medis-hot',
  title: { ja: '医薬品HOTコードマスター（MEDIS*.TXT）', en: 'MEDIS HOT code master of medicines (MEDIS*.TXT)' },
  source: 'MEDIS-DC 医薬品HOTコードマスター 標準レイアウト（24項目）。更新区分の値は要確認',
  form: 'csv',
  by: 'position',
  least: 24,
  columns: inOrder(
    ['hot13', '基準番号（ＨＯＴコード）', '基準番号'],
    ['hot7', '処方用番号（ＨＯＴ７）', '処方用番号'],
    ['company', '会社識別用番号', '会社識別番号'],
    ['dispensing', '調剤用番号'],
    ['logistics', '物流用番号'],
    ['jan', 'ＪＡＮコード'],
    ['price', '薬価基準収載医薬品コード'],
    ['yj', '個別医薬品コード'],
    ['receipt1', 'レセプト電算処理システムコード（１）'],
    ['receipt2', 'レセプト電算処理システムコード（２）'],
    ['notice', '告示名称'],
    ['name', '販売名'],
    ['receiptName', 'レセプト電算処理システム医薬品名'],
    ['unit', '規格単位'],
    ['package', '包装形態'],
    ['packageNumber', '包装単位数'],
    ['packageUnit', '包装単位単位'],
    ['totalNumber', '包装総量数'],
    ['totalUnit', '包装総量単位'],
    ['kind', '区分'],
    ['maker', '製造会社'],
    ['seller', '販売会社'],
    ['change', '更新区分', 'レコード区分'],
    ['changedOn', '更新年月日'],
  ),
  emits: [
    {
      system: `${MEDIS}/master-HOT13`,
      title: { ja: 'HOT13（基準番号）', en: 'HOT13' },
      code: ['hot13'],
      form: '[0-9]{13}',
      ...hotNames,
      retired: hotEnded,
      properties: { hot7: 'hot7', yj: 'yj', receiptCode: 'receipt1', jan: 'jan', unit: 'unit', package: 'package', maker: 'maker' },
    },
    {
      system: `${MEDIS}/master-HOT9`,
      title: { ja: 'HOT9（処方用番号＋会社識別用番号）', en: 'HOT9' },
      code: ['hot7', 'company'],
      form: '[0-9]{9}',
      ...hotNames,
      ...hotSame,
      properties: { hot7: 'hot7', yj: 'yj', unit: 'unit', maker: 'maker' },
    },
    {
      system: `${MEDIS}/master-HOT7`,
      title: { ja: 'HOT7（処方用番号）', en: 'HOT7' },
      code: ['hot7'],
      form: '[0-9]{7}',
      ...hotNames,
      ...hotSame,
      properties: { unit: 'unit' },
    },
    {
      system: YJ,
      title: { ja: 'YJコード（個別医薬品コード）', en: 'YJ code' },
      code: ['yj'],
      form: '[0-9]{4}[0-9]{3}[A-Z][0-9][0-9]{3}',
      ...hotNames,
      ...hotSame,
      properties: { hot7: 'hot7', priceListCode: 'price', receiptCode: 'receipt1', unit: 'unit', maker: 'maker' },
    },
  ],
}

const receipt: Layout = {
  id: 'receipt-medicine',
  title: { ja: 'レセプト電算処理システム 医薬品マスター（y）', en: 'Receipt master of medicines (y)' },
  source: '社会保険診療報酬支払基金 基本マスター 医薬品マスター ファイルレイアウト（42項目）。システムURIはOID（要確認）',
  form: 'csv',
  by: 'position',
  least: 35,
  columns: {
    ...inOrder(['change', '変更区分'], ['kind', 'マスター種別'], ['code', '医薬品コード']),
    name: at(5, '漢字名称'),
    kana: at(7, 'カナ名称'),
    unit: at(10, '単位 漢字名称'),
    generic: at(17, '後発品'),
    dosageForm: at(28, '剤形'),
    changedOn: at(30, '変更年月日'),
    endedOn: at(31, '廃止年月日'),
    price: at(32, '薬価基準収載医薬品コード'),
    usableTo: at(34, '経過措置年月日又は商品名医薬品コード使用期限'),
    fullName: at(35, '基本漢字名称'),
    listedOn: at(36, '薬価基準収載年月日'),
    genericCode: at(37, '一般名コード'),
    genericName: at(38, '一般名処方の標準的な記載'),
  },
  fixed: { column: 'kind', value: 'Y' },
  emits: [
    {
      system: RECEIPT_MEDICINE,
      title: { ja: 'レセプト電算処理 医薬品コード', en: 'Receipt code of medicines' },
      code: ['code'],
      form: '[0-9]{9}',
      display: ['fullName', 'name'],
      kana: 'kana',
      others: [
        { column: 'name', use: 'abbreviation' },
        { column: 'genericName', use: 'generic' },
      ],
      from: 'listedOn',
      to: 'endedOn',
      retired: { column: 'change', values: ['1', '9'] },
      properties: {
        priceListCode: 'price',
        unit: 'unit',
        generic: 'generic',
        dosageForm: 'dosageForm',
        genericCode: 'genericCode',
        usableTo: 'usableTo',
      },
    },
    {
      system: PRICE_LIST,
      title: { ja: '薬価基準収載医薬品コード', en: 'Price list code of medicines' },
      code: ['price'],
      form: '[0-9]{4}[0-9]{3}[A-Z][0-9]{4}',
      display: ['fullName', 'name'],
      kana: 'kana',
      to: 'endedOn',
      properties: { receiptCode: 'code' },
      repeats: true,
      optional: true,
    },
  ],
}

const generic: Layout = {
  id: 'generic-name',
  title: { ja: '一般名処方マスタ（厚生労働省、Excel）', en: 'Generic prescription master (MHLW, Excel)' },
  source: '厚生労働省 処方箋に記載する一般名処方の標準的な記載（一般名処方マスタ）の見出し',
  form: 'csv',
  by: 'name',
  least: 3,
  columns: {
    kind: at(1, '区分'),
    code: at(2, '一般名コード'),
    name: at(3, '一般名処方の標準的な記載'),
    ingredient: at(4, '成分名'),
    strength: at(5, '規格'),
    exception: at(7, '例外コード'),
  },
  emits: [
    {
      system: `${MHLW}/MedicationGeneralOrderCode`,
      title: { ja: '一般名処方マスタ', en: 'Generic prescription master' },
      code: ['code'],
      form: '[0-9]{7}[A-Z][0-9A-Z]ZZZ',
      display: ['name'],
      others: [{ column: 'ingredient', use: 'ingredient' }],
      properties: { kind: 'kind', strength: 'strength', exceptionCode: 'exception' },
    },
  ],
}

const usage: Layout = {
  id: 'usage',
  title: { ja: '電子処方箋 用法マスタ（16桁、Excel）', en: 'Usage master of e-prescriptions (16 digits, Excel)' },
  source: '厚生労働省 電子処方箋管理サービス 用法マスタ（見出しの名は要確認）',
  form: 'csv',
  by: 'name',
  least: 2,
  columns: {
    code: at(1, '用法コード', '標準用法コード', '電子処方箋用法コード'),
    name: at(2, '用法名称', '標準用法名称', '電子処方箋用法名称'),
    kind: at(3, '用法コードの分類', '用法区分', '区分'),
    from: at(4, '適用開始日', '有効開始日'),
    to: at(5, '適用終了日', '有効終了日', '廃止日'),
  },
  emits: [
    {
      system: `${MHLW}/MedicationUsage_ePrescription`,
      title: { ja: '電子処方箋 用法コード', en: 'Usage code of e-prescriptions' },
      code: ['code'],
      form: '[0-9A-Z]{16}',
      display: ['name'],
      from: 'from',
      to: 'to',
      properties: { kind: 'kind' },
    },
  ],
}

export const medicineLayouts: readonly Layout[] = [hot, receipt, generic, usage]
