import type { RefusalTable } from './refusal-table.ts'

/** How somebody proves who they are and stays signed in. */
export const signInRefusals = {
  'not-signed-in': {
    status: 401,
    issue: 'login',
    ja: 'サインインが必要です。サインインしてからもう一度お試しください。',
    en: 'Please sign in and try again.',
  },
  'sign-in-failed': {
    status: 401,
    issue: 'login',
    ja: 'サインインできませんでした。入力した内容を確かめてください。',
    en: 'Sign-in failed. Please check what you entered.',
  },
  'sign-in-locked': {
    status: 429,
    issue: 'throttled',
    ja: '続けて間違えたため、しばらくサインインできません。{minutes}分後にもう一度お試しください。',
    en: 'Too many failed tries. Please try again in {minutes} minutes.',
  },
  'session-cloned': {
    status: 401,
    issue: 'security',
    ja: '同じサインインが別の場所でも使われたため、終了しました。もう一度サインインしてください。心当たりがなければ、パスキーとサインイン中の端末を確かめてください。',
    en: 'This sign-in was used in another place too, so it was ended. Please sign in again. If that was not you, check your passkeys and signed-in devices.',
  },
  'step-up-required': {
    status: 401,
    issue: 'login',
    ja: 'この操作の前に、もう一度本人確認が必要です（{minutes}分以内の確認）。/sign-in/again で確認してから、やり直してください。',
    en: 'Please prove once more that it is you (within {minutes} minutes before this act). Do so at /sign-in/again, then try again.',
  },
  'passkey-refused': {
    status: 401,
    issue: 'security',
    ja: 'パスキーを確かめられませんでした（{reason}）。もう一度お試しください。続くときは、別の方法でサインインしてください。',
    en: 'Your passkey could not be verified ({reason}). Please try again; if this goes on, sign in another way.',
  },
  'passkey-unknown': {
    status: 401,
    issue: 'security',
    ja: 'このパスキーは、ここには登録されていないか、取り消されています。別の方法でサインインしてください。',
    en: 'This passkey is not registered here, or was removed. Please sign in another way.',
  },
  'passkey-cloned': {
    status: 401,
    issue: 'security',
    ja: 'このパスキーは複製された疑いがあるため、使えなくしました。サインイン中の端末もすべて終了しました。別の方法でサインインし、新しいパスキーを作ってください。',
    en: 'This passkey may have been copied, so it was set aside and every signed-in device was signed out. Sign in another way and make a new one.',
  },
  'passkey-exists': {
    status: 409,
    issue: 'duplicate',
    ja: 'このパスキーは登録済みです。別の端末で作るか、登録済みのものをお使いください。',
    en: 'This passkey is registered already. Make one on another device, or use the one you have.',
  },
  'passkey-limit': {
    status: 409,
    issue: 'business-rule',
    ja: 'パスキーは{max}個まで登録できます。使わないものを取り消してから追加してください。',
    en: 'You can register up to {max} passkeys. Remove one you no longer use first.',
  },
  'proof-of-another': {
    status: 403,
    issue: 'security',
    ja: '今サインインしている方とは別の方の確認でした。ご本人のカードかパスキーで確認してください。',
    en: 'That proof belongs to somebody else than the person signed in here. Please use your own card or passkey.',
  },
  'invitation-invalid': {
    status: 410,
    issue: 'security',
    ja: 'この案内は使えません。使用済みか、期限切れか、新しい案内に替わっています。渡した窓口か管理者に、新しい案内を頼んでください。',
    en: 'This invitation cannot be used: it was used, has expired, or was replaced. Please ask whoever gave it to you for a new one.',
  },
  'too-many-tries': {
    status: 429,
    issue: 'throttled',
    ja: 'お使いのネットワークから、間違いが続いています。{minutes}分後にもう一度お試しください。',
    en: 'Too many failed tries from your network. Please try again in {minutes} minutes.',
  },
  'not-permitted': {
    status: 403,
    issue: 'forbidden',
    ja: 'この操作は、今のサインインでは行えません。',
    en: 'Your sign-in does not allow this.',
  },
  'cross-site': {
    status: 403,
    issue: 'security',
    ja: '別のサイトから送られた操作は受け付けません。この画面からやり直してください。',
    en: 'Requests sent from another site are not accepted. Please start again from this page.',
  },
} as const satisfies RefusalTable
