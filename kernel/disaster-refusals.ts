import type { RefusalTable } from './refusal-table.ts'

/** Ways of saying no around disaster access. */
export const disasterRefusals = {
  'disaster-not-open': {
    status: 409,
    issue: 'business-rule',
    ja: '災害時の閲覧は、いまこの医療機関に開かれていません。開くには運用担当に連絡してください。',
    en: 'Disaster access is not open for this institution now. Please contact the operator to have it opened.',
  },
  'disaster-area-empty': {
    status: 422,
    issue: 'business-rule',
    ja: 'この地域には、開く相手の医療機関が登録にありません。都道府県・市町村の名前と、医療機関番号を確かめてください。',
    en: 'No institution of the register lies in this area. Please check the names of prefecture and municipality and the institution numbers.',
  },
  'disaster-same-person': {
    status: 403,
    issue: 'forbidden',
    ja: '開くことと延ばすことは、二人で決めます。求めた人とは別の運用担当か監査担当が確認してください。',
    en: 'Opening and extending takes two. Another operator or an auditor must confirm it, not whoever asked for it.',
  },
  'disaster-decided': {
    status: 409,
    issue: 'conflict',
    ja: 'この求めは、もう決まったか、24時間を過ぎて終わりました。画面を読み直してください。',
    en: 'This request has been decided, or ended after 24 hours. Please reload the page.',
  },
  'disaster-too-little': {
    status: 422,
    issue: 'business-rule',
    ja: '手がかりが足りません。氏名に加えて、生年月日・年齢・住所・保険の番号のどれかを入れてください。',
    en: 'Too little is known to search. Beside the name give one of birth date, age, address or insurance number.',
  },
  'disaster-too-many': {
    status: 429,
    issue: 'throttled',
    ja: '1時間に検索・閲覧できる数を超えました。{minutes}分後にもう一度お試しください。急ぐときは、別の職員が検索するか、運用担当に連絡してください。',
    en: 'You have reached what one person may search and open in an hour. Try again in {minutes} minutes; if it is urgent, let a colleague search, or call the operator.',
  },
  'disaster-search-first': {
    status: 403,
    issue: 'forbidden',
    ja: 'この人を開くには、先に検索してください（検索から60分以内に開けます）。',
    en: 'Please search for this person first; a record can be opened within 60 minutes of the search.',
  },
  'disaster-self': {
    status: 403,
    issue: 'forbidden',
    ja: 'ご自身の記録は、災害時の閲覧では開けません。本人の画面（/me）でご覧ください。',
    en: 'You cannot open your own record this way. See it on your own pages (/me).',
  },
  'disaster-family': {
    status: 403,
    issue: 'forbidden',
    ja: 'ご家族の記録は、災害時の閲覧では開けません。ほかの医師・看護職員に開いてもらってください。',
    en: 'You cannot open a relative’s record this way. Ask another clinician to open it.',
  },
  'disaster-request-over': {
    status: 409,
    issue: 'business-rule',
    ja: 'この依頼は、期限（{minutes}分）が過ぎたか、返事が済んでいます。必要なら、もう一度検索して依頼してください。',
    en: 'This request has run out ({minutes} minutes) or was answered. If it is still needed, search and ask again.',
  },
  'disaster-second-refused': {
    status: 403,
    issue: 'forbidden',
    ja: 'あなたは、この依頼の2人目になれません（依頼した本人、患者の家族、同姓同名など）。ほかの医師・看護職員に頼んでください。',
    en: 'You cannot be the second here (you asked, you are a relative, or you bear the name). Ask another clinician.',
  },
  'disaster-extract-area': {
    status: 422,
    issue: 'business-rule',
    ja: '持ち出せるのは、開いている地域の中だけです：{what}。',
    en: 'An extract takes no more than what is open: {what}.',
  },
  'disaster-extract-busy': {
    status: 409,
    issue: 'throttled',
    ja: 'いま作っている持ち出しファイルが{count}件あります。終わるのを待つか、要らないものを取りやめてください。',
    en: '{count} extracts are being made. Wait until one is done, or stop one that is not needed.',
  },
  'disaster-extract-not-there': {
    status: 409,
    issue: 'business-rule',
    ja: 'この持ち出しファイルは、まだできていないか、期限が過ぎたか、消されました。必要なら新しく作ってください。',
    en: 'This file is not ready yet, has expired, or was deleted. If it is needed, make a new one.',
  },
} as const satisfies RefusalTable
