import type { RefusalTable } from './refusal-table.ts'

/** Why a signature of staff is not accepted, or could not be made: rows of the one table in `refusals.ts`. */
export const signingRefusals = {
  'signing-certificate-malformed': {
    status: 422,
    issue: 'security',
    ja: '署名に使った電子証明書を読み取れません。カードを置き直してやり直してください。',
    en: 'The signing certificate cannot be read. Put the card in again and sign once more.',
  },
  'signing-certificate-unknown-ca': {
    status: 422,
    issue: 'security',
    ja: 'この電子証明書は、署名用に信頼している認証局（HPKI）のものではありません。HPKIの署名用証明書で署名してください。',
    en: 'This certificate is not of an authority trusted for signing (HPKI). Sign with your HPKI signing certificate.',
  },
  'signing-certificate-expired': {
    status: 422,
    issue: 'security',
    ja: '署名に使った電子証明書の有効期限が切れています。更新した証明書で署名してください。',
    en: 'The signing certificate has expired. Sign with a renewed one.',
  },
  'signing-certificate-not-yet-valid': {
    status: 422,
    issue: 'security',
    ja: '署名に使った電子証明書の有効期間がまだ始まっていません。開始日以降に署名してください。',
    en: 'The signing certificate is not valid yet. Sign on or after its first day.',
  },
  'signing-certificate-wrong-policy': {
    status: 422,
    issue: 'security',
    ja: 'この電子証明書はHPKIの署名用ではありません。署名用の証明書を選んでください。',
    en: 'This certificate is not an HPKI certificate for signing. Choose the one for signing.',
  },
  'signing-certificate-wrong-key-usage': {
    status: 422,
    issue: 'security',
    ja: 'この電子証明書の鍵は文書の署名に使えません（認証用の可能性があります）。署名用の証明書を選んでください。',
    en: 'The key of this certificate may not sign documents (it may be the one for signing in). Choose the one for signing.',
  },
  'signing-certificate-weak-key': {
    status: 422,
    issue: 'security',
    ja: 'この電子証明書の鍵は安全な方式ではないため、署名に使えません。発行元に更新を相談してください。',
    en: 'The key of this certificate is not of a safe kind and cannot sign. Ask its issuer for a new one.',
  },
  'signing-certificate-revoked': {
    status: 422,
    issue: 'security',
    ja: '署名に使った電子証明書は失効しています。発行元に確かめ、有効な証明書で署名してください。',
    en: 'The signing certificate has been revoked. Ask its issuer, and sign with a valid one.',
  },
  'signing-revocation-unknown': {
    status: 503,
    issue: 'transient',
    ja: '署名に使った電子証明書が失効していないことを、いま確認できません。少し待ってもう一度署名してください。',
    en: 'Whether the signing certificate was revoked cannot be checked right now. Wait a little and sign again.',
  },
  'signing-algorithm-refused': {
    status: 422,
    issue: 'security',
    ja: 'この署名の方式は使えません。証明書の鍵に合う RS256、PS256、ES256、ES384 のどれかで署名してください。',
    en: 'This way of signing is not accepted. Sign by RS256, PS256, ES256 or ES384, whichever fits the key.',
  },
  'signing-signature-invalid': {
    status: 422,
    issue: 'security',
    ja: '署名が内容と合いません。内容が変わった可能性があります。画面の内容を確かめて、もう一度署名してください。',
    en: 'The signature does not fit the content, which may have changed. Check what the screen shows and sign again.',
  },
  'signing-role-missing': {
    status: 422,
    issue: 'security',
    ja: 'この電子証明書には医療の資格（hcRole）が書かれていません。資格の入ったHPKI証明書で署名してください。',
    en: 'This certificate states no healthcare licence (hcRole). Sign with an HPKI certificate that does.',
  },
  'signing-role-mismatch': {
    status: 403,
    issue: 'forbidden',
    ja: 'この電子証明書の資格では、この署名はできません。必要な資格を持つ人が署名してください。',
    en: 'The licence in this certificate does not allow this signature. Have somebody sign who holds the licence it needs.',
  },
  'signing-role-ended': {
    status: 403,
    issue: 'forbidden',
    ja: '署名の時点で、この資格または在籍を台帳で確かめられません。職員の登録と証明書の登録を管理者に確かめてください。',
    en: 'At the time of signing the register does not show this licence or post. Ask the administrator to check staff and certificate.',
  },
  'signing-pin-wrong': {
    status: 422,
    issue: 'security',
    ja: '署名用の暗証番号が違います。確かめてもう一度入力してください。続けて間違えるとロックされます。',
    en: 'The signing PIN is wrong. Check it and enter it again. Repeated wrong tries lock the token.',
  },
  'signing-pin-locked': {
    status: 423,
    issue: 'security',
    ja: '署名用の暗証番号がロックされています。カードや鍵の発行元で解除してください。',
    en: 'The signing PIN is locked. Have it reset by whoever issued the card or key.',
  },
  'signing-key-missing': {
    status: 422,
    issue: 'not-found',
    ja: '署名に使う鍵または証明書が見つかりません。カードの種類と設定を確かめてください。',
    en: 'The key or certificate for signing was not found. Check which card it is, and the configuration.',
  },
  'signing-token-missing': {
    status: 503,
    issue: 'transient',
    ja: '署名用のカードまたは装置（HSM）につながりません。差し込みと設定を確かめて、もう一度署名してください。',
    en: 'The card or device (HSM) for signing cannot be reached. Check that it is plugged in and configured, and sign again.',
  },
  'signing-certificate-not-registered': {
    status: 422,
    issue: 'not-found',
    ja: '署名用の電子証明書が、あなたの名前で登録されていません（または終了しています）。施設の管理者に、証明書の登録を頼んでください。',
    en: 'No certificate for signing is registered for you, or it has ended. Ask the administrator of your facility to register it.',
  },
  'signing-document-changed': {
    status: 409,
    issue: 'conflict',
    ja: '画面を開いた後に文書が変わりました。署名はしていません。いまの文書を確かめて、もう一度署名してください。',
    en: 'The document changed after you opened the page. Nothing was signed. Check what it says now and sign again.',
  },
  'signing-not-own-document': {
    status: 403,
    issue: 'forbidden',
    ja: '署名できるのは、自分の医療機関が登録した文書だけです。作成した医療機関の医師に署名を頼んでください。',
    en: 'Only documents of your own institution can be signed here. Ask a physician of the institution that wrote it to sign it.',
  },
  'signing-already-signed': {
    status: 409,
    issue: 'duplicate',
    ja: 'この文書のこの版には、あなたの署名がすでにあります。もう一度署名する必要はありません。文書の画面で確かめてください。',
    en: 'You have signed this version of the document already. There is nothing more to do. See the page of the document.',
  },
  'signing-certificate-not-licensed': {
    status: 422,
    issue: 'security',
    ja: 'この電子証明書の資格（hcRole）に合う免許が、この職員に登録されていません。先に免許を確かめて登録してください。',
    en: 'No licence of this person in the register fits the licence in the certificate (hcRole). Check and enter the licence first.',
  },
  'signing-certificate-taken': {
    status: 409,
    issue: 'duplicate',
    ja: 'この電子証明書は登録されています（または失効として終了しています）。証明書の番号と持ち主を確かめてください。',
    en: 'This certificate is registered already, or was ended as revoked. Check its number and whose it is.',
  },
} as const satisfies RefusalTable
