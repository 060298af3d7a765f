import type { RefusalTable } from './refusal-table.ts'

/** The register of people, who acts for whom, and who works where. */
export const personRefusals = {
  'people-nothing-left': {
    status: 409,
    issue: 'business-rule',
    ja: 'この項目の最後の登録は取り消せません。正しい内容を新しく登録してください。',
    en: 'The only statement of an item cannot be taken back. Enter the right one instead.',
  },
  'case-changed': {
    status: 409,
    issue: 'conflict',
    ja: 'この件は、ほかの人がすでに処理したか、内容が変わりました。一覧を開き直してください。',
    en: 'Somebody else has dealt with this case, or it has changed. Open the list again.',
  },
  'link-not-last': {
    status: 409,
    issue: 'conflict',
    ja: 'この統合のあとに、別の統合でキーが動いています。あとの統合を先に取り消してください。',
    en: 'A later link moved these keys on. Undo the later link first.',
  },
  'proxy-exists': {
    status: 409,
    issue: 'duplicate',
    ja: '同じ根拠の代理がすでに登録されています。変えるときは、先に終わらせてください。',
    en: 'A proxy on the same basis is registered already. End it first to change it.',
  },
  'proxy-of-age': {
    status: 409,
    issue: 'business-rule',
    ja: '本人は成年に達しています。親権者としての代理は登録できません。',
    en: 'The person is of age: nobody can act for them as a parent.',
  },
  'proxy-blocked': {
    status: 409,
    issue: 'business-rule',
    ja: '本人の保護（支援措置）により、この人は代理になれません。',
    en: 'A protection of the person keeps this proxy from acting.',
  },
  'proxy-by-law': {
    status: 409,
    issue: 'business-rule',
    ja: '親権者・成年後見人・保佐人の代理は、この画面では終わらせられません。運用担当に書類を示して届け出てください。',
    en: 'A parent, guardian or curator is not ended here. Please show the document to the operator.',
  },
  'too-many-proposals': {
    status: 429,
    issue: 'throttled',
    ja: '返事を待っている申し出が多すぎます。取り下げるか、返事を待ってください。',
    en: 'Too many proposals wait for an answer. Withdraw some, or wait.',
  },
  'staff-elsewhere': {
    status: 403,
    issue: 'forbidden',
    ja: 'この職員はほかの施設でも働いています。氏名・免許・サインインの変更は、縁の運用担当に頼んでください。',
    en: 'This member of staff works at another facility too. Ask the platform’s operator to change name, licences or sign-in.',
  },
  'workplace-unknown': {
    status: 403,
    issue: 'forbidden',
    ja: 'この勤務先では、いま働いていることになっていません。一覧から選び直してください。',
    en: 'You do not work there at this moment. Please choose again from the list.',
  },
  'own-place': {
    status: 409,
    issue: 'business-rule',
    ja: '自分自身の権限は終了できません。ほかの運用担当か管理者に頼んでください。',
    en: 'You cannot end your own rights. Ask another operator or administrator.',
  },
  'first-over': {
    status: 409,
    issue: 'expired',
    ja: 'はじめての登録の手続きが見つからないか、20分を過ぎました。もう一度カードで始めてください。',
    en: 'This first registration is not known, or took longer than 20 minutes. Please begin again with your card.',
  },
} as const satisfies RefusalTable
