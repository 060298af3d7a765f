import type { RefusalTable } from './refusal-table.ts'

/** Cards, readers and the desk. */
export const cardRefusals = {
  'reader-session-unknown': {
    status: 404,
    issue: 'not-found',
    ja: '受付の手続きが見つかりません。もう一度カードを置いてください。',
    en: 'This reader session is not known. Please place the card again.',
  },
  'reader-session-expired': {
    status: 409,
    issue: 'expired',
    ja: '受付の手続きの時間が過ぎました。もう一度カードを置いてください。',
    en: 'This reader session has expired. Please place the card again.',
  },
  'challenge-used': {
    status: 409,
    issue: 'business-rule',
    ja: 'この確認はすでに使われています。もう一度カードを置いてください。',
    en: 'This challenge was used already. Please place the card again.',
  },
  'card-refused': { status: 403, issue: 'security', ja: '{ja}', en: '{en}' },
  'card-not-linked': {
    status: 404,
    issue: 'not-found',
    ja: 'このカードは健康保険証として登録されていません。登録してからお使いください。',
    en: 'This card is not registered for health insurance yet. Please register it first.',
  },
  'card-not-read': { status: 409, issue: 'business-rule', ja: '先にカードを読み取ってください。', en: 'Read the card first.' },
  'card-stopped': {
    status: 403,
    issue: 'security',
    ja: 'このカードは、なくしたカードとして止められています。見つかったときは、本人のページ（セキュリティ）か運用担当が解除できます。今日は資格確認書などで確認してください。',
    en: 'This card was stopped as lost. If it was found, the person (under Security) or an operator can let it work again. For today, check the eligibility certificate instead.',
  },
  'card-ended': {
    status: 403,
    issue: 'expired',
    ja: 'このカードは、新しいカードに替わったか返されたため、使えません。新しいカードを置いてください。ないときは、受付にお声がけください。',
    en: 'This card was replaced or given back and no longer works. Please use the new card, or ask at the desk.',
  },
  'card-of-another': {
    status: 409,
    issue: 'conflict',
    ja: '新しいカードは、別の人に結び付いています。受付にお声がけください。',
    en: 'The new card belongs to somebody else in the register. Please ask at the desk.',
  },
  'face-no-match': {
    status: 403,
    issue: 'security',
    ja: '顔を確かめられませんでした。暗証番号を使うか、受付の人に見てもらってください。',
    en: 'Your face could not be matched. Use the PIN, or ask the staff to look.',
  },
  'visual-own-screen': {
    status: 403,
    issue: 'security',
    ja: '目視の確認は、カードリーダーとは別の端末で、自分のサインインを使って行ってください。',
    en: 'Confirm who it is on another screen than the card reader, with a sign-in of your own.',
  },
  'visual-not-waiting': {
    status: 409,
    issue: 'business-rule',
    ja: 'この人の確認は、もう終わったか、時間が過ぎました。もう一度カードを置いてもらってください。',
    en: 'This confirmation is done already, or has expired. Ask the person to place the card again.',
  },
  'chart-number-taken': {
    status: 409,
    issue: 'duplicate',
    ja: '診察券番号 {number} は、別の患者に付いています。番号を確かめてください。',
    en: 'The chart number {number} belongs to another patient here. Please check it.',
  },
  'patient-not-here': {
    status: 403,
    issue: 'forbidden',
    ja: 'この人は、まだこの医療機関の患者ではありません。先にカードで受け付けてください。',
    en: 'This person is not a patient here yet. Check them in by card first.',
  },
} as const satisfies RefusalTable
