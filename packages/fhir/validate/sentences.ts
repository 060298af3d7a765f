/** The sentences of the structure rules: what is wrong and what to do, by rule id. `$1`, `$2` are filled in. */
import type { Finding } from '../model.ts'

type Rule = Pick<Finding, 'code' | 'ja' | 'en'> & { severity?: Finding['severity'] }

export const structureRules = {
  'structure/not-an-object': { code: 'structure', ja: 'ここはJSONのオブジェクトで書きます。', en: 'A JSON object is expected here.' },
  'structure/resource-type': {
    code: 'structure',
    ja: 'resourceType「$1」はFHIR R4にありません。',
    en: "resourceType '$1' is not a FHIR R4 resource. Give the name of one.",
  },
  'structure/unknown-element': {
    code: 'structure',
    ja: '「$1」は$2の要素ではありません。名前を直すか、除いてください。',
    en: "'$1' is not an element of $2. Correct the name or remove it.",
  },
  'structure/required': { code: 'required', ja: '必須の要素「$1」がありません。', en: "The required element '$1' is missing." },
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
    en: "'$1' is empty. Leave the element out where there is no value.",
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
  'structure/choice': { code: 'structure', ja: '「$1[x]」は1種類だけです($2)。', en: "Only one of '$1[x]' is allowed ($2)." },
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
    ja: 'コード「$1」は、使わなければならない値セット$2にありません。',
    en: "The code '$1' is not in the required value set $2.",
  },
  'structure/reference-target': {
    code: 'invalid',
    ja: 'ここで参照できるのは$2です(「$1」は不可)。',
    en: "A reference here must be to $2, not to '$1'.",
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
    ja: '指摘が多いため、ここまでで止めました。直してからもう一度確かめてください。',
    en: 'Checking stopped here because there are too many findings. Correct these and check again.',
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
  'structure/aggregation': {
    code: 'invalid',
    ja: '参照「$1」は、ここで許される置き場所($2)にありません。',
    en: "The reference '$1' does not lead to where this element allows ($2).",
  },
  'structure/versioning': {
    code: 'invalid',
    ja: '参照「$1」の版の指定が、ここの決まり($2)に合いません。',
    en: "The reference '$1' does not keep to the versioning of this element ($2).",
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
  'coding/no-system': {
    code: 'code-invalid',
    severity: 'warning',
    ja: 'コード「$1」にsystemがないため、何を意味するか定まりません。systemを書いてください。',
    en: "The code '$1' has no system, so what it means is open. Give the system.",
  },
  'coding/system-form': {
    code: 'code-invalid',
    ja: 'system「$1」は絶対URI(http://... や urn:oid:...)で書いてください。',
    en: "The system '$1' must be an absolute URI (http://... or urn:oid:...).",
  },
  'coding/example-system': {
    code: 'code-invalid',
    ja: 'system「$1」はexample.orgの見本用URLです。見本用のURLは使えません。実在するコード体系のURLに直してください。',
    en: "The system '$1' is an example URL. Example URLs are not permitted; give the URL of a real code system.",
  },
  'coding/value-set-as-system': {
    code: 'code-invalid',
    ja: 'system「$1」は値セット(ValueSet)のURLです。コード体系(CodeSystem)のURLを書いてください。',
    en: "The system '$1' is the URL of a value set. Give the URL of the code system.",
  },
  'coding/unknown-code': {
    code: 'code-invalid',
    ja: 'コード「$1」はコード体系「$2」にありません(未知のコード)。コードかsystemを直してください。',
    en: "Unknown code '$1' in the code system '$2'. Correct the code or the system.",
  },
  'coding/system-not-loaded': {
    code: 'not-found',
    severity: 'warning',
    ja: 'コード体系「$1」(CodeSystem)は未知です。読み込まれていないため、コードは確かめていません。パッケージをpackagesフォルダーに置くか、マスターを読み込んでください。',
    en: "The CodeSystem '$1' is unknown: it is not loaded, so its codes were not checked. Put its package into the packages folder or load the master.",
  },
  'coding/content-not-loaded': {
    code: 'not-found',
    severity: 'information',
    ja: 'コード体系「$1」の中身は読み込まれていません。コードは書き方だけを確かめました。',
    en: "The content of the CodeSystem '$1' is not loaded. Only the form of its codes was checked.",
  },
  'coding/display': {
    code: 'invalid',
    severity: 'warning',
    ja: 'コード「$1」の表示名が、コード体系の名前(「$2」など)と違います。',
    en: "The display of the code '$1' differs from what the code system calls it ('$2').",
  },
  'extension/url-form': {
    code: 'extension',
    ja: '拡張のurl「$1」は絶対URLで書いてください。',
    en: "The url '$1' of the extension must be absolute.",
  },
  'extension/unknown': {
    code: 'extension',
    severity: 'warning',
    ja: '拡張「$1」は未知です(定義が読み込まれていません)。中身は確かめていません。定義を含むパッケージをpackagesフォルダーに置くか、urlを直してください。',
    en: "The extension '$1' is unknown: its definition is not loaded, so it was not checked. Put its package into the packages folder, or correct the url.",
  },
  'extension/unknown-modifier': {
    code: 'extension',
    ja: '拡張「$1」は未知であり、modifierExtensionとしては許可されていません。意味を変えうるため無視できません。定義を読み込むか、除いてください。',
    en: "Unknown modifierExtension '$1' is not allowed: it may change the meaning and cannot be ignored. Load its definition or remove it.",
  },
  'extension/not-an-extension': {
    code: 'extension',
    ja: '「$1」は拡張の定義ではありません。urlを直してください。',
    en: "'$1' does not define an extension. Correct the url.",
  },
  'extension/broken': {
    code: 'extension',
    ja: '拡張「$1」の定義が使えません: $2',
    en: "The definition of the extension '$1' cannot be used: $2",
  },
  'extension/not-a-modifier': {
    code: 'extension',
    ja: '拡張「$1」は意味を変える拡張ではありません(not a modifier)。modifierExtensionでなくextensionに書いてください。',
    en: "The extension '$1' is not a modifier. Write it under extension, not under modifierExtension.",
  },
  'extension/must-be-modifier': {
    code: 'extension',
    ja: '拡張「$1」は意味を変える拡張です。extensionでなくmodifierExtensionに書いてください。',
    en: "The extension '$1' is a modifier. Write it under modifierExtension, not under extension.",
  },
  'extension/context': {
    code: 'extension',
    ja: '拡張「$1」はここには書けません。書ける場所: $2',
    en: "The extension '$1' is not allowed here. It may stand on: $2",
  },
  'extension/context-invariant': {
    code: 'extension',
    ja: '拡張「$1」を書ける条件($2)を満たしていません。',
    en: "The condition for the extension '$1' does not hold here ($2).",
  },
  'bundle/full-url-missing': {
    code: 'required',
    ja: 'entryにfullUrlがありません。batchとtransaction以外のBundleでは、すべてのentryに必要です。',
    en: 'The entry has no fullUrl. In all bundles but batch and transaction every entry needs one.',
  },
  'bundle/full-url-form': {
    code: 'value',
    ja: 'fullUrl「$1」は絶対URL(http://...、urn:uuid:...)で書いてください。',
    en: "The fullUrl '$1' must be absolute (http://... or urn:uuid:...).",
  },
  'bundle/full-url-id': {
    code: 'invalid',
    ja: 'fullUrl「$1」とリソース($2)が合いません。型とidを揃えてください。',
    en: "The fullUrl '$1' does not agree with the resource ($2). Make type and id the same.",
  },
  'bundle/not-reachable': {
    code: 'informational',
    severity: 'warning',
    ja: 'このentryは$1から参照をたどって届きません。参照を加えるか、除いてください。',
    en: 'This entry cannot be reached by references from the $1. Refer to it, or remove it.',
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
} as const satisfies Record<string, Rule>

export type StructureRule = keyof typeof structureRules

const fill = (sentence: string, details: readonly string[]) => sentence.replace(/\$([12])/g, (_, n: string) => details[Number(n) - 1] ?? '')

/** The finding of a structure rule at a path. */
export function structureFinding(ruleId: StructureRule, path: string, details: readonly string[]): Finding {
  const rule: Rule = structureRules[ruleId]
  return { severity: rule.severity ?? 'error', code: rule.code, path, ruleId, ja: fill(rule.ja, details), en: fill(rule.en, details) }
}
