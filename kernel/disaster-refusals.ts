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
} as const satisfies RefusalTable
