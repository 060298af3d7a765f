import type { RefusalTable } from './refusal-table.ts'

/** Why a sign-in through an OpenID provider of the operator's choice is not accepted: rows of the one table in `refusals.ts`. */

const again = { ja: '初めからやり直してください。', en: 'Please start again.' }
const tell = {
  ja: '続くときは管理者に知らせ、ほかの方法でサインインしてください。',
  en: 'If this goes on, tell the operator and sign in another way.',
}
const refused = { status: 403, issue: 'security' } as const

export const outsideRefusals = {
  'outside-over': {
    status: 409,
    issue: 'expired',
    ja: `外部のサインインの手続きが見つからないか、10分を過ぎました。${again.ja}`,
    en: `This outside sign-in is not known, or took longer than ten minutes. ${again.en}`,
  },
  'outside-replayed': {
    ...refused,
    ja: `この外部のサインインの返事は、すでに使われています。${again.ja}`,
    en: `This answer of an outside sign-in was used already. ${again.en}`,
  },
  'outside-other-browser': {
    ...refused,
    ja: `この外部のサインインは、別のブラウザーで始められました。${again.ja}`,
    en: `This outside sign-in was started in another browser. ${again.en}`,
  },
  'outside-mixed-up': {
    ...refused,
    ja: `尋ねた相手とは別のところから返事が届いたため、止めました。${tell.ja}`,
    en: `The answer did not come from the provider that was asked, so this was stopped. ${tell.en}`,
  },
  'outside-declined': {
    ...refused,
    ja: `外部のサインインが行われませんでした（{reason}）。${again.ja}`,
    en: `The outside sign-in was not done ({reason}). ${again.en}`,
  },
  'outside-code-refused': {
    ...refused,
    ja: `外部のサインインの返事を、発行元が受け付けませんでした（{reason}）。${again.ja}`,
    en: `The provider did not take back its own answer ({reason}). ${again.en}`,
  },
  'outside-unreachable': {
    status: 503,
    issue: 'transient',
    ja: '外部のサインインの窓口につながりません（{reason}）。少し待つか、ほかの方法でサインインしてください。',
    en: 'The outside sign-in cannot be reached ({reason}). Please wait a moment, or sign in another way.',
  },
  'outside-unfit': {
    status: 503,
    issue: 'security',
    ja: '外部のサインインの窓口の設定が合いません（{reason}）。管理者に知らせ、ほかの方法でサインインしてください。',
    en: 'The outside sign-in is not set up as it must be ({reason}). Tell the operator, and sign in another way.',
  },
  'outside-algorithm': {
    ...refused,
    ja: `外部のサインインの証明が、認められない署名方式（{alg}）です。${tell.ja}`,
    en: `The outside proof is signed in a way that is not accepted ({alg}). ${tell.en}`,
  },
  'outside-signature': {
    ...refused,
    ja: `外部のサインインの証明の署名が、発行元の鍵と合いません。${tell.ja}`,
    en: `The signature of the outside proof does not fit the provider’s keys. ${tell.en}`,
  },
  'outside-issuer': {
    ...refused,
    ja: `外部のサインインの証明が、設定と違う発行元のものです。${tell.ja}`,
    en: `The outside proof is of another issuer than the one configured. ${tell.en}`,
  },
  'outside-audience': {
    ...refused,
    ja: `外部のサインインの証明が、この窓口にあてたものではありません。${tell.ja}`,
    en: `The outside proof was not made for this platform. ${tell.en}`,
  },
  'outside-expired': {
    ...refused,
    ja: `外部のサインインの証明の期限が切れているか、時刻が合いません。${again.ja}`,
    en: `The outside proof has expired, or its time is not right. ${again.en}`,
  },
  'outside-nonce': {
    ...refused,
    ja: `外部のサインインの証明が、この手続きのものではありません。${again.ja}`,
    en: `The outside proof does not belong to this sign-in. ${again.en}`,
  },
  'outside-subject-unsaid': {
    ...refused,
    ja: `外部のサインインの証明に、誰であるか（{claim}）が書かれていません。${tell.ja}`,
    en: `The outside proof does not say who it is about ({claim}). ${tell.en}`,
  },
  'outside-strength-unsaid': {
    ...refused,
    ja: `外部のサインインの証明に、本人確認の強さ（acr・amr）が書かれていません。${tell.ja}`,
    en: `The outside proof does not say how strongly the person was proven (acr, amr). ${tell.en}`,
  },
  'outside-too-weak': {
    ...refused,
    ja: '外部のサインインの本人確認が、ここで求める強さに足りません。パスワードだけでなく、鍵やカードを使う方法でサインインし直してください。',
    en: 'The outside proof is weaker than what is asked here. Sign in there with a key or a card, not by a password alone.',
  },
  'outside-proof-old': {
    ...refused,
    ja: `外部のサインインで、いま本人確認が行われたことを確かめられません。${again.ja}`,
    en: `The provider did not prove the person anew. ${again.en}`,
  },
  'outside-not-linked': {
    status: 403,
    issue: 'not-found',
    ja: 'この外部のサインインは、まだ誰にも結び付いていません。ご本人はカードで入って結び付け、職員は案内を使うか管理者に頼んでください。',
    en: 'This outside sign-in is not linked to anybody yet. People sign in by card and link it; staff use an invitation or ask their administrator.',
  },
  'outside-of-another': {
    status: 409,
    issue: 'conflict',
    ja: 'この外部のサインインは、別の方に結び付いています。運用担当に申し出てください。',
    en: 'This outside sign-in is linked to somebody else. Please tell the operator.',
  },
} as const satisfies RefusalTable
