import type { RefusalTable } from './refusal-table.ts'

/** A request that cannot be read, routed or answered as it was sent. */
export const requestRefusals = {
  'not-found': {
    status: 404,
    issue: 'not-found',
    ja: '見つかりません。番号やリンクを確かめてください。',
    en: 'Not found. Please check the number or link.',
  },
  'address-unknown': {
    status: 404,
    issue: 'not-supported',
    ja: 'このアドレスには何もありません。アドレスを確かめてください（一覧は /openapi.json）。',
    en: 'There is nothing at this address. Please check it (all are listed at /openapi.json).',
  },
  'method-not-allowed': {
    status: 405,
    issue: 'not-supported',
    ja: 'このアドレスでは {method} を使えません。使えるもの：{allow}',
    en: '{method} cannot be used at this address. It takes: {allow}',
  },
  'input-invalid': { status: 400, issue: 'invalid', ja: '入力に誤りがあります：{what}', en: 'The input is not valid: {what}' },
  'body-malformed': { status: 400, issue: 'structure', ja: '送られた内容を読み取れません。{what}', en: 'The body cannot be read. {what}' },
  'body-too-large': {
    status: 413,
    issue: 'too-long',
    ja: '送られた内容が大きすぎます（上限 {limit}）。分けて送ってください。',
    en: 'The body is too large (limit {limit}). Send it in parts.',
  },
  'request-slow': {
    status: 408,
    issue: 'timeout',
    ja: '要求を時間内に受け取れませんでした（見出し10秒、全体60秒）。もう一度送ってください。',
    en: 'The request did not arrive in time (headers 10 seconds, all of it 60). Please send it again.',
  },
  'headers-too-large': {
    status: 431,
    issue: 'too-long',
    ja: '要求の見出し（URLとヘッダー）が長すぎます（上限 32 KB）。検索条件は POST _search で送ってください。',
    en: 'The request’s headers and address are too long (limit 32 KB). Send search criteria by POST _search.',
  },
  'media-type': {
    status: 415,
    issue: 'not-supported',
    ja: 'この形式（{type}）は受け付けません。application/fhir+json などで送ってください。',
    en: 'The media type {type} is not accepted. Send application/fhir+json or the like.',
  },
  'not-acceptable': {
    status: 406,
    issue: 'not-supported',
    ja: '{type}の形では答えられません。Acceptか_formatに application/fhir+json か application/fhir+xml を指定してください。',
    en: 'No answer can be given as {type}. Ask for application/fhir+json or application/fhir+xml in Accept or _format.',
  },
  'idempotency-mismatch': {
    status: 422,
    issue: 'conflict',
    ja: '同じ Idempotency-Key で違う内容が送られました。新しいキーを使ってください。',
    en: 'The same Idempotency-Key came with another content. Use a new key.',
  },
  'shown-once': {
    status: 410,
    issue: 'deleted',
    ja: 'この要求は済んでいます。その答えは二度は出しません（読み取った内容や、その後に消去された内容のため）。必要なら、読み取りだけを新しく行ってください。',
    en: 'This request was carried out. Its answer is not given again, because it was read from records or was erased since. Read anew what you need.',
  },
} as const satisfies RefusalTable
