/** Made-up lines in the form of each published master: names and codes of nobody, for tests alone. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'

/** The text in Shift_JIS; only characters used in these fixtures need to be known. */
export function inShiftJis(text: string): Buffer {
  const table = shiftJisTable()
  return Buffer.concat([...text].map((c) => table.get(c) ?? Buffer.from(c, 'latin1')))
}

let table: Map<string, Buffer> | undefined
function shiftJisTable(): Map<string, Buffer> {
  if (table) return table
  const decoder = new TextDecoder('shift_jis', { fatal: true })
  const found = new Map<string, Buffer>()
  const add = (...bytes: number[]) => {
    try {
      const c = decoder.decode(new Uint8Array(bytes))
      if ([...c].length === 1 && !found.has(c)) found.set(c, Buffer.from(bytes))
    } catch {}
  }
  for (let a = 0xa1; a <= 0xdf; a++) add(a)
  for (let a = 0x81; a <= 0xfc; a++) if (a < 0xa0 || a >= 0xe0) for (let b = 0x40; b <= 0xfc; b++) add(a, b)
  table = found
  return found
}

const blank = (n: number): string[] => Array.from({ length: n }, () => '')
/** A line with these cells at their places, from 1. */
const line = (n: number, cells: Record<number, string>): string =>
  blank(n)
    .map((_, i) => cells[i + 1] ?? '')
    .join(',')

export const masters = {
  'medis-disease': [
    line(20, {
      1: '0',
      2: '90000001',
      3: '試験性糖尿病',
      4: 'シケンセイトウニョウビョウ',
      5: '1',
      6: 'ZZ01',
      7: 'E119',
      11: '9000001',
      12: '試験糖尿病',
      15: '20260101',
    }),
    line(20, {
      1: '0',
      2: '90000002',
      3: '試験性高血圧症',
      4: 'シケンセイコウケツアツショウ',
      5: '1',
      6: 'ZZ02',
      7: 'I10',
      11: '9000002',
      15: '20260101',
    }),
    line(20, {
      1: '9',
      2: '90000003',
      3: '廃止された試験病',
      4: 'ハイシサレタシケンビョウ',
      5: '1',
      6: 'ZZ03',
      7: 'R69',
      15: '20260101',
      16: '90000001',
    }),
  ],
  'medis-modifier': [
    line(10, { 1: '0', 2: '90001001', 3: '試験の疑い', 4: 'シケンノウタガイ', 5: 'ZY01', 6: '02', 7: '00000001', 9: '9802' }),
  ],
  'medis-disease-index': ['試験糖尿,ZZ01,1,2,0,0,0,1,0', 'しけんとうにょう,ZZ01,1,1,0,0,0,1,0'],
  'receipt-disease': [
    line(46, {
      1: '5',
      2: 'B',
      3: '9000001',
      6: '試験性糖尿病',
      8: '試験糖尿病',
      10: 'ｼｹﾝｾｲﾄｳﾆｮｳﾋﾞｮｳ',
      11: '90000001',
      13: 'ZZ01',
      16: 'E119',
      22: '20020601',
      23: '20260101',
      24: '99999999',
    }),
    line(46, { 1: '9', 2: 'B', 3: '9000003', 4: '9000001', 6: '廃止された試験病', 10: 'ﾊｲｼｻﾚﾀｼｹﾝﾋﾞｮｳ', 22: '20020601', 24: '20251231' }),
  ],
  'receipt-modifier': [
    line(19, {
      1: '0',
      2: 'Z',
      3: '9802',
      7: '試験の疑い',
      10: 'ｼｹﾝﾉｳﾀｶﾞｲ',
      14: '20020601',
      16: '99999999',
      17: '90001001',
      18: 'ZY01',
      19: '8',
    }),
  ],
  'medis-hot': [
    '"基準番号（ＨＯＴコード）","処方用番号（ＨＯＴ７）","会社識別用番号","調剤用番号","物流用番号","ＪＡＮコード","薬価基準収載医薬品コード","個別医薬品コード","レセプト電算処理システムコード（１）","レセプト電算処理システムコード（２）","告示名称","販売名","レセプト電算処理システム医薬品名","規格単位","包装形態","包装単位数","包装単位単位","包装総量数","包装総量単位","区分","製造会社","販売会社","更新区分","更新年月日"',
    '"9000001010101","9000001","01","01","01","","9990001F1019","9990001F1019","690000001","","試験錠１ｍｇ","試験錠１ｍｇ「架空」","試験錠１ｍｇ","１ｍｇ１錠","ＰＴＰ","10","錠","100","錠","内","架空製薬","架空製薬","0","20260401"',
    '"9000001010102","9000001","01","01","02","","9990001F1019","9990001F1019","690000001","","試験錠１ｍｇ","試験錠１ｍｇ「架空」","試験錠１ｍｇ","１ｍｇ１錠","ＰＴＰ","10","錠","500","錠","内","架空製薬","架空製薬","0","20260401"',
    '"9000002020101","9000002","02","01","01","","","","","","","試験体外診断薬","","１箱","箱","1","箱","1","箱","外","架空製薬","架空製薬","4","20260401"',
  ],
  'receipt-medicine': [
    line(42, {
      1: '5',
      2: 'Y',
      3: '690000001',
      5: '試験錠１ｍｇ',
      7: 'ｼｹﾝｼﾞｮｳ1MG',
      8: '016',
      10: '錠',
      17: '1',
      28: '1',
      30: '20260401',
      31: '99999999',
      32: '9990001F1019',
      34: '99999999',
      35: '試験錠１ｍｇ「架空」',
      36: '20200101',
      37: '9990001F1ZZZ',
      38: '【般】試験錠１ｍｇ',
    }),
  ],
  'generic-name': [
    '一般名処方マスタ（試験）,,,,,,,,',
    ',,,,,,,,令和8年4月1日適用',
    '区分,一般名コード,一般名処方の標準的な記載,成分名,規格,一般名処方加算対象,例外コード,同一剤形・規格内の最低薬価,備考',
    '内用薬,9990001F1ZZZ,【般】試験錠１ｍｇ,試験成分,１ｍｇ１錠,加算1,,6.3,',
  ],
  usage: [
    '用法コード,用法名称,用法コードの分類',
    '1099040000000000,試験：１日１回朝食後 服用,標準コード',
    '2H99B10000000000,試験：起床時 点眼,標準コード',
  ],
  icd10: [
    'コード,名称,英語名称',
    'E11,試験２型糖尿病,Test type 2 diabetes',
    'E119,試験２型糖尿病、合併症を伴わないもの,Test without complications',
  ],
  jlac10: ['JLAC10コード,検査項目名,フリガナ,略称', '9A999000002327101,試験カリウム,シケンカリウム,試K'],
  jlac11: ['コード,名称', '9Z999000002327101,試験項目'],
  'receipt-procedure': [
    line(122, {
      1: '3',
      2: 'S',
      3: '990000110',
      5: '試験初診料',
      7: 'ｼｹﾝｼｮｼﾝﾘｮｳ',
      87: '20260601',
      88: '99999999',
      113: '試験初診料（基本）',
    }),
  ],
  jfagy: [
    '"DISPLAYSEQ","JFAGYCODE","JPTERM","JPKANA","ENTERM","LEVEL","MAINFLAG","GUIDELINE","CXGCATEGORY","RECORDDATE","ENDDATE"',
    '"1","00F","試験食品","しけんしょくひん","Test food","1","1","","0","00000000","99999999"',
    '"2","J9FZ00000000","試験穀物","しけんこくもつ","Test grain","2","1","","0","00000000","99999999"',
    '"3","J9FZ11000000","試験小麦","しけんこむぎ","Test wheat","3","1","","0","00000000","20251231"',
    '"4","J9NZ00000000","試験ほこり","しけんほこり","Test dust","2","1","","0","00000000","99999999"',
  ],
} satisfies Record<string, readonly string[]>

export const folder = (): string => mkdtempSync(join(tmpdir(), 'enishi-terminology-'))

/** Writes a master as published (Shift_JIS) or in UTF-8, and says where. */
export function written(
  into: string,
  name: string,
  lines: readonly string[],
  as: 'shift_jis' | 'utf-8' | 'utf-8-bom' = 'shift_jis',
): string {
  const text = `${lines.join('\r\n')}\r\n`
  const path = join(into, name)
  const bom = as === 'utf-8-bom' ? Buffer.from([0xef, 0xbb, 0xbf]) : Buffer.alloc(0)
  writeFileSync(path, Buffer.concat([bom, as === 'shift_jis' ? inShiftJis(text) : Buffer.from(text)]))
  return path
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const columnName = (n: number): string => (n < 26 ? '' : columnName(Math.floor(n / 26) - 1)) + String.fromCharCode(65 + (n % 26))

/** A workbook with one sheet: texts as shared strings, the last row's cells also inline. */
export function workbook(rows: readonly (readonly string[])[]): Buffer {
  const strings = [...new Set(rows.flat())]
  const cell = (text: string, r: number, c: number) =>
    text === '' ? '' : `<c r="${columnName(c)}${r + 1}" t="s"><v>${strings.indexOf(text)}</v></c>`
  const data = rows.map((row, r) => `<row r="${r + 1}">${row.map((text, c) => cell(text, r, c)).join('')}</row>`).join('')
  const ns = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
  return zipped({
    'xl/workbook.xml': `<workbook ${ns} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="一覧" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="x" Target="worksheets/sheet7.xml"/></Relationships>`,
    'xl/sharedStrings.xml': `<sst ${ns}>${strings.map((s) => `<si><t>${escaped(s)}</t><rPh sb="0" eb="1"><t>ヨミ</t></rPh></si>`).join('')}</sst>`,
    'xl/worksheets/sheet7.xml': `<worksheet ${ns}><sheetData>${data}</sheetData></worksheet>`,
  })
}

/** A zip of these members, packed. */
export function zipped(members: Record<string, string>): Buffer {
  const [files, directory]: [Buffer[], Buffer[]] = [[], []]
  let at = 0
  for (const [name, text] of Object.entries(members)) {
    const [bytes, packed, title] = [Buffer.from(text), deflateRawSync(Buffer.from(text)), Buffer.from(name)]
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(8, 8)
    local.writeUInt32LE(packed.length, 18)
    local.writeUInt32LE(bytes.length, 22)
    local.writeUInt16LE(title.length, 26)
    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50, 0)
    central.writeUInt16LE(8, 10)
    central.writeUInt32LE(packed.length, 20)
    central.writeUInt32LE(bytes.length, 24)
    central.writeUInt16LE(title.length, 28)
    central.writeUInt32LE(at, 42)
    files.push(local, title, packed)
    directory.push(central, title)
    at += 30 + title.length + packed.length
  }
  const size = directory.reduce((sum, b) => sum + b.length, 0)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Object.keys(members).length, 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...files, ...directory, end])
}
