/** What can be wrong with FHIR XML, and what to do. `$1`, `$2` are filled in; the place in the text is put before. */
import type { Finding } from '../model.ts'

type Rule = Pick<Finding, 'code' | 'ja' | 'en'>

const xmlRules = {
  'xml/too-large': {
    code: 'too-long',
    ja: 'XMLが大きすぎます(上限$1バイト)。分けて送ってください。',
    en: 'The XML text is larger than $1 bytes. Send it in smaller parts.',
  },
  'xml/too-deep': { code: 'too-costly', ja: 'XMLの入れ子が深すぎます(上限$1段)。', en: 'The XML text is nested deeper than $1 levels.' },
  'xml/too-many': {
    code: 'too-costly',
    ja: '誤りが多いため、ここまでで止めました。',
    en: 'Reading stopped here because there are too many errors.',
  },
  'xml/doctype': {
    code: 'security',
    ja: 'DOCTYPE宣言(DTD、実体宣言)は受け付けません。除いてください。',
    en: 'A DOCTYPE declaration (DTD, entities) is not accepted. Remove it.',
  },
  'xml/encoding': {
    code: 'structure',
    ja: '文字コードはUTF-8だけです(「$1」と宣言されています)。',
    en: "The text must be UTF-8; it says '$1'.",
  },
  'xml/syntax': { code: 'structure', ja: 'XMLの書き方が正しくありません: $1', en: 'The XML text is not well formed: $2' },
  'xml/namespace': {
    code: 'structure',
    ja: '「$1」の名前空間が「$2」です。http://hl7.org/fhir にしてください。',
    en: "The namespace of '$1' is '$2'. It must be http://hl7.org/fhir.",
  },
  'xml/div-namespace': {
    code: 'structure',
    ja: '説明文の「$1」の名前空間が「$2」です。http://www.w3.org/1999/xhtml にしてください。',
    en: "The namespace of '$1' in the narrative is '$2'. It must be http://www.w3.org/1999/xhtml.",
  },
  'xml/resource-type': { code: 'structure', ja: '「$1」はFHIR R4のリソースではありません。', en: "'$1' is not a FHIR R4 resource." },
  'xml/no-resource': { code: 'structure', ja: '「$1」の中にリソースが1つ必要です。', en: "'$1' must hold one resource." },
  'xml/unknown-element': {
    code: 'structure',
    ja: '「$1」は$2の要素ではありません。名前を直すか、除いてください。',
    en: "'$1' is not an element of $2. Correct the name or remove it.",
  },
  'xml/unknown-attribute': {
    code: 'structure',
    ja: '属性「$1」は「$2」に書けません。',
    en: "The attribute '$1' is not allowed on '$2'.",
  },
  'xml/order': { code: 'structure', ja: '「$1」は「$2」より前に書きます。', en: "'$1' must stand before '$2'." },
  'xml/repeated': { code: 'structure', ja: '「$1」は1つだけです。', en: "'$1' may occur once only." },
  'xml/empty': {
    code: 'invalid',
    ja: '「$1」に値がありません。値はvalue属性に書き、なければ要素ごと除いてください。',
    en: "'$1' has no value. Write it as the attribute value, or leave the element out.",
  },
  'xml/text': {
    code: 'structure',
    ja: '「$1」の中に文字を直接書けません。値はvalue属性に書いてください。',
    en: "Text must not stand directly inside '$1'. Write values as the attribute value.",
  },
} as const satisfies Record<string, Rule>

export type XmlRule = keyof typeof xmlRules

/** A place in the text, both from 1. */
export type Place = { line: number; column: number }

const fill = (sentence: string, details: readonly string[]) => sentence.replace(/\$([12])/g, (_, n: string) => details[Number(n) - 1] ?? '')

export function xmlFinding(ruleId: XmlRule, at: { path: string; place?: Place }, details: readonly string[]): Finding {
  const { code, ja, en }: Rule = xmlRules[ruleId]
  const { place, path } = at
  return {
    severity: 'error',
    code,
    path,
    ruleId,
    ...place,
    ja: `${place ? `${place.line}行${place.column}文字目: ` : ''}${fill(ja, details)}`,
    en: `${place ? `Line ${place.line}, column ${place.column}: ` : ''}${fill(en, details)}`,
  }
}

/** Beginnings of what the reader says, in the words of a person who has to mend it. */
const inJapanese: readonly [start: string, ja: string][] = [
  ['undefined entity', '定義されていない実体参照です。使えるのは&amp; &lt; &gt; &quot; &apos;と文字参照だけです。'],
  ['unclosed tag', 'タグが閉じていません。'],
  ['unmatched closing tag', '開始タグと終了タグが合いません。'],
  ['unexpected close tag', '開始タグと終了タグが合いません。'],
  ['duplicate attribute', '同じ属性が2つあります。'],
  ['unbound namespace prefix', '名前空間の接頭辞が宣言されていません。'],
  ['unquoted attribute value', '属性の値を引用符で囲んでください。'],
  ['attribute without value', '属性に値がありません。'],
  ['disallowed character', 'ここに書けない文字があります。'],
  ['text data outside of root node', 'ルート要素の外に文字があります。'],
  ['documents may contain only one root', 'ルート要素は1つだけです。'],
  ['document must contain a root element', 'ルート要素がありません。'],
  ['unexpected end', '途中で終わっています。'],
]

/** A sentence for people from what the reader says, whose start is line and column. */
export function syntaxDetails(message: string): [ja: string, en: string] {
  const said = message.replace(/^\d+:\d+: /, '').slice(0, 120)
  const known = inJapanese.find(([start]) => said.startsWith(start))
  return [known ? known[1] : `タグ、引用符、「&」の書き方を確かめてください(${said})。`, said]
}
