/** Sentences about Questionnaires and their answers, by rule id. */
import type { RuleSentence } from '../sentences.ts'

export const questionnaireRules = {
  'questionnaire/initial-type': {
    code: 'invalid',
    ja: '初期値の型(value$1)が項目の型($2)に合いません。',
    en: 'The initial value (value$1) is not of the type of the item ($2).',
  },
  'questionnaire/enable-when': {
    code: 'invalid',
    ja: '条件の相手「$1」というlinkIdの項目が、この質問票にありません。',
    en: "The condition looks at an item '$1' that this questionnaire does not have.",
  },
  'questionnaire/none': {
    code: 'informational',
    severity: 'warning',
    ja: '質問票(questionnaire)が書かれていないため、回答を質問と照らし合わせていません。',
    en: 'No questionnaire is named, so the answers were not checked against one.',
  },
  'questionnaire/not-loaded': {
    code: 'not-found',
    severity: 'warning',
    ja: '質問票「$1」が読み込まれていないため、回答は確かめていません。内包するか、パッケージをpackagesフォルダーに置いてください。',
    en: "The questionnaire '$1' is not loaded, so the answers were not checked. Contain it, or put its package into the packages folder.",
  },
  'questionnaire/item-unknown': {
    code: 'invalid',
    ja: '「$1」というlinkIdの項目は、質問票にありません。linkIdを直すか、除いてください。',
    en: "The questionnaire has no item '$1'. Correct the linkId or remove the item.",
  },
  'questionnaire/item-misplaced': {
    code: 'invalid',
    ja: '項目「$1」は質問票ではここになく、別の場所にあります。質問票と同じ入れ子にしてください。',
    en: "The item '$1' stands elsewhere in the questionnaire. Nest it as the questionnaire does.",
  },
  'questionnaire/item-order': {
    code: 'invalid',
    ja: '項目「$1」の順番が質問票と違います。',
    en: "The item '$1' is out of the order of the questionnaire.",
  },
  'questionnaire/group-answer': {
    code: 'invalid',
    ja: 'グループ「$1」には回答を書けません。中の質問に書いてください。',
    en: "The group '$1' cannot have an answer. Answer the questions in it.",
  },
  'questionnaire/display-answer': {
    code: 'invalid',
    ja: '「$1」は表示だけの項目です。回答や下位の項目は書けません。',
    en: "'$1' is for display only. It has neither answers nor items.",
  },
  'questionnaire/required': {
    code: 'required',
    ja: '必須の質問「$1」に回答がありません。',
    en: "There is no answer for the required item '$1'.",
  },
  'questionnaire/too-many': {
    code: 'invalid',
    ja: '「$1」の回答が多すぎます(上限$2)。',
    en: "Too many answers for '$1' (at most $2).",
  },
  'questionnaire/too-few': {
    code: 'invalid',
    ja: '「$1」の回答が足りません($2以上)。',
    en: "Too few answers for '$1' (at least $2).",
  },
  'questionnaire/not-enabled': {
    code: 'invalid',
    ja: '「$1」は条件(enableWhen)に合わないため、回答できません。回答を除くか、条件の質問の回答を直してください。',
    en: "'$1' is not enabled by its conditions (enableWhen), so it must have no answers. Remove them, or correct the answers it depends on.",
  },
  'questionnaire/answer-type': {
    code: 'invalid',
    ja: '「$1」の回答の型が違います。$2で書いてください。',
    en: "The answer to '$1' is of the wrong type. Write $2.",
  },
  'questionnaire/not-an-option': {
    code: 'code-invalid',
    ja: '「$1」の回答が選択肢にありません。',
    en: "The answer to '$1' is not one of its options.",
  },
  'questionnaire/too-long': {
    code: 'too-long',
    ja: '「$1」の回答が長すぎます(上限$2文字)。',
    en: "The answer to '$1' is longer than $2 characters.",
  },
  'questionnaire/too-low': { code: 'value', ja: '「$1」の回答が小さすぎます(下限$2)。', en: "The answer to '$1' is below $2." },
  'questionnaire/too-high': { code: 'value', ja: '「$1」の回答が大きすぎます(上限$2)。', en: "The answer to '$1' is above $2." },
} as const satisfies Record<string, RuleSentence>
