/**
 * Policy of the certificate for proving who is there (利用者証明用電子証明書, card of 2016 on).
 * Known from public OID tables only (要確認: 公的個人認証サービス プロファイル仕様書); an operator sets the value of the real service.
 */
export const USER_AUTHENTICATION_POLICY = '1.2.392.200149.8.5.1.3.30'
