import type { RefusalTable } from './refusal-table.ts'

/** Ways of saying no about notices and about questions on an access. */
export const noticeRefusals = {
  'push-unavailable': {
    status: 409,
    issue: 'business-rule',
    ja: 'ここでは、端末への通知を使えません。お知らせは、このページで読めます。',
    en: 'This platform sends no notifications to browsers. You can read your notices here.',
  },
  'push-host': {
    status: 409,
    issue: 'business-rule',
    ja: 'このブラウザーの通知サービスには、ここから送れません。別のブラウザーで試すか、メールをお使いください。',
    en: 'This platform may not send to your browser’s notification service. Try another browser, or use mail.',
  },
  'push-limit': {
    status: 409,
    issue: 'business-rule',
    ja: '通知を受ける端末は{max}台までです。使わないものを外してから、加えてください。',
    en: 'At most {max} devices can be told. Remove one you no longer use first.',
  },
  'mail-unavailable': {
    status: 409,
    issue: 'business-rule',
    ja: 'ここでは、メールでの知らせを使えません。お知らせは、このページで読めます。',
    en: 'This platform sends no mail. You can read your notices here.',
  },
  'mail-address': {
    status: 400,
    issue: 'invalid',
    ja: 'メールアドレスの形が正しくありません。「名前@example.jp」のように、半角で入れてください。',
    en: 'This is not a mail address. Enter one such as name@example.jp.',
  },
  'mail-links': {
    status: 429,
    issue: 'throttled',
    ja: '確認のメールは1日{max}通までです。明日もう一度お試しください。',
    en: 'At most {max} confirmation mails are sent a day. Please try again tomorrow.',
  },
  'mail-link': {
    status: 410,
    issue: 'business-rule',
    ja: 'この確認の案内は使えません。使い終わったか、24時間が過ぎたか、別の方あてのものです。お知らせの受け取り方のページで、もう一度登録してください。',
    en: 'This confirmation link cannot be used: it was used, is older than 24 hours, or is somebody else’s. Enter your address again under how you are told.',
  },
  'question-asked': {
    status: 409,
    issue: 'duplicate',
    ja: 'この記録については、もう質問しています。質問のページで、いまの状態を確かめてください。',
    en: 'You have asked about this already. See how it stands under your questions.',
  },
  'question-own': {
    status: 409,
    issue: 'business-rule',
    ja: 'これはあなた自身の操作です。心あたりがなければ、「サインインの安全」のページで端末とパスキーを確かめてください。',
    en: 'This was done under your own sign-in. If it was not you, check your devices and passkeys under sign-in and security.',
  },
  'question-state': {
    status: 409,
    issue: 'conflict',
    ja: 'この質問には、いまその操作はできません。ページを読み直して、いまの状態を確かめてください。',
    en: 'That cannot be done to this question now. Reload the page to see how it stands.',
  },
  'question-text': {
    status: 400,
    issue: 'invalid',
    ja: '文章を{max}字以内で書いてください。',
    en: 'Please write something, in at most {max} characters.',
  },
} as const satisfies RefusalTable
