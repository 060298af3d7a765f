/** The sentences about profiles: what is wrong, where, and what to do. `$1` to `$4` are filled in. */
import type { Finding } from '../../model.ts'

type Rule = Pick<Finding, 'code' | 'ja' | 'en'> & { severity?: Finding['severity'] }

export const profileRules = {
  'profile/min': {
    code: 'required',
    ja: '「$1」は$2個以上必要ですが、$3個しかありません。足してください。',
    en: "'$1' must occur at least $2 times (minimum required = $2), but there are $3. Add what is missing.",
  },
  'profile/required': {
    code: 'required',
    ja: '必須の要素「$1」がありません。足してください。',
    en: "The required element '$1' is missing (minimum required = 1). Add it.",
  },
  'profile/max': {
    code: 'structure',
    ja: '「$1」は$2個までですが、$3個あります。減らしてください。',
    en: "'$1' may occur at most $2 times (maximum allowed = $2), but there are $3. Remove what is too much.",
  },
  'profile/prohibited': {
    code: 'structure',
    ja: '「$1」はこのプロファイルでは使えません。除いてください。',
    en: "'$1' is not allowed in this profile. Remove it.",
  },
  'profile/type': {
    code: 'structure',
    ja: '「$1」の型は$2でなければなりません(「$3」は不可)。',
    en: "Value type $3 is not allowed here: '$1' must be of type $2.",
  },
  'profile/resource-type': {
    code: 'structure',
    ja: 'プロファイル「$1」は$2のものですが、ここにあるのは$3です。meta.profileかresourceTypeを直してください。',
    en: "The profile '$1' is for $2, but this is a $3. Correct meta.profile or resourceType.",
  },
  'profile/fixed': {
    code: 'value',
    ja: '「$1」の値は「$2」と決まっています(今は「$3」)。この値にしてください。',
    en: "The value of '$1' must be exactly '$2' (it is '$3'). Write that value.",
  },
  'profile/pattern': {
    code: 'value',
    ja: '「$1」には「$2」が含まれていなければなりません(今は「$3」)。',
    en: "'$1' must contain '$2' (it is '$3').",
  },
  'profile/max-length': {
    code: 'too-long',
    ja: '「$1」は$2文字までですが、$3文字あります。短くしてください。',
    en: "'$1' may have $2 characters at most, but has $3. Shorten it.",
  },
  'profile/min-value': {
    code: 'value',
    ja: '「$1」は「$2」以上でなければなりません(今は「$3」)。',
    en: "'$1' must not be less than '$2' (it is '$3').",
  },
  'profile/max-value': {
    code: 'value',
    ja: '「$1」は「$2」以下でなければなりません(今は「$3」)。',
    en: "'$1' must not be more than '$2' (it is '$3').",
  },
  'profile/binding': {
    code: 'code-invalid',
    ja: '「$1」のコード「$2」は値セット「$3」にありません。値セットのコードを使ってください。',
    en: "The code '$2' of '$1' is not in the value set '$3'. Use a code of that value set.",
  },
  'profile/binding-extensible': {
    code: 'code-invalid',
    severity: 'warning',
    ja: '「$1」のコード「$2」は値セット「$3」にありません。値セットに当てはまるコードがあれば、それを使ってください。',
    en: "The code '$2' of '$1' is not in the value set '$3'. Use a code of that value set unless none fits.",
  },
  'profile/binding-no-code': {
    code: 'code-invalid',
    ja: '「$1」には値セット「$2」のコードが必要ですが、コードがありません。codeとsystemを足してください。',
    en: "'$1' needs a code of the value set '$2', but there is none. Add code and system.",
  },
  'profile/slice-min': {
    code: 'required',
    ja: '「$1」は$2個以上必要ですが、$3個しかありません。$4',
    en: "'$1' must occur at least $2 times (minimum required = $2), but there are $3. $5",
  },
  'profile/slice-required': {
    code: 'required',
    ja: '必須の「$1」がありません。$2',
    en: "The required '$1' is missing (minimum required = 1). $3",
  },
  'profile/slice-max': {
    code: 'structure',
    ja: '「$1」は$2個までですが、$3個あります。減らしてください。',
    en: "'$1' may occur at most $2 times (maximum allowed = $2), but there are $3. Remove what is too much.",
  },
  'profile/slice-closed': {
    code: 'structure',
    ja: '「$1」のどの区分($2)にも当てはまりません。ここに書けるのはそれらだけです。値を直すか、除いてください。$3',
    en: "This element does not match any known slice of '$1' ($2), and nothing else is allowed here. Correct the value or remove it. $4",
  },
  'profile/slice-open': {
    code: 'informational',
    severity: 'information',
    ja: '「$1」のどの区分($2)とも一致しません。区分のどれかのつもりなら、値を確かめてください。',
    en: "This element does not match any known slice of '$1' ($2). Check the value if it is meant to be one of them.",
  },
  'profile/slice-order': {
    code: 'structure',
    ja: '「$1」の順序が違います。区分「$2」は「$3」より前に書いてください。',
    en: "The order of '$1' is wrong: slice '$2' must come before '$3'.",
  },
  'profile/slice-at-end': {
    code: 'structure',
    ja: '「$1」では、決められた区分を先に書きます。区分「$2」を、どの区分でもないものより前に移してください。',
    en: "In '$1' the defined slices come first. Move slice '$2' before what belongs to no slice.",
  },
  'profile/not-conformant': {
    code: 'structure',
    ja: '「$1」は次のどのプロファイルにも合っていません: $2。最も近いものとの違い: $3',
    en: "'$1' conforms to none of these profiles: $2. What differs from the nearest: $4",
  },
  'profile/reference-type': {
    code: 'invalid',
    ja: '「$1」で参照できるのは$2です(「$3」は有効な参照先ではありません)。',
    en: "'$1' must refer to $2; '$3' is not a valid target.",
  },
  'profile/reference-target': {
    code: 'invalid',
    ja: '「$1」の参照先は、次のどれかのプロファイルに合っていなければなりません: $2。最も近いものとの違い: $3',
    en: "What '$1' refers to must conform to one of these profiles: $2. What differs from the nearest: $4",
  },
  'profile/aggregation': {
    code: 'invalid',
    ja: '「$1」の参照のしかたは$2だけです(これは$3)。',
    en: "'$1' may refer only to what is $2 (this is $3).",
  },
  'profile/versioning': {
    code: 'invalid',
    ja: '「$1」の参照は、版を$2でなければなりません。',
    en: "The reference '$1' must be version $3.",
  },
  'profile/broken': { code: 'invalid', ja: '$2', en: '$3' },
  'profile/other-version': { code: 'not-found', severity: 'warning', ja: '$2', en: '$3' },
  'profile/not-loaded': {
    code: 'not-found',
    severity: 'warning',
    ja: 'プロファイル「$1」が読み込まれていないので、これについては確かめていません。定義のパッケージを加えてください。',
    en: "Not checked: the Canonical URL '$1' could not be resolved, because that profile is not loaded. Add the package that defines it.",
  },
  'profile/type-not-loaded': {
    code: 'not-found',
    severity: 'information',
    ja: 'プロファイル「$1」が読み込まれていないので、それに合うかは確かめていません。定義のパッケージを加えてください。',
    en: "Not checked: whether this conforms to '$1', because that profile is not loaded. Add the package that defines it.",
  },
  'profile/value-set-not-loaded': {
    code: 'not-found',
    severity: 'information',
    ja: '値セット「$1」(またはそのコード体系)が読み込まれていないので、コードがその中にあるかは確かめていません。',
    en: "Not checked: whether codes are in '$1', because that value set or its code system is not loaded.",
  },
  'profile/slice-not-evaluated': {
    code: 'informational',
    severity: 'information',
    ja: '「$1」の区分は、見分ける値($2)を確かめられないので、確かめていません。',
    en: "Not checked: slice '$1', because what tells it apart ($2) cannot be evaluated.",
  },
  'profile/rule-not-evaluated': {
    code: 'not-supported',
    severity: 'warning',
    ja: '規則「$1」の式を評価できないので、確かめていません: $2',
    en: "Not checked: rule '$1', because its expression cannot be evaluated: $3",
  },
} as const satisfies Record<string, Rule>

export type ProfileRule = keyof typeof profileRules

/** A sentence in parts: texts, and the numbers of the details between them. */
type Sentence = readonly (string | number)[]

const sentenceOf = (text: string): Sentence => text.split(/\$([1-9])/).map((part, i) => (i % 2 === 0 ? part : Number(part) - 1))

const sentences = new Map(Object.entries(profileRules).map(([id, { ja, en }]) => [id, { ja: sentenceOf(ja), en: sentenceOf(en) }]))

function fill(sentence: Sentence, details: readonly string[]): string {
  let out = ''
  for (const part of sentence) out += typeof part === 'string' ? part : (details[part] ?? '')
  return out.endsWith(' ') ? out.trimEnd() : out
}

/** `profile`: `url|version` of the profile that asks for it. */
export type ProfileFinding = Finding & { profile?: string }

type Said = { path: string; ja: string; en: string; profile: string | undefined }

/** The finding of a profile rule with its sentences. */
export function saidFinding(ruleId: ProfileRule, { path, ja, en, profile }: Said): ProfileFinding {
  const { code, severity = 'error' }: Rule = profileRules[ruleId]
  const finding: ProfileFinding = { severity, code, path, ruleId, ja, en }
  if (profile !== undefined) finding.profile = profile
  return finding
}

/** The finding of a profile rule; `profile` is `url|version` of the profile that asks for it. */
export function profileFinding(
  ruleId: ProfileRule,
  { path, details, profile }: { path: string; details: readonly string[]; profile: string | undefined },
): ProfileFinding {
  const { ja, en } = sentences.get(ruleId)!
  return saidFinding(ruleId, { path, ja: fill(ja, details), en: fill(en, details), profile })
}
