/** Sentences about codes, extensions and bundles, by rule id. */
import type { RuleSentence } from './sentences.ts'

export const contentRules = {
  'definition/expression': {
    code: 'invalid',
    ja: 'FHIRPathの式が読めません($1): $2',
    en: 'The FHIRPath expression cannot be read (line and column $1): $2',
  },
  'structure/uri-prefix': {
    code: 'value',
    ja: '「$1」は「urn:oid:」か「urn:uuid:」で始めてください。',
    en: "'$1' must begin with 'urn:oid:' or 'urn:uuid:'.",
  },
  'structure/oid-form': {
    code: 'value',
    ja: '「$1」はOIDの書き方(urn:oid:の後に数字を「.」で区切る。先頭は0〜2、余分な0なし)に合いません。',
    en: "'$1' is not a valid OID (urn:oid: and numbers with dots, the first 0 to 2, without leading zeros).",
  },
  'structure/canonical-form': {
    code: 'value',
    ja: 'canonical「$1」は絶対URLか「#ID」で書いてください。',
    en: "The canonical '$1' must be an absolute URL or '#id'.",
  },
  'structure/unlikely-year': {
    code: 'value',
    severity: 'warning',
    ja: '日付「$1」の年は、ありそうな範囲の外です。入力の誤りがないか確かめてください。',
    en: "The year of '$1' is outside of what is likely. Check for an error of entry.",
  },
  'structure/identifier-system': {
    code: 'value',
    ja: '識別子のsystem「$1」は絶対URIで書いてください。',
    en: "The system '$1' of the identifier must be an absolute URI.",
  },
  'structure/identifier-uri': {
    code: 'value',
    ja: 'systemがurn:ietf:rfc:3986の識別子の値は、URI(urn:uuid:...など)で書いてください(「$1」は違います)。',
    en: "With the system urn:ietf:rfc:3986 the value must be a full URI, and '$1' is none.",
  },
  'structure/duplicate-id': {
    code: 'duplicate',
    ja: '要素のid「$1」が同じリソースの中で重なっています。',
    en: "The element id '$1' occurs twice in the resource.",
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
} as const satisfies Record<string, RuleSentence>
