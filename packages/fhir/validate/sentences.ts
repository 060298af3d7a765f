/** The sentences of the structure rules: what is wrong and what to do, by rule id. `$1`, `$2` are filled in. */
import type { Finding } from '../model.ts'
import { contentRules } from './content-sentences.ts'
import { questionnaireRules } from './questionnaire/sentences.ts'

/** What a rule says; an error unless said otherwise. */
export type RuleSentence = Pick<Finding, 'code' | 'ja' | 'en'> & { severity?: Finding['severity'] }

export const structureRules = {
  'structure/not-an-object': { code: 'structure', ja: 'ここはJSONのオブジェクトで書きます。', en: 'A JSON object is expected here.' },
  'structure/resource-type': {
    code: 'structure',
    ja: 'resourceType「$1」はFHIR R4にありません。FHIR R4のリソースの名前を書いてください。',
    en: "resourceType '$1' is not a FHIR R4 resource. Give the name of one.",
  },
  'structure/resource-type-missing': {
    code: 'structure',
    ja: 'resourceTypeがありません。「"resourceType": "Patient"」のように、リソースの名前を書いてください。',
    en: 'resourceType is missing. Give the name of the resource, for example "resourceType": "Patient".',
  },
  'structure/unknown-element': {
    code: 'structure',
    ja: '「$1」は$2の要素ではありません。名前を直すか、除いてください。',
    en: "'$1' is not an element of $2. Correct the name or remove it.",
  },
  'structure/required': {
    code: 'required',
    ja: '必須の要素「$1」がありません(最小必要値 = 1)。書いてください。',
    en: "The required element '$1' is missing (minimum required = 1). Add it.",
  },
  'structure/single': {
    code: 'structure',
    ja: '「$1」は1つだけです。配列にしないでください。',
    en: "'$1' may occur once only. Do not write an array.",
  },
  'structure/array': {
    code: 'structure',
    ja: '「$1」は繰り返せる要素です。1つでも配列で書いてください。',
    en: "'$1' may repeat. Write an array, even for one.",
  },
  'structure/empty': {
    code: 'invalid',
    ja: '「$1」が空です。値がなければ要素ごと除いてください。',
    en: "'$1' is empty, but an element must have some content. Leave it out where there is no value.",
  },
  'structure/null': {
    code: 'invalid',
    ja: '「$1」がnullです。値がなければ要素ごと除いてください。',
    en: "'$1' is null. Leave the element out where there is no value.",
  },
  'structure/misaligned': {
    code: 'structure',
    severity: 'warning',
    ja: '「$1」と「_$1」の個数が違います。nullで埋めて揃えてください。',
    en: "'$1' and '_$1' differ in length. Fill up with null.",
  },
  'structure/choice': {
    code: 'structure',
    ja: '「$1[x]」は1種類だけです($2)。1つを残して除いてください。',
    en: "Cannot have more than one value of '$1[x]' ($2). Keep one and remove the others.",
  },
  'structure/type': { code: 'structure', ja: '型$1の値ではありません。', en: 'The value is not of the JSON type that $1 asks for.' },
  'structure/format': { code: 'value', ja: '「$2」は型$1の書き方に合いません。', en: "'$2' is not in the form of $1." },
  'structure/not-a-date': { code: 'value', ja: '「$2」は暦にない日です。', en: "'$2' is not a day of the calendar." },
  'structure/too-long': {
    code: 'too-long',
    ja: '文字列が長すぎます(上限1048576文字)。',
    en: 'The string is longer than 1048576 characters.',
  },
  'structure/characters': {
    code: 'value',
    ja: '文字列に制御文字か、対になっていないサロゲートがあります。',
    en: 'The string contains a control character or an unpaired surrogate.',
  },
  'structure/binding': {
    code: 'code-invalid',
    ja: 'コード「$1」は、使わなければならない値セット$2にありません。値セットのコードに直してください。',
    en: "Required value set $2: '$1' is not a valid code, as it is not in the value set. Use one of its codes.",
  },
  'structure/reference-target': {
    code: 'invalid',
    ja: 'ここで参照できるのは$2です(「$1」は有効な参照先ではありません)。',
    en: "A Reference here must be to $2; '$1' is not a valid target.",
  },
  'structure/reference-type': {
    code: 'invalid',
    ja: 'typeの「$1」と参照先「$2」が合いません。',
    en: "The type '$1' does not agree with the reference '$2'.",
  },
  'structure/reference-format': {
    code: 'value',
    severity: 'warning',
    ja: '「$1」は参照の書き方(「型/ID」、URL、URN、「#ID」)に合いません。',
    en: "'$1' is not in the form of a reference ('Type/id', URL, URN or '#id').",
  },
  'structure/invariant-not-checked': {
    code: 'not-supported',
    severity: 'warning',
    ja: '規則「$1」は確かめられませんでした($2)。この規則については自分で確かめてください。',
    en: "The rule '$1' could not be checked ($2). Check it yourself.",
  },
  'structure/too-deep': { code: 'too-costly', ja: '入れ子が深すぎます。', en: 'The content is nested too deeply.' },
  'structure/too-many': {
    code: 'informational',
    severity: 'information',
    ja: '指摘が多いため、すべては示していません。直してからもう一度確かめてください。',
    en: 'There are too many findings to show them all. Correct these and check again.',
  },
  'structure/binding-extensible': {
    code: 'code-invalid',
    severity: 'warning',
    ja: 'コード「$1」は値セット$2にありません。同じ意味のコードがそこにあれば、それを使ってください。',
    en: "The code '$1' is not in the value set $2. Use a code from it if one fits.",
  },
  'structure/binding-max': {
    code: 'code-invalid',
    ja: 'コード「$1」は、使える範囲を決める値セット$2にありません。',
    en: "The code '$1' is outside of the value set $2, which sets the limit.",
  },
  'structure/value-set-not-checked': {
    code: 'not-found',
    severity: 'information',
    ja: '値セット「$1」か、そのコード体系が読み込まれていないため、コードがその中にあるかは確かめていません。パッケージをpackagesフォルダーに置いてください。',
    en: "Whether codes are in '$1' was not checked: the value set or its code system is not loaded. Put its package into the packages folder.",
  },
  'structure/reference-not-in-bundle': {
    code: 'not-found',
    ja: '参照「$1」の先がBundleの中にありません。参照先のリソースを入れるか、fullUrlと揃えてください。',
    en: "The reference '$1' leads to nothing in the bundle. Add the resource, or make the reference agree with its fullUrl.",
  },
  'structure/white-space': {
    code: 'value',
    severity: 'warning',
    ja: '「$1」の値の前後に空白があります。除いてください。',
    en: "The value of '$1' begins or ends with white space. Remove it.",
  },
  'structure/uuid-form': {
    code: 'value',
    ja: '「$1」はUUIDの書き方(小文字の16進数、8-4-4-4-12桁)に合いません。',
    en: "'$1' is not a UUID in lower case (8-4-4-4-12 hexadecimal digits).",
  },
  'narrative/not-a-div': { code: 'invalid', ja: '説明文は<div>で始めます。', en: 'A narrative must be one <div>.' },
  'narrative/not-well-formed': {
    code: 'invalid',
    ja: '説明文のXHTMLが整っていません(閉じていないタグなど)。',
    en: 'The XHTML of the narrative is not well formed.',
  },
  'narrative/forbidden-element': {
    code: 'invalid',
    ja: '説明文に使えない要素があります(scriptやformなど)。',
    en: 'The narrative holds an element that is not allowed (such as script or form).',
  },
  'narrative/forbidden-attribute': {
    code: 'invalid',
    ja: '説明文に使えない属性があります(onclickなど)。',
    en: 'The narrative holds an attribute that is not allowed (such as onclick).',
  },
  'narrative/external-reference': {
    code: 'invalid',
    ja: '説明文が外部の画像やスクリプトを参照しています。除いてください。',
    en: 'The narrative refers to outside pictures or scripts. Remove them.',
  },
  'narrative/empty': { code: 'invalid', ja: '説明文に中身がありません。', en: 'The narrative has no content.' },
} as const satisfies Record<string, RuleSentence>

const rules = { ...structureRules, ...contentRules, ...questionnaireRules }

export type StructureRule = keyof typeof rules

const fill = (sentence: string, details: readonly string[]) => sentence.replace(/\$([12])/g, (_, n: string) => details[Number(n) - 1] ?? '')

/** The finding of a structure rule at a path. */
export function structureFinding(ruleId: StructureRule, path: string, details: readonly string[]): Finding {
  const rule: RuleSentence = rules[ruleId]
  return { severity: rule.severity ?? 'error', code: rule.code, path, ruleId, ja: fill(rule.ja, details), en: fill(rule.en, details) }
}
