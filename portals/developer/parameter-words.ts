/** Search parameters in words of both languages. A parameter without words here is told by the element it reads. */
import type { OfferedParameter } from '#care/record'
import type { Words } from '#ui'

/** What a kind is called, and how its values are written. */
export const kindWords: Record<string, Words & { example: string }> = {
  token: { ja: 'コード', en: 'Code', example: 'system|code' },
  string: { ja: '文字', en: 'Text', example: '山田' },
  reference: { ja: '参照', en: 'Reference', example: 'Type/id' },
  date: { ja: '日付', en: 'Date', example: 'ge2026-01-01（eq ne gt ge lt le sa eb ap）' },
  number: { ja: '数', en: 'Number', example: 'gt0.5（eq ne gt ge lt le ap）' },
  quantity: { ja: '量', en: 'Quantity', example: 'gt5.4|http://unitsofmeasure.org|mmol/L' },
  uri: { ja: 'URI', en: 'URI', example: 'http://example.jp/x' },
  composite: { ja: '組', en: 'Pair', example: 'code$value' },
  special: { ja: '特別', en: 'Special', example: '' },
}

const words: Record<string, Words> = {
  _id: { ja: 'リソースの id', en: 'Id of the resource' },
  _lastUpdated: { ja: '最後に更新された日時', en: 'When it was last updated' },
  _profile: { ja: '従うプロファイル', en: 'Profile it claims to follow' },
  _security: { ja: 'セキュリティラベル', en: 'Security label' },
  _source: { ja: 'どこから来たか', en: 'Where it comes from' },
  _tag: { ja: 'タグ', en: 'Tag' },
  _text: { ja: '説明文（text）の語', en: 'Words of the narrative' },
  _content: { ja: '本文のどこかにある語', en: 'Words anywhere in the resource' },
  _has: { ja: 'ほかのリソースから指されているか', en: 'Referred to by another resource' },
  _list: { ja: 'List に載っているもの', en: 'Entries of a List' },
  patient: { ja: 'だれの記録か（患者）', en: 'Whose record it is' },
  subject: { ja: '対象（多くは患者）', en: 'Whom or what it is about' },
  code: { ja: '何についてか（コード）', en: 'What it is about' },
  category: { ja: '分類', en: 'Category' },
  status: { ja: '状態', en: 'Status' },
  date: { ja: '日付・日時', en: 'Date or time' },
  identifier: { ja: '番号（識別子）', en: 'Identifier' },
  encounter: { ja: '受診', en: 'Encounter' },
  performer: { ja: '行った人・施設', en: 'Who did it' },
  practitioner: { ja: '医療者', en: 'Practitioner' },
  organization: { ja: '施設', en: 'Organization' },
  requester: { ja: '指示した人', en: 'Who asked for it' },
  author: { ja: '書いた人', en: 'Author' },
  custodian: { ja: '保管する施設', en: 'Custodian' },
  type: { ja: '種類', en: 'Type' },
  class: { ja: '区分', en: 'Class' },
  title: { ja: '題名', en: 'Title' },
  name: { ja: '名前（漢字・カナ）', en: 'Name' },
  family: { ja: '姓', en: 'Family name' },
  given: { ja: '名', en: 'Given name' },
  phonetic: { ja: '名前の音', en: 'Name by sound' },
  birthdate: { ja: '生年月日', en: 'Date of birth' },
  gender: { ja: '性別', en: 'Gender' },
  address: { ja: '住所', en: 'Address' },
  telecom: { ja: '電話・メール', en: 'Telephone, e-mail' },
  phone: { ja: '電話', en: 'Telephone' },
  email: { ja: 'メール', en: 'E-mail' },
  active: { ja: '有効か', en: 'Whether it is active' },
  deceased: { ja: '死亡したか', en: 'Whether deceased' },
  'clinical-status': { ja: '臨床上の状態', en: 'Clinical status' },
  'verification-status': { ja: '確からしさ', en: 'Verification status' },
  severity: { ja: '重症度', en: 'Severity' },
  criticality: { ja: '重症化のおそれ', en: 'Criticality' },
  'onset-date': { ja: '発症日', en: 'Onset' },
  onset: { ja: '起きた日', en: 'Onset' },
  'recorded-date': { ja: '記録した日', en: 'When it was recorded' },
  'value-quantity': { ja: '値（量）', en: 'Value as a quantity' },
  'value-concept': { ja: '値（コード）', en: 'Value as a code' },
  'value-string': { ja: '値（文字）', en: 'Value as text' },
  'value-date': { ja: '値（日付）', en: 'Value as a date' },
  'code-value-quantity': { ja: '項目と値の組', en: 'Code and value together' },
  'component-code': { ja: '内訳の項目', en: 'Code of a component' },
  'combo-code': { ja: '項目（内訳も含む）', en: 'Code, components included' },
  'data-absent-reason': { ja: '値がない理由', en: 'Why there is no value' },
  specimen: { ja: '検体', en: 'Specimen' },
  device: { ja: '機器', en: 'Device' },
  method: { ja: '方法', en: 'Method' },
  focus: { ja: '注目する対象', en: 'Focus' },
  'based-on': { ja: 'もとの依頼', en: 'Based on' },
  'part-of': { ja: '含まれる行為', en: 'Part of' },
  'derived-from': { ja: 'もとの資料', en: 'Derived from' },
  'has-member': { ja: 'まとめられた検査', en: 'Members' },
  medication: { ja: '薬', en: 'Medication' },
  intent: { ja: '意図（指示・計画）', en: 'Intent' },
  authoredon: { ja: '書かれた日', en: 'When it was written' },
  priority: { ja: '優先度', en: 'Priority' },
  'body-site': { ja: '部位', en: 'Body site' },
  period: { ja: '期間', en: 'Period' },
  location: { ja: '場所', en: 'Location' },
  result: { ja: '結果', en: 'Result' },
  issued: { ja: '発行した日時', en: 'When it was issued' },
  evidence: { ja: '根拠', en: 'Evidence' },
  recorder: { ja: '記録した人', en: 'Recorder' },
  asserter: { ja: '述べた人', en: 'Who stated it' },
  url: { ja: '公式の URL', en: 'Canonical address' },
  version: { ja: '版', en: 'Version' },
  language: { ja: '言語', en: 'Language' },
}

/** What a parameter means, or null where only the element it reads can tell. */
export const meaningOf = (parameter: Pick<OfferedParameter, 'code'>): Words | null =>
  Object.hasOwn(words, parameter.code) ? words[parameter.code]! : null

/** Whether a parameter is what somebody looks for: by its code, kind, element, or words in either language. */
export function answersTo(parameter: OfferedParameter, wanted: string): boolean {
  const meaning = meaningOf(parameter)
  const kind = kindWords[parameter.kind]
  const said = [parameter.code, parameter.kind, parameter.reads, meaning?.ja, meaning?.en, kind?.ja, kind?.en]
  const folded = wanted.normalize('NFKC').toLowerCase().trim()
  return folded === '' || said.some((part) => part?.normalize('NFKC').toLowerCase().includes(folded))
}
