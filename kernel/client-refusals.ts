import type { RefusalTable } from './refusal-table.ts'

/** Systems and apps: their keys, certificates, tokens and how often they may ask. */
export const clientRefusals = {
  'last-key': {
    status: 409,
    issue: 'business-rule',
    ja: 'これが最後の鍵です。先に新しい鍵を加えるか、クライアントを終了してください。',
    en: 'This is the last key. Add a new one first, or end the client.',
  },
  'client-ended': {
    status: 409,
    issue: 'business-rule',
    ja: 'このクライアントは終了しています。新しいIDで登録してください。',
    en: 'This client has ended. Register a new one under another id.',
  },
  'token-invalid': {
    status: 401,
    issue: 'security',
    ja: 'アクセストークンが無効か期限切れです。取り直してください。',
    en: 'The access token is invalid or expired. Get a new one.',
  },
  'certificate-mismatch': {
    status: 401,
    issue: 'security',
    ja: 'このアクセストークンは、別のクライアント証明書に結び付いています。トークンを受け取ったときと同じ証明書で接続してください（mTLS）。',
    en: 'This access token is tied to another client certificate. Connect with the certificate it was issued to (mTLS).',
  },
  'certificate-ended': {
    status: 401,
    issue: 'expired',
    ja: 'このクライアント証明書は、期限が過ぎたか、失効したか、登録での使用が終わっています。後から登録した証明書で接続してください（mTLS）。',
    en: 'This client certificate is past its end, revoked, or retired in the register. Connect with the one that follows it (mTLS).',
  },
  'dpop-invalid': {
    status: 401,
    issue: 'security',
    ja: 'DPoP の証明を確かめられません（{reason}）。要求ごとに新しい証明を DPoP ヘッダーに付け、Authorization は DPoP の形で送ってください。',
    en: 'The DPoP proof is not good ({reason}). Send a fresh proof in the DPoP header of each request, and the token under the DPoP scheme.',
  },
  'binding-required': {
    status: 401,
    issue: 'security',
    ja: 'このクライアントは、証明書（mTLS）または鍵（DPoP）に結び付いたアクセストークンだけを使えます。取り直してください。',
    en: 'This client may only use access tokens tied to its certificate (mTLS) or key (DPoP). Get a new one that way.',
  },
  'client-invalid': {
    status: 401,
    issue: 'security',
    ja: 'クライアント認証に失敗しました（{reason}）。',
    en: 'Client authentication failed ({reason}).',
  },
  'key-ended': {
    status: 401,
    issue: 'expired',
    ja: 'この鍵の使用は終わっています。後から登録した鍵で署名してください。',
    en: 'This key has ended. Sign with the key that follows it.',
  },
  'scope-missing': {
    status: 403,
    issue: 'forbidden',
    ja: 'トークンの範囲（scope）に {scope} がありません。',
    en: 'The token lacks the scope {scope}.',
  },
  'too-many-requests': {
    status: 429,
    issue: 'throttled',
    ja: '短い時間に問い合わせが多すぎます。{seconds}秒待ってから、間をあけてもう一度お試しください。',
    en: 'Too many requests in a short time. Wait {seconds} seconds, then ask again less often.',
  },
} as const satisfies RefusalTable
