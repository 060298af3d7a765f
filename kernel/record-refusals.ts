import type { RefusalTable } from './refusal-table.ts'

/** The record: what is written, searched, subscribed to and moved in bulk. */
export const recordRefusals = {
  gone: { status: 410, issue: 'deleted', ja: 'この記録は削除されています。', en: 'This record has been deleted.' },
  'version-conflict': {
    status: 412,
    issue: 'conflict',
    ja: 'ほかの人が先に更新しました（現在の版 {version}）。読み直してからやり直してください。',
    en: 'Someone else changed it first (current version {version}). Read it again and retry.',
  },
  'if-match-unreadable': {
    status: 400,
    issue: 'value',
    ja: 'If-Matchの値「{value}」を読み取れません。読んだときのETagを、引用符もそのまま送ってください（例：W/"3"）。',
    en: 'The If-Match value “{value}” cannot be read. Send the ETag you were given, with its quotes (for example W/"3").',
  },
  'multiple-matches': {
    status: 412,
    issue: 'multiple-matches',
    ja: '条件に合うものが複数あります。条件を絞ってください。',
    en: 'Several matches. Please narrow the criteria.',
  },
  'already-exists': { status: 409, issue: 'duplicate', ja: 'すでに登録されています（{where}）。', en: 'Already registered ({where}).' },
  'bundle-refused': {
    status: 422,
    issue: 'business-rule',
    ja: '提出された内容は規則に合わないため、受け付けませんでした。何も保存されていません。',
    en: 'The submission breaks the rules and was refused. Nothing was stored.',
  },
  'institution-mismatch': {
    status: 422,
    issue: 'business-rule',
    ja: '提出された医療機関番号（{sent}）は、このクライアントの医療機関（{own}）と違います。',
    en: 'The institution number sent ({sent}) is not the one of this client ({own}).',
  },
  'resource-invalid': {
    status: 422,
    issue: 'invalid',
    ja: 'リソースの内容に誤りがあります。何も保存されていません。',
    en: 'The resource is not valid. Nothing was stored.',
  },
  'patient-unknown': {
    status: 422,
    issue: 'business-rule',
    ja: '患者を特定できません。subject に登録済みの Patient を指定してください。',
    en: 'The patient cannot be determined. Point subject at a registered Patient.',
  },
  'type-unknown': {
    status: 404,
    issue: 'not-supported',
    ja: 'リソースの種類「{type}」はありません。',
    en: 'There is no resource type “{type}”.',
  },
  'interaction-unsupported': {
    status: 405,
    issue: 'not-supported',
    ja: 'リソースの種類「{type}」では、この操作（{interaction}）はできません。できることは /fhir/R4/metadata にあります。',
    en: 'The resource type “{type}” does not offer {interaction}. What it offers is listed at /fhir/R4/metadata.',
  },
  'search-unsupported': {
    status: 400,
    issue: 'not-supported',
    ja: '検索条件「{param}」には対応していません。',
    en: 'The search parameter “{param}” is not supported.',
  },
  'search-too-broad': {
    status: 400,
    issue: 'too-costly',
    ja: '検索条件「{param}」に当てはまるものが{limit}件を超えます。患者や期間などの条件を足してください。',
    en: 'More than {limit} resources meet “{param}”. Please add a condition, such as a patient or a period.',
  },
  'search-invalid': {
    status: 400,
    issue: 'value',
    ja: '検索条件「{param}」の値「{value}」を読み取れません。',
    en: 'The value “{value}” of the search parameter “{param}” cannot be read.',
  },
  'history-invalid': {
    status: 400,
    issue: 'value',
    ja: '履歴の条件「{param}」の値「{value}」を読み取れません。送れる値の例：{expected}',
    en: 'The value “{value}” of {param} cannot be read. Values to send look like this: {expected}',
  },
  'subscription-invalid': {
    status: 422,
    issue: 'value',
    ja: 'Subscription の {what} を受け付けられません。',
    en: 'The Subscription cannot be accepted: {what}.',
  },
  'hook-refused': {
    status: 422,
    issue: 'security',
    ja: '通知先（channel.endpoint）には送れません（{reason}）。管理者が許した通知先（ENISHI_HOOK_HOSTS）を https で指定してください。',
    en: 'Nothing is sent to this channel.endpoint ({reason}). Name an https address among the hosts the operator allowed (ENISHI_HOOK_HOSTS).',
  },
  'bulk-busy': {
    status: 429,
    issue: 'throttled',
    ja: 'このクライアントの一括処理がすでにいくつも動いています。終わってから、または取り消してから始めてください。',
    en: 'Several bulk jobs of this client are open already. Start another when one has ended or was cancelled.',
  },
  'bulk-too-eager': {
    status: 429,
    issue: 'throttled',
    ja: '進み具合の問い合わせが多すぎます。{seconds}秒後にもう一度お試しください。',
    en: 'You ask for the status too often. Please ask again in {seconds} seconds.',
  },
  'bulk-failed': {
    status: 500,
    issue: 'exception',
    ja: '一括処理を終えられませんでした（{reason}）。もう一度始めてください。続くようなら管理者に知らせてください。',
    en: 'The bulk job could not be finished ({reason}). Please start it again; if this goes on, tell the operator.',
  },
} as const satisfies RefusalTable
