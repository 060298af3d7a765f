import type { RefusalTable } from './refusal-table.ts'

/** What auditors look into: findings, scopes, breaches and the witnesses of the log. */
export const oversightRefusals = {
  'finding-own': {
    status: 403,
    issue: 'forbidden',
    ja: '自分についての気づきは、自分では判断できません。ほかの監査担当に頼んでください。',
    en: 'You cannot decide a finding about yourself. Ask another auditor.',
  },
  'finding-decided': {
    status: 409,
    issue: 'conflict',
    ja: 'この気づきは、ほかの人が先に判断しました。読み直してください。',
    en: 'Somebody else has decided this finding. Please reload.',
  },
  'scope-queue-full': {
    status: 429,
    issue: 'throttled',
    ja: '範囲の調べが{limit}件待っています。終わってからもう一度お試しください。',
    en: '{limit} reports are waiting. Please try again when they are done.',
  },
  'breach-step-early': {
    status: 409,
    issue: 'business-rule',
    ja: 'まだ次へ進めません：{what}',
    en: 'This step cannot be taken yet: {what}',
  },
  'breach-closed': {
    status: 409,
    issue: 'business-rule',
    ja: 'この件は終わっています。続きがあれば、新しい件として登録してください。',
    en: 'This case is closed. Enter a new one if there is more.',
  },
  'witness-unknown': {
    status: 403,
    issue: 'security',
    ja: 'この署名は、登録された立会人の鍵のものではありません。ENISHI_WITNESS_KEYS に立会人の公開鍵があるか確かめてください。',
    en: 'This signature is not by the key of a known witness. Check that ENISHI_WITNESS_KEYS holds the witness’s public key.',
  },
} as const satisfies RefusalTable
