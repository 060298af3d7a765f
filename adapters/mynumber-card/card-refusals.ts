/** Every reason why a card is not accepted, with what the person or the desk can do about it. */

export const cardRefusals = {
  'certificate-malformed': {
    ja: 'カードの電子証明書を読み取れません。カードを置き直してください。続くときは、お住まいの市区町村の窓口でカードを確認してもらってください。',
    en: 'The certificate on the card cannot be read. Put the card on the reader again. If this goes on, have the card checked at your municipal office.',
  },
  'certificate-unknown-ca': {
    ja: 'この電子証明書は、信頼している認証局が発行したものではありません。マイナンバーカードをご利用ください。',
    en: 'This certificate was not issued by an authority we trust. Please use a My Number Card.',
  },
  'certificate-expired': {
    ja: '電子証明書の有効期限が切れています。お住まいの市区町村の窓口で更新してください。今日は資格確認書などでも確認できます。',
    en: 'The certificate on the card has expired. Renew it at your municipal office. Today, an eligibility certificate can be used instead.',
  },
  'certificate-not-yet-valid': {
    ja: '電子証明書の有効期間がまだ始まっていません。有効期間の開始日以降にお試しください。',
    en: 'The certificate on the card is not valid yet. Try again on or after its first day.',
  },
  'certificate-wrong-policy': {
    ja: 'この電子証明書は本人確認用ではありません。利用者証明用電子証明書（数字4桁の暗証番号）を選んでください。',
    en: 'This certificate is not the one for proving who you are. Choose the user authentication certificate (four-digit PIN).',
  },
  'certificate-wrong-key-usage': {
    ja: 'この電子証明書の鍵は本人確認に使えません。利用者証明用電子証明書を選んでください。',
    en: 'The key of this certificate may not be used to prove who you are. Choose the user authentication certificate.',
  },
  'certificate-weak-key': {
    ja: 'この電子証明書の鍵は安全な方式ではないため使えません。お住まいの市区町村の窓口でカードを確認してもらってください。',
    en: 'The key of this certificate is not of a safe kind and cannot be used. Have the card checked at your municipal office.',
  },
  'certificate-revoked': {
    ja: 'この電子証明書は失効しています。お住まいの市区町村の窓口で手続きをしてください。今日は資格確認書などでも確認できます。',
    en: 'This certificate has been revoked. Please go to your municipal office. Today, an eligibility certificate can be used instead.',
  },
  'revocation-unknown': {
    ja: '電子証明書が失効していないことを、いま確認できません。少し待ってもう一度お試しください。お急ぎのときは資格確認書などで確認できます。',
    en: 'Whether this certificate has been revoked cannot be checked right now. Wait a little and try again, or use an eligibility certificate.',
  },
  'signature-invalid': {
    ja: 'カードからの応答を確認できません。最初からやり直し、カードを置き直してください。',
    en: "The card's answer could not be confirmed. Start again and put the card on the reader once more.",
  },
} as const satisfies Record<string, { ja: string; en: string }>

export type CardRefusal = keyof typeof cardRefusals
