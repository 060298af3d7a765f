import type { RefusalTable } from './refusal-table.ts'

/** Ways of saying no about erasing what the platform holds of a person. */
export const erasureRefusals = {
  'retention-running': {
    status: 409,
    issue: 'business-rule',
    ja: 'この記録は法定の保存期間が終わっていないため、消去できません。',
    en: 'The statutory retention of this record has not ended; it cannot be erased.',
  },
  'erasure-own-only': {
    status: 403,
    issue: 'forbidden',
    ja: '情報の利用停止と消去は、本人がカードでサインインして申し出てください。代理の方やアプリからはできません。代理の方は窓口にご相談ください。',
    en: 'Only the person themselves, signed in by card, can ask for this; not an app and not somebody acting for them. Please ask at a desk.',
  },
  'backup-end-later': {
    status: 409,
    issue: 'business-rule',
    ja: '控えの期限は早めることだけができます。消去の証明書が、その日を約束しているためです。',
    en: 'The end of a backup can only be brought forward, because certificates of erasure name that day.',
  },
  'erasure-open': {
    status: 409,
    issue: 'conflict',
    ja: 'すでに申し出があり、まだ終わっていません。「情報を消す」のページで進み具合を見られます。',
    en: 'You have asked already and it is not finished. See how far it is on the page “Erase my data”.',
  },
  'erasure-decided': {
    status: 409,
    issue: 'conflict',
    ja: 'この申し出は、すでに決まったか取り下げられています。ページを開き直してください。',
    en: 'This was decided or taken back already. Please open the page again.',
  },
} as const satisfies RefusalTable
