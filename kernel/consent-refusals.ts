import type { RefusalTable } from './refusal-table.ts'

/** Ways of saying no around consent and the registers of what the law allows without it. */
export const consentRefusals = {
  'consent-missing': {
    status: 403,
    issue: 'suppressed',
    ja: '本人の同意がないため、表示できません。カードリーダーで同意を受け付けてください。',
    en: 'Nothing can be shown without the person’s consent. Ask for it at the card reader.',
  },
  'consent-ended': { status: 409, issue: 'business-rule', ja: 'この同意はすでに終了しています。', en: 'This consent has already ended.' },
  'kind-unknown': {
    status: 400,
    issue: 'value',
    ja: '情報の種類「{kind}」は選べません。受付で示された種類から選んでください。',
    en: 'The kind of information “{kind}” cannot be chosen. Choose among those offered.',
  },
  'consent-kinds-missing': {
    status: 400,
    issue: 'required',
    ja: '見せる情報の種類を、1つ以上選んでください。',
    en: 'Choose at least one kind of information to share.',
  },
  'consent-purpose': {
    status: 422,
    issue: 'business-rule',
    ja: '同意できる目的は診療（TREAT）だけです（{purpose}）。ほかの目的への提供は、同意ではなく法令の根拠で決まります。',
    en: 'Consent can be given for treatment (TREAT) only ({purpose}). Other purposes rest on law, not on consent.',
  },
  'consent-until': {
    status: 400,
    issue: 'value',
    ja: '期限は、今日以降の日付（例: 2027-03-31）で入れてください。決めないときは空けてください。',
    en: 'Give the last day as a date from today on (for example 2027-03-31), or leave it empty.',
  },
  'reader-needs-pin': {
    status: 403,
    issue: 'security',
    ja: '続けて見せる同意は、暗証番号で本人確認をしたときだけ受け付けます。ご自宅で、縁の画面からも決められます。',
    en: 'A consent that goes on is taken at a reader only from who proved themselves by PIN. It can also be given at home, in Enishi.',
  },
  'consent-text-changed': {
    status: 409,
    issue: 'conflict',
    ja: '同意の文が新しくなりました。前の画面から、もう一度読んで決めてください。',
    en: 'The words of the consent have changed. Please go back, read them again and decide.',
  },
  'consent-not-supported': {
    status: 422,
    issue: 'not-supported',
    ja: 'この同意は受け取れません（{what}）。受け取れるのは、医療機関1つ・種類・診療・期限を許す同意、見せないことにする同意、そして、いまある同意をそのまま終わらせること（status を inactive に）です。中身を変えるには、新しい同意を送ってください。',
    en: 'This consent cannot be taken ({what}). What can be: permitting one institution some kinds for treatment until a day, denying, and ending one that is there as it is (status inactive). To change what it says, send a new one.',
  },
  'legal-basis-invalid': {
    status: 422,
    issue: 'business-rule',
    ja: '法的根拠の登録に足りないものがあります（{what}）。',
    en: 'The entry of a legal basis lacks something ({what}).',
  },
  'legal-basis-ended': {
    status: 409,
    issue: 'business-rule',
    ja: 'この法的根拠はすでに終了しています。',
    en: 'This legal basis has already ended.',
  },
  'purpose-unclear': {
    status: 400,
    issue: 'value',
    ja: 'トークンが2つの目的を持っています。目的（purpose/…）は、トークンごとに1つだけ求めてください。',
    en: 'The token names two purposes. Ask for one purpose/… scope per token.',
  },
  'purpose-differs': {
    status: 403,
    issue: 'forbidden',
    ja: 'この書き出し・通知は、目的「{purpose}」で始められました。同じ目的（purpose/{purpose}。TREAT のときは purpose/… なし）のトークンでお求めください。',
    en: 'This export or subscription was begun for the purpose {purpose}. Ask with a token of that purpose (purpose/{purpose}; none for TREAT).',
  },
} as const satisfies RefusalTable
