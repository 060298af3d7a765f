/** What the terminology operations take, for the documents made from the rows. */
import type { Taken } from '#kernel/route'

const HL7 = 'http://hl7.org/fhir/OperationDefinition'
export const definitionOf = (type: string, name: string): string => `${HL7}/${type}-${name}`

const url: Taken = { name: 'url', type: 'string', about: { ja: '正規URL', en: 'Canonical URL' } }
const resource: Taken = {
  name: 'tx-resource',
  in: 'body',
  type: 'Bundle',
  many: true,
  about: { ja: 'この問いだけに使うリソース', en: 'Resources for this question alone' },
}
const language: Taken = { name: 'displayLanguage', type: 'code', about: { ja: '名称の言語', en: 'Language of the names' } }
const date: Taken = { name: 'date', type: 'dateTime', about: { ja: 'この日に有効な版で', en: 'By the editions of this day' } }
const common = [language, date, resource] as const

const code: readonly Taken[] = [
  { name: 'code', type: 'code', about: { ja: 'コード', en: 'The code' } },
  { name: 'system', type: 'string', about: { ja: 'コード体系', en: 'Its code system' } },
  { name: 'coding', in: 'body', type: 'BackboneElement', about: { ja: 'Coding で', en: 'As a Coding' } },
]
const checked: readonly Taken[] = [
  url,
  ...code,
  { name: 'display', type: 'string', about: { ja: '名称（照らし合わせる）', en: 'The display to be checked' } },
  { name: 'codeableConcept', in: 'body', type: 'BackboneElement', about: { ja: 'CodeableConcept で', en: 'As a CodeableConcept' } },
  { name: 'abstract', type: 'boolean', about: { ja: '分類の見出しも可', en: 'Headings are allowed' } },
]

export const lookupTakes: readonly Taken[] = [
  ...code,
  { name: 'version', type: 'string', about: { ja: '版', en: 'Version of the system' } },
  { name: 'property', type: 'code', many: true, about: { ja: '返す性質', en: 'Properties to give' } },
  ...common,
]
export const codeSystemCheckTakes: readonly Taken[] = [
  ...checked,
  { name: 'version', type: 'string', about: { ja: '版', en: 'Version' } },
  ...common,
]
export const valueSetCheckTakes: readonly Taken[] = [
  ...checked,
  { name: 'valueSet', in: 'body', type: 'Bundle', about: { ja: 'ValueSet そのもの', en: 'The value set itself' } },
  { name: 'systemVersion', type: 'string', about: { ja: 'コード体系の版', en: 'Version of the system' } },
  { name: 'inferSystem', type: 'boolean', about: { ja: 'コード体系を ValueSet から補う', en: 'Take the system from the value set' } },
  ...common,
]
export const expandTakes: readonly Taken[] = [
  url,
  { name: 'valueSet', in: 'body', type: 'Bundle', about: { ja: 'ValueSet そのもの', en: 'The value set itself' } },
  { name: 'filter', type: 'string', about: { ja: '名称を絞る言葉（かな・漢字・コード）', en: 'Words that narrow (kana, kanji, code)' } },
  { name: 'count', type: 'integer', about: { ja: '件数', en: 'How many' } },
  { name: 'offset', type: 'integer', about: { ja: '何件目から', en: 'From which one on' } },
  { name: 'activeOnly', type: 'boolean', about: { ja: '使えるものだけ', en: 'Only those in use' } },
  { name: 'includeDesignations', type: 'boolean', about: { ja: '別名も返す', en: 'With other names' } },
  ...common,
]
export const subsumesTakes: readonly Taken[] = [
  { name: 'codeA', type: 'code', about: { ja: '上位かを問うコード', en: 'The code that may stand above' } },
  { name: 'codeB', type: 'code', about: { ja: '下位かを問うコード', en: 'The code that may stand below' } },
  { name: 'system', type: 'string', about: { ja: 'コード体系', en: 'Their code system' } },
  { name: 'version', type: 'string', about: { ja: '版', en: 'Version' } },
  date,
]
export const translateTakes: readonly Taken[] = [
  url,
  ...code,
  { name: 'source', type: 'string', about: { ja: '元の ValueSet', en: 'Source value set' } },
  { name: 'target', type: 'string', about: { ja: '先の ValueSet', en: 'Target value set' } },
  { name: 'targetsystem', type: 'string', about: { ja: '先のコード体系', en: 'Target code system' } },
  { name: 'reverse', type: 'boolean', about: { ja: '逆向きに', en: 'From target to source' } },
  ...common,
]

export const batchTakes: readonly Taken[] = [
  {
    name: 'validation',
    in: 'body',
    type: 'Bundle',
    required: true,
    many: true,
    about: { ja: '問い（それぞれ Parameters）', en: 'The questions, Parameters each' },
  },
  resource,
]
